"""One engine for all tables of cases, in a zone of its own so that results do not depend on the machine."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from runtime.expressions import Expressions, now_function

NOON = datetime(2024, 3, 9, 12, 30, 45, 123456, tzinfo=UTC)


@pytest.fixture(scope="session")
def engine() -> Expressions:
    return Expressions({"now": now_function(lambda: NOON, ZoneInfo("UTC"))}, zone=ZoneInfo("UTC"))


def secret(name: str) -> str:
    return f"secret of {name}"


@pytest.fixture
def variables() -> dict[str, Any]:
    return {
        "flow": {"id": "nightly", "namespace": "company.team"},
        "execution": {"id": "42", "startDate": NOON},
        "inputs": {
            "day": "2024-03-09",
            "count": 3,
            "ratio": 2.5,
            "yes": True,
            "no": False,
            "nothing": None,
            "empty": "",
            "names": ["b", "a", "c"],
            "numbers": [3, 1, 10],
            "settings": {"host": "db", "port": 5432, "none": None},
            "a-b": "dashed",
            "json": '{"a": [1, {"b": null}]}',
        },
        "outputs": {
            "extract": {"value": "7", "files": {"/main.py": "kestra:///x"}},
            "each": {"x": {"1": {"value": "x1"}}},
        },
        "vars": {
            "greeting": "hello {{ flow.id }}",
            "twice": "{{ render(vars.greeting) }}",
            "same": "{{ vars.same }}",
            "growing": "x{{ vars.growing }}",
        },
        "taskrun": {"value": "1"},
        "parents": [{"taskrun": {"value": "x"}}],
        "secret": secret,
    }
