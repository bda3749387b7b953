"""The vault over the encrypted file: a real keyring backend, which needs no daemon."""

import asyncio
import base64
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runtime.clock import ManualClock
from runtime.errors import Faulted, InvalidRequest, KeyringUnavailable, SecretNotFound
from runtime.secrets.blocking import Hanging, OneAtATime
from runtime.secrets.key_file import KEY_FILE
from runtime.secrets.vault import REMEMBERED, StoredSecret, Vault


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def rewrite(path: Path, content: str | None, mode: int = 0o600) -> None:
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_text(content)
        path.chmod(mode)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    rewrite(path, "correct horse battery staple\n")
    return path


@pytest.fixture
def environ(key: Path) -> dict[str, str]:
    return {KEY_FILE: str(key), "SECRET_FROM_ENV": encoded("of the environment")}


@pytest.fixture
def vault(tmp_path: Path, environ: dict[str, str]) -> Vault:
    return Vault(tmp_path / "data", environ=environ)


def again(vault_path: Path, environ: dict[str, str]) -> Vault:
    """Another process's view of the same files."""
    return Vault(vault_path / "data", environ=environ)


async def test_a_secret_is_found_from_its_namespace_and_from_those_below(vault: Vault) -> None:
    await vault.set("company", "TOKEN", "of the company")
    await vault.set("company.data", "TOKEN", "of the team")
    assert await vault.get("company", "TOKEN") == "of the company"
    assert await vault.get("company.data", "TOKEN") == "of the team"
    assert await vault.get("company.data.finance", "TOKEN") == "of the team"
    assert await vault.get("company.sales", "TOKEN") == "of the company"
    with pytest.raises(SecretNotFound):
        await vault.get("companydata", "TOKEN")


async def test_names_are_the_same_in_any_case(vault: Vault) -> None:
    await vault.set("company", "Api_Key", "value")
    assert await vault.get("company", "api_key") == "value"
    assert vault.names("company") == ["API_KEY"]


async def test_a_secret_is_read_by_the_next_process(
    tmp_path: Path, vault: Vault, environ: dict[str, str]
) -> None:
    await vault.set("company", "TOKEN", "Grüße\nüber zwei Zeilen")
    assert await again(tmp_path, environ).get("company", "TOKEN") == "Grüße\nüber zwei Zeilen"


async def test_a_deleted_secret_is_gone_and_the_parents_shows_again(vault: Vault) -> None:
    await vault.set("company", "TOKEN", "of the company")
    await vault.set("company.data", "TOKEN", "of the team")
    await vault.get("company.data", "TOKEN")
    await vault.delete("company.data", "token")
    assert await vault.get("company.data", "TOKEN") == "of the company"
    assert vault.stored() == [StoredSecret("company", "TOKEN"), StoredSecret("", "FROM_ENV")]


async def test_deleting_what_is_not_there_says_where_it_comes_from(vault: Vault) -> None:
    await vault.set("company", "TOKEN", "of the company")
    with pytest.raises(SecretNotFound, match="It comes from company"):
        await vault.delete("company.data", "TOKEN")
    with pytest.raises(SecretNotFound, match="the environment, as SECRET_FROM_ENV"):
        await vault.delete("company", "FROM_ENV")


async def test_the_environment_is_the_last_resort_of_every_namespace(vault: Vault) -> None:
    assert await vault.get("any.where", "from_env") == "of the environment"
    await vault.set("any", "FROM_ENV", "of the keyring")
    assert await vault.get("any.where", "FROM_ENV") == "of the keyring"
    assert vault.visible("any.where") == [StoredSecret("any", "FROM_ENV")]
    assert vault.visible("other") == [StoredSecret("", "FROM_ENV")]


async def test_a_missing_secret_names_the_nearest_or_where_another_is(vault: Vault) -> None:
    await vault.set("company.data", "SNOWFLAKE_PASSWORD", "x")
    with pytest.raises(SecretNotFound, match="Did you mean SNOWFLAKE_PASSWORD"):
        await vault.get("company.data", "SNOWFLAKE_PASWORD")
    with pytest.raises(SecretNotFound, match=r"company\.data has one, which company does not see"):
        await vault.get("company", "SNOWFLAKE_PASSWORD")
    with pytest.raises(SecretNotFound, match="`flowdeck secret set company OTHER` stores one"):
        await vault.get("company", "OTHER")


