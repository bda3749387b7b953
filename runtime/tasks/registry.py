"""Which class stands behind a `type:`. Names are known without an import; a class loads when it is first used.

A package adds tasks by entry points of the group `flowdeck.tasks`: the entry's name is the `type:` that flows write, its value
`package.module:Class`. The built-in tasks are entry points of the same kind. Triggers come by the group `flowdeck.triggers`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Literal, TypeAlias

from runtime.errors import PluginUnavailable
from runtime.tasks.base import Plugin
from runtime.tasks.names import KESTRA, OLD_TASKS
from runtime.tasks.stored_data import STORED_DATA

GROUP = "flowdeck.tasks"
TRIGGERS = "flowdeck.triggers"

Kind: TypeAlias = Literal["task", "flowable", "trigger", "condition", "runner", "part"]
"""A `part` is a task that another consists of: no file names it."""


@dataclass(frozen=True)
class Known:
    """A plugin by its names; `load()` gives the class."""

    entry: EntryPoint
    kind: Kind = "task"
    short: str = ""
    """What a flow may write instead of the long name."""
    aliases: tuple[str, ...] = ()
    """Further names under which flows know it."""

    @property
    def name(self) -> str:
        """The class's own name, as `TaskSpec.type` has it."""
        return self.entry.name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.name, self.short, *self.aliases)))

    def load(self) -> type[Plugin]:
        """The class. A plugin that cannot be imported is `PluginUnavailable`, each time."""
        return self._loaded

    @cached_property
    def _loaded(self) -> type[Plugin]:
        try:
            found = self.entry.load()
        except Exception as error:
            raise PluginUnavailable(
                f"the plugin `{self.name}` does not load: {type(error).__name__}: {error}",
                hint=f"it is {self.entry.value}; install what it needs, or remove it",
            ) from error
        if not (isinstance(found, type) and issubclass(found, Plugin)):
            raise PluginUnavailable(
                f"the plugin `{self.name}` does not load: {self.entry.value} is no class that derives from Plugin"
            )
        return found


class Registry:
    """All plugins, by every name that they have."""

    def __init__(self, plugins: Iterable[Known]) -> None:
        self._plugins: dict[str, Known] = {}
        self._by_name: dict[str, Known] = {}
        for known in plugins:
            self._plugins.setdefault(known.name, known)
            for name in known.names:
                self._by_name.setdefault(name, known)

    def find(self, type: str) -> Known | None:
        """By class name, short name or alias."""
        return self._by_name.get(type)

    def nearest(self, type: str) -> str | None:
        """The known name that is most like this one, if any is: class names are alike by their last part."""
        if "." not in type:
            short = [name for known in self.plugins() for name in known.names if "." not in name]
            return _closest(type, {name: name for name in short}, 0.6)
        last = type.rpartition(".")[2]
        return _closest(type, {name: name for name in self._by_name}, 0.93) or _closest(
            last, {name.rpartition(".")[2]: name for name in reversed(self._plugins)}, 0.75
        )

    def names(self) -> tuple[str, ...]:
        """The classes' own names."""
        return tuple(self._plugins)

    def all_names(self) -> tuple[str, ...]:
        """Every name, short ones and aliases too."""
        return tuple(self._by_name)

    def plugins(self) -> tuple[Known, ...]:
        return tuple(self._plugins.values())


def _closest(wanted: str, names: Mapping[str, str], cutoff: float) -> str | None:
    lowered = {key.lower(): name for key, name in names.items()}
    near = get_close_matches(wanted.lower(), lowered, 1, cutoff)
    return lowered[near[0]] if near else None


@lru_cache(1)
def default_registry() -> Registry:
    """The built-in plugins and those that are installed; a name that is built in cannot be taken by another."""
    triggers = (Known(entry, "trigger") for entry in entry_points(group=TRIGGERS))
    return Registry((*BUILT_IN, *map(Known, entry_points(group=GROUP)), *triggers))


def _plugin(name: str, value: str, short: str, kind: Kind = "task", aliases: Iterable[str] = ()) -> Known:
    return Known(EntryPoint(f"{KESTRA}{name}", f"runtime.tasks.{value}", GROUP), kind, short, tuple(aliases))


def _flowables(classes: Mapping[str, str]) -> tuple[Known, ...]:
    return tuple(
        _plugin(f"core.flow.{name}", f"flow:{name}", short, "flowable", (f"{OLD_TASKS}flows.{name}",))
        for name, short in classes.items()
    )


def _conditions(module: str, classes: Mapping[str, str]) -> tuple[Known, ...]:
    """Their older names end with `Condition`, in two packages."""
    return tuple(
        _plugin(f"core.condition.{name}", f"{module}:{name}", short, "condition", _older(name))
        for name, short in classes.items()
    )


def _older(name: str) -> list[str]:
    long = name if name.endswith("Condition") else f"{name}Condition"
    old = {"Expression": "VariableCondition"}.get(name, long)
    newer = [f"{KESTRA}core.condition.{long}"] if long != name else []
    return [f"io.kestra.core.models.conditions.types.{old}", *newer]


