"""The schema says what the classes say."""

import json
from importlib.metadata import EntryPoint

from runtime.language.schema import schema
from runtime.tasks.registry import BUILT_IN, GROUP, Known, Registry, default_registry


def test_every_plugin_is_described_with_its_properties() -> None:
    found = schema(default_registry())
    json.dumps(found)
    tasks = {task["title"]: task for task in found["$defs"]["task"]["oneOf"]}
    assert set(tasks) == {known.short for known in BUILT_IN if known.kind in ("task", "flowable")}
    dbt = tasks["dbt"]
    assert dbt["required"] == ["id", "type", "commands"]
    assert dbt["properties"]["type"] == {"enum": ["io.kestra.plugin.dbt.cli.DbtCLI", "dbt"]}
    assert dbt["properties"]["commands"]["description"]
    assert dbt["properties"]["logFormat"]["anyOf"][0] == {"enum": ["JSON", "TEXT", "DEBUG", "NONE"]}
    assert tasks["if"]["properties"]["then"] == {
        "type": "array",
        "items": {"$ref": "#/$defs/task"},
        "description": "Run where it holds.",
    }


def test_a_broken_plugin_is_left_out() -> None:
    log = next(known for known in BUILT_IN if known.short == "log")
    registry = Registry((Known(EntryPoint("broken", "nowhere.at_all:Thing", GROUP)), log))
    assert [task["title"] for task in schema(registry)["$defs"]["task"]["oneOf"]] == ["log"]
