"""The dbt image that `make engine` made: for any user, without a network, and with the sample project inside."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from runtime.errors import ImageUnavailable
from runtime.images import OFFLINE_BASE, default_tag
from runtime.images.build import build, python_of
from tests.needs import need_engine

pytestmark = pytest.mark.docker

IMAGE = default_tag("duckdb")
PROJECT = Path(__file__).parents[2] / "sample_flows/ferry_line"
NOBODY = 12345  # an id without an account


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.DockerClient]:
    need_engine(IMAGE)
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the sample project that belongs to somebody without an account."""
    ignored = shutil.ignore_patterns("target", "logs", "*.duckdb")
    copy = Path(shutil.copytree(PROJECT, tmp_path / "project", ignore=ignored))
    if os.geteuid() == 0:
        for path in [copy, *copy.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
    return copy


def run_dbt(engine: docker.DockerClient, project: Path, command: str) -> str:
    owner = project.stat().st_uid
    said: bytes = engine.containers.run(
        IMAGE,
        ["dbt", "--no-use-colors", *command.split()],
        remove=True,
        network_mode="none",
        user=f"{owner}:{owner}",
        volumes={str(project): {"bind": "/work", "mode": "rw"}},
    )
    return said.decode()


def test_sample_project_builds_cleanly_again_and_again(engine: docker.DockerClient, project: Path) -> None:
    """The second build takes other paths: the incremental model, the snapshot, and a seed that exists."""
    for _ in range(2):
        assert "WARN=0 ERROR=0 SKIP=0" in run_dbt(
            engine, project, "build --threads 4 --show-all-deprecations"
        )
    assert "PASS freshness" in run_dbt(engine, project, "source freshness")


async def test_python_of_an_image_is_asked_of_the_image(engine: docker.DockerClient) -> None:
    assert await python_of(engine, OFFLINE_BASE) == "3.11"


async def test_build_without_the_package_says_what_pip_said_and_the_remedy(
    engine: docker.DockerClient, tmp_path: Path
) -> None:
    lines: list[str] = []
    (tmp_path / "unrelated-1.0-py3-none-any.whl").touch()
    with pytest.raises(ImageUnavailable, match="No matching distribution found for dbt-core") as refused:
        await build(
            engine,
            adapter="duckdb",
            tag="flowdeck/tests:never",
            base=OFFLINE_BASE,
            wheels=tmp_path,
            progress=lines.append,
        )
    assert "make engine" in refused.value.hint
    assert any("Looking in links" in line for line in lines)
    assert not engine.images.list("flowdeck/tests")
