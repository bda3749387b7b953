"""Stored files by themselves: write, join, split, turn round, measure, delete."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import msgspec

from runtime.errors import FileNotFound, TaskFailed
from runtime.expressions.text import text
from runtime.tasks import script_files, splitting
from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext
from runtime.tasks.thread import in_thread


class Write(Task, frozen=True, kw_only=True):
    """Write a text to a stored file.

    - id: note
      type: io.kestra.plugin.core.storage.Write
      content: "{{ outputs.query.rows }} rows"
      extension: .txt
    """

    content: str
    """The text."""
    extension: str | None = None
    """The end of the file's name: `.txt`."""

    async def run(self, context: TaskContext) -> Result:
        return Result(
            outputs={"uri": context.files.put(self.content.encode(), f"content{_suffix(self.extension)}")}
        )


class Concat(Task, frozen=True, kw_only=True):
    """Join stored files to one, in the order in which they are named.

    - id: all
      type: io.kestra.plugin.core.storage.Concat
      files: ["{{ outputs.eu.uri }}", "{{ outputs.us.uri }}"]
      extension: .csv
    """

    files: Any
    """A list of addresses, a map whose values are, or a JSON text of either."""
    separator: str | None = None
    """Written after each file."""
    extension: str = ".tmp"
    """The end of the new file's name."""

    async def run(self, context: TaskContext) -> Result:
        paths = [context.files.locate(address) for address in addresses(self.files)]
        name = f"joined{_suffix(self.extension)}"
        return Result(outputs={"uri": await in_thread(context.files.put, self._content(paths), name)})

    def _content(self, paths: list[Path]) -> Iterator[bytes]:
        for path in paths:
            with path.open("rb") as file:
                yield from iter(lambda: file.read(splitting.CHUNK), b"")
            if self.separator is not None:
                yield self.separator.encode()


def addresses(files: Any) -> list[str]:
    """The addresses that a property of many forms names."""
    if isinstance(files, str) and files.strip()[:1] in ("[", "{"):
        try:
            files = json.loads(files)
        except ValueError:
            raise TaskFailed(f"`files`: {files[:60]!r} is no JSON list") from None
    if isinstance(files, Mapping):
        return [text(file) for file in files.values()]
    return [text(file) for file in files] if isinstance(files, list | tuple) else [text(files)]


class Split(Task, frozen=True, kw_only=True):
    """Split a stored file of lines into several: for `ForEach` and `ForEachItem`, or for a system that takes small files only.

    - id: parts
      type: io.kestra.plugin.core.storage.Split
      from: "{{ outputs.extract.uri }}"
      rows: 1000
    """

    from_: str = msgspec.field(name="from")
    """The address of the file."""
    rows: int | None = None
    """Lines a file."""
    bytes: str | None = None
    """Bytes a file, at least: `10MB`. A line stays whole."""
    partitions: int | None = None
    """How many files: the lines are dealt out to them in turn."""
    regex_pattern: str | None = None
    """Lines with the same first group go into the same file; those that do not match are left out."""
    separator: str = "\n"
    """What ends a line."""

    async def run(self, context: TaskContext) -> Result:
        return Result(outputs={"uris": await in_thread(self._kept, context)})

    def _kept(self, context: TaskContext) -> list[str]:
        how = splitting.Split(
            rows=self.rows,
            bytes=self.bytes,
            partitions=self.partitions,
            regex_pattern=self.regex_pattern,
            separator=self.separator,
        )
        into = context.scratch / "parts"
        try:
            parts = splitting.split(context.files.locate(self.from_), how, into)
            return [context.files.put(part, part.name) for part in parts]
        finally:
            shutil.rmtree(into, ignore_errors=True)


class Reverse(Task, frozen=True, kw_only=True):
    """Turn a stored file round: the last line first.

    - id: newest_first
      type: io.kestra.plugin.core.storage.Reverse
      from: "{{ outputs.log.uri }}"
    """

    from_: str = msgspec.field(name="from")
    """The address of the file."""
    separator: str = "\n"
    """What ends a line."""
    charset: str = "UTF-8"
    """How the file's text is encoded."""

    async def run(self, context: TaskContext) -> Result:
        source = context.files.locate(self.from_)
        name = f"reversed{source.suffix or '.tmp'}"
        return Result(outputs={"uri": await in_thread(context.files.put, self._lines(source), name)})

    def _lines(self, source: Path) -> Iterator[bytes]:
        """Kept by where each begins, not by what it says: the file may be large."""
        try:
            separator = self.separator.encode(self.charset) or b"\n"
        except LookupError:
            raise TaskFailed(f"`charset`: nobody knows {self.charset}") from None
        with source.open("rb") as file:
            places = list(_places(file, separator))
            for start, length in reversed(places):
                file.seek(start)
                yield file.read(length) + separator


def _places(file: BinaryIO, separator: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    for line in splitting.lines(file, separator):
        yield start, len(line)
        start += len(line) + len(separator)


class Size(Task, frozen=True, kw_only=True):
    """Say how many bytes a stored file has, as the output `size`."""

    uri: str
    """The address of the file."""

    async def run(self, context: TaskContext) -> Result:
        return Result(outputs={"size": context.files.locate(self.uri).stat().st_size})


class Delete(Task, frozen=True, kw_only=True):
    """Delete one stored file.

    - id: tidy
      type: io.kestra.plugin.core.storage.Delete
      uri: "{{ outputs.extract.uri }}"
    """

    uri: str
    """The address of the file."""
    error_on_missing: bool = False
    """Whether it is a failure that there is no such file."""

    async def run(self, context: TaskContext) -> Result:
        deleted = context.files.delete(self.uri)
        if not deleted and self.error_on_missing:
            raise FileNotFound(f"there is no stored file `{self.uri}`")
        return Result(outputs={"uri": self.uri, "deleted": deleted})


class PurgeCurrentExecutionFiles(Task, frozen=True, kw_only=True):
    """Delete all files that this execution has stored, inputs too: the last task of a flow whose files nobody needs afterwards."""

    async def run(self, context: TaskContext) -> Result:
        uris = await in_thread(context.files.purge)
        context.log.info(f"{len(uris)} files are deleted")
        return Result(outputs={"uris": uris})


class LocalFiles(Task, frozen=True, kw_only=True):
    """Lay files into the working directory, or keep some of those that lie there.

    - id: lay
      type: io.kestra.plugin.core.storage.LocalFiles
      inputs:
        hello.txt: Hello
    """

    deprecated: ClassVar[str] = (
        "the `inputFiles` and `outputFiles` of the tasks and of WorkingDirectory do the same"
    )

    inputs: dict[str, Any] | str | None = None
    """Name -> content, or the address of a stored file."""
    outputs: list[str] = msgspec.field(default_factory=list)
    """Files to keep, as patterns."""

    async def run(self, context: TaskContext) -> Result:
        await in_thread(script_files.lay_inputs, context.directory, self.inputs, context.files)
        kept = await in_thread(script_files.collect, context.directory, self.outputs, context.files)
        return Result(outputs={"uris": kept})


def _suffix(extension: str | None) -> str:
    """`csv` and `.csv` are the same ending."""
    return f".{extension.lstrip('.')}" if extension else ""
