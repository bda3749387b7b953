"""The vault over a real keyring daemon, over a locked one, and where there is none.

Run it inside a session of its own, so that it touches nobody's passwords:

    dbus-run-session -- sh -c 'printf PASS | gnome-keyring-daemon --unlock --components=secrets >/dev/null
        .venv/bin/pytest tests/integration/test_keyring.py'

with XDG_DATA_HOME pointing to an empty directory. Tests that need the daemon skip where none answers; with CI=true they fail.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.errors import SecretNotFound
from runtime.secrets.vault import StoredSecret, Vault

NOBODY = "flowdeck.tests"

DESCRIBE = """
import asyncio, sys
from pathlib import Path
from runtime.errors import KeyringUnavailable
from runtime.secrets.vault import Vault

async def main():
    vault = Vault(Path(sys.argv[1]))
    standing = await vault.describe()
    print("usable" if standing.usable else "unusable", standing.text)
    print(standing.hint)
    for action in (vault.set("company", "TOKEN", "value"), vault.get("company", "TOKEN")):
        try:
            print("done", await action)
        except KeyringUnavailable as failure:
            print("refused", failure.message)

asyncio.run(main())
"""


def missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
async def vault(tmp_path: Path) -> AsyncIterator[Vault]:
    """A vault over this session's keyring, which is left as it was."""
    made = Vault(tmp_path, place="keyring", environ={})
    standing = await made.describe()
    if not standing.usable:
        missing(f"{standing.text} See the first lines of {Path(__file__).name} for how to start one.")
    yield made
    for secret in made.stored():
        await made.delete(secret.namespace, secret.name)


def explain(data: Path, *command: str, **environ: str) -> str:
    """What a process in this environment says about its keyring; it must come to an end by itself."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [*command, sys.executable, "-W", "error", "-c", DESCRIBE, str(data)],
        env={**inherited, "PYTHONPATH": str(Path(__file__).parents[2]), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout


@pytest.mark.keyring
async def test_a_secret_goes_into_the_keyring_and_comes_back(tmp_path: Path, vault: Vault) -> None:
    value = f"Grüße, {uuid.uuid4()}\nand a second line"
    await vault.set(f"{NOBODY}.data", "Token", value)
    other = Vault(tmp_path, place="keyring", environ={})  # nothing remembered
    assert await other.get(f"{NOBODY}.data.below", "TOKEN") == value
    assert other.stored() == [StoredSecret(f"{NOBODY}.data", "TOKEN")]
    await vault.delete(f"{NOBODY}.data", "TOKEN")
    with pytest.raises(SecretNotFound):
        await vault.get(f"{NOBODY}.data", "TOKEN")


@pytest.mark.keyring
async def test_a_person_finds_it_by_service_and_user(vault: Vault) -> None:
    await vault.set(NOBODY, "SNOWFLAKE_PASSWORD", "hunter22")
    found = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "keyring", "get", f"flowdeck/{NOBODY}", "SNOWFLAKE_PASSWORD"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "hunter22"


@pytest.mark.keyring
async def test_a_secret_that_a_person_put_there_is_found_and_listed(tmp_path: Path, vault: Vault) -> None:
    await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "keyring", "set", f"flowdeck/{NOBODY}", "BY_HAND"],
        input="typed\n",
        text=True,
        check=True,
    )
    assert vault.names(NOBODY) == []
    assert await vault.get(NOBODY, "by_hand") == "typed"
    assert vault.names(NOBODY) == ["BY_HAND"]


@pytest.mark.keyring
async def test_many_tasks_may_ask_at_once(vault: Vault) -> None:
    await vault.set(NOBODY, "TOKEN", "value")
    assert set(await asyncio.gather(*(vault.get(f"{NOBODY}.team{n % 5}", "TOKEN") for n in range(100)))) == {
        "value"
    }


@pytest.mark.keyring
async def test_describe_names_the_keyring(vault: Vault) -> None:
    assert "the operating system's keyring (" in (await vault.describe()).text


@pytest.mark.keyring
def test_a_locked_keyring_is_refused_at_once_with_the_remedies(tmp_path: Path) -> None:
    if shutil.which("dbus-run-session") is None or shutil.which("gnome-keyring-daemon") is None:
        missing(
            "dbus-run-session and gnome-keyring-daemon are needed to lock a keyring: apt-get install gnome-keyring dbus"
        )
    keyrings = tmp_path / "keyrings"
    keyrings.mkdir()
    session = ("dbus-run-session", "--", "sh", "-c")
    unlock = 'printf PASS | gnome-keyring-daemon --unlock --components=secrets >/dev/null; "$@"'
    lock = 'gnome-keyring-daemon --start --components=secrets >/dev/null; "$@"'
    here = {"XDG_DATA_HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    assert explain(tmp_path, *session, unlock, "sh", **here).startswith("usable")
    said = explain(tmp_path, *session, lock, "sh", **here)
    assert said.startswith("unusable The keyring does not open:")
    assert "gnome-keyring-daemon --unlock" in said
    assert "FLOWDECK_KEYRING_KEY_FILE" in said
    assert said.count("refused The keyring does not open:") == 2


def test_without_a_session_bus_the_absence_is_explained(tmp_path: Path) -> None:
    said = explain(tmp_path, XDG_RUNTIME_DIR=str(tmp_path), DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
    assert said.startswith("unusable No keyring answers here.")
    assert "FLOWDECK_KEYRING_KEY_FILE" in said
    assert "SECRET_<NAME>" in said
    assert said.count("refused No keyring answers here.") == 2


def test_a_keyring_that_was_switched_off_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    said = explain(tmp_path, PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")
    assert said.startswith("unusable The keyring is switched off")


def test_a_backend_that_cannot_be_loaded_is_explained(tmp_path: Path) -> None:
    said = explain(tmp_path, PYTHON_KEYRING_BACKEND="no.such.module.Keyring")
    assert said.startswith("unusable The keyring failed: No module named 'no'.")


def test_without_a_session_bus_the_encrypted_file_serves(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("a key of more than sixteen bytes")
    key.chmod(0o600)
    said = explain(tmp_path, XDG_RUNTIME_DIR=str(tmp_path), FLOWDECK_KEYRING_KEY_FILE=str(key))
    assert said.startswith(f"usable Secrets are kept in the encrypted file {tmp_path / 'secrets' / 'vault'}")
    assert (tmp_path / "secrets" / "vault").exists()
