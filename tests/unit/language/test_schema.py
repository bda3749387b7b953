"""The schema says what the classes say, and judges flows as their reading does, as far as a schema can."""

import json
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft7Validator

from runtime.language import load
from runtime.language.document import read
from runtime.language.reference import help_of
from runtime.language.schema import schema
from runtime.tasks.registry import BUILT_IN, GROUP, Known, Registry, default_registry

SAMPLES = sorted((Path(__file__).parents[3] / "sample_flows").glob("*.yaml"))


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return schema(default_registry())


@pytest.fixture(scope="module")
def validator(found: dict[str, Any]) -> Draft7Validator:
    Draft7Validator.check_schema(found)
    return Draft7Validator(found)


def complaints(validator: Draft7Validator, text: str) -> list[str]:
    """Where something is wrong, the deepest place of each complaint."""
    told = []
    for error in validator.iter_errors(read(text).value):
        while error.context:
            error = max(error.context, key=lambda inner: len(inner.absolute_path))
        told.append(f"{'.'.join(map(str, error.absolute_path))}: {error.message}")
    return told


def test_every_plugin_is_described_with_its_keys(found: dict[str, Any]) -> None:
    json.dumps(found)
    kinds = {"flowable": "task"}
    assert not [name for name in found["$defs"] if "$" in name]  # parts of tasks
    for known in (known for known in BUILT_IN if known.kind != "part"):
        described = found["$defs"][f"{kinds.get(known.kind, known.kind)}.{known.short or known.name}"]
        assert described["description"]
        fields = {field.encode_name for field in msgspec.structs.fields(known.load())}
        assert fields <= described["properties"].keys()
        assert described["properties"]["type"] == {"enum": list(known.names)}
    dbt = found["$defs"]["task.dbt"]
    assert dbt["required"] == ["commands"]
    assert dbt["properties"]["retry"] is True  # said once for all tasks
    assert dbt["properties"]["logFormat"]["anyOf"][0] == {"enum": ["JSON", "TEXT", "DEBUG", "NONE"]}
    assert "```yaml" in dbt["markdownDescription"]


def without_text(part: Any, path: str = "") -> list[str]:
    """The keys of the schema that an editor has nothing to say about."""
    if isinstance(part, list):
        return [name for number, item in enumerate(part) for name in without_text(item, f"{path}[{number}]")]
    if not isinstance(part, dict):
        return []
    fields = part.get("properties", {}) if part.get("description") else {}
    silent = [
        f"{path}.{name}"
        for name, field in fields.items()
        if field is not True and name != "type" and not field.get("description")
    ]
    return silent + [name for key, item in part.items() for name in without_text(item, f"{path}/{key}")]


def test_every_key_has_a_hover_text(found: dict[str, Any]) -> None:
    assert without_text(found) == []


def test_a_broken_plugin_is_left_out() -> None:
    log = next(known for known in BUILT_IN if known.short == "log")
    registry = Registry((Known(EntryPoint("broken", "nowhere.at_all:Thing", GROUP)), log))
    definitions = schema(registry)["$defs"]
    assert [name for name in definitions if name.startswith("task.")] == ["task.log"]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_flow_is_valid(validator: Draft7Validator, path: Path) -> None:
    assert complaints(validator, path.read_text()) == []


EXAMPLES = [known for known in BUILT_IN if help_of(known.load()).example.startswith("- ")]


@pytest.mark.parametrize("known", EXAMPLES, ids=lambda known: known.name)
def test_the_example_of_a_class_is_a_flow(validator: Draft7Validator, known: Known) -> None:
    example = help_of(known.load()).example.replace("\n", "\n  ")
    key = "triggers" if known.kind == "trigger" else "tasks"
    extra = "tasks:\n  - {id: a, type: log, message: a}\n" if key == "triggers" else ""
    text = f"id: f\nnamespace: n\n{extra}{key}:\n  {example}\n"
    loaded = load(text)
    assert [problem.message for problem in loaded.problems if problem.is_error] == []
    assert loaded.flow is not None
    assert complaints(validator, text) == []


