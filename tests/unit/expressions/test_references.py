"""What a template says of itself without being rendered."""

import pytest

from runtime.errors import ExpressionFailed
from runtime.expressions import Expressions

NAMES: dict[str, set[tuple[str, ...]]] = {
    "plain": set(),
    "{{ outputs.extract.value }} {{ inputs.day }}": {("outputs", "extract", "value"), ("inputs", "day")},
    "{{ outputs['a-b']['c'].d }}": {("outputs", "a-b", "c", "d")},
    "{{ outputs.each[taskrun.value].x }}": {("outputs", "each"), ("taskrun", "value")},
    "{{ secret('X') }}": {("secret",)},
    "{{ inputs.names.size() }}": {("inputs", "names")},
    "{{ inputs.a | replace({'x': vars.b}) }}": {("inputs", "a"), ("vars", "b")},
    "{% for x in inputs.l %}{{ x.y }}{{ loop.index }}{% endfor %}": {("inputs", "l")},
    "{% set x = inputs.a %}{{ x }}": {("inputs", "a")},
    "{% macro m(a) %}{{ a }}{{ vars.v }}{% endmacro %}{{ m(1) }}": {("vars", "v")},
    "{{ a.b ?? c.d }}": {("a", "b"), ("c", "d")},
    "{{ fromJson(outputs.x.value).y }}": {("fromJson",), ("outputs", "x", "value")},
    "{% raw %}{{ inputs.x }}{% endraw %}": set(),
}


@pytest.mark.parametrize(("template", "names"), NAMES.items())
def test_the_names_that_a_template_uses(
    engine: Expressions, template: str, names: set[tuple[str, ...]]
) -> None:
    assert engine.names(template) == names


GUARDED: dict[str, set[tuple[str, ...]]] = {
    "{{ a.b ?? c.d }}": {("c", "d")},
    "{{ a.b ?? c.d ?? 'x' }}": set(),
    "{{ a.b | default(c) }}": {("c",)},
    "{{ a.b is defined and c }}": {("c",)},
}


@pytest.mark.parametrize(("template", "names"), GUARDED.items())
def test_the_names_that_must_be_there(
    engine: Expressions, template: str, names: set[tuple[str, ...]]
) -> None:
    assert engine.names(template, guarded=False) == names


def test_the_secrets_that_a_template_asks_for(engine: Expressions) -> None:
    template = "{{ secret('A') }}{{ secret(key='B', namespace='x') }}{{ secret(inputs.c) }}{{ kv('D') }}"
    assert engine.calls(template, "secret") == {"A", "B"}


PROBLEMS = {
    "{{ inputs.day }}": [],
    "{{ secret('X') | upper }} {{ kv('a') }} {{ read(x) }}": [],
    "{% macro m() %}{% endmacro %}{{ m() }}": [],
    "{{ x | uper }}{{ secrt('x') }}": [
        "there is no filter `uper`; did you mean `upper`?",
        "there is no function `secrt`; did you mean `secret`?",
    ],
    "{{ x": ["`{{` is never closed by `}}`"],
    "{% block a %}{% endblock %}{% block a %}{% endblock %}": ["block 'a' defined twice"],
}


@pytest.mark.parametrize(("template", "problems"), PROBLEMS.items())
def test_the_problems_of_a_template(engine: Expressions, template: str, problems: list[str]) -> None:
    assert engine.problems(template) == problems


DASHES: dict[str, dict[tuple[str, ...], str]] = {
    "{{ outputs.x.value - 1 }} {{ inputs.a-1 }}": {},
    "{{ 'inputs.a-b' }} inputs.a-b": {},
    "{{ inputs.a-b }}": {
        ("inputs", "a-b"): "`inputs.a-b` subtracts: a name with a dash is written `inputs['a-b']`"
    },
    "{{ outputs.x.my-key.y }}": {
        (
            "outputs",
            "x",
            "my-key",
        ): "`outputs.x.my-key` subtracts: a name with a dash is written `outputs.x['my-key']`"
    },
}


@pytest.mark.parametrize(("template", "dashes"), DASHES.items())
def test_a_dash_that_may_be_meant_as_part_of_a_name(
    engine: Expressions, template: str, dashes: dict[tuple[str, ...], str]
) -> None:
    assert engine.dashes(template) == dashes


def test_names_of_a_malformed_template_cannot_be_told(engine: Expressions) -> None:
    with pytest.raises(ExpressionFailed, match="never closed"):
        engine.names("{{ x")
