"""docs/secrets.md names what a reader needs, with the numbers of the code."""

from pathlib import Path

from runtime.secrets import key_file, redact, vault
from runtime.secrets.backends import FILE_NAME

TEXT = (Path(__file__).parents[3] / "docs" / "secrets.md").read_text()


def test_every_setting_and_file_is_told() -> None:
    for word in (
        key_file.KEY_FILE,
        key_file.CREDENTIAL,
        FILE_NAME,
        vault.NAMES_FILE,
        vault.service("company.data"),
        redact.MASK,
    ):
        assert word in TEXT


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"remembered for {vault.REMEMBERED:g} seconds" in TEXT
    assert f"within {vault.ANSWER_TIMEOUT:g} s" in TEXT
    assert (redact.SHORTEST, redact.SHORTEST_LINE) == (4, 6)
    assert all(f"`{word}`" in TEXT for word in redact.HARMLESS)
