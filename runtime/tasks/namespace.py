"""The files of a namespace: upload, download, delete."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text
from runtime.tasks import script_files
from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext
from runtime.tasks.namespace_files import chosen
from runtime.tasks.thread import in_thread


class UploadFiles(Task, frozen=True, kw_only=True):
    """Put files among those of a namespace: files of the working directory, or stored ones.

    - id: publish
      type: io.kestra.plugin.core.namespace.UploadFiles
      namespace: company.data
      filesMap:
        reference/countries.csv: "{{ outputs.extract.uri }}"
    """

    namespace: str
    """Whose files they become."""
    files: list[str] = msgspec.field(default_factory=list)
    """Files of the working directory, as patterns: `models/**`."""
    files_map: dict[str, Any] | str | None = None
    """Name -> the address of a stored file, or a text."""
    destination: str = "/"
    """The directory of the namespace that they go into."""
    conflict: Literal["OVERWRITE", "ERROR", "SKIP"] = "OVERWRITE"
    """What happens where there is a file of that name."""

    async def run(self, context: TaskContext) -> Result:
        if not self.files and not self.files_map:
            raise TaskFailed("one of `files` and `filesMap` is needed")
        uploaded = await in_thread(self._upload, context)
        context.log.info(f"{len(uploaded)} files are in {self.namespace} now")
        return Result(outputs={"files": uploaded})

    def _upload(self, context: TaskContext) -> dict[str, str]:
        space = context.files.store.namespaces
        there = set(space.list(self.namespace))
        uploaded = {}
        for name, source in self._sources(context):
            place = f"{self.destination.strip('/')}/{name}".lstrip("/")
            if place in there and self.conflict == "ERROR":
                raise TaskFailed(f"{self.namespace} has a file {place} already, and `conflict` is ERROR")
            if place not in there or self.conflict == "OVERWRITE":
                uploaded[f"/{place}"] = space.put(self.namespace, place, source)
        return uploaded

    def _sources(self, context: TaskContext) -> "Iterator[tuple[str, Path | bytes]]":
        for name in chosen(script_files.present(context.directory), include=self.files) if self.files else ():
            yield name, context.directory / name
        for name, content in script_files.as_mapping(self.files_map, what="filesMap").items():
            written = text(content)
            yield name.lstrip("/"), script_files.stored(written, context.files) or written.encode()


class DownloadFiles(Task, frozen=True, kw_only=True):
    """Copy files of a namespace into the internal storage, for tasks that take addresses.

    - id: reference
      type: io.kestra.plugin.core.namespace.DownloadFiles
      namespace: company.data
      files: ["reference/*.csv"]
    """

    namespace: str
    """Whose files."""
    files: Any
    """A pattern, or a list of patterns."""
    destination: str = ""
    """The directory that their names in the storage begin with."""

    async def run(self, context: TaskContext) -> Result:
        return Result(outputs={"files": await in_thread(self._download, context)})

    def _download(self, context: TaskContext) -> dict[str, str]:
        space = context.files.store.namespaces
        return {
            f"/{name}": context.files.put(
                space.locate(self.namespace, name), f"{self.destination.strip('/')}/{name}"
            )
            for name in chosen(space.list(self.namespace), include=_patterns(self.files))
        }


class DeleteFiles(Task, frozen=True, kw_only=True):
    """Delete files of a namespace.

    - id: tidy
      type: io.kestra.plugin.core.namespace.DeleteFiles
      namespace: company.data
      files: ["reference/old/**"]
      deleteParentFolder: true
    """

    namespace: str
    """Whose files."""
    files: Any
    """A pattern, or a list of patterns."""
    delete_parent_folder: bool = False
    """Whether directories that this empties go too."""

    async def run(self, context: TaskContext) -> Result:
        deleted = await in_thread(self._delete, context)
        context.log.info(f"{len(deleted)} files of {self.namespace} are deleted")
        return Result(outputs={"files": deleted})

    def _delete(self, context: TaskContext) -> dict[str, str]:
        space = context.files.store.namespaces
        names = list(chosen(space.list(self.namespace), include=_patterns(self.files)))
        for name in names:
            space.delete(self.namespace, name, empty_folders=self.delete_parent_folder)
        return {f"/{name}": space.address(self.namespace, name) for name in names}


def _patterns(files: Any) -> list[str]:
    """A namespace's own names count from its top."""
    if isinstance(files, str) and files.strip().startswith("["):
        try:
            files = json.loads(files)
        except ValueError:
            raise TaskFailed(f"`files`: {files[:60]!r} is no JSON list") from None
    if isinstance(files, Mapping):
        raise TaskFailed("`files` is a pattern, or a list of patterns")
    found = [text(file) for file in files] if isinstance(files, list | tuple) else [text(files)]
    if not any(found):
        raise TaskFailed("`files` is empty: `**` means all of them")
    return found


class Behavior(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Which versions PurgeFiles deletes."""

    type: Literal["version"] = "version"
    """Older versions of files."""
    before: str | None = None
    """No effect: no older versions are kept."""
    keep_amount: int | None = None
    """No effect: no older versions are kept."""


class PurgeFiles(Task, frozen=True, kw_only=True):
    """Delete older versions of a namespace's files. Here there are none: only the latest is kept, and a checkout has its history in
    git. It deletes nothing, and says so."""

    file_pattern: str | None = None
    """Only files like this."""
    namespaces: list[str] = msgspec.field(default_factory=list)
    """Only of these."""
    namespace_pattern: str | None = None
    """Only of namespaces like this."""
    behavior: Behavior = Behavior()
    """Which versions."""
    include_child_namespaces: bool = True
    """Whether the namespaces below count too."""

    async def run(self, context: TaskContext) -> Result:
        context.log.info("only the latest version of a namespace's file is kept: there are none to delete")
        return Result(outputs={"size": 0})
