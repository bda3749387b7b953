"""A template is judged by its shape: that must be what is found when it is looked at itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.expressions import Expressions, references
from runtime.expressions.shapes import shape

SAME = [
    ("{{ outputs.a.x }}", "{{ outputs.b.y }}"),
    ("{{ inputs['a-b'] ?? 'x' }} and text", '{{ vars["c"] ?? "y" }}'),
    ("{{ a == 5 }}", "{{ b == 17 }}"),
    ("a{{ f(x) | upper }}b{{ y }}", "{{ f(z) | upper }}{{ w }}"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_templates_that_differ_in_words_only_have_one_shape(one: str, other: str) -> None:
    mine, theirs = shape(one), shape(other)
    assert mine is not None
    assert theirs is not None
    if '"' not in other:
        assert mine.text.replace('"', "'") == theirs.text


@pytest.mark.parametrize(
    "template", ["{% if a %}{% endif %}", "{{ {'a': 1} }}", r"{{ 'it\'s' }}", "{{ a", "{# a #}"]
)
def test_what_is_more_than_plain_expressions_has_none(template: str) -> None:
    assert shape(template) is None


PARTS = st.sampled_from(
    [
        *("a", "b.c", "inputs.x", "outputs['a-b'].d", "x[0]", "x[i]", "x.1", "loop.index", "self", "true", "null"),
        *("'text'", '"more"', "5", "1.5", "1..5", "f(a)", "secret('K')", "secrt(x)", "now(format='y')", "x.size()"),
        *("+", "~", "==", "??", "?", ":", "and", "or", "not", "is", "is not", "isIn", "contains", "in", "if", "else"),
        *("| upper", "| uper", "| default(0)", "| date(timeZone=tz)", "is defined", "is even", "is evn", "(", ")", ","),
        *("[", "]", "é", "is.not", "not.is", "a.is defined", "x | a.b", "-"),
    ]
)  # fmt: skip
TEMPLATES = st.lists(
    st.builds(lambda parts: "{{ " + " ".join(parts) + " }}", st.lists(PARTS, max_size=6))
    | st.sampled_from(["text", "}}", "{", " "]),
    max_size=3,
).map("".join)


@given(TEMPLATES)
@settings(max_examples=500, deadline=None)
def test_a_shape_has_the_problems_and_names_of_its_templates(template: str) -> None:
    engine = _engine
    assert engine.problems(template) == (engine._problems(template) if "{" in template else [])
    if shape(template) is not None and not engine.problems(template):
        for guarded in (False, True):
            found = references.references(engine._parsed(template), guarded=guarded)
            assert engine.names(template, guarded=guarded) == found


_engine = Expressions()
