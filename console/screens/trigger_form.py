"""The form that starts a flow."""

from typing import Any

from console.screens.form import Form
from runtime.client.client import Client
from runtime.model.views import FlowDetail


class TriggerForm(Form):
    """Answers with the id of the execution that was started, or None."""

    def __init__(self, detail: FlowDetail, *, ascii_only: bool = False) -> None:
        self._flow = detail.flow
        title = f"Run {self._flow.namespace}.{self._flow.id}"
        super().__init__(title, detail.inputs, ascii_only=ascii_only)

    async def send(self, client: Client, inputs: dict[str, Any]) -> str:
        view = await client.start(self._flow.namespace, self._flow.id, inputs=inputs)
        for note in view.notes:
            self.app.notify(note, markup=False)
        return view.execution.id
