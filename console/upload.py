"""Files that go with a request: the inputs of type FILE whose values are paths of this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from runtime.client.client import Client
    from runtime.client.requests import CreateExecution


async def with_files(client: "Client", request: "CreateExecution") -> "CreateExecution":
    """The request with addresses in place of paths. The runtime is asked for the flow's inputs only where one may be a file."""
    if not any(map(_is_path, request.inputs.values())):
        return request
    inputs = await sent(client, request.inputs, await _file_inputs(client, request))
    return msgspec.structs.replace(request, inputs=inputs)


async def sent(client: "Client", inputs: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    """The inputs, with the addresses of those files that are wanted."""
    files = {
        name: Path(value).expanduser() for name, value in inputs.items() if name in wanted and _is_path(value)
    }
    return {**inputs, **{name: await send(client, path) for name, path in files.items()}}


def _is_path(value: object) -> bool:
    try:
        return isinstance(value, str) and Path(value).expanduser().is_file()
    except (OSError, RuntimeError):  # too long for a name; nobody's home
        return False


async def _file_inputs(client: "Client", request: "CreateExecution") -> set[str]:
    from runtime.client.requests import GetFlow, ValidateSource
    from runtime.model.views import FlowDetail, Validation

    if request.source is not None:
        inputs = (await client.ask(ValidateSource(source=request.source), Validation)).inputs
    else:
        inputs = (await client.ask(GetFlow(namespace=request.namespace, id=request.id), FlowDetail)).inputs
    return {field.id for field in inputs if field.type == "FILE"}


async def send(client: "Client", path: Path) -> str:
    """Send a file to the runtime; returns its address."""
    from runtime.client.requests import PART, UploadFile
    from runtime.model.views import StoredFile

    uri = ""
    with path.open("rb") as file:
        while (part := file.read(PART)) or not uri:
            uri = (await client.ask(UploadFile(name=path.name, content=part, uri=uri), StoredFile)).uri
    return uri
