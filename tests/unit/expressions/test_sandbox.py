"""Nothing of the interpreter is within reach of a template, whatever it walks over."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from runtime.errors import Failure
from runtime.expressions import Expressions, now_function

LEAK = "leaked from the runtime"


class Canary(str):
    """A text with an attribute that only Python may see."""

    leak = LEAK

    def tell(self) -> str:
        return LEAK


def secret(name: str) -> str:
    return f"secret {name}"


secret.leak = LEAK  # type: ignore[attr-defined]
NOW = datetime(2024, 3, 9, tzinfo=UTC)
VARIABLES: dict[str, Any] = {
    "t": Canary("text"),
    "l": [Canary("a"), 1, None],
    "m": {"k": Canary("v"), "n": {"x": 1}, "f": secret},
    "n": 7,
    "d": NOW,
    "dec": Decimal("1.5"),
    "delta": timedelta(hours=1),
    "secret": secret,
}
ROOTS = st.sampled_from(
    [*"tlmnd", "dec", "delta", "secret", "secret('X')", "m.f", "now", "now()", "render", "self", "loop", "nothing", "caller", "'x'", "[t]", "{'a': t}", "(1..3)", "true", "null", "e", "q", "q()", "block", "varargs", "fromJson", "range", "max"]
)  # fmt: skip
DUNDERS = [
    *("__class__", "__mro__", "__base__", "__subclasses__", "__globals__", "__builtins__", "__init__", "__dict__"),
    *("__code__", "__closure__", "__func__", "__self__", "__module__", "__reduce__", "__getattribute__", "__wrapped__"),
    *("leak", "tell", "gi_frame", "f_globals", "f_back", "tb_frame", "func_globals", "im_func", "_func", "mro", "format"),
    *("format_map", "environment", "parent", "eval_ctx", "resolve", "functions", "jinja_pass_arg", "tzinfo", "_mapping"),
    *("items", "values", "keys", "get", "key", "value", "size", "first", "index0", "previtem", "replace", "join", "name"),
]  # fmt: skip
STEPS = st.builds(
    lambda form, name: form.replace("N", name),
    st.sampled_from(
        [
            ".N",
            "['N']",
            ".N()",
            "['N']()",
            ".N('leak')",
            " | map(attribute='N') | list",
            " | join('', 'N')",
            "['N', 'N']",
            " | map('N') | list",
            " | sort(attribute='N')",
            " | selectattr('N') | list",
            " | attr('N')",
            "[l:'N']",
            " ~ t.N",
            " | default(t.N)",
            " | first",
            " | merge({'a': t.N})",
            " | string",
            " | toJson",
            " | className",
        ]
    ),
    st.sampled_from(DUNDERS),
)
FRAMES = st.sampled_from(
    [
        "{{ @ }}",
        "{% for e in m %}{{ @ }}{% endfor %}",
        "{% for e in l %}{% set q = e %}{{ @ }}{% endfor %}",
        "{% macro q(a) %}{{ @ }}{% endmacro %}{{ q(t) }}{{ @ }}",
        "{% set q %}{{ @ }}{% endset %}{{ q }}",
        "{% block b %}{{ @ }}{% endblock %}",
        "{% filter upper %}{{ @ }}{% endfilter %}",
        "{% call(e) q() %}{{ @ }}{% endcall %}",
        "{% with q = t %}{{ @ }}{% endwith %}",
        "{{ render('{{ ' ~ \"@\" ~ ' }}') }}",
    ]
)
PLAIN = (str, int, float, bool, type(None), date, time, timedelta, Decimal)


def is_plain(value: Any) -> bool:
    """Built of what templates are made of, and of nothing else."""
    if isinstance(value, Mapping):
        return all(is_plain(key) and (item is secret or is_plain(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    return isinstance(value, PLAIN)


@given(FRAMES, ROOTS, st.lists(STEPS, max_size=4).map("".join))
@settings(max_examples=400, deadline=None)
@example("{{ @ }}", "secret", ".__globals__")
@example("{{ @ }}", "t", ".leak")
@example("{{ @ }}", "l", " | map(attribute='leak') | list")
@example("{{ @ }}", "m", ".f.__globals__")
@example("{% macro q(a) %}{% endmacro %}{{ @ }}", "q", "._func")
@example("{% for e in m %}{{ @ }}{% endfor %}", "loop", "._iterator")
def test_a_template_reaches_values_only(frame: str, root: str, steps: str) -> None:
    engine = Expressions({"now": now_function(lambda: NOW)})
    template = frame.replace("@", root + steps)
    with suppress(Failure):
        assert is_plain(engine.evaluate(template, VARIABLES))
    with suppress(Failure):
        rendered = engine.render(template, VARIABLES)
        assert LEAK not in rendered
        assert "<function" not in rendered
        assert "object at 0x" not in rendered
