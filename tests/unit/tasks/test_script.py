import asyncio
import dataclasses
import json
from pathlib import Path
from typing import Any, Literal

import pytest

from runtime.errors import TaskFailed
from runtime.tasks.script import PythonCommands, PythonScript, ShellCommands, ShellScript
from tests.support import LABELS, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_outputs_say_how_the_script_went(world: World) -> None:
    result = await ShellCommands(commands=["echo one", "echo two >&2", "echo three"]).run(world.context)
    assert result.outputs == {
        "exitCode": 0,
        "vars": {},
        "outputFiles": {},
        "stdOutLineCount": 2,
        "stdErrLineCount": 1,
        "taskRunner": {},
    }
    assert world.log.at("INFO") == ["one", "three"]
    assert world.log.at("ERROR") == ["two"]


async def test_the_protocol_sets_variables_and_later_ones_win(world: World) -> None:
    script = """
    echo '::{"outputs": {"rows": 1, "name": "a"}}::'
    echo '::{"outputs": {"rows": 2}, "logs": [{"level": "warning", "message": "few rows"}]}::' >&2
    echo '::{"metrics": [{"name": "seconds", "type": "timer", "value": 3}]}::'
    echo 'x ::{"outputs": {"rows": 9}}::'
    echo '::{not json}::'
    """
    result = await ShellScript(script=script).run(world.context)
    assert result.outputs["vars"] == {"rows": 2, "name": "a"}
    assert world.log.at("WARN") == ["few rows"]
    assert world.log.at("INFO") == ['x ::{"outputs": {"rows": 9}}::', "::{not json}::"]


async def test_a_failure_keeps_what_there_was(world: World) -> None:
    task = ShellCommands(
        commands=['echo \'::{"outputs": {"rows": 1}}::\'', "echo x > kept.txt", "exit 3", "echo never"],
        output_files=["*.txt"],
    )
    with pytest.raises(TaskFailed, match="exit code 3") as failed:
        await task.run(world.context)
    assert failed.value.outputs["exitCode"] == 3
    assert failed.value.outputs["vars"] == {"rows": 1}
    assert list(failed.value.outputs["outputFiles"]) == ["kept.txt"]
    assert world.log.at("INFO") == []


@pytest.mark.parametrize(
    ("task", "lines"),
    [
        (ShellCommands(commands=["echo $a"], before_commands=["a=1"]), ["1"]),
        (ShellCommands(commands=["false", "echo on"], fail_fast=False), ["on"]),
        (ShellCommands(commands=["echo $A $B"], env={"A": "x y", "B": 4}), ["x y 4"]),
        (ShellCommands(commands=["echo ${BASH_VERSION:+bash}"], interpreter=["bash", "-lc"]), ["bash"]),
        (ShellCommands(commands=["print(1 + 1)"], interpreter=["python3", "-c"]), ["2"]),
        (ShellCommands(commands=["echo plain"], interpreter=[]), ["plain"]),
        (ShellScript(script='test "$PWD" = "$WORKING_DIR" && echo here'), ["here"]),
        (ShellScript(script="echo 'quoted \"text\"' $((1+1))"), ['quoted "text" 2']),
    ],
)
async def test_how_commands_are_run(world: World, task: ShellCommands, lines: list[str]) -> None:
    await task.run(world.context)
    assert world.log.at("INFO") == lines


async def test_commands_are_on_no_command_line_and_leave_nothing(world: World) -> None:
    await ShellCommands(commands=["echo s3cret", "ls -A"]).run(world.context)
    (job,) = world.environment.jobs
    assert "s3cret" not in " ".join(job.command)
    assert world.log.at("INFO") == ["s3cret", ".flowdeck"]
    assert list(world.directory.iterdir()) == []


async def test_a_script_of_a_megabyte_runs(world: World) -> None:
    await ShellScript(script=": " + "x" * 1_000_000 + "\necho done").run(world.context)
    assert world.log.at("INFO") == ["done"]


@pytest.mark.parametrize(
    "files",
    [
        {"a.txt": "alpha", "deep/er/b.json": {"n": 1}, "c.txt": "kestra:///store.txt"},
        json.dumps({"a.txt": "alpha", "deep/er/b.json": '{"n":1}', "c.txt": "kestra:///store.txt"}),
    ],
)
async def test_input_files_are_there(world: World, files: Any) -> None:
    (world.store.root / "store.txt").write_text("stored")
    await ShellCommands(
        commands=["cat a.txt; echo; cat deep/er/b.json; echo; cat c.txt"], input_files=files
    ).run(world.context)
    assert world.log.at("INFO") == ["alpha", '{"n":1}', "stored"]


@pytest.mark.parametrize("name", ["/etc/passwd", "../up.txt", "a/../../up", "", ".", "link/x"])
async def test_input_files_stay_inside(world: World, name: str) -> None:
    (world.directory / "link").symlink_to(world.root)
    with pytest.raises(TaskFailed, match="inputFiles"):
        await ShellCommands(commands=["true"], input_files={name: "x"}).run(world.context)
    assert not (world.root / "up.txt").exists()


