"""What a face holds: one object with a method for each thing that can be asked."""

from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, TypeVar, cast

from runtime.client import requests
from runtime.client.requests import AnyRequest, AnyStream, News
from runtime.client.transport import Transport
from runtime.model.views import (
    AnyView,
    ExecutionPage,
    ExecutionView,
    FlowView,
    LogPage,
    Many,
    RuntimeStatus,
    TriggerView,
)

V = TypeVar("V")


class Client:
    """Speaks to one runtime, wherever it lives; the frequent questions have a method, `ask` takes the rest."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.close()

    def through(self, wrap: Callable[[Transport], Transport]) -> "Client":
        """A client over the same line, with something around it that sees what passes."""
        return Client(wrap(self._transport))

    async def ask(self, request: AnyRequest, answer: type[V]) -> V:
        """Send a request and say what is expected back."""
        found = await self._transport.send(request)
        assert isinstance(found, answer), f"{type(request).__name__} was answered with {type(found).__name__}"
        return found

    async def many(self, request: AnyRequest, of: type[V]) -> list[V]:
        answer = await self.ask(request, Many)
        return [item for item in answer.items if isinstance(item, of)]

    def follow(self, request: AnyStream) -> AsyncIterator[AnyView]:
        return self._transport.stream(request)

    async def status(self) -> RuntimeStatus:
        return await self.ask(requests.GetStatus(), RuntimeStatus)

    async def flows(self, namespace: str = "") -> list[FlowView]:
        return await self.many(requests.ListFlows(namespace=namespace), FlowView)

    async def triggers(self, namespace: str = "") -> list[TriggerView]:
        return await self.many(requests.ListTriggers(namespace=namespace), TriggerView)

    async def start(self, namespace: str, flow_id: str, **keys: Any) -> ExecutionView:
        return await self.ask(
            requests.CreateExecution(namespace=namespace, id=flow_id, **keys), ExecutionView
        )

    async def executions(self, **filters: Any) -> ExecutionPage:
        return await self.ask(requests.ListExecutions(**filters), ExecutionPage)

    async def execution(self, execution_id: str) -> ExecutionView:
        return await self.ask(requests.GetExecution(id=execution_id), ExecutionView)

    async def log(self, execution_id: str, task_run_id: str, **keys: Any) -> LogPage:
        return await self.ask(
            requests.ReadLog(execution_id=execution_id, task_run_id=task_run_id, **keys), LogPage
        )

    def watch(self, execution_id: str = "") -> AsyncIterator[News]:
        return cast("AsyncIterator[News]", self._transport.stream(requests.Watch(execution_id=execution_id)))
