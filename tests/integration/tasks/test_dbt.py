"""DbtCLI with dbt itself: a small project on DuckDB, run as a process of this machine."""

import asyncio
import dataclasses
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from runtime.clock import ManualClock
from runtime.errors import TaskFailed
from runtime.model.execution import Node
from runtime.model.states import State
from runtime.store import Store
from runtime.store.key_values import KeyValues
from runtime.tasks.dbt import DbtCLI
from runtime.tasks.dbt_kv import KvManifest
from tests.needs import need_dbt
from tests.support import Log, World

PROFILES = "harbour: {target: dev, outputs: {dev: {type: duckdb, path: harbour.duckdb, threads: 2}}}"
PROJECT = {
    "dbt_project.yml": "name: harbour\nversion: '1.0'\nprofile: harbour\nmodels: {harbour: {+materialized: table}}\n",
    "seeds/ships.csv": "id,name\n1,Alba\n2,Brisa\n",
    "models/stg_ships.sql": "select id, name from {{ ref('ships') }}",
    "models/fct_ships.sql": "select count(*) as n from {{ ref('stg_ships') }}",
    "models/models.yml": (
        "version: 2\nmodels: [{name: stg_ships, columns: [{name: id, data_tests: [unique, not_null]}]}]\n"
    ),
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, path=str(need_dbt()))


