"""git.Clone with real repositories on this machine, and over HTTP through git's own server program."""

import asyncio
import os
import shutil
import subprocess
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from runtime.errors import TaskFailed
from runtime.tasks.git import Clone
from runtime.tasks.git_base import locate
from runtime.tasks.git_remedies import explain
from tests.support import World

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=directory, env={**os.environ, **IDENTITY}, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def commit(repository: Path, **files: str) -> str:
    for name, content in files.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(content)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", f"Add {', '.join(files)}")
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three commits on main, one more on the branch `feature`; the second is tagged v1."""
    path = tmp_path / "origin"
    path.mkdir()
    git(path, "init", "-q", "-b", "main")
    commit(path, **{"one.txt": "1"})
    commit(path, **{"two.txt": "2", "models/a.sql": "select 1"})
    git(path, "tag", "v1")
    commit(path, **{"three.txt": "3"})
    git(path, "checkout", "-q", "-b", "feature")
    commit(path, **{"four.txt": "4"})
    git(path, "checkout", "-q", "main")
    return path


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.name != ".git")


async def failure(task: Clone, world: World) -> TaskFailed:
    with pytest.raises(TaskFailed) as failed:
        await task.run(world.context)
    return failed.value


async def test_a_clone_holds_the_latest_commit_alone(world: World, repository: Path) -> None:
    result = await Clone(url=str(repository)).run(world.context)
    head = git(repository, "rev-parse", "HEAD")
    assert result.outputs == {"directory": str(world.directory), "commit": head}
    assert names(world.directory) == ["models", "one.txt", "three.txt", "two.txt"]
    assert git(world.directory, "rev-list", "--count", "HEAD") == "1"
    assert list(world.scratch.iterdir()) == []
    assert f"At {head[:7]} by Ada" in world.log.text


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"branch": "feature"}, ["four.txt", "models", "one.txt", "three.txt", "two.txt"]),
        ({"tag": "v1"}, ["models", "one.txt", "two.txt"]),
        ({"tag": "v1", "branch": "feature"}, ["models", "one.txt", "two.txt"]),
        (
            {"branch": "main", "depth": 0, "clone_all_branches": False, "no_tags": True},
            ["models", "one.txt", "three.txt", "two.txt"],
        ),
    ],
)
async def test_what_is_checked_out(
    world: World, repository: Path, more: dict[str, str], expected: list[str]
) -> None:
    await Clone(url=str(repository), **more).run(world.context)  # type: ignore[arg-type]
    assert names(world.directory) == expected


@pytest.mark.parametrize("length", [40, 10])
async def test_any_commit_can_be_checked_out(world: World, repository: Path, length: int) -> None:
    first = git(repository, "rev-list", "--max-parents=0", "HEAD")
    result = await Clone(url=str(repository), commit=first[:length]).run(world.context)
    assert result.outputs["commit"] == first
    assert names(world.directory) == ["one.txt"]


async def test_an_unknown_commit_says_so(world: World, repository: Path) -> None:
    for wanted in ("0" * 40, "nonsense"):
        assert (
            "there is no commit" in (await failure(Clone(url=str(repository), commit=wanted), world)).message
        )


async def test_an_unknown_branch_names_those_that_are_near(world: World, repository: Path) -> None:
    failed = await failure(Clone(url=str(repository), branch="featur"), world)
    assert failed.message.endswith("there is no branch featur")
    assert failed.hint == "There is feature."
    failed = await failure(Clone(url=str(repository), tag="v2"), world)
    assert failed.hint == "There is v1."


async def test_the_clone_goes_where_it_is_told(world: World, repository: Path) -> None:
    result = await Clone(url=str(repository), directory="deep/dbt").run(world.context)
    assert result.outputs["directory"] == str(world.directory / "deep" / "dbt")
    assert (world.directory / "deep" / "dbt" / "one.txt").exists()


@pytest.mark.parametrize("directory", ["/tmp/x", "../x", "a/../../x"])
async def test_the_clone_stays_inside(world: World, repository: Path, directory: str) -> None:
    assert "is not allowed" in (await failure(Clone(url=str(repository), directory=directory), world)).message


async def test_a_clone_joins_files_that_are_there(world: World, repository: Path) -> None:
    (world.directory / "models").mkdir()
    (world.directory / "models" / "extra.sql").write_text("mine")
    (world.directory / "profiles.yml").write_text("mine")
    await Clone(url=str(repository)).run(world.context)
    assert names(world.directory) == ["models", "one.txt", "profiles.yml", "three.txt", "two.txt"]
    assert names(world.directory / "models") == ["a.sql", "extra.sql"]


async def test_a_clash_of_names_changes_nothing(world: World, repository: Path) -> None:
    (world.directory / "models").mkdir()
    (world.directory / "models" / "a.sql").write_text("mine")
    failed = await failure(Clone(url=str(repository)), world)
    assert "models/a.sql" in failed.message
    assert names(world.directory) == ["models"]
    assert (world.directory / "models" / "a.sql").read_text() == "mine"


async def test_a_second_attempt_replaces_the_clone_and_keeps_what_is_not_its_own(
    world: World, repository: Path
) -> None:
    await Clone(url=str(repository)).run(world.context)
    (world.directory / "one.txt").write_text("changed")
    (world.directory / "own.txt").write_text("mine")
    git(repository, "rm", "-q", "-r", "models")
    commit(repository, **{"two.txt": "22"})
    await Clone(url=str(repository)).run(world.context)
    assert names(world.directory) == ["one.txt", "own.txt", "three.txt", "two.txt"]
    assert (world.directory / "one.txt").read_text() == "1"
    assert (world.directory / "two.txt").read_text() == "22"


async def test_a_clone_of_another_repository_is_left_alone(
    world: World, repository: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(repository, other)
    await Clone(url=str(repository)).run(world.context)
    failed = await failure(Clone(url=str(other)), world)
    assert failed.message == f"the directory holds a clone already, of {repository.as_uri()}"


async def test_submodules_come_along(world: World, repository: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q", "-b", "main")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", repository.as_uri(), "inner")
    commit(outer, **{"outer.txt": "o"})
    task = Clone(url=str(outer), clone_submodules=True, git_config={"protocol.file.allow": "always"})
    await task.run(world.context)
    await task.run(world.context)
    assert (world.directory / "inner" / "one.txt").exists()
    assert git(world.directory, "status", "--short") == ""


async def test_what_is_no_repository_says_so(world: World, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "there is no such repository" in (await failure(Clone(url=str(tmp_path / "empty")), world)).message
    assert "there is no such directory" in (await failure(Clone(url="/nowhere/at/all"), world)).message


@pytest.mark.parametrize(
    ("url", "address", "username", "password"),
    [
        ("https://example.org/a.git", "https://example.org/a.git", None, None),
        ("https://me:t%40k@example.org:8443/a", "https://example.org:8443/a", "me", "t@k"),
        ("git@example.org:team/a.git", "git@example.org:team/a.git", None, None),
        ("ssh://git@example.org/a.git", "ssh://git@example.org/a.git", None, None),
        ("file:///srv/a.git", "file:///srv/a.git", None, None),
    ],
)
def test_addresses_are_taken_apart(
    tmp_path: Path, url: str, address: str, username: str | None, password: str | None
) -> None:
    source = locate(url, tmp_path)
    assert (source.address, source.username, source.password) == (address, username, password)


@pytest.mark.parametrize(
    ("error", "what"),
    [
        ("fatal: could not read Username for 'https://x': terminal prompts disabled", "wants a user"),
        ("fatal: Authentication failed for 'https://x/'", "refused the user or the password"),
        (
            "Host key verification failed.\nfatal: Could not read from remote repository.",
            "SSH key is not the one",
        ),
        (
            "git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.",
            "refused the SSH key",
        ),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", "cannot be resolved"),
        ("fatal: unable to access 'https://x/': server certificate verification failed.", "certificate"),
        ("fatal: detected dubious ownership in repository at '/srv/a'", "another user"),
        ("remote: Repository not found.\nfatal: repository 'https://x/' not found", "no such repository"),
        ("fatal: something new", "something new"),
        ("", "without a word"),
    ],
)
def test_errors_come_in_words(error: str, what: str) -> None:
    assert what in explain("https://x", error.splitlines()).message


USER, TOKEN = "deploy", "s3cr3t-token"


@pytest.fixture
async def server(repository: Path) -> AsyncIterator[str]:
    """git's own `http-backend` behind a log-in; answers with the address."""
    accepted = "Basic " + b64encode(f"{USER}:{TOKEN}".encode()).decode()

    async def serve(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != accepted:
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="git"'})
        backend = await asyncio.create_subprocess_exec(
            "git",
            "http-backend",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(repository),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": "/.git" + request.path.removeprefix("/repo.git"),
                "REQUEST_METHOD": request.method,
                "QUERY_STRING": request.query_string,
                "CONTENT_TYPE": request.headers.get("Content-Type", ""),
                "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
                "REMOTE_USER": USER,
            },
        )
        answer, _ = await backend.communicate(await request.read())
        head, _, body = answer.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        status = int(headers.pop("Status", "200").split()[0])
        return web.Response(status=status, headers=headers, body=body)

    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/repo.git"
    await runner.cleanup()