@pytest.mark.parametrize("value", ["not base64!", "%%%", base64.b64encode(b"\xff\xfe").decode()])
async def test_a_variable_that_is_not_base64_of_a_text_is_explained(tmp_path: Path, value: str) -> None:
    with pytest.raises(InvalidRequest, match=r"SECRET_BAD.*\n.*base64 -w0"):
        await Vault(tmp_path, environ={"SECRET_BAD": value}, place="keyring").get("a", "BAD")


async def test_base64_with_line_ends_is_read(tmp_path: Path, environ: dict[str, str]) -> None:
    folded = "\n".join(encoded("a long value")[at : at + 4] for at in range(0, 16, 4))
    vault = Vault(tmp_path, environ={**environ, "secret_lower": folded})
    assert await vault.get("a", "LOWER") == "a long value"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "-x", "ü", "x" * 151])
async def test_a_name_that_is_none_is_refused(vault: Vault, name: str) -> None:
    with pytest.raises(InvalidRequest, match="cannot name a secret"):
        await vault.set("company", name, "value")


@pytest.mark.parametrize("namespace", ["", "Company", "a/b", "../x"])
async def test_a_namespace_that_is_none_is_refused(vault: Vault, namespace: str) -> None:
    with pytest.raises(InvalidRequest, match="is not a namespace"):
        await vault.get(namespace, "TOKEN")


async def test_an_empty_value_is_refused(vault: Vault) -> None:
    with pytest.raises(InvalidRequest, match="empty"):
        await vault.set("company", "TOKEN", "")


async def test_files_are_private_and_hold_neither_value_nor_name_in_the_clear(
    tmp_path: Path, vault: Vault
) -> None:
    await vault.set("company.data", "TOKEN", "the-value")
    directory = tmp_path / "data" / "secrets"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()} == {0o600}
    content = (directory / "vault").read_text()
    assert "the-value" not in content
    assert "TOKEN" not in content
    assert "company" not in content


async def test_another_key_does_not_open_the_file(
    tmp_path: Path, vault: Vault, environ: dict[str, str], key: Path
) -> None:
    await vault.set("company", "TOKEN", "value")
    rewrite(key, "another key, as long as the first")
    with pytest.raises(KeyringUnavailable, match=r"does not open.*\n.*from a backup"):
        await again(tmp_path, environ).get("company", "TOKEN")


@pytest.mark.parametrize("part", ["salt", "nonce", "data", "format"])
async def test_an_altered_file_is_refused(
    tmp_path: Path, vault: Vault, environ: dict[str, str], part: str
) -> None:
    await vault.set("company", "TOKEN", "value")
    path = tmp_path / "data" / "secrets" / "vault"
    content = json.loads(path.read_text())
    content[part] = encoded("something else altogether")
    path.write_text(json.dumps(content))
    with pytest.raises(KeyringUnavailable, match="does not open"):
        await again(tmp_path, environ).get("company", "TOKEN")


@pytest.mark.parametrize("content", ["", "{}", "[]", "no json", '{"salt": 1}'])
async def test_a_damaged_file_is_refused_and_not_overwritten(
    tmp_path: Path, vault: Vault, content: str
) -> None:
    path = tmp_path / "data" / "secrets" / "vault"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    with pytest.raises(KeyringUnavailable, match="damaged"):
        await vault.set("company", "TOKEN", "value")
    assert path.read_text() == content


async def test_two_processes_may_write_at_once(tmp_path: Path, environ: dict[str, str]) -> None:
    vaults = [again(tmp_path, environ) for _ in range(4)]
    async with asyncio.TaskGroup() as group:
        for number, one in enumerate(vaults):
            group.create_task(one.set("company", f"TOKEN_{number}", f"value {number}"))
    fresh = again(tmp_path, environ)
    assert [await fresh.get("company", f"TOKEN_{n}") for n in range(4)] == [f"value {n}" for n in range(4)]
    assert fresh.names("company") == [f"TOKEN_{n}" for n in range(4)]


