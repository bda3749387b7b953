"""Going on where dbt was stopped: whatever ended it, a run after it builds the nodes that are not done, and no other.

dbt's own `retry` knows only what run_results.json tells: after SIGKILL there is none, after SIGINT one that lacks what was cut off.
So the file is written anew, from the states that dbt's events told: what dbt would select now, less what is done, as
`skipped`; `dbt retry` then runs exactly that. A command that is not wholly understood is run as it stands.
"""

import json
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from runtime.model.execution import Node
from runtime.tasks.dbt_nodes import INTERRUPTED

DONE: Final = frozenset({"success", "pass", "warn", "no-op", "reused"})
CUT_OFF: Final = frozenset({"started", "compiling", "executing"})

TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "build": ("model", "seed", "snapshot", "test", "unit_test"),
    "run": ("model",),
    "seed": ("seed",),
    "snapshot": ("snapshot",),
    "test": ("test", "unit_test"),
}
"""What each command builds."""

_SELECTION: Final = {
    "--select": "--select",
    "-s": "--select",
    "--models": "--select",
    "-m": "--select",
    "--exclude": "--exclude",
    "--selector": "--selector",
    "--resource-type": "--resource-type",
    "--resource-types": "--resource-type",
    "--exclude-resource-type": "--exclude-resource-type",
    "--exclude-resource-types": "--exclude-resource-type",
    "--indirect-selection": "--indirect-selection",
}
_SHARED: Final = frozenset(
    {"--vars", "--target", "-t", "--profile", "--profiles-dir", "--project-dir", "--target-path"}
)
"""Options with a value that `ls` and `retry` take too."""

_RETRIED: Final = frozenset({"--threads"})
_RETRIED_FLAGS: Final = frozenset(
    {
        "--full-refresh",
        "-f",
        "--fail-fast",
        "-x",
        "--no-fail-fast",
        "--warn-error",
        "--debug",
        "-d",
        "--no-debug",
    }
)
_KEPT: Final = frozenset({"--event-time-start", "--event-time-end", "--sample", "--defer-state"})
_KEPT_FLAGS: Final = frozenset(
    {
        "--defer",
        "--no-defer",
        "--favor-state",
        "--no-favor-state",
        "--empty",
        "--no-empty",
        "--store-failures",
    }
)
"""What `retry` takes from the arguments in run_results.json only."""

_SHELL: Final = frozenset(";&|<>$`\n()*?\\")
_QUIET: Final = ("--quiet", "--log-format", "text", "--log-level", "error")
_SKIPPED: Final = (
    '{"status":"skipped","timing":[],"thread_id":"","execution_time":0,"adapter_response":{},"message":null,'
    '"failures":null,"unique_id":"&","compiled":null,"compiled_code":null,"relation_name":null},'
)
SCHEMA: Final = "https://schemas.getdbt.com/dbt/run-results/v6.json"


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A dbt command that builds nodes, taken apart."""

    which: str
    selection: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    retried: tuple[str, ...] = ()
    kept: Mapping[str, Any] = {}

    @property
    def types(self) -> tuple[str, ...]:
        return TYPES[self.which]

    @property
    def ls(self) -> tuple[str, ...]:
        """What it would select."""
        chosen = "--resource-type" in self.selection
        types = () if chosen else tuple(word for name in self.types for word in ("--resource-type", name))
        output = ("--output", "json", "--output-keys", "unique_id")
        return ("dbt", "ls", *_QUIET, *self.shared, *self.selection, *types, *output)

    def retry(self, state: str) -> tuple[str, ...]:
        return ("dbt", "retry", *self.shared, *self.retried, "--state", state)

    @property
    def head(self) -> str:
        """run_results.json up to its results."""
        facts = {
            "metadata": {"dbt_schema_version": SCHEMA, "invocation_id": "flowdeck"},
            "elapsed_time": 0,
            "args": {"which": self.which, **self.kept},
        }
        return json.dumps(facts).removesuffix("}") + ', "results": ['


def is_node_command(text: str) -> bool:
    """Whether it looks like one that builds nodes."""
    words = text.split()
    return words[:1] == ["dbt"] and any(word in TYPES for word in words[1:])


def parse(text: str) -> Command | None:
    """None where any of it is not understood."""
    if _SHELL & set(text):
        return None
    try:
        words = shlex.split(text)
    except ValueError:
        return None
    if len(words) < 2 or words[0] != "dbt" or words[1] not in TYPES:
        return None
    return _sorted(words[1], words[2:])


def _sorted(which: str, words: Sequence[str]) -> Command | None:
    """The options by who understands them."""
    selection: list[str] = []
    shared: list[str] = []
    retried: list[str] = []
    kept: dict[str, Any] = {}
    for name, values in _options(words):
        if name in _SELECTION and values:
            selection += [word for value in values for word in (_SELECTION[name], value)]
        elif name == "--state" and len(values) == 1:
            selection += [name, *values]
            kept.setdefault("defer_state", values[0])
        elif name in _SHARED and len(values) == 1:
            shared += [name, *values]
        elif (name in _RETRIED and len(values) == 1) or (name in _RETRIED_FLAGS and not values):
            retried += [name, *values]
        elif name in _KEPT and len(values) == 1:
            kept[_python(name)] = values[0]
        elif name in _KEPT_FLAGS and not values:
            kept[_python(name.replace("--no-", "--"))] = not name.startswith("--no-")
        else:
            return None
    return Command(
        which=which, selection=tuple(selection), shared=tuple(shared), retried=tuple(retried), kept=kept
    )


def _options(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Each option with the words behind it; a word before any option has an empty name."""
    name, values = "", list[str]()
    for word in words:
        if word.startswith("-"):
            if name or values:
                yield name, values
            name, equals, value = word.partition("=")
            values = [value] if equals else []
        else:
            values.append(word)
    if name or values:
        yield name, values