async def test_a_token_opens_a_repository_and_stays_nowhere(world: World, server: str) -> None:
    await Clone(url=server, username=USER, password=TOKEN).run(world.context)
    assert "one.txt" in names(world.directory)
    kept = [path for path in world.root.joinpath("work").rglob("*") if path.is_file()]
    kept += [path for path in world.scratch.rglob("*") if path.is_file()]
    assert not [path for path in kept if TOKEN.encode() in path.read_bytes()]
    assert TOKEN not in world.log.text
    assert TOKEN in world.masked


async def test_credentials_in_the_address_are_taken_out_of_it(world: World, server: str) -> None:
    await Clone(url=server.replace("//", f"//{USER}:{TOKEN}@")).run(world.context)
    assert git(world.directory, "config", "remote.origin.url") == server
    assert TOKEN not in world.log.text
    assert TOKEN in world.masked


@pytest.mark.parametrize(
    ("task", "what"),
    [({}, "wants a user and a password"), ({"username": USER, "password": "wrong"}, "refused the user")],
)
async def test_a_refusal_names_the_remedy(world: World, server: str, task: dict[str, str], what: str) -> None:
    failed = await failure(Clone(url=server, **task), world)  # type: ignore[arg-type]
    assert what in failed.message
    assert failed.hint