async def test_a_systemd_credential_is_the_key(tmp_path: Path) -> None:
    credential = tmp_path / "flowdeck-keyring-key"
    credential.write_bytes(os.urandom(32))
    credential.chmod(0o440)  # as systemd leaves it
    vault = Vault(tmp_path / "data", environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    await vault.set("company", "TOKEN", "value")
    standing = await vault.describe()
    assert standing.usable
    assert "the systemd credential flowdeck-keyring-key" in standing.text


@pytest.mark.parametrize(
    ("mode", "content", "message"),
    [
        (0o644, "a key that is long enough", "open to other users.\nchmod 600"),
        (0o620, "a key that is long enough", "open to other users"),
        (0o600, "short", "shorter than 16 bytes"),
        (0o600, None, "cannot be read"),
    ],
)
async def test_a_bad_key_file_is_explained(
    tmp_path: Path, environ: dict[str, str], key: Path, mode: int, content: str | None, message: str
) -> None:
    rewrite(key, content, mode)
    with pytest.raises(KeyringUnavailable) as caught:
        await again(tmp_path, environ).get("company", "TOKEN")
    assert message in str(caught.value)


async def test_the_file_that_is_chosen_needs_a_key(tmp_path: Path) -> None:
    standing = await Vault(
        tmp_path, place="file", environ={"SECRET_A": encoded("a"), "SECRET_B": encoded("b")}
    ).describe()
    assert not standing.usable
    assert "no key for it is given. 2 come from the environment." in standing.text
    assert KEY_FILE in standing.hint


async def test_describe_tells_how_many_secrets_there_are(vault: Vault) -> None:
    await vault.set("company", "TOKEN", "value")
    standing = await vault.describe()
    assert (standing.usable, standing.text.endswith("; 2 known.")) == (True, True)


async def test_a_value_is_remembered_for_a_while(tmp_path: Path, environ: dict[str, str]) -> None:
    clock = ManualClock()
    vault, other = Vault(tmp_path / "data", environ=environ, clock=clock), again(tmp_path, environ)
    await vault.set("company", "TOKEN", "old")
    assert await vault.get("company", "TOKEN") == "old"
    await other.set("company", "TOKEN", "new")
    assert await vault.get("company", "TOKEN") == "old"
    await clock.advance(REMEMBERED)
    assert await vault.get("company", "TOKEN") == "new"
    await vault.set("company", "TOKEN", "newest")  # its own changes show at once
    assert await vault.get("company", "TOKEN") == "newest"


async def test_the_list_of_names_mends_itself_when_secrets_are_read(tmp_path: Path, vault: Vault) -> None:
    await vault.set("company", "TOKEN", "value")
    names = tmp_path / "data" / "secrets" / "names.json"
    names.write_text(json.dumps({"company.data": ["TOKEN"]}))
    assert await vault.get("company.data", "TOKEN") == "value"
    assert vault.stored()[:-1] == [StoredSecret("company", "TOKEN")]


async def test_a_damaged_list_of_names_withholds_no_secret(
    tmp_path: Path, vault: Vault, environ: dict[str, str]
) -> None:
    await vault.set("company", "TOKEN", "value")
    (tmp_path / "data" / "secrets" / "names.json").write_text("{")
    other = again(tmp_path, environ)
    assert await other.get("company", "TOKEN") == "value"
    with pytest.raises(Faulted, match=r"damaged.*\n.*Delete it"):
        other.names("company")
    assert not (await other.describe()).usable


class TestBlockingCalls:
    async def test_the_answer_or_the_failure_comes_back(self) -> None:
        calls = OneAtATime(5)
        assert await calls.call(lambda: 42) == 42
        with pytest.raises(ZeroDivisionError):
            await calls.call(lambda: 1 // 0)

    async def test_a_call_that_hangs_is_given_up_and_the_next_does_not_wait_for_it(self) -> None:
        calls, release = OneAtATime(0.05), threading.Event()
        with pytest.raises(Hanging):
            await calls.call(release.wait)
        ran: list[int] = []
        with pytest.raises(Hanging):
            await calls.call(lambda: ran.append(1))
        assert ran == []  # no second prompt beside the first
        release.set()

    async def test_once_it_returns_calls_go_through_again(self) -> None:
        calls, release, done = OneAtATime(0.05), threading.Event(), threading.Event()

        def answer() -> None:
            release.wait()
            done.set()

        with pytest.raises(Hanging):
            await calls.call(answer)
        release.set()
        done.wait()
        async with asyncio.timeout(5):
            while True:
                try:
                    assert await calls.call(lambda: "open") == "open"
                    return
                except Hanging:
                    await asyncio.sleep(0)

    async def test_a_cancelled_caller_does_not_disturb_the_next(self) -> None:
        calls, begun, release = OneAtATime(5), threading.Event(), threading.Event()

        def answer() -> None:
            begun.set()
            release.wait()

        caller = asyncio.ensure_future(calls.call(answer))
        await asyncio.to_thread(begun.wait)
        caller.cancel()
        following = asyncio.ensure_future(calls.call(lambda: "next"))
        await asyncio.sleep(0)
        release.set()
        assert await following == "next"
        assert caller.cancelled()


def test_the_keyring_library_is_loaded_when_it_is_needed_and_not_before() -> None:
    code = "import sys, runtime.secrets.vault, runtime.secrets.redact; print({'keyring', 'cryptography'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
