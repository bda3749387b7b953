"""What a flow file may say, and what is said about one that is wrong."""

from textwrap import indent
from typing import Any

import pytest

from runtime.language import Loaded, load
from runtime.language.report import MOST_HINTS
from runtime.model.flow import Flow, PluginDefault, Rule, TaskSpec, TriggerSpec
from runtime.model.problem import Problem, Severity

HEAD = "id: f\nnamespace: n\n"
TASK = "- {id: t, type: log, message: hello}"


def flow(text: str) -> Flow:
    loaded = load(text)
    assert loaded.flow is not None, loaded.problems
    return loaded.flow


def tasks(text: str) -> Loaded:
    return load(f"{HEAD}tasks:\n{text}")


def task(text: str) -> TaskSpec:
    loaded = tasks(text)
    assert loaded.flow is not None, loaded.problems
    return loaded.flow.tasks[0]


def with_task(text: str) -> Loaded:
    return load(f"{HEAD}{text}\ntasks:\n{TASK}")


def only(loaded: Loaded) -> Problem:
    assert len(loaded.problems) == 1, loaded.problems
    return loaded.problems[0]


FULL = """\
id: full
namespace: company.data
description: All there is
labels: {team: data, prio: 1}
variables: {a: 1, b: "{{ inputs.region }}"}
retry: {type: constant, interval: PT5S, maxAttempts: 2}
inputs:
  - {id: region, type: SELECT, values: [eu, us], defaults: eu, displayName: Region}
  - {id: window, type: FORM, inputs: [{id: from, type: DATE, required: false}]}
tasks:
  - id: first
    type: dbt
    description: builds
    commands: [dbt build]
    timeout: 90
    runIf: "{{ inputs.region == 'eu' }}"
    allowFailure: true
    allowWarning: "true"
    disabled: false
    logLevel: DEBUG
    retry: {type: exponential, interval: PT1S, maxInterval: PT1M, maxAttempts: 3, warningOnRetry: true}
errors:
  - {id: alert, type: slack, url: "{{ secret('URL') }}", messageText: "{{ outputs.first.exitCode }}"}
finally:
  - {id: tidy, type: sleep, duration: PT1S}
afterExecution:
  - {id: after, type: io.kestra.plugin.core.log.Log, message: done}
outputs:
  - {id: rows, type: INT, value: "{{ outputs.first.vars.rows }}", required: false}
triggers:
  - {id: daily, type: schedule, cron: "0 8 * * *", stopAfter: [FAILED], labels: {by: clock}, inputs: {region: us}}
"""


def test_a_flow_becomes_what_it_says() -> None:
    loaded = load(FULL)
    assert loaded.problems == ()
    found = loaded.flow
    assert found is not None
    assert (found.name, found.description, found.labels) == (
        "company.data.full",
        "All there is",
        {"team": "data", "prio": "1"},
    )
    assert found.source == FULL
    assert [spec.id for spec in found.inputs] == ["region", "window.from"]
    assert found.inputs[0].checks == {"values": ["eu", "us"]}
    assert not found.inputs[1].required
    first = found.tasks[0]
    assert (first.type, first.written_type, first.line) == ("io.kestra.plugin.dbt.cli.DbtCLI", "dbt", 11)
    assert first.properties == {"commands": ["dbt build"]}
    assert (first.timeout, first.log_level) == ("PT90S", "DEBUG")
    assert first.allow_failure
    assert first.allow_warning
    assert first.retry is not None
    assert (first.retry.max_attempts, first.retry.warning_on_retry) == (3, True)
    assert [spec.id for spec in (*found.errors, *found.finally_, *found.after_execution)] == [
        "alert",
        "tidy",
        "after",
    ]
    assert found.after_execution[0].type == "io.kestra.plugin.core.log.Log"
    assert found.triggers[0].properties == {"cron": "0 8 * * *", "inputs": {"region": "us"}}
    assert (found.triggers[0].stop_after, found.triggers[0].labels) == (("FAILED",), {"by": "clock"})
    assert not found.outputs[0].required


