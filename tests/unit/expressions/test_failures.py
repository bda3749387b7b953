"""What an author reads when a template is wrong, and what no template can do."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runtime.errors import ExpressionFailed, SecretNotFound
from runtime.expressions import Expressions

MESSAGES = {
    "{{ inputs.dya }}": "`inputs.dya` does not exist; did you mean `inputs.day`?",
    "{{ inptus.day }}": "`inptus` does not exist; did you mean `inputs`?",
    "{{ inputs.settings.hst }}": "`inputs.settings.hst` does not exist; did you mean `inputs.settings.host`?",
    "{{ inputs['d y'] }}": "`inputs['d y']` does not exist",
    "{{ outputs.extrct.value }}": "`outputs.extrct` does not exist; did you mean `outputs.extract`?",
    "{{ inputs.names[7] }}": "`inputs.names[7]` does not exist",
    "{{ inputs.day.foo }}": "`inputs.day.foo` does not exist",
    "{{ inputs.dya == 1 }}": "`inputs.dya` does not exist",
    "{{ 1 + inputs.dya }}": "`inputs.dya` does not exist",
    "{{ 'a' ~ inputs.dya }}": "`inputs.dya` does not exist",
    "{{ inputs.dya | upper }}": "`inputs.dya` does not exist",
    "{% if inputs.dya %}{% endif %}": "`inputs.dya` does not exist",
    "{% for x in inputs.dya %}{% endfor %}": "`inputs.dya` does not exist",
    "{% set x = inputs.dya %}": "`inputs.dya` does not exist",
    "{{ [inputs.dya] }}": "`inputs.dya` does not exist",
    "{{ {'a': inputs.dya} | toJson }}": "`inputs.dya` does not exist",
    "{{ secret(inputs.dya) }}": "`inputs.dya` does not exist",
    "{{ inputs.names.contains(inputs.dya) }}": "`inputs.dya` does not exist",
    "{{ [] | merge(inputs.dya) }}": "`inputs.dya` does not exist",
    "{{ inputs.a_b }}": "`inputs.a_b` does not exist; did you mean `inputs['a-b']`?",
    "{{ -inputs.dya }}": "`inputs.dya` does not exist",
    "{{ inputs[inputs.dya] }}": "`inputs.dya` does not exist",
    "{{ inputs.dya is empty }}": "`inputs.dya` does not exist",
    "{{ secert('X') }}": "there is no function `secert`; did you mean `secret`?",
    "{{ secret }}": "`secret` is a function: write `secret()`",
    "{{ flow() }}": "a map is not a function",
    "{{ inputs.names.sise() }}": "`inputs.names.sise()`: a list has no such method",
    "{{ inputs.day | uper }}": "there is no filter `uper`; did you mean `upper`?",
    "{{ inputs.day is emty }}": "there is no test `emty`; did you mean `empty`?",
    "{{ 'a' < 1 }}": "`<` cannot compare a text ('a') with a number",
    "{{ 'a' - 1 }}": "`-` needs two numbers, and a text ('a') is none",
    "{{ 1 / 0 }}": "`/` divides by zero",
    "{{ 3 contains 1 }}": "`contains` looks into lists, maps and texts, not into a number",
    "{% for x in 'text' %}{% endfor %}": "`for` runs over lists and maps, not over a text",
    "{{ fromJson('{') }}": "`fromJson` was given what is not JSON",
    "{{ fromJson(inputs.settings) }}": "`fromJson` reads a text, and a map is none",
    "{{ 'x' | number }}": "`number` cannot make a number of `x`",
    "{{ 'x' | join }}{{ 3 | join }}": "`join` needs a list, and a number is none",
    "{{ 'x' | upper(1, 2) }}": "upper",
    "{{ inputs.day": "`{{` is never closed by `}}`",
    "{% if inputs.yes %}": "`{% if %}` is never closed by `{% endif %}`",
    "{% if inputs.yes %}{% endfor %}": "`{% endfor %}` does not belong to `{% if %}`",
    "{% els %}": "there is no tag `{% els %}`; did you mean `else`?",
    "{% include 'x' %}": "`{% include %}` needs another template",
    "{{ a b }}": "`b` stands where `}}` was expected",
    "{{ }}": "Expected an expression",
    "{{ a && b }}": "`&` means nothing here; write `and`",
    "{{ 'a }}": "a quote is not closed",
    "{{ a ? b }}": "`}}` stands where `:` was expected",
    "one\n{{ a b }}": "(line 2 of the expression)",
    "{{ render(vars.growing) }}": "render() went round",
}


@pytest.mark.parametrize(("template", "message"), MESSAGES.items())
def test_a_failure_says_what_is_wrong(
    engine: Expressions, variables: dict[str, Any], template: str, message: str
) -> None:
    with pytest.raises(ExpressionFailed) as failure:
        engine.render(template, variables)
    assert message in failure.value.message


def test_an_object_never_leaves_with_a_gap_in_it(engine: Expressions) -> None:
    for template in ("{{ [a.b] }}", "{{ {'x': a.b} }}", "{{ [[a.b]] }}", "{{ a.b }}"):
        with pytest.raises(ExpressionFailed, match=r"`a` does not exist"):
            engine.evaluate(template, {})


def test_a_gap_with_nothing_near_names_what_there_is(engine: Expressions) -> None:
    with pytest.raises(ExpressionFailed, match="there is `a`, `b`"):
        engine.render("{{ m.zzzzzz }}", {"m": {"a": 1, "b": 2}})


def test_the_failures_of_functions_pass_through(engine: Expressions) -> None:
    def secret(name: str) -> str:
        raise SecretNotFound(name)

    with pytest.raises(SecretNotFound):
        engine.render("{{ secret('X') ?? 'y' }}", {"secret": secret})


CLOSED = (
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ [].__class__.__mro__ }}",
    "{{ inputs.__init__ }}",
    "{{ secret.__globals__ }}",
    "{{ secret['__globals__'] }}",
    "{{ (secret | attr('__globals__')) }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '%s' | format(secret) }}",
    "{{ [secret] | map(attribute='__globals__') | list }}",
    "{{ self.__init__ }}",
    "{{ loop }}",
    "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop._iterator }}{% endfor %}",
    "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func }}",
    "{{ cycler.__init__ }}",
    "{{ lipsum }}",
    "{{ namespace(a=1) }}",
    "{{ execution.startDate.__reduce__() }}",
    "{{ execution.startDate.tzinfo }}",
    "{{ inputs.names.append(1) }}",
    "{{ inputs.settings.update({}) }}",
)


@pytest.mark.parametrize("template", CLOSED)
def test_no_attribute_reaches_the_interpreter(
    engine: Expressions, variables: dict[str, Any], template: str
) -> None:
    with pytest.raises(ExpressionFailed):
        engine.render(template, variables)


TOO_MUCH = (
    "{{ 'x' * 100000000 }}",
    "{{ 'x'.repeat(100000000) }}",
    "{% set a = 'xxxxxxxxxx' %}{% for i in 1..60 %}{% set a = a ~ a %}{% endfor %}",
    "{% set a = [1] %}{% for i in 1..60 %}{% set a = a + a %}{% endfor %}",
    "{% set a = [1] %}{% for i in 1..60 %}{% set a = [a, a] %}{% endfor %}{{ a }}",
    "{% set a = [1] %}{% for i in 1..1000 %}{% set a = [a] %}{% endfor %}{{ a }}",
    "{{ ('x' * 4000000) | replace({'x': 'yyyyyyyyyy'}) }}",
    "{{ 'a\nb' | indent(100000000) }}",
    "{{ 1..100000000 }}",
    "{{ range(0, 100000000) }}",
    "{{ 9 ** 999 }}",
    "{{ 2 ** 99999999 }}",
    "{% set a = 9 %}{% for i in 1..60 %}{% set a = a * a %}{% endfor %}",
    "{% for a in 1..9999 %}{% for b in 1..9999 %}{% endfor %}{% endfor %}",
    "{% for a in 1..99999 %}{% for b in 1..9 %}xxxxxxxxxxxxxxxxxxxx{% endfor %}{% endfor %}",
    "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
    "{{ render(vars.growing) }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regexMatch('(a+)+b') }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regexMatch('(?:a*b*)*c') }}",
    "{{" + "(" * 3000 + "1" + ")" * 3000 + "}}",
    "{{" + "[" * 3000 + "]" * 3000 + "}}",
    "{{ 1" + " + 1" * 3000 + " }}",
    "{{ x" + ".a" * 3000 + " }}",
)


@pytest.mark.parametrize("template", TOO_MUCH, ids=lambda template: template[:60])
def test_a_template_cannot_take_more_than_its_share(
    engine: Expressions, variables: dict[str, Any], template: str
) -> None:
    with pytest.raises(ExpressionFailed):
        engine.render(template, variables)


def test_a_long_join_is_not_deep(engine: Expressions) -> None:
    assert engine.render("{{ 'a'" + " ~ 'b'" * 500 + " }}", {}) == "a" + "b" * 500


@pytest.mark.parametrize(
    "pattern", ["[a-z0-9]+(-[a-z0-9]+)*", r"(\d+,)+\d+", r"(\w+)-(\d+)", "(a|b)*", "a+?b*"]
)
def test_usual_regular_expressions_are_taken(engine: Expressions, pattern: str) -> None:
    assert engine.evaluate("{{ 'x' | regexMatch(p) is defined }}", {"p": pattern}) is True


FRAGMENTS = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{#", "#}", "a", "inputs", ".", "day", "(", ")", "[", "]", "'", '"', "|", "upper", "default", "??",
     "?", ":", "if", "else", "endif", "for", "in", "endfor", "set", "=", "==", "..", "1", "99", " ", "\n", "~", "+", "-", "*",
     "not", "is", "defined", "contains", "isIn", "and", "or", "macro", "endmacro", "raw", "endraw", ",", "{", "}", "render",
     "date", "null", "true", "\\", "loop", "import", "block", "filter", "call", "with", "é", "\0", "L"]
)  # fmt: skip
VALUES: dict[str, Any] = {"inputs": {"day": "2024-01-01", "n": [1, 2]}, "a": None, "day": lambda *_: 1}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(FRAGMENTS, max_size=14).map(" ".join)
    | st.lists(FRAGMENTS, max_size=14).map("".join)
    | st.text(max_size=40)
)
@example("{{ day() }}")
@example("{% for a, b in inputs.n %}{% endfor %}")
@example("{% set a.b = 1 %}")
@example("{{ super() }}{{ self }}{{ caller() }}")
@example("{% macro if() %}{% endmacro %}")
@example("{% macro a(x, x) %}{% endmacro %}")
@example("{{ a(*inputs.n) }}{{ a(**inputs) }}")
@example("{{ day(a=1, a=2) }}")
@example("{{ {inputs: 1} }}{{ {[]: 1} }}")
@example("{% call day() %}x{% endcall %}")
@example("{% block a %}{% endblock %}{% block a %}{% endblock %}")
@example("{% with a = 1 %}{{ a }}{% endwith %}")
@example("{{ 1.5e999 }}{{ 1_000 }}")
def test_any_text_renders_or_fails_as_an_expression(text: str) -> None:
    engine = Expressions()
    for use in (engine.render, engine.evaluate):
        with suppress(ExpressionFailed):
            use(text, VALUES)
    assert isinstance(engine.problems(text), list)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.datetimes(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(
        [
            "upper",
            "toJson",
            "date",
            "first",
            "sort",
            "length",
            "keys",
            "number",
            "join",
            "distinct",
            "timestamp",
            "abs",
        ]
    ),
)
def test_any_value_passes_a_filter_or_fails_as_an_expression(value: Any, name: str) -> None:
    with suppress(ExpressionFailed):
        Expressions().render(f"{{{{ x | {name} }}}}", {"x": value})
