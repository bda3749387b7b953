"""What triggers remember that no clock drives: whether they are paused, when they fired last, what hindered them."""

from collections.abc import Mapping

import msgspec

from runtime.clock import Clock
from runtime.model.execution import Execution
from runtime.model.flow import Flow, TriggerSpec
from runtime.scheduler.schedule import Key
from runtime.store import Store, TriggerState


class Standing:
    """All of one runtime's."""

    def __init__(self, store: Store, clock: Clock, unheard: Mapping[str, str] | None = None) -> None:
        """`unheard` says, for types of triggers, why nothing can reach them in this runtime."""
        self._unheard = unheard or {}
        self._store = store
        self._clock = clock
        self._states: dict[Key, TriggerState] = {}
        self._problems: dict[Key, str] = {}

    async def load(self) -> None:
        states = await self._store.triggers.list()
        self._states = {(state.namespace, state.flow_id, state.trigger_id): state for state in states}

    def of(self, flow: Flow, spec: TriggerSpec) -> TriggerState:
        key = _key(flow, spec)
        now = self._clock.now()
        blank = TriggerState(namespace=key[0], flow_id=key[1], trigger_id=key[2], updated=now)
        return self._states.get(key, blank)

    def problem(self, flow: Flow, spec: TriggerSpec) -> str:
        return self._problems.get(_key(flow, spec)) or self._unheard.get(spec.type, "")

    def is_active(self, flow: Flow, spec: TriggerSpec) -> bool:
        off = flow.disabled or spec.disabled or bool(spec.unavailable)
        return not off and not self.of(flow, spec).paused

    async def fired(self, flow: Flow, spec: TriggerSpec, execution_id: str) -> None:
        self._problems.pop(_key(flow, spec), None)
        now = self._clock.now()
        await self._put(
            msgspec.structs.replace(self.of(flow, spec), last_fired=now, execution_id=execution_id)
        )

    def failed(self, flow: Flow, spec: TriggerSpec, problem: str) -> None:
        """Told where the triggers are shown, until it fires again."""
        self._problems[_key(flow, spec)] = problem

    async def pause(self, flow: Flow, spec: TriggerSpec, *, paused: bool) -> None:
        if not paused:
            self._problems.pop(_key(flow, spec), None)
        await self._put(msgspec.structs.replace(self.of(flow, spec), paused=paused))

    async def ended(self, flow: Flow, spec: TriggerSpec, execution: Execution) -> None:
        """An execution that it began has ended: one with `stopAfter` may pause itself."""
        if execution.state.value in spec.stop_after:
            await self.pause(flow, spec, paused=True)
            self.failed(
                flow,
                spec,
                f"paused, since its execution {execution.id} ended {execution.state.value} (stopAfter)",
            )

    async def _put(self, state: TriggerState) -> None:
        state = msgspec.structs.replace(state, updated=self._clock.now())
        self._states[(state.namespace, state.flow_id, state.trigger_id)] = state
        await self._store.triggers.put(state)


def _key(flow: Flow, spec: TriggerSpec) -> Key:
    return flow.namespace, flow.id, spec.id
