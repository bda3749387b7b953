"""An image of dbt on this machine: the one that is here, else one built now, with the internet or without."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.images import DBT_CORE, DEFAULT_BASE, OFFLINE_BASE, default_tag, requirements
from runtime.images.build import build, download_wheels, python_of

if TYPE_CHECKING:
    import docker


def is_here(engine: "docker.DockerClient", image: str) -> bool:
    """Whether the engine has the image."""
    from docker.errors import ImageNotFound

    try:
        engine.images.get(image)
    except ImageNotFound:
        return False
    return True


async def provide(
    engine: "docker.DockerClient",
    *,
    adapter: str,
    core: str = DBT_CORE,
    base: str = "",
    wheels: Path | None = None,
    tag: str = "",
    progress: Callable[[str], None],
) -> str:
    """Build the image of an adapter; returns its name. Where nothing is chosen and `make engine` has made a base for machines
    that reach no registry of images, that base is taken, and the wheels are fetched outside of the build."""
    chosen = base or (
        OFFLINE_BASE if is_here(engine, OFFLINE_BASE) and not is_here(engine, DEFAULT_BASE) else DEFAULT_BASE
    )
    name = tag or default_tag(adapter, core=core)
    with tempfile.TemporaryDirectory(prefix="flowdeck-wheels-") as scratch:
        if wheels is None and chosen == OFFLINE_BASE:
            wheels = Path(scratch)
            progress(f"fetching {', '.join(requirements(adapter, core=core))}")
            await download_wheels(
                wheels, requirements(adapter, core=core), python=await python_of(engine, chosen)
            )
        progress(f"building {name} on {chosen}")
        await build(
            engine, adapter=adapter, tag=name, core=core, base=chosen, wheels=wheels, progress=progress
        )
    return name
