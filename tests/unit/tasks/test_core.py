from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from runtime.errors import TaskFailed
from runtime.tasks.core import Fail, Log, OutputValues, Return, Sleep
from tests.support import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize(
    ("task", "entries"),
    [
        (Log(message="hello"), [("INFO", "hello")]),
        (Log(message=["one", "two"], level="WARN"), [("WARN", "one"), ("WARN", "two")]),
        (Log(message=42), [("INFO", "42")]),
        (Log(message={"rows": 3}), [("INFO", '{"rows":3}')]),
        (Log(message=[]), []),
    ],
)
async def test_log_writes_each_message_at_its_level(
    world: World, task: Log, entries: list[tuple[str, str]]
) -> None:
    await task.run(world.context)
    assert world.log.entries == entries


async def test_return_gives_its_text_back(world: World) -> None:
    assert (await Return(format="x 1").run(world.context)).outputs == {"value": "x 1"}
    assert (await Return().run(world.context)).outputs == {}


async def test_output_values_keep_their_types(world: World) -> None:
    result = await OutputValues(values={"n": 3, "list": [1, "a"]}).run(world.context)
    assert result.outputs == {"values": {"n": 3, "list": [1, "a"]}}


@pytest.mark.parametrize("task", [Fail(), Fail(condition=True), Fail(condition="no")])
async def test_fail_fails_where_its_condition_holds(world: World, task: Fail) -> None:
    with pytest.raises(TaskFailed, match="Task failure"):
        await task.run(world.context)


@pytest.mark.parametrize("condition", [False, "false", "0", "", None, 0])
async def test_fail_succeeds_where_its_condition_does_not_hold(world: World, condition: object) -> None:
    assert (await Fail(condition=condition).run(world.context)).outputs == {}


async def test_sleep_takes_a_duration_as_text(world: World) -> None:
    task = msgspec.convert({"duration": "PT0.01S"}, Sleep, strict=False)
    assert task.duration == timedelta(milliseconds=10)
    await task.run(world.context)
