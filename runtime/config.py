"""Settings: what the command line says, else the environment (FLOWDECK_*), else the settings file, else a default that follows XDG.

The file is `flowdeck.toml` in the configuration directory: /etc/flowdeck for root, ~/.config/flowdeck for others.

    runner = "auto"                      # docker | process
    flows = "/srv/flows"
    timezone = "Europe/Oslo"             # for schedules that name none
    [images]                             # an image as flows call it -> as this machine has it; * and ? match
    "ghcr.io/kestra-io/dbt-duckdb*" = "flowdeck/dbt-duckdb:1.11"
    keep_executions = "P365D"            # executions that ended longer ago are deleted, with their logs and files
    keep_files = "P30D"                  # stored files of executions that ended longer ago are deleted
    [namespace_files]                    # files of a namespace that lie in a directory of your own
    "company.data" = "/srv/dbt-project"
    [[plugin_defaults]]
    type = "io.kestra.plugin.dbt.cli.DbtCLI"
    values = { containerImage = "flowdeck/dbt-duckdb:1.11" }
    [[plugin_defaults]]
    namespace = "company.finance"        # for the flows of this namespace, and of those below it
    type = "io.kestra.plugin.scripts"    # for all types that begin so
    values = { taskRunner = { type = "docker" } }
    forced = true                        # whatever the flow says
"""

import hashlib
import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
import platformdirs

from runtime.errors import InvalidRequest
from runtime.model.flow import PluginDefault

APPLICATION = "flowdeck"

DEFAULT_IMAGES = {
    "ghcr.io/kestra-io/dbt": "flowdeck/dbt-duckdb:1.11",
    "ghcr.io/kestra-io/dbt:*": "flowdeck/dbt-duckdb:1.11",
    "ghcr.io/kestra-io/dbt-duckdb": "flowdeck/dbt-duckdb:1.11",
    "ghcr.io/kestra-io/dbt-duckdb:*": "flowdeck/dbt-duckdb:1.11",
}
"""The images that Kestra's dbt flows name, and the one that `flowdeck image build` makes: it is used where it is on this machine."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one runtime is set up."""

    data: Path
    """Everything that flowdeck keeps: the database, logs, files, working directories."""
    flows: Path | None = None
    """The directory of flow files; None is a runtime that only runs what it is handed."""
    socket: Path
    runner: Literal["auto", "docker", "process"] = "auto"
    images: dict[str, str] = {}
    mirror: str = ""
    """A registry's host and path, put before the names of images that are pulled."""
    docker_host: str = ""
    find_links: str = ""
    """A directory of wheels for managed environments, on a server without internet."""
    timezone: str = ""
    """For schedules that name none; empty is the server's."""
    keyring: Literal["auto", "keyring", "file"] = "auto"
    """Where secrets are kept; auto is the encrypted file where a key for it is given, else the keyring."""
    plugin_defaults: tuple[PluginDefault, ...] = ()
    namespace_files: dict[str, Path] = {}
    """A namespace -> the directory with its files (a git checkout, say), in place of one below `data`."""
    keep_executions: timedelta | None = None
    """How long after its end an execution is kept, with its logs and files; None is for ever."""
    keep_files: timedelta | None = None
    """How long after an execution's end its stored files are kept; None is as long as the execution."""
    listen: str = ""
    """HOST:PORT for metrics and health over TCP; empty is none."""

    @property
    def database(self) -> Path:
        return self.data / "flowdeck.db"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def work(self) -> Path:
        return self.data / "work"

    @property
    def storage(self) -> Path:
        return self.data / "storage"

    @property
    def memory(self) -> Path:
        """What tasks keep between executions, below their namespace, flow and id."""
        return self.data / "memory"

    @property
    def environments(self) -> Path:
        return self.data / "environments"


def default_data() -> Path:
    """/var/lib/flowdeck for root, ~/.local/share/flowdeck for others."""
    if os.geteuid() == 0:
        return Path("/var/lib") / APPLICATION
    return platformdirs.user_data_path(APPLICATION)


def default_configuration() -> Path:
    if os.geteuid() == 0:
        return Path("/etc") / APPLICATION
    return platformdirs.user_config_path(APPLICATION)


def load(
    *, data: Path | None = None, flows: Path | None = None, socket: Path | None = None, **others: Any
) -> Settings:
    """Settings from all sources; `others` are further fields given on the command line. Raises InvalidRequest."""
    given = {"data": data, "flows": flows, "socket": socket, **others}
    merged = (
        _file()
        | _environment(os.environ)
        | {name: value for name, value in given.items() if value is not None}
    )
    merged["data"] = Path(merged.get("data") or default_data()).expanduser().absolute()
    flows = merged.get("flows") or default_configuration() / "flows"
    merged["flows"] = Path(flows).expanduser().absolute()
    merged["socket"] = Path(merged.get("socket") or _socket(merged["data"])).expanduser().absolute()
    try:
        return msgspec.convert(merged, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"the settings are wrong: {error}", hint=f"see {_path()}") from None


def origins(settings: Settings) -> dict[str, str]:
    """Field -> who said so, as it is found now: the environment wins over the file, and a value that neither has and that is
    no default came by the command line."""
    file, environment = _file(), _environment(os.environ)
    defaults = {field.name: field.default for field in msgspec.structs.fields(Settings)}
    defaults |= {
        "data": default_data(),
        "flows": default_configuration() / "flows",
        "socket": _socket(settings.data),
        "images": {},
        "namespace_files": {},
    }
    found = {}
    for name in msgspec.structs.asdict(settings):
        if name in environment:
            found[name] = f"FLOWDECK_{name.upper()}"
        elif name in file:
            found[name] = str(_path())
        else:
            found[name] = "default" if getattr(settings, name) == defaults[name] else "command line"
    return found


def _socket(data: Path) -> Path:
    """Beside the data; a socket's path may have at most 107 bytes."""
    beside = data / "flowdeck.sock"
    if len(os.fsencode(beside)) <= 100:
        return beside
    digest = f"{hash_path(data)}.sock"
    return platformdirs.user_runtime_path(APPLICATION) / digest


def hash_path(path: Path) -> str:
    """A short name that stands for a directory."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _path() -> Path:
    return Path(os.environ.get("FLOWDECK_CONFIG") or default_configuration() / "flowdeck.toml")


def _file() -> dict[str, Any]:
    path = _path()
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path} is not valid TOML: {error}") from None


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    names = (field.name for field in msgspec.structs.fields(Settings) if field.name not in _FILE_ONLY)
    found = {name: environment.get(f"FLOWDECK_{name.upper()}") for name in names}
    return {name: value for name, value in found.items() if value}


_FILE_ONLY = frozenset({"images", "namespace_files", "plugin_defaults"})
