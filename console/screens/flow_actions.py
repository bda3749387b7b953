"""What can be done with a flow, on every screen that shows one."""

import subprocess
from pathlib import Path
from typing import Protocol

from textual import work
from textual.app import SuspendNotSupported

from console import editor
from console.models.address import EXECUTION, Address
from console.models.trouble import Trouble
from console.screens.base import ConsoleScreen
from runtime.client.requests import GetFlow, PauseTrigger
from runtime.model.views import Done, FlowDetail, FlowView


class HasFile(Protocol):
    """What can be edited."""

    @property
    def file(self) -> str: ...


class FlowActions(ConsoleScreen):
    """Run, pause and edit what `selected` is."""

    @work(exclusive=True, group="trigger")
    async def do_trigger(self) -> None:
        flow = self.selected
        if not isinstance(flow, FlowView):
            return
        if flow.has_inputs:
            from console.screens.trigger_form import TriggerForm

            asked = self.client.ask(GetFlow(namespace=flow.namespace, id=flow.id), FlowDetail)
            detail = await self.attempt(asked)
            form = TriggerForm(detail, ascii_only=self.deck.ascii_only) if detail else None
            started = await self.app.push_screen_wait(form) if form else None
        else:
            view = await self.attempt(self.client.start(flow.namespace, flow.id))
            started = view.execution.id if view else None
        if started:
            self.deck.go(Address(EXECUTION, started))

    @work(exclusive=True, group="pause")
    async def do_pause(self) -> None:
        flow = self.selected
        if not isinstance(flow, FlowView):
            return
        live = [trigger for trigger in flow.triggers if not trigger.disabled]
        paused = not all(trigger.paused for trigger in live)
        for trigger in live:
            request = PauseTrigger(
                namespace=flow.namespace, flow_id=flow.id, trigger_id=trigger.trigger_id, paused=paused
            )
            done = await self.attempt(self.client.ask(request, Done))
            if done is None:
                return
        name = f"{flow.namespace}.{flow.id}"
        self.notify(f"{name} rests until p wakes it" if paused else f"{name} fires again", markup=False)

    def do_edit(self) -> None:
        match self.selected:
            case FlowView(file=file):
                self.edit(file)
            case Trouble(file=file, problem=problem):
                self.edit(file, problem.line, problem.column)

    def edit(self, file: str, line: int = 0, column: int = 1) -> None:
        """Hand the terminal to the person's editor. Hot reload shows what was saved."""
        path = self.deck.flow_path(file)
        chosen = editor.choose(self.deck.environment)
        if path is None or not file:
            self.notify("this flow has no file here", severity="warning")
        elif not chosen:
            self.notify("no editor was found: set $EDITOR, or install nano", severity="warning")
        else:
            self._hand_over(editor.command(chosen, path, line, column), path)

    def _hand_over(self, command: list[str], path: Path) -> None:
        try:
            with self.app.suspend():
                said = _run(command, path)
        except SuspendNotSupported:
            said = "this terminal can't be handed over"
        if said:
            self.notify(said, severity="error", markup=False)


def _run(command: list[str], path: Path) -> str:
    """What went wrong. It must not raise: Textual takes the terminal back only where its block ends well."""
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        return f"{command[0]} did not start: {error.strerror}"
    return f"{command[0]} ended with {code}; {path.name} is as it left it" if code else ""
