"""Plugins by name, and what becomes of one that is broken."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from runtime.errors import PluginUnavailable
from runtime.language import load
from runtime.model.problem import Severity
from runtime.tasks.base import Flowable, Task
from runtime.tasks.conditions import Condition
from runtime.tasks.registry import BUILT_IN, GROUP, Known, Registry, default_registry
from runtime.tasks.runners import Runner
from runtime.tasks.triggers import Trigger

BASES = {
    "task": Task,
    "part": Task,
    "flowable": Flowable,
    "trigger": Trigger,
    "condition": Condition,
    "runner": Runner,
}
BROKEN = Known(EntryPoint("broken", "nowhere.at_all:Thing", GROUP))


@pytest.mark.parametrize("known", BUILT_IN, ids=lambda known: known.short)
def test_every_built_in_plugin_loads_and_explains_itself(known: Known) -> None:
    cls = known.load()
    assert issubclass(cls, BASES[known.kind])
    assert cls.__doc__
    assert (
        f"type: {known.short}" in cls.__doc__
        or known.name in cls.__doc__
        or known.kind in ("task", "part", "condition")
    )


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


PACKAGE = """\
from runtime.language import load
from runtime.tasks.base import Task
from runtime.tasks.triggers import Trigger


class Shout(Task):
    message: str


class Bell(Trigger):
    tone: int
"""
ENTRIES = """\
[flowdeck.tasks]
acme.shout = acme_tasks:Shout
acme.lost = acme_tasks:Lost
log = acme_tasks:Shout
[flowdeck.triggers]
acme.bell = acme_tasks:Bell
"""


@pytest.fixture
def with_acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The registry where a package of plugins is installed."""
    facts = tmp_path / "acme_tasks-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-tasks\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(ENTRIES)
    (tmp_path / "acme_tasks.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(tmp_path)
    return default_registry.__wrapped__()


def test_an_installed_package_brings_its_tasks(with_acme: Registry) -> None:
    text = "id: f\nnamespace: n\ntasks:\n- {id: t, type: acme.shout, mesage: x}"
    (problem,) = load(text, registry=with_acme).problems
    assert (problem.line, problem.message) == (4, "`shout` has no property `mesage`")
    assert load(text.replace("mesage", "message"), registry=with_acme).problems == ()


def test_an_installed_package_takes_no_built_in_name(with_acme: Registry) -> None:
    log = with_acme.find("log")
    assert log is not None
    assert log.name == "io.kestra.plugin.core.log.Log"


def test_what_an_installed_package_lacks_fails_alone(with_acme: Registry) -> None:
    text = "id: f\nnamespace: n\ntasks:\n- {id: t, type: acme.lost}\n- {id: u, type: acme.shout, message: x}"
    loaded = load(text, registry=with_acme)
    assert loaded.flow is not None
    assert "`acme.lost` does not load: AttributeError" in loaded.flow.tasks[0].unavailable
    assert loaded.flow.tasks[1].unavailable == ""


def test_an_installed_trigger_is_checked_and_said_to_start_nothing(with_acme: Registry) -> None:
    text = "id: f\nnamespace: n\ntasks:\n- {id: t, type: log, message: x}\ntriggers:\n- {id: b, type: acme.bell, tone: %s}"
    loaded = load(text % 1, registry=with_acme)
    assert [(each.severity, each.path) for each in loaded.problems] == [
        (Severity.WARNING, "triggers[0].type")
    ]
    assert loaded.flow is not None
    assert "acme.bell" in loaded.flow.triggers[0].unavailable
    assert load(text % "high", registry=with_acme).flow is None


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


def test_a_part_of_a_task_is_nothing_that_a_file_may_name() -> None:
    loaded = load(
        "id: f\nnamespace: n\ntasks: [{id: t, type: io.kestra.plugin.core.flow.ForEachItem$ForEachItemSplit, items: []}]"
    )
    assert loaded.flow is None
    assert "is a part, and here stands a task" in loaded.problems[0].message