BRANCHES = """\
- id: outer
  type: switch
  value: "{{ inputs.x ?? 1 }}"
  cases:
    1:
      - id: both
        type: parallel
        concurrent: "{{ vars.n }}"
        tasks:
          - {id: a, type: log, message: a}
        finally:
          - {id: b, type: log, message: b}
    true: []
  defaults:
    - id: order
      type: dag
      tasks:
        - task: {id: one, type: log, message: one}
        - {task: {id: two, type: log, message: two}, dependsOn: [one]}
  errors:
    - {id: wrong, type: log, message: wrong}
"""


def test_lists_of_tasks_inside_are_branches() -> None:
    outer = task(BRANCHES)
    assert outer.rule is Rule.SWITCH
    assert outer.properties == {"value": "{{ inputs.x ?? 1 }}"}
    assert list(outer.branches) == ["errors", "cases.1", "cases.true", "defaults"]
    both = outer.branches["cases.1"][0]
    assert (both.rule, both.properties) == (Rule.PARALLEL, {"concurrent": "{{ vars.n }}"})
    assert [spec.id for spec in both.branches["finally"]] == ["b"]
    order = outer.branches["defaults"][0]
    assert [spec.id for spec in order.branches["tasks"]] == ["one", "two"]
    assert order.needs == {"two": ("one",)}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("log", "io.kestra.plugin.core.log.Log"),
        ("io.kestra.core.tasks.log.Log", "io.kestra.plugin.core.log.Log"),
        ("debug", "io.kestra.plugin.core.debug.Return"),
        (
            "io.kestra.plugin.notifications.slack.SlackIncomingWebhook",
            "io.kestra.plugin.slack.notifications.SlackIncomingWebhook",
        ),
    ],
)
def test_a_class_has_several_names(written: str, name: str) -> None:
    properties = {"log": "message: x", "debug": "format: x"}.get(
        written, "message: x" if "Log" in written else "url: x"
    )
    found = task(f"- {{id: t, type: {written}, {properties}}}")
    assert (found.type, found.written_type) == (name, written)


@pytest.mark.parametrize(
    ("type", "name"),
    [
        ("io.kestra.plugin.airbyte.connections.Sync", "io.kestra.plugin.airbyte.connections.Sync"),
        ("io.kestra.plugin.git.PushFlows", "io.kestra.plugin.git.PushFlows"),
        ("io.kestra.core.tasks.flows.Template", "io.kestra.plugin.core.flow.Template"),
        ("io.kestra.plugin.jdbc.snowflake.Query", "io.kestra.plugin.jdbc.snowflake.Query"),
        ("io.kestra.plugin.scripts.node.Commands", "io.kestra.plugin.scripts.node.Commands"),
        ("io.kestra.plugin.core.flow.Approval", "io.kestra.plugin.core.flow.Approval"),
        ("io.kestra.plugin.core.flow.AddedLater", "io.kestra.plugin.core.flow.AddedLater"),
        ("io.kestra.core.tasks.scripts.Bash", "io.kestra.core.tasks.scripts.Bash"),
    ],
)
def test_a_class_that_only_kestra_has_loads_and_fails_when_reached(type: str, name: str) -> None:
    loaded = tasks(f"- {{id: t, type: {type}, whatever: 1}}")
    problem = only(loaded)
    assert problem.severity is Severity.WARNING
    assert "the task fails when it is reached" in problem.message
    assert loaded.flow is not None
    assert loaded.flow.tasks[0].type == name
    assert name in loaded.flow.tasks[0].unavailable


def test_a_class_that_kestra_may_have_comes_with_the_known_one_beside_it() -> None:
    problem = only(tasks("- {id: t, type: io.kestra.plugin.core.log.Logger, message: x}"))
    assert problem.severity is Severity.WARNING
    assert problem.hint == "or did you mean `io.kestra.plugin.core.log.Log`?"


