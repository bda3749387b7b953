"""The tree of failures. Each has a `code` that crosses the wire, and a message that names the remedy.

Failure
|-- Rejected                 you asked wrong: nothing was changed
|   |-- InvalidRequest
|   |-- InvalidFlow          carries the problems
|   |-- InvalidInputs        carries one problem an input
|   |-- FlowNotFound
|   |-- ExecutionNotFound
|   |-- TaskRunNotFound
|   |-- TriggerNotFound
|   |-- SecretNotFound
|   |-- FileNotFound
|   |-- KeyNotFound
|   |-- NotAllowed           the state, or the user's role, does not permit it
|   `-- ExpressionFailed     a template is wrong, or names what does not exist
`-- Faulted                  the world broke
    |-- TaskFailed           a task says that it failed; may carry outputs
    |-- RuntimeUnreachable   no daemon answers
    |-- DataDirectoryInUse
    |-- EngineUnavailable    no container engine answers
    |-- ImageUnavailable
    |-- KeyringUnavailable
    |-- PluginUnavailable
    `-- Internal             a defect of flowdeck itself
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class Failure(Exception):
    """Something that flowdeck can explain: a message for a person, a code for a program."""

    code: ClassVar[str] = "failure"

    def __init__(
        self, message: str = "", *, hint: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        """What to do about it: a command line or a sentence; empty where the message says it all."""
        self.details = dict(details or {})
        """Machine-readable facts; builtins only, since they cross the wire."""

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class Rejected(Failure):
    """You asked wrong: nothing was changed."""

    code = "rejected"


class InvalidRequest(Rejected):
    """The request itself makes no sense."""

    code = "invalid_request"


class InvalidFlow(Rejected):
    """A flow file has problems; `details["problems"]` lists them."""

    code = "invalid_flow"


class InvalidInputs(Rejected):
    """The inputs given do not fit the flow's; `details["inputs"]` maps an input's id to what is wrong with it."""

    code = "invalid_inputs"


class FlowNotFound(Rejected):
    """No flow has this id. `flowdeck flow list` shows the flows there are."""

    code = "flow_not_found"


class ExecutionNotFound(Rejected):
    """No execution has this id. `flowdeck execution list` shows the latest."""

    code = "execution_not_found"


class TaskRunNotFound(Rejected):
    """The execution has no such task run."""

    code = "task_run_not_found"


class TriggerNotFound(Rejected):
    """No trigger has this id. `flowdeck trigger list` shows the triggers there are."""

    code = "trigger_not_found"


class SecretNotFound(Rejected):
    """No namespace up the tree has this secret. `flowdeck secret set NAMESPACE NAME` stores one."""

    code = "secret_not_found"


class FileNotFound(Rejected):
    """No stored file, or file of a namespace, has this address."""

    code = "file_not_found"


class KeyNotFound(Rejected):
    """No value is kept under this key. `flowdeck kv list` shows the keys there are."""

    code = "key_not_found"


class NotAllowed(Rejected):
    """The state of things, or the user's role, does not permit it."""

    code = "not_allowed"


class ExpressionFailed(Rejected):
    """A template is malformed, or uses a name that does not exist."""

    code = "expression_failed"


class Faulted(Failure):
    """The world broke while flowdeck did as it was asked."""

    code = "faulted"


class TaskFailed(Faulted):
    """A task says that it failed. `outputs` are kept: a script that fails has outputs all the same."""

    code = "task_failed"

    def __init__(
        self, message: str = "", *, outputs: Mapping[str, Any] | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.outputs = dict(outputs or {})


class RuntimeUnreachable(Faulted):
    """No runtime answers on the socket. `flowdeck serve` starts one."""

    code = "runtime_unreachable"


class DataDirectoryInUse(Faulted):
    """Another runtime owns the data directory. `flowdeck status` says which."""

    code = "data_directory_in_use"


class EngineUnavailable(Faulted):
    """No container engine answers, or it refuses this user. `flowdeck doctor` says which, and the remedy."""

    code = "engine_unavailable"


class ImageUnavailable(Faulted):
    """A container image is not on this machine and cannot be pulled."""

    code = "image_unavailable"


class KeyringUnavailable(Faulted):
    """The operating system's keyring is absent or locked. `flowdeck doctor` names the remedies."""

    code = "keyring_unavailable"


class PluginUnavailable(Faulted):
    """A plugin is named that is not installed, or that fails to load."""

    code = "plugin_unavailable"


class Internal(Faulted):
    """A defect of flowdeck itself: please report it."""

    code = "internal"


def _tree(root: type[Failure]) -> dict[str, type[Failure]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


def revive(code: str, message: str, *, hint: str = "", details: Mapping[str, Any] | None = None) -> Failure:
    """The failure that crossed the wire as `code`; an unknown code (a newer runtime's) becomes a plain `Faulted`."""
    failure = _tree(Failure).get(code, Faulted)(message, hint=hint)
    failure.details = dict(details or {})
    return failure
