"""The database file: its settings, its versions, and what is said when it can't be used."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import Faulted
from runtime.model.states import State
from runtime.store import Filter, Store, database
from runtime.store.database import PRAGMAS, SQL, Database, moment, stamp
from runtime.store.executions import _where
from tests.contract.store_facts import NOON, execution, flow, recorded

SECOND = "CREATE TABLE later (a INTEGER) STRICT;\nINSERT INTO later SELECT COUNT(*) FROM executions;"


async def asked(opened: Database, sql: str, *values: Any) -> list[Any]:
    return await opened.call(lambda sqlite: sqlite.execute(sql, values).fetchall())


async def make(directory: Path) -> None:
    """A data directory with one execution and one flow."""
    async with Store.open(directory) as store:
        await store.executions.record([recorded(execution())])
        await store.flows.save(flow(), "f.yaml", NOON)


def tables(path: Path) -> set[str]:
    sqlite = sqlite3.connect(path)
    try:
        return {name for (name,) in sqlite.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        sqlite.close()


# --- settings


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("busy_timeout", 5000), ("temp_store", 2)],
)
async def test_a_file_is_opened_so_that_a_power_cut_loses_nothing(
    tmp_path: Path, pragma: str, value: object
) -> None:
    opened = await Database.open(tmp_path / "a.db")
    assert await asked(opened, f"PRAGMA {pragma}") == [(value,)]
    await opened.close()
    assert any(pragma in line for line in PRAGMAS)


@given(st.datetimes(timezones=st.timezones()))
def test_a_time_is_kept_to_the_microsecond_in_any_zone(at: datetime) -> None:
    assert moment(stamp(at)) == at.astimezone(UTC)


def test_no_time_stays_none() -> None:
    assert (stamp(None), moment(None)) == (None, None)


async def test_every_named_statement_fits_the_tables(tmp_path: Path) -> None:
    opened = await Database.open(None)
    for name, sql in SQL.items():
        plan = await asked(opened, f"EXPLAIN {sql}", *[None] * sql.count("?"))
        assert plan, name
    await opened.close()


# --- transactions


async def test_work_that_fails_leaves_nothing_behind() -> None:
    opened = await Database.open(None)

    def half(sqlite: sqlite3.Connection) -> None:
        sqlite.execute(SQL["add_audit"], (1, "ann", "a", "b", "{}"))
        raise LookupError

    with pytest.raises(LookupError):
        await opened.write(half)
    assert await opened.rows("page_audit", 99, 99) == []
    await opened.run("add_audit", 1, "ann", "a", "b", "{}")
    assert len(await opened.rows("page_audit", 99, 99)) == 1
    await opened.close()


async def limited(opened: Database, pages: int) -> None:
    await asked(opened, f"PRAGMA max_page_count = {pages}")


async def fill(opened: Database) -> None:
    for number in range(1000):
        await opened.run("add_audit", number, "ann", "a", "b" * 3000, "{}")


async def test_a_database_that_is_full_says_so_and_goes_on_when_there_is_room() -> None:
    opened = await Database.open(None)
    await limited(opened, 60)
    with pytest.raises(Faulted):
        await fill(opened)
    with pytest.raises(Faulted):
        await opened.run("add_audit", 1, "ann", "a", "b" * 9000, "{}")
    await limited(opened, 6000)
    await fill(opened)
    await opened.close()


async def test_a_full_database_names_the_remedy() -> None:
    opened = await Database.open(None)
    await limited(opened, 60)
    with pytest.raises(Faulted) as failure:
        await fill(opened)
    await opened.close()
    assert "full" in failure.value.message
    assert "make room" in failure.value.hint


# --- versions


async def test_a_file_of_an_older_version_is_brought_up_to_date_after_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make(tmp_path)
    scripts = [*database._migrations(), (9998, SECOND), (9999, "DROP TABLE audit;")]
    monkeypatch.setattr(database, "_migrations", lambda: scripts)
    async with Store.open(tmp_path) as store:
        assert (await store.executions.get("e"))[0] == execution()
        assert len(await store.flows.active()) == 1
    assert "later" in tables(tmp_path / "flowdeck.db")
    assert "audit" not in tables(tmp_path / "flowdeck.db")
    copy = tmp_path / "flowdeck.db.before-9998"
    assert "audit" in tables(copy)
    sqlite = sqlite3.connect(copy)
    assert sqlite.execute("SELECT COUNT(*) FROM executions").fetchone() == (1,)
    sqlite.close()


async def test_an_up_to_date_file_is_not_copied(tmp_path: Path) -> None:
    await make(tmp_path)
    await make_again(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["flowdeck.db", "flowdeck.lock"]


async def make_again(directory: Path) -> None:
    async with Store.open(directory) as store:
        assert (await store.executions.get("e"))[0] == execution()


async def test_a_migration_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make(tmp_path)
    with monkeypatch.context() as patch:
        broken = [*database._migrations(), (9999, "CREATE TABLE half (a);\nDROP TABLE nowhere;")]
        patch.setattr(database, "_migrations", lambda: broken)
        with pytest.raises(Faulted):
            await make_again(tmp_path)
    assert "half" not in tables(tmp_path / "flowdeck.db")
    await make_again(tmp_path)


async def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    await make(tmp_path)
    sqlite = sqlite3.connect(tmp_path / "flowdeck.db")
    sqlite.execute("PRAGMA user_version = 9999")
    sqlite.close()
    with pytest.raises(Faulted, match="newer flowdeck") as failure:
        await make_again(tmp_path)
    assert "install" in failure.value.hint


async def test_a_file_that_is_no_database_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "flowdeck.db").write_text("Dear diary, " * 100)
    with pytest.raises(Faulted, match="not a database"):
        await make(tmp_path)
    assert (tmp_path / "flowdeck.db").read_text().startswith("Dear diary")


def test_migrations_are_numbered_without_a_gap() -> None:
    numbers = [number for number, _ in database._migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


# --- plans


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Filter(), "sqlite_autoindex_executions_1"),
        (Filter(flow_id="f"), "sqlite_autoindex_executions_1"),
        (Filter(states=(State.FAILED,)), "executions_by_state"),
    ],
)
async def test_a_page_is_read_along_an_index_without_sorting(wanted: Filter, index: str) -> None:
    opened = await Database.open(None)
    clauses, values = _where(wanted, None)
    sql = f"EXPLAIN QUERY PLAN SELECT id, record FROM executions {clauses} ORDER BY id DESC LIMIT 50"
    plan = " ".join(row[3] for row in await asked(opened, sql, *values))
    await opened.close()
    assert index in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("unfinished", "executions_unfinished"),
        ("latest_execution", "executions_by_flow"),
        ("counts", "executions_by_state"),
        ("durations", "executions_by_flow"),
        ("events", "PRIMARY KEY"),
        ("task_runs", "PRIMARY KEY"),
        ("nodes", "PRIMARY KEY"),
        ("next_node", "PRIMARY KEY"),
    ],
)
async def test_a_statement_that_runs_often_uses_its_index(name: str, index: str) -> None:
    opened = await Database.open(None)
    plan = await asked(opened, f"EXPLAIN QUERY PLAN {SQL[name]}", *[None] * SQL[name].count("?"))
    await opened.close()
    assert index in " ".join(row[3] for row in plan)
