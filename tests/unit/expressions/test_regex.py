"""Regular expressions: the same as `re`, and never for long."""

import re
from contextlib import suppress
from time import process_time
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from runtime.errors import ExpressionFailed
from runtime.expressions import Expressions, regex
from runtime.expressions.limits import LimitExceeded
from runtime.expressions.regex_cost import parser
from runtime.expressions.regex_steps import Stepwise

ATOMS = st.sampled_from([*"ab", ".", "[ab]", "[^a]", r"\w", r"\b", "^", "$", "", "ab", r"\1", "(?=a)", "(?!b)", "(?<=a)", "(?<!ab)", "(?i:A)"])  # fmt: skip
SUFFIXES = st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}", "*+", "?+"])


def _wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.builds(lambda body, suffix: f"({body}){suffix}", inner, SUFFIXES)
        | st.builds(lambda body, suffix: f"(?:{body}){suffix}", inner, SUFFIXES)
        | st.builds(lambda atom, suffix: f"(?:{atom}){suffix}", ATOMS, SUFFIXES)
        | st.builds(lambda one, other: f"{one}|{other}", inner, inner)
        | st.builds(lambda one, other: one + other, inner, inner)
        | st.builds(lambda body: f"(?>{body})", inner)
        | st.builds(lambda body: f"(?={body})", inner)
        | st.builds(lambda body: f"({body})?(?(1)a|b)", inner)
    )


PATTERNS = st.recursive(ATOMS, _wider, max_leaves=8)


def _facts(match: Any, groups: int) -> Any:
    return match and (match.start(), match.end(), [match[group] for group in range(groups + 1)])


@given(PATTERNS, st.text(alphabet="abA ", max_size=8))
@example("(?:(a)|b)*", "ab")
@settings(max_examples=400, deadline=None)
def test_step_by_step_the_same_is_found_as_by_re(source: str, text: str) -> None:
    try:
        quick = re.compile(source)
    except re.error:
        assume(False)
    stepwise = Stepwise(parser.parse(source))
    spans = [match.span() for match in quick.finditer(text)]
    assert [(match.start(), match.end()) for match in stepwise.finditer(text)] == spans
    found, whole = quick.search(text), quick.fullmatch(text)
    assert (stepwise.search(text) is None) == (found is None)
    assert (stepwise.fullmatch(text) is None) == (whole is None)


GROUPS = [
    (r"(\w+)@(\w+)\.com", "me@example.com you@x.com"),
    (r"(?:(a)|(b)|c)+", "abc"),
    (r"(a+)(a+)", "aaaa"),
    (r"((a)|b)*", "abab"),
    (r"(?P<year>\d{4})-(\d\d)(?:-(\d\d))?", "on 2024-03 and 2024-03-09"),
    (r"(?=(\w+))\1:", "abc:"),
    (r"(?i)(x)\1", "xX"),
]


@pytest.mark.parametrize(("source", "text"), GROUPS)
def test_step_by_step_the_groups_are_those_of_re(source: str, text: str) -> None:
    quick, stepwise = re.compile(source), Stepwise(parser.parse(source))
    facts = [_facts(match, quick.groups) for match in quick.finditer(text)]
    assert [_facts(match, quick.groups) for match in stepwise.finditer(text)] == facts


EVIL = [
    (r"(a+)+b", "a" * 5000),
    (r"(\w+a)*b", "a" * 60),
    (r"(a|a)*b", "a" * 60),
    (r"(a|aa)+$", "a" * 60 + "b"),
    (r".*.*.*=x", "a" * 20_000),
    (r"(a?){60}a{60}", "a" * 60),
    (r"(.*)(.*)(.*)\1\2\3x", "a" * 3000),
    (r"(?=(a+a+)+b)a", "a" * 60),
    (r"(([a-z])+.)+[A-Z]([a-z])+$", "a" * 200),
    (r"(x+x+)+y", "x" * 60),
    (r"^(\d+)*$", "1" * 60 + "x"),
    (r"((((a*)*)*)*)*b", "a" * 40),
    (r"(?:a{0,99}){0,99}b", "a" * 300),
    (r"(?!(a|aa)+b)(a|aa)+b", "a" * 60),
    (r"\s+$", " " * 100_000 + "x"),
]
CALLS = [
    "{{ s | regexMatch(p) }}",
    "{{ s | regexExtract(p) }}",
    "{{ s | replace({p: ''}, regexp=true) }}",
    "{{ s | split(p) }}",
    "{{ s.matches(p) }}",
    "{% for i in 1..1000 %}{{ s | regexReplace(p, '') }}{% endfor %}",
]


@pytest.mark.parametrize(
    ("source", "text", "call"),
    [(*evil, CALLS[0]) for evil in EVIL] + [(*evil, call) for evil in EVIL[1:2] for call in CALLS[1:]],
    ids=lambda value: value[:40],
)
def test_no_pattern_takes_long(engine: Expressions, source: str, text: str, call: str) -> None:
    begun = process_time()
    with suppress(LimitExceeded):
        engine.render(call, {"p": source, "s": text})
    assert process_time() - begun < 20  # it is about 1; without a limit, for ever


def test_a_validator_outside_a_template_has_its_limit_too() -> None:
    with pytest.raises(LimitExceeded, match="too many ways"):
        regex.matches("a" * 60, r"(a|a)*b")


ORDINARY = {
    r"{{ text | replace({'\s+': ' '}, regexp=true) | length }}": "200001",
    r"{{ text | split('\s*-\s*') | length }}": "1",
    r"{{ text | regexExtract('(\w+) (\w+)', 2) }}": "b",
    r"{{ text.matches('[ab ]+') }}": "true",
    r"{{ 'a, b ,c' | split('\s*,\s*') }}": '["a","b","c"]',
    r"{{ 'a1b2' | replace({'(?<letter>[a-z])(\d)': '$2${letter}'}, regexp=true) }}": "1a2b",
}


@pytest.mark.parametrize(("template", "result"), ORDINARY.items())
def test_ordinary_patterns_work_on_long_texts(engine: Expressions, template: str, result: str) -> None:
    assert engine.render(template, {"text": "a b " * 50_000 + "a"}) == result


def test_a_group_that_is_not_there_is_named(engine: Expressions) -> None:
    with pytest.raises(ExpressionFailed, match="no group 3"):
        engine.render("{{ 'a' | regexExtract('a', 3) }}", {})
