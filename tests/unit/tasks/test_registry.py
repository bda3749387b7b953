"""Plugins by name, and what becomes of one that is broken."""

from importlib.metadata import EntryPoint

import pytest

from runtime.errors import PluginUnavailable
from runtime.tasks.base import Flowable, Task
from runtime.tasks.registry import BUILT_IN, GROUP, Known, Registry, default_registry
from runtime.tasks.runners import Runner
from runtime.tasks.triggers import Trigger

BASES = {"task": Task, "flowable": Flowable, "trigger": Trigger, "runner": Runner}
BROKEN = Known(EntryPoint("broken", "nowhere.at_all:Thing", GROUP))


@pytest.mark.parametrize("known", BUILT_IN, ids=lambda known: known.short)
def test_every_built_in_plugin_loads_and_explains_itself(known: Known) -> None:
    cls = known.load()
    assert issubclass(cls, BASES[known.kind])
    assert cls.__doc__
    assert f"type: {known.short}" in cls.__doc__ or known.name in cls.__doc__ or known.kind == "task"


@pytest.mark.parametrize("known", BUILT_IN, ids=lambda known: known.short)
def test_every_name_of_a_plugin_finds_it(known: Known) -> None:
    assert {default_registry().find(name) for name in known.names} == {known}


def test_no_two_plugins_share_a_name() -> None:
    names = [name for known in BUILT_IN for name in known.names]
    assert len(names) == len(set(names))


def test_a_broken_plugin_names_itself_and_stops_no_other() -> None:
    registry = Registry((BROKEN, *BUILT_IN))
    broken = registry.find("broken")
    assert broken is not None
    with pytest.raises(PluginUnavailable, match="the plugin `broken` does not load: ModuleNotFoundError"):
        broken.load()
    log = registry.find("log")
    assert log is not None
    assert log.load().__name__ == "Log"


def test_what_is_no_plugin_class_is_refused() -> None:
    with pytest.raises(PluginUnavailable, match="no class that derives from Plugin"):
        Known(EntryPoint("x", "pathlib:Path", GROUP)).load()


def test_a_built_in_name_cannot_be_taken() -> None:
    intruder = Known(EntryPoint("log", "nowhere:Log", GROUP))
    found = Registry((*BUILT_IN, intruder)).find("log")
    assert found is not None
    assert found.name == "io.kestra.plugin.core.log.Log"


@pytest.mark.parametrize(
    ("type", "near"),
    [
        ("lgo", "log"),
        ("pyhton", "python"),
        ("io.kestra.plugin.dbt.cli.DbtCli", "io.kestra.plugin.dbt.cli.DbtCLI"),
        ("com.example.Sequental", "io.kestra.plugin.core.flow.Sequential"),
        ("zzz", None),
        ("com.example.Whatever", None),
    ],
)
def test_the_nearest_name(type: str, near: str | None) -> None:
    assert default_registry().nearest(type) == near
