"""Where the collection is looked for, a test for each of its entries, and the count at the end."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import known
from tests.conformance.collection import (
    LEFT_OUT,
    VARIABLE,
    Entry,
    blueprints,
    entries,
    folder,
    invalid,
)
from tests.conformance.drive import Outcome, drive

GIVEN = os.environ.get(VARIABLE)
"""Read before the tests' own environment is made, which no FLOWDECK_ variable reaches."""

OUTCOMES = pytest.StashKey[list[tuple[Entry, Outcome]]]()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    lists = {"entry": _entries, "refused": _invalid, "blueprint": _blueprints}
    for name in lists.keys() & set(metafunc.fixturenames):
        root = folder(metafunc.config.getoption("conformance") or GIVEN)
        left_out = [pytest.param(None, id="left-out", marks=pytest.mark.skip(LEFT_OUT))]
        metafunc.parametrize(name, lists[name](root) if root else left_out)


def _entries(root: Path) -> list[Any]:
    def marks(key: str) -> tuple[pytest.MarkDecorator, ...]:
        return (*_marks(known.FLOWS, key), *_marks(known.TIMED, key, strict=False))

    return [pytest.param(entry, id=entry.key, marks=marks(entry.key)) for entry in entries(root)]


def _invalid(root: Path) -> list[Any]:
    return [pytest.param(each, id=each.key, marks=_marks(known.INVALID, each.key)) for each in invalid(root)]


def _blueprints(root: Path) -> list[Any]:
    return [
        pytest.param(path, id=path.stem, marks=_marks(known.BLUEPRINTS, path.stem))
        for path in blueprints(root)
    ]


def _marks(table: Mapping[str, str], key: str, *, strict: bool = True) -> tuple[pytest.MarkDecorator, ...]:
    return (pytest.mark.xfail(reason=table[key], strict=strict),) if key in table else ()


@pytest.fixture(scope="session")
def root(request: pytest.FixtureRequest) -> Path:
    found = folder(request.config.getoption("conformance") or GIVEN)
    if found is None:
        pytest.skip(LEFT_OUT)
    return found


@pytest.fixture(scope="session")
def outcomes(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Outcome]:
    """Of all entries that were chosen, run together."""
    calls = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    wanted = [call["entry"] for call in calls if call.get("entry")]
    found = drive(root, wanted, tmp_path_factory.mktemp("conformance"))
    request.config.stash[OUTCOMES] = [(entry, found[entry.key]) for entry in wanted]
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    outcomes = config.stash.get(OUTCOMES, [])
    if not outcomes:
        return
    terminalreporter.section("flows of others")
    terminalreporter.line(f"plain entries: {_count([came for entry, came in outcomes if entry.is_plain])}")
    terminalreporter.line(f"all entries:   {_count([came for _, came in outcomes])}")
    reasons = Counter(came.waits for _, came in outcomes if came.waits)
    for reason, number in reasons.most_common():
        terminalreporter.line(f"  not tried, {number:3}: {reason}")


def _count(outcomes: Sequence[Outcome]) -> str:
    tried = [came for came in outcomes if not came.waits]
    agree = sum(not came.differences for came in tried)
    return f"{agree} agree and {len(tried) - agree} differ, of {len(tried)} tried; {len(outcomes)} in all"
