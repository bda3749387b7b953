"""The form that lets a Pause go on: what the task asks of whoever resumes it."""

from typing import Any

from console.screens.form import Form
from runtime.client.client import Client
from runtime.client.requests import ResumeExecution
from runtime.model.execution import Execution
from runtime.model.views import Done, WaitingTask


class ResumeForm(Form):
    """Answers with the runtime's words, or None."""

    BUTTON = "Resume"
    HINT = "Enter or ^s lets it go on, Tab goes on, Esc leaves it waiting"

    def __init__(self, execution: Execution, waits: WaitingTask, *, ascii_only: bool = False) -> None:
        self._execution = execution
        self._waits = waits
        title = f"Resume {waits.task_id} of {execution.namespace}.{execution.flow_id}"
        super().__init__(title, waits.inputs, ascii_only=ascii_only, note=waits.description)

    async def send(self, client: Client, inputs: dict[str, Any]) -> str:
        request = ResumeExecution(id=self._execution.id, task=self._waits.task_run_id, inputs=inputs)
        return (await client.ask(request, Done)).message
