"""The database file: one connection, WAL, nothing lost at a power cut; named statements, numbered migrations, one owner.

A piece of work runs as one function on the connection's own thread, in one transaction: a hop between threads for each
statement would cost more than the statements.
"""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from runtime.errors import Faulted, Internal

T = TypeVar("T")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # 0.34 ms a commit against 0.09 with NORMAL: a lost decision is worse
    "PRAGMA busy_timeout = 5000",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -8000",  # KiB
)


def stamp(at: datetime | None) -> int | None:
    """Microseconds since 1970; exact, as a float of seconds is not."""
    return None if at is None else (at - EPOCH) // MICROSECOND


def moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else EPOCH + microseconds * MICROSECOND


def _statements() -> dict[str, str]:
    text = resources.files("runtime.store").joinpath("queries.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return {name: sql.strip() for name, sql in zip(parts[1::2], parts[2::2], strict=True)}


SQL = _statements()


def _migrations() -> list[tuple[int, str]]:
    found = resources.files("runtime.store.migrations").iterdir()
    scripts = [
        (int(file.name[:4]), file.read_text(encoding="utf-8")) for file in found if file.name.endswith(".sql")
    ]
    return sorted(scripts)


class Database:
    """Runs named statements."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @staticmethod
    async def open(path: Path | None) -> "Database":
        """`None` keeps everything in memory. A file of an older version is brought up to date, after a copy of it is made."""
        with _explained():
            # tried beforehand: the thread of an aiosqlite that can't connect speaks to the loop when that may be gone
            await asyncio.to_thread(lambda: sqlite3.connect(path or ":memory:").close())
            connection = await aiosqlite.connect(
                path or ":memory:", isolation_level=None, cached_statements=256
            )
        database = Database(connection)
        try:
            await database.call(lambda sqlite: _prepare(sqlite, path))
        except BaseException:
            await connection.close()
            raise
        return database

    async def close(self) -> None:
        await self._connection.close()

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the connection's thread, as it is."""
        with _explained():
            return await self._connection._execute(work, self._connection._conn)  # type: ignore[no-any-return, no-untyped-call]  # noqa: SLF001 - aiosqlite offers no other way to send a whole function

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in one transaction: all of it happens, or nothing."""
        return await self.call(lambda sqlite: _transaction(sqlite, work))

    async def rows(self, name: str, *values: Any) -> list[Any]:
        return await self.call(lambda sqlite: sqlite.execute(SQL[name], values).fetchall())

    async def row(self, name: str, *values: Any) -> Any:
        """The first row, or None."""
        return await self.call(lambda sqlite: sqlite.execute(SQL[name], values).fetchone())

    async def run(self, name: str, *values: Any) -> None:
        await self.write(lambda sqlite: sqlite.execute(SQL[name], values))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise Internal(f"the database refuses: {error}") from error
    except sqlite3.Error as error:
        hint = "make room on the disk of the data directory" if "full" in str(error) else ""
        raise Faulted(f"the database can't be used: {error}", hint=hint) from error


def _transaction(sqlite: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    sqlite.execute("BEGIN IMMEDIATE")
    try:
        found = work(sqlite)
    except BaseException:
        if sqlite.in_transaction:  # a full disk makes SQLite roll back by itself
            sqlite.execute("ROLLBACK")
        raise
    sqlite.execute("COMMIT")
    return found


def _prepare(sqlite: sqlite3.Connection, path: Path | None) -> None:
    for pragma in PRAGMAS:
        sqlite.execute(pragma)
    version: int = sqlite.execute("PRAGMA user_version").fetchone()[0]
    scripts = _migrations()
    if version > scripts[-1][0]:
        raise Faulted(
            f"{path} was written by a newer flowdeck (version {version} of its tables)",
            hint="install that flowdeck",
        )
    due = [(number, script) for number, script in scripts if number > version]
    if due and version and path is not None:
        sqlite.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy2(path, path.with_name(f"{path.name}.before-{due[0][0]:04}"))
    for number, script in due:
        sqlite.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
