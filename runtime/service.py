"""The runtime as one object: `handle` answers a request, `watch` streams, and its start and stop are those of all parts.

async with Service(settings).running() as service:
    status = await service.handle(GetStatus())
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from runtime.answers.parts import Parts
from runtime.answers.table import ANSWERS, STREAMS
from runtime.catalogue import Catalogue
from runtime.client.requests import AnyRequest, AnyStream
from runtime.clock import Clock, SystemClock
from runtime.config import Settings
from runtime.errors import Failure, Internal, RuntimeUnreachable
from runtime.executor.begin import begin_by_trigger
from runtime.executor.conditions import Judge
from runtime.executor.directories import Directories
from runtime.executor.functions import functions, to_yaml
from runtime.executor.jq import Jq
from runtime.executor.logbook import LogBook
from runtime.executor.news import News
from runtime.executor.nodebook import NodeBook
from runtime.executor.performer import Performer
from runtime.executor.recovery import recover
from runtime.executor.rendering import Renderer
from runtime.executor.resources import Resources
from runtime.executor.retention import Retention
from runtime.executor.running import Runners
from runtime.executor.supervisor import Supervisor
from runtime.executor.task_cache import TaskCache
from runtime.expressions import Expressions
from runtime.model.execution import Execution, Trigger
from runtime.model.flow import Flow
from runtime.model.views import AnyView, FlowsChanged, TriggersChanged
from runtime.scheduler.flow_triggers import FlowTriggers
from runtime.scheduler.scheduler import Scheduler
from runtime.scheduler.standing import Standing
from runtime.secrets.redact import Redactor
from runtime.secrets.vault import Vault
from runtime.store import Store
from runtime.store.files import FileStore
from runtime.store.key_values import KeyValues
from runtime.store.namespace_files import NamespaceFiles
from runtime.tasks.registry import default_registry
from runtime.tasks.triggers import WEBHOOK

logger = logging.getLogger(__name__)

UNHEARD = "nothing listens for it: flowdeck serve --listen HOST:PORT"


class Service:
    """One runtime over one data directory."""

    def __init__(
        self,
        settings: Settings,
        *,
        mode: str = "daemon",
        clock: Clock | None = None,
        triggers: bool = True,
    ) -> None:
        self.settings = settings
        self._mode = mode
        self._clock = clock or SystemClock()
        self._triggers = triggers
        self._parts: Parts | None = None
        self._jq = Jq()
        self._performer: Performer | None = None
        self._announced: list[Callable[[Execution], None]] = []
        self.stopped = asyncio.Event()
        """Set when somebody asks the runtime to end."""

    # --- what faces use

    async def handle(self, request: AnyRequest, *, user: str = "") -> AnyView:
        """Answer one request; raises the Failure that explains why not."""
        parts = self.parts
        try:
            return await ANSWERS[type(request)](parts, request, user)
        except Failure:
            raise
        except Exception as defect:
            logger.exception("%s broke", type(request).__name__)
            raise Internal(
                f"{type(defect).__name__}: {defect}", hint="the runtime's log has the traceback"
            ) from defect

    def watch(self, request: AnyStream) -> AsyncIterator[AnyView]:
        return STREAMS[type(request)](self.parts, request)

    @property
    def parts(self) -> Parts:
        if self._parts is None:
            raise RuntimeUnreachable("the runtime is not started")
        return self._parts

    async def wait_end(self, execution_id: str) -> None:
        await self.parts.supervisor.wait_end(execution_id)

    # --- start and stop

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        """All parts, started in the order in which they need each other, and stopped in the other."""
        self.settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        async with Store.open(self.settings.data) as store:
            self._parts = parts = self._assemble(store)
            await parts.catalogue.load()
            failure: BaseException | None = None
            try:
                async with asyncio.TaskGroup() as group:
                    background = [group.create_task(work) for work in self._loops(parts)]
                    await asyncio.sleep(0)
                    if self._triggers:  # what the recovered come into is told too
                        parts.flow_triggers.reload(parts.catalogue.flows())
                    await recover(parts.supervisor, store)
                    if self._triggers:
                        await self._reload(parts)
                        background += [
                            group.create_task(Retention(parts.resources, parts.store, self.settings).run()),
                            group.create_task(parts.scheduler.run()),
                            group.create_task(parts.flow_triggers.run()),
                            group.create_task(parts.catalogue.run()),
                        ]
                    try:
                        yield self
                    except (
                        BaseException
                    ) as error:  # the user's own: it leaves as it is, not as a part of the group's
                        failure = error
                    for task in background:
                        task.cancel()
            finally:
                await self._close(parts)
            if failure is not None:
                raise failure

    def _loops(self, parts: Parts) -> list[Any]:
        assert self._performer is not None
        return [
            parts.supervisor.run(),
            self._performer.run(),
            parts.resources.logs.run(),
            parts.resources.nodes.run(),
        ]

    async def _close(self, parts: Parts) -> None:
        parts.resources.logs.flush()
        await parts.resources.nodes.flush()
        await parts.resources.runners.close()
        self._jq.close()
        self._parts = None

    # --- assembly

    def _assemble(self, store: Store) -> Parts:
        settings, clock, news = self.settings, self._clock, News()
        redactor = Redactor()
        files = FileStore(settings.storage, NamespaceFiles(settings.storage, settings.namespace_files))
        key_values = KeyValues(store.database, clock)
        vault = Vault(settings.data, place=settings.keyring, clock=clock)
        registry = default_registry()
        supervisor = Supervisor(store, clock, news)
        resources = Resources(
            service=self,
            supervisor=supervisor,
            clock=clock,
            renderer=Renderer(
                Expressions(functions(clock), filters={"jq": self._jq, "yaml": to_yaml}),
                vault,
                redactor.add,
                files,
                key_values,
            ),
            registry=registry,
            flows=self._flow,
            executions=store.executions,
            runners=Runners(settings),
            redactor=redactor,
            directories=Directories(settings.work),
            files=files,
            key_values=key_values,
            cache=TaskCache(store.task_cache, files, clock),
            logs=LogBook(settings.logs, redactor, clock),
            nodes=NodeBook(store, supervisor, news),
            memory=settings.memory,
        )
        self._performer = Performer(resources, self._announce)
        supervisor.attach(self._performer)
        catalogue = Catalogue(
            settings.flows,
            store=store,
            registry=registry,
            clock=clock,
            defaults=settings.plugin_defaults,
            changed=self._flows_changed,
        )
        standing = Standing(store, clock, {} if settings.listen else {WEBHOOK: UNHEARD})

        def changed() -> None:
            news.publish(TriggersChanged(sequence=0))

        scheduler = Scheduler(
            store=store,
            clock=clock,
            timezone=settings.timezone,
            fire=self._fire,
            changed=changed,
            standing=standing,
            judge=Judge(registry, resources.renderer),
        )
        flow_triggers = FlowTriggers(resources, store, standing, timezone=settings.timezone, changed=changed)
        return Parts(
            settings=settings,
            mode=self._mode,
            since=clock.now(),
            clock=clock,
            store=store,
            catalogue=catalogue,
            scheduler=scheduler,
            standing=standing,
            flow_triggers=flow_triggers,
            supervisor=supervisor,
            resources=resources,
            vault=vault,
            news=news,
            stop=self.stopped.set,
        )

    # --- how the parts hear of each other

    async def _flow(self, namespace: str, flow_id: str, revision: int | None) -> Flow:
        if revision is None:
            return self.parts.catalogue.flow(namespace, flow_id)
        return await self.parts.store.flows.get(namespace, flow_id, revision)

    def _announce(self, execution: Execution) -> None:
        self.parts.scheduler.ended(execution)
        self.parts.flow_triggers.ended(execution)

    async def _reload(self, parts: Parts) -> None:
        """Take over the triggers of the flows as they are now."""
        await parts.standing.load()
        await parts.scheduler.reload(parts.catalogue.flows())
        parts.flow_triggers.reload(parts.catalogue.flows())

    async def _flows_changed(self, names: tuple[str, ...]) -> None:
        if self._triggers:
            await self._reload(self.parts)
        self.parts.news.publish(FlowsChanged(sequence=0, names=names))

    async def _fire(
        self, flow: Flow, trigger: Trigger, date: datetime, inputs: dict[str, Any], labels: dict[str, str]
    ) -> str:
        """A schedule is due: the id of the execution that it began. `inputs` are rendered here, where `trigger.*` is known."""
        seen = {
            "trigger": trigger.variables,
            "flow": {"id": flow.id, "namespace": flow.namespace},
            "vars": flow.variables,
        }
        spec = next(spec for spec in flow.triggers if spec.id == trigger.id)
        begun = await begin_by_trigger(
            self.parts.resources,
            flow,
            spec,
            trigger=trigger,
            inputs=inputs,
            seen=seen,
            labels=labels,
            schedule_date=date,
        )
        return begun.id