@pytest.mark.parametrize(
    ("type", "near"),
    [
        ("io.kestra.plugin.dbt.cli.DbtCli", "io.kestra.plugin.dbt.cli.DbtCLI"),
        ("io.kestra.plugin.core.log.Lgo", "io.kestra.plugin.core.log.Log"),
        ("io.kestra.plugin.core.Log", "io.kestra.plugin.core.log.Log"),
        ("io.kestra.plugin.core.flow.Sequental", "io.kestra.plugin.core.flow.Sequential"),
        ("io.kestra.plugin.airbyte.connection.Sync", "io.kestra.plugin.airbyte.connections.Sync"),
        ("org.other.DbtCLI", "io.kestra.plugin.dbt.cli.DbtCLI"),
        ("lgo", "log"),
        ("Shell", "shell"),
    ],
)
def test_a_class_that_is_certainly_wrong_is_refused_with_the_right_one(type: str, near: str) -> None:
    problem = only(tasks(f"- {{id: t, type: {type}, message: x}}"))
    assert problem.is_error
    assert problem.message == f"Invalid type: {type}"
    assert f"`{near}`" in problem.hint


@pytest.mark.parametrize(
    ("text", "path", "said", "hint"),
    [
        ("- {id: t, tpye: log, message: x}", "tasks[0].tpye", "no property `tpye`", "`type`"),
        ("- {id: t, type: shell, comands: [x]}", "tasks[0].comands", "no property `comands`", "`commands`"),
        ("- {id: t, type: log, message: x, disabeld: true}", "tasks[0].disabeld", "no property", "`disabled`"),
        ("- {id: t, type: shell}", "tasks[0]", "`Commands` needs `commands`", ""),
        ("- {id: t, message: x}", "tasks[0]", "missing type id property 'type'", ""),
        ("- {type: log, message: x}", "tasks[0]", "needs an `id`", ""),
        ("- {id: -t, type: log, message: x}", "tasks[0].id", "`-t` is no id", ""),
        ("- {id: a.b, type: log, message: x}", "tasks[0].id", "`a.b` is no id", ""),
        ("- just text", "tasks[0]", "a task must be a map", ""),
        ("- {id: t, type: shell, commands: [{a: b}]}", "tasks[0].commands[0]", "must be a text, and is a map", "quotes"),
        ("- {id: t, type: shell, commands: echo}", "tasks[0].commands", "must be a list", ""),
        ("- {id: t, type: sleep, duration: 5 minutes}", "tasks[0].duration", "must be a duration", ""),
        ("- {id: t, type: log, message: x, level: info}", "tasks[0].level", "one of TRACE, DEBUG", "`INFO`"),
        ("- {id: t, type: git.clone, url: x, depth: deep}", "tasks[0].depth", "a whole number, and is `deep`", ""),
        ("- {id: t, type: log, message: x, disabled: 'no'}", "tasks[0].disabled", "must be true or false", ""),
        ("- {id: t, type: log, message: x, disabled: '{{ a }}'}", "tasks[0].disabled", "must be true or false", ""),
        ("- {id: t, type: log, message: x, timeout: soon}", "tasks[0].timeout", "must be a duration", ""),
        ("- {id: t, type: http, uri: x, options: {timout: {}}}", "tasks[0].options.timout", "no property", "`timeout`"),
        ("- {id: t, type: schedule, cron: x}", "tasks[0].type", "is a trigger, and here stands a task", ""),
        ("- {id: t, type: parallel, tasks: []}", "tasks[0].tasks", "must not be empty", ""),
        ("- {id: t, type: sequential}", "tasks[0]", "`Sequential` needs `tasks`", ""),
        ("- {id: t, type: sequential, tasks: log}", "tasks[0].tasks", "must be a list of tasks", ""),
        ("- {id: t, type: switch, value: x}", "tasks[0]", "No task defined, neither cases or default", ""),
        ("- {id: t, type: switch, value: x, cases: {a: []}}", "tasks[0]", "No task defined", ""),
        ("- {id: t, type: shell, commands: [x], taskRunner: {type: dokcer}}", "tasks[0].taskRunner.type", "Invalid type", "`docker`"),
        ("- {id: t, type: shell, commands: [x], taskRunner: {type: docker, memroy: {}}}", "tasks[0].taskRunner.memroy", "no property", "`memory`"),
        ("- {id: t, type: shell, commands: [x], taskRunner: {image: x}}", "tasks[0].taskRunner", "needs a `type`", ""),
        ("- {id: t, type: log, message: x, retry: {type: constant}}", "tasks[0].retry", "needs `interval`", ""),
        ("- {id: t, type: log, message: x, retry: {type: sometimes}}", "tasks[0].retry.type", "one of constant", ""),
        ("- {id: t, type: log, message: x, retry: {type: constant, interval: PT1S, maxAttempts: 0}}", "tasks[0].retry.maxAttempts", "at least 1", ""),
        ("- {id: t, type: log, message: x, retry: {type: exponential, interval: PT2S, maxInterval: PT1S}}", "tasks[0].retry.interval", "shorter", ""),
        ("- {id: t, type: log, message: x, retry: {type: random, minInterval: PT2S, maxInterval: PT1S}}", "tasks[0].retry.minInterval", "shorter", ""),
        ("- {id: t, type: log, message: x, retry: {type: exponential, interval: PT2S, delayFactor: .nan}}", "tasks[0].retry.delayFactor", "above 0", ""),
    ],
)  # fmt: skip
def test_a_wrong_task_is_explained(text: str, path: str, said: str, hint: str) -> None:
    problem = only(tasks(text))
    assert problem.is_error
    assert problem.path == path
    assert said in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    "text",
    [
        "- {id: t, type: shell, commands: '{{ inputs }}'}",
        "- {id: t, type: shell, commands: '[\"a\"]'}",
        "- {id: t, type: shell, commands: [1, true, 1.5]}",
        "- {id: t, type: shell, commands: [x], failFast: 'true', env: {A: 1, B: null}}",
        "- {id: t, type: sleep, duration: 5}",
        "- {id: t, type: log, message: [a, b], level: '{{ vars.level }}'}",
        "- {id: 7, type: log, message: x}",
        "- {id: t, type: if, condition: true, then: [{id: u, type: log, message: x}]}",
        "- {id: t, type: foreach, values: '[1]', tasks: [{id: u, type: log, message: x}]}",
        "- {id: t, type: shell, commands: [x], taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker}}",
        "- {id: t, type: log, message: x, logToFile: true, when: '{{ true }}'}",
    ],
)
def test_what_kestra_takes_is_taken(text: str) -> None:
    assert tasks(text).problems == ()


