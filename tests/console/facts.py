"""Fixed facts: a small data team's flows and executions at one moment, for tests and pictures."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from runtime.client import requests
from runtime.errors import FlowNotFound
from runtime.model.execution import Execution, Trigger
from runtime.model.problem import Problem, Severity
from runtime.model.states import State
from runtime.model.views import (
    Container,
    Done,
    ExecutionPage,
    ExecutionView,
    Fire,
    FlowDetail,
    FlowView,
    InputView,
    Many,
    RuntimeStatus,
    Setting,
    Topology,
    TopologyNode,
    TriggerView,
)
from tests.console.scripted import Scripted

NOW = datetime(2025, 11, 14, 9, 30, tzinfo=UTC)


def now() -> datetime:
    return NOW


def ago(**keys: float) -> datetime:
    return NOW - timedelta(**keys)


def ahead(**keys: float) -> datetime:
    return NOW + timedelta(**keys)


STATUS = RuntimeStatus(
    version="0.1.0",
    pid=4711,
    user="ops",
    host="warehouse-1",
    since=ago(days=3),
    data_directory="/var/lib/flowdeck",
    flows_directory="/srv/flows",
    socket="/var/lib/flowdeck/flowdeck.sock",
    mode="daemon",
    runner="docker",
    runner_reason="the engine answers",
    flows=7,
    problems=2,
    running=1,
    schedules=3,
    memory=48 * 1024**2,
)


def execution(
    number: int, flow: str, state: State, *, created: datetime, seconds: float = 0, **keys: object
) -> Execution:
    namespace, _, flow_id = flow.rpartition(".")
    made = Execution(
        id=f"01k9zr7m3v{number:010}",
        namespace=namespace,
        flow_id=flow_id,
        revision=4,
        state=state,
        created=created,
        started=created,
        ended=created + timedelta(seconds=seconds) if state.is_terminal else None,
    )
    return msgspec.structs.replace(made, **keys)


def schedule(flow: str, cron: str, **keys: object) -> TriggerView:
    namespace, _, flow_id = flow.rpartition(".")
    made = TriggerView(
        namespace=namespace,
        flow_id=flow_id,
        trigger_id="nightly",
        type="io.kestra.plugin.core.trigger.Schedule",
        schedule=cron,
        timezone="Europe/Oslo",
    )
    return msgspec.structs.replace(made, **keys)


NIGHTLY = Trigger(id="nightly", type="io.kestra.plugin.core.trigger.Schedule")

EXECUTIONS = (
    execution(
        9, "company.data.ferry_build", State.RUNNING, created=ago(minutes=2, seconds=14), trigger=NIGHTLY
    ),
    execution(
        8, "company.data.freshness", State.SUCCESS, created=ago(minutes=30), seconds=9.4, trigger=NIGHTLY
    ),
    execution(
        7,
        "company.finance.ledger",
        State.FAILED,
        created=ago(hours=2),
        seconds=81,
        trigger=NIGHTLY,
        error="dbt build: 1 of 42 nodes failed: fct_payments (Binder Error: column amount_eur not found)",
    ),
    execution(
        6, "company.data.ferry_build", State.SUCCESS, created=ago(hours=25), seconds=512, created_by="ada"
    ),
    execution(
        5, "company.data.patient_retry", State.WARNING, created=ago(days=2), seconds=65, created_by="ada"
    ),
    execution(4, "company.data.ferry_build", State.KILLED, created=ago(days=8), seconds=33, created_by="ada"),
)

FERRY = schedule(
    "company.data.ferry_build", "0 2 * * *", next_fire=ahead(hours=15, minutes=30), last_fired=ago(minutes=2)
)
FRESH = schedule(
    "company.data.freshness", "*/30 * * * *", next_fire=ahead(minutes=4), last_fired=ago(minutes=26)
)
LEDGER = schedule("company.finance.ledger", "0 7 * * 1-5", paused=True, last_fired=ago(hours=2))
TRIGGERS = (FERRY, FRESH, LEDGER)

FLOWS = (
    FlowView(
        namespace="company.data",
        id="ferry_build",
        revision=4,
        description="Clone the ferry project and build it\nSecond line.",
        labels={"team": "data", "tier": "gold"},
        file="ferry_build.yaml",
        tasks=6,
        triggers=(FERRY,),
        next_fire=FERRY.next_fire,
        last=EXECUTIONS[0],
    ),
    FlowView(
        namespace="company.data",
        id="freshness",
        revision=2,
        description="Look whether the sources are fresh",
        file="freshness.yaml",
        tasks=2,
        triggers=(FRESH,),
        next_fire=FRESH.next_fire,
        last=EXECUTIONS[1],
    ),
    FlowView(
        namespace="company.data",
        id="patient_retry",
        revision=1,
        description="Fails twice, and is patient",
        file="patient_retry.yaml",
        tasks=3,
        last=EXECUTIONS[4],
        problems=(
            Problem(
                message="type `io.kestra.plugin.airbyte.Sync` is no plugin that is here",
                line=12,
                column=11,
                path="tasks[1].type",
                severity=Severity.WARNING,
            ),
        ),
    ),
    FlowView(
        namespace="company.data",
        id="island_reports",
        revision=1,
        description="One report an island",
        file="island_reports.yaml",
        tasks=4,
        has_inputs=True,
    ),
    FlowView(
        namespace="company.finance",
        id="ledger",
        revision=3,
        description="The ledger, before the bank opens",
        file="ledger.yaml",
        tasks=5,
        triggers=(LEDGER,),
        last=EXECUTIONS[2],
        problems=(
            Problem(
                message="unknown key `tpye`",
                line=9,
                column=5,
                path="tasks[0]",
                hint="did you mean `type`?",
            ),
            Problem(
                message="`retry` needs `maxAttempts` or `maxDuration`",
                line=14,
                column=5,
                path="tasks[0].retry",
            ),
        ),
    ),
    FlowView(
        namespace="company.finance", id="archive", revision=1, file="archive.yaml", tasks=1, disabled=True
    ),
    FlowView(
        namespace="",
        id="",
        file="drafts/new.yaml",
        problems=(
            Problem(
                message="mapping values are not allowed here",
                line=3,
                column=14,
                hint='quote the expression: "{{ x }}"',
            ),
        ),
    ),
)

SOURCE = """\
id: ferry_build
namespace: company.data
description: Clone the ferry project and build it