def lay(directory: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(content)


async def failure(task: DbtCLI, world: World) -> TaskFailed:
    with pytest.raises(TaskFailed) as failed:
        await task.run(world.context)
    return failed.value


async def test_a_build_tells_its_nodes_and_keeps_its_artifacts(world: World) -> None:
    lay(world.directory, PROJECT)
    result = await DbtCLI(commands=["dbt seed", "dbt build"], profiles=PROFILES).run(world.context)
    assert result.state is State.SUCCESS
    assert {node.name: node.status for node in world.latest.values()} == {
        "ships": "success",
        "stg_ships": "success",
        "fct_ships": "success",
        "unique_stg_ships_id": "pass",
        "not_null_stg_ships_id": "pass",
    }
    assert world.latest["seed.harbour.ships"].rows == 2
    assert world.latest["model.harbour.fct_ships"].depends_on == ("model.harbour.stg_ships",)
    assert set(result.outputs["outputFiles"]) == {"manifest.json", "run_results.json", "run_results_1.json"}
    assert "model.harbour.fct_ships" in world.store.read(result.outputs["outputFiles"]["run_results.json"])
    assert "1 of 5 START seed file main.ships" in world.log.text
    assert "{" not in world.log.text
    assert not world.log.at("ERROR")


async def test_profiles_are_private_and_leave_nothing(world: World) -> None:
    lay(world.directory, PROJECT)
    lay(world.directory, {"profiles.yml": "harbour: {target: dev, outputs: {dev: {type: nowhere}}}"})
    show = 'ls -l "$DBT_PROFILES_DIR/profiles.yml"'
    await DbtCLI(commands=["dbt parse", show], profiles=PROFILES).run(world.context)
    assert world.log.at("INFO")[-1].startswith("-rwx------")
    assert not (world.directory / ".flowdeck").exists()
    assert "nowhere" in (world.directory / "profiles.yml").read_text()
    assert PROFILES not in " ".join(world.environment.jobs[0].command)


async def test_a_command_that_names_its_profiles_directory_finds_them_there(world: World) -> None:
    lay(world.directory, {**PROJECT, "profiles.yml": "mine"})
    (world.directory / "profiles.yml").chmod(0o640)
    await DbtCLI(commands=["dbt parse --profiles-dir ."], profiles=PROFILES).run(world.context)
    assert (world.directory / "profiles.yml").read_text() == "mine"
    assert stat.S_IMODE((world.directory / "profiles.yml").stat().st_mode) == 0o640


async def test_a_project_in_a_directory_of_its_own_brings_its_own_profiles(world: World) -> None:
    lay(world.directory / "dbt", {**PROJECT, "profiles.yml": PROFILES})
    result = await DbtCLI(commands=["dbt build -s ships"], project_dir="dbt").run(world.context)
    assert "run_results.json" in result.outputs["outputFiles"]
    assert world.environment.jobs[0].toolchain is not None


async def test_a_forgotten_project_directory_is_suggested(world: World) -> None:
    lay(world.directory / "dbt", {**PROJECT, "profiles.yml": PROFILES})
    failed = await failure(DbtCLI(commands=["dbt build"]), world)
    assert failed.hint == "Say where the project lies: projectDir: dbt"


async def test_a_missing_project_or_profile_names_the_remedy(world: World) -> None:
    failed = await failure(DbtCLI(commands=["dbt build"], profiles=PROFILES), world)
    assert failed.hint.startswith("The working directory holds no dbt project: clone it")
    lay(world.directory, PROJECT)
    failed = await failure(DbtCLI(commands=["dbt build"], profiles="other: {}"), world)
    assert failed.hint.startswith("Write the profile under `profiles:`")


async def test_killing_dbt_leaves_no_node_running(world: World) -> None:
    endless = "select count(*) as n from range(100000000) a, range(100000) b"
    lay(world.directory, {**PROJECT, "models/fct_ships.sql": endless})
    executing = asyncio.Event()
    told = world.nodes.extend

    def hear(nodes: Sequence[Node]) -> None:
        told(nodes)
        if any((node.name, node.status) == ("fct_ships", "executing") for node in nodes):
            executing.set()

    context = dataclasses.replace(world.context, nodes=hear)
    running = asyncio.create_task(DbtCLI(commands=["dbt run -s fct_ships"], profiles=PROFILES).run(context))
    await asyncio.wait_for(executing.wait(), 60)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert world.latest["model.harbour.fct_ships"].status == "error"
    assert world.latest["model.harbour.fct_ships"].message == "dbt ended before this node did"
    assert not (world.directory / ".flowdeck").exists()


async def test_failed_nodes_are_named_in_the_message(world: World) -> None:
    lay(world.directory, PROJECT)
    lay(world.directory, {"models/stg_ships.sql": "select id, nme from {{ ref('ships') }}"})
    failed = await failure(DbtCLI(commands=["dbt build"], profiles=PROFILES), world)
    assert failed.message.startswith('1 of 5 nodes failed: stg_ships (Binder Error: Referenced column "nme"')
    assert failed.outputs["exitCode"] == 1
    assert set(failed.outputs["outputFiles"]) == {"manifest.json", "run_results.json"}
    assert world.latest["model.harbour.fct_ships"].status == "skipped"
    assert world.latest["model.harbour.fct_ships"].message == "stg_ships failed"


async def test_a_project_that_does_not_compile_says_why(world: World) -> None:
    lay(world.directory, {**PROJECT, "models/fct_ships.sql": "select * from {{ ref('stg_shps') }}"})
    failed = await failure(DbtCLI(commands=["dbt build"], profiles=PROFILES), world)
    assert failed.message.startswith("Compilation Error: Model 'model.harbour.fct_ships'")
    assert "stg_shps" in failed.message


async def test_an_option_that_dbt_does_not_know_says_so(world: World) -> None:
    lay(world.directory, PROJECT)
    failed = await failure(DbtCLI(commands=["dbt build --wrong"], profiles=PROFILES), world)
    assert failed.message.startswith("No such option '--wrong'")


async def test_a_warning_of_dbt_is_a_warning_of_the_task(world: World) -> None:
    test = "version: 2\nmodels: [{name: stg_ships, columns: [{name: id, data_tests: [{unique: {config: {severity: warn}}}]}]}]\n"
    doubled = "select 1 as id union all select 1"
    lay(world.directory, {**PROJECT, "models/models.yml": test, "models/stg_ships.sql": doubled})
    result = await DbtCLI(commands=["dbt build"], profiles=PROFILES).run(world.context)
    assert result.state is State.WARNING
    assert any("WARN 1 unique_stg_ships_id" in line for line in world.log.at("WARN"))


async def test_in_text_the_nodes_come_from_the_results(world: World) -> None:
    lay(world.directory, PROJECT)
    task = DbtCLI(
        commands=["dbt build -s ships", 'echo \'::{"outputs": {"x": 1}}::\''],
        profiles=PROFILES,
        log_format="TEXT",
    )
    result = await task.run(world.context)
    assert result.outputs["vars"] == {"x": 1}
    assert {node.name: node.status for node in world.latest.values()} == {"ships": "success"}


async def test_results_of_a_run_before_are_not_taken_for_this_ones(world: World) -> None:
    lay(world.directory, PROJECT)
    await DbtCLI(commands=["dbt build -s ships"], profiles=PROFILES).run(world.context)
    world.nodes.clear()
    result = await DbtCLI(commands=["echo nothing"], profiles=PROFILES).run(world.context)
    assert result.outputs["outputFiles"] == {}
    assert world.nodes == []


async def parse_log(world: World, *, profiles: str = PROFILES) -> str:
    """What dbt says while it parses and builds the project in a directory that has no trace of the runs before."""
    (before,) = world.root.glob("work*")
    shutil.rmtree(before)
    world = dataclasses.replace(world, log=Log(), place=f"{before.name}-again")
    lay(world.directory, PROJECT)
    await DbtCLI(commands=["dbt build"], profiles=profiles).run(world.context)
    return world.log.text


async def test_what_was_parsed_is_not_parsed_again(world: World) -> None:
    assert "saved manifest not found" in await parse_log(world)
    again = await parse_log(world)
    assert "Unable to do partial parsing" not in again
    assert "PASS=5 WARN=0 ERROR=0" in again  # seeds are read from the new directory: the old one is gone
    assert "profile has changed" in await parse_log(
        world, profiles=PROFILES.replace("threads: 2", "threads: 1, schema: s")
    )


async def test_a_parse_cache_that_holds_a_secret_is_not_kept(world: World) -> None:
    world.context.secrets("stg_ships")
    await parse_log(world)
    assert "saved manifest not found" in await parse_log(world)


async def test_a_manifest_is_kept_and_compared_with(world: World) -> None:
    """The first time there is nothing to compare with; then only what changed is selected."""
    lay(world.directory, PROJECT)
    place = KvManifest(key="manifest", namespace="company.team")
    compare = "dbt ls --quiet --log-format text --resource-type model --select state:modified"
    async with Store.open(None) as store:
        world.key_values = KeyValues(store.database, ManualClock())
        await DbtCLI(commands=["true"], profiles=PROFILES, load_manifest=place).run(world.context)
        assert any("no key manifest yet" in line for line in world.log.at("WARN"))
        await DbtCLI(commands=["dbt parse"], profiles=PROFILES, store_manifest=place).run(world.context)
        shutil.rmtree(world.directory / "target")
        (world.directory / "models" / "fct_ships.sql").write_text("select 7 as n from {{ ref('stg_ships') }}")
        await DbtCLI(commands=[compare], profiles=PROFILES, load_manifest=place).run(world.context)
    assert [line for line in world.log.at("INFO") if line.startswith("harbour.")] == ["harbour.fct_ships"]