def test_an_id_is_unique_in_the_whole_tree() -> None:
    text = f"{HEAD}tasks:\n- {{id: s, type: sequential, tasks: [{TASK[2:]}]}}\nerrors:\n{TASK}"
    problem = only(load(text))
    assert problem.message == "Duplicate task id with name [t]: line 4 has it already"
    assert problem.line == 6


@pytest.mark.parametrize(
    "child",
    [
        "{id: c, type: parallel, tasks: [{id: d, type: log, message: x}]}",
        "{id: c, type: io.kestra.plugin.core.flow.Pause}",
    ],
)
def test_a_working_directory_takes_runnable_tasks_only(child: str) -> None:
    errors = [
        p for p in tasks(f"- {{id: w, type: working_directory, tasks: [{child}]}}").problems if p.is_error
    ]
    assert [problem.message for problem in errors] == [
        "w: Only runnable tasks are allowed as children of a WorkingDirectory task"
    ]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("[b]", "[a]", "d: Cyclic dependency detected: a, b"),
        ("[a]", "[]", "d: Cyclic dependency detected: a"),
        ("[c]", "[]", "d: Not existing task id in dependency: c"),
    ],
)
def test_a_dag_must_have_an_order(first: str, second: str, said: str) -> None:
    entries = [
        f"- {{task: {{id: {name}, type: log, message: x}}, dependsOn: {needs}}}"
        for name, needs in (("a", first), ("b", second))
    ]
    problem = only(tasks("- id: d\n  type: dag\n  tasks:\n" + indent("\n".join(entries), "    ")))
    assert problem.message == said


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("id: f g\nnamespace: n", "id", "`f g` is no id of a flow"),
        ("id: pause\nnamespace: n", "id", "reserved"),
        ("id: f\nnamespace: N", "namespace", "`N` is no namespace"),
        (f"id: {'f' * 101}\nnamespace: n", "id", "at most 100"),
        ("id: f", "", "needs `namespace`"),
        ("id: f\nnamespace: n\nlables: {a: b}", "lables", "no property `lables`"),
        ("id: f\nnamespace: n\nlabels: {A: b}", "labels.A", "no key of a label"),
        ("id: f\nnamespace: n\nlabels: {a: ''}", "labels.a", "needs a text"),
        ("id: f\nnamespace: n\nlabels: {system.x: b}", "labels.system.x", "reserved"),
        ("id: f\nnamespace: n\nlabels: [a]", "labels[0]", "a map with `key` and `value`"),
        ("id: f\nnamespace: n\ndisabled: maybe", "disabled", "true or false"),
        ("id: f\nnamespace: n\nvariables: [a]", "variables", "must be a map"),
        ("id: f\nnamespace: n\ntriggers: {id: x}", "triggers", "must be a list"),
        ("id: f\nnamespace: n\npluginDefaults: [{values: {}}]", "pluginDefaults[0]", "needs `type`"),
    ],
)
def test_a_wrong_key_of_a_flow_is_explained(text: str, path: str, said: str) -> None:
    problem = only(load(f"{text}\ntasks:\n{TASK}"))
    assert problem.is_error
    assert problem.path == path
    assert said in problem.message


