"""What a face is shown: values cut to the needs of a screen or a command, as they cross the wire."""

from datetime import datetime
from typing import Any

import msgspec

from runtime.model.execution import Execution, Node, TaskRun
from runtime.model.problem import Problem
from runtime.model.states import State


class View(msgspec.Struct, frozen=True, kw_only=True, tag_field="view", omit_defaults=True):
    """An answer of the runtime."""


class Done(View, frozen=True, kw_only=True, tag="done"):
    """It was done; there is nothing more to say."""

    message: str = ""
    count: int = 0
    """How many, where something was counted."""


class RuntimeStatus(View, frozen=True, kw_only=True, tag="runtime_status"):
    """The header of every screen: which runtime this is, and since when."""

    version: str
    pid: int
    user: str
    host: str
    since: datetime
    data_directory: str
    flows_directory: str | None
    socket: str
    mode: str
    """daemon, embedded (started by a console) or in-process (one `flowdeck run`)."""
    runner: str
    """`docker` or `process`: what a task gets that does not choose."""
    runner_reason: str = ""
    flows: int = 0
    problems: int = 0
    """Flow files that can't be used as they are."""
    running: int = 0
    """Executions that have not ended."""
    schedules: int = 0
    memory: int = 0
    """Resident, in bytes."""


class TriggerView(View, frozen=True, kw_only=True, tag="trigger"):
    """One trigger of one flow, and when it fires next."""

    namespace: str
    flow_id: str
    trigger_id: str
    type: str
    description: str = ""
    schedule: str = ""
    """The cron line and its zone, for a Schedule."""
    timezone: str = ""
    disabled: bool = False
    """In the file."""
    paused: bool = False
    """By a person."""
    last_fired: datetime | None = None
    next_fire: datetime | None = None
    problem: str = ""


class FlowView(View, frozen=True, kw_only=True, tag="flow"):
    """A line of the list of flows. A file that never was valid has a file and problems, and no revision."""

    namespace: str
    id: str
    revision: int = 0
    description: str = ""
    labels: dict[str, str] = {}
    file: str = ""
    disabled: bool = False
    tasks: int = 0
    triggers: tuple[TriggerView, ...] = ()
    next_fire: datetime | None = None
    last: Execution | None = None
    """Its latest execution."""
    problems: tuple[Problem, ...] = ()
    """Of the file as it is now; with errors, `revision` is the last valid one, which goes on running."""
    has_inputs: bool = False


class InputView(View, frozen=True, kw_only=True, tag="input"):
    """One field of the form that triggers a flow."""

    id: str
    type: str
    label: str = ""
    description: str = ""
    required: bool = True
    default: Any = None
    """As rendered now; templates that need other inputs are left as they stand."""
    choices: tuple[str, ...] = ()
    checks: dict[str, Any] = {}


class FlowDetail(View, frozen=True, kw_only=True, tag="flow_detail"):
    """One revision of a flow: its text, its form, its graph."""

    flow: FlowView
    source: str
    inputs: tuple[InputView, ...] = ()
    topology: "Topology"


class TopologyNode(View, frozen=True, kw_only=True, tag="topology_node"):
    """One task of a graph."""

    id: str
    """The task's id, unique within the flow."""
    type: str
    parent: str | None = None
    """The task that holds it; the graph draws that one as a cluster."""
    branch: str = "tasks"
    is_cluster: bool = False
    rule: str = ""
    """sequential, parallel, for_each ... for a cluster."""
    description: str = ""
    disabled: bool = False
    unavailable: str = ""
    line: int = 0


