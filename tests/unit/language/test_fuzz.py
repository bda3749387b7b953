"""Whatever the text, the outcome is a flow or problems with positions: never an exception."""

from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.language import Loaded, load
from runtime.language.document import dump
from runtime.model.flow import Flow

WORDS = [
    "id",
    "namespace",
    "tasks",
    "type",
    "errors",
    "finally",
    "afterExecution",
    "inputs",
    "outputs",
    "triggers",
    "labels",
    "variables",
    "pluginDefaults",
    "values",
    "forced",
    "retry",
    "timeout",
    "runIf",
    "disabled",
    "allowFailure",
    "logLevel",
    "interval",
    "maxInterval",
    "minInterval",
    "maxAttempts",
    "maxDuration",
    "delayFactor",
    "behavior",
    "message",
    "commands",
    "taskRunner",
    "env",
    "condition",
    "then",
    "else",
    "cases",
    "defaults",
    "value",
    "task",
    "dependsOn",
    "concurrent",
    "concurrencyLimit",
    "cron",
    "timezone",
    "stopAfter",
    "required",
    "prefill",
    "validator",
    "min",
    "max",
    "itemType",
    "after",
    "before",
    "expression",
    "inputFiles",
    "namespaceFiles",
    "options",
    "duration",
    "url",
    "key",
    "key.",
    "<<",
    "a",
    "b",
    "1",
    "on",
    "listeners",
    "concurrency",
    "bogus",
]
TYPES = [
    "log",
    "return",
    "sleep",
    "shell",
    "dbt",
    "sequential",
    "parallel",
    "dag",
    "foreach",
    "if",
    "switch",
    "allow_failure",
    "working_directory",
    "schedule",
    "docker",
    "process",
    "http",
    "git.clone",
    "io.kestra.plugin.core.log.Log",
    "io.kestra.plugin.core.flow.Pause",
    "lgo",
    "STRING",
    "INT",
    "SELECT",
    "DATETIME",
    "io.kestra.plugin.airbyte.connections.Sync",
    "ARRAY",
    "FORM",
    "MULTISELECT",
    "DURATION",
    "constant",
    "exponential",
    "random",
]
SCALARS = [
    *(
        "{{ inputs.a }}",
        "{{ a",
        "{% if x %}",
        "PT5M",
        "P9999999999D",
        "[1, 2",
        "",
        "2024-01-01",
        "a-b",
        "\x85",
        "a: b",
        "é",
    ),
    *(None, True, False, 0, -1, 10**30, 1.5, float("nan"), float("inf"), "\ud7ff", "1" * 500),
]
LISTS = ("tasks", "errors", "finally", "then", "else", "defaults")
DEPTH = 4


class Trees:
    """Trees that look like flows, more or less."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def tree(self, depth: int = 0) -> Any:
        kind = self.random.random()
        if depth > DEPTH or kind < 0.5:
            return self.random.choice(TYPES if kind < 0.2 else SCALARS)
        if kind < 0.7:
            return [self.tree(depth + 1) for _ in range(self.random.randrange(3))]
        return {self.word(): self.tree(depth + 1) for _ in range(self.random.randrange(5))}

    def word(self) -> Any:
        return self.random.choice(WORDS)

    def task(self, depth: int = 0) -> Any:
        random = self.random
        if random.random() < 0.05:
            return self.tree()
        task: dict[str, Any] = {
            "id": random.choice(["a", "b", "c", "d", "e", "f g", None, 7]),
            "type": random.choice(TYPES),
        }
        task |= {self.word(): self.tree() for _ in range(random.randrange(4))}
        if depth < DEPTH:
            inside = [self.task(depth + 1) for _ in range(random.randrange(3))]
            entries = [
                {"task": each, "dependsOn": random.choice([[], ["a"], ["b", "c"], self.tree()])}
                for each in inside
            ]
            task[random.choice(LISTS)] = random.choice([inside, entries])
            task["cases"] = random.choice([None, {"x": inside}, self.tree()])
        return task

    def flow(self) -> Any:
        flow = {"id": "f", "namespace": "n", "tasks": [self.task() for _ in range(self.random.randrange(3))]}
        flow["inputs"] = [self.task(DEPTH) for _ in range(self.random.randrange(3))]
        flow["triggers"] = [self.task(DEPTH) for _ in range(self.random.randrange(2))]
        return flow | {self.word(): self.tree() for _ in range(self.random.randrange(4))}


def check(loaded: Loaded, text: str) -> None:
    assert (loaded.flow is None) == any(problem.is_error for problem in loaded.problems)
    lines = text.count("\n") + 2
    for problem in loaded.problems:
        assert 0 <= problem.line <= lines + text.count("\r") + sum(map(text.count, "\x85\u2028\u2029"))
        assert problem.message
        assert (problem.line == 0) == (problem.column == 0)
    if loaded.flow is not None:
        assert msgspec.json.decode(msgspec.json.encode(loaded.flow), type=Flow).id == loaded.flow.id


@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_any_tree_is_a_flow_or_has_problems(random: Random) -> None:
    text = dump(Trees(random).flow())
    check(load(text), text)


@given(
    st.text(alphabet=st.characters(), max_size=80)
    | st.text(alphabet="ab:-[]{}&*!|>'\"%@`?,# \n\t<", max_size=60)
)
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_flow_or_has_problems(text: str) -> None:
    check(load(text), text)


@given(st.binary(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_flow_or_have_problems(data: bytes) -> None:
    loaded = load(data)
    assert loaded.flow is None
    assert loaded.problems


VALID = """\
id: f
namespace: n
inputs:
  - {id: region, type: SELECT, values: [eu, us], defaults: eu}
