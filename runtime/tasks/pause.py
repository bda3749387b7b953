"""The task that waits for a person, or for a while."""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

import msgspec

from runtime.model.flow import InputSpec, Rule, TaskSpec
from runtime.tasks.base import Tasks
from runtime.tasks.flow import Group

OneTask = Annotated[TaskSpec | None, msgspec.Meta(extra={"tasks": True, "one": True})]
Inputs = Annotated[tuple[InputSpec, ...], msgspec.Meta(extra={"inputs": True})]


class Pause(Group, frozen=True, kw_only=True):
    """Wait until a person resumes the execution, or a time is over. Meanwhile the execution is PAUSED and holds no process;
    what stands beside it in a Parallel goes on. `flowdeck execution resume ID -i reason=checked` lets it go on, and so does the
    console; `outputs.ID.resumed` tells who did (`by`) and when (`on`).

    - id: approve
      type: pause
      timeout: P1D
      onPause: {id: ask, type: slack, url: "{{ secret('SLACK') }}", messageText: "Publish {{ execution.id }}?"}
      onResume:
        - {id: reason, type: STRING}
    - {id: publish, type: log, message: "Published: {{ outputs.approve.onResume.reason }}"}
    """

    rule: ClassVar[Rule] = Rule.PAUSE

    tasks: Tasks = ()
    """Run when it goes on. Deprecated: write them after the Pause."""
    pause_duration: timedelta | None = None
    """It waits so long, and then does what `behavior` says; a person may resume it before."""
    delay: timedelta | None = None
    """The older name of `pauseDuration`."""
    behavior: Literal["RESUME", "WARN", "CANCEL", "FAIL"] = "RESUME"
    """When its `pauseDuration` is over: go on; go on with a warning; end the whole execution as CANCELLED; fail."""
    on_pause: OneTask = None
    """A task to run when the wait begins, to tell somebody. Its failure changes nothing."""
    on_resume: Inputs = ()
    """What is asked of whoever resumes it, written as the flow's own `inputs`; the answers are `outputs.ID.onResume`."""
