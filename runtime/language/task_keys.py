"""What every task may have, whatever its type, and which of its keys hold further tasks."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec

from runtime.language.types import Found
from runtime.tasks.base import Flowable, Plugin, Verbatim
from runtime.tasks.convert import properties
from runtime.tasks.flow import DagTask

LogLevel = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"]


class TaskCacheKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether a task runs again when it is given the same."""

    enabled: bool
    """Whether earlier outputs are used."""
    ttl: timedelta | None = None
    """For how long; for ever, where nothing is said."""


class TaskKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every task may have, whatever its type."""

    id: Annotated[str, Verbatim]
    """Letters, digits, `-` and `_`; unique in the whole flow."""
    type: Annotated[str, Verbatim]
    """A short name (`dbt`) or a class name (`io.kestra.plugin.dbt.cli.DbtCLI`)."""
    version: str | None = None
    """No effect."""
    description: str | None = None
    """For people."""
    retry: Any = None
    """Whether and when it is tried again after a failure."""
    timeout: timedelta | None = None
    """An attempt that runs longer is stopped, and has failed."""
    run_if: Any = None
    """It is skipped where this is false when its turn comes."""
    when: Any = None
    """The newer name of `runIf`."""
    disabled: Annotated[bool, Verbatim] = False
    """Left out, as if it were not there."""
    allow_failure: Annotated[bool, Verbatim] = False
    """A failure becomes a warning, and the flow goes on."""
    allow_warning: Annotated[bool, Verbatim] = False
    """A warning becomes a success."""
    log_level: LogLevel | None = None
    """Only lines of this level and above are kept."""
    log_to_file: bool | None = None
    """No effect: logs are in files anyway."""
    worker_group: Any = None
    """No effect."""
    worker_selector: Any = None
    """No effect."""
    task_cache: TaskCacheKeys | None = None
    """It does not run again while it is given the same: it has the outputs of then."""
    assets: Any = None
    """No effect."""
    plugin_defaults_ref: str | None = None
    """The `ref` of plugin defaults that only who asks for them gets."""


class RunnerKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What every task runner has."""

    type: Annotated[str, Verbatim]
    """A short name (`docker`) or a class name."""
    version: str | None = None
    """No effect."""


COMMON = properties(TaskKeys)
NOT_RENDERED = frozenset({"id", "type", "version", "description", "retry"})
WITHOUT_EFFECT = {
    "workerGroup": "every task runs on this server",
    "workerSelector": "every task runs on this server",
    "version": "the version that is installed runs",
    "assets": "what a task reads and writes is not told so",
}
FOREIGN_LISTS = {"tasks": False, "errors": False, "finally": False}


def lists(found: Found) -> Mapping[str, bool]:
    """The keys that hold tasks -> whether they must."""
    if found.plugin is not None:
        return _lists(found.plugin)
    return FOREIGN_LISTS if found.is_flowable else {}


def marked(found: Found, mark: str) -> frozenset[str]:
    """The keys of a type that its class has marked so."""
    return _marked(found.plugin, mark) if found.plugin is not None else frozenset()


@lru_cache(500)
def _marked(plugin: type[Plugin], mark: str) -> frozenset[str]:
    return frozenset(name for name, each in properties(plugin).items() if each.extra.get(mark))


@lru_cache(100)
def _lists(plugin: type[Plugin]) -> Mapping[str, bool]:
    if not issubclass(plugin, Flowable):
        return {}
    return {
        name: known.required
        for name, known in properties(plugin).items()
        if known.extra.get("tasks") or known.type == list[DagTask]
    }