HEAD = "id: f\nnamespace: n\n"
LOG = "{id: a, type: log, message: hi}"
VALID = {
    "a minimal flow": f"tasks: [{LOG}]",
    "Kestra's class names": "tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: hi}]",
    "a class that nothing here runs": "tasks: [{id: a, type: io.kestra.plugin.aws.s3.List, bucket: b}]",
    "expressions in place of values": "tasks: [{id: a, type: sleep, duration: '{{ inputs.d }}'}, {id: p, type: parallel, concurrent: '{{ 2 }}', tasks: ["
    + LOG.replace("id: a", "id: b")
    + "]}]",
    "values as text": f"tasks: [{{id: p, type: parallel, concurrent: '2', tasks: [{LOG}], disabled: 'false'}}]",
    "lists as text": "tasks: [{id: a, type: shell, commands: '[\"ls\"]'}]",
    "empty keys": f"tasks: [{LOG}]\nlabels:\nerrors:\ntriggers:\ninputs:\nretry:\n",
    "nested tasks": f"tasks: [{{id: i, type: if, condition: '{{{{ true }}}}', then: [{LOG}], errors: [{LOG.replace('id: a', 'id: e')}]}}]",
    "a Dag": f"tasks: [{{id: d, type: dag, tasks: [{{task: {LOG}}}, {{task: {LOG.replace('id: a', 'id: b')}, dependsOn: [a]}}]}}]",
    "a Switch": f"tasks: [{{id: s, type: switch, value: x, cases: {{x: [{LOG}]}}}}]",
    "retries": f"tasks: [{{{LOG[1:-1]}, retry: {{type: exponential, interval: PT1S, maxInterval: PT1M, maxAttempts: 3}}}}]",
    "a runner": "tasks: [{id: a, type: shell, commands: [ls], taskRunner: {type: docker, pullPolicy: NEVER}}]",
    "labels as a list": f"labels: [{{key: a, value: 1}}]\ntasks: [{LOG}]",
    "inputs": "inputs: [{id: a, type: INT, min: 1, max: 3}, {id: b, type: SELECT, values: [x, y]}, {name: c, type: STRING}, "
    f"{{id: f, type: FORM, inputs: [{{id: g, type: BOOL}}]}}, {{id: h, type: ARRAY, itemType: INT, dependsOn: {{inputs: [a]}}}}]\ntasks: [{LOG}]",
    "triggers": f"tasks: [{LOG}]\ntriggers: [{{id: s, type: schedule, cron: '0 8 * * *', conditions: [{{type: not, conditions: [{{type: weekend}}]}}]}}]",
    "a duration in small letters": "tasks: [{id: a, type: sleep, duration: pt5m}]",
    "flow keys": f"concurrency: {{limit: 2, behavior: FAIL}}\nsla: [{{id: s, type: MAX_DURATION, duration: PT1H, behavior: FAIL}}]\n"
    f"checks: [{{condition: '{{{{ true }}}}', message: no}}]\noutputs: [{{id: o, type: STRING, value: x}}]\n"
    f"pluginDefaults: [{{type: log, values: {{level: WARN}}}}]\ntasks: [{LOG}]",
    "a namespace as Kestra takes it": f"tasks: [{LOG}]\nid: a.b-c_d",
}  # fmt: skip


@pytest.mark.parametrize("body", VALID.values(), ids=VALID.keys())
def test_what_loads_is_valid(validator: Draft7Validator, body: str) -> None:
    text = (HEAD.replace("id: f\n", "") if "\nid:" in body else HEAD) + body
    assert load(text).flow is not None, load(text).problems
    assert complaints(validator, text) == []


BROKEN = {
    "tasks": (f"task: [{LOG}]", "'tasks' is a required property"),
    "no tasks": ("tasks: []", "tasks: [] "),
    "an unknown key": (f"tasks: [{LOG}]\nlabel: {{a: b}}", "'label'"),
    "an unknown key of a task": ("tasks: [{id: a, type: log, mesage: hi}]", "mesage"),
    "a missing key": ("tasks: [{id: a, type: shell}]", "'commands' is a required property"),
    "an unknown short name": ("tasks: [{id: a, type: lgo, message: hi}]", "tasks.0.type"),
    "no type": ("tasks: [{id: a, message: hi}]", "'type' is a required property"),
    "a value of a wrong type": ("tasks: [{id: a, type: sleep, duration: soon}]", "soon"),
    "a choice that there is not": ("tasks: [{id: a, type: log, message: hi, level: LOUD}]", "LOUD"),
    "a key of another type, deep inside": (
        f"tasks: [{{id: i, type: if, condition: x, then: [{{id: s, type: sequential, tasks: [{{{LOG[1:-1]}, bogus: 1}}]}}]}}]",
        "bogus",
    ),
    "a task in the place of a list": (f"tasks: {LOG}", "is not of type 'array'"),
    "a trigger's key": (f"tasks: [{LOG}]\ntriggers: [{{id: s, type: schedule, cron: '0 8 * * *', timezon: x}}]", "timezon"),
    "an input's key": (f"inputs: [{{id: a, type: STRING, min: 1}}]\ntasks: [{LOG}]", "min"),
    "an input's type": (f"inputs: [{{id: a, type: TEXT}}]\ntasks: [{LOG}]", "TEXT"),
    "a retry without its wait": (f"retry: {{type: constant}}\ntasks: [{LOG}]", "'interval' is a required property"),
    "a label's key": (f"labels: {{'My Team': x}}\ntasks: [{LOG}]", "My Team"),
    "a reserved id": (f"tasks: [{LOG}]\nid: resume", "resume"),
    "an id with a space": (f"tasks: [{LOG}]\nid: my flow", "my flow"),
    "a Switch without cases": ("tasks: [{id: s, type: switch, value: x}]", "s"),
    "a flowable in a WorkingDirectory": (
        f"tasks: [{{id: w, type: working_directory, tasks: [{{id: s, type: sequential, tasks: [{LOG}]}}]}}]",
        "should not be valid",
    ),
    "a limit of 0": (f"concurrency: {{limit: 0}}\ntasks: [{LOG}]", "0 is less than"),
    "an SLA without its time": (
        f"sla: [{{id: s, type: MAX_DURATION, behavior: FAIL}}]\ntasks: [{LOG}]",
        "'duration' is a required property",
    ),
    "a runner's key": (
        "tasks: [{id: a, type: shell, commands: [ls], taskRunner: {type: docker, pulPolicy: NEVER}}]",
        "pulPolicy",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_refused_is_invalid(validator: Draft7Validator, body: str, said: str) -> None:
    text = (HEAD.replace("id: f\n", "") if "\nid:" in body else HEAD) + body
    assert load(text).flow is None
    told = complaints(validator, text)
    assert told
    assert said.strip() in "\n".join(told)
