"""A data directory has one owner at a time, and what it held is there for the next one."""

import asyncio
import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from runtime.errors import DataDirectoryInUse, Faulted
from runtime.store import Store
from tests.contract.store_facts import execution, recorded

WRITER = """
import asyncio, sys
from pathlib import Path
from runtime.store import Store
from tests.contract.store_facts import execution, recorded

async def main():
    async with Store.open(Path(sys.argv[1])) as store:
        number = 0
        while True:
            number += 1
            await store.executions.record([recorded(execution(f"e{number:06}"))])
            print(number, flush=True)

asyncio.run(main())
"""


async def test_a_second_owner_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    async with Store.open(tmp_path):
        with pytest.raises(DataDirectoryInUse, match=f"pid {os.getpid()}, since 20") as failure:
            async with Store.open(tmp_path):
                pass
    assert "flowdeck stop" in failure.value.hint


async def test_a_directory_that_was_left_can_be_taken_again(tmp_path: Path) -> None:
    for number in range(3):
        async with Store.open(tmp_path) as store:
            await store.executions.record([recorded(execution(f"e{number}"))])
    async with Store.open(tmp_path) as store:
        assert await store.executions.unfinished() == ["e0", "e1", "e2"]


async def test_a_directory_is_let_go_when_its_database_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "flowdeck.db").write_text("Dear diary, " * 100)
    for _ in range(2):
        with pytest.raises(Faulted, match="not a database"):
            async with Store.open(tmp_path):
                pass


async def test_a_database_that_cannot_be_opened_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "flowdeck.db").mkdir()
    with pytest.raises(Faulted):
        async with Store.open(tmp_path):
            pass


async def test_a_new_directory_is_closed_to_others(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "deep" / "data"):
        assert stat.S_IMODE((tmp_path / "deep" / "data").stat().st_mode) == 0o700


async def test_stores_in_memory_know_nothing_of_each_other() -> None:
    async with Store.open(None) as one, Store.open(None) as other:
        await one.executions.record([recorded(execution())])
        assert await other.executions.unfinished() == []


async def test_what_was_recorded_survives_a_killed_process_which_holds_no_lock(tmp_path: Path) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    said = [await writer.stdout.readline() for _ in range(50)]
    with pytest.raises(DataDirectoryInUse, match=f"pid {writer.pid}"):
        async with Store.open(tmp_path):
            pass
    writer.send_signal(signal.SIGKILL)
    said += (await writer.stdout.read()).splitlines(keepends=True)
    await writer.wait()
    told = int([line for line in said if line.endswith(b"\n")][-1])
    async with Store.open(tmp_path) as store:
        there = await store.executions.unfinished()
    assert there[:told] == [f"e{number:06}" for number in range(1, told + 1)]
    assert len(there) <= told + 1
