"""The files of a script: what is laid into its working directory before, and what is kept of it afterwards.

WORKING_DIRECTORY/
  .flowdeck/TASK_RUN-ATTEMPT/     the attempt's own: gone when the attempt is over, in no outputFiles
    script.sh                     what is run
    in/HASH/NAME                  stored files that commands name by `kestra:///`
    out/                          OUTPUT_DIR: all that is written there is kept
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from runtime.errors import TaskFailed
from runtime.expressions.text import text, to_json
from runtime.runners.base import Labels
from runtime.tasks.context import Files
from runtime.tasks.paths import inside

PRIVATE = ".flowdeck"
ADDRESSES = ("kestra:///", "nsfile://", "file:///")
STORED = re.compile(r"(?:kestra:///|nsfile://)[^\s'\"`;|&<>()]+")


def private_directory(directory: Path, labels: Labels) -> Path:
    """The attempt's own directory inside the working directory; the same for the same attempt."""
    return directory / PRIVATE / f"{labels.task_run_id}-{labels.attempt}"


def output_directory(directory: Path, labels: Labels) -> Path:
    """What `{{ outputDir }}` and OUTPUT_DIR name."""
    return private_directory(directory, labels) / "out"


def make_private(private: Path, *, shared: bool) -> None:
    """`shared` lets other users in: a container that runs as one; the working directory's parents stay closed."""
    mode = 0o755 if shared else 0o700
    for directory in (private.parent, private):
        directory.mkdir(mode=mode, exist_ok=True)
        directory.chmod(mode)
    out = private / "out"
    out.mkdir(exist_ok=True)
    out.chmod(0o777 if shared else 0o700)


def remove_private(private: Path) -> None:
    """Files that may hold secrets go first, one by one; what a container's root left in between may stay."""
    for path in sorted(private.rglob("*"), reverse=True):
        if not path.is_dir() or path.is_symlink():
            with contextlib.suppress(OSError):
                path.unlink()
    shutil.rmtree(private, ignore_errors=True)
    with contextlib.suppress(OSError):
        private.parent.rmdir()


def write_private(path: Path, content: str, *, shared: bool = False) -> Path:
    path.parent.mkdir(mode=0o755 if shared else 0o700, parents=True, exist_ok=True)
    path.touch(mode=0o700)
    path.write_text(content, encoding="utf-8")
    path.chmod(0o755 if shared else 0o700)
    return path


def lay_inputs(directory: Path, wanted: Any, files: Files) -> None:
    """Write `inputFiles`: name -> content, or the address of a stored file, or a JSON text of such a map."""
    for name, content in as_mapping(wanted, what="inputFiles").items():
        target = inside(directory, name, what="inputFiles")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        _lay(target, content, files)


def as_mapping(wanted: Any, *, what: str) -> Mapping[str, Any]:
    """A property that is a map, or a JSON text of one; `what` is its name."""
    if isinstance(wanted, str):
        try:
            wanted = json.loads(wanted) if wanted.strip() else {}
        except json.JSONDecodeError as error:
            raise TaskFailed(f"{what}: the text is no JSON: {error}") from None
    if wanted is None:
        return {}
    if not isinstance(wanted, Mapping):
        raise TaskFailed(f"{what}: a map of file names and contents is wanted, or a JSON text of one")
    return wanted


def _lay(target: Path, content: Any, files: Files) -> None:
    if isinstance(content, Mapping | list):
        target.write_text(to_json(content, nulls=True), encoding="utf-8")
        return
    written = text(content)
    source = stored(written.strip(), files) if "\n" not in written.strip() else None
    if source is None:
        target.write_text(written, encoding="utf-8")
    else:
        shutil.copyfile(source, target)


def stored(address: str, files: Files) -> Path | None:
    """The file behind an address; None for what is no address."""
    return files.locate(address) if address.startswith(ADDRESSES) else None


def bring_in(script: str, private: Path, files: Files) -> str:
    """Copy the stored files that a script names into the attempt's directory, and name the copies instead."""
    places: dict[str, str] = {}
    for address in STORED.findall(script):
        if address not in places:
            source = files.locate(address)
            number = hashlib.sha256(address.encode()).hexdigest()[:12]
            place = private / "in" / number / PurePosixPath(address).name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
            places[address] = str(place)
    return STORED.sub(lambda found: places[found.group()], script)


def collect(directory: Path, patterns: Sequence[str], files: Files) -> dict[str, str]:
    """Keep what the patterns match: relative path -> address."""
    return {name: files.put(directory / name, name) for name in matching(directory, patterns)}


def matching(directory: Path, patterns: Sequence[str]) -> list[str]:
    """The relative paths of the files below that one of the patterns matches."""
    matchers = [glob(pattern) for pattern in patterns]
    found = present(directory) if matchers else []
    return [name for name in found if any(matcher.fullmatch(name) for matcher in matchers)]


def unmatched(patterns: Sequence[str], kept: Iterable[str]) -> list[str]:
    """The patterns that no kept file matches."""
    return [pattern for pattern in patterns if not any(map(glob(pattern).fullmatch, kept))]


def collect_all(directory: Path, files: Files) -> dict[str, str]:
    """Keep every file below a directory."""
    return {name: files.put(directory / name, name) for name in present(directory)}


def present(directory: Path) -> list[str]:
    """The relative paths of the files below, sorted; the attempt's own are not among them."""
    return sorted(_walk(directory))


def _walk(directory: Path) -> Iterator[str]:
    """Relative paths of the files below; links that lead out are not followed."""
    root = directory.resolve()
    for parent, folders, names in os.walk(directory):
        if parent == str(directory) and PRIVATE in folders:
            folders.remove(PRIVATE)
        for name in names:
            path = Path(parent, name)
            if path.is_file() and path.resolve().is_relative_to(root):
                yield path.relative_to(directory).as_posix()


def glob(pattern: str) -> re.Pattern[str]:
    """A pattern as Java's file systems take it: `*` within a name, `**` across, `?`, `[a-z]`, `{csv,json}`."""
    plain = pattern.removeprefix("glob:").removeprefix("./").lstrip("/")
    try:
        return re.compile("".join(_regex(plain)), re.DOTALL)
    except re.error:
        raise TaskFailed(f"outputFiles: {pattern!r} is no pattern") from None


_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[^\]]*\]|\{|\}|,|\\.|.", re.DOTALL)
_SIMPLE = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _regex(pattern: str) -> Iterator[str]:
    depth = 0
    for part in _PARTS.findall(pattern):
        if part in _SIMPLE:
            yield _SIMPLE[part]
        elif part == "{":
            depth += 1
            yield "(?:"
        elif part == "}" and depth:
            depth -= 1
            yield ")"
        elif part == "," and depth:
            yield "|"
        elif part.startswith("[") and len(part) > 1:
            yield part.replace("[!", "[^", 1)
        else:
            yield re.escape(part.removeprefix("\\") or part)
