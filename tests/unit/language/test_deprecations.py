"""What is written in an older way works, and is noted with what to write instead."""

import pytest

from runtime.language import load
from runtime.model.problem import Problem, Severity

HEAD = "id: f\nnamespace: n\n"
TASK = "tasks: [{id: t, type: log, message: x}]"


def notes(text: str) -> list[Problem]:
    loaded = load(HEAD + text)
    assert loaded.flow is not None, loaded.problems
    assert {problem.severity for problem in loaded.problems} <= {Severity.NOTE}
    return list(loaded.problems)


@pytest.mark.parametrize(
    ("text", "path", "message", "instead"),
    [
        (
            "tasks: [{id: t, type: io.kestra.core.tasks.log.Log, message: x}]",
            "tasks[0].type",
            "`io.kestra.core.tasks.log.Log` is an older name",
            "io.kestra.plugin.core.log.Log",
        ),
        (
            f"{TASK}\ntriggers: [{{id: t, type: io.kestra.core.models.triggers.types.Schedule, cron: '0 * * * *'}}]",
            "triggers[0].type",
            "is an older name",
            "io.kestra.plugin.core.trigger.Schedule",
        ),
        (
            f"{TASK}\nlisteners: [{{tasks: [{{id: l, type: log, message: x}}]}}]",
            "listeners",
            "`listeners` is deprecated",
            "`afterExecution`",
        ),
        (
            f"{TASK}\nretry: {{type: constant, interval: PT1S, maxAttempt: 2}}",
            "retry.maxAttempt",
            "`maxAttempt` is deprecated",
            "`maxAttempts`",
        ),
        (f"{TASK}\ninputs: [{{name: a, type: STRING}}]", "inputs[0].name", "`name` is deprecated", "`id`"),
        (
            f"{TASK}\ninputs: [{{id: a, type: BOOLEAN}}]",
            "inputs[0].type",
            "`BOOLEAN` is deprecated",
            "BOOL",
        ),
        (
            f"{TASK}\ninputs: [{{id: a, type: ENUM, values: [x]}}]",
            "inputs[0].type",
            "`ENUM` is deprecated",
            "SELECT",
        ),
        (
            "tasks: [{id: t, type: http, uri: 'https://x', allowFailed: true}]",
            "tasks[0].allowFailed",
            "`allowFailed` is deprecated",
            "`options.allowFailed`",
        ),
        (
            "tasks: [{id: t, type: http, uri: 'https://x', options: {basicAuthUser: me}}]",
            "tasks[0].options.basicAuthUser",
            "`basicAuthUser` is deprecated",
            "`auth`",
        ),
    ],
)
def test_each_is_noted_with_what_to_write_instead(text: str, path: str, message: str, instead: str) -> None:
    [note] = notes(text)
    assert note.path == path
    assert message in note.message
    assert instead in note.hint


@pytest.mark.parametrize(
    "text",
    [
        TASK,
        "tasks: [{id: t, type: debug, format: x}]",
        "tasks: [{id: t, type: log, message: x, runIf: '{{ true }}'}]",
        "tasks: [{id: t, type: io.kestra.plugin.core.http.Request, uri: 'https://x', options: {allowFailed: true}}]",
    ],
)
def test_nothing_is_noted_of_what_is_written_well(text: str) -> None:
    assert notes(text) == []
