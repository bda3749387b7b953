"""The flows of a directory: read at the start, read again when a file changes, with the last valid revision running meanwhile.

A directory that holds a dbt_project.yml is left out: dbt's own files are YAML too. So are hidden files and directories, and
what editors write beside a file.
"""

import asyncio
import contextlib
import difflib
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from runtime.calendar.checks import check_trigger
from runtime.clock import Clock
from runtime.errors import FlowNotFound, InvalidFlow, InvalidRequest, NotAllowed
from runtime.language import Loaded, load
from runtime.model.flow import Flow, PluginDefault
from runtime.model.problem import Problem
from runtime.store import Store
from runtime.tasks.registry import Registry, default_registry

SUFFIXES = frozenset({".yaml", ".yml"})
SKIPPED = frozenset({"target", "dbt_packages", "node_modules", "__pycache__"})

DEBOUNCE = 20  # milliseconds: a save is one event, or a handful within a few of these
SETTLE = 0.06  # seconds after which a file that was invalid is read once more: it may have been half written

LARGEST = 10 * 1024 * 1024  # bytes


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One flow file, or a flow whose file is gone."""

    file: str = ""
    """Relative to the directory."""
    namespace: str = ""
    id: str = ""
    flow: Flow | None = None
    """The revision that runs; with errors in the file, the last valid one."""
    problems: tuple[Problem, ...] = ()
    """Of the file as it is now."""

    @staticmethod
    def of(flow: Flow) -> "Entry":
        return Entry(namespace=flow.namespace, id=flow.id, flow=flow)

    @property
    def name(self) -> tuple[str, str]:
        return self.namespace, self.id

    @property
    def is_broken(self) -> bool:
        return any(problem.is_error for problem in self.problems)


@dataclass(frozen=True)
class Read:
    """A file as it was found."""

    file: str
    loaded: Loaded


def checked(
    text: str | bytes, *, registry: Registry | None = None, defaults: tuple[PluginDefault, ...] = ()
) -> Loaded:
    """Load a flow's text with everything that can be known of it beforehand."""
    return load(
        text, registry=registry or default_registry(), defaults=defaults, trigger_checks=check_trigger
    )


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
        self._entries: dict[str, Entry] = {}
        """By file."""
        self._lock = asyncio.Lock()

    # --- what there is

    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries.values())

    def entry(self, namespace: str, flow_id: str) -> Entry | None:
        found = [entry for entry in self._entries.values() if entry.name == (namespace, flow_id)]
        return next((entry for entry in found if entry.flow), found[0] if found else None)

    def flows(self) -> tuple[Flow, ...]:
        return tuple(entry.flow for entry in self._entries.values() if entry.flow is not None)

    def flow(self, namespace: str, flow_id: str) -> Flow:
        """Raises FlowNotFound, which names the nearest; InvalidFlow where its file never was valid."""
        entry = self.entry(namespace, flow_id)
        if entry is None:
            raise self._not_found(namespace, flow_id)
        if entry.flow is None:
            first = next(problem for problem in entry.problems if problem.is_error)
            hint = f"flowdeck validate {self._directory}/{entry.file}"
            raise InvalidFlow(f"{entry.file}, line {first.line}: {first.message}", hint=hint)
        return entry.flow

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
        active = {flow.name: (flow, file) for flow, file in await self._store.flows.active()}
        self._entries = {file: replace(Entry.of(flow), file=file) for flow, file in active.values() if file}
        await self._read_again(self._files())

    def _files(self) -> list[Path]:
        return list(flow_files(self._directory)) if self._directory and self._directory.is_dir() else []

    async def _read_again(self, paths: Iterable[Path], *, gone: Iterable[str] = ()) -> tuple[str, ...]:
        """Take in files that changed, and files that are gone; returns the names of the flows that are concerned."""
        async with self._lock:
            wanted = [path for path in paths if path.suffix in SUFFIXES]
            reads = await asyncio.to_thread(self._read_all, wanted)
            missing = {*gone, *(file for file in self._entries if not self._path(file).is_file())}
            return await self._take(reads, missing - {read.file for read in reads})

    def _path(self, file: str) -> Path:
        return (self._directory or Path()) / file

    def _read_all(self, paths: list[Path]) -> list[Read]:
        found = (self._read(path) for path in sorted(set(paths)))
        return [read for read in found if read is not None]

    def _read(self, path: Path) -> Read | None:
        assert self._directory is not None
        file = str(path.relative_to(self._directory))
        try:
            if path.stat().st_size > LARGEST:
                return Read(file, _refused("the file is larger than 10 MB: a flow is not"))
            return Read(file, self.validate(path.read_bytes()))
        except FileNotFoundError:
            return None
        except OSError as error:
            return Read(file, _refused(f"the file can't be read: {error.strerror or error}"))

    async def _take(self, reads: list[Read], gone: set[str]) -> tuple[str, ...]:
        concerned = {entry.name for file in gone if (entry := self._entries.pop(file, None))}
        reads = [self._without_twin(read) for read in reads]
        valid = [(read.loaded.flow, read.file) for read in reads if read.loaded.flow is not None]
        saved = await self._store.flows.save_many(valid, self._clock.now()) if valid else []
        flows = {file: flow for flow, (_, file) in zip(saved, valid, strict=True)}
        for read in reads:
            entry = self._entry(read, flows.get(read.file))
            concerned |= {entry.name, *({before.name} if (before := self._entries.get(read.file)) else ())}
            self._entries[read.file] = entry
        await self._retire(concerned)
        return tuple(f"{namespace}.{flow_id}" for namespace, flow_id in sorted(concerned) if flow_id)

    def _entry(self, read: Read, flow: Flow | None) -> Entry:
        if flow is not None:
            return replace(Entry.of(flow), file=read.file, problems=read.loaded.problems)
        before = self._entries.get(read.file, Entry(id=Path(read.file).stem))
        return replace(before, file=read.file, problems=read.loaded.problems)

    def _without_twin(self, read: Read) -> Read:
        """Of two files that define the same flow the first one counts."""
        flow = read.loaded.flow
        if flow is None:
            return read
        twins = [
            file
            for file, entry in self._entries.items()
            if entry.flow and entry.name == (flow.namespace, flow.id)
        ]
        twin = next((file for file in twins if file != read.file and self._path(file).is_file()), None)
        if twin is None:
            return read
        problem = Problem(
            message=f"{flow.name} is defined in {twin} already",
            line=1,
            column=1,
            hint="give one of them another id",
        )
        return Read(read.file, Loaded(None, (*read.loaded.problems, problem)))

    async def _retire(self, names: Iterable[tuple[str, str]]) -> None:
        """Flows that no file defines any more: their schedules stop, their executions stay."""
        present = {entry.name for entry in self._entries.values() if entry.flow}
        for namespace, flow_id in names:
            if flow_id and (namespace, flow_id) not in present:
                await self._store.flows.deactivate(namespace, flow_id)

    # --- watching

    async def run(self) -> None:
        """Follow the directory until cancelled; where it is not there, wait until it is."""
        from watchfiles import awatch

        if self._directory is None:
            return
        while True:
            if not self._directory.is_dir():
                await self._notice([], gone=list(self._entries))
                await self._wait_directory()
                await self._notice(self._files())
            with contextlib.suppress(FileNotFoundError):
                async for changes in awatch(
                    self._directory, debounce=DEBOUNCE, step=10, ignore_permission_denied=True
                ):
                    await self._notice(self._concerned(Path(path) for _, path in changes))
                    if not self._directory.is_dir():
                        break

    async def _wait_directory(self) -> None:
        assert self._directory is not None
        while not self._directory.is_dir():  # noqa: ASYNC110 - what does not exist can't be watched
            await asyncio.sleep(1)

    def _concerned(self, paths: Iterable[Path]) -> list[Path]:
        """The flow files among what changed; below a directory that appeared, all of them."""
        assert self._directory is not None
        found: list[Path] = []
        for path in paths:
            if path.is_dir():
                found += flow_files(path) if _is_wanted(path, self._directory) else []
            elif path.suffix in SUFFIXES and _is_wanted(path, self._directory):
                found.append(path)
        return found

    async def _notice(self, paths: list[Path], *, gone: Iterable[str] = ()) -> None:
        names = await self._read_again(paths, gone=gone)
        if self._directory is not None and any(self._is_doubtful(path) for path in paths):
            await asyncio.sleep(SETTLE)
            names = tuple(dict.fromkeys([*names, *await self._read_again(paths)]))
        if names or paths:
            await self._changed(names)

    def _is_doubtful(self, path: Path) -> bool:
        assert self._directory is not None
        entry = self._entries.get(str(path.relative_to(self._directory)))
        return entry is not None and entry.is_broken

    # --- writing

    async def save(self, source: str, file: str | None) -> Loaded:
        """Write a flow's text to its file, at once and whole; with errors nothing is written."""
        if self._directory is None:
            raise NotAllowed("this runtime has no directory of flows")
        loaded = self.validate(source)
        if loaded.flow is None:
            return loaded
        path = self._target(loaded.flow, file)
        await asyncio.to_thread(_write, path, source)
        names = await self._read_again([path])
        await self._changed(names)
        return loaded

    def _target(self, flow: Flow, file: str | None) -> Path:
        assert self._directory is not None
        known = self.entry(flow.namespace, flow.id)
        path = self._directory / (file or (known.file if known and known.file else f"{flow.name}.yaml"))
        if not path.resolve().is_relative_to(self._directory.resolve()) or path.suffix not in SUFFIXES:
            raise InvalidRequest(f"`{file}` is no flow file below {self._directory}")
        return path


