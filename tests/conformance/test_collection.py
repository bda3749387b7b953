"""Flows that no one here wrote run as their authors' tests say: one test an entry."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from runtime.language import load
from runtime.model.problem import Severity
from runtime.model.topology import topology
from tests.conformance import known
from tests.conformance.collection import Entry, Invalid, blueprints, entries, invalid
from tests.conformance.drive import Outcome

ABSENT = "no plugin here runs"


def test_a_flow_runs_as_upstreams_test_expects(entry: Entry, outcomes: Mapping[str, Outcome]) -> None:
    outcome = outcomes[entry.key]
    if outcome.waits:
        pytest.skip(outcome.waits)
    if outcome.differences:
        pytest.fail("\n".join(outcome.differences), pytrace=False)


def test_an_invalid_flow_is_refused_for_the_reason_that_upstream_names(refused: Invalid, root: Path) -> None:
    loaded = load((root / refused.flow_file).read_bytes())
    errors = [problem.message for problem in loaded.problems if problem.is_error]
    if refused.expected_violations is None:
        return  # no more is known than that somebody keeps it among the invalid ones
    assert loaded.flow is None
    for words in refused.message_contains:
        assert words in "\n".join(errors)
    assert len(errors) == refused.expected_violations, errors


def test_a_blueprint_loads_with_no_complaint_but_of_plugins_that_are_not_here(blueprint: Path) -> None:
    loaded = load(blueprint.read_bytes())
    told = [
        problem.message
        for problem in loaded.problems
        if problem.severity is not Severity.NOTE and not problem.message.startswith(ABSENT)
    ]
    assert told == []
    assert loaded.flow is not None
    assert topology(loaded.flow).nodes


def test_the_tables_of_known_differences_name_what_exists(root: Path) -> None:
    assert known.FLOWS.keys() | known.TIMED.keys() <= {entry.key for entry in entries(root)}
    assert known.INVALID.keys() <= {each.key for each in invalid(root)}
    assert known.BLUEPRINTS.keys() <= {path.stem for path in blueprints(root)}
