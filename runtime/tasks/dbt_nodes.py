"""How the nodes of a dbt command stand, told by its events: everything that decides a node's status lives here. No I/O.

dbt says more than once how a node ended: `Log*Result` (info level) for people, `NodeFinished` (debug level) with the numbers,
`run_results.json` at the end with all of it. Each overlays the one before; where the debug level is missing, the first must do.

A microbatch model runs its batches as nodes of the same id: `NodeStart` and `NodeFinished` repeat for each. Only the `NodeFinished`
after the model's own `LogModelResult` is its end.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from runtime.model.execution import Node
from runtime.tasks.dbt_artifacts import Manifest, NodeResult, Results
from runtime.tasks.dbt_events import Data, Event, NodeInfo, moment

FAILED: Final = frozenset({"error", "fail", "runtime error", "partial success"})
ENDED: Final = FAILED | {"success", "pass", "warn", "skipped", "no-op", "reused"}
MUTE: Final = frozenset({"", "ERROR", "SKIPPED", "error"})
"""Messages that say nothing beyond the status."""
INTERRUPTED: Final = "dbt ended before this node did"


class NodeTracker:
    """Takes events, gives the nodes that they changed."""

    def __init__(self, task_run_id: str) -> None:
        self.nodes: dict[str, Node] = {}
        self.invocation = ""
        """Of the latest dbt command."""
        self.node_count = 0
        """How many nodes that command set out to run, where it said so."""
        self._task_run_id = task_run_id
        self._invocations: dict[str, str] = {}
        self._batched: set[str] = set()
        self._decided: set[str] = set()
        self._causes: dict[str, str] = {}
        self._blockers: dict[str, str] = {}
        self._manifest = Manifest()

    def feed(self, event: Event) -> list[Node]:
        data = event.data
        if data is None:
            return []
        if event.invocation_id and event.invocation_id != self.invocation:
            self._begin(event.invocation_id)
        if event.name == "ConcurrencyLine":
            self.node_count = data.node_count or 0
            return []
        if event.name == "MarkSkippedChildren":
            if data.status != "skipped":
                self._blockers[data.unique_id] = data.status
            return []
        handler = self._handlers.get(event.name)
        if handler is None or data.node_info is None or not data.node_info.unique_id:
            return []
        changed = handler(self, event, data, data.node_info)
        return [] if changed is None else [self._keep(changed)]

    def learn(self, manifest: Manifest) -> list[Node]:
        """Take the edges from the manifest."""
        self._manifest = manifest
        before = list(self.nodes.values())
        return [
            self._keep(node) for node in before if not node.depends_on and manifest.parents(node.unique_id)
        ]

    def complete(self, results: Results) -> list[Node]:
        """Lay what run_results.json says over what the events said, and give skipped nodes their reason. A node that a later
        command has begun again is left as that one tells it."""
        command = results.metadata.invocation_id
        nodes = [
            self._keep(self._overlay(result))
            for result in results.results
            if self._invocations.get(result.unique_id, "") in {"", command}
        ]
        return [self._keep(self._explained(node)) for node in nodes]

    def close(self, at: datetime) -> list[Node]:
        """dbt is gone: what had begun and not ended never will."""
        return [
            self._keep(
                msgspec.structs.replace(node, status="error", ended=at, message=node.message or INTERRUPTED)
            )
            for node in list(self.nodes.values())
            if node.status not in ENDED
        ]

    @property
    def current(self) -> list[Node]:
        """The nodes of the latest command, without hooks."""
        return [
            node
            for uid, node in self.nodes.items()
            if self._invocations.get(uid) == self.invocation and node.resource_type != "operation"
        ]

    def _begin(self, invocation: str) -> None:
        self.invocation, self.node_count = invocation, 0
        self._batched.clear()
        self._decided.clear()
        self._causes.clear()
        self._blockers.clear()

    def _keep(self, node: Node) -> Node:
        if not node.depends_on and (parents := self._manifest.parents(node.unique_id)):
            node = msgspec.structs.replace(node, depends_on=parents)
        self.nodes[node.unique_id] = node
        return node

    def _known(self, unique_id: str) -> Node | None:
        """The node in the life that it has under the latest command."""
        return self.nodes.get(unique_id) if self._invocations.get(unique_id) == self.invocation else None

    def _new(self, info: NodeInfo) -> Node:
        self._invocations[info.unique_id] = self.invocation
        return Node(
            task_run_id=self._task_run_id,
            unique_id=info.unique_id,
            resource_type=info.resource_type or info.unique_id.partition(".")[0],
            status="started",
            name=name_of(info.unique_id)
            if info.resource_type == "source"
            else info.node_name or name_of(info.unique_id),
        )

    # Each handler gives the node as it stands now, or None where the event changes nothing.

    def _start(self, event: Event, data: Data, info: NodeInfo) -> Node | None:
        known = self._known(info.unique_id)
        if "microbatch" in data.description or (known and event.name == "NodeStart"):
            self._batched.add(info.unique_id)
        if known is not None:
            return None
        return msgspec.structs.replace(
            self._new(info), started=moment(info.node_started_at) or event.at, thread=event.thread
        )

    def _progress(self, event: Event, data: Data, info: NodeInfo) -> Node | None:
        node = self._known(info.unique_id) or self._start(event, data, info)
        if node is None or node.status in {*ENDED, info.node_status}:
            return None
        if node.status == "executing":  # the next batch compiles: the model goes on
            return None
        relation = info.node_relation and info.node_relation.relation_name
        return msgspec.structs.replace(node, status=info.node_status, relation=relation or node.relation)

    def _batch(self, event: Event, data: Data, info: NodeInfo) -> Node | None:
        self._batched.add(info.unique_id)
        node = self._known(info.unique_id)
        if node is None or node.status in ENDED:
            return None
        if not data.batch_index:
            return None
        return msgspec.structs.replace(node, message=f"batch {data.batch_index} of {data.total_batches}")

    def _result(self, event: Event, data: Data, info: NodeInfo) -> Node | None:
        self._decided.add(info.unique_id)
        node = self._known(info.unique_id) or self._new(info)
        status = info.node_status if info.node_status in ENDED else data.status.lower()
        tested = node.resource_type in {"test", "unit_test"}
        said = "" if status == data.status.lower() else data.status
        return msgspec.structs.replace(
            node,
            status=status,
            started=node.started or moment(info.node_started_at),
            ended=moment(info.node_finished_at) or event.at,
            execution_s=data.execution_time,
            failures=data.num_failures if tested else None,
            message=self._causes.get(info.unique_id, "" if said in MUTE else said),
            attached_node=data.attached_node or node.attached_node,
        )

    def _skip(self, event: Event, data: Data, info: NodeInfo) -> Node | None:
        node = self._known(info.unique_id) or self._new(info)
        blockers = list(self._blockers)
        reason = f"{name_of(blockers[0])} {_did(self._blockers[blockers[0]])}" if len(blockers) == 1 else ""
        return msgspec.structs.replace(node, status="skipped", ended=event.at, message=reason)

    def _cause(self, event: Event, data: Data, info: NodeInfo) -> Node | None:
        self._causes.setdefault(info.unique_id, (data.exc or event.message).strip())
        return None

    def _afterword(self, event: Event, data: Data, info: NodeInfo) -> Node | None:
        """The summary at the end: the only place where the info level says why a node failed."""
        node = self._known(info.unique_id)
        if node is None or node.message not in MUTE or event.message.strip() in MUTE:
            return None
        return msgspec.structs.replace(node, message=event.message.strip())

    def _finish(self, event: Event, data: Data, info: NodeInfo) -> Node | None:
        result = data.run_result
        if result is None or (info.unique_id in self._batched and info.unique_id not in self._decided):
            return None
        node = self._known(info.unique_id) or self._new(info)
        message = (result.message or "").strip()
        if message in MUTE:
            message = self._causes.get(info.unique_id) or ("" if node.message in MUTE else node.message)
        return msgspec.structs.replace(
            node,
            status=result.status or info.node_status,
            ended=moment(info.node_finished_at) or node.ended or event.at,
            execution_s=result.execution_time if result.execution_time is not None else node.execution_s,
            failures=result.num_failures if node.resource_type in {"test", "unit_test"} else None,
            rows=_rows(result.adapter_response),
            message=message,
            thread=result.thread or node.thread,
        )

    def _overlay(self, result: NodeResult) -> Node:
        node = self.nodes.get(result.unique_id) or self._new(NodeInfo(unique_id=result.unique_id))
        message = (result.message or "").strip()
        return msgspec.structs.replace(
            node,
            name=node.name,
            status=result.status,
            started=result.started or node.started,
            ended=result.ended or node.ended,
            execution_s=result.execution_time if result.execution_time is not None else node.execution_s,
            failures=result.failures if result.failures is not None else node.failures,
            rows=_rows(result.adapter_response),
            message=node.message if message in MUTE else message,
            thread=result.thread_id or node.thread,
            relation=result.relation_name or node.relation,
            attached_node=self._manifest.attached(result.unique_id) or node.attached_node,
        )

    def _explained(self, node: Node) -> Node:
        if node.status != "skipped":
            return node
        blocker = self._blocker(node)
        return msgspec.structs.replace(node, message=blocker) if blocker else node

    def _blocker(self, node: Node) -> str:
        """The nearest failure upstream: a parent, or a test on a parent, which `dbt build` waits for too."""
        tests = self._failed_tests()
        level, seen = list(node.depends_on), set[str]()
        while level:
            for uid in level:
                parent = self.nodes.get(uid)
                if parent is not None and parent.status in FAILED:
                    return f"{parent.name} {_did(parent.status)}"
                if uid in tests:
                    return f"{tests[uid].name} {_did(tests[uid].status)}"
            seen |= set(level)
            level = [uid for each in level for uid in self._manifest.parents(each) if uid not in seen]
        return ""

    def _failed_tests(self) -> Mapping[str, Node]:
        return {
            parent: node
            for node in self.nodes.values()
            if node.resource_type in {"test", "unit_test"} and node.status in FAILED
            for parent in (node.depends_on or (node.attached_node,))
        }

    _handlers: ClassVar[dict[str, Callable[..., Node | None]]] = {
        "NodeStart": _start,
        "LogStartLine": _start,
        "LogHookStartLine": _start,
        "NodeCompiling": _progress,
        "NodeExecuting": _progress,
        "LogStartBatch": _batch,
        "LogBatchResult": _batch,
        "LogModelResult": _result,
        "LogSeedResult": _result,
        "LogSnapshotResult": _result,
        "LogFunctionResult": _result,
        "LogNodeResult": _result,
        "LogNodeNoOpResult": _result,
        "LogTestResult": _result,
        "LogFreshnessResult": _result,
        "LogHookEndLine": _result,
        "SkippingDetails": _skip,
        "LogSkipBecauseError": _skip,
        "NodeFinished": _finish,
        "CatchableExceptionOnRun": _cause,
        "GenericExceptionOnRun": _cause,
        "RunResultError": _afterword,
        "RunResultWarningMessage": _afterword,
    }


def name_of(unique_id: str) -> str:
    """What people call a node: `model.project.orders` is orders, a test goes without its hash, a source with its schema."""
    parts = unique_id.split(".")
    if parts[0] == "source":
        return ".".join(parts[2:])
    if parts[0] in {"test", "unit_test"} and len(parts) > 3:
        return ".".join(parts[2:-1])
    return parts[-1] if len(parts) < 3 else ".".join(parts[2:])


def _did(status: str) -> str:
    return "failed" if status in FAILED else f"ended with {status}"


def _rows(response: Mapping[str, object]) -> int | None:
    rows = response.get("rows_affected")
    try:
        return int(str(rows)) if rows is not None and int(str(rows)) >= 0 else None
    except ValueError:
        return None
