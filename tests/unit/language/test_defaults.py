"""Plugin defaults: of the flow, of its namespace, of the runtime; by type, by what types begin with, by name."""

from typing import Any

import pytest

from runtime.language import Loaded, load
from runtime.model.flow import Flow, PluginDefault
from runtime.model.problem import Severity


def loaded(text: str, *given: PluginDefault, namespace: str = "company.finance.eu") -> Loaded:
    return load(f"id: f\nnamespace: {namespace}\n{text}", defaults=given)


def flow(text: str, *given: PluginDefault, **keys: Any) -> Flow:
    found = loaded(text, *given, **keys)
    assert found.flow is not None, found.problems
    return found.flow


SHELL = "tasks: [{id: t, type: shell, commands: [x]}]"


def env(letter: str, **keys: Any) -> PluginDefault:
    return PluginDefault(**{"type": "shell", "values": {"env": {"A": letter}}, **keys})


@pytest.mark.parametrize(
    ("given", "letter"),
    [
        ((env("all"), env("company", namespace="company")), "company"),
        ((env("company", namespace="company"), env("eu", namespace="company.finance.eu")), "eu"),
        ((env("all"), env("other", namespace="company.fin")), "all"),
        ((env("eu", namespace="company.finance.eu"), env("all", forced=True)), "all"),
        ((env("eu", namespace="company.finance.eu", forced=True), env("all", forced=True)), "all"),
    ],
)
def test_the_nearest_is_heard_and_of_the_forced_the_outermost(
    given: tuple[PluginDefault, ...], letter: str
) -> None:
    assert flow(SHELL, *given).tasks[0].properties["env"] == {"A": letter}


def test_the_flow_s_own_come_before_those_of_its_namespace() -> None:
    own = f"pluginDefaults: [{{type: shell, values: {{env: {{A: own}}}}}}]\n{SHELL}"
    given = env("company", namespace="company"), env("forced", forced=True)
    assert flow(own, given[0]).tasks[0].properties["env"] == {"A": "own"}
    assert flow(own, *given).tasks[0].properties["env"] == {"A": "forced"}


def test_what_is_said_for_many_types_reaches_each_as_far_as_it_knows_it() -> None:
    text = """\
pluginDefaults:
  - {type: io.kestra.plugin.scripts, values: {containerImage: mine, dependencies: [polars], timeout: PT1M}}
  - {type: io.kestra.plugin.core.trigger, values: {timezone: Europe/Oslo, disabled: true}}
  - {type: io.kestra.plugin.core.condition, values: {dayOfWeek: MONDAY}}
tasks:
  - {id: s, type: shell, commands: [x]}
  - {id: p, type: python.script, script: x}
triggers:
  - {id: t, type: schedule, cron: "0 8 * * *", conditions: [{type: day_week}, {type: weekend}]}
"""
    found = flow(text)
    shell, python = found.tasks
    assert shell.properties == {"commands": ["x"], "containerImage": "mine"}
    assert python.properties["dependencies"] == ["polars"]
    assert shell.timeout == "PT60S"
    [trigger] = found.triggers
    assert trigger.disabled
    assert trigger.properties["timezone"] == "Europe/Oslo"
    assert [condition.properties for condition in trigger.conditions] == [{"dayOfWeek": "MONDAY"}, {}]


def test_a_named_one_is_had_by_its_name_only() -> None:
    text = """\
pluginDefaults:
  - {type: shell, ref: big, values: {containerImage: big}}
  - {type: shell, values: {failFast: false}}
tasks:
  - {id: plain, type: shell, commands: [x]}
  - {id: named, type: shell, commands: [x], pluginDefaultsRef: big}
"""
    plain, named = flow(text).tasks
    assert plain.properties == {"commands": ["x"], "failFast": False}
    assert named.properties == {"commands": ["x"], "failFast": False, "containerImage": "big"}


def test_a_name_that_none_has_lets_the_task_fail_and_says_so() -> None:
    text = "pluginDefaults: [{type: shell, ref: big, values: {}}]\ntasks: [{id: t, type: shell, commands: [x], pluginDefaultsRef: bog}]"
    found = loaded(text)
    [problem] = found.problems
    assert (problem.severity, problem.path) == (Severity.WARNING, "tasks[0].pluginDefaultsRef")
    assert problem.hint == "did you mean `big`?"
    assert found.flow is not None
    assert found.flow.tasks[0].unavailable == "no plugin default has the `ref` bog"


def test_the_older_name_of_the_key_works() -> None:
    found = loaded(f"taskDefaults: [{{type: shell, values: {{failFast: false}}}}]\n{SHELL}")
    assert found.flow is not None
    assert found.flow.tasks[0].properties["failFast"] is False
    assert [(problem.path, problem.hint) for problem in found.problems] == [
        ("taskDefaults", "`pluginDefaults`.")
    ]
