"""Which packages of dbt a project needs where no container brings them."""

import re
from collections.abc import Iterable
from typing import Final

from runtime.images import DBT_CORE, IMAGES
from runtime.runners.base import Toolchain

DEFAULT: Final = "duckdb"
IMAGE: Final = re.compile(r"(?:^|/)dbt-(?P<adapter>[a-z0-9]+)(?::(?P<tag>[\w.-]+))?(?:@.*)?$")
VERSION: Final = re.compile(r"v?(?P<release>1\.\d+)(?:\.\d+)?")
NO_ADAPTER: Final = frozenset({"core", "cli", "fusion"})
_BLOCK: Final = re.compile(r"^(?P<indent>\s*)type:\s*[\"']?(?P<name>[A-Za-z]\w*)", re.MULTILINE)
_INLINE: Final = re.compile(r"[{,]\s*type:\s*[\"']?(?P<name>[A-Za-z]\w*)")


def toolchain(image: str | None, profiles: Iterable[str]) -> Toolchain:
    """The adapters that the profiles name, else the one in the image's name (`dbt-postgres:1.10`), else DuckDB's; dbt's release
    is the image's too, else the one that flowdeck ships."""
    found = IMAGE.search(image or "")
    named = found["adapter"] if found and found["adapter"] not in NO_ADAPTER else None
    tagged = VERSION.fullmatch(found["tag"] or "") if found else None
    release = f"{tagged['release']}.*" if tagged else None
    adapters = next(filter(None, map(adapters_of, profiles)), None) or [named or DEFAULT]
    return Toolchain(
        requirements=(
            f"dbt-core=={release or DBT_CORE}",
            *(_requirement(adapter, release) for adapter in adapters),
        )
    )


def adapters_of(profiles: str) -> list[str]:
    """The `type` of each output in the text of a profiles.yml. Deeper ones are others' (DuckDB attaches databases by type)."""
    found = list(_BLOCK.finditer(profiles))
    if not found:
        return list(dict.fromkeys(each["name"] for each in _INLINE.finditer(profiles)))
    shallowest = min(len(each["indent"]) for each in found)
    return list(dict.fromkeys(each["name"] for each in found if len(each["indent"]) == shallowest))


def _requirement(adapter: str, release: str | None) -> str:
    known = IMAGES.get(adapter)
    version = release or (known.version if known else None)
    package = known.package if known else f"dbt-{adapter}"
    return f"{package}=={version}" if version else package
