"""The flows of a directory: read at the start, read again when a file changes, with the last valid revision running meanwhile."""

import asyncio
import difflib
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import msgspec

from runtime.catalogue.entry import Entry
from runtime.catalogue.files import is_flow_file, listing, write
from runtime.catalogue.reading import Found, checked, read_all
from runtime.catalogue.watch import occasions
from runtime.clock import Clock
from runtime.errors import Failure, FlowNotFound, InvalidFlow, InvalidRequest, NotAllowed
from runtime.language import Loaded
from runtime.model.flow import Flow, PluginDefault
from runtime.model.problem import Problem
from runtime.store import Store
from runtime.tasks.registry import Registry

logger = logging.getLogger(__name__)

SETTLE = 0.06  # seconds that a file gets which is broken or gone: perhaps it is being written

Name: TypeAlias = tuple[str, str]
"""Namespace and id."""


@dataclass
class Look:
    """What one look at the directory found."""

    reads: list[Found] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def sure(self, known: Mapping[str, Found]) -> "Look":
        """What can be believed at once: valid files, and of those that are gone the ones whose flow is in another now."""
        valid = [read for read in self.reads if read.loaded.flow is not None]
        names = {read.name for read in valid}
        return Look(valid, {file for file in self.gone if file in known and known[file].name in names})

    @property
    def is_doubtful(self) -> bool:
        return bool(self.gone) or any(read.loaded.flow is None for read in self.reads)


