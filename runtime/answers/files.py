"""Stored files: sent in parts, listed by execution, read in parts."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.errors import InvalidRequest
from runtime.executor.storage import locate
from runtime.model.views import FilePart, Many, StoredFile


async def upload(parts: Parts, request: requests.UploadFile, user: str) -> StoredFile:
    uploads = parts.resources.files.uploads
    uri = request.uri or uploads.begin(request.name)
    size = await asyncio.to_thread(uploads.append, uri, request.content)
    return StoredFile(uri=uri, size=size, modified=parts.clock.now())


async def list_files(parts: Parts, request: requests.ListFiles, user: str) -> Many:
    identifier = await parts.store.executions.resolve(request.execution_id)
    execution, _ = await parts.store.executions.get(identifier)
    files = parts.resources.files
    found = await asyncio.to_thread(
        lambda: [
            stored(uri, files.locate(uri))
            for uri in files.addresses(execution.namespace, execution.flow_id, identifier)
        ]
    )
    return Many(items=tuple(found))


def stored(uri: str, path: Path) -> StoredFile:
    facts = path.stat()
    return StoredFile(uri=uri, size=facts.st_size, modified=datetime.fromtimestamp(facts.st_mtime, UTC))


async def read(parts: Parts, request: requests.ReadFile, user: str) -> FilePart:
    if not request.uri.startswith(("kestra:///", "nsfile://")) or request.uri.startswith("nsfile:///"):
        raise InvalidRequest(
            f"`{request.uri}` is no address of a stored file", hint="kestra:///... or nsfile://NAMESPACE/NAME"
        )
    path = locate(parts.resources.files, request.uri, "")
    return await asyncio.to_thread(_part, path, request.offset, min(request.limit, requests.PART))


def _part(path: Path, offset: int, limit: int) -> FilePart:
    with path.open("rb") as file:
        file.seek(max(0, offset))
        return FilePart(content=file.read(limit), offset=offset, size=path.stat().st_size)
