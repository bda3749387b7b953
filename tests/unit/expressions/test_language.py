"""What templates mean: operators, tags, tests, and the types that come out."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from rpds import HashTrieMap

from runtime.expressions import Expressions

TEXTS = {
    # what values print
    "no braces": "no braces",
    "{ not a template }": "{ not a template }",
    "{{ inputs.nothing }}": "",
    "{{ inputs.yes }} {{ inputs.no }}": "true false",
    "{{ inputs.names }}": '["b","a","c"]',
    "{{ inputs.settings }}": '{"host":"db","port":5432}',
    "{{ inputs.ratio }}": "2.5",
    "{{ execution.startDate }}": "2024-03-09T12:30:45.123456Z",
    "{{ 'a' }}\n": "a\n",
    "a {#- gone -#} b": "ab",
    "{{- ' x ' -}}": " x ",
    # texts keep their backslashes
    r"{{ 'a\nb' }}": r"a\nb",
    r"{{ 'it\'s' }}": "it's",
    # null and what does not exist
    "{{ nowhere.at.all ?? 'x' }}": "x",
    "{{ inputs.nothing ?? 'x' }}": "x",
    "{{ inputs.nothing ??? 'x' }}": "",
    "{{ nowhere ??? 'x' }}": "x",
    "{{ a.b ?? inputs.c ?? 'z' }}": "z",
    "{{ (nowhere | upper) ?? 'x' }}": "x",
    "{{ inputs.count ?? secret(nowhere) }}": "3",
    "{{ nowhere | default('d') }}": "d",
    "{{ inputs.empty | default('d') }}": "d",
    "{{ inputs.no | default('d') }}": "false",
    "{{ inputs[nowhere].x is defined }}{{ inputs[nowhere] ?? 'y' }}": "falsey",
    "{{ nowhere.x is defined }}{{ inputs.day is defined }}{{ nowhere is not defined }}": "falsetruetrue",
    # precedence, as in Pebble
    "{{ nowhere ?? 'b' ~ 'c' }}": "bc",
    "{{ nowhere ?? 'b' | upper }}": "B",
    "{{ 'a' ~ 'b' | upper }}": "AB",
    "{{ 1 + 2 ~ 3 }}": "123",
    "{{ 2 + 3 * 4 - 6 / 4 }}": "13",
    "{{ -2 | abs }}": "2",
    "{{ not inputs.no and inputs.count == 3 }}": "true",
    "{{ not inputs.count == 4 }}": "true",
    "{{ not (inputs.yes or inputs.no) }}": "false",
    "{{ 1 < 2 == true }}": "true",
    # whole numbers stay whole
    "{{ 7 / 2 }} {{ -7 / 2 }} {{ 7.0 / 2 }}": "3 -3 3.5",
    "{{ -7 % 3 }}": "-1",
    "{{ 7 // 2 }} {{ 2 ** 3 ** 2 }}": "3 512",
    # joining
    "{{ 'a' + 1 }}{{ 1 + 'a' }}": "a11a",
    "{{ inputs.numbers + 4 }}{{ [1] + [2] }}": "[3,1,10,4][1,2]",
    "{{ inputs.names + '!' }}": '["b","a","c"]!',
    "{{ inputs.names - 'a' }}": '["b","c"]',
    "{{ 'ab' * 2 }}": "abab",
    # comparing
    "{{ 1 == 1.0 }}{{ 1 == true }}{{ '1' == 1 }}": "truefalsefalse",
    "{{ 'a' < 'b' }}{{ 10 > 9 }}{{ inputs.nothing < 1 }}": "truetruefalse",
    "{{ outputs.extract.value equals '7' }}": "true",
    "{{ inputs.names contains 'a' }}{{ inputs.names contains ['a', 'b'] }}": "truetrue",
    "{{ 'abc' contains 'b' }}{{ inputs.settings contains 'host' }}": "truetrue",
    "{{ inputs.nothing contains 'x' }}": "false",
    "{{ inputs.count isIn ['1', '3'] }}{{ 'db' isIn inputs.settings }}": "truetrue",
    "{{ 'a' in inputs.names }}{{ 'z' not in inputs.names }}": "truetrue",
    # conditions
    "{{ inputs.count == 1 ? 'one' : 'many' }}": "many",
    "{{ inputs.yes ? inputs.no ? 'a' : 'b' : 'c' }}": "b",
    "{{ {'k': inputs.yes ? 1 : 2}.k }}": "1",
    "{{ 'yes' if inputs.yes else 'no' }}": "yes",
    "{{ 'yes' if inputs.no }}": "",
    # places
    "{{ inputs['a-b'] }}": "dashed",
    "{{ outputs.extract.files['/main.py'] }}": "kestra:///x",
    "{{ inputs.names[0] }}{{ inputs.names.1 }}": "ba",
    "{{ inputs.names[:2] }}": '["b","a"]',
    "{{ outputs.each[parents[0].taskrun.value][taskrun.value].value }}": "x1",
    "{{ currentEachOutput(outputs.each).value }}": "x1",
    # methods
    "{{ inputs.names.size() }}{{ 'abc'.length() }}{{ inputs.empty.isEmpty() }}": "33true",
    "{{ 'a,b'.split(',')[1].toUpperCase() }}": "B",
    "{{ inputs.settings.get('host') }}{{ inputs.settings.containsKey('x') }}": "dbfalse",
    "{{ inputs.names.size }}": "3",
    # ranges
    "{{ 1..4 }}{{ range(1, 7, 3) }}{{ range(3, 1, -1) }}": "[1,2,3,4][1,4,7][3,2,1]",
    "{{ ('a'..'c') | join }}": "abc",
    # functions
    "{{ secret('X') }}": "secret of X",
    "{{ max(1, 5, 3) }}{{ min([4, 2]) }}": "52",
    "{{ fromJson(inputs.json).a[0] }}": "1",
    "{{ loopOutputs([{'outputs': {'id': 1}}, {'outputs': {'id': 2}}], 'id') }}": "[1,2]",
    "{{ render(vars.greeting) }}": "hello nightly",
    "{{ vars.greeting }}": "hello {{ flow.id }}",
    "{{ render(vars.same) }}": "{{ vars.same }}",
    "{{ render(vars.twice) }}": "hello nightly",
    "{{ renderOnce(vars.twice) }}": "hello nightly",
    "{{ render(vars.greeting, recursive=false) }}": "hello nightly",
    # tags
    "{% if inputs.count == 2 %}a{% elseif inputs.count == 3 %}b{% else %}c{% endif %}": "b",
    "{% if inputs.no %}a{% elif inputs.yes %}b{% endif %}": "b",
    "{% if inputs.no %}a{% endif %}": "",
    "{% for n in inputs.names %}{{ loop.index }}{{ n }}{{ loop.last ? '' : ',' }}{% endfor %}": "0b,1a,2c",
    "{% for n in inputs.names %}{{ loop.revindex }}{{ loop.first }}{{ loop.length }} {% endfor %}": "2true3 1false3 0false3 ",
    "{% for e in inputs.settings %}{{ e.key }}={{ e.value }};{% endfor %}": "host=db;port=5432;none=;",
    "{% for k, v in inputs.settings.items() %}{{ k }}{% endfor %}": "hostportnone",
    "{% for n in [] %}x{% else %}none{% endfor %}": "none",
    "{% for n in inputs.nothing %}x{% endfor %}": "",
    "{% for i in 1..3 %}{{ i }}{% endfor %}": "123",
    "{% set x = 1 %}{% set x = x + 1 %}{{ x }}": "2",
    "{% set t = 0 %}{% for n in inputs.numbers %}{% set t = t + n %}{% endfor %}{{ t }}": "14",
    "{% set n = 'out' %}{% for n in ['in'] %}{{ n }}{% endfor %}{{ n }}": "inout",
    "{% set inputs = {'day': 'mine'} %}{{ inputs.day }}": "mine",
    "{% set x %}a{{ 1 }}{% endset %}{{ x | upper }}": "A1",
    "{% macro f(a, b='-') %}[{{ a }}{{ b }}]{% endmacro %}{{ f(1) }}{{ f(2, b='!') }}": "[1-][2!]",
    "{% raw %}{{ x }}{% endraw %}{% verbatim %}{{ y }}{% endverbatim %}": "{{ x }}{{ y }}",
    "{% filter upper %}a{{ inputs.day }}b{% endfilter %}": "A2024-03-09B",
    "{% block a %}x{% endblock %}{{ block('a') }}": "xx",
    "{% block \"b\" %}x{% endblock %}{{ block('b') }}": "xx",
    "{% cache 'x' %}a{% endcache %}{% parallel %}b{% endparallel %}{% flush %}{% autoescape true %}<{% endautoescape %}": "ab<",
    # tests
    "{{ inputs.nothing is null }}{{ inputs.empty is empty }}{{ [] is empty }}{{ 0 is empty }}": "truetruetruefalse",
    "{{ 2 is even }}{{ 2 is odd }}{{ [] is iterable }}{{ {} is map }}{{ 1 is equals(1) }}": "truefalsetruetruetrue",
    "{{ inputs.json is json }}{{ '{' is json }}": "truefalse",
    "{{ inputs.day is not empty ? 'full' : 'empty' }}": "full",
}  # fmt: skip


@pytest.mark.parametrize(("template", "text"), TEXTS.items())
def test_a_template_renders_to_text(
    engine: Expressions, variables: dict[str, Any], template: str, text: str
) -> None:
    assert engine.render(template, variables) == text


VALUES: dict[str, Any] = {
    "plain": "plain",
    "{{ inputs.count }}": 3,
    "{{ inputs.yes }}": True,
    "{{ inputs.names }}": ["b", "a", "c"],
    "{{ inputs.settings }}": {"host": "db", "port": 5432, "none": None},
    "{{ inputs.nothing }}": None,
    "{{ outputs.extract.value }}": "7",
    "{{ 1 + 1 }}": 2,
    "{% if inputs.no %}x{% endif %}": None,
    "{% if inputs.yes %}{{ inputs.count }}{% endif %}": 3,
    " {{ inputs.count }}": " 3",
    "{{ 1 }}{{ 2 }}": "12",
    "[{{ inputs.names }}, {{ inputs.count }}]": [["b", "a", "c"], 3],
    "list: {{ inputs.names }}": 'list: ["b","a","c"]',
}


@pytest.mark.parametrize(("template", "value"), VALUES.items())
def test_a_single_expression_keeps_its_type(
    engine: Expressions, variables: dict[str, Any], template: str, value: Any
) -> None:
    evaluated = engine.evaluate(template, variables)
    assert evaluated == value
    assert type(evaluated) is type(value)


def test_every_text_of_a_value_is_rendered_and_so_are_keys(
    engine: Expressions, variables: dict[str, Any]
) -> None:
    value = {"{{ flow.id }}": ["{{ inputs.count }}", 5, None, {"a": "{{ inputs.yes }}!"}], 1: "x"}
    assert engine.render_value(value, variables) == {"nightly": [3, 5, None, {"a": "true!"}], 1: "x"}


class Lazy(Mapping[str, Any]):
    """Computes a value when it is asked for, and says what was asked."""

    def __init__(self, **values: Any) -> None:
        self.values_, self.asked = values, []  # type: list[str]

    def __getitem__(self, key: str) -> Any:
        self.asked.append(key)
        return self.values_[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


def test_only_the_variables_that_a_template_names_are_looked_up(engine: Expressions) -> None:
    variables = Lazy(a=Lazy(x=1, y=2), b=2)
    assert engine.render("{{ a.x }}", variables) == "1"
    assert variables.asked == ["a"]
    assert variables.values_["a"].asked == ["x"]


@pytest.mark.parametrize("wrap", [dict, HashTrieMap, lambda values: Lazy(**values)])
def test_any_mapping_is_a_map(engine: Expressions, wrap: Any) -> None:
    variables = {"m": wrap({"size": 1, "items": wrap({"k": None, "n": [wrap({})]})})}
    assert engine.render("{{ m.size }} {{ m['items'].n }}", variables) == "1 [{}]"
    assert engine.render("{% for e in m %}{{ e.key == 'size' ? e.value : '' }}{% endfor %}", variables) == "1"
    assert engine.render(
        "{{ m.items.isEmpty() }}{{ m | length }}{{ m.items | toJson(includeNulls=true) }}", variables
    ) in (
        'false2{"k":null,"n":[{}]}',
        'false2{"n":[{}],"k":null}',
    )


def test_a_coalesced_right_side_waits_until_it_is_needed(engine: Expressions) -> None:
    asked: list[str] = []
    variables = {"a": 1, "kv": lambda key: asked.append(key)}
    assert engine.render("{{ a ?? kv('x') }}", variables) == "1"
    assert asked == []
    assert engine.render("{{ kv('y') ?? a }}", variables) == "1"
    assert asked == ["y"]


def test_the_current_output_outside_any_loop_is_the_output_itself(engine: Expressions) -> None:
    assert engine.render("{{ currentEachOutput(outputs.x) }}", {"outputs": {"x": 1}}) == "1"


def test_the_whole_context_can_be_printed(engine: Expressions) -> None:
    variables = {"inputs": {"a": 1}, "secret": lambda name: name}
    assert engine.render("{{ printContext() }}", variables) == '{"inputs":{"a":1}}'


def test_a_rendering_leaves_the_variables_alone(engine: Expressions) -> None:
    variables: dict[str, Any] = {"l": [1], "m": {"a": 1}}
    engine.render("{% set l = l + 2 %}{% set b = 1 %}{{ m | merge({'c': 1}) }}{{ l - 1 }}", variables)
    assert variables == {"l": [1], "m": {"a": 1}}
