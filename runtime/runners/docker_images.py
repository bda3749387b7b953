"""Images: which one a flow means on this machine, and how it gets here."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from runtime.errors import ImageUnavailable
from runtime.runners.base import Report
from runtime.runners.docker_engine import DockerEngine

PERCENT = 10  # a pull is told of at each tenth


class Images:
    """Maps the names that flows use to local ones, and pulls what is missing."""

    def __init__(self, engine: DockerEngine, names: Mapping[str, str], mirror: str = "") -> None:
        self._engine = engine
        self._names = names
        self._mirror = mirror.rstrip("/")

    def mapped(self, image: str) -> str | None:
        """What the settings say that `image` stands for."""
        return next((local for pattern, local in self._names.items() if fnmatchcase(image, pattern)), None)

    async def has(self, image: str) -> bool:
        from docker.errors import ImageNotFound

        client = await self._engine.client()
        try:
            await self._engine.call(client.api.inspect_image, image)
        except ImageNotFound:
            return False
        return True

    async def provide(self, image: str, policy: str, report: Report) -> str:
        """The name to run; pulled first where it is missing, or always where `policy` is ALWAYS."""
        local = self.mapped(image)
        if policy != "ALWAYS":
            for name in (image, local):
                if name and await self.has(name):
                    return name
        if policy == "NEVER":
            raise ImageUnavailable(
                f"the image {image} is not on this machine, and pullPolicy is NEVER", hint=_remedy(image)
            )
        if local is not None and policy == "ALWAYS" and await self.has(local):
            return local
        return await self._pull(image, report)

    async def _pull(self, image: str, report: Report) -> str:
        from docker.errors import APIError

        source = f"{self._mirror}/{image}" if self._mirror else image
        report(f"pulling {source}")
        client = await self._engine.client()
        try:
            await self._engine.call(_pull, client.api, source, report)
        except APIError as error:
            reason = str(error.explanation or error)
            raise ImageUnavailable(
                f"the image {source} is not here and can't be pulled: {reason}", hint=_remedy(image)
            ) from error
        return source


def _remedy(image: str) -> str:
    if "dbt" in image:
        return f"`flowdeck image build dbt-duckdb` makes one, or map {image} to a local image in the setting [images]"
    return f"`docker load` brings one from another machine, or map {image} to a local image in the setting [images]"


def _pull(api: Any, image: str, report: Report) -> None:
    """Pull, and tell how far it is at each tenth of the bytes."""
    from docker.errors import APIError
    from docker.utils import parse_repository_tag

    repository, tag = parse_repository_tag(image)
    layers: dict[str, tuple[int, int]] = {}
    told = 0
    for line in api.pull(repository, tag=tag or "latest", stream=True, decode=True):
        if "error" in line:
            raise APIError(line["error"])
        detail = line.get("progressDetail") or {}
        if line.get("status") == "Downloading" and detail.get("total"):
            layers[line["id"]] = (detail["current"], detail["total"])
            told = _tell(layers, told, report)


def _tell(layers: Mapping[str, tuple[int, int]], told: int, report: Report) -> int:
    done = sum(layer[0] for layer in layers.values())
    total = sum(layer[1] for layer in layers.values())
    reached = done * 100 // total // PERCENT * PERCENT
    if reached > told:
        report(f"pulled {reached} % of {total / 1024**2:.0f} MiB in {len(layers)} layers")
    return max(reached, told)
