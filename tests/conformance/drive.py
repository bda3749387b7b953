"""Runs entries, all in one runtime: those of one flow behind each other, flows side by side."""

import asyncio
import contextlib
import re
import shutil
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from runtime.client.client import Client
from runtime.client.requests import CreateExecution, KillExecution, SaveSource, ValidateSource
from runtime.errors import Failure, InvalidInputs, NotAllowed
from runtime.model.execution import TaskRun
from runtime.model.states import State
from runtime.model.views import Done, ExecutionChanged, ExecutionView, Validation
from tests.conformance.collection import Entry, constants, flow_files
from tests.conformance.compare import differences
from tests.conformance.scripts import LISTENING, SCRIPTS, Played, Stage, heard
from tests.runtimes import in_process, settings, until_ended

PATIENCE = 45.0
"""Seconds for one execution."""

HOST = re.compile(r"uri: https?://([\w.-]+)")
BEHAVIOR = re.compile(r"runDurationWith(\w+)Behavior")
STARTERS = "conformance.starters"
STARTER = f"""\
id: start-{{name}}
namespace: {STARTERS}
tasks: [{{{{id: start, type: return, format: now}}}}]
"""
LISTENER = f"""\
triggers:
  - id: start
    type: on_flow
    states: [SUCCESS]
    conditions: [{{{{type: execution_flow, namespace: {STARTERS}, flowId: "start-{{name}}"}}}}]
"""
LINES = "".join(f"line {number}\n" for number in range(1, 11))


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one entry; neither field set means that all agrees."""

    differences: tuple[str, ...] = ()
    waits: str = ""
    """Why it could not be tried."""


def drive(root: Path, wanted: Iterable[Entry], directory: Path) -> dict[str, Outcome]:
    """Every entry's outcome, by its key."""
    return asyncio.run(_drive(root, tuple(wanted), directory))


async def _drive(root: Path, wanted: Sequence[Entry], directory: Path) -> dict[str, Outcome]:
    chosen = settings(directory)
    for path in flow_files(root):
        shutil.copy(path, chosen.flows / f"{path.parent.name}-{path.stem}.yaml")
    by_flow = sorted(wanted, key=lambda entry: entry.flow_file)
    async with in_process(chosen) as client:
        driver = Driver(client, root, directory)
        parts = [list(part) for _, part in groupby(by_flow, lambda entry: entry.flow_file)]
        # what is to be acted upon must be seen before it is over: not while a hundred other flows begin
        first = [part for part in parts if any(entry.interactive for entry in part)]
        found = await asyncio.gather(*map(driver.all_of, first))
        found += await asyncio.gather(*(driver.all_of(part) for part in parts if part not in first))
    return {key: outcome for part in found for key, outcome in part.items()}


