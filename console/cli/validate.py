"""validate: every problem of every file."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.output import as_json, problem_line, result, say

if TYPE_CHECKING:
    from runtime.model.problem import Problem


def files(paths: list[Path]) -> Iterator[Path]:
    """The flow files that are meant: a directory stands for those below it, a dbt project's own files left out."""
    from runtime.connect import flow_files

    for path in paths:
        yield from flow_files(path) if path.is_dir() else [path]


def validate(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", exists=True, help="Flow files, or directories of them.")
    ],
) -> None:
    """Check flow files: every problem with its line and column, and what to write instead. Needs no running runtime.

    Exits with 2 where a file has an error; warnings alone exit with 0.
    """
    found = asyncio.run(_validate(list(files(paths))))
    if context.obj.json:
        as_json([{"file": str(file), "problems": problems} for file, problems in found])
    else:
        _print(found)
    if any(problem.is_error for _, problems in found for problem in problems):
        raise typer.Exit(2)


async def _validate(paths: list[Path]) -> "list[tuple[Path, tuple[Problem, ...]]]":
    from runtime.connect import validator

    check = validator()
    return [(path, check(path.read_bytes()).problems) for path in paths]


def _print(found: "list[tuple[Path, tuple[Problem, ...]]]") -> None:
    for file, problems in found:
        for problem in problems:
            result(problem_line(str(file), problem))
    errors = sum(problem.is_error for _, problems in found for problem in problems)
    warnings = sum(problem.severity == "warning" for _, problems in found for problem in problems)
    say(f"{len(found)} files: {errors} errors, {warnings} warnings")
