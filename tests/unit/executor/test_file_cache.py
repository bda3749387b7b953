"""The archive of files that a WorkingDirectory keeps."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.executor.file_cache import FileCache

NOW = datetime.now(UTC)


@pytest.fixture
def cache(tmp_path: Path) -> FileCache:
    return FileCache.of(tmp_path / "memory", None, ["**"], timedelta(hours=1))


def made(directory: Path, **files: str) -> Path:
    directory.mkdir()
    for name, content in files.items():
        (directory / name).write_text(content)
    return directory


def test_links_and_modes_come_back(cache: FileCache, tmp_path: Path) -> None:
    first = made(tmp_path / "first", run="#!/bin/sh")
    (first / "run").chmod(0o755)
    (first / "link").symlink_to("run")
    cache.keep(first, NOW)
    second = made(tmp_path / "second")
    cache.lay(second, NOW)
    assert os.access(second / "run", os.X_OK)
    assert (second / "link").readlink() == Path("run")


def test_it_is_written_only_where_something_changed(cache: FileCache, tmp_path: Path) -> None:
    first = made(tmp_path / "first", a="1")
    cache.keep(first, NOW)
    before = cache.archive.stat()
    cache.keep(first, NOW)
    assert cache.archive.stat() == before
    (first / "b").write_text("2")
    cache.keep(first, NOW)
    assert cache.archive.stat().st_ino != before.st_ino


def test_nothing_of_nothing_is_kept(cache: FileCache, tmp_path: Path) -> None:
    cache.keep(made(tmp_path / "first"), NOW)
    assert not cache.archive.exists()


def test_it_has_its_time(cache: FileCache, tmp_path: Path) -> None:
    cache.keep(made(tmp_path / "first", a="1"), NOW)
    second = made(tmp_path / "second")
    cache.lay(second, NOW + timedelta(hours=2))
    assert list(second.iterdir()) == []
    cache.lay(second, NOW)
    assert (second / "a").read_text() == "1"


def test_one_that_is_broken_counts_as_none(cache: FileCache, tmp_path: Path) -> None:
    first = made(tmp_path / "first", a="1")
    cache.archive.parent.mkdir()
    cache.archive.write_bytes(b"no archive at all")
    cache.lay(first, NOW)
    assert (first / "a").read_text() == "1"
    cache.keep(first, NOW)
    second = made(tmp_path / "second")
    cache.lay(second, NOW)
    assert (second / "a").read_text() == "1"


def test_values_do_not_share_one(tmp_path: Path) -> None:
    places = {FileCache.of(tmp_path, value, [], None).archive for value in (None, "a", "b/../c")}
    assert len(places) == 3
    assert {place.parent for place in places} == {tmp_path}
