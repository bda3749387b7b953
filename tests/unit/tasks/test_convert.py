"""Rendered properties become a task."""

from datetime import timedelta
from typing import Any

import pytest

from runtime.errors import TaskFailed
from runtime.tasks.base import Plugin
from runtime.tasks.convert import convert_properties
from runtime.tasks.registry import default_registry


def convert(type: str, **rendered: Any) -> Plugin:
    known = default_registry().find(type)
    assert known is not None
    return convert_properties(known.load(), rendered)


@pytest.mark.parametrize(
    ("type", "rendered", "name", "value"),
    [
        ("sleep", {"duration": "PT1M"}, "duration", timedelta(minutes=1)),
        ("sleep", {"duration": 90}, "duration", timedelta(seconds=90)),
        ("sleep", {"duration": " 1.5 "}, "duration", timedelta(seconds=1.5)),
        ("shell", {"commands": '["a", 1]'}, "commands", ["a", "1"]),
        ("shell", {"commands": ["a", True, 1.5]}, "commands", ["a", "true", "1.5"]),
        ("shell", {"commands": [], "failFast": "FALSE"}, "fail_fast", False),
        ("shell", {"commands": [], "env": '{"A": 1}'}, "env", {"A": 1}),
        ("shell", {"commands": [], "env": None}, "env", {}),
        ("git.clone", {"url": "x", "depth": " 5"}, "depth", 5),
        ("return", {"format": {"a": [1]}}, "format", '{"a":[1]}'),
        ("return", {"format": None}, "format", None),
        ("dbt", {"commands": [], "profiles": 7}, "profiles", "7"),
    ],
)
def test_what_templates_give_takes_the_shape_of_the_class(
    type: str, rendered: dict[str, Any], name: str, value: Any
) -> None:
    assert getattr(convert(type, **rendered), name) == value


@pytest.mark.parametrize(
    ("type", "rendered", "said"),
    [
        ("sleep", {"duration": "soon"}, "`duration`: "),
        ("sleep", {}, "`duration`"),
        ("sleep", {"duration": None}, "`duration`"),
        ("shell", {"commands": "echo"}, "`commands`: "),
        ("shell", {"commands": [None]}, "`commands[0]`: "),
        ("shell", {"commands": [], "interpretr": "x"}, "`interpretr`"),
        ("git.clone", {"url": "x", "depth": "deep"}, "`depth`: "),
        (
            "http",
            {"uri": "x", "options": {"timeout": {"readIdleTimeout": "z"}}},
            "`options.timeout.readIdleTimeout`: ",
        ),
    ],
)
def test_what_does_not_fit_is_named(type: str, rendered: dict[str, Any], said: str) -> None:
    with pytest.raises(TaskFailed) as failed:
        convert(type, **rendered)
    assert said in failed.value.message
