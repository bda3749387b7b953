"""A dbt build that was stopped goes on with what is not done: each model counts in the warehouse how often it was built."""

import asyncio
import dataclasses
import os
import signal
from pathlib import Path

import msgspec
import pytest

from runtime.errors import TaskFailed
from runtime.runners.processes import of_job
from runtime.tasks.base import Result
from runtime.tasks.dbt import DbtCLI
from tests.needs import need_dbt
from tests.support import Log, World

PROFILES = "chain: {target: dev, outputs: {dev: {type: duckdb, path: chain.duckdb, threads: 1}}}"
PROJECT = (
    "name: chain\nversion: '1.0'\nprofile: chain\n"
    'on-run-start: ["create table if not exists built (name varchar)"]\n'
    "models: {chain: {+materialized: table, +post-hook: \"insert into built values ('{{ this.name }}')\"}}\n"
)
SLOW = "select count(*) as n from range(300000) a, range(200000) b%s c where (a.range * b.range) % 7 = 3"
LENGTH = 5


def lay(directory: Path, *, slow: bool) -> None:
    """c0 <- c1 <- ...; c2 fails unless the variable `mended` is set, or runs for minutes."""
    (directory / "models").mkdir()
    (directory / "dbt_project.yml").write_text(PROJECT)
    for number in range(LENGTH):
        before = f" from {{{{ ref('c{number - 1}') }}}}" if number else ""
        text = f"select {number} as n{before}"
        if number == 2:
            broken = (
                SLOW.replace("%s", before.replace(" from", ",")) if slow else "select no_such_column" + before
            )
            text = f"{{% if var('mended', false) %}}{text}{{% else %}}{broken}{{% endif %}}"
        (directory / "models" / f"c{number}.sql").write_text(text)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, path=str(need_dbt()))


def next_attempt(world: World) -> World:
    labels = msgspec.structs.replace(world.labels, attempt=world.labels.attempt + 1)
    return dataclasses.replace(world, labels=labels, log=Log())


async def again(world: World, **keys: object) -> Result:
    """What is not done, and how often each was built in all."""
    count = "python -c \"import duckdb; print(*sorted(x[0] for x in duckdb.connect('chain.duckdb').execute('from built').fetchall()))\""
    task = DbtCLI(commands=["dbt build --vars 'mended: true'", count], profiles=PROFILES, **keys)  # type: ignore[arg-type]
    return await task.run(world.context)


async def test_after_a_failure_only_what_is_not_done_is_built(world: World) -> None:
    lay(world.directory, slow=False)
    with pytest.raises(TaskFailed):
        await DbtCLI(commands=["dbt build"], profiles=PROFILES).run(world.context)
    world = next_attempt(world)
    await again(world)
    assert "c0 c1 c2 c3 c4" in world.log.text
    assert "2 nodes are done, 3 failed or skipped (c2, c3, c4)" in world.log.text
    assert "left: 3 nodes" in world.log.text
    assert {node.status for node in world.latest.values()} == {"success"}


async def test_after_a_kill_nothing_is_built_twice_and_nothing_is_missing(world: World) -> None:
    lay(world.directory, slow=True)
    running = asyncio.create_task(DbtCLI(commands=["dbt build"], profiles=PROFILES).run(world.context))
    async with asyncio.timeout(60):
        while "model.chain.c2" not in world.latest:  # noqa: ASYNC110 - what is told is a plain list
            await asyncio.sleep(0.02)
    for process in of_job(f"{world.environment.jobs[0].id}-{os.getpid()}", None):
        os.kill(process.id, signal.SIGKILL)
    with pytest.raises(TaskFailed):
        await running
    world = next_attempt(world)
    await again(world)
    assert "c0 c1 c2 c3 c4" in world.log.text
    assert "2 nodes are done, 1 cut off (c2)" in world.log.text
    assert "model.chain.c2 was cut off; what it began may still run in the warehouse" in world.log.at("WARN")


async def test_who_wants_all_of_it_gets_all_of_it(world: World) -> None:
    lay(world.directory, slow=False)
    with pytest.raises(TaskFailed):
        await DbtCLI(commands=["dbt build"], profiles=PROFILES).run(world.context)
    world = next_attempt(world)
    await again(world, resume=False)
    assert "c0 c0 c1 c1 c2 c3 c4" in world.log.text


async def test_where_the_database_is_gone_all_is_built(world: World) -> None:
    lay(world.directory, slow=False)
    with pytest.raises(TaskFailed):
        await DbtCLI(commands=["dbt build"], profiles=PROFILES).run(world.context)
    (world.directory / "chain.duckdb").unlink()
    world = next_attempt(world)
    await again(world)
    assert "begins anew: the database chain.duckdb is gone" in world.log.text
    assert "c0 c1 c2 c3 c4" in world.log.text