def test_a_map_for_a_text_is_handed_on_as_json() -> None:
    problem = only(tasks("- {id: t, type: dbt, commands: [x], profiles: {a: b}}"))
    assert problem.severity is Severity.WARNING


def test_a_misspelt_key_is_one_problem() -> None:
    problem = only(load(f"{HEAD}taks:\n{TASK}"))
    assert (problem.path, problem.hint) == ("taks", "did you mean `tasks`?")


@pytest.mark.parametrize("text", ["", "# nothing", "just text", "[]", "7"])
def test_what_is_no_map_is_no_flow(text: str) -> None:
    assert "id:" in only(load(text)).hint


def test_a_flow_without_tasks_is_refused() -> None:
    assert "must not be empty" in only(load(HEAD)).message


def test_all_problems_come_at_once_by_line() -> None:
    loaded = load("id: f g\nnamespace: N\ntasks:\n- {id: a, type: lgo}\n- {id: a, type: shell, x: 1}\n")
    assert [problem.line for problem in loaded.problems] == [1, 2, 4, 5, 5, 5]


@pytest.mark.parametrize(
    "labels", ["{a: b, c: 1}", "[{key: a, value: b}, {key: c, value: 0}, {key: c, value: 1}]"]
)
def test_labels_are_a_map_or_a_list(labels: str) -> None:
    assert flow(f"{HEAD}labels: {labels}\ntasks:\n{TASK}").labels == {"a": "b", "c": "1"}


@pytest.mark.parametrize(
    "key",
    ["quotas: [{id: x}]"],
)
def test_what_has_no_effect_yet_is_said(key: str) -> None:
    problem = only(with_task(key))
    assert problem.severity is Severity.WARNING
    assert "no effect here" in problem.message


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("[{id: x}]", "inputs[0]", "missing type id property 'type'"),
        ("[{id: x, tpye: INT}]", "inputs[0].tpye", "no property `tpye`"),
        ("[{type: INT}]", "inputs[0]", "needs `id`"),
        ("[{id: x, type: STRNG}]", "inputs[0].type", "no type of input"),
        ("[{id: x y, type: INT}]", "inputs[0].id", "no id of an input"),
        ("[{id: x, type: INT}, {id: x, type: INT}]", "inputs[1].id", "Duplicate input with name [x]"),
        ("[{id: x, type: INT, defaults: 1, required: false}]", "inputs[0]", "contradicts"),
        ("[{id: x, type: INT, defaults: 1, prefill: 2}]", "inputs[0].prefill", "not both"),
        ("[{id: x, type: INT, validator: a}]", "inputs[0].validator", "no property `validator`"),
        ("[{id: x, type: STRING, validator: '('}]", "inputs[0].validator", "no regular expression"),
        ("[{id: x, type: INT, min: low}]", "inputs[0].min", "must be a whole number"),
        ("[{id: x, type: SELECT}]", "inputs[0]", "needs `values`"),
        ("[{id: x, type: ARRAY}]", "inputs[0]", "needs an `itemType`"),
        ("[{id: x, type: ARRAY, itemType: SELECT}]", "inputs[0].itemType", "cannot be SELECT"),
        ("[{id: x, type: INT, dependsOn: {inputs: [y]}}]", "inputs[0].dependsOn", "which is no input"),
        (
            "[{id: x, type: FORM, inputs: [{id: y, type: FORM}]}]",
            "inputs[0].inputs[0]",
            "cannot hold another",
        ),
    ],
)
def test_a_wrong_input_is_explained(text: str, path: str, said: str) -> None:
    problem = only(with_task(f"inputs: {text}"))
    assert problem.is_error
    assert problem.path == path
    assert said in problem.message


