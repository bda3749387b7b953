"""From an address to its screen. Each is imported when one goes there: the first frame waits for the first one only."""

from collections.abc import Callable
from typing import Any, Final

from textual.screen import Screen

from console.models.address import (
    COMMANDS,
    CONTAINERS,
    EXECUTION,
    EXECUTIONS,
    FLOWS,
    PROBLEMS,
    PULSE,
    SETTINGS,
    TRIGGERS,
    Address,
)
from console.screens.base import ConsoleScreen


def _pulse() -> ConsoleScreen:
    from console.screens.pulse import PulseScreen

    return PulseScreen()


def _flows() -> ConsoleScreen:
    from console.screens.flows import FlowsScreen

    return FlowsScreen()


def _executions() -> ConsoleScreen:
    from console.screens.executions import ExecutionsScreen

    return ExecutionsScreen()


def _problems() -> ConsoleScreen:
    from console.screens.problems import ProblemsScreen

    return ProblemsScreen()


def _triggers() -> ConsoleScreen:
    from console.screens.triggers import TriggersScreen

    return TriggersScreen()


def _containers() -> ConsoleScreen:
    from console.screens.containers import ContainersScreen

    return ContainersScreen()


def _commands() -> ConsoleScreen:
    from console.screens.commands import CommandsScreen

    return CommandsScreen()


def _settings() -> ConsoleScreen:
    from console.screens.settings import SettingsScreen

    return SettingsScreen()


ROOTS: Final[dict[str, str | Callable[[], Screen[Any]]]] = {
    PULSE: _pulse,
    FLOWS: _flows,
    EXECUTIONS: _executions,
    PROBLEMS: _problems,
    TRIGGERS: _triggers,
    CONTAINERS: _containers,
    COMMANDS: _commands,
    SETTINGS: _settings,
}
"""The screens of the first level."""


def screen(address: Address) -> Screen[None]:
    """A screen of a deeper level."""
    if address.kind == EXECUTION:
        from console.screens.execution import ExecutionScreen

        return ExecutionScreen(address.name)
    from console.screens.flow import FlowScreen

    return FlowScreen(*address.flow)
