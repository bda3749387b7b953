"""The values of inputs and outputs."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from runtime.errors import InvalidInputs, TaskFailed
from runtime.expressions import Expressions
from runtime.language.inputs import resolve, resolve_outputs
from runtime.model.flow import InputSpec, OutputSpec

EXPRESSIONS = Expressions()


async def render(value: Any, known: dict[str, Any]) -> Any:
    return EXPRESSIONS.render_value(value, {"inputs": known})


async def one(type: str, value: Any, **checks: Any) -> Any:
    return (await resolve([InputSpec(id="x", type=type, checks=checks)], {"x": value}, render))["x"]


@pytest.mark.parametrize(
    ("type", "given", "value"),
    [
        ("STRING", "a", "a"),
        ("STRING", 7, "7"),
        ("STRING", "", ""),
        ("INT", "7", 7),
        ("INT", 7.0, 7),
        ("FLOAT", "1.5", 1.5),
        ("BOOL", "TRUE", True),
        ("BOOLEAN", False, False),
        ("DATETIME", "2024-01-01T01:00:00+01:00", datetime(2024, 1, 1, tzinfo=UTC)),
        ("DATE", "2024-01-31", date(2024, 1, 31)),
        ("TIME", "08:30:00", time(8, 30)),
        ("DURATION", "PT5M", timedelta(minutes=5)),
        ("JSON", '{"a": [1]}', {"a": [1]}),
        ("JSON", {"a": 1}, {"a": 1}),
        ("YAML", "a:\n - on", {"a": ["on"]}),
        ("URI", "https://example.com/a?b", "https://example.com/a?b"),
        ("EMAIL", "a.b@example.com", "a.b@example.com"),
        ("EMAIL", "", ""),
        ("FILE", "/data/a.csv", "/data/a.csv"),
        ("SECRET", "hidden", "hidden"),
    ],
)
async def test_each_type_reads_its_values(type: str, given: Any, value: Any) -> None:
    found = await one(type, given)
    assert found == value
    assert found.__class__ is value.__class__


@pytest.mark.parametrize(
    ("type", "given", "checks", "value"),
    [
        ("ARRAY", "[1, 2]", {"itemType": "INT"}, [1, 2]),
        ("ARRAY", ["PT1S"], {"itemType": "DURATION"}, [timedelta(seconds=1)]),
        ("MULTISELECT", '["a"]', {"values": ["a", "b"]}, ["a"]),
        ("SELECT", "z", {"values": ["a"], "allowCustomValue": True}, "z"),
        ("SELECT", "b", {"expression": "{{ ['a', 'b'] }}"}, "b"),
        ("INT", 3, {"min": 3, "max": 3}, 3),
        ("STRING", "ab", {"validator": "[a-b]+"}, "ab"),
        ("DATE", "2024-01-01", {"after": "2024-01-01", "before": "2024-01-01"}, date(2024, 1, 1)),
    ],
)
async def test_what_keeps_to_its_limits_is_taken(
    type: str, given: Any, checks: dict[str, Any], value: Any
) -> None:
    assert await one(type, given, **checks) == value


@pytest.mark.parametrize(
    ("type", "given", "checks", "said"),
    [
        ("STRING", {"a": 1}, {}, "must be a text"),
        ("STRING", "c", {"validator": "[a-b]+"}, "must match `[a-b]+`"),
        ("INT", "1.5", {}, "must be a whole number, and is `1.5`"),
        ("INT", True, {}, "must be a whole number"),
        ("INT", "9" * 5000, {}, "must be a whole number"),
        ("INT", 2, {"min": 3}, "must be at least 3, and is 2"),
        ("FLOAT", 2.5, {"max": 2}, "must be at most 2, and is 2.5"),
        ("FLOAT", "x", {}, "must be a number"),
        ("BOOL", "yes", {}, "must be true or false"),
        ("DATETIME", "2024-01-01T00:00:00", {}, "must name its zone"),
        ("DATETIME", "0001-01-01T00:00:00+14:00", {}, "years 1 to 9999"),
        ("DATE", "01.02.2024", {}, "must be written like 2026-01-31"),
        ("DATE", "2024-01-01", {"after": "2024-01-02"}, "must be at least 2024-01-02"),
        ("TIME", "08:30:00Z", {}, "without a zone"),
        ("DURATION", "soon", {}, "must be a duration"),
        ("DURATION", "PT2S", {"max": "PT1S"}, "must be at most PT1S"),
        ("SELECT", "c", {"values": ["a", "b"]}, "must be one of a, b, and is `c`"),
        ("MULTISELECT", ["a", "c"], {"values": ["a"]}, "must be one of a"),
        ("ARRAY", "7", {"itemType": "INT"}, "must be a list"),
        ("ARRAY", ["a"], {"itemType": "INT"}, "must be a whole number"),
        ("JSON", "{", {}, "must be JSON"),
        ("YAML", "a: [", {}, "must be YAML"),
        ("URI", "example.com", {}, "an address with a scheme"),
        ("EMAIL", "nobody", {}, "must be an e-mail address"),
        ("FILE", "a.txt", {"allowedFileExtensions": [".csv"]}, "must end with one of .csv"),
    ],
)
async def test_what_does_not_fit_is_explained(
    type: str, given: Any, checks: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInputs) as refused:
        await one(type, given, **checks)
    assert said in refused.value.details["inputs"]["x"]
    assert "`x`" in refused.value.message


async def test_all_that_is_wrong_comes_at_once() -> None:
    specs = [InputSpec(id="a", type="INT"), InputSpec(id="b", type="STRING"), InputSpec(id="c", type="INT")]
    with pytest.raises(InvalidInputs) as refused:
        await resolve(specs, {"a": "x", "c": 1}, render)
    assert refused.value.details == {
        "inputs": {"a": "`a` must be a whole number, and is `x`", "b": "Missing required input:b"}
    }


async def test_defaults_are_rendered_with_the_inputs_they_depend_on() -> None:
    specs = [
        InputSpec(id="b", type="STRING", defaults="{{ inputs.group.a }}-b", depends_on=("group.a",)),
        InputSpec(id="group.a", type="STRING", defaults="a"),
    ]
    assert await resolve(specs, {}, render) == {"group": {"a": "a"}, "b": "a-b"}


async def test_a_default_that_cannot_be_rendered_is_that_inputs_failure() -> None:
    with pytest.raises(InvalidInputs) as refused:
        await resolve([InputSpec(id="a", type="STRING", defaults="{{ nothing }}")], {}, render)
    assert list(refused.value.details["inputs"]) == ["a"]


@pytest.mark.parametrize(("on", "found"), [("true", {"on": True, "more": "m"}), ("false", {"on": False})])
async def test_an_input_that_is_not_enabled_is_left_out(on: str, found: dict[str, Any]) -> None:
    specs = [
        InputSpec(id="on", type="BOOL"),
        InputSpec(id="more", type="STRING", depends_on=("on",), depends_condition="{{ inputs.on }}"),
    ]
    given = {"on": on, "more": "m"}
    assert await resolve(specs, given, render) == found


async def test_what_depends_on_an_input_without_a_value_is_left_out() -> None:
    specs = [
        InputSpec(id="a", type="STRING", required=False),
        InputSpec(id="b", type="STRING", depends_on=("a",)),
        InputSpec(id="c", type="STRING", depends_on=("b",)),
    ]
    assert await resolve(specs, {}, render) == {"a": None}


async def test_ids_with_dots_may_be_given_either_way() -> None:
    specs = [InputSpec(id="a.b", type="INT"), InputSpec(id="a.c", type="INT")]
    assert await resolve(specs, {"a.b": 1, "a": {"c": 2}}, render) == {"a": {"b": 1, "c": 2}}


async def test_the_first_choice_may_be_the_default() -> None:
    spec = InputSpec(id="a", type="SELECT", checks={"values": ["x", "y"], "autoSelectFirst": True})
    assert await resolve([spec], {}, render) == {"a": "x"}


async def test_what_is_not_declared_is_left_out() -> None:
    assert await resolve([], {"a": 1}, render) == {}


def test_outputs_use_the_same_types() -> None:
    specs = (
        OutputSpec(id="n", type="INT", value="{{ 1 }}"),
        OutputSpec(id="l", type="ARRAY", value=""),
        OutputSpec(id="o", type="STRING", value="", required=False),
    )
    assert resolve_outputs(specs, {"n": "1", "l": [1, "a"], "o": None}) == {"n": 1, "l": [1, "a"], "o": None}


def test_outputs_that_do_not_fit_are_named() -> None:
    specs = (OutputSpec(id="n", type="INT", value=""), OutputSpec(id="m", type="STRING", value=""))
    with pytest.raises(
        TaskFailed, match=r"output `n` must be a whole number, and is `x`; output `m` has no value"
    ):
        resolve_outputs(specs, {"n": "x", "m": None})
