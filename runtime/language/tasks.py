"""The tasks of a flow file, checked and built in one go: what does not fit is reported, what does is a TaskSpec."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from runtime.engine.plans import COLLECTED
from runtime.language.dags import check_dag, members
from runtime.language.defaults import REF, Defaults
from runtime.language.document import Path
from runtime.language.input_specs import InputReader, ids, read_outputs
from runtime.language.report import Report, nearest
from runtime.language.retries import read_retry
from runtime.language.task_keys import COMMON, NOT_RENDERED, WITHOUT_EFFECT, TaskKeys, lists, marked
from runtime.language.templates import Templates
from runtime.language.types import Found, Types
from runtime.language.values import check_fields, duration, flag, is_template, named
from runtime.model.flow import CacheSpec, InputSpec, Rule, TaskSpec
from runtime.tasks.base import Flowable, Plugin
from runtime.tasks.convert import properties
from runtime.tasks.names import KESTRA

ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]*")
LONGEST_ID = 256
CALLS = frozenset({f"{KESTRA}core.flow.Subflow", f"{KESTRA}core.flow.ForEachItem"})
"""Tasks that run the flow that their `namespace` and `flowId` name."""
NO_TYPE = "Invalid type: null (missing type id property 'type')"


class TaskReader:
    """Reads the tasks of one flow; ids are unique among all of them."""

    def __init__(
        self,
        report: Report,
        types: Types,
        defaults: Defaults,
        templates: Templates,
        flow: tuple[Any, Any] = (None, None),
    ) -> None:
        self._flow = flow
        self._report = report
        self._types = types
        self._defaults = defaults
        self._templates = templates
        self._inputs = InputReader(report, templates)
        self._lines: dict[str, int] = {}
        self.asked: list[str] = []
        """Ids of the inputs that tasks ask for."""
        self._has_foreign_flowables = False

    @property
    def ids(self) -> Collection[str] | None:
        """Of all tasks read so far; None where one may hold tasks that cannot be known here."""
        return None if self._has_foreign_flowables else self._lines

    def read_list(self, value: Any, path: Path, *, needed: bool = False) -> tuple[TaskSpec, ...]:
        """The tasks of a list; null is an empty one."""
        if value is None or value == []:
            if needed:
                self._report.error(path, f"`{path[-1]}` must not be empty: at least one task is needed")
            return ()
        if not isinstance(value, list):
            self._report.error(path, f"`{path[-1]}` must be a list of tasks, and is {named(value)}")
            return ()
        return self._read_all((item, (*path, number)) for number, item in enumerate(value))

    def _read_all(self, tasks: Iterable[tuple[Any, Path]]) -> tuple[TaskSpec, ...]:
        found = [self._read(value, path) for value, path in tasks]
        return tuple(task for task in found if task is not None)

    def _read(self, value: Any, path: Path) -> TaskSpec | None:
        """One task; None where there is nothing to build it from."""
        if not isinstance(value, Mapping):
            self._report.error(path, f"a task must be a map, and is {named(value)}")
            return None
        value = self._defaults.fill(dict(value), common=COMMON)
        self._check_id(value, path)
        if value.get("type") is None:
            self._no_type(value, path)
            return None
        found = self._types.find(str(value["type"]), (*path, "type"), ("task", "flowable"))
        if found is None:
            return None
        self._check_keys(value, path, found)
        self._has_foreign_flowables |= found.plugin is None and found.is_flowable
        unavailable = (
            found.unavailable or self._read_runner(value, path, found.plugin) or self._check_ref(value, path)
        )
        branches = self._branches(value, path, found)
        if inside := self._inside(value, path, found):
            branches["tasks"] = inside
        if _rule(found) is Rule.LOOP:
            branches = {"tasks": (self._turn(value, path, found, branches),)}
        if found.plugin is not None and issubclass(found.plugin, Flowable):
            self._check_flowable(found.plugin.rule, value, path, branches)
        return self._built(value, path, replace(found, unavailable=unavailable), branches)

    # --- checks

    def _check_id(self, value: Mapping[str, Any], path: Path) -> None:
        if value.get("id") is None:
            self._report.error(path, "a task needs an `id`")
            return
        identifier, place = str(value["id"]), (*path, "id")
        if not ID.fullmatch(identifier) or len(identifier) > LONGEST_ID:
            self._report.error(
                place,
                f"`{identifier[:60]}` is no id of a task: letters, digits, `-` and `_`, at most {LONGEST_ID}, "
                "the first a letter or digit",
            )
        elif identifier in self._lines:
            self._report.error(
                place,
                f"Duplicate task id with name [{identifier}]: line {self._lines[identifier]} has it already",
                "an id is unique in the whole flow, errors and finally included",
            )
        self._lines.setdefault(identifier, self._report.line(place))

    def _no_type(self, value: Mapping[str, Any], path: Path) -> None:
        near = nearest("type", [key for key in value if key not in COMMON])
        if near is None:
            self._report.error(path, NO_TYPE)
        else:
            self._report.unknown_key((*path, near), "a task", ["type"])

    def _check_keys(self, value: Mapping[str, Any], path: Path, found: Found) -> None:
        common = {key: item for key, item in value.items() if key in COMMON}
        check_fields(self._report, path, {"id": "-", **common}, TaskKeys, owner="a task")
        for key, consequence in WITHOUT_EFFECT.items():
            if value.get(key) is not None:
                self._report.warn((*path, key), f"`{key}` has no effect here: {consequence}")
        if value.get("taskCache") is not None and lists(found):
            self._report.warn((*path, "taskCache"), "`taskCache` has no effect on a task that holds others")
        if found.plugin is not None:
            owner = f"`{found.name.rpartition('.')[2]}`"
            check_fields(self._report, path, value, found.plugin, owner=owner, others=COMMON)
        left_out = lists(found).keys() | NOT_RENDERED | marked(found, "elsewhere") | marked(found, "inputs")
        self._check_recursion(value, path, found)
        self._templates.check({key: item for key, item in value.items() if key not in left_out}, path)

    def _check_recursion(self, value: Mapping[str, Any], path: Path, found: Found) -> None:
        called = (value.get("namespace"), value.get("flowId"))
        if found.name in CALLS and called == self._flow:
            self._report.error((*path, "flowId"), f"Recursive call to flow [{called[0]}.{called[1]}]")

    def _read_runner(self, value: dict[str, Any], path: Path, plugin: type[Plugin] | None) -> str:
        """`taskRunner` is a plugin inside a task: its properties are those of its type. Says why it cannot run, if so."""
        runner = value.get("taskRunner")
        if plugin is None or "taskRunner" not in properties(plugin) or not isinstance(runner, Mapping):
            return ""
        path = (*path, "taskRunner")
        if runner.get("type") is None:
            self._report.error(path, f"`taskRunner` needs a `type`: {NO_TYPE}")
            return ""
        found = self._types.find(str(runner["type"]), (*path, "type"), ("runner",))
        if found is None or found.plugin is None:
            return found.unavailable if found else ""
        # a default for `io.kestra.plugin.scripts` means the tasks below that name, and the runners there only by chance
        value["taskRunner"] = runner = self._defaults.fill(dict(runner), properties(found.plugin))
        check_fields(
            self._report, path, runner, found.plugin, owner="`taskRunner`", others=("type", "version")
        )
        return ""

    def _check_ref(self, value: Mapping[str, Any], path: Path) -> str:
        """Why the task cannot run, where it asks for a plugin default that is none."""
        ref = self._defaults.unknown_ref(value)
        if not ref:
            return ""
        what = f"no plugin default has the `ref` {ref}"
        near = self._report.nearest(ref, self._defaults.refs)
        hint = f"did you mean `{near}`?" if near else ""
        self._report.warn((*path, REF), f"{what}; the task fails when it is reached", hint)
        return what

    def _check_flowable(
        self, rule: Rule, value: Mapping[str, Any], path: Path, branches: Mapping[str, tuple[TaskSpec, ...]]
    ) -> None:
        name = value.get("id")
        if rule is Rule.SWITCH and not any(
            branches[key] for key in branches if key not in ("errors", "finally")
        ):
            self._report.error(path, f"{name}: No task defined, neither cases or default have any tasks")
        if rule is Rule.WORKING_DIRECTORY and not all(map(self._is_runnable, branches.get("tasks", ()))):
            self._report.error(
                (*path, "tasks"),
                f"{name}: Only runnable tasks are allowed as children of a WorkingDirectory task",
            )
        if rule is Rule.DAG:
            place = (*path, "tasks")
            check_dag(self._report, str(name), list(members(value.get("tasks"), place)), place)

    def _is_runnable(self, task: TaskSpec) -> bool:
        return task.rule is Rule.NONE and not Found(task.type).is_flowable

    # --- the lists of tasks inside

    def _branches(
        self, value: Mapping[str, Any], path: Path, found: Found
    ) -> dict[str, tuple[TaskSpec, ...]]:
        branches: dict[str, tuple[TaskSpec, ...]] = {}
        for name, needed in lists(found).items():
            place, inside = (*path, name), value.get(name)
            if name == "cases":
                branches |= self._cases(inside, place)
            elif name == "tasks" and _rule(found) is Rule.DAG and inside:
                branches[name] = self._dag_tasks(inside, place)
            elif name in marked(found, "one") and inside is not None:
                branches[name] = self._read_all([(inside, place)])
            elif inside is not None:
                branches[name] = self.read_list(inside, place, needed=needed)
        return {name: tasks for name, tasks in branches.items() if tasks or name.startswith("cases.")}

    def _inside(self, value: Mapping[str, Any], path: Path, found: Found) -> tuple[TaskSpec, ...]:
        """The tasks that the task consists of by itself; their ids are taken."""
        plugin = found.plugin
        if plugin is None or not issubclass(plugin, Flowable):
            return ()
        held = lists(found)
        written = {key: item for key, item in value.items() if key not in COMMON and key not in held}
        line = self._report.line(path)
        parts = plugin.inside(str(value.get("id")), written)
        for part in parts:
            self._check_id({"id": part.id}, path)
        return tuple(msgspec.structs.replace(part, line=line) for part in parts)

    def _turn(
        self,
        value: Mapping[str, Any],
        path: Path,
        found: Found,
        branches: dict[str, tuple[TaskSpec, ...]],
    ) -> TaskSpec:
        """What a Loop runs for each value: its lists of tasks, and what it renders when they are through."""
        identifier = f"{value.get('id')}_iteration"
        self._check_id({"id": identifier}, path)
        read_outputs(self._report, self._templates, value.get("outputs"), (*path, "outputs"))
        return TaskSpec(
            id=identifier,
            type=found.name,
            rule=Rule.ITERATION,
            properties={key: value[key] for key in COLLECTED if value.get(key)},
            branches=branches,
            line=self._report.line(path),
        )

    def _cases(self, value: Any, path: Path) -> dict[str, tuple[TaskSpec, ...]]:
        if value is not None and not isinstance(value, Mapping):
            self._report.error(path, f"`cases` must be a map of lists of tasks, and is {named(value)}")
        cases = value if isinstance(value, Mapping) else {}
        return {f"cases.{case}": self.read_list(cases[case], (*path, case)) for case in cases}

    def _dag_tasks(self, value: Any, path: Path) -> tuple[TaskSpec, ...]:
        entries = enumerate(value if isinstance(value, list) else ())
        return self._read_all(
            (entry["task"], (*path, number, "task"))
            for number, entry in entries
            if isinstance(entry, Mapping) and entry.get("task") is not None
        )

    def _asked(self, value: Mapping[str, Any], path: Path, found: Found) -> tuple[InputSpec, ...]:
        """What a task asks of a person."""
        keys = marked(found, "inputs")
        for key in keys:
            self.asked += ids(value.get(key))
        return tuple(spec for key in keys for spec in self._inputs.read(value.get(key), (*path, key)))

    # --- building

    def _built(
        self,
        value: Mapping[str, Any],
        path: Path,
        found: Found,
        branches: dict[str, tuple[TaskSpec, ...]],
    ) -> TaskSpec:
        rule, written = _rule(found), str(value["type"])
        held = lists(found).keys() | marked(found, "inputs")
        return TaskSpec(
            id=str(value.get("id")),
            type=found.name,
            written_type="" if written == found.name else written,
            rule=rule,
            description=str(value.get("description") or ""),
            properties={
                key: item
                for key, item in value.items()
                if key not in COMMON and key not in held and item is not None
            },
            branches={} if rule is Rule.NONE else branches,
            inputs=self._asked(value, path, found),
            needs=_needs(value.get("tasks")) if rule is Rule.DAG else {},
            retry=read_retry(self._report, value.get("retry"), (*path, "retry")),
            timeout=_timeout(value.get("timeout")),
            run_if=_condition(value),
            allow_failure=flag(value.get("allowFailure")),
            allow_warning=flag(value.get("allowWarning")),
            disabled=flag(value.get("disabled")),
            log_level=value.get("logLevel"),
            cache=_cache(value.get("taskCache")),
            unavailable=found.unavailable,
            line=self._report.line(path),
        )


def _rule(found: Found) -> Rule:
    plugin = found.plugin
    return plugin.rule if plugin is not None and issubclass(plugin, Flowable) else Rule.NONE


def _needs(value: Any) -> dict[str, tuple[str, ...]]:
    return {member.id: member.needs for member in members(value, ()) if member.needs}


def _cache(value: Any) -> CacheSpec | None:
    if not isinstance(value, Mapping) or not flag(value.get("enabled")):
        return None
    return CacheSpec(ttl=duration(value["ttl"]) if value.get("ttl") is not None else None)


def _timeout(value: Any) -> str | None:
    """A template, or the duration in ISO 8601."""
    if is_template(value):
        return str(value)
    found = duration(value)
    return None if found is None else str(msgspec.to_builtins(found))


def _condition(value: Mapping[str, Any]) -> str | None:
    """`runIf`, as text: it is true or false by its text."""
    condition = value.get("runIf", value.get("when"))
    if isinstance(condition, bool):
        return str(condition).lower()
    return None if condition is None else str(condition)
