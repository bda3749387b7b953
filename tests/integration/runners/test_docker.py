"""What only containers do: limits, users, networks, images that are mapped or missing, engines that are not there."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.errors import EngineUnavailable, ImageUnavailable, TaskFailed
from runtime.runners.base import Exit, Job, Labels, Line
from runtime.runners.docker import DockerRunner
from runtime.runners.docker_engine import DockerEngine, explained
from runtime.runners.docker_images import Images
from runtime.runners.session import run_job
from tests.needs import IMAGE, need_engine

pytestmark = pytest.mark.docker


class Bench:
    """A runner and what its jobs said."""

    def __init__(self, engine: DockerEngine, directory: Path, names: dict[str, str]) -> None:
        self.engine = engine
        self.name = f"{directory.parent.name}-{os.getpid()}"  # the engine is shared with other test runs
        self.runner = DockerRunner(engine, Images(engine, names))
        self.directory = directory
        self.lines: list[Line] = []

    async def run(self, script: str, *, image: str = IMAGE, **options: object) -> Exit:
        job = Job(
            id=f"{self.name}/1",
            command=("/bin/sh", "-c", script),
            directory=self.directory,
            labels=Labels(
                namespace="n", flow_id="f", execution_id="e", task_id="t", task_run_id="e-1", attempt=1
            ),
            image=image,
            options=options,
        )
        return await run_job(self.runner, job, self.lines.append, lambda message: None)

    @property
    def said(self) -> list[str]:
        return [line.text for line in self.lines]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    need_engine()
    directory = tmp_path / "work"
    directory.mkdir()
    engine = DockerEngine()
    bench = Bench(engine, directory, {"registry.example/team/*": IMAGE})
    yield bench
    client = await engine.client()
    assert not client.api.containers(all=True, filters={"name": bench.name})
    await engine.close()


async def test_a_lack_of_memory_is_explained_with_the_key_that_raises_it(bench: Bench) -> None:
    hungry = "python3 -c 'x = bytearray(200 * 1024 * 1024)'"
    end = await bench.run(hungry, memory={"memory": "32MB", "memorySwap": "32MB"})
    assert end.code == 137
    assert "32 MiB" in end.reason
    assert "taskRunner.memory.memory" in end.reason


async def test_a_kill_from_outside_is_not_taken_for_a_lack_of_memory(bench: Bench) -> None:
    end = await bench.run("kill -9 $$")
    assert end.code == 137
    assert "outside" in end.reason


async def test_user_network_and_processors_are_the_flow_s(bench: Bench) -> None:
    end = await bench.run("id -u; ls /sys/class/net", user="12345", networkMode="none", cpu={"cpus": "0.5"})
    assert (end.code, bench.said) == (0, ["12345", "lo"])


async def test_an_init_process_stands_above_the_command(bench: Bench) -> None:
    await bench.run("cat /proc/1/comm")
    assert bench.said != ["sh"]


async def test_entry_points_are_left_out_or_given(bench: Bench) -> None:
    await bench.run("echo $0", entryPoint=["/usr/bin/env", "GREETING=hello"])
    assert bench.said == ["/bin/sh"]


async def test_image_names_are_mapped_by_the_settings(bench: Bench) -> None:
    assert (await bench.run("echo here", image="registry.example/team/tool:3")).code == 0
    assert bench.said == ["here"]


async def test_a_missing_image_names_the_remedies(bench: Bench) -> None:
    with pytest.raises(ImageUnavailable, match="pullPolicy is NEVER") as never:
        await bench.run("true", image="no.such.registry/thing:1", pullPolicy="NEVER")
    assert "docker load" in never.value.hint


async def test_a_wrong_size_is_said_in_words(bench: Bench) -> None:
    with pytest.raises(TaskFailed, match="512MB"):
        await bench.run("true", memory={"memory": "lots"})


async def test_an_absent_engine_says_what_starts_it() -> None:
    engine = DockerEngine("unix:///nonexistent/docker.sock")
    with pytest.raises(EngineUnavailable) as failed:
        await engine.client()
    assert "systemctl start docker" in failed.value.hint
    await engine.close()


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("('Connection aborted.', PermissionError(13, 'Permission denied'))", "usermod -aG docker"),
        (
            "('Connection aborted.', FileNotFoundError(2, 'No such file or directory'))",
            "systemctl start docker",
        ),
        (
            "('Connection aborted.', ConnectionRefusedError(111, 'Connection refused'))",
            "systemctl start docker",
        ),
        ("500 Server Error", "systemctl status docker"),
    ],
)
def test_every_refusal_of_an_engine_has_its_remedy(said: str, remedy: str) -> None:
    assert remedy in explained(OSError(said), "unix:///var/run/docker.sock").hint


@pytest.mark.parametrize("strategy", ["MOUNT", "VOLUME"])
@pytest.mark.parametrize("user", ["1234:2345", "nobody"])
async def test_another_user_may_use_its_directory_and_nobody_else(
    bench: Bench, strategy: str, user: str
) -> None:
    bench.directory.chmod(0o700)
    inner = bench.directory / "inner"
    inner.mkdir(mode=0o700)
    (inner / "secret.txt").write_text("for the job alone\n")
    (inner / "secret.txt").chmod(0o600)
    end = await bench.run(
        "cat inner/secret.txt; echo made > made.txt; umask 077; mkdir deep; echo x > deep/x",
        user=user,
        fileHandlingStrategy=strategy,
    )
    assert (end.code, end.warnings, bench.said) == (0, (), ["for the job alone"])
    assert (bench.directory / "deep" / "x").read_text() == "x\n"
    assert bench.directory.stat().st_mode & 0o077 == 0


async def test_both_streams_come_in_the_container_s_order(bench: Bench) -> None:
    await bench.run("for i in $(seq 10); do echo out $i; sleep 0.05; echo err $i >&2; sleep 0.05; done")
    assert bench.said == [f"{name} {number}" for number in range(1, 11) for name in ("out", "err")]
    assert {line.stream for line in bench.lines[::2]} == {"stdout"}


async def test_what_cannot_come_back_is_said_and_the_rest_comes(bench: Bench) -> None:
    end = await bench.run(
        "ln -s /etc/passwd out; mkfifo pipe; mkdir a; echo kept > a/kept.txt; exit 5",
        fileHandlingStrategy="VOLUME",
    )
    assert end.code == 5
    assert (bench.directory / "a" / "kept.txt").read_text() == "kept\n"
    assert [warning.split(":")[1].strip() for warning in end.warnings] == ["out", "pipe"]


async def test_a_container_that_somebody_removed_says_so(bench: Bench) -> None:
    task = asyncio.create_task(bench.run("echo ready; sleep 60"))
    client = await bench.engine.client()
    async with asyncio.timeout(30):
        while not bench.lines:  # noqa: ASYNC110 - the sink is a plain list
            await asyncio.sleep(0.01)
    (found,) = client.api.containers(filters={"name": bench.name})
    client.api.remove_container(found["Id"], force=True)
    end = await task
    assert (end.code, end.reason) == (137, "the container was removed from outside")


async def test_lines_of_any_kind_are_told(bench: Bench) -> None:
    program = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 3 + b'\\n' + b'x' * 1_000_000 + b'\\nend\\n')"
    end = await bench.run(f'python3 -c "{program}"')
    assert end.code == 0
    assert bench.said[-1] == "end"


async def test_many_lines_are_told_without_a_loss(bench: Bench) -> None:
    await bench.run("seq 100000")
    assert bench.said == [str(number) for number in range(1, 100_001)]


async def test_what_runs_is_told_with_whose_it_is(bench: Bench) -> None:
    task = asyncio.create_task(bench.run("echo ready; sleep 60"))
    async with asyncio.timeout(30):
        while not bench.lines:  # noqa: ASYNC110 - the sink is a plain list
            await asyncio.sleep(0.01)
    mine = [
        found
        for found in await bench.runner.containers()
        if found["Labels"]["flowdeck.job"] == f"{bench.name}/1"
    ]
    assert [(found["State"], found["Labels"]["flowdeck.task"]) for found in mine] == [("running", "t")]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_links_come_back_as_links_and_nothing_is_written_through_them(bench: Bench) -> None:
    (bench.directory / "kept.txt").write_text("kept\n")
    (bench.directory / "name").symlink_to("kept.txt")
    end = await bench.run(
        "rm name; echo new > name; mkdir sub; ln -s $PWD/kept.txt sub/whole; ln kept.txt other; chmod 000 kept.txt",
        fileHandlingStrategy="VOLUME",
    )
    assert (end.code, end.warnings) == (0, ())
    assert (bench.directory / "kept.txt").read_text() == "kept\n"
    assert (bench.directory / "name").read_text() == "new\n"
    assert not (bench.directory / "name").is_symlink()
    assert (bench.directory / "sub" / "whole").readlink() == Path("../kept.txt")
    assert (bench.directory / "other").read_text() == "kept\n"


async def test_files_with_odd_names_travel_there_and_back(bench: Bench) -> None:
    odd = ["new\nline", "quote'\"", "bytes\udcff", " ", "-rf", "\\back", "ü" * 120]
    for name in odd:
        (bench.directory / name).write_text("there")
    end = await bench.run(
        "for each in *; do printf ' and back' >> ./\"$each\"; done", fileHandlingStrategy="VOLUME"
    )
    assert (end.code, end.warnings) == (0, ())
    assert {path.name: path.read_text() for path in bench.directory.iterdir()} == dict.fromkeys(
        odd, "there and back"
    )