async def test_a_private_key_is_used_and_removed_with_the_attempt(
    world: World, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An `ssh` that notes how it was called, and runs what it was to run over there, here."""
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(
        f"""#!/bin/sh
echo "$@" > {tmp_path}/called
stat -c %a "$2" > {tmp_path}/mode
cat "$2" > {tmp_path}/key
"$SSH_ASKPASS" "Enter passphrase for key:" > {tmp_path}/passphrase
for last; do :; done
exec sh -c "$last"
"""
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")
    task = Clone(url=f"git@example.org:{repository}", private_key="-- KEY --\r\nabc", passphrase="s3cret")
    await task.run(world.context)
    called = (tmp_path / "called").read_text()
    assert "IdentitiesOnly=yes" in called
    assert "StrictHostKeyChecking=accept-new" in called
    assert "ConnectTimeout=10" in called
    assert (tmp_path / "key").read_text() == "-- KEY --\nabc\n"
    assert (tmp_path / "mode").read_text() == "600\n"
    assert (tmp_path / "passphrase").read_text() == "s3cret\n"
    assert "one.txt" in names(world.directory)
    assert "s3cret" not in called


async def test_cancelling_ends_git_and_leaves_nothing(world: World) -> None:
    accepted = asyncio.Event()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set()
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(never, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    cloning = asyncio.create_task(Clone(url=f"http://127.0.0.1:{port}/a.git").run(world.context))
    await asyncio.wait_for(accepted.wait(), 20)
    cloning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(cloning, 20)
    silent.close()
    await silent.wait_closed()
    assert list(world.scratch.iterdir()) == []
    assert list(world.directory.iterdir()) == []