def test_all_problems_are_told_but_only_the_first_come_with_hints() -> None:
    loaded = with_task("\n".join(f"descriptoin{n}: x" for n in range(2 * MOST_HINTS)))
    assert len(loaded.problems) == 2 * MOST_HINTS
    assert sum("`description`" in problem.hint for problem in loaded.problems) == MOST_HINTS


def test_inputs_that_depend_on_each_other_are_refused() -> None:
    loaded = with_task(
        "inputs: [{id: a, type: INT, dependsOn: {inputs: [b]}}, {id: b, type: INT, dependsOn: {inputs: [a]}}]"
    )
    assert all("depends on itself" in problem.message for problem in loaded.problems)
    assert loaded.flow is None


def test_a_default_that_does_not_fit_is_a_warning() -> None:
    problem = only(with_task("inputs: [{id: x, type: INT, defaults: many}]"))
    assert problem.severity is Severity.WARNING
    assert "must be a whole number" in problem.message


@pytest.mark.parametrize(
    ("expression", "said", "hint"),
    [
        ("{{ inputs.regoin }}", "no input `regoin`", "`inputs.region`"),
        ("{{ outputs.tt.value }}", "no task `tt`", "`outputs.t`"),
        ("{{ nwo() }}", "no function `nwo`", ""),
        ("{{ a | uper }}", "no filter `uper`", ""),
        ("{{ a", "", ""),
        ("{% if a %}", "", ""),
    ],
)
def test_an_expression_that_must_fail_is_a_warning(expression: str, said: str, hint: str) -> None:
    text = f'inputs: [{{id: region, type: STRING}}]\ntasks:\n- id: t\n  type: log\n  message: "{expression}"'
    problem = only(load(HEAD + text))
    assert problem.severity is Severity.WARNING
    assert (problem.path, problem.line) == ("tasks[0].message", 7)
    assert said in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    "expression",
    [
        "{{ inputs.region }}",
        "{{ inputs.group.one }}",
        "{{ inputs.nothing ?? 'x' }}",
        "{{ outputs.t.value }}",
        "{{ outputs.nothing.value ?? 'x' }}",
        "{{ outputs['t'].value | jq('.a') | first }}",
        "{{ secret('X') }} {{ kv('a') }} {{ now() }}",
        "{% raw %}{{ whatever( }}{% endraw %}",
    ],
)
def test_an_expression_that_may_work_is_let_be(expression: str) -> None:
    text = f"inputs: [{{id: region, type: STRING}}, {{id: group.one, type: INT}}]\ntasks:\n- id: t\n  type: log\n  message: |\n    {expression}"
    assert load(HEAD + text).problems == ()


