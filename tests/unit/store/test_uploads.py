"""Files on their way in."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.errors import FileNotFound, InvalidRequest
from runtime.store.uploads import Uploads


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path)


def test_parts_become_one_file_of_the_same_name(uploads: Uploads) -> None:
    address = uploads.begin("some/where/a b.csv")
    assert [uploads.append(address, part) for part in (b"one", b"", b"two")] == [3, 3, 6]
    assert (uploads.locate(address).name, uploads.locate(address).read_bytes()) == ("a b.csv", b"onetwo")
    uploads.drop(address)
    with pytest.raises(FileNotFound):
        uploads.locate(address)


def test_what_nobody_used_goes_after_a_while(uploads: Uploads) -> None:
    old, new = uploads.begin("old"), uploads.begin("new")
    os.utime(uploads.locate(old), (0, 0))
    assert uploads.drop_older(datetime.now(UTC) - timedelta(days=1)) == 1
    assert uploads.locate(new).is_file()
    with pytest.raises(FileNotFound):
        uploads.locate(old)


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a\nb"])
def test_a_name_that_is_none_is_refused(uploads: Uploads, name: str) -> None:
    with pytest.raises(InvalidRequest):
        uploads.begin(name)


@pytest.mark.parametrize(
    "address", ["kestra:///_uploads/../x", "kestra:///_uploads/ab/../../x", "kestra:///company/x", "x", ""]
)
def test_no_address_leads_elsewhere(uploads: Uploads, tmp_path: Path, address: str) -> None:
    (tmp_path / "x").write_text("secret")
    with pytest.raises((InvalidRequest, FileNotFound)):
        uploads.locate(address)
