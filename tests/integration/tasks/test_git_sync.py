"""Namespace files and flows from real repositories on this machine."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from runtime.client.client import Client
from runtime.errors import TaskFailed
from runtime.model.states import State
from runtime.model.views import ExecutionView
from runtime.tasks.git_sync import SyncNamespaceFiles
from tests.runtimes import in_process, run, settings
from tests.support import World

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}
SPACE = "company.team"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def git(directory: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", *arguments], cwd=directory, env={**os.environ, **IDENTITY}, capture_output=True, check=True
    )


def commit(repository: Path, **files: str | None) -> None:
    """Write files, or remove those that are None, and commit."""
    for name, content in files.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink()
        else:
            path.write_text(content)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "change")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "origin"
    path.mkdir()
    git(path, "init", "-q", "-b", "main")
    commit(path, **{"dbt/dbt_project.yml": "name: x", "dbt/models/a.sql": "select 1", "README.md": "hello"})
    git(path, "checkout", "-q", "-b", "feature")
    commit(path, **{"dbt/models/b.sql": "select 2"})
    git(path, "checkout", "-q", "main")
    return path


def files(world: World) -> dict[str, str]:
    space = world.store.store.namespaces
    return {name: space.locate(SPACE, name).read_text() for name in space.list(SPACE)}


async def synced(world: World, repository: Path, **keys: Any) -> dict[str, str]:
    """The name of each file -> what became of it."""
    task = SyncNamespaceFiles(url=str(repository), **{"git_directory": "dbt", **keys})
    uri = (await task.run(world.context)).outputs["files"]
    entries = [json.loads(line) for line in world.store.read(uri).splitlines()]
    return {entry["kestraPath"]: entry["syncState"] for entry in entries}


async def test_the_files_of_a_directory_become_those_of_the_namespace(world: World, repository: Path) -> None:
    assert await synced(world, repository) == {"/dbt_project.yml": "ADDED", "/models/a.sql": "ADDED"}
    assert files(world) == {"dbt_project.yml": "name: x", "models/a.sql": "select 1"}
    commit(repository, **{"dbt/models/a.sql": "select 3", "dbt/c.sql": "select 4"})
    assert await synced(world, repository) == {
        "/c.sql": "ADDED",
        "/dbt_project.yml": "UNCHANGED",
        "/models/a.sql": "OVERWRITTEN",
    }
    assert files(world)["models/a.sql"] == "select 3"
    assert list(world.scratch.iterdir()) == []


async def test_what_the_repository_does_not_have_goes_when_told(world: World, repository: Path) -> None:
    await synced(world, repository)
    world.store.store.namespaces.put(SPACE, "mine.txt", b"mine")
    commit(repository, **{"dbt/models/a.sql": None})
    assert "/models/a.sql" not in await synced(world, repository)
    assert await synced(world, repository, delete=True, dry_run=True) == {
        "/dbt_project.yml": "UNCHANGED",
        "/mine.txt": "DELETED",
        "/models/a.sql": "DELETED",
    }
    assert len(files(world)) == 3
    await synced(world, repository, delete=True)
    assert files(world) == {"dbt_project.yml": "name: x"}


async def test_a_dry_run_changes_nothing(world: World, repository: Path) -> None:
    assert await synced(world, repository, dry_run=True) == {
        "/dbt_project.yml": "ADDED",
        "/models/a.sql": "ADDED",
    }
    assert files(world) == {}


async def test_another_branch_and_the_whole_repository(world: World, repository: Path) -> None:
    found = await synced(world, repository, branch="feature", git_directory=".", namespace="company.other")
    assert set(found) == {"/README.md", "/dbt/dbt_project.yml", "/dbt/models/a.sql", "/dbt/models/b.sql"}
    assert files(world) == {}


async def test_a_directory_that_is_not_there_is_a_failure_unless_allowed(
    world: World, repository: Path
) -> None:
    with pytest.raises(TaskFailed, match="no directory `_files`") as failed:
        await synced(world, repository, git_directory="_files")
    assert "gitDirectory is one of: ., dbt" in failed.value.hint
    assert await synced(world, repository, git_directory="_files", fail_on_missing_directory=False) == {}
    with pytest.raises(TaskFailed, match="gitDirectory"):
        await synced(world, repository, git_directory="../origin")


async def test_a_branch_that_is_not_there_is_told(world: World, repository: Path) -> None:
    with pytest.raises(TaskFailed, match="nope"):
        await synced(world, repository, branch="nope")


# --- flows

NIGHTLY = "id: nightly\nnamespace: somewhere.else\ntasks:\n  - {id: hi, type: log, message: hi}\n"
SYNC = """\
id: sync
namespace: company.ops
tasks:
  - {id: sync, type: git.sync_flows, url: "URL", targetNamespace: company.data, KEYS}
  - {id: diff, type: return, format: "{{ read(outputs.sync.flows) }}"}
