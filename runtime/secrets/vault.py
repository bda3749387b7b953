"""The vault: secrets by namespace and name, kept in a keyring.

A person finds them in Seahorse or with any keyring tool: service `flowdeck/<namespace>`, user `<NAME>`. The value is
looked for in the flow's namespace, then in its parents, at last in the environment (SECRET_<NAME>, as in Kestra).
"""

import asyncio
import difflib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from runtime.clock import Clock, SystemClock
from runtime.errors import Failure, Faulted, InvalidRequest, KeyringUnavailable, SecretNotFound
from runtime.secrets import backends
from runtime.secrets.backends import ABSENT_HINT, LOCKED_HINT, Opened, Place
from runtime.secrets.blocking import Hanging, OneAtATime
from runtime.secrets.environment import EnvironmentSecrets
from runtime.secrets.names import NameList, canonical, lineage

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

ANSWER_TIMEOUT = 10.0  # seconds that a keyring may take, a person typing its password included
REMEMBERED = (
    30.0  # seconds: a lookup costs 10 ms on D-Bus, and a loop asks for the same secret a thousand times
)
DIRECTORY = "secrets"
NAMES_FILE = "names.json"


def service(namespace: str) -> str:
    """The keyring's name for a namespace."""
    return f"flowdeck/{namespace}"


@dataclass(frozen=True)
class StoredSecret:
    """That there is a secret; never its value."""

    namespace: str
    """Empty for one from the environment, which every namespace sees."""
    name: str


@dataclass(frozen=True)
class Standing:
    """Whether secrets can be had just now, in words for a person."""

    usable: bool
    text: str
    hint: str = ""


