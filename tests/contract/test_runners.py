"""What every runner promises, over each of them: a process of this machine, and a container seen in place or by archives."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from runtime.runners.base import Exit, Job, Labels, Line, Runner
from runtime.runners.docker import DockerRunner
from runtime.runners.docker_engine import DockerEngine
from runtime.runners.docker_images import Images
from runtime.runners.leftovers import Leftovers
from runtime.runners.process import ProcessRunner
from runtime.runners.session import run_job
from runtime.runners.toolchains import Toolchains
from runtime.tasks.script_base import PATIENT
from tests.needs import IMAGE, need_engine

KINDS = [
    "process",
    pytest.param("mount", marks=pytest.mark.docker),
    pytest.param("volume", marks=pytest.mark.docker),
]

Make = Callable[..., Job]


class Bench:
    """A runner, jobs for it, and what they said."""

    def __init__(self, runner: Runner, kind: str, directory: Path) -> None:
        self.runner = runner
        self.kind = kind
        self.directory = directory
        self.name = f"{directory.parent.name}-{os.getpid()}"  # the engine is shared with other test runs
        self.lines: list[Line] = []
        self.reports: list[str] = []
        self._count = 0

    def job(self, script: str, **keys: object) -> Job:
        self._count += 1
        options = {"fileHandlingStrategy": "VOLUME"} if self.kind == "volume" else {}
        return Job(
            id=f"{self.name}-{self._count}/1",
            command=("/bin/sh", "-c", script),
            directory=self.directory,
            labels=Labels(
                namespace="n", flow_id="f", execution_id="e", task_id="t", task_run_id="e-1", attempt=1
            ),
            image=IMAGE,
            **{"options": options, "stop_grace": timedelta(seconds=1), **keys},
        )

    async def run(self, script: str, **keys: object) -> Exit:
        return await run_job(self.runner, self.job(script, **keys), self.lines.append, self.reports.append)

    def said(self, stream: str = "stdout") -> list[str]:
        return [line.text for line in self.lines if line.stream == stream]


@pytest.fixture(params=KINDS)
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    directory = tmp_path / "work"
    directory.mkdir()
    if request.param == "process":
        toolchains, leftovers = Toolchains(tmp_path / "environments"), Leftovers(tmp_path / "processes")
        yield Bench(ProcessRunner(toolchains, leftovers), request.param, directory)
        assert not list((tmp_path / "processes").glob("*"))
        return
    need_engine()
    engine = DockerEngine()
    bench = Bench(DockerRunner(engine, Images(engine, {})), request.param, directory)
    yield bench
    client = await engine.client()
    mine = [
        found
        for found in client.api.containers(all=True, filters={"label": "flowdeck.job"})
        if bench.name in str(found)
    ]
    assert mine == []
    await engine.close()


@pytest.mark.parametrize("code", [0, 1, 42])
async def test_the_exit_code_is_the_command_s(bench: Bench, code: int) -> None:
    assert (await bench.run(f"exit {code}")).code == code


async def test_streams_stay_apart_and_in_order(bench: Bench) -> None:
    await bench.run("for i in 1 2 3; do echo out $i; echo err $i >&2; done")
    assert bench.said() == ["out 1", "out 2", "out 3"]
    assert bench.said("stderr") == ["err 1", "err 2", "err 3"]
    assert all(line.at.tzinfo for line in bench.lines)


async def test_a_last_line_without_an_end_is_told(bench: Bench) -> None:
    await bench.run("printf 'whole\\nhalf'")
    assert bench.said() == ["whole", "half"]


async def test_bytes_that_are_no_text_are_replaced(bench: Bench) -> None:
    await bench.run("printf 'a\\377b\\n'")
    assert bench.said() == ["a\ufffdb"]


async def test_a_very_long_line_is_cut_and_says_so(bench: Bench) -> None:
    await bench.run("head -c 200000 /dev/zero | tr '\\0' x; echo; echo next")
    long, following = bench.said()
    assert len(long) < 70_000
    assert "more bytes" in long
    assert following == "next"


async def test_the_environment_is_the_job_s(bench: Bench) -> None:
    os.environ["FLOWDECK_TEST_SECRET"] = "hidden"
    await bench.run("echo $GREETING; echo [$FLOWDECK_TEST_SECRET]", environment={"GREETING": "hello"})
    del os.environ["FLOWDECK_TEST_SECRET"]
    assert bench.said() == ["hello", "[]"]


async def test_files_travel_in_and_out(bench: Bench) -> None:
    (bench.directory / "in.txt").write_text("from outside\n")
    await bench.run("cat in.txt; pwd; mkdir -p sub; echo made > sub/out.txt")
    assert bench.said() == ["from outside", str(bench.directory)]
    assert (bench.directory / "sub" / "out.txt").read_text() == "made\n"


async def test_files_come_back_from_a_failure_too(bench: Bench) -> None:
    assert (await bench.run("echo made > out.txt; exit 3")).code == 3
    assert (bench.directory / "out.txt").exists()


async def started(bench: Bench, script: str, **keys: object) -> asyncio.Task[Exit]:
    """A job that has said its first line."""
    task = asyncio.create_task(
        run_job(bench.runner, bench.job(script, **keys), bench.lines.append, bench.reports.append)
    )
    async with asyncio.timeout(20):
        while not bench.lines:  # noqa: ASYNC110 - the sink is a plain list
            await asyncio.sleep(0.01)
    return task


async def test_cancelling_interrupts_first(bench: Bench) -> None:
    task = await started(
        bench, "trap 'echo caught > caught.txt; exit 2' INT; echo ready; while :; do sleep 0.1; done"
    )
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    if bench.kind != "volume":
        assert (bench.directory / "caught.txt").exists()


async def test_the_stubborn_are_killed(bench: Bench) -> None:
    task = await started(
        bench, "trap '' INT TERM; echo ready; while :; do sleep 0.1; done", stop_grace=timedelta(seconds=0.4)
    )
    task.cancel()
    async with asyncio.timeout(10):
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_an_absent_program_is_named(bench: Bench) -> None:
    end = await bench.run("no_such_program_at_all")
    assert end.code == 127
    assert any("no_such_program_at_all" in line for line in bench.said("stderr"))


async def test_a_background_child_does_not_keep_a_job_alive(bench: Bench) -> None:
    async with asyncio.timeout(15):
        assert (await bench.run("sleep 600 & echo done")).code == 0
    assert bench.said() == ["done"]


async def test_of_a_line_that_was_written_over_the_last_state_stays(bench: Bench) -> None:
    assert (await bench.run("printf '10%%\\r50%%\\r100%%\\nnext\\r\\n\\r\\nlast\\r'")).code == 0
    assert bench.said() == ["100%", "next", "", "last"]


RECORDER = """
import os, signal, sys, time
said = []
def say(*words):
    os.write(1, (" ".join(words) + chr(10)).encode())  # print() may be in the middle of a line when a signal comes