def test_a_name_with_a_dash_needs_brackets() -> None:
    text = 'inputs: [{id: a-b, type: INT}]\ntasks:\n- {id: t, type: log, message: "{{ inputs.a-b }}"}'
    assert "['a-b']" in only(load(HEAD + text)).message


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("[{id: x, type: schedule}]", "triggers[0]", "`Schedule` needs `cron`"),
        ("[{id: x, type: schedule, corn: x}]", "triggers[0].corn", "no property `corn`"),
        ("[{id: x}]", "triggers[0]", "missing type id"),
        ("[{id: x y, type: schedule, cron: x}]", "triggers[0].id", "no id of a trigger"),
        ("[{id: x, type: log, message: x}]", "triggers[0].type", "is a task, and here stands a trigger"),
        (
            "[{id: x, type: schedule, cron: x, stopAfter: [DONE]}]",
            "triggers[0].stopAfter[0]",
            "one of CREATED",
        ),
        (
            "[{id: x, type: schedule, cron: a}, {id: x, type: schedule, cron: b}]",
            "triggers[1].id",
            "Duplicate trigger",
        ),
    ],
)
def test_a_wrong_trigger_is_explained(text: str, path: str, said: str) -> None:
    errors = [problem for problem in with_task(f"triggers: {text}").problems if problem.is_error]
    assert len(errors) == 1
    assert errors[0].path == path
    assert said in errors[0].message


def test_a_trigger_that_only_kestra_has_is_a_warning() -> None:
    loaded = with_task("triggers: [{id: x, type: io.kestra.plugin.kafka.Trigger, topic: t}]")
    assert "it starts nothing" in only(loaded).message
    assert loaded.flow is not None
    assert loaded.flow.triggers[0].unavailable


def test_who_runs_triggers_may_check_them() -> None:
    def check(spec: TriggerSpec) -> Any:
        yield "cron", f"`{spec.properties['cron']}` is no time", Severity.ERROR

    loaded = load(
        f"{HEAD}tasks:\n{TASK}\ntriggers:\n- id: x\n  type: schedule\n  cron: never", trigger_checks=check
    )
    problem = only(loaded)
    assert (problem.path, problem.line, problem.message) == ("triggers[0].cron", 8, "`never` is no time")


DEFAULTS = """\
pluginDefaults:
  - {type: shell, values: {env: {A: flow, B: flow}, failFast: false}}
  - {type: io.kestra.plugin.scripts, values: {containerImage: mine, interpreter: [bash]}}
  - {type: io.kestra.plugin.scripts.shell.Commands, forced: true, values: {timeout: PT1M}}
  - {type: docker, values: {pullPolicy: NEVER}}
tasks:
  - id: t
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [x]
    timeout: PT9M
    containerImage: own
    env: {A: own}
    taskRunner: {type: docker}
"""


def test_plugin_defaults_fill_in_and_forced_ones_win() -> None:
    given = (
        PluginDefault(type="shell", values={"env": {"B": "global", "C": "global"}}),
        PluginDefault(type="shell", values={"timeout": "PT2M"}, forced=True),
    )
    loaded = load(HEAD + DEFAULTS, defaults=given)
    assert loaded.problems == ()
    assert loaded.flow is not None
    task = loaded.flow.tasks[0]
    assert task.timeout == "PT120S"
    assert task.properties == {
        "commands": ["x"],
        "containerImage": "own",
        "env": {"A": "own", "B": "flow", "C": "global"},
        "failFast": False,
        "interpreter": ["bash"],
        "taskRunner": {"type": "docker", "pullPolicy": "NEVER"},
    }


def test_a_default_may_give_what_is_required() -> None:
    assert (
        load(
            f"{HEAD}pluginDefaults: [{{type: slack, values: {{url: x}}}}]\ntasks: [{{id: t, type: slack}}]"
        ).problems
        == ()
    )


def test_anchors_may_hold_keys_that_tasks_share() -> None:
    text = "variables: {shared: &shared {type: shell, env: {A: b}}}\ntasks:\n- {<<: *shared, id: t, commands: [x]}"
    assert flow(HEAD + text).tasks[0].properties == {"env": {"A": "b"}, "commands": ["x"]}


def test_a_task_that_is_kept_for_older_flows_says_what_to_write_instead() -> None:
    text = f"{HEAD}tasks:\n- id: t\n  type: io.kestra.core.tasks.flows.EachSequential\n  value: [a]\n  tasks: [{{id: u, type: return}}]"
    loaded = load(text)
    assert loaded.flow is not None
    assert [
        (problem.line, problem.is_error, problem.message, problem.hint) for problem in loaded.problems
    ] == [
        (
            5,
            False,
            "`io.kestra.core.tasks.flows.EachSequential` is deprecated",
            "use ForEach: `value` is called `values` there",
        )
    ]