BUILT_IN: tuple[Known, ...] = (
    _plugin("core.log.Log", "core:Log", "log", aliases=[f"{OLD_TASKS}log.Log"]),
    _plugin("core.debug.Return", "core:Return", "return", aliases=["debug", f"{OLD_TASKS}debugs.Return"]),
    _plugin("core.output.OutputValues", "core:OutputValues", "outputs"),
    _plugin("core.execution.Fail", "core:Fail", "fail", aliases=[f"{OLD_TASKS}executions.Fail"]),
    _plugin("core.execution.Assert", "execution:Assert", "assert"),
    _plugin("core.execution.Exit", "execution:Exit", "exit"),
    _plugin(
        "core.execution.Labels",
        "execution:Labels",
        "execution.labels",
        aliases=[f"{OLD_TASKS}executions.Labels"],
    ),
    _plugin("core.execution.SetVariables", "execution:SetVariables", "set_variables"),
    _plugin("core.execution.UnsetVariables", "execution:UnsetVariables", "unset_variables"),
    _plugin(
        "core.execution.Count",
        "executions:Count",
        "execution.count",
        aliases=[f"{OLD_TASKS}executions.Counts"],
    ),
    _plugin("core.execution.Resume", "executions:Resume", "resume"),
    _plugin(
        "core.execution.PurgeExecutions",
        "executions:PurgeExecutions",
        "purge_executions",
        aliases=[f"{OLD_TASKS}storages.Purge", f"{KESTRA}core.storage.Purge"],
    ),
    _plugin("core.flow.Sleep", "core:Sleep", "sleep"),
    *(_plugin(*row) for row in STORED_DATA),
    _plugin(
        "core.flow.Subflow",
        "subflow:Subflow",
        "subflow",
        aliases=[f"{OLD_TASKS}flows.Subflow", f"{OLD_TASKS}flows.Flow"],
    ),
    _plugin("core.http.Request", "http:Request", "http", aliases=[f"{KESTRA}fs.http.Request"]),
    _plugin("scripts.shell.Commands", "script:ShellCommands", "shell"),
    _plugin("scripts.shell.Script", "script:ShellScript", "shell.script"),
    _plugin("scripts.python.Commands", "script:PythonCommands", "python"),
    _plugin("scripts.python.Script", "script:PythonScript", "python.script"),
    _plugin("git.Clone", "git:Clone", "git.clone"),
    _plugin("git.SyncNamespaceFiles", "git_sync:SyncNamespaceFiles", "git.sync_namespace_files"),
    _plugin("git.SyncFlows", "git_sync_flows:SyncFlows", "git.sync_flows"),
    _plugin("git.SyncFlow", "git_sync_flows:SyncFlow", "git.sync_flow"),
    _plugin("dbt.cli.DbtCLI", "dbt:DbtCLI", "dbt"),
    _plugin(
        "slack.notifications.SlackIncomingWebhook",
        "slack:SlackIncomingWebhook",
        "slack",
        aliases=[
            f"{KESTRA}slack.SlackIncomingWebhook",
            f"{KESTRA}notifications.slack.SlackIncomingWebhook",
        ],
    ),
    *_flowables(
        {
            "Sequential": "sequential",
            "Parallel": "parallel",
            "Dag": "dag",
            "ForEach": "foreach",
            "Loop": "loop",
            "EachSequential": "each_sequential",
            "EachParallel": "each_parallel",
            "If": "if",
            "Switch": "switch",
            "AllowFailure": "allow_failure",
        }
    ),
    _plugin("core.flow.Pause", "pause:Pause", "pause", "flowable", [f"{OLD_TASKS}flows.Pause"]),
    _plugin(
        "core.flow.ForEachItem",
        "for_each_item:ForEachItem",
        "foreach_item",
        "flowable",
        [f"{OLD_TASKS}flows.ForEachItem"],
    ),
    *(
        _plugin(f"core.flow.ForEachItem${part}", f"for_each_item:{part}", "", "part")
        for part in ("ForEachItemSplit", "ForEachItemExecutable", "ForEachItemMergeOutputs")
    ),
    _plugin(
        "core.flow.LoopUntil", "flow:LoopUntil", "loop_until", "flowable", [f"{KESTRA}core.flow.WaitFor"]
    ),
    _plugin(
        "core.flow.WorkingDirectory",
        "flow:WorkingDirectory",
        "working_directory",
        "flowable",
        [f"{OLD_TASKS}flows.WorkingDirectory", f"{OLD_TASKS}flows.Worker"],
    ),
    _plugin(
        "core.trigger.Schedule",
        "triggers:Schedule",
        "schedule",
        "trigger",
        ["io.kestra.core.models.triggers.types.Schedule"],
    ),
    _plugin("core.trigger.ScheduleOnDates", "triggers:ScheduleOnDates", "schedule_on_dates", "trigger"),
    _plugin("core.trigger.Toggle", "toggle:Toggle", "toggle", aliases=[f"{OLD_TASKS}trigger.Toggle"]),
    _plugin(
        "core.trigger.Webhook",
        "triggers:Webhook",
        "webhook",
        "trigger",
        ["io.kestra.core.models.triggers.types.Webhook"],
    ),
    _plugin(
        "core.trigger.Flow",
        "flow_trigger:FlowTrigger",
        "on_flow",
        "trigger",
        ["io.kestra.core.models.triggers.types.Flow"],
    ),
    *_conditions(
        "conditions",
        {
            "ExecutionFlow": "execution_flow",
            "ExecutionLabels": "execution_labels",
            "ExecutionNamespace": "execution_namespace",
            "ExecutionOutputs": "execution_outputs",
            "ExecutionStatus": "execution_status",
            "Expression": "expression",
            "FlowCondition": "flow_condition",
            "FlowNamespaceCondition": "flow_namespace",
            "HasRetryAttempt": "has_retry_attempt",
            "MultipleCondition": "multiple",
            "Not": "not",
            "Or": "or",
        },
    ),
    *_conditions(
        "date_conditions",
        {
            "DateTimeBetween": "date_time_between",
            "DayWeek": "day_week",
            "DayWeekInMonth": "day_week_in_month",
            "TimeBetween": "time_between",
            "Weekend": "weekend",
        },
    ),
    _plugin("scripts.runner.docker.Docker", "runners:Docker", "docker", "runner"),
    _plugin("core.runner.Process", "runners:Process", "process", "runner"),
)
