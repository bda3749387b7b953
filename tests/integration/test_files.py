"""Files of flows, from a script's output to the next task's input, through a whole runtime."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from runtime.client import requests
from runtime.client.client import Client
from runtime.client.in_process import InProcess
from runtime.errors import FileNotFound, InvalidInputs, Rejected
from runtime.executor.retention import Retention
from runtime.model.states import State
from runtime.model.views import Done, ExecutionView, FilePart, StoredFile
from runtime.service import Service
from tests.runtimes import in_process, over_socket, run, settings, until_ended

WAITS = "id: waits\nnamespace: company.data\ntasks:\n  - {id: wait, type: sleep, duration: PT1H}\n"
CHAIN = """\
id: chain
namespace: company.data
tasks:
  - id: write
    type: shell
    commands: ["printf 'a,b\\n1,2\\n' > rows.csv", "touch empty"]
    outputFiles: ["*.csv", empty]
  - id: facts
    type: return
    format: >-
      {{ read(outputs.write.outputFiles['rows.csv']) | trim }}
      {{ fileSize(outputs.write.outputFiles['rows.csv']) }}
      {{ isFileEmpty(outputs.write.outputFiles.empty) }} {{ isFileEmpty(outputs.write.outputFiles['rows.csv']) }}
      {{ fileExists(outputs.write.outputFiles.empty) }} {{ fileExists('kestra:///company/data/gone.csv') }}
  - id: use
    type: shell
    inputFiles:
      in.csv: "{{ outputs.write.outputFiles['rows.csv'] }}"
    commands: ["cat in.csv {{ outputs.write.outputFiles['rows.csv'] }} | wc -l"]
  - id: absent
    type: return
    allowFailure: true
    format: "{{ read('kestra:///company/data/gone.csv') }}"
"""

TAKES_A_FILE = """\
id: takes
namespace: company.data
inputs:
  - {id: rows, type: FILE, allowedFileExtensions: [.csv]}
  - {id: group.more, type: FILE, required: false}
tasks:
  - {id: told, type: return, format: "{{ read(inputs.rows) }} {{ inputs.group.more ?? 'none' }}"}
