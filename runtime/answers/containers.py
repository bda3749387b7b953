"""The containers that attempts run in, as the engine knows them."""

from datetime import UTC, datetime
from typing import Any

from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.model.views import Container, Many
from runtime.runners.docker_options import PREFIX


async def list_containers(parts: Parts, request: requests.ListContainers, user: str) -> Many:
    found = await parts.resources.runners.containers()
    newest = sorted((_container(each) for each in found), key=lambda each: each.created, reverse=True)
    return Many(items=tuple(newest))


def _container(found: dict[str, Any]) -> Container:
    labels = found.get("Labels") or {}

    def label(name: str) -> str:
        return str(labels.get(f"{PREFIX}.{name}", ""))

    return Container(
        id=str(found["Id"])[:12],
        image=str(found.get("Image", "")),
        state=str(found.get("State", "")),
        status=str(found.get("Status", "")),
        created=datetime.fromtimestamp(float(found.get("Created") or 0), UTC),
        namespace=label("namespace"),
        flow_id=label("flow"),
        execution_id=label("execution"),
        task_id=label("task"),
        task_run_id=label("task-run"),
        attempt=int(label("attempt") or 0),
    )
