"""Files of namespaces: list, put, delete. They are read as stored files are."""

import asyncio

from runtime.answers.files import stored
from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.errors import FileNotFound
from runtime.model.views import Done, Many, StoredFile


async def list_files(parts: Parts, request: requests.ListNamespaceFiles, user: str) -> Many:
    space = parts.resources.files.namespaces
    names = await asyncio.to_thread(space.list, request.namespace)
    return Many(items=tuple(_view(parts, request.namespace, name) for name in names))


async def put(parts: Parts, request: requests.PutNamespaceFile, user: str) -> StoredFile:
    files = parts.resources.files
    upload = files.uploads.locate(request.uri)
    await asyncio.to_thread(files.namespaces.put, request.namespace, request.name, upload)
    files.uploads.drop(request.uri)
    await _note(parts, user, "put", request)
    return _view(parts, request.namespace, request.name.lstrip("/"))


async def delete(parts: Parts, request: requests.DeleteNamespaceFile, user: str) -> Done:
    if not parts.resources.files.namespaces.delete(request.namespace, request.name):
        raise FileNotFound(
            f"the namespace {request.namespace} has no file `{request.name}`",
            hint=f"`flowdeck namespace files list {request.namespace}` shows what is there",
        )
    await _note(parts, user, "delete", request)
    return Done(message=f"{request.name} of {request.namespace} is deleted")


async def _note(
    parts: Parts, user: str, action: str, request: requests.PutNamespaceFile | requests.DeleteNamespaceFile
) -> None:
    target = f"file {request.name} of {request.namespace}"
    await parts.store.audit.add(parts.clock.now(), user, action, target, {})


def _view(parts: Parts, namespace: str, name: str) -> StoredFile:
    space = parts.resources.files.namespaces
    facts = stored(space.address(namespace, name), space.locate(namespace, name))
    return StoredFile(uri=facts.uri, name=name, size=facts.size, modified=facts.modified)