class Catalogue:
    """What there is to run."""

    def __init__(
        self,
        directory: Path | None,
        *,
        store: Store,
        registry: Registry,
        clock: Clock,
        defaults: tuple[PluginDefault, ...] = (),
        changed: Callable[[tuple[str, ...]], Awaitable[None]],
    ) -> None:
        self._directory = directory
        self._store = store
        self._registry = registry
        self._clock = clock
        self._defaults = defaults
        self._changed = changed
        self._files: dict[str, Found] = {}
        self._active: dict[Name, tuple[Flow, str]] = {}
        """The revisions that run, each with its file."""
        self._entries: dict[str, Entry] = {}
        """By file."""
        self._untold: set[str] = set()
        """Names of flows that changed, and of which nobody was told yet."""
        self._lock = asyncio.Lock()

    # --- what there is

    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries.values())

    def entry(self, namespace: str, flow_id: str) -> Entry | None:
        active = self._active.get((namespace, flow_id))
        if active is not None:
            return self._entries.get(active[1]) or Entry.of(active[0])
        return next((entry for entry in self._entries.values() if entry.name == (namespace, flow_id)), None)

    def flows(self) -> tuple[Flow, ...]:
        return tuple(flow for flow, _ in self._active.values())

    def flow(self, namespace: str, flow_id: str) -> Flow:
        """Raises FlowNotFound, which names the nearest; InvalidFlow where its file never was valid."""
        active = self._active.get((namespace, flow_id))
        if active is not None:
            return active[0]
        entry = self.entry(namespace, flow_id)
        if entry is None:
            raise self._not_found(namespace, flow_id)
        first = next(problem for problem in entry.problems if problem.is_error)
        hint = f"flowdeck validate {self._directory}/{entry.file}"
        raise InvalidFlow(f"{entry.file}, line {first.line}: {first.message}", hint=hint)

    def _not_found(self, namespace: str, flow_id: str) -> FlowNotFound:
        name = f"{namespace}.{flow_id}"
        near = difflib.get_close_matches(name, [flow.name for flow in self.flows()], n=1)
        hint = f"did you mean {near[0]}?" if near else "`flowdeck flow list` shows the flows there are"
        return FlowNotFound(f"no flow {name} in {self._directory}", hint=hint)

    def validate(self, source: str | bytes) -> Loaded:
        return checked(source, registry=self._registry, defaults=self._defaults)

    # --- reading

    async def load(self) -> None:
        """Read everything. A flow whose file is broken now goes on with the revision that ran last."""
        if self._directory is None:
            return
        active = await self._store.flows.active()
        self._active = {(flow.namespace, flow.id): (flow, file) for flow, file in active}
        async with self._lock:
            try:
                look = await asyncio.to_thread(self._look, frozenset())
            except OSError as error:
                logger.warning("%s can't be read: %s", self._directory, error)
                return
            await self._take(look)
        self._untold.clear()

    async def run(self) -> None:
        """Follow the directory until cancelled; where it is not there, wait until it is."""
        if self._directory is None:
            return
        async for paths in occasions(self._directory):
            try:
                await self._look_again(paths)
            except (Failure, OSError):
                logger.exception("what changed in %s is not taken in; it is tried again", self._directory)

    async def _look_again(self, paths: Collection[Path]) -> None:
        """Take in what is sure at once, and what is doubtful when it has had a moment to become better."""
        async with self._lock:
            look = await asyncio.to_thread(self._look, paths)
            await self._take(look.sure(self._files))
        await self._tell()
        if look.is_doubtful:
            await asyncio.sleep(SETTLE)
            async with self._lock:
                await self._take(await asyncio.to_thread(self._look, paths))
            await self._tell()

    async def _tell(self) -> None:
        """Where this fails, the next look tells again."""
        names = tuple(sorted(self._untold))
        if names:
            await self._changed(names)
            self._untold.difference_update(names)

    def _look(self, paths: Collection[Path]) -> Look:
        """What differs from what is known; files among `paths` are read in any case. Raises OSError."""
        assert self._directory is not None
        found = listing(self._directory)
        named = {
            str(path.relative_to(self._directory)) for path in paths if path.is_relative_to(self._directory)
        }
        changed = [
            (file, signature)
            for file, signature in found.files.items()
            if file in named or file not in self._files or self._files[file].signature != signature
        ]
        reads = read_all(self._directory, changed, self.validate)
        known = {*self._files, *(file for _, file in self._active.values())}
        return Look(reads, {file for file in known if found.is_gone(file)})

    async def _take(self, look: Look) -> None:
        """Make what was found what there is: first in the store, then here, so that nothing runs that is not kept."""
        if not look.reads and not look.gone:
            return
        reads = {read.file: read for read in look.reads}
        kept = {file: found for file, found in self._files.items() if file not in look.gone}
        files = dict(sorted((kept | reads).items()))
        owners = self._owners(files)
        saved = await self._save(files, owners)
        for name in self._active.keys() - owners.keys():
            await self._store.flows.deactivate(*name)
        before = self._entries
        self._files = files
        self._active = {name: saved.get(name) or self._active[name] for name in owners}
        running = {file: flow for flow, file in self._active.values()}
        self._entries = {
            file: _entry(found, running.get(file), owners.get(found.name, ""))
            for file, found in files.items()
        }
        self._untold |= _differing(before, self._entries)

    async def _save(
        self, files: Mapping[str, Found], owners: Mapping[Name, str]
    ) -> dict[Name, tuple[Flow, str]]:
        """The flows that are not active as they are now, kept in one transaction."""
        fresh = [
            (flow, file)
            for name, file in owners.items()
            if (flow := files[file].loaded.flow) is not None and self._is_new(name, flow, file)
        ]
        saved = await self._store.flows.save_many(fresh, self._clock.now()) if fresh else []
        return {(flow.namespace, flow.id): (flow, file) for flow, (_, file) in zip(saved, fresh, strict=True)}

    def _owners(self, files: Mapping[str, Found]) -> dict[Name, str]:
        """Which file a flow is read from: of several that define it the one that did so before, else the first."""
        claims: dict[Name, list[str]] = {}
        for file, found in files.items():
            if found.loaded.flow is not None:
                claims.setdefault(found.name, []).append(file)
        for name, (_, file) in self._active.items():
            if file in files and files[file].loaded.flow is None:  # broken now: what ran last goes on
                claims.setdefault(name, []).append(file)
        return {
            name: active[1] if (active := self._active.get(name)) and active[1] in claim else claim[0]
            for name, claim in claims.items()
        }

    def _is_new(self, name: Name, flow: Flow, file: str) -> bool:
        active = self._active.get(name)
        return active is None or active[1] != file or msgspec.structs.replace(active[0], revision=0) != flow

    # --- writing

    async def save(self, source: str, file: str | None) -> Loaded:
        """Write a flow's text to its file, at once and whole; with errors nothing is written."""
        if self._directory is None:
            raise NotAllowed("this runtime has no directory of flows")
        loaded = self.validate(source)
        if loaded.flow is None:
            return loaded
        path = self._target(self._directory, loaded.flow, file)
        async with self._lock:
            active = self._active.get((loaded.flow.namespace, loaded.flow.id))
            if active is not None and self._directory / active[1] != path and active[1] in self._files:
                return Loaded(None, (*loaded.problems, _twin(loaded.flow, active[1])))
            try:
                await asyncio.to_thread(write, path, source)
            except OSError as error:
                raise NotAllowed(f"{path} can't be written: {error.strerror or error}") from error
            look = await asyncio.to_thread(self._look, [path])
            await self._take(look.sure(self._files))
        await self._tell()
        return loaded

    async def remove(self, namespace: str, flow_id: str) -> str:
        """Delete the file of a flow, which ends the flow; returns the file. Raises FlowNotFound."""
        active = self._active.get((namespace, flow_id))
        if self._directory is None or active is None:
            raise self._not_found(namespace, flow_id)
        path = self._directory / active[1]
        async with self._lock:
            try:
                await asyncio.to_thread(path.unlink, missing_ok=True)
            except OSError as error:
                raise NotAllowed(f"{path} can't be deleted: {error.strerror or error}") from error
            await self._take(await asyncio.to_thread(self._look, [path]))
        await self._tell()
        return active[1]

    def _target(self, directory: Path, flow: Flow, file: str | None) -> Path:
        active = self._active.get((flow.namespace, flow.id))
        path = directory / (file or (active[1] if active else "") or f"{flow.name}.yaml")
        try:
            is_inside = path.resolve().is_relative_to(directory.resolve())
        except ValueError:  # a null byte
            is_inside = False
        if not is_inside or not is_flow_file(path, directory):
            raise InvalidRequest(f"`{file}` is no flow file below {directory}")
        return path


def _entry(found: Found, running: Flow | None, owner: str) -> Entry:
    problems = found.loaded.problems
    if running is None and found.loaded.flow is not None:
        problems = (*problems, _twin(found.loaded.flow, owner))
    namespace, identifier = (running.namespace, running.id) if running else found.name
    return Entry(file=found.file, namespace=namespace, id=identifier, flow=running, problems=problems)


def _twin(flow: Flow, owner: str) -> Problem:
    """Of two files that define the same flow one counts."""
    message = f"{flow.name} is defined in {owner} already"
    return Problem(message=message, line=1, column=1, hint="give one of them another id")


def _differing(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> set[str]:
    """The names of the flows whose files differ."""
    files = [file for file in before.keys() | after.keys() if before.get(file) != after.get(file)]
    entries = [entry for file in files for entry in (before.get(file), after.get(file)) if entry]
    return {".".join(filter(None, entry.name)) for entry in entries}
