"""The container images that flowdeck builds for dbt: what goes into each, and where the Dockerfile lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import ImageUnavailable

DBT_CORE = "1.11.*"  # installing 1.12 fetches its parser from its vendor: impossible without internet
DEFAULT_BASE = "python:3.12-slim"
OFFLINE_BASE = "flowdeck/offline-base:bookworm"  # `make engine` makes it, without a registry


@dataclass(frozen=True)
class Adapter:
    """The package that teaches dbt one database, at the releases that go with `DBT_CORE`."""

    package: str
    version: str
    """As pip compares it, patch releases left open: `1.11.*`."""


IMAGES: Mapping[str, Adapter] = {
    name: Adapter(f"dbt-{name}", "1.11.*")
    for name in ("duckdb", "postgres", "snowflake", "bigquery", "redshift", "databricks")
}


def adapter_named(name: str) -> Adapter:
    """What an image for this database installs. Raises `ImageUnavailable` where flowdeck has no recipe."""
    if name not in IMAGES:
        raise ImageUnavailable(
            f"There is no recipe for an image with the dbt adapter {name!r}.",
            hint=f"Known adapters: {', '.join(IMAGES)}. Or build an image of your own and name it in containerImage.",
        )
    return IMAGES[name]


def requirements(adapter: str, *, core: str = DBT_CORE) -> list[str]:
    """What pip installs into the image, and into a managed environment."""
    plugin = adapter_named(adapter)
    return [f"dbt-core=={core}", f"{plugin.package}=={plugin.version}"]


def default_tag(adapter: str, *, core: str = DBT_CORE) -> str:
    """`flowdeck/dbt-duckdb:1.11`: the name by which flows and tests know the image."""
    return f"flowdeck/{adapter_named(adapter).package}:{core.removesuffix('.*')}"


def build_context() -> Path:
    """The directory to hand to `docker build`: the Dockerfile lies in it. Wheels go beside a copy of it."""
    return Path(__file__).parent
