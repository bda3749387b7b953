"""Every filter, as Kestra's documentation and tests describe it."""

from typing import Any

import pytest

from runtime.expressions import Expressions

FILTERS: dict[str, Any] = {
    "{{ 'a long text' | abbreviate(6) }}": "a l...",
    "{{ 'short' | abbreviate(length=9) }}": "short",
    "{{ -3 | abs }}": 3,
    "{{ 'hi' | base64encode }}": "aGk=",
    "{{ 'aGk=' | base64decode }}": "hi",
    "{{ 'élan vital' | capitalize }}": "Élan vital",
    "{{ [1, 2, 3] | chunk(2) }}": [[1, 2], [3]],
    "{{ 'x' | className }}": "java.lang.String",
    "{{ ['a', 'b', 'a', 1, 1] | distinct }}": ["a", "b", 1],
    "{{ null | distinct }}": "null",
    "{{ 'file.sql' | endsWith('.sql') }}": True,
    "{{ 'file.sql' | startsWith(value='x') }}": False,
    """{{ "it's" | escapeChar('single') }}""": r"it\'s",
    """{{ "it's" | escapeChar(type='shell') }}""": r"it'\''s",
    """{{ ['"'] | escapeChar('double') }}""": ['\\"'],
    "{{ [3, 4] | first }}{{ 'ab' | first }}": "3a",
    "{{ [] | first }}": None,
    "{{ [[1], [2, [3]], 4] | flatten }}": [1, 2, [3], 4],
    "{{ 'a\nb' | indent(2) }}": "a\n  b",
    "{{ 'a\nb' | indent(1, '-') }}": "a\n-b",
    "{{ 'a\nb' | nindent(2) }}": "\n  a\n  b",
    "{{ [1, null, 'x'] | join('-') }}": "1--x",
    "{{ {'a': [1, true, 'é']} | json }}": '{"a":[1,true,"é"]}',
    "{{ {'a': null} | toJson }}{{ {'a': null} | toJson(includeNulls=true) }}": '{}{"a":null}',
    "{{ null | json }}{{ 'x' | json }}": 'null"x"',
    "{{ {'a': 1, 'b': 2} | keys }}": ["a", "b"],
    "{{ ['x', 'y'] | keys }}": [0, 1],
    "{{ [3, 4] | last }}": 4,
    "{{ [1, 2] | length }}{{ 'abc' | length }}{{ {} | length }}": "230",
    "{{ 'ABC' | lower }}{{ 'abc' | upper }}": "abcABC",
    "{{ 'x' | md5 }}": "9dd4e461268c8034f5c8564e155c67a6",
    "{{ 'x' | sha1 }}": "11f6ad8ec52a2984abaafd7c3b516503785c2072",
    "{{ 'x' | sha256 }}": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    "{{ 'x' | sha512 | length }}": 128,
    "{{ [1] | merge([2]) }}": [1, 2],
    "{{ {'a': 1, 'b': 1} | merge({'b': 2}) }}": {"a": 1, "b": 2},
    "{{ '12' | number }}": 12,
    "{{ '1.5' | number }}": 1.5,
    "{{ '1' | number('DOUBLE') }}": 1.0,
    "{{ '0x1F' | number }}": 31,
    "{{ 7 | number(type='INT') }}": 7,
    "{{ 1234567.891 | numberFormat('#,##0.00') }}": "1,234,567.89",
    "{{ 0.256 | numberFormat('0.#%') }}": "25.6%",
    "{{ -5 | numberFormat('000') }}": "-005",
    "{{ 1234.5 | numberFormat }}": "1,234.5",
    "{{ 'a.b.c' | replace({'.': '/', 'c': 'd'}) }}": "a/b/d",
    r"{{ 'a1b22' | replace({'\d+': '#'}, regexp=true) }}": "a#b#",
    r"{{ 'john smith' | replace({'(\w+) (\w+)': '$2 $1'}, regexp=true) }}": "smith john",
    "{{ {'a': ['xy']} | replace({'x': 'z'}) }}": {"a": ["zy"]},
    "{{ 'aXb' | replace('X', '-') }}": "a-b",
    "{{ [1, 2, 3] | reverse }}{{ 'abc' | reverse }}": "[3,2,1]cba",
    "{{ [3, 1, 10, 2] | sort }}": [1, 2, 3, 10],
    "{{ ['b', 'a'] | sort }}": ["a", "b"],
    "{{ [3, 1, 10] | rsort }}": [10, 3, 1],
    "{{ [1, 2, 3, 4] | slice(1, 3) }}": [2, 3],
    "{{ 'abcd' | slice(fromIndex=2) }}": "cd",
    "{{ ' Hello Wörld--of_things! ' | slugify }}": "hello-world-of-things",
    "{{ 'a,b,,' | split(',') }}": ["a", "b"],
    "{{ 'a.b' | split('\\.') }}": ["a", "b"],
    "{{ 'a-b-c' | split('-', 2) }}": ["a", "b-c"],
    "{{ 12 | string }}": "12",
    "{{ 'a/b/c' | substringBefore('/') }} {{ 'a/b/c' | substringBeforeLast('/') }}": "a a/b",
    "{{ 'a/b/c' | substringAfter('/') }} {{ 'a/b/c' | substringAfterLast(separator='/') }}": "b/c c",
    "{{ 'abc' | substringBefore('/') }}{{ 'abc' | substringAfterLast('/') }}": "abc",
    "{{ 'the quick fox' | title }}": "The Quick Fox",
    "{{ '  x ' | trim }}": "x",
    "{{ 'a b&c' | urlencode }}": "a+b%26c",
    "{{ 'a+b%26c' | urldecode }}": "a b&c",
    "{{ {'a': 1, 'b': 2} | values }}": [1, 2],
    r"{{ 'order-123' | regexExtract('\d+') }}": "123",
    r"{{ 'order-123' | regexExtract(regex='(\w+)-(\d+)', group=1) }}": "order",
    r"{{ 'abc' | regexMatch('[a-c]+') }}": True,
    r"{{ 'a1' | regexReplace('\d', '') }}": "a",
    # Jinja2's own
    "{{ [1, 2] | map('string') }}": ["1", "2"],
    "{{ [{'n': 1}, {'n': 2}] | map(attribute='n') | sum }}": 3,
    "{{ [1, 2, 3] | select('odd') | list }}": [1, 3],
    "{{ [{'n': 1}, {'n': 2}] | selectattr('n', 'eq', 2) | list }}": [{"n": 2}],
    "{{ 2.456 | round(1) }}": 2.5,
    "{{ [1, 5] | max }}": 5,
}