class Topology(View, frozen=True, kw_only=True, tag="topology"):
    """What follows what: tasks in the file's order, edges between tasks that are no clusters, `errors`, `finally` and
    `afterExecution` as clusters of their own (parent None, branch named)."""

    nodes: tuple[TopologyNode, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()
    """(from, to): from the last task of what comes before to the first of what comes after, clusters seen through."""


class Revision(View, frozen=True, kw_only=True, tag="revision"):
    """One saved revision of a flow."""

    number: int
    created: datetime
    source: str = ""


class Validation(View, frozen=True, kw_only=True, tag="validation"):
    """What was found in a flow's text; `topology` where it is valid."""

    problems: tuple[Problem, ...] = ()
    topology: Topology | None = None
    name: str = ""
    """NAMESPACE.ID where those could be read."""
    inputs: tuple[InputView, ...] = ()
    """Without their defaults."""


class WaitingTask(View, frozen=True, kw_only=True, tag="waiting_task"):
    """A Pause that waits for a person."""

    task_run_id: str
    task_id: str
    value: str | None = None
    """Of its iteration."""
    description: str = ""
    until: datetime | None = None
    """When its time is over."""
    inputs: tuple[InputView, ...] = ()
    """What is asked of whoever resumes it."""


class ExecutionView(View, frozen=True, kw_only=True, tag="execution"):
    """One execution with all that belongs to it."""

    execution: Execution
    task_runs: tuple[TaskRun, ...] = ()
    nodes: tuple[Node, ...] = ()
    topology: Topology | None = None
    """Of its own revision."""
    typical: dict[str, float] = {}
    """Task id -> median duration in seconds over its last executions."""
    notes: tuple[str, ...] = ()
    """What the flow's checks have to say about an execution that was just asked for."""
    is_held: bool = False
    """Whether a person has paused it as a whole."""
    waiting: tuple[WaitingTask, ...] = ()
    """The Pause tasks that may be resumed."""


class ExecutionPage(View, frozen=True, kw_only=True, tag="execution_page"):
    """A part of the list of executions, newest first."""

    items: tuple[Execution, ...] = ()
    next: str | None = None
    """Hand this back to get the following part."""
    total: int | None = None


class LogLine(msgspec.Struct, frozen=True, array_like=True):
    """One line of an attempt's log."""

    number: int
    """From 0 within its attempt."""
    at: datetime
    level: str
    text: str
    task_run_id: str = ""
    attempt: int = 0


class LogPage(View, frozen=True, kw_only=True, tag="log_page"):
    """Some consecutive lines."""

    lines: tuple[LogLine, ...] = ()
    total: int = 0
    """Lines there are by now."""
    ended: bool = False
    """Whether no more will come."""


class StoredFile(View, frozen=True, kw_only=True, tag="stored_file"):
    """A file of the internal storage, or of a namespace."""

    uri: str
    name: str = ""
    """Of a namespace's file: relative to its others."""
    size: int
    """Bytes."""
    modified: datetime


class FilePart(View, frozen=True, kw_only=True, tag="file_part"):
    """Some consecutive bytes of a file."""

    content: bytes
    offset: int
    size: int
    """Of the whole file."""


class KeyValue(View, frozen=True, kw_only=True, tag="key_value"):
    """A value that flows keep under a key."""

    namespace: str
    key: str
    type: str
    value: Any
    """As JSON has it: dates and durations are texts."""
    description: str = ""
    created: datetime
    updated: datetime
    expires: datetime | None = None
    version: int = 1
    """How often it was written."""


class SecretName(View, frozen=True, kw_only=True, tag="secret_name"):
    """A secret that exists; its value never travels."""

    namespace: str
    name: str


class Fire(View, frozen=True, kw_only=True, tag="fire"):
    """A future date of a schedule."""

    at: datetime
    note: str = ""
    """Where a change of the clocks touches it."""


class Check(View, frozen=True, kw_only=True, tag="check"):
    """One line of the doctor's report."""

    name: str
    verdict: str
    """ok, warning or problem."""
    message: str
    remedy: str = ""


class Setting(View, frozen=True, kw_only=True, tag="setting"):
    """One setting of the runtime, and who said so."""

    name: str
    value: str
    origin: str
    """`default`, the settings file's path, the environment variable's name, or `command line`."""
    description: str = ""


class Container(View, frozen=True, kw_only=True, tag="container"):
    """A container that runs an attempt, or was left by one."""

    id: str
    image: str
    state: str
    """The engine's word: created, running, exited ..."""
    status: str
    """The engine's sentence: Up 3 minutes, Exited (1) 2 hours ago ..."""
    created: datetime
    namespace: str
    flow_id: str
    execution_id: str
    task_id: str
    task_run_id: str
    attempt: int


class Many(View, frozen=True, kw_only=True, tag="many"):
    """Several views of one kind."""

    items: tuple[
        FlowView
        | TriggerView
        | Revision
        | SecretName
        | Fire
        | Check
        | Setting
        | Container
        | Validation
        | ExecutionView
        | StoredFile
        | KeyValue,
        ...,
    ] = ()


# --- what a watcher hears


class ExecutionChanged(View, frozen=True, kw_only=True, tag="execution_changed"):
    """An execution moved: its header, the task runs and dbt nodes that changed."""

    sequence: int
    execution: Execution
    task_runs: tuple[TaskRun, ...] = ()
    removed: tuple[str, ...] = ()
    nodes: tuple[Node, ...] = ()


class FlowsChanged(View, frozen=True, kw_only=True, tag="flows_changed"):
    """Flow files were read again."""

    sequence: int
    names: tuple[str, ...] = ()


class TriggersChanged(View, frozen=True, kw_only=True, tag="triggers_changed"):
    """A trigger fired, was paused or resumed."""

    sequence: int


class Alive(View, frozen=True, kw_only=True, tag="alive"):
    """Nothing happened for a while; the line is up."""

    sequence: int


AnyView = (
    Done
    | RuntimeStatus
    | TriggerView
    | FlowView
    | FlowDetail
    | Topology
    | Validation
    | ExecutionView
    | ExecutionPage
    | LogPage
    | StoredFile
    | FilePart
    | KeyValue
    | Many
    | ExecutionChanged
    | FlowsChanged
    | TriggersChanged
    | Alive
)

ENDED_BADLY = frozenset({State.FAILED, State.KILLED, State.CANCELLED})
