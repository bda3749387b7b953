"""A flow as the language understood it: typed where flowdeck decides, raw where a plugin will.

Templates are still unrendered here: a property that may hold `{{ }}` is kept as it was written.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal

import msgspec

from runtime.model.limits import Concurrency, Sla
from runtime.model.retry import Retry


class Rule(StrEnum):
    """How the engine runs the tasks inside a task; NONE is a task that runs by itself."""

    NONE = ""  #: handed to the executor
    SEQUENTIAL = "sequential"  #: one after the other
    PARALLEL = "parallel"  #: side by side, up to `concurrent`
    DAG = "dag"  #: each when those it depends on have ended
    FOR_EACH = "for_each"  #: the tasks once for each value, one after the other
    EACH_PARALLEL = "each_parallel"  #: each task for each value, all side by side
    LOOP = "loop"  #: an iteration for each value
    ITERATION = "iteration"  #: sequential, and by itself: one turn of a loop
    LOOP_UNTIL = "loop_until"  #: the tasks again and again, until a condition holds
    IF = "if"  #: `then` or `else`
    SWITCH = "switch"  #: the case whose key is the value
    ALLOW_FAILURE = "allow_failure"  #: sequential, and a failure becomes a warning
    PAUSE = "pause"  #: waits for a person or a date, then sequential
    WORKING_DIRECTORY = "working_directory"  #: sequential, in one directory


class CacheSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That a task need not run again while it is given the same."""

    ttl: timedelta | None = None
    """For how long; for ever, where nothing is said."""


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One task of a flow file."""

    id: str
    type: str
    """The class's own name, e.g. `io.kestra.plugin.core.log.Log`, whatever alias or short name the file uses."""
    written_type: str = ""
    """As it stands in the file; empty where that is `type`."""
    rule: Rule = Rule.NONE
    description: str = ""
    properties: dict[str, Any] = {}
    """All keys but the common ones and the lists of tasks, named as in the file, unrendered."""
    branches: dict[str, tuple["TaskSpec", ...]] = {}
    """The lists of tasks inside it: `tasks`, `errors`, `finally`, `then`, `else`, `defaults`, `cases.NAME`, `onPause`."""
    inputs: tuple["InputSpec", ...] = ()
    """Pause only: what is asked of whoever resumes it."""
    needs: dict[str, tuple[str, ...]] = {}
    """Dag only: for each child's id, those it depends on."""
    retry: Retry | None = None
    timeout: str | None = None
    """ISO 8601, e.g. PT15M, or a template of it."""
    run_if: str | None = None
    allow_failure: bool = False
    allow_warning: bool = False
    disabled: bool = False
    log_level: str | None = None
    cache: CacheSpec | None = None
    """`taskCache`, where it is enabled."""
    unavailable: str = ""
    """Why this task cannot run (its plugin is not here): it fails with these words when it is reached."""
    line: int = 0
    """Where it begins in the file, from 1."""


class InputSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One input: what a person or a trigger may hand to an execution (flow-language.md section 3)."""

    id: str
    type: str
    description: str = ""
    display_name: str = ""
    required: bool = True
    defaults: Any = None
    prefill: Any = None
    depends_on: tuple[str, ...] = ()
    depends_condition: str | None = None
    checks: dict[str, Any] = {}
    """The keys that only its type knows: `values`, `min`, `max`, `validator`, `itemType`, `after` ..."""
    line: int = 0


class OutputSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One output of the flow, rendered when its tasks have ended."""

    id: str
    type: str
    value: Any
    description: str = ""
    required: bool = True


class ConditionSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What must hold before a trigger fires, or a listener runs."""

    type: str
    """The class's own name."""
    properties: dict[str, Any] = {}
    conditions: tuple["ConditionSpec", ...] = ()
    """Inside a Not or an Or."""
    named: dict[str, "ConditionSpec"] = {}
    """Inside a MultipleCondition."""
    unavailable: str = ""
    """Why it cannot be judged: then nothing fires."""


class Listener(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tasks to run when an execution has ended, where conditions hold: what `afterExecution` was before there was one."""

    conditions: tuple[ConditionSpec, ...] = ()
    tasks: tuple[TaskSpec, ...] = ()


class TriggerSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What starts the flow without a person."""

    id: str
    type: str
    written_type: str = ""
    description: str = ""
    disabled: bool = False
    properties: dict[str, Any] = {}
    """All keys but the common ones; a Schedule's are cron, timezone, inputs, lateMaximumDelay ..."""
    conditions: tuple[ConditionSpec, ...] = ()
    """All must hold for it to fire."""
    stop_after: tuple[str, ...] = ()
    """States: the trigger is paused after an execution of its own that ends so."""
    labels: dict[str, str] = {}
    unavailable: str = ""
    line: int = 0


class PluginDefault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Values for every task or trigger whose type is, or begins with, `type`."""

    type: str
    values: dict[str, Any] = {}
    forced: bool = False
    """Whether these win over what the task itself says."""
    ref: str = ""
    """A name, by which alone it is had: `pluginDefaultsRef`."""
    namespace: str = ""
    """Of the settings: only for its flows, and those of what stands below it."""


class FlowCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What must hold before an execution that somebody asks for begins."""

    condition: str
    """A template that sees the inputs."""
    message: str
    """Said where the condition does not hold."""
    style: Literal["INFO", "SUCCESS", "WARNING", "ERROR"] = "INFO"
    behavior: Literal["BLOCK_EXECUTION", "FAIL_EXECUTION", "CREATE_EXECUTION"] = "BLOCK_EXECUTION"
    """What becomes of the execution then: none, one that fails at once, or one that begins all the same."""


class Flow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One revision of one flow."""

    id: str
    namespace: str
    revision: int = 0
    """Given by the store, from 1; 0 is a flow that was never saved."""
    description: str = ""
    labels: dict[str, str] = {}
    variables: dict[str, Any] = {}
    inputs: tuple[InputSpec, ...] = ()
    tasks: tuple[TaskSpec, ...] = ()
    errors: tuple[TaskSpec, ...] = ()
    finally_: tuple[TaskSpec, ...] = msgspec.field(default=(), name="finally")
    after_execution: tuple[TaskSpec, ...] = ()
    listeners: tuple[Listener, ...] = ()
    outputs: tuple[OutputSpec, ...] = ()
    triggers: tuple[TriggerSpec, ...] = ()
    retry: Retry | None = None
    concurrency: Concurrency | None = None
    sla: tuple[Sla, ...] = ()
    checks: tuple[FlowCheck, ...] = ()
    disabled: bool = False
    source: str = ""
    """The text of the file."""

    @property
    def name(self) -> str:
        """`NAMESPACE.ID`, as the command line takes it."""
        return f"{self.namespace}.{self.id}"