tasks:
  # everything in one directory
  - id: work
    type: working_directory
    tasks:
      - id: clone
        type: git.clone
        url: https://example.org/ferry.git
      - id: build
        type: dbt
        commands:
          - dbt build
  - id: report
    type: log
    message: done
errors:
  - id: alert
    type: slack
"""

TOPOLOGY = Topology(
    nodes=(
        TopologyNode(id="work", type="working_directory", is_cluster=True, rule="working_directory"),
        TopologyNode(id="clone", type="git.clone", parent="work"),
        TopologyNode(id="build", type="dbt", parent="work"),
        TopologyNode(id="report", type="log"),
        TopologyNode(id="alert", type="slack", branch="errors"),
    ),
    edges=(("clone", "build"), ("build", "report")),
)

BROKEN = {
    "drafts/new.yaml": "id: new\nnamespace: drafts\ndescription: {{ x }}\ntasks: []\n",
    "ledger.yaml": """\
id: ledger
namespace: company.finance
description: The ledger, before the bank opens

# the bank opens at eight
tasks:
  - id: build
    # the month that is closed
    tpye: dbt
    commands:
      - dbt build --select ledger
  - id: send
    type: http.request
    retry:
      type: constant
""",
}


def write_broken(directory: Path) -> None:
    """The text of the files that have problems."""
    for name, text in BROKEN.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


INPUTS = (
    InputView(id="island", type="STRING", description="Its name, as on the chart"),
    InputView(id="season", type="SELECT", choices=("summer", "winter"), default="summer", required=False),
    InputView(id="days", type="INT", default=7, required=False),
    InputView(id="draft", type="BOOL", default=True, required=False),
)

SETTINGS = (
    Setting(
        name="data", value="/var/lib/flowdeck", origin="default", description="the database, logs and files"
    ),
    Setting(name="runner", value="docker", origin="FLOWDECK_RUNNER", description="what runs a task"),
    Setting(name="timezone", value="Europe/Oslo", origin="/etc/flowdeck/flowdeck.toml"),
)

CONTAINERS = (
    Container(
        id="4f1c9a7e2b10",
        image="flowdeck/dbt-duckdb:1.11",
        state="running",
        status="Up 2 minutes",
        created=ago(minutes=2),
        namespace="company.data",
        flow_id="ferry_build",
        execution_id=EXECUTIONS[0].id,
        task_id="build",
        task_run_id=f"{EXECUTIONS[0].id}-3",
        attempt=1,
    ),
)

FIRES = (
    Fire(at=ahead(hours=15, minutes=30)),
    Fire(at=ahead(hours=39, minutes=30), note="this hour comes twice"),
)


def flow_detail(request: requests.GetFlow) -> FlowDetail:
    for flow in FLOWS:
        if (flow.namespace, flow.id) == (request.namespace, request.id):
            inputs = INPUTS if flow.has_inputs else ()
            return FlowDetail(flow=flow, source=SOURCE, topology=TOPOLOGY, inputs=inputs)
    raise FlowNotFound(f"no flow {request.namespace}.{request.id}")


def execution_page(request: requests.ListExecutions) -> ExecutionPage:
    found = [
        each
        for each in EXECUTIONS
        if (not request.states or each.state.value in request.states)
        and (not request.flow_id or (each.namespace, each.flow_id) == (request.namespace, request.flow_id))
    ]
    return ExecutionPage(items=tuple(found))


def execution_view(request: requests.GetExecution) -> ExecutionView:
    found = next(each for each in EXECUTIONS if each.id.endswith(request.id))
    return ExecutionView(execution=found, topology=TOPOLOGY)


def started(request: requests.CreateExecution) -> ExecutionView:
    return ExecutionView(execution=EXECUTIONS[0], topology=TOPOLOGY)


def runtime() -> Scripted:
    """A runtime that has all this."""
    return Scripted(
        {
            requests.GetStatus: STATUS,
            requests.ListSettings: Many(items=SETTINGS),
            requests.ListContainers: Many(items=CONTAINERS),
            requests.ListFlows: Many(items=FLOWS),
            requests.GetFlow: flow_detail,
            requests.ListExecutions: execution_page,
            requests.GetExecution: execution_view,
            requests.CreateExecution: started,
            requests.KillExecution: Done(message="it is being stopped"),
            requests.PauseExecution: Done(message="it is paused"),
            requests.ResumeExecution: Done(message="it goes on"),
            requests.ReplayExecution: ExecutionView(execution=EXECUTIONS[0], topology=TOPOLOGY),
            requests.ChangeState: ExecutionView(execution=EXECUTIONS[0], topology=TOPOLOGY),
            requests.RestartExecution: ExecutionView(execution=EXECUTIONS[2]),
            requests.ListTriggers: Many(items=TRIGGERS),
            requests.PauseTrigger: Done(message="done"),
            requests.ListFires: Many(items=FIRES),
            requests.Shutdown: Done(message="the runtime is ending"),
        }
    )
