"""What goes into an image, by adapter, and what fetching it says when it fails."""

from pathlib import Path

import pytest

from runtime.errors import ImageUnavailable
from runtime.images import IMAGES, build_context, default_tag, requirements
from runtime.images.build import download_wheels


@pytest.mark.parametrize(
    ("core", "tag"),
    [
        ("1.11.*", "flowdeck/dbt-duckdb:1.11"),  # a series
        ("1.11.16", "flowdeck/dbt-duckdb:1.11.16"),  # one release
    ],
)
def test_tag_names_adapter_and_series(core: str, tag: str) -> None:
    assert default_tag("duckdb", core=core) == tag


@pytest.mark.parametrize("adapter", IMAGES)
def test_every_adapter_is_pinned_with_dbt_itself(adapter: str) -> None:
    core, plugin = requirements(adapter)
    assert core.startswith("dbt-core==")
    assert plugin.startswith(f"dbt-{adapter}==")


def test_unknown_adapter_names_the_known_ones() -> None:
    with pytest.raises(ImageUnavailable) as refused:
        requirements("oracle")
    assert "duckdb, postgres, snowflake" in refused.value.hint


def test_dockerfile_lies_in_the_build_context() -> None:
    assert (build_context() / "Dockerfile").read_text().count("FROM ${BASE}") == 2


async def test_wheels_that_do_not_exist_are_reported_with_what_pip_said(tmp_path: Path) -> None:
    with pytest.raises(ImageUnavailable, match="No matching distribution found for not-a-file"):
        await download_wheels(tmp_path, ["--no-index", "not-a-file==1"])
