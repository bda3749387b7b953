"""The flow language: reading and checking a long flow, and rendering its expressions."""

import asyncio
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import yaml
from jinja2 import Environment
from jinja2.sandbox import SandboxedEnvironment

from benchmarks.tables import median, ms, show
from benchmarks.tasks import daemon
from runtime.client.client import Client
from runtime.client.requests import CreateExecution
from runtime.expressions import Expressions
from runtime.language import load
from runtime.model.states import State
from runtime.model.views import ExecutionChanged, ExecutionView

LINES = 661
TURNS = 15
RENDERINGS = 3_000

HEAD = """\
id: long_{number}
namespace: company.data
description: As long a flow as the language's notes measure.
labels: {{team: data, tier: gold}}
inputs:
  - {{id: day, type: DATE, required: false}}
  - {{id: region, type: SELECT, values: [eu, us], defaults: eu}}
variables:
  bucket: "s3://{{{{ inputs.region }}}}-{number}"
triggers:
  - {{id: nightly, type: schedule, cron: "0 2 * * *", timezone: Europe/Oslo}}
tasks:
"""
TASK = """\
  - id: step_{task}
    type: shell
    description: Step {task} of many.
    runIf: "{{{{ inputs.region == 'eu' and outputs.step_{before}.exitCode == {number} }}}}"
    timeout: PT10M
    retry: {{type: constant, interval: PT30S, maxAttempts: 3}}
    env:
      DAY: "{{{{ inputs.day ?? (execution.startDate | date('yyyy-MM-dd')) }}}}-{number}-{task}"
      BUCKET: "{{{{ render(vars.bucket) }}}}/{task}"
    commands:
      - echo "{{{{ outputs.step_{before}.vars.rows | default(0) }}}} rows of step {task}, {number}"
"""

numbers = count()


def flow() -> str:
    """A flow of LINES lines, none of whose templates has been seen before."""
    number = next(numbers)
    text = HEAD.format(number=number) + '  - {id: step_0, type: shell, commands: ["true"]}\n'
    task = 1
    while text.count("\n") + TASK.count("\n") <= LINES:
        text += TASK.format(task=task, before=task - 1, number=number)
        task += 1
    return text + "# the end\n" * (LINES - text.count("\n"))


def spent(work: Callable[[], Any], turns: int = TURNS) -> float:
    """Seconds that one call takes: the median of several."""
    took = []
    for _ in range(turns):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return median(took)


def reading() -> list[tuple[str, str, str, str]]:
    text = flow()
    found = load(text)
    assert found.flow is not None, found.problems[0]
    assert not found.problems, found.problems[0]
    floor = f"CSafeLoader alone {ms(spent(lambda: yaml.load(text, yaml.CSafeLoader)))}"
    texts = iter([flow() for _ in range(TURNS)])
    return [
        (f"{LINES} lines, all templates new", ms(spent(lambda: load(next(texts)))), "<= 10 ms", floor),
        (f"{LINES} lines, read again", ms(spent(lambda: load(text))), "<= 10 ms", floor),
    ]


CACHED = {
    "a lookup": ("{{ outputs.extract.value }}", "{{ outputs.extract.value }}"),
    "a condition": (
        "{{ inputs.region == 'eu' and outputs.extract.rows > 100 ? 'big' : 'small' }}",
        "{{ 'big' if inputs.region == 'eu' and outputs.extract.rows > 100 else 'small' }}",
    ),
    "text with three expressions": (
        "s3://{{ inputs.region }}/{{ flow.id | upper }}/{{ outputs.missing.x ?? 'none' }}.csv",
        "s3://{{ inputs.region }}/{{ flow.id | upper }}/{{ outputs.missing.x | default('none') }}.csv",
    ),
}
"""In the dialect, and the nearest thing in plain Jinja2."""
VARIABLES = {
    "inputs": {"region": "eu"},
    "flow": {"id": "nightly"},
    "outputs": {"extract": {"value": "7", "rows": 1000}, "missing": {}},
}


def rendering() -> list[tuple[str, str, str, str]]:
    engine = Expressions()
    rows = []
    for name, (ours, theirs) in CACHED.items():
        mine = spent(lambda ours=ours: engine.evaluate(ours, VARIABLES), RENDERINGS)
        peers = []
        for peer, environment in (("Jinja2", Environment()), ("its sandbox", SandboxedEnvironment())):
            template = environment.from_string(theirs)
            peers.append(f"{peer} {spent(lambda t=template: t.render(VARIABLES), RENDERINGS) * 1e6:.1f} us")
        rows.append((f"rendering {name}, cached", f"{mine * 1e6:.1f} us", "<= 20 us", ", ".join(peers)))
    return rows


VALUES = 1_000
TURN = "tasks: [{id: t, type: return, format: '{{ taskrun.value }}'}]"
PEER = "Kestra's documentation: 100 values in 5 s"


async def looped(client: Client, limit: int) -> float:
    """Seconds that an execution takes by its own account: a ForEach whose values an expression gives."""
    values = f'values: "{{{{ range(1, {VALUES}) }}}}", concurrencyLimit: {limit}'
    source = f"id: many\nnamespace: bench\ntasks: [{{id: each, type: foreach, {values}, {TURN}}}]\n"
    created = await client.ask(CreateExecution(source=source), ExecutionView)
    async for news in client.watch(created.execution.id):
        if not isinstance(news, ExecutionChanged) or news.execution.ended is None:
            continue
        assert news.execution.state is State.SUCCESS
        return (news.execution.ended - news.execution.created).total_seconds()
    raise AssertionError


async def looping() -> list[tuple[str, str, str, str]]:
    rows = []
    async with daemon() as client:
        for limit, words in ((1, "one by one"), (0, "all at once")):
            took = await looped(client, limit)
            rows.append((f"ForEach, {VALUES:,} Returns {words}", f"{took:.2f} s", "<= 3 s", PEER))
    return rows


def main() -> None:
    show("language", [*reading(), *rendering(), *asyncio.run(looping())])