"""


async def sync_flows(client: Client, repository: Path, keys: str = "gitDirectory: flows") -> ExecutionView:
    return await run(client, SYNC.replace("URL", str(repository)).replace("KEYS", keys))


def states(view: ExecutionView) -> dict[str, str]:
    text = {each.task_id: each for each in view.task_runs}["diff"].outputs["value"]
    entries = [json.loads(line) for line in text.splitlines()] if text else []
    return {f"{entry['namespace']}.{entry['flowId']}": entry["syncState"] for entry in entries}


async def names(client: Client) -> set[str]:
    return {f"{flow.namespace}.{flow.id}" for flow in await client.flows() if flow.revision}


@pytest.fixture
def flows(repository: Path) -> Path:
    weekly = NIGHTLY.replace("nightly", "weekly").replace("namespace: somewhere.else\n", "")
    commit(
        repository,
        **{"flows/nightly.yaml": NIGHTLY, "flows/sales/weekly.yml": weekly, "flows/notes.txt": "not a flow"},
    )
    return repository


async def test_flows_of_a_repository_run_here(tmp_path: Path, flows: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        assert states(await sync_flows(client, flows)) == {"company.data.nightly": "ADDED"}
        assert await names(client) == {"company.data.nightly"}
        started = await client.start("company.data", "nightly")
        assert started.execution.revision == 1
        commit(flows, **{"flows/nightly.yaml": NIGHTLY.replace("hi}", "hello}")})
        keys = "gitDirectory: flows, includeChildNamespaces: true"
        assert states(await sync_flows(client, flows, keys)) == {
            "company.data.nightly": "UPDATED",
            "company.data.sales.weekly": "ADDED",
        }
        again = await sync_flows(client, flows, keys)
        assert set(states(again).values()) == {"UNCHANGED"}


async def test_flows_that_the_repository_lost_go_when_told(tmp_path: Path, flows: Path) -> None:
    chosen = settings(tmp_path)
    (tmp_path / "flows" / "own.yaml").write_text(
        NIGHTLY.replace("nightly", "own").replace("somewhere.else", "company.data")
    )
    (tmp_path / "flows" / "below.yaml").write_text(
        NIGHTLY.replace("nightly", "below").replace("somewhere.else", "company.data.deep")
    )
    async with in_process(chosen) as client:
        keys = "gitDirectory: flows, delete: true"
        dry = await sync_flows(client, flows, f"{keys}, dryRun: true")
        assert states(dry) == {"company.data.nightly": "ADDED", "company.data.own": "DELETED"}
        assert await names(client) == {"company.data.own", "company.data.deep.below"}
        await sync_flows(client, flows, keys)
        assert await names(client) == {"company.data.nightly", "company.data.deep.below"}
    assert sorted(path.name for path in (tmp_path / "flows").iterdir()) == [
        "below.yaml",
        "company.data.nightly.yaml",
    ]


async def test_an_invalid_flow_stops_all_or_is_left_out(tmp_path: Path, flows: Path) -> None:
    commit(flows, **{"flows/bad.yaml": "id: bad\ntasks: []\n"})
    async with in_process(settings(tmp_path)) as client:
        view = await sync_flows(client, flows)
        assert view.execution.state is State.FAILED
        assert "1 of 2 files are no valid flows, the first is flows/bad.yaml" in (
            view.task_runs[0].error or ""
        )
        assert await names(client) == set()
        view = await sync_flows(client, flows, "gitDirectory: flows, ignoreInvalidFlows: true")
        assert states(view) == {"company.data.nightly": "ADDED"}


ONE = """\
id: one
namespace: company.ops
tasks:
  - {id: sync, type: io.kestra.plugin.git.SyncFlow, url: "URL", flowPath: PATH, targetNamespace: company.data}
"""


async def test_one_flow_may_be_enough(tmp_path: Path, flows: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, ONE.replace("URL", str(flows)).replace("PATH", "flows/sales/weekly.yml"))
        assert view.task_runs[0].outputs == {"flowId": "weekly", "namespace": "company.data", "revision": 1}
        assert await names(client) == {"company.data.weekly"}
        for path, reason in (
            ("gone.yml", "no file `gone.yml`"),
            ("README.md", "no valid flow"),
            ("../x", "flowPath"),
        ):
            view = await run(client, ONE.replace("URL", str(flows)).replace("PATH", path))
            assert reason in (view.task_runs[0].error or "")


MISSION = """\
id: git_sync
namespace: company.data
tasks:
  - id: sync
    type: io.kestra.plugin.git.SyncNamespaceFiles
    url: URL
    branch: main
    namespace: "{{ flow.namespace }}"
    gitDirectory: dbt
  - id: build
    type: shell
    namespaceFiles: {enabled: true}
    commands: ["cat dbt_project.yml models/a.sql"]
"""


async def test_a_synced_project_lies_beside_the_next_task(tmp_path: Path, repository: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, MISSION.replace("URL", str(repository)))
        page = await client.log(view.execution.id, view.task_runs[1].id)
    assert view.execution.state is State.SUCCESS
    assert [line.text for line in page.lines] == ["name: xselect 1"]
