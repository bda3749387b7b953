"""The tasks that work on stored files."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from runtime.errors import Failure, FileNotFound, TaskFailed
from runtime.tasks.storage import (
    Concat,
    Delete,
    LocalFiles,
    PurgeCurrentExecutionFiles,
    Reverse,
    Size,
    Split,
    Write,
)
from runtime.tasks.storage_items import DeduplicateItems, FilterItems
from runtime.tasks.storage_purge import PurgeStorage
from tests.support import World

ROWS = '{"id":1,"who":"ada"}\n{id:2,who:"bob"}\n\n{"id":1,"who":"eve"}\n'


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def keep(world: World, text: str, name: str = "a.txt") -> str:
    return world.context.files.put(text.encode(), name)


@pytest.mark.parametrize(
    ("extension", "name"), [(".txt", "content.txt"), ("csv", "content.csv"), (None, "content")]
)
async def test_write_keeps_a_text(world: World, extension: str | None, name: str) -> None:
    uri = (await Write(content="größe", extension=extension).run(world.context)).outputs["uri"]
    assert uri.endswith(f"/tasks/task/taskrun/{name}")
    assert world.store.read(uri) == "größe"


@pytest.mark.parametrize("form", [list, json.dumps, lambda uris: {"x": uris[0], "y": uris[1]}])
async def test_concat_joins_files_in_order(world: World, form: Any) -> None:
    uris = [keep(world, "one", "b"), keep(world, "two", "a")]
    uri = (await Concat(files=form(uris), separator="\n", extension=".csv").run(world.context)).outputs["uri"]
    assert uri.endswith(".csv")
    assert world.store.read(uri) == "one\ntwo\n"


async def test_concat_says_which_file_is_not_there(world: World) -> None:
    with pytest.raises(FileNotFound, match=r"kestra:///gone\.csv"):
        await Concat(files=["kestra:///gone.csv"]).run(world.context)


async def test_split_keeps_each_part(world: World) -> None:
    task = Split(from_=keep(world, "1\n2\n3\n", "a.csv"), rows=2)
    uris = (await task.run(world.context)).outputs["uris"]
    assert [world.store.read(uri) for uri in uris] == ["1\n2\n", "3\n"]
    assert not list(world.scratch.rglob("*.csv"))


@pytest.mark.parametrize(
    ("text", "keys", "reversed_text"),
    [
        ("1\n2\n3\n", {}, "3\n2\n1\n"),
        ("1\n2", {}, "2\n1\n"),
        ("1;2;3", {"separator": ";"}, "3;2;1;"),
        ("", {}, ""),
        ("ä\nö\n", {}, "ö\nä\n"),
        ("1||2||3", {"separator": "||"}, "3||2||1||"),
    ],
)
async def test_reverse_begins_with_the_last_line(
    world: World, text: str, keys: dict[str, str], reversed_text: str
) -> None:
    uri = (await Reverse(from_=keep(world, text), **keys).run(world.context)).outputs["uri"]
    assert world.store.read(uri) == reversed_text


async def test_size_and_delete(world: World) -> None:
    uri = keep(world, "12345")
    assert (await Size(uri=uri).run(world.context)).outputs == {"size": 5}
    assert (await Delete(uri=uri).run(world.context)).outputs == {"uri": uri, "deleted": True}
    assert (await Delete(uri=uri).run(world.context)).outputs == {"uri": uri, "deleted": False}
    with pytest.raises(FileNotFound):
        await Delete(uri=uri, error_on_missing=True).run(world.context)
    with pytest.raises(FileNotFound):
        await Size(uri=uri).run(world.context)


@pytest.mark.parametrize("uri", ["kestra:///../../etc/passwd", "file:///etc/passwd", "/etc/passwd", ""])
async def test_delete_reaches_stored_files_only(world: World, uri: str) -> None:
    with pytest.raises(Failure):
        await Delete(uri=uri).run(world.context)


async def test_purge_takes_all_of_the_execution(world: World) -> None:
    uris = [keep(world, "1", "a"), keep(world, "2", "b/c")]
    assert (await PurgeCurrentExecutionFiles().run(world.context)).outputs == {"uris": uris}
    assert (await PurgeCurrentExecutionFiles().run(world.context)).outputs == {"uris": []}


async def test_local_files_lays_and_keeps(world: World) -> None:
    task = LocalFiles(inputs={"in/a.txt": "hello", "b.txt": keep(world, "stored")}, outputs=["**/*.txt"])
    kept = (await task.run(world.context)).outputs["uris"]
    assert {name: world.store.read(uri) for name, uri in kept.items()} == {
        "in/a.txt": "hello",
        "b.txt": "stored",
    }


async def test_the_last_item_of_a_key_stays(world: World) -> None:
    task = DeduplicateItems(from_=keep(world, ROWS, "a.ion"), expr="{{ id }}")
    outputs = dict((await task.run(world.context)).outputs)
    assert world.store.read(outputs.pop("uri")) == '{"id":2,"who":"bob"}\n{"id":1,"who":"eve"}\n'
    assert outputs == {"numKeys": 2, "processedItemsTotal": 3, "droppedItemsTotal": 1}


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ({"filter_condition": "{{ id == 1 }}"}, ["ada", "eve"]),
        ({"filter_condition": "{{ item.who == 'bob' }}", "filter_type": "EXCLUDE"}, ["ada", "eve"]),
        ({"filter_condition": "{{ id == 1 ? null : true }}", "error_or_null_behavior": "EXCLUDE"}, ["bob"]),
        ({"filter_condition": "{{ gone }}", "error_or_null_behavior": "INCLUDE"}, ["ada", "bob", "eve"]),
    ],
)
async def test_a_condition_lets_items_through(world: World, keys: Any, left: list[str]) -> None:
    outputs = (await FilterItems(from_=keep(world, ROWS, "a.ion"), **keys).run(world.context)).outputs
    kept = [json.loads(line)["who"] for line in world.store.read(outputs["uri"]).splitlines()]
    assert kept == left
    assert (outputs["processedItemsTotal"], outputs["droppedItemsTotal"]) == (3, 3 - len(left))


@pytest.mark.parametrize("condition", ["{{ gone }}", "{{ null }}"])
async def test_an_item_without_an_answer_is_a_failure_unless_said_otherwise(
    world: World, condition: str
) -> None:
    task = FilterItems(from_=keep(world, ROWS, "a.ion"), filter_condition=condition)
    with pytest.raises(TaskFailed, match=r"item 1: .*\n?.*errorOrNullBehavior"):
        await task.run(world.context)


async def test_the_rows_of_a_csv_are_items_too(world: World) -> None:
    csv = keep(world, 'id,who\n1,"a, b"\n2,c\n', "a.csv")
    task = FilterItems(from_=csv, filter_condition="{{ id == '1' }}")
    uri = (await task.run(world.context)).outputs["uri"]
    assert uri.endswith(".jsonl")
    assert world.store.read(uri) == '{"id":"1","who":"a, b"}\n'


async def test_what_is_no_item_is_told_with_its_line(world: World) -> None:
    with pytest.raises(TaskFailed, match="line 2 of the file is neither JSON nor Ion"):
        await DeduplicateItems(from_=keep(world, "{}\n{oh no\n"), expr="x").run(world.context)


async def test_purge_storage_counts_first_and_deletes_when_told(world: World) -> None:
    old, new = keep(world, "old", "old"), keep(world, "new", "new")
    os.utime(world.store.locate(old), (0, 0))
    task = PurgeStorage(end_date="2020-01-01", namespace="company")
    assert (await task.run(world.context)).outputs == {
        "scannedCount": 1,
        "purgedCount": 1,
        "deletedFilesCount": 0,
    }
    for keys in ({"start_date": "1999-01-01T00:00:00Z"}, {"namespace": "other"}, {"flow_id": "other"}):
        other = PurgeStorage(end_date="2020-01-01", dry_run=False, **keys)  # type: ignore[arg-type]
        assert (await other.run(world.context)).outputs["deletedFilesCount"] == 0
    outputs = (await PurgeStorage(end_date="2020-01-01", dry_run=False).run(world.context)).outputs
    assert outputs["deletedFilesCount"] == 1
    assert world.store.read(new) == "new"
    with pytest.raises(TaskFailed, match="`endDate` must be a date"):
        await PurgeStorage(end_date="soon").run(world.context)
