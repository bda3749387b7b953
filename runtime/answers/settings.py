"""How the runtime is set up, and who said so."""

from datetime import timedelta
from typing import Any, Final

import msgspec

from runtime import config
from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.model.views import Many, Setting

ABOUT: Final = {
    "data": "the database, logs, files and working directories",
    "flows": "the directory of flow files",
    "socket": "where console and command line find this runtime",
    "runner": "what runs a task that chooses none: auto, docker or process",
    "images": "images as flows call them -> as this machine has them",
    "mirror": "a registry put before the names of images that are pulled",
    "docker_host": "the container engine's address; empty finds it",
    "find_links": "a directory of wheels for managed environments, without internet",
    "timezone": "for schedules that name none; empty is the server's",
    "keyring": "where secrets are kept: auto, keyring or file",
    "plugin_defaults": "values for the tasks of a type that do not say otherwise",
    "namespace_files": "namespaces whose files lie in a directory of one's own",
    "keep_executions": "how long an execution is kept after its end; empty is for ever",
    "keep_files": "how long stored files outlive the end of their execution; empty is as long as the execution",
    "listen": "HOST:PORT for metrics and health; empty is none",
}


async def list_settings(parts: Parts, request: requests.ListSettings, user: str) -> Many:
    origins = config.origins(parts.settings)
    return Many(items=tuple(_setting(parts, name, origin) for name, origin in origins.items()))


def _setting(parts: Parts, name: str, origin: str) -> Setting:
    value = _text(name, getattr(parts.settings, name))
    return Setting(name=name, value=value, origin=origin, description=ABOUT.get(name, ""))


def _text(name: str, value: Any) -> str:
    """Of plugin defaults the types only: their values may hold what nobody should see on a screen."""
    if name == "plugin_defaults":
        return ", ".join(default.type for default in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} -> {found}" for key, found in value.items())
    if isinstance(value, timedelta):
        return str(msgspec.to_builtins(value))
    return "" if value is None else str(value)