tasks:
  - id: choose
    type: switch
    value: "{{ inputs.region }}"
    cases:
      eu:
        - {id: eu, type: shell, commands: [echo eu], retry: {type: constant, interval: PT1S}}
    defaults:
      - {id: other, type: log, message: other}
triggers:
  - {id: daily, type: schedule, cron: "0 8 * * *"}
"""


SAMPLES = [
    VALID,
    *(path.read_text() for path in sorted((Path(__file__).parents[3] / "sample_flows").glob("*.yaml"))),
]
INSERTED = [
    *"\t\r\n:-?&*!|>%@`\"'{}[],# \x85\u2028\ufeff\0",
    "{{",
    "}}",
    "{% ",
    "&a ",
    "*a",
    "<<: ",
    "- ",
    ": ",
    "!!int ",
    "---\n",
    "é",
]


def mutated(text: str, random: Random) -> str:
    """The text with a few changes of the kinds that editors, merges and people make."""
    for _ in range(random.randrange(1, 5)):
        lines = text.split("\n")
        at, other = random.randrange(len(lines)), random.randrange(len(lines))
        line = lines[at]
        where = random.randrange(len(line) + 1)
        match random.randrange(9):
            case 0:
                del lines[at]
            case 1:
                lines.insert(other, line)
            case 2:
                lines[at], lines[other] = lines[other], line
            case 3:
                lines[at] = " " * random.randrange(9) + line.lstrip()
            case 4:
                lines[at] = line[:where] + random.choice(INSERTED) + line[where:]
            case 5:
                lines[at] = f"{line.partition(':')[0]}: {random.choice([*SCALARS, *TYPES, *WORDS])}"
            case 6:
                lines[at] = line.replace(random.choice(WORDS), random.choice(WORDS))
            case 7:
                lines = lines[: at + 1] + lines[at:] * random.randrange(3)
            case _:
                lines[at] = line[:where] + line[where + 1 :]
        text = random.choice(["\n", "\n", "\n", "\r\n", "\r"]).join(lines)
    return text


@given(st.sampled_from(SAMPLES), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_a_mutated_flow_is_a_flow_or_has_problems(source: str, random: Random) -> None:
    text = mutated(source, random)
    check(load(text), text)
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    data.insert(random.randrange(len(data) + 1), random.randrange(256))
    assert load(bytes(data)) is not None


@pytest.mark.parametrize("end", range(0, len(VALID), 7))
def test_a_file_that_breaks_off_has_an_outcome(end: int) -> None:
    check(load(VALID[:end]), VALID[:end])


@given(st.integers(0, len(VALID) - 1), st.characters())
@settings(max_examples=300, deadline=None)
def test_a_file_with_one_letter_changed_has_an_outcome(at: int, letter: str) -> None:
    text = VALID[:at] + letter + VALID[at + 1 :]
    check(load(text), text)