def hear(number, frame):
    said.append(signal.Signals(number).name)
    say(*said)
signal.signal(signal.SIGINT, hear)
signal.signal(signal.SIGTERM, hear)
say("ready")
while not said:
    time.sleep(0.01)
time.sleep(0.7)  # a second signal would come by now
say("cleaned")
sys.exit(3)
"""
"""A program that says each signal that it gets, and takes its time to clean up."""

WAYS = {
    "alone": "python3 child.py",
    "first of several": "python3 child.py; echo after",
    "below a shell": "sh -c 'python3 child.py; exit 3'",
    "with a limit of time": "timeout 60 python3 child.py; exit 3",
    "a shell with a limit of time": "timeout 60 sh -c 'python3 child.py; exit 3'; exit 3",
    "in a session of its own": "setsid sh -c 'python3 child.py; exit 3'; exit 3",
    "in a pipe": "python3 child.py | sh -c \"trap '' INT; exec cat\"; exit 3",
    "in bash": "bash -c 'python3 child.py; exit 3'; exit 3",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_a_stop_reaches_each_program_once_whatever_started_it(bench: Bench, way: str) -> None:
    (bench.directory / "child.py").write_text(RECORDER)
    (bench.directory / "script.sh").write_text("\n".join([*PATIENT, way]))
    task = await started(bench, ". ./script.sh", stop_grace=timedelta(seconds=20))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.said() == ["ready", "SIGINT", "cleaned"]


@pytest.mark.parametrize("moment", [0.0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4])
async def test_a_start_that_is_cancelled_leaves_nothing(bench: Bench, moment: float) -> None:
    """The fixture looks for what is left."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(moment):
            await bench.run("sleep 60")


async def test_directories_and_files_may_change_places(bench: Bench) -> None:
    (bench.directory / "was_directory").mkdir()
    (bench.directory / "was_directory" / "inner.txt").write_text("x")
    (bench.directory / "was_file").write_text("x")
    end = await bench.run(
        "rm -r was_directory; echo f > was_directory; rm was_file; mkdir was_file; echo g > was_file/inner"
    )
    assert end == Exit(code=0, details=end.details)
    assert (bench.directory / "was_directory").read_text() == "f\n"
    assert (bench.directory / "was_file" / "inner").read_text() == "g\n"
