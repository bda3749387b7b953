"""dbt itself, stopped in the middle of a query: it hears of it once, and ends by itself."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from runtime.runners.base import Job, Labels, Line, Runner
from runtime.runners.docker import DockerRunner
from runtime.runners.docker_engine import DockerEngine
from runtime.runners.docker_images import Images
from runtime.runners.leftovers import Leftovers
from runtime.runners.process import ProcessRunner
from runtime.runners.session import run_job
from runtime.runners.toolchains import Toolchains
from runtime.tasks.script_base import PATIENT
from tests.needs import DBT_IMAGE, need_dbt, need_engine

ENDLESS = "-- depends_on: {{ ref('ships') }}\nselect count(*) as n from range(100000000) a, range(100000) b"
PROJECT = {
    "dbt_project.yml": "{name: harbour, version: '1.0', profile: harbour, models: {+materialized: table}}",
    "profiles.yml": "harbour: {target: dev, outputs: {dev: {type: duckdb, path: harbour.duckdb, threads: 2}}}",
    "seeds/ships.csv": "id,name\n1,Alba\n2,Brisa\n",
    "models/endless.sql": ENDLESS,
}


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "docker":
        need_engine(DBT_IMAGE)
    else:
        monkeypatch.setenv("PATH", f"{need_dbt()}:{os.environ['PATH']}")
    return str(request.param)


@pytest.fixture
async def runner(kind: str, tmp_path: Path) -> AsyncIterator[Runner]:
    if kind == "process":
        yield ProcessRunner(Toolchains(tmp_path / "environments"), Leftovers(tmp_path / "processes"))
        return
    engine = DockerEngine()
    yield DockerRunner(engine, Images(engine, {}))
    await engine.close()


@pytest.mark.parametrize("commands", ["dbt build\necho after", "timeout 300 dbt build"])
async def test_a_stopped_build_writes_its_results(runner: Runner, commands: str, tmp_path: Path) -> None:
    for name, content in PROJECT.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    (tmp_path / "script.sh").write_text("\n".join([*PATIENT, commands]))
    said: list[str] = []
    querying = asyncio.Event()

    def hear(line: Line) -> None:
        said.append(line.text)
        if "START sql table model main.endless" in line.text:
            querying.set()

    running = asyncio.create_task(run_job(runner, job(tmp_path), hear, said.append))
    await asyncio.wait_for(querying.wait(), 120)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    results = msgspec.json.decode((tmp_path / "target" / "run_results.json").read_bytes())["results"]
    assert [(each["unique_id"], each["status"]) for each in results] == [("seed.harbour.ships", "success")]
    assert "after" not in said


def job(directory: Path) -> Job:
    return Job(
        id=f"{directory.name}-{os.getpid()}/1",
        command=("/bin/sh", "-c", ". ./script.sh"),
        directory=directory,
        environment={"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_USE_COLORS": "false"},
        labels=Labels(namespace="n", flow_id="f", execution_id="e", task_id="t", task_run_id="r", attempt=1),
        image=DBT_IMAGE,
    )
