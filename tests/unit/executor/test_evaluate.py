"""What the expressions of flowables give, in the shape that the engine goes through."""

from pathlib import Path
from typing import Any

import pytest

from runtime.clock import ManualClock
from runtime.executor.evaluate import evaluate
from runtime.executor.rendering import Renderer
from runtime.expressions import Expressions
from runtime.model.flow import Rule, TaskSpec
from runtime.secrets.vault import Vault
from runtime.store import Store
from runtime.store.files import FileStore
from runtime.store.key_values import KeyValues

SEEN = {"inputs": {"names": ["a", "b"], "text": "[1, 2]", "map": {"x": 1}, "nothing": None}}

VALUES = {
    "a list": (["x", "y"], ["x", "y"]),
    "a JSON text": ('["x", {"k": 1}, [2], 3, true]', ["x", '{"k":1}', "[2]", "3", "true"]),
    "an expression that is a list": ("{{ inputs.names }}", ["a", "b"]),
    "an expression that is a JSON text": ("{{ inputs.text }}", ["1", "2"]),
    "a list of expressions": (["{{ inputs.names[0] }}", "{{ inputs.map }}"], ["a", '{"x":1}']),
    "maps in a list": ([{"k": "{{ inputs.names[1] }}"}], ['{"k":"b"}']),
    "a map": ({"x": 1, "y": {"z": 2}}, ['{"key":"x","value":1}', '{"key":"y","value":{"z":2}}']),
    "a JSON text of a map": ('{"x": 1}', ['{"key":"x","value":1}']),
    "an empty list": ([], []),
}

REFUSED = {
    "no JSON": ("x, y", "they are `x, y`"),
    "a number": ("{{ 7 }}", "they are `7`"),
    "a null among them": (["x", None], "have a null"),
    "an expression that is null": ("{{ inputs.nothing }}", "must be a list"),
    "nesting without an end": ("[" * 100_000, "must be a list"),
}


async def evaluated(tmp_path: Path, rule: Rule, **properties: Any) -> Any:
    spec = TaskSpec(id="t", type="test", rule=rule, properties=properties)
    async with Store.open(None) as store:
        values = KeyValues(store.database, ManualClock())
        renderer = Renderer(Expressions(), Vault(tmp_path), lambda secret: None, FileStore(tmp_path), values)
        return await evaluate(spec, SEEN, renderer, namespace="n", files=FileStore(tmp_path))


@pytest.mark.parametrize("name", VALUES)
async def test_values_of_a_loop(name: str, tmp_path: Path) -> None:
    written, found = VALUES[name]
    assert (await evaluated(tmp_path, Rule.FOR_EACH, values=written)).values == {"values": found}
    assert (await evaluated(tmp_path, Rule.EACH_PARALLEL, value=written)).values == {"value": found}


@pytest.mark.parametrize("name", REFUSED)
async def test_values_that_no_loop_takes(name: str, tmp_path: Path) -> None:
    written, reason = REFUSED[name]
    assert reason in (await evaluated(tmp_path, Rule.FOR_EACH, values=written)).error


async def test_how_many_at_once_may_be_an_expression(tmp_path: Path) -> None:
    assert (await evaluated(tmp_path, Rule.PARALLEL, concurrent="{{ 2 + 1 }}")).values == {"concurrent": 3}
    assert "whole number" in (await evaluated(tmp_path, Rule.PARALLEL, concurrent="many")).error


async def test_a_long_text_that_is_no_list_is_told_in_short(tmp_path: Path) -> None:
    assert len((await evaluated(tmp_path, Rule.FOR_EACH, values="x" * 100_000)).error) < 300
