"""Files of namespaces: which are meant, where they go, and what tasks do with them."""

from pathlib import Path
from typing import Any

import pytest

from runtime.errors import Failure, TaskFailed
from runtime.tasks.namespace import DeleteFiles, DownloadFiles, PurgeFiles, UploadFiles
from runtime.tasks.namespace_files import NamespaceFiles, chosen
from runtime.tasks.script import ShellCommands
from tests.support import World

NAMES = ["a.sql", "models/b.sql", "models/deep/c.sql", "models/notes.md"]
SPACE = "company.team"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    for name in NAMES:
        made.store.store.namespaces.put(SPACE, name, name.encode())
    return made


@pytest.mark.parametrize(
    ("include", "exclude", "found"),
    [
        ([], [], NAMES),
        (["*.sql"], [], ["a.sql", "models/b.sql", "models/deep/c.sql"]),
        (["/*.sql"], [], ["a.sql"]),
        (["models/**"], [], NAMES[1:]),
        (["deep/**"], [], ["models/deep/c.sql"]),
        (["/deep/**"], [], []),
        ([], ["/models/deep/**", "*.md"], ["a.sql", "models/b.sql"]),
        (["glob:**/*.{md,txt}"], [], ["models/notes.md"]),
        (["a.sql", "models/notes.md"], ["a.sql"], ["models/notes.md"]),
    ],
)
def test_patterns_choose(include: list[str], exclude: list[str], found: list[str]) -> None:
    assert list(chosen(NAMES, include=include, exclude=exclude)) == found


def laid(world: World, **keys: Any) -> dict[str, str]:
    NamespaceFiles(**keys).lay(world.store.store.namespaces, SPACE, world.directory, world.log.warn)
    files = (path for path in world.directory.rglob("*") if path.is_file())
    return {path.relative_to(world.directory).as_posix(): path.read_text() for path in files}


def test_the_flows_own_files_are_laid_unless_others_are_named(world: World) -> None:
    assert laid(world, enabled=False) == {}
    assert laid(world) == {name: name for name in NAMES}


def test_of_several_namespaces_the_later_has_the_word(world: World) -> None:
    world.store.store.namespaces.put("company", "a.sql", b"above")
    assert laid(world, namespaces=["company", SPACE], include=["a.sql"])["a.sql"] == "a.sql"
    assert laid(world, namespaces=[SPACE, "company"], include=["a.sql"])["a.sql"] == "above"
    assert (
        laid(world, namespaces=[SPACE, "nothing.here"], folder_per_namespace=True)[f"{SPACE}/a.sql"]
        == "a.sql"
    )


@pytest.mark.parametrize(("if_exists", "warnings"), [("WARN", 1), ("IGNORE", 0)])
def test_what_is_there_may_stay(world: World, if_exists: str, warnings: int) -> None:
    (world.directory / "a.sql").write_text("mine")
    assert laid(world, if_exists=if_exists)["a.sql"] == "mine"
    assert len(world.log.at("WARN")) == warnings
    with pytest.raises(TaskFailed, match=r"a\.sql is in the working directory already"):
        laid(world, if_exists="FAIL")


async def test_a_script_finds_them_beside_it_and_input_files_win(world: World) -> None:
    task = ShellCommands(
        commands=["cat a.sql models/b.sql"],
        namespace_files=NamespaceFiles(),
        input_files={"a.sql": "mine"},
    )
    await task.run(world.context)
    assert world.log.at("INFO") == ["minemodels/b.sql"]


async def test_download_copies_into_the_storage(world: World) -> None:
    outputs = (
        await DownloadFiles(namespace=SPACE, files=["*.sql"], destination="x").run(world.context)
    ).outputs
    assert list(outputs["files"]) == ["/a.sql", "/models/b.sql", "/models/deep/c.sql"]
    assert outputs["files"]["/a.sql"].endswith("/tasks/task/taskrun/x/a.sql")
    assert world.store.read(outputs["files"]["/models/b.sql"]) == "models/b.sql"
    assert (await DownloadFiles(namespace=SPACE, files="none").run(world.context)).outputs == {"files": {}}


async def test_upload_takes_files_of_the_directory_and_of_the_storage(world: World) -> None:
    (world.directory / "out").mkdir()
    (world.directory / "out" / "r.csv").write_text("1")
    stored = world.store.put(b"2", "s.csv")
    task = UploadFiles(
        namespace="company.other",
        files=["out/**"],
        files_map={"/s.csv": stored, "t": "text"},
        destination="/in/",
    )
    assert list((await task.run(world.context)).outputs["files"]) == ["/in/out/r.csv", "/in/s.csv", "/in/t"]
    space = world.store.store.namespaces
    found = {name: space.locate("company.other", name).read_text() for name in space.list("company.other")}
    assert found == {"in/out/r.csv": "1", "in/s.csv": "2", "in/t": "text"}


async def test_a_conflict_is_what_the_flow_says_it_is(world: World) -> None:
    space = world.store.store.namespaces
    task = {"namespace": SPACE, "files_map": {"a.sql": "new"}}
    assert (await UploadFiles(**task, conflict="SKIP").run(world.context)).outputs == {"files": {}}  # type: ignore[arg-type]
    with pytest.raises(TaskFailed, match=r"has a file a\.sql already"):
        await UploadFiles(**task, conflict="ERROR").run(world.context)  # type: ignore[arg-type]
    assert space.locate(SPACE, "a.sql").read_text() == "a.sql"
    await UploadFiles(**task).run(world.context)  # type: ignore[arg-type]
    assert space.locate(SPACE, "a.sql").read_text() == "new"


async def test_delete_leaves_folders_unless_told(world: World) -> None:
    space = world.store.store.namespaces
    outputs = (await DeleteFiles(namespace=SPACE, files='["/models/deep/**"]').run(world.context)).outputs
    assert list(outputs["files"]) == ["/models/deep/c.sql"]
    assert (space.directory(SPACE) / "models" / "deep").is_dir()
    await DeleteFiles(namespace=SPACE, files="models/**", delete_parent_folder=True).run(world.context)
    assert not (space.directory(SPACE) / "models" / "notes.md").exists()
    assert space.list(SPACE) == ["a.sql"]


@pytest.mark.parametrize(
    "task",
    [
        UploadFiles(namespace=SPACE),
        UploadFiles(namespace=SPACE, files_map={"../../x": "y"}),
        UploadFiles(namespace="../..", files_map={"x": "y"}),
        DownloadFiles(namespace=SPACE, files=""),
        DeleteFiles(namespace=SPACE, files={"a": "b"}),
        DeleteFiles(namespace=SPACE, files="[oops"),
    ],
)
async def test_what_makes_no_sense_is_refused(world: World, task: UploadFiles) -> None:
    with pytest.raises(Failure):
        await task.run(world.context)
    assert world.store.store.namespaces.list(SPACE) == NAMES


async def test_there_is_nothing_to_purge(world: World) -> None:
    assert (await PurgeFiles().run(world.context)).outputs == {"size": 0}
