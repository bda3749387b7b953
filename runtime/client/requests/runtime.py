"""The runtime itself: which it is, how it is, and its end."""

from runtime.client.requests.base import Request


class GetStatus(Request, frozen=True, kw_only=True, tag="get_status"):
    """Which runtime is this?"""


class Diagnose(Request, frozen=True, kw_only=True, tag="diagnose"):
    """What is there, what is missing, and the line that mends it: Many of Check."""


class ListSettings(Request, frozen=True, kw_only=True, tag="list_settings"):
    """How this runtime is set up, and who said so: Many of Setting."""


class ListContainers(Request, frozen=True, kw_only=True, tag="list_containers"):
    """The containers of attempts that the engine knows, the newest first: Many of Container."""


class Shutdown(Request, frozen=True, kw_only=True, tag="shutdown"):
    """End the runtime; attempts in containers go on and are found again."""
