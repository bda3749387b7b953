"""What a test needs of the machine: where it is missing the test is skipped and says why; with CI=true it fails."""

import os
from functools import cache

import pytest

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
        client = docker.from_env(timeout=10)
        client.images.get(image)
        client.close()
    except docker.errors.ImageNotFound:
        return f"the image {image} is not here"
    except docker.errors.DockerException as error:
        return f"no container engine answers ({type(error).__name__})"
    return ""


def need_engine(image: str = IMAGE) -> None:
    if trouble := _trouble(image):
        missing(trouble)
