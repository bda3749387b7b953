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
from runtime.model.views import Done, ExecutionView, WaitingTask

KILL = Choice("kill", "Kill it", harmful=True)
ANEW = Choice("anew", "From the beginning")
LATEST = Choice("latest", "The latest revision")
GO_ON = Choice("resume", "Let it go on")
FROM_TASK = "task"
MOST_CHOICES = 5  # of tasks that wait; the cursor chooses among more
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
        if execution.state is State.PAUSED:
            said = await self._resume(execution)
        else:
            done = await self.attempt(self.client.ask(_hold_request(execution), Done))
            said = done.message if done else None
        if said:
            self.notify(said, markup=False)

    async def _resume(self, execution: Execution) -> str | None:
        """End a hold; or let a Pause go on, with what it asks for."""
        view = await self.attempt(self.client.execution(execution.id))
        if view is None:
            return None
        waits = None if view.is_held else await self._which(view)
        if view.waiting and not view.is_held and waits is None:
            return None
        if waits is not None and waits.inputs:
            from console.screens.resume_form import ResumeForm

            return await self.app.push_screen_wait(
                ResumeForm(execution, waits, ascii_only=self.deck.ascii_only)
            )
        request = ResumeExecution(id=execution.id, task=waits.task_run_id if waits else "")
        if waits and await self.app.push_screen_wait(_resume_question(execution, waits)) != GO_ON.id:
            return None
        done = await self.attempt(self.client.ask(request, Done))
        return done.message if done else None

    async def _which(self, view: ExecutionView) -> WaitingTask | None:
        """The Pause that is meant: the one under the cursor, or the only one, or the one that is chosen."""
        here = self.chosen_run
        under = [waits for waits in view.waiting if here is not None and waits.task_run_id == here.id]
        found = under or list(view.waiting)
        if len(found) < 2:
            return next(iter(found), None)
        chosen = await self.app.push_screen_wait(_which_question(view))
        return next((waits for waits in found if _choice(waits).id == chosen), None)

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


def _which_question(view: ExecutionView) -> Confirm:
    choices = [_choice(waits) for waits in view.waiting]
    text = f"{len(choices)} tasks wait in {view.execution.namespace}.{view.execution.flow_id}\n{view.execution.id}"
    return Confirm("Which one goes on?", text, (CANCEL, *choices[:MOST_CHOICES]))


def _resume_question(execution: Execution, waits: WaitingTask) -> Confirm:
    text = f"{execution.namespace}.{execution.flow_id}\n{execution.id}\n\n{waits.description}".rstrip()
    command = f"flowdeck execution resume {execution.id} -t {waits.task_run_id}"
    return Confirm(f"Let {_name(waits)} go on?", text, (CANCEL, GO_ON), cli=command)


def _choice(waits: WaitingTask) -> Choice:
    return Choice(f"task-{waits.task_run_id}", _name(waits))


def _name(waits: WaitingTask) -> str:
    return waits.task_id if waits.value is None else f"{waits.task_id} [{waits.value}]"


def _hold_request(execution: Execution) -> PauseExecution | ForceRun:
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