def _refused(message: str) -> Loaded:
    return Loaded(None, (Problem(message=message, line=1, column=1),))


def _write(path: Path, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(source)
    Path(name).replace(path)


def _is_wanted(path: Path, root: Path) -> bool:
    """Whether a path counts: not hidden, not beside a dbt project's files, not built."""
    try:
        parts = path.relative_to(root).parts
    except ValueError:
        return False
    if any(part.startswith((".", "#")) or part in SKIPPED or part.endswith("~") for part in parts):
        return False
    return not any(
        (root.joinpath(*parts[:depth]) / "dbt_project.yml").exists() for depth in range(1, len(parts) + 1)
    )


def flow_files(directory: Path) -> Iterator[Path]:
    """The flow files below a directory; links are followed, loops are not."""
    seen: set[tuple[int, int]] = set()
    for here, directories, files in os.walk(directory, followlinks=True):
        place = Path(here)
        status = place.stat()
        if (status.st_dev, status.st_ino) in seen:
            directories.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        if "dbt_project.yml" in files and place != directory:
            directories.clear()
            continue
        directories[:] = [name for name in directories if not name.startswith(".") and name not in SKIPPED]
        yield from (
            place / name
            for name in sorted(files)
            if Path(name).suffix in SUFFIXES and not name.startswith((".", "#"))
        )
