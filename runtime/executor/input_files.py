"""Inputs of type FILE: what was sent, or lies on this machine, becomes a stored file of the execution."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from runtime.errors import FileNotFound, InvalidInputs, Rejected
from runtime.executor.storage import locate
from runtime.model.execution import Execution
from runtime.model.flow import InputSpec
from runtime.store.files import FileStore
from runtime.store.uploads import PREFIX

OWN = ("kestra:///", "nsfile://")
ADDRESSES = (*OWN, "file:///")


def wanted(specs: tuple[InputSpec, ...]) -> list[InputSpec]:
    """The inputs that are files, or lists of files."""
    return [spec for spec in specs if "FILE" in (spec.type, spec.checks.get("itemType"))]


def keep(
    files: FileStore,
    execution: Execution,
    specs: tuple[InputSpec, ...],
    inputs: dict[str, Any],
    place: str = "",
) -> dict[str, Any]:
    """The inputs with an address for each file, in directories whose names begin with `place`. Blocks; raises InvalidInputs."""
    wrong: dict[str, str] = {}
    for spec in wanted(specs):
        try:
            inputs = _replaced(inputs, spec.id.split("."), _Keeping(files, execution, f"{place}{spec.id}"))
        except (Rejected, OSError) as failure:
            wrong[spec.id] = f"`{spec.id}`: {failure}"
    if wrong:
        raise InvalidInputs("; ".join(wrong.values()), details={"inputs": wrong})
    return inputs


class _Keeping:
    """Makes an address of what one input was given."""

    def __init__(self, files: FileStore, execution: Execution, input_id: str) -> None:
        self._files = files
        self._execution = execution
        self._input_id = input_id

    def __call__(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self(item) for item in value]
        return self._address(value) if isinstance(value, str) and value else value

    def _address(self, value: str) -> str:
        if value.startswith(PREFIX):
            return self._taken_over(value)
        if self._came_from_outside and not value.startswith(OWN):
            raise FileNotFound(
                f"`{value[:100]}` is no address of a stored file",
                hint="a webhook can't name files of this machine",
            )
        if value.startswith(ADDRESSES):
            locate(self._files, value, self._execution.namespace)
            return value
        path = Path(value).expanduser()
        if not path.is_file():
            raise FileNotFound(
                f"there is no file {path}",
                hint="a path on the runtime's machine is wanted, or an address kestra:///...",
            )
        return self._kept(path)

    @property
    def _came_from_outside(self) -> bool:
        trigger = self._execution.trigger
        return trigger is not None and trigger.type.endswith("Webhook")

    def _taken_over(self, address: str) -> str:
        kept = self._kept(self._files.uploads.locate(address))
        self._files.uploads.drop(address)
        return kept

    def _kept(self, path: Path) -> str:
        execution = self._execution
        return self._files.put_input(
            path,
            namespace=execution.namespace,
            flow_id=execution.flow_id,
            execution_id=execution.id,
            input_id=self._input_id,
            name=path.name,
        )


def _replaced(values: dict[str, Any], path: list[str], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The values with the one at the path changed, where there is one."""
    name, *rest = path
    if values.get(name) is None:
        return values
    changed = _replaced(values[name], rest, change) if rest else change(values[name])
    return {**values, name: changed}
