"""What only containers do: limits, users, networks, images that are mapped or missing, engines that are not there."""

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
        self.runner = DockerRunner(engine, Images(engine, names))
        self.directory = directory
        self.lines: list[Line] = []

    async def run(self, script: str, *, image: str = IMAGE, **options: object) -> Exit:
        job = Job(
            id=f"{self.directory.parent.name}/1",
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
    yield Bench(engine, directory, {"registry.example/team/*": IMAGE})
    client = await engine.client()
    assert not client.api.containers(all=True, filters={"name": tmp_path.name})
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
    bench.directory.chmod(0o777)
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
