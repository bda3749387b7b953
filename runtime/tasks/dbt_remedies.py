"""What to do where dbt does not even begin: it finds no project, or no profile."""

import re
from collections.abc import Iterator
from pathlib import Path

PROJECT = "dbt_project.yml"
SEARCH_DEPTH = 3  # directories down, in search of a forgotten projectDir
BEGINNING = re.compile(r"dbt_project\.yml|--profiles-dir|--project-dir|profiles\.yml|[Pp]rofile named")


def remedy(message: str, directory: Path, project: Path) -> str:
    """`project` is where the task looked for the project; empty where the message is about something else."""
    if not BEGINNING.search(message):
        return ""
    if (project / PROJECT).is_file():
        return "Write the profile under `profiles:`, or put a profiles.yml beside dbt_project.yml."
    found = next(_projects(directory), None)
    if found is None:
        return "The working directory holds no dbt project: clone it in the same WorkingDirectory task, before this one."
    return f"Say where the project lies: projectDir: {found.relative_to(directory)}"


def _projects(directory: Path) -> Iterator[Path]:
    for depth in range(1, SEARCH_DEPTH + 1):
        for path in sorted(directory.glob("*/" * depth + PROJECT)):
            if "dbt_packages" not in path.parts:
                yield path.parent