class Driver:
    """One runtime with all flows of the collection."""

    def __init__(self, client: Client, root: Path, directory: Path) -> None:
        self._client = client
        self._root = root
        self._file = directory / "application-test.yml"
        self._file.write_text(LINES)

    async def all_of(self, entries: Sequence[Entry]) -> dict[str, Outcome]:
        """Behind each other: executions of one flow may be limited in number."""
        return {entry.key: await self._outcome(entry) for entry in entries}

    async def _outcome(self, entry: Entry) -> Outcome:
        source = (self._root / entry.flow_file).read_text()
        if waits := await self._reason_to_wait(entry, source):
            return Outcome(waits=waits)
        stage = Stage(self._client, entry, source, self._inputs(entry))
        try:
            if script := self._script(entry):
                return Outcome(differences=tuple([each async for each in script(stage)]))
            view = await self._ran(entry, source)
            more = [each async for each in heard(stage, self._root, view)] if _is_heard(entry) else []
        except Failure as failure:
            return Outcome(differences=(f"it does not begin: {failure}",))
        except TimeoutError:
            return Outcome(
                differences=(f"what upstream's test waits for did not come within {PATIENCE:g} s",)
            )
        return Outcome(differences=(*differences(entry, view), *more))

    def _script(self, entry: Entry) -> Callable[[Stage], Played] | None:
        acts = entry.interactive and entry.expected_state != "PAUSED"
        return SCRIPTS.get(entry.test_method) if acts else None

    async def _reason_to_wait(self, entry: Entry, source: str) -> str:
        if entry.test_only_types:
            return "it has a type that only upstream's test code knows"
        acts = entry.interactive and entry.expected_state != "PAUSED"
        if acts and entry.test_method not in SCRIPTS:
            return "upstream's test acts on the execution while it runs"
        if absent := await self._absent_types(entry, source):
            return f"no plugin runs {absent[0]} yet"
        for host in HOST.findall(source):
            if not await _is_known(host):
                return f"it asks {host}, which this machine does not reach"
        return ""

    async def _absent_types(self, entry: Entry, source: str) -> list[str]:
        sources = [source, *((self._root / other).read_text() for other in entry.other_flows)]
        found = [await self._client.ask(ValidateSource(source=text), Validation) for text in sources]
        nodes = [node for validation in found if validation.topology for node in validation.topology.nodes]
        return sorted({node.type for node in nodes if node.unavailable})

    async def _ran(self, entry: Entry, source: str) -> ExecutionView:
        begin = CreateExecution(source=source, inputs=self._inputs(entry))
        try:
            identifier = (await self._client.ask(begin, ExecutionView)).execution.id
        except InvalidInputs:
            if entry.inputs is not None:
                raise
            identifier = await self._triggered(entry, source)
        if entry.expected_state == "PAUSED":
            return await self._until_paused(identifier)
        try:
            return await until_ended(self._client, identifier, patience=PATIENCE)
        except TimeoutError:
            return await self._stopped(identifier)

    async def _triggered(self, entry: Entry, source: str) -> str:
        """Upstream's tests begin executions as its triggers do: where they give no inputs at all, nobody asks for any."""
        name = f"{Path(entry.flow_file).stem}-{entry.test_method}"
        text = re.sub(r"^id: .*$", f"id: {name}", source, count=1, flags=re.MULTILINE)
        starter = STARTER.format(name=name)
        for each in (starter, f"{text}\n{LISTENER.format(name=name)}"):
            await self._client.ask(SaveSource(source=each), Validation)
        await self._client.start(STARTERS, f"start-{name}")
        async with asyncio.timeout(PATIENCE):
            async for _ in self._client.watch():
                if items := (await self._client.executions(flow_id=name)).items:
                    return items[0].id
        raise AssertionError

    async def _until_paused(self, identifier: str) -> ExecutionView:
        """As it is at its first pause, by the news alone: that may be over soon. It is not needed any more then."""
        runs: dict[str, TaskRun] = {}
        view: ExecutionView | None = None
        async with asyncio.timeout(PATIENCE):
            async for news in self._client.watch(identifier):
                if view is None:
                    view = await self._client.execution(identifier)
                    runs = {run.id: run for run in view.task_runs}
                if isinstance(news, ExecutionChanged):
                    runs |= {run.id: run for run in news.task_runs}
                    view = ExecutionView(execution=news.execution, task_runs=tuple(runs.values()))
                if view.execution.state is State.PAUSED or view.execution.state.is_terminal:
                    break
        await self._stopped(identifier)
        assert view is not None
        return view

    async def _stopped(self, identifier: str) -> ExecutionView:
        """As it was before it was killed."""
        view = await self._client.execution(identifier)
        with contextlib.suppress(NotAllowed):  # it has ended by itself
            await self._client.ask(KillExecution(id=identifier), Done)
        return view

    def _inputs(self, entry: Entry) -> dict[str, Any]:
        if entry.inputs == "inputs" or entry.test_method.endswith("WithForEachItem"):
            return self._words_of_a_test(entry)
        given = entry.inputs if isinstance(entry.inputs, Mapping) else {}
        behavior = BEHAVIOR.fullmatch(entry.test_method)
        if behavior is None:
            return dict(given)
        return {**given, "behavior": behavior[1].replace("CONTINUE", "RESUME")}

    def _words_of_a_test(self, entry: Entry) -> dict[str, Any]:
        """`inputs` is a constant of upstream's test; what belongs to the test's machine gets a value of this one."""
        if Path(entry.flow_file).stem != "inputs":
            batches = {"flowConcurrencyWithForEachItem": 5, "forEachItemNoWait": 20}
            return {"file": str(self._file), "batch": batches.get(entry.test_method, 4)}
        kept = constants(self._root) | {"file": str(self._file), "uri": "https://example.org"}
        empty = {"json1": "{}"} if "EmptyJson" in entry.test_method else {}
        return {**kept, "json2": {"a": "b"}, "yaml2": {"some": "property"}, **empty}


def _is_heard(entry: Entry) -> bool:
    """Whether other flows wait for the entry's; of several runs of a test the last one is looked at."""
    return entry.test_method in LISTENING


async def _is_known(host: str) -> bool:
    try:
        await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return True