def _python(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


class Resumption(msgspec.Struct, frozen=True):
    """What is known of the nodes of the run before, and the commands that can go on from there."""

    done: frozenset[str]
    cut_off: tuple[str, ...]
    failed: tuple[str, ...]
    commands: tuple[Command | None, ...]
    """One for each of the task's; None is run as it stands."""

    @property
    def preview(self) -> str:
        parts = [f"{len(self.done)} nodes are done"]
        if self.cut_off:
            parts.append(f"{len(self.cut_off)} cut off ({_some(self.cut_off)})")
        if self.failed:
            parts.append(f"{len(self.failed)} failed or skipped ({_some(self.failed)})")
        return f"goes on where it was stopped: {', '.join(parts)}; runs what is not done"

    def lines(self, number: int, text: str, place: str) -> list[str]:
        """The command as lines of shell: what it would select, less what is done, is left to `dbt retry`."""
        command = self.commands[number]
        if command is None:
            return [text]
        state, selected = f"{place}/{number}", f"{place}/{number}/selected"
        done = f"{place}/{number}/done"
        results = shlex.quote(f"{state}/run_results.json")
        pick = 's/.*"unique_id": "\\([^"]*\\)".*/\\1/p'
        return [
            f"mkdir -p {shlex.quote(state)}",
            f"cat > {shlex.quote(done)} <<'flowdeck-done'",
            *sorted(self.done),
            "flowdeck-done",
            f"{shlex.join(command.ls)} > {shlex.quote(selected)} || exit $?",
            f"left=$(sed -n '{pick}' {shlex.quote(selected)} | grep -v -x -F -f {shlex.quote(done)} || :)",
            f'if [ -z "$left" ]; then echo {shlex.quote(f"nothing is left of: {text}")}; else',
            'echo "left: $(echo "$left" | wc -l | tr -d " ") nodes"',
            f"{{ printf %s {shlex.quote(command.head)}; echo \"$left\" | sed {shlex.quote(f's/.*/{_SKIPPED}/; $ s/,$//')}; echo ']}}'; }} > {results}",
            shlex.join(command.retry(state)),
            "fi",
        ]


def _some(names: Sequence[str], most: int = 3) -> str:
    shown = ", ".join(name.rpartition(".")[2] for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def plan(nodes: Iterable[Node], commands: Sequence[str]) -> Resumption | None:
    """None where nothing is done, or two commands build the same kinds of nodes: which of them did it is not known."""
    known = [node for node in nodes if not node.unique_id.startswith("operation.")]
    done = frozenset(node.unique_id for node in known if node.status in DONE)
    parsed = tuple(parse(text) if is_node_command(text) else None for text in commands)
    if not done or not any(parsed) or _overlap([each for each in parsed if each], commands):
        return None
    cut_off = tuple(node.unique_id for node in known if node.status in CUT_OFF or _was_cut_off(node))
    failed = tuple(
        node.unique_id for node in known if node.unique_id not in done and node.unique_id not in cut_off
    )
    return Resumption(done, cut_off, failed, parsed)


def _was_cut_off(node: Node) -> bool:
    return node.status == "error" and node.message == INTERRUPTED


def _overlap(commands: Collection[Command], texts: Sequence[str]) -> bool:
    """Also where a command that builds nodes was not understood."""
    types = [name for command in commands for name in command.types]
    unclear = len([text for text in texts if is_node_command(text)]) > len(commands)
    return unclear or len(types) > len(set(types))
