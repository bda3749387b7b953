"""The registry: whatever is in it can be reached, does something, and says why not."""

import pytest
from textual.binding import Binding

from console import actions
from console.actions import ACTIONS, BY_ID, Confirm, Situation, bindings
from console.screens.commands import CommandsScreen
from console.screens.executions import ExecutionsScreen
from console.screens.flow import FlowScreen
from console.screens.flows import FlowsScreen
from console.screens.problems import ProblemsScreen
from console.screens.pulse import PulseScreen
from console.screens.triggers import TriggersScreen
from tests.console.facts import EXECUTIONS, FLOWS, TRIGGERS

SCREENS = (
    PulseScreen,
    CommandsScreen,
    FlowsScreen,
    FlowScreen,
    ExecutionsScreen,
    ProblemsScreen,
    TriggersScreen,
)


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(ACTIONS)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_has_a_method_for_each_of_its_actions(screen: type) -> None:
    scope = screen.SCOPE  # type: ignore[attr-defined]
    missing = [action.id for action in actions.of(scope) if not hasattr(screen, f"do_{action.verb}")]
    assert not missing


@pytest.mark.parametrize(
    "scope",
    ["pulse", "flows", "flow", "executions", "problems", "triggers", "containers", "commands", "settings"],
)
def test_no_key_means_two_things_on_one_screen(scope: str) -> None:
    keys = [key for name in (scope, "app") for action in actions.of(name) for key in action.keys]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    "scope",
    ["pulse", "flows", "flow", "executions", "problems", "triggers", "containers", "commands", "settings"],
)
def test_a_footer_has_room_for_its_keys(scope: str) -> None:
    assert 1 <= sum(action.footer for action in actions.of(scope)) <= 6


def test_bindings_carry_the_ids() -> None:
    made = [binding for binding in bindings("app") if isinstance(binding, Binding)]
    assert {binding.id for binding in made} == {action.id for action in actions.of("app")}


def test_what_cannot_be_undone_asks() -> None:
    assert BY_ID["execution.kill"].confirm is Confirm.ASK


RUNNING, DONE, FAILED = EXECUTIONS[:3]
FERRY, FRESH, PATIENT, REPORTS, LEDGER, ARCHIVE, DRAFT = FLOWS

CASES = [
    ("execution.kill", RUNNING, ""),
    ("execution.kill", DONE, "has ended already (SUCCESS)"),
    ("execution.kill", None, "no execution is selected"),
    ("execution.restart", FAILED, ""),
    ("execution.restart", DONE, "only an execution that FAILED can be restarted"),
    ("flow.trigger", FERRY, ""),
    ("flow.trigger", ARCHIVE, "is disabled in its file"),
    ("flow.trigger", DRAFT, "never was valid"),
    ("flow.pause", FERRY, ""),
    ("flow.pause", PATIENT, "has no trigger to pause"),
    ("triggers.pause", TRIGGERS[0], ""),
    ("triggers.upcoming", TRIGGERS[0], ""),
    ("triggers.upcoming", None, "no trigger is selected"),
    ("flows.open", None, "nothing is selected"),
]


@pytest.mark.parametrize(("action", "selected", "reason"), CASES)
def test_a_disabled_action_says_why(action: str, selected: object, reason: str) -> None:
    said = BY_ID[action].enabled(Situation(selected))
    assert reason in said
    assert bool(said) == bool(reason)


@pytest.mark.parametrize(
    ("action", "selected"),
    [
        ("execution.kill", RUNNING),
        ("execution.restart", FAILED),
        ("flow.trigger", FERRY),
        ("triggers.pause", TRIGGERS[0]),
    ],
)
def test_nothing_is_changed_while_the_runtime_is_gone(action: str, selected: object) -> None:
    assert BY_ID[action].enabled(Situation(selected, offline="the runtime can't be reached")) != ""