class Vault:
    """Secrets in a keyring. All methods that touch the keyring are safe to await: they never block, and end in time."""

    def __init__(
        self,
        data: Path,
        *,
        place: Place = "auto",
        environ: Mapping[str, str] | None = None,
        timeout: float = ANSWER_TIMEOUT,
        clock: Clock | None = None,
    ) -> None:
        """`data` is the data directory; `environ` (by default the process's) gives key file and SECRET_ variables."""
        self._directory = data / DIRECTORY
        self._place = place
        self._environ = dict(os.environ if environ is None else environ)
        self._environment = EnvironmentSecrets(self._environ)
        self._list = NameList(self._directory / NAMES_FILE)
        self._calls = OneAtATime(timeout)
        self._clock = clock or SystemClock()
        self._opened: Opened | None = None
        self._remembered: dict[tuple[str, str], tuple[str, float]] = {}
        self._looking = asyncio.Lock()

    async def get(self, namespace: str, name: str) -> str:
        """The value that `namespace` sees: its own, else the nearest parent's, else the environment's.

        SecretNotFound where there is none, KeyringUnavailable where nobody can say.
        """
        key = (namespace, canonical(name))
        if (value := self._recall(key)) is not None:
            return value
        async with self._looking:  # of a hundred tasks that want the same secret, one goes and asks
            if (value := self._recall(key)) is None:
                value = await self._look_up(*key)
                self._remembered[key] = (value, self._clock.monotonic() + REMEMBERED)
        return value

    async def set(self, namespace: str, name: str, value: str) -> None:
        """Store a secret in exactly this namespace, in place of an older one."""
        where, name = lineage(namespace)[0], canonical(name)
        if not value:
            raise InvalidRequest(
                f"The value for {name} is empty.", hint="`flowdeck secret delete` removes a secret."
            )

        def store(keyring: "KeyringBackend") -> None:
            keyring.set_password(service(where), name, value)
            self._list.note(where, name, stored=True)

        await self._ask(store)
        self._remembered.clear()

    async def delete(self, namespace: str, name: str) -> None:
        """Remove a secret from exactly this namespace; SecretNotFound where it is not there."""
        where, name = lineage(namespace)[0], canonical(name)

        def remove(keyring: "KeyringBackend") -> bool:
            there = keyring.get_password(service(where), name) is not None
            if there:
                keyring.delete_password(service(where), name)
            self._list.note(where, name, stored=False)
            return there

        removed = await self._ask(remove)
        self._remembered.clear()
        if not removed:
            raise SecretNotFound(
                f"{where} has no secret {name} of its own.", hint=self._whereabouts(where, name)
            )

    def names(self, namespace: str) -> list[str]:
        """The names stored in exactly this namespace; needs no unlocked keyring."""
        return self._list.read().get(lineage(namespace)[0], [])

    def stored(self) -> list[StoredSecret]:
        """Every secret there is, by namespace and name; those of the environment last."""
        kept = [StoredSecret(space, name) for space, names in self._list.read().items() for name in names]
        return kept + [StoredSecret("", name) for name in self._environment.names]

    def visible(self, namespace: str) -> list[StoredSecret]:
        """What a flow of this namespace can use, and where each comes from."""
        spaces = (*lineage(namespace), "")
        seen = [secret for secret in self.stored() if secret.namespace in spaces]
        farthest_first = sorted(seen, key=lambda secret: spaces.index(secret.namespace), reverse=True)
        nearest = {secret.name: secret for secret in farthest_first}
        return [nearest[name] for name in sorted(nearest)]

    async def describe(self) -> Standing:
        """Which keyring is in use, and whether it answers; never raises. For `flowdeck doctor`."""
        try:
            await self._ask(lambda keyring: keyring.get_password("flowdeck", "doctor"))
            words = self._opened.words if self._opened else ""
            return Standing(True, f"Secrets are kept in {words}; {len(self.stored())} known.")
        except Failure as trouble:
            others = len(self._environment.names)
            text = f"{trouble.message} {others} come from the environment." if others else trouble.message
            return Standing(False, text, trouble.hint)

    def _recall(self, key: tuple[str, str]) -> str | None:
        value, until = self._remembered.get(key, (None, 0.0))
        return value if self._clock.monotonic() < until else None

    async def _look_up(self, namespace: str, name: str) -> str:
        spaces = lineage(namespace)
        fallback = self._environment.get(name)
        try:
            found = await self._ask(lambda keyring: self._nearest(keyring, spaces, name))
        except KeyringUnavailable:
            if fallback is None:
                raise
            return fallback
        value = fallback if found is None else found
        if value is None:
            raise SecretNotFound(
                f"{namespace} has no secret {name}.", hint=self._whereabouts(namespace, name)
            )
        return value

    def _nearest(self, keyring: "KeyringBackend", spaces: tuple[str, ...], name: str) -> str | None:
        for space in spaces:
            value = keyring.get_password(service(space), name)
            with suppress(
                Faulted, OSError
            ):  # a list that cannot be mended is no reason to withhold the secret
                self._list.note(space, name, stored=value is not None)
            if value is not None:
                return value
        return None

    def _whereabouts(self, namespace: str, name: str) -> str:
        """The most helpful thing to say about a secret that is not where it was looked for."""
        visible = {secret.name: secret for secret in self.visible(namespace)}
        if (secret := visible.get(name)) is not None:
            return f"It comes from {secret.namespace or f'the environment, as SECRET_{name}'}."
        store = f"`flowdeck secret set {namespace} {name}` stores one."
        if near := difflib.get_close_matches(name, visible, n=1, cutoff=0.75):
            return f"Did you mean {near[0]}? Else {store}"
        elsewhere = [secret.namespace for secret in self.stored() if secret.name == name]
        return f"{elsewhere[0]} has one, which {namespace} does not see. {store}" if elsewhere else store

    async def _ask(self, question: "Callable[[KeyringBackend], T]") -> T:
        try:
            return await self._calls.call(lambda: self._answer(question))
        except Hanging:
            seconds = f"{self._calls.timeout:g} s"
            raise KeyringUnavailable(
                f"The keyring did not answer within {seconds}: it may be asking for a password on a screen.",
                hint=self._locked_hint,
            ) from None

    @property
    def _locked_hint(self) -> str:
        return self._opened.locked_hint if self._opened else LOCKED_HINT

    def _answer(self, question: "Callable[[KeyringBackend], T]") -> T:
        """Ask the keyring; in a thread. Backends are other people's code: whatever they raise becomes a Failure."""
        from keyring.errors import InitError, KeyringLocked

        try:
            if self._opened is None:
                self._opened = backends.open_keyring(self._place, self._directory, self._environ)
            return question(self._opened.keyring)
        except Failure:
            raise
        except (KeyringLocked, InitError) as trouble:
            message = f"The keyring does not open: {_sentence(trouble)}"
            raise KeyringUnavailable(message, hint=self._locked_hint) from trouble
        except Exception as trouble:
            self._opened = None  # look again next time: the bus or the daemon may have gone
            message = f"The keyring failed: {_sentence(trouble)}"
            raise KeyringUnavailable(message, hint=ABSENT_HINT) from trouble


def _sentence(trouble: Exception) -> str:
    return f"{str(trouble).strip().rstrip('.!') or type(trouble).__name__}."
