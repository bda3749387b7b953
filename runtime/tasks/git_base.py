"""What every git task shares: which repository, who asks for it, and a session of git commands that knows both."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text
from runtime.tasks.base import Task
from runtime.tasks.context import TaskContext
from runtime.tasks.git_session import Session

SCP = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!//)")  # user@host:path, as ssh takes it


class GitTask(Task, frozen=True, kw_only=True):
    """The properties of every task that speaks to a repository."""

    url: str
    """https://..., ssh://..., user@host:path, or a path on this machine."""
    clone_submodules: bool | None = None
    """Clone submodules too."""
    username: str | None = None
    """For https."""
    password: str | None = None
    """For https: a password or, better, a token; from a secret."""
    private_key: str | None = None
    """For ssh: the whole key in PEM or OpenSSH form; from a secret. Else the keys of the runtime's user count."""
    passphrase: str | None = None
    """Of the private key."""
    trusted_ca_pem_path: str | None = None
    """A file with the certificate authorities to accept."""
    git_config: dict[str, Any] = msgspec.field(default_factory=dict)
    """Settings of git for this clone: `{http.proxy: "http://proxy:3128"}`."""
    no_proxy: bool | None = None
    """Go around any proxy."""
    connect_timeout: int = 10_000
    """Milliseconds for an SSH connection to stand; for https `readTimeout` counts from the first moment."""
    read_timeout: int = 60_000
    """Milliseconds without a byte, for https."""
    kestra_url: str | None = None
    """No effect."""
    auth: dict[str, Any] | None = None
    """No effect: flowdeck need not log in to itself."""

    def source(self, context: TaskContext) -> "Source":
        source = locate(self.url, context.directory)
        username, password = self.username or source.username, self.password or source.password
        for secret in (password, self.passphrase, self.private_key):
            if secret:
                context.secrets(secret)
        if self.kestra_url or self.auth:
            context.log.warn("kestraUrl and auth have no effect: flowdeck need not log in to itself")
        return Source(address=source.address, username=username, password=password)

    def session(self, context: TaskContext, source: "Source", report: Callable[[str], None]) -> Session:
        context.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        session = Session(context.scratch, progress=report)
        session.configure(
            {"http.lowSpeedLimit": "1", "http.lowSpeedTime": str(max(1, math.ceil(self.read_timeout / 1000)))}
        )
        if self.no_proxy:
            session.configure({"http.proxy": ""})
        session.configure({name: text(value) for name, value in self.git_config.items() if value is not None})
        if self.trusted_ca_pem_path:
            session.trust(self.trusted_ca_pem_path)
        if source.password:
            session.log_in(source.username, source.password)
        session.use_ssh(
            key=self.private_key,
            passphrase=self.passphrase,
            connect_timeout=max(1, math.ceil(self.connect_timeout / 1000)),
        )
        return session


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a repository lies, and who asks for it."""

    address: str
    """As git takes it, without credentials."""
    username: str | None = None
    password: str | None = None


def locate(url: str, directory: Path) -> Source:
    """Take an address apart. A path on this machine, relative to the working directory, becomes file://: only then does git
    honour a depth."""
    if "://" in url:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or "@" not in parts.netloc:
            return Source(address=url)
        address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        return Source(
            address=address,
            username=unquote(parts.username or "") or None,
            password=unquote(parts.password or "") or None,
        )
    path = _local(Path(url).expanduser(), directory)
    if path.exists():
        return Source(address=path.as_uri() if path.is_dir() else str(path))
    if SCP.match(url):
        return Source(address=url)
    raise TaskFailed(f"{url}: there is no such directory", hint="Write https://..., ssh://..., or a path.")


def _local(path: Path, directory: Path) -> Path:
    """A relative path is one of the working directory, where it leads to a repository there, else of where flowdeck was started."""
    inside = (directory / path).resolve()
    return inside if (inside / ".git").exists() or (inside / "HEAD").is_file() else path.resolve()
