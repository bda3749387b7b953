"""The doctor: what is there, what is missing, and the line that mends it."""

import shutil
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime

from runtime import images
from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.errors import Failure
from runtime.model.views import Check, Many

LOW_DISK = 2 * 1024**3  # bytes


async def diagnose(parts: Parts, request: requests.Diagnose, user: str) -> Many:
    return Many(items=tuple([await check(parts) for check in CHECKS]))


def _ok(name: str, message: str) -> Check:
    return Check(name=name, verdict="ok", message=message)


async def _python(parts: Parts) -> Check:
    return _ok("python", f"{sys.version.split()[0]} at {sys.executable}")


async def _engine(parts: Parts) -> Check:
    try:
        return _ok("container engine", await parts.resources.runners.check("docker"))
    except Failure as failure:
        remedy = failure.hint or "dbt runs by the process runner until then"
        return Check(name="container engine", verdict="warning", message=failure.message, remedy=remedy)


async def _runner(parts: Parts) -> Check:
    name, reason = await parts.resources.runners.default()
    return _ok("runner", f"{name}: {reason}")


async def _dbt_image(parts: Parts) -> Check:
    name, _ = await parts.resources.runners.default()
    if name != "docker":
        return _ok("dbt", f"a managed environment below {parts.settings.environments}")
    tag = images.default_tag("duckdb")
    if await parts.resources.runners.has_image(tag):
        return _ok("dbt image", f"{tag} is on this machine")
    remedy = "flowdeck image build dbt-duckdb"
    return Check(name="dbt image", verdict="warning", message=f"{tag} is not on this machine", remedy=remedy)


async def _git(parts: Parts) -> Check:
    found = shutil.which("git")
    if found:
        return _ok("git", found)
    return Check(name="git", verdict="problem", message="git.Clone needs git", remedy="apt-get install git")


async def _keyring(parts: Parts) -> Check:
    standing = await parts.vault.describe()
    if standing.usable:
        return _ok("keyring", standing.text)
    return Check(name="keyring", verdict="warning", message=standing.text, remedy=standing.hint)


async def _flows(parts: Parts) -> Check:
    directory = parts.settings.flows
    if directory is None or not directory.is_dir():
        return Check(
            name="flows",
            verdict="warning",
            message=f"{directory} does not exist",
            remedy=f"mkdir -p {directory}",
        )
    broken = [
        entry for entry in parts.catalogue.entries() if any(problem.is_error for problem in entry.problems)
    ]
    if broken:
        message = f"{len(broken)} flow files have errors, the first is {broken[0].file}"
        return Check(
            name="flows", verdict="problem", message=message, remedy=f"flowdeck validate {directory}"
        )
    return _ok("flows", f"{len(parts.catalogue.flows())} in {directory}")


async def _disk(parts: Parts) -> Check:
    free = shutil.disk_usage(parts.settings.data).free
    message = f"{free / 1024**3:.1f} GiB free below {parts.settings.data}"
    if free < LOW_DISK:
        return Check(
            name="disk",
            verdict="warning",
            message=message,
            remedy="flowdeck execution delete frees logs and files",
        )
    return _ok("disk", message)


async def _clock(parts: Parts) -> Check:
    zone = parts.settings.timezone or datetime.now().astimezone().tzname() or "UTC"
    return _ok(
        "clock", f"{parts.clock.now().astimezone():%Y-%m-%d %H:%M:%S %z}, schedules without a zone use {zone}"
    )


async def _store(parts: Parts) -> Check:
    trouble = parts.supervisor.trouble
    if trouble:
        return Check(
            name="store", verdict="problem", message=trouble, remedy=f"make room below {parts.settings.data}"
        )
    return _ok("store", str(parts.settings.database))


CHECKS: tuple[Callable[[Parts], Awaitable[Check]], ...] = (
    _python,
    _engine,
    _runner,
    _dbt_image,
    _git,
    _keyring,
    _flows,
    _store,
    _disk,
    _clock,
)