"""


async def test_files_go_from_task_to_task_and_templates_look_into_them(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, CHAIN)
        by_task = {each.task_id: each for each in view.task_runs}
        assert by_task["facts"].outputs["value"] == "a,b\n1,2 8 true false true false"
        page = await client.log(view.execution.id, by_task["use"].id)
        assert [line.text.strip() for line in page.lines] == ["4"]
        assert "there is no stored file" in (by_task["absent"].error or "")
        stored = await client.many(requests.ListFiles(execution_id=view.execution.id), StoredFile)
        assert [(item.uri.rpartition("/")[2], item.size) for item in stored] == [
            ("empty", 0),
            ("rows.csv", 8),
        ]


@pytest.mark.parametrize("door", [in_process, over_socket])
async def test_a_file_that_was_sent_becomes_a_stored_file_of_the_execution(
    tmp_path: Path, door: type[Client]
) -> None:
    async with door(settings(tmp_path)) as client:
        sent = await client.ask(requests.UploadFile(name="a.csv", content=b"\xff1,"), StoredFile)
        sent = await client.ask(requests.UploadFile(name="a.csv", content=b"2", uri=sent.uri), StoredFile)
        view = await run(client, TAKES_A_FILE, inputs={"rows": sent.uri})
        address = view.execution.inputs["rows"]
        assert address.endswith(f"/takes/executions/{view.execution.id}/inputs/rows/a.csv")
        part = await client.ask(requests.ReadFile(uri=address, offset=1, limit=2), FilePart)
        assert (part.content, part.size) == (b"1,", 4)
        assert view.task_runs[0].outputs["value"] == "\ufffd1,2 none"
        with pytest.raises(Rejected):
            await client.ask(requests.ReadFile(uri=sent.uri), FilePart)


async def test_a_file_may_be_named_by_path_or_address(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("b")
    async with in_process(settings(tmp_path)) as client:
        view = await run(
            client,
            TAKES_A_FILE,
            inputs={"rows": str(tmp_path / "b.csv"), "group": {"more": (tmp_path / "b.csv").as_uri()}},
        )
        assert view.task_runs[0].outputs["value"] == f"b file://{tmp_path}/b.csv"
        again = await run(client, TAKES_A_FILE, inputs={"rows": view.execution.inputs["rows"]})
        assert again.execution.inputs["rows"] == view.execution.inputs["rows"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("/nonexistent/a.csv", "there is no file"),
        ("kestra:///company/a.csv", "there is no stored file"),
        ("nsfile:///a.csv", "has no file"),
        ("file:///nonexistent.csv", "no such file"),
        ("kestra:///../../a.csv", "leads out"),
        ("a" * 300 + ".csv", "name too long"),
        ("/etc/hostname", r"must end with one of \.csv"),
    ],
)
async def test_a_file_that_is_not_there_is_no_input(tmp_path: Path, value: str, reason: str) -> None:
    async with in_process(settings(tmp_path)) as client:
        with pytest.raises(InvalidInputs, match=rf"(?i)`rows`.*{reason}"):
            await client.ask(
                requests.CreateExecution(source=TAKES_A_FILE, inputs={"rows": value}), ExecutionView
            )


async def swept(service: Service, **keep: timedelta) -> None:
    parts = service.parts
    chosen = msgspec.structs.replace(service.settings, **keep)
    await Retention(parts.resources, parts.store, chosen).sweep()


async def test_files_go_with_their_execution_or_when_they_are_old(tmp_path: Path) -> None:
    service = Service(settings(tmp_path))
    async with service.running(), Client(InProcess(service)) as client:
        first, second = await run(client, CHAIN), await run(client, CHAIN)
        await client.ask(requests.DeleteExecution(id=first.execution.id), Done)
        files = service.parts.resources.files
        assert [name[2] for name in files.executions()] == [second.execution.id]
        await swept(service, keep_files=timedelta(hours=1))
        assert len(files.executions()) == 1
        await swept(service, keep_files=timedelta())
        assert files.executions() == []
        assert (await client.execution(second.execution.id)).execution.state is State.WARNING


async def test_executions_go_when_they_are_old_and_take_all_along(tmp_path: Path) -> None:
    service = Service(settings(tmp_path))
    async with service.running(), Client(InProcess(service)) as client:
        ended = await run(client, CHAIN)
        live = await client.ask(requests.CreateExecution(source=WAITS), ExecutionView)
        await swept(service, keep_executions=timedelta(hours=1))
        assert len((await client.executions()).items) == 2
        await swept(service, keep_executions=timedelta())
        assert [each.id for each in (await client.executions()).items] == [live.execution.id]
        assert not (tmp_path / "data" / "logs" / ended.execution.id).exists()
        assert service.parts.resources.files.executions() == []
        await client.ask(requests.KillExecution(id=live.execution.id), Done)


async def test_a_restarted_runtime_reads_what_was_stored(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, CHAIN)
    uri = {each.task_id: each for each in view.task_runs}["write"].outputs["outputFiles"]["rows.csv"]
    async with in_process(settings(tmp_path)) as client:
        created = await client.ask(
            requests.CreateExecution(source=TAKES_A_FILE, inputs={"rows": uri}), ExecutionView
        )
        assert (await until_ended(client, created.execution.id)).execution.state is State.SUCCESS
        (tmp_path / "data" / "storage" / uri.removeprefix("kestra:///")).unlink()
        with pytest.raises(FileNotFound):
            await client.ask(requests.ReadFile(uri=uri), FilePart)


SHARES = """\
id: shares
namespace: company.data
tasks:
  - id: dir
    type: working_directory
    namespaceFiles: {enabled: true, include: ["{{ 'sql/**' }}"], namespaces: ["{{ flow.namespace }}", company.own]}
    inputFiles: {extra.txt: more}
    tasks:
      - {id: sees, type: shell, commands: ["find . -type f -not -path '*/.flowdeck/*' | sort | xargs cat"]}
  - {id: read, type: return, format: "{{ read('sql/a.sql') }} {{ read('b.sql', 'company.own') }} {{ fileURI('sql/a.sql') }}"}
  - {id: by_address, type: return, format: "{{ read(fileURI('sql/a.sql')) }} {{ read('nsfile:///sql/a.sql') }} {{ fileExists('c.sql') }}"}
"""


async def test_flows_share_the_files_of_namespaces(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "sql").mkdir(parents=True)
    (checkout / "sql" / "c.sql").write_text("own;")
    (checkout / "b.sql").write_text("b")
    async with over_socket(settings(tmp_path, namespace_files={"company.own": checkout})) as client:
        for name, content in (("sql/a.sql", b"select 1;"), ("other.sql", b"not this one")):
            sent = await client.ask(requests.UploadFile(name="x", content=content), StoredFile)
            put = requests.PutNamespaceFile(namespace="company.data", name=name, uri=sent.uri)
            assert (await client.ask(put, StoredFile)).name == name
        view = await run(client, SHARES)
        by_task = {each.task_id: each for each in view.task_runs}
        page = await client.log(view.execution.id, by_task["sees"].id)
        assert "".join(line.text for line in page.lines) == "moreselect 1;own;"
        assert by_task["read"].outputs["value"] == "select 1; b kestra:///company/data/_files/sql/a.sql"
        assert by_task["by_address"].outputs["value"] == "select 1; select 1; false"
        await client.ask(requests.DeleteNamespaceFile(namespace="company.data", name="sql/a.sql"), Done)
        found = await client.many(requests.ListNamespaceFiles(namespace="company.data"), StoredFile)
        assert [(item.name, item.size) for item in found] == [("other.sql", 12)]
        with pytest.raises(FileNotFound):
            await client.ask(requests.ReadFile(uri="nsfile://company.data/sql/a.sql"), FilePart)
