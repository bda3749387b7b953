"""git's errors in words, with what to do about them."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from runtime.errors import TaskFailed

NEAR = 3  # names to suggest


@dataclass(frozen=True)
class Ailment:
    """An error that git has a sentence for, and flowdeck a remedy."""

    sign: re.Pattern[str]
    what: str
    remedy: str = ""


def _ailment(sign: str, what: str, remedy: str = "") -> Ailment:
    return Ailment(re.compile(sign, re.IGNORECASE), what, remedy)


AILMENTS = (
    _ailment(
        r"could not read Username|terminal prompts disabled",
        "the server wants a user and a password",
        "Give username and password (a token, from a secret).",
    ),
    _ailment(
        r"Authentication failed|invalid credentials|HTTP Basic: Access denied|error: 40[13]",
        "the server refused the user or the password",
        "Look whether the token has expired and may read this repository.",
    ),
    _ailment(
        r"Host key verification failed|HOST IDENTIFICATION HAS CHANGED",
        "the server's SSH key is not the one that this machine knows",
        "If the server was replaced, remove its old key: ssh-keygen -R HOST",
    ),
    _ailment(
        r"error in libcrypto|invalid format|incorrect passphrase",
        "the private key cannot be read",
        "Look whether the secret holds the whole key with its line breaks, and whether the passphrase is right.",
    ),
    _ailment(
        r"Permission denied \(",
        "the server refused the SSH key",
        "Give privateKey (from a secret), and add its public half to the repository's deploy keys.",
    ),
    _ailment(
        r"dubious ownership",
        "git refuses a repository that belongs to another user",
        "As the runtime's user: git config --global --add safe.directory PATH",
    ),
    _ailment(
        r"Could not resolve host(name)?|Name or service not known|Temporary failure in name resolution",
        "the host's name cannot be resolved",
        "Look at the address, and at the machine's name servers.",
    ),
    _ailment(
        r"Connection timed out|Operation too slow|Connection refused|Failed to connect|No route to host",
        "the server cannot be reached",
        "Look whether this machine may reach it, and whether it needs a proxy (gitConfig: {http.proxy: ...}).",
    ),
    _ailment(
        r"certificate|SSL",
        "the server's certificate was not accepted",
        "Where the server's authority is your own, give trustedCaPemPath.",
    ),
    _ailment(
        r"Repository not found|not found|does not appear to be a git repository|does not exist",
        "there is no such repository, or these credentials may not see it",
    ),
)


def explain(url: str, errors: Sequence[str]) -> TaskFailed:
    """The failure to raise for what git wrote on stderr."""
    text = "\n".join(errors)
    said = _said(errors)
    found = next((each for each in AILMENTS if each.sign.search(text)), None)
    if found is None:
        return TaskFailed(f"{url}: {said or 'git failed without a word'}")
    return TaskFailed(f"{url}: {found.what} ({said})", hint=found.remedy)


def _said(errors: Sequence[str]) -> str:
    """The line that says most."""
    marked = [line for line in errors if line.startswith(("fatal:", "error:", "remote:", "ssh:"))]
    lines = [line for line in marked if "Could not read from remote" not in line] or list(errors)
    return lines[-1].partition(": ")[2] or lines[-1] if lines else ""


def unknown_reference(url: str, kind: str, name: str, known: Sequence[str]) -> TaskFailed:
    near = difflib.get_close_matches(name, known, NEAR, cutoff=0.5) or list(known[:NEAR])
    hint = f"There is {', '.join(near)}." if near else f"The repository has no {kind} at all."
    return TaskFailed(f"{url}: there is no {kind} {name}", hint=hint)
