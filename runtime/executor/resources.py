"""What attempts, and all else that the engine asks for, work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from runtime.client.in_process import Answering
from runtime.clock import Clock
from runtime.executor.directories import Directories
from runtime.executor.logbook import LogBook
from runtime.executor.nodebook import NodeBook
from runtime.executor.rendering import Renderer
from runtime.executor.running import Runners
from runtime.executor.supervisor import Supervisor
from runtime.executor.task_cache import TaskCache
from runtime.model.flow import Flow
from runtime.secrets.redact import Redactor
from runtime.store.executions import Executions
from runtime.store.files import FileStore
from runtime.store.key_values import KeyValues
from runtime.tasks.registry import Registry

Flows: TypeAlias = Callable[[str, str, int | None], Awaitable[Flow]]
"""A flow by namespace, id and revision; without one, the flow as it is now."""


@dataclass(frozen=True, kw_only=True)
class Resources:
    """One for the whole runtime."""

    service: Answering
    """The runtime as a whole, for tasks that ask it something."""
    supervisor: Supervisor
    clock: Clock
    renderer: Renderer
    registry: Registry
    flows: Flows
    executions: Executions
    """As they are written down, ended ones too."""
    runners: Runners
    redactor: Redactor
    directories: Directories
    files: FileStore
    key_values: KeyValues
    cache: TaskCache
    logs: LogBook
    nodes: NodeBook
    memory: Path
    """Below it lies what tasks keep between executions."""