async def test_an_input_file_replaces_a_link_instead_of_following_it(world: World) -> None:
    (world.root / "precious").write_text("precious")
    (world.directory / "a.txt").symlink_to(world.root / "precious")
    await ShellCommands(commands=["cat a.txt"], input_files={"a.txt": "new"}).run(world.context)
    assert world.log.at("INFO") == ["new"]
    assert (world.root / "precious").read_text() == "precious"


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["a.csv"], ["a.csv"]),
        (["*.csv"], ["a.csv"]),
        (["**/*.csv"], ["a.csv", "out/b.csv", "out/deep/c.csv"]),
        (["out/**"], ["out/b.csv", "out/deep/c.csv", "out/n.json"]),
        (["out/*.{csv,json}"], ["out/b.csv", "out/n.json"]),
        (["./a.???", "[!b].csv"], ["a.csv"]),
        (["**"], ["a.csv", "out/b.csv", "out/deep/c.csv", "out/n.json"]),
    ],
)
async def test_output_files_are_chosen_by_pattern(
    world: World, patterns: list[str], names: list[str]
) -> None:
    make = ["mkdir -p out/deep", "touch a.csv out/b.csv out/deep/c.csv out/n.json"]
    result = await ShellCommands(commands=make, output_files=patterns).run(world.context)
    assert list(result.outputs["outputFiles"]) == names


async def test_output_files_have_their_content_and_links_do_not_lead_out(world: World) -> None:
    (world.root / "precious").write_text("precious")
    result = await ShellCommands(
        commands=["echo rows > a.txt", "ln -s ../precious b.txt"], output_files=["*.txt", "none.csv"]
    ).run(world.context)
    files = result.outputs["outputFiles"]
    assert {name: world.store.read(uri) for name, uri in files.items()} == {"a.txt": "rows\n"}
    assert world.log.at("WARN") == ["outputFiles: nothing matches none.csv"]


async def test_all_that_is_written_to_the_output_directory_is_kept(world: World) -> None:
    task = ShellCommands(
        commands=["mkdir $OUTPUT_DIR/x", "echo 1 > $OUTPUT_DIR/x/a", "echo 2 > $OUTPUT_DIR/b"]
    )
    result = await task.run(world.context)
    assert sorted(result.outputs["outputFiles"]) == ["b", "x/a"]


async def test_stored_files_that_commands_name_are_brought_in(world: World) -> None:
    (world.store.root / "in.txt").write_text("stored")
    (world.store.root / "sub").mkdir()
    (world.store.root / "sub" / "in.txt").write_text("other")
    await ShellCommands(commands=["cat 'kestra:///in.txt' kestra:///sub/in.txt"]).run(world.context)
    assert world.log.at("INFO") == ["storedother"]


async def test_what_has_no_effect_is_said_once(world: World) -> None:
    task = ShellCommands(
        commands=["true"],
        warning_on_std_err=True,
        docker={"image": "a", "user": "root"},
        runner="DOCKER",
        target_os="WINDOWS",
    )
    await task.run(world.context)
    assert [line.split()[0] for line in world.log.at("WARN")] == [
        "runner",
        "docker",
        "warningOnStdErr",
        "targetOS",
    ]
    assert world.environment.jobs[0].image == "a"


async def test_cancelling_leaves_no_script_behind(world: World) -> None:
    task = ShellCommands(commands=["echo started", "exec sleep 1000"])
    running = asyncio.create_task(task.run(world.context))
    await asyncio.wait_for(world.environment.started.wait(), 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert list(world.directory.iterdir()) == []


@pytest.mark.parametrize(("runner", "left"), [("docker", [".flowdeck"]), ("process", [])])
async def test_a_job_that_outlives_the_runtime_keeps_its_script(
    tmp_path: Path, runner: Literal["docker", "process"], left: list[str]
) -> None:
    world = World(tmp_path, runner=runner)
    context = dataclasses.replace(world.context, leaving=lambda: True)
    running = asyncio.create_task(ShellCommands(commands=["echo started", "exec sleep 1000"]).run(context))
    await asyncio.wait_for(world.environment.started.wait(), 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [path.name for path in world.directory.iterdir()] == left


async def test_the_job_names_its_owner_image_and_options(tmp_path: Path) -> None:
    world = World(tmp_path, task_runner={"type": "docker", "memory": {"memory": "1g"}})
    await ShellCommands(commands=["true"], container_image="alpine").run(world.context)
    (job,) = world.environment.jobs
    assert (job.id, job.labels, job.image) == ("taskrun/1", LABELS, "alpine")
    assert job.options == {"type": "docker", "memory": {"memory": "1g"}}


async def test_a_python_script_imports_from_the_working_directory(world: World) -> None:
    task = PythonScript(
        script='import helper\nprint(helper.x)\nprint(\'::{"outputs": {"y": [1]}}::\')',
        input_files={"helper.py": "x = 7"},
    )
    result = await task.run(world.context)
    assert world.log.at("INFO") == ["7"]
    assert result.outputs["vars"] == {"y": [1]}


async def test_a_python_script_fails_with_its_traceback_in_the_log(world: World) -> None:
    with pytest.raises(TaskFailed, match="exit code 1"):
        await PythonScript(script="raise ValueError('why')").run(world.context)
    assert world.log.at("ERROR")[-1] == "ValueError: why"


async def test_python_dependencies_are_the_runners_business_where_no_container_is(world: World) -> None:
    await PythonCommands(commands=["true"], dependencies=["pandas>=2"]).run(world.context)
    (job,) = world.environment.jobs
    assert job.toolchain is not None
    assert job.toolchain.requirements == ("pandas>=2",)
    assert job.image == "python:3.13-slim"


async def test_python_dependencies_are_installed_inside_a_container(tmp_path: Path) -> None:
    pip = tmp_path / "bin" / "python3"
    pip.parent.mkdir()
    pip.write_text('#!/bin/sh\necho "$@"\n')
    pip.chmod(0o755)
    world = World(tmp_path, runner="docker", path=str(pip.parent))
    task = PythonCommands(commands=["echo run"], dependencies=["pandas>=2"], python_version="3.12")
    await task.run(world.context)
    assert world.log.at("INFO") == ["-m pip install -q --disable-pip-version-check pandas>=2", "run"]
    assert world.environment.jobs[0].toolchain is None
    assert world.environment.jobs[0].image == "python:3.12-slim"
