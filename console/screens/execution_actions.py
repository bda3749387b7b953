"""What can be done with an execution, on every screen that shows one: stop it, let it go on, run it once more."""

from textual import work

from console.format import distance
from console.models.address import EXECUTION, Address
from console.screens.base import ConsoleScreen
from console.screens.confirm import CANCEL, Choice, Confirm
from runtime.client.requests import (
    ChangeState,
    ForceRun,
    KillExecution,
    PauseExecution,
    ReplayExecution,
    RestartExecution,
    ResumeExecution,
)
from runtime.model.execution import Execution, TaskRun
from runtime.model.states import State
from runtime.model.views import Done, ExecutionView

KILL = Choice("kill", "Kill it", harmful=True)
ANEW = Choice("anew", "From the beginning")
LATEST = Choice("latest", "The latest revision")
FROM_TASK = "task"
MARKS = (State.SUCCESS, State.WARNING, State.SKIPPED, State.FAILED)


class ExecutionActions(ConsoleScreen):
    """Kill and restart what `selected` is."""

    @work(exclusive=True, group="kill")
    async def do_kill(self) -> None:
        execution = self.selected
        if not isinstance(execution, Execution):
            return
        if await self.app.push_screen_wait(self._question(execution)) != KILL.id:
            return
        done = await self.attempt(self.client.ask(KillExecution(id=execution.id), Done))
        if done is not None:
            self.notify(done.message, markup=False)

    def _question(self, execution: Execution) -> Confirm:
        began = distance(execution.started or execution.created, self.now)
        text = (
            f"{execution.namespace}.{execution.flow_id}, {execution.state}, began {began}\n{execution.id}\n\n"
            "Its tasks get SIGINT, then SIGTERM, then SIGKILL; its `errors` tasks do not run. This can't be undone."
        )
        command = f"flowdeck execution kill {execution.id}"
        return Confirm("Kill this execution?", text, (CANCEL, KILL), cli=command)

    @work(exclusive=True, group="restart")
    async def do_restart(self) -> None:
        execution = self.selected
        if not isinstance(execution, Execution):
            return
        view = await self.attempt(self.client.ask(RestartExecution(id=execution.id), ExecutionView))
        if view is not None:
            self.notify(f"{execution.id} goes on from where it failed", markup=False)

    @property
    def chosen_run(self) -> TaskRun | None:
        """The task run that the cursor is on, on a screen that shows them."""
        return None

    @work(exclusive=True, group="hold")
    async def do_hold(self) -> None:
        execution = self.selected
        if not isinstance(execution, Execution):
            return
        done = await self.attempt(self.client.ask(_hold_request(execution), Done))
        if done is not None:
            self.notify(done.message, markup=False)

    @work(exclusive=True, group="replay")
    async def do_replay(self) -> None:
        execution, run = self.selected, self.chosen_run
        if not isinstance(execution, Execution):
            return
        chosen = await self.app.push_screen_wait(_replay_question(execution, run))
        task = run.id if run is not None and chosen == FROM_TASK else ""
        requests = {
            ANEW.id: ReplayExecution(id=execution.id),
            LATEST.id: ReplayExecution(id=execution.id, revision=0),
            FROM_TASK: ReplayExecution(id=execution.id, task=task),
        }
        if chosen in requests:
            view = await self.attempt(self.client.ask(requests[chosen], ExecutionView))
            if view is not None:
                self.deck.go(Address(EXECUTION, view.execution.id))

    @work(exclusive=True, group="mark")
    async def do_mark(self) -> None:
        execution, run = self.selected, self.chosen_run
        if not isinstance(execution, Execution) or run is None:
            self.notify("choose a task first: in the topology or in the Gantt chart", severity="warning")
            return
        chosen = await self.app.push_screen_wait(_mark_question(execution, run))
        if chosen != CANCEL.id:
            request = ChangeState(id=execution.id, task=run.id, state=chosen)
            view = await self.attempt(self.client.ask(request, ExecutionView))
            if view is not None:
                self.notify(f"{run.task_id} is {chosen} now; {execution.id} goes on from there", markup=False)


def _hold_request(execution: Execution) -> PauseExecution | ResumeExecution | ForceRun:
    if execution.state is State.PAUSED:
        return ResumeExecution(id=execution.id)
    return ForceRun(id=execution.id) if execution.state is State.QUEUED else PauseExecution(id=execution.id)


def _replay_question(execution: Execution, run: TaskRun | None) -> Confirm:
    choices = [CANCEL, ANEW, LATEST]
    text = f"{execution.namespace}.{execution.flow_id}, revision {execution.revision}, ended {execution.state}\n{execution.id}\n\n"
    text += "It becomes an execution of its own, with the same inputs."
    if run is not None:
        choices.insert(1, Choice(FROM_TASK, f"From {run.task_id}"))
        text += f" From {run.task_id}: what came before is taken over."
    command = f"flowdeck execution replay {execution.id}" + (f" --from {run.id}" if run else "")
    return Confirm("Run it once more?", text, choices, cli=command)


def _mark_question(execution: Execution, run: TaskRun) -> Confirm:
    text = f"{run.task_id} ended {run.state} in {execution.namespace}.{execution.flow_id}\n{execution.id}\n\n"
    text += (
        "The execution goes on from there: what comes after the task runs, and so do `errors` and `finally`."
    )
    choices = [
        CANCEL,
        *(Choice(state.value, state.value.lower()) for state in MARKS if state is not run.state),
    ]
    command = f"flowdeck execution set-state {execution.id} {run.task_id} STATE"
    return Confirm("How did it end?", text, choices, cli=command)
