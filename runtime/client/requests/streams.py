"""What is told as it happens."""

from runtime.client.requests.base import Request


class Watch(Request, frozen=True, kw_only=True, tag="watch"):
    """Every change from now on: ExecutionChanged, FlowsChanged, TriggersChanged, Alive."""

    execution_id: str = ""
    """Only this one's; empty is everything."""


class FollowLog(Request, frozen=True, kw_only=True, tag="follow_log"):
    """LogPages of one attempt from line `first` on, as it grows, to its end."""

    execution_id: str
    task_run_id: str
    attempt: int = 0
    first: int = 0


class FollowExecutionLog(Request, frozen=True, kw_only=True, tag="follow_execution_log"):
    """LogPages of all attempts of an execution as they come, to its end."""

    execution_id: str
    level: str = ""
    task_id: str = ""
