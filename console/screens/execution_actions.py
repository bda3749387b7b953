"""What can be done with an execution, on every screen that shows one."""

from textual import work

from console.format import distance
from console.screens.base import ConsoleScreen
from console.screens.confirm import CANCEL, Choice, Confirm
from runtime.client.requests import KillExecution, RestartExecution
from runtime.model.execution import Execution
from runtime.model.views import Done, ExecutionView

KILL = Choice("kill", "Kill it", harmful=True)


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
