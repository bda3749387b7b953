"""Take flows over from a git repository."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from runtime.client import requests
from runtime.errors import FlowNotFound, InvalidFlow, TaskFailed
from runtime.model.views import Done, FlowDetail, Validation
from runtime.tasks.base import Result
from runtime.tasks.context import TaskContext
from runtime.tasks.git_sync import ADDED, DELETED, SAME, Difference, SyncTask, directory_of, keep
from runtime.tasks.paths import inside

UPDATED = "UPDATED"
NAMESPACE = re.compile(r"^namespace[ \t]*:.*$", re.MULTILINE)
SUFFIXES = (".yaml", ".yml")


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A flow file of the repository, as it is to be kept here."""

    path: str
    """In the repository."""
    namespace: str
    source: str
    id: str = ""
    problem: str = ""
    """The first error, of a flow that is none."""


class SyncFlows(SyncTask, frozen=True, kw_only=True):
    """Make the flows of a namespace those of a repository: they are written to the flows directory, and run from then on.

    - id: sync
      type: git.sync_flows
      url: https://github.com/your-org/flows
      branch: main
      targetNamespace: company.data
      delete: true
    """

    target_namespace: str
    """The namespace that they get, whatever their files say."""
    git_directory: str = "_flows"
    """The directory of the repository; `.` is all of it."""
    include_child_namespaces: bool = False
    """Whether its subdirectories count too: `_flows/sales` is the namespace `sales` below the target."""
    delete: bool = False
    """Whether flows of the namespace go that the repository does not have; the one that runs this never does."""
    ignore_invalid_flows: bool = False
    """Leave out what is no valid flow; else one is a failure, and nothing is changed."""
    fail_on_missing_directory: bool = True
    """Whether it is a failure that the repository has no such directory."""

    async def run(self, context: TaskContext) -> Result:
        async with self.repository(context) as repository:
            directory = directory_of(repository, self.git_directory, needed=self.fail_on_missing_directory)
            files = list(self._files(directory, repository)) if directory else []
        candidates = await self._valid(files, context)
        found = [await take(each, context, dry_run=self.dry_run) for each in candidates]
        if self.delete:
            found += await self._left_over(candidates, context)
        return Result(outputs={"flows": await keep(context, found)})

    def _files(self, directory: Path, repository: Path) -> Iterator[Candidate]:
        for path in sorted(directory.rglob("*") if self.include_child_namespaces else directory.iterdir()):
            if path.suffix in SUFFIXES and path.is_file() and ".git" not in path.parts:
                below = path.relative_to(directory).parent.parts
                namespace = ".".join((self.target_namespace, *below))
                yield read(path, repository, namespace)

    async def _valid(self, files: list[Candidate], context: TaskContext) -> list[Candidate]:
        checked = [await check(file, context) for file in files]
        broken = [each for each in checked if each.problem]
        for each in broken:
            context.log.write(
                "WARN" if self.ignore_invalid_flows else "ERROR", f"{each.path}: {each.problem}"
            )
        if broken and not self.ignore_invalid_flows:
            raise TaskFailed(
                f"{len(broken)} of {len(checked)} files are no valid flows, the first is {broken[0].path}: {broken[0].problem}",
                hint="ignoreInvalidFlows: true takes the others over",
            )
        return [each for each in checked if not each.problem]

    async def _left_over(self, taken: list[Candidate], context: TaskContext) -> list[Difference]:
        known = {(each.namespace, each.id) for each in taken}
        known.add((context.labels.namespace, context.labels.flow_id))
        gone = [
            flow
            for flow in await context.client.flows(self.target_namespace)
            if flow.revision
            and (flow.namespace, flow.id) not in known
            and (self.include_child_namespaces or flow.namespace == self.target_namespace)
        ]
        for flow in gone if not self.dry_run else ():
            await context.client.ask(requests.DeleteFlow(namespace=flow.namespace, id=flow.id), Done)
        return [
            Difference(git_path=None, sync_state=DELETED, flow_id=flow.id, namespace=flow.namespace)
            for flow in gone
        ]


class SyncFlow(SyncTask, frozen=True, kw_only=True):
    """Take one flow over from a repository.

    - id: sync
      type: git.sync_flow
      url: https://github.com/your-org/flows
      flowPath: flows/nightly.yaml
      targetNamespace: company.data
    """

    target_namespace: str
    """The namespace that it gets, whatever its file says."""
    flow_path: str
    """The flow's file in the repository."""

    async def run(self, context: TaskContext) -> Result:
        async with self.repository(context) as repository:
            path = inside(repository, self.flow_path, what="flowPath")
            if not path.is_file():
                raise TaskFailed(f"the repository has no file `{self.flow_path}`")
            candidate = read(path, repository, self.target_namespace)
        checked = await check(candidate, context)
        if checked.problem:
            raise TaskFailed(f"{checked.path} is no valid flow: {checked.problem}")
        found = await take(checked, context, dry_run=self.dry_run)
        context.log.info(f"{found.namespace}.{found.flow_id}: {found.sync_state.lower()}")
        return Result(
            outputs={"flowId": found.flow_id, "namespace": found.namespace, "revision": found.revision}
        )


def read(path: Path, repository: Path, namespace: str) -> Candidate:
    """A flow file with the namespace that it is to have."""
    text = path.read_text(encoding="utf-8", errors="replace")
    line = f"namespace: {namespace}"
    source = NAMESPACE.sub(line, text, count=1) if NAMESPACE.search(text) else f"{line}\n{text}"
    return Candidate(path=path.relative_to(repository).as_posix(), namespace=namespace, source=source)


async def check(candidate: Candidate, context: TaskContext) -> Candidate:
    """The candidate with its id, or with what is wrong with it."""
    said = await context.client.ask(requests.ValidateSource(source=candidate.source), Validation)
    wrong = next((problem for problem in said.problems if problem.is_error), None)
    if wrong is not None:
        return msgspec.structs.replace(candidate, problem=f"line {wrong.line}: {wrong.message}")
    return msgspec.structs.replace(candidate, id=said.name.removeprefix(f"{candidate.namespace}."))


async def take(candidate: Candidate, context: TaskContext, *, dry_run: bool) -> Difference:
    """Save a flow that is new, or another than it was."""
    before = await _current(candidate, context)
    state = ADDED if before is None else SAME if before.source == candidate.source else UPDATED
    revision = before.flow.revision if before else None
    if state != SAME and not dry_run:
        said = await context.client.ask(requests.SaveSource(source=candidate.source), Validation)
        wrong = next((problem for problem in said.problems if problem.is_error), None)
        if wrong is not None:
            raise TaskFailed(f"{candidate.path}: {wrong.message}")
        saved = await _current(candidate, context)
        revision = saved.flow.revision if saved else revision
    return Difference(
        git_path=candidate.path,
        sync_state=state,
        flow_id=candidate.id,
        namespace=candidate.namespace,
        revision=revision,
    )


async def _current(candidate: Candidate, context: TaskContext) -> FlowDetail | None:
    """The flow as it runs now; one whose file is broken counts as none."""
    try:
        return await context.client.ask(
            requests.GetFlow(namespace=candidate.namespace, id=candidate.id), FlowDetail
        )
    except (FlowNotFound, InvalidFlow):
        return None