@pytest.mark.parametrize(("template", "value"), FILTERS.items())
def test_a_filter(engine: Expressions, template: str, value: Any) -> None:
    evaluated = engine.evaluate(template, {})
    assert evaluated == value
    assert type(evaluated) is type(value)


NULL_STAYS_NULL = (
    "abbreviate(3)", "abs", "base64encode", "capitalize", "chunk(1)", "className", "date", "dateAdd(1, 'DAYS')", "endsWith('x')",
    "escapeChar('shell')", "first", "flatten", "indent(1)", "join", "keys", "last", "lower", "md5", "number", "numberFormat",
    "replace({'a': 'b'})", "reverse", "slice(0)", "slugify", "sort", "split(',')", "string", "substringAfter('x')", "timestamp",
    "title", "trim", "upper", "urlencode", "values",
)  # fmt: skip


@pytest.mark.parametrize("call", NULL_STAYS_NULL)
def test_a_filter_of_null_is_null(engine: Expressions, call: str) -> None:
    assert engine.evaluate(f"{{{{ null | {call} }}}}", {}) is None


def test_filters_and_functions_that_need_a_library_are_handed_in() -> None:
    engine = Expressions(
        {"uuid": lambda: "u"}, filters={"yaml": lambda value, indent=0: f"yaml:{value}:{indent}"}
    )
    assert engine.render("{{ uuid() }} {{ [1] | yaml(indent=2) }}", {}) == "u yaml:[1]:2"
