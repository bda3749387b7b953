"""What a test needs of the machine: where it is missing the test is skipped and says why; with CI=true it fails."""

import asyncio
import os
from functools import cache
from pathlib import Path

import pytest

from runtime.errors import EngineUnavailable, PluginUnavailable
from runtime.images import requirements
from runtime.runners.base import Toolchain
from runtime.runners.docker_engine import candidates, knock
from runtime.runners.toolchains import Toolchains

IMAGE = os.environ.get("FLOWDECK_TEST_IMAGE", "flowdeck/offline-base:bookworm")
DBT_IMAGE = os.environ.get("FLOWDECK_TEST_DBT_IMAGE", "flowdeck/dbt-duckdb:1.11")


def missing(reason: str) -> None:
    """`make engine` installs what tests need."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}; with CI=true that is a failure. `make engine` mends it")
    pytest.skip(f"{reason}: `make engine` mends it")


@cache
def _trouble(image: str) -> str:
    import docker
    import docker.errors

    try:
        knock(next(iter(candidates("")), "unix:///nonexistent"))
        client = docker.from_env(timeout=10)
    except (EngineUnavailable, docker.errors.DockerException) as error:
        return f"no container engine answers ({error})"
    try:
        client.images.get(image)
    except docker.errors.ImageNotFound:
        return f"the image {image} is not here"
    finally:
        client.close()
    return ""


def need_engine(image: str = IMAGE) -> None:
    if trouble := _trouble(image):
        missing(trouble)


@cache
def _dbt() -> Path | PluginUnavailable:
    """The managed environment of the product itself, made once and kept between runs."""
    cache_home = Path(os.environ.get("FLOWDECK_TEST_CACHE") or Path.home() / ".cache" / "flowdeck-tests")
    toolchain = Toolchain(requirements=tuple(requirements("duckdb")))
    toolchains = Toolchains(cache_home / "environments")
    try:
        asyncio.run(toolchains.provide(toolchain, os.environ, print))
    except PluginUnavailable as failure:
        return failure
    return toolchains.path(toolchain) / "bin"


def need_dbt() -> Path:
    """The directory with the `dbt` program of dbt-duckdb."""
    found = _dbt()
    if isinstance(found, PluginUnavailable):
        missing(f"dbt-duckdb can't be installed: {found.message}")
    assert isinstance(found, Path)
    return found
