"""git as a program: its environment, its credentials and its processes, run one at a time from a thread by GitPython.

Credentials reach git by its environment and by files of the attempt's scratch directory, so that no command line and no
`.git/config` ever holds one.
"""

import os
import shlex
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from runtime.errors import PluginUnavailable

#: git asks `Username for ...` and `Password for ...`; ssh asks for the passphrase of its key.
ASKPASS = """#!/bin/sh
case "$1" in
  Username*) printf '%s\\n' "$FLOWDECK_GIT_USERNAME" ;;
  Password*) printf '%s\\n' "$FLOWDECK_GIT_PASSWORD" ;;
  *) printf '%s\\n' "$FLOWDECK_GIT_PASSPHRASE" ;;
esac
"""
ANYBODY = "oauth2"  # GitHub and GitLab take any name with a token; git insists on one


class GitFailed(Exception):
    """git ended with an error: what it wrote on stderr, without progress."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


class Stopped(Exception):
    """The session was killed."""


class Session:
    """Runs git commands; `kill` from another thread ends the one that runs, and refuses further ones."""

    def __init__(self, scratch: Path, *, progress: Callable[[str], None]) -> None:
        self._scratch = scratch
        self._progress = progress
        self._environment = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": ""}
        self._config = {"advice.detachedHead": "false"}
        self._lock = threading.Lock()
        self._process: Any = None
        self._stopped = False

    def configure(self, values: Mapping[str, str]) -> None:
        """Settings for this session's commands only."""
        self._config |= values

    def trust(self, authority: str) -> None:
        """A file of certificate authorities to accept."""
        self._environment["GIT_SSL_CAINFO"] = authority

    def log_in(self, username: str | None, password: str) -> None:
        """HTTPS with a user and a password or token; helpers that store credentials are left out."""
        self._environment |= {
            "GIT_ASKPASS": str(self._askpass()),
            "FLOWDECK_GIT_USERNAME": username or ANYBODY,
            "FLOWDECK_GIT_PASSWORD": password,
        }
        self._config["credential.helper"] = ""

    def use_ssh(self, *, key: str | None, passphrase: str | None, connect_timeout: int) -> None:
        """`connect_timeout` in seconds. A host that is seen for the first time is trusted, one that changed is not."""
        if key is None and "GIT_SSH_COMMAND" in os.environ:
            return
        options = ["StrictHostKeyChecking=accept-new", f"ConnectTimeout={connect_timeout}"]
        command = ["ssh"]
        if key is not None:
            path = self._write("ssh_key", key.replace("\r\n", "\n").strip() + "\n", mode=0o600)
            command += ["-i", str(path)]
            options.append("IdentitiesOnly=yes")
        if passphrase is None:
            options.append("BatchMode=yes")
        else:
            self._environment |= {
                "SSH_ASKPASS": str(self._askpass()),
                "SSH_ASKPASS_REQUIRE": "force",
                "DISPLAY": os.environ.get("DISPLAY", ":"),
                "FLOWDECK_GIT_PASSPHRASE": passphrase,
            }
        self._environment["GIT_SSH_COMMAND"] = shlex.join(
            [*command, *(word for option in options for word in ("-o", option))]
        )

    def run(self, *arguments: str, directory: Path) -> str:
        """What the command printed; raises GitFailed. Blocks."""
        # GitPython ends the process when its wrapper is forgotten: `started` lives as long as the process does.
        started = self._start(arguments, directory)
        process = started.proc
        printed: list[str] = []
        reader = threading.Thread(target=lambda: printed.extend(process.stdout))
        reader.start()
        errors = [line for line in map(str.strip, process.stderr) if line and not self._is_progress(line)]
        reader.join()
        code = process.wait()
        process.stdout.close()
        process.stderr.close()
        if self._stopped:
            raise Stopped
        if code != 0:
            raise GitFailed(errors)
        return "".join(printed).strip()

    def kill(self) -> None:
        with self._lock:
            self._stopped = True
            if self._process is not None and self._process.proc.poll() is None:
                os.killpg(self._process.proc.pid, signal.SIGKILL)

    def _start(self, arguments: tuple[str, ...], directory: Path) -> Any:
        program = _git()(str(directory))
        with self._lock:
            if self._stopped:
                raise Stopped
            self._process = program.execute(
                ["git", *arguments],
                as_process=True,
                env=self._environment | self._settings(),
                universal_newlines=True,
                errors="replace",
                start_new_session=True,  # so that git's children, ssh among them, go with it and have no terminal to ask at
            )
            return self._process

    def _settings(self) -> dict[str, str]:
        """`git -c name=value` would be for everybody to see."""
        settings = {"GIT_CONFIG_COUNT": str(len(self._config))}
        for number, (name, value) in enumerate(self._config.items()):
            settings |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
        return settings

    def _is_progress(self, line: str) -> bool:
        """`Receiving objects: 45% (9/20)`, many a second: the last of each phase is worth a line."""
        _, colon, tail = line.removeprefix("remote: ").partition(":")
        if not colon or "% (" not in tail:
            return False
        if tail.rstrip(".").endswith("done"):
            self._progress(line)
        return True

    def _askpass(self) -> Path:
        return self._write("askpass", ASKPASS, mode=0o700)

    def _write(self, name: str, content: str, *, mode: int) -> Path:
        path = self._scratch / name
        path.touch(mode=mode)
        path.write_text(content, encoding="utf-8")
        path.chmod(mode)
        return path


def _git() -> Any:
    try:
        import git
    except ImportError:
        raise PluginUnavailable(
            "the program git is not on this machine", hint="Debian and Ubuntu: sudo apt install git"
        ) from None
    return git.Git
