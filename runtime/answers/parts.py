"""What answers may use: the parts of one running runtime."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from runtime.catalogue import Catalogue
from runtime.clock import Clock
from runtime.config import Settings
from runtime.executor.news import News
from runtime.executor.resources import Resources
from runtime.executor.supervisor import Supervisor
from runtime.scheduler.flow_triggers import FlowTriggers
from runtime.scheduler.scheduler import Scheduler
from runtime.scheduler.standing import Standing
from runtime.secrets.vault import Vault
from runtime.store import Store


@dataclass(frozen=True, kw_only=True)
class Parts:
    """One of each."""

    settings: Settings
    mode: str
    since: datetime
    clock: Clock
    store: Store
    catalogue: Catalogue
    scheduler: Scheduler
    standing: Standing
    flow_triggers: FlowTriggers
    supervisor: Supervisor
    resources: Resources
    vault: Vault
    news: News
    stop: Callable[[], None]
    """Ends the runtime."""
