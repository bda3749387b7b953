"""The command line is a contract: exit codes, JSON, and where options may stand (design.md section 10)."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HELLO = """\
id: hello
namespace: company.team
inputs:
  - {id: name, type: STRING, defaults: you}
tasks:
  - {id: greet, type: log, message: "Hello {{ inputs.name }}"}
outputs:
  - {id: name, type: STRING, value: "{{ inputs.name }}"}
"""
FAILING = 'id: bad\nnamespace: company.team\ntasks:\n  - {id: no, type: shell, commands: ["exit 3"]}\n'
WARNING = "id: soso\nnamespace: company.team\ntasks:\n  - {id: no, type: fail, allowFailure: true}\n"
BROKEN = "id: broken\nnamespace: company.team\ntasks:\n  - id: one\n    tpye: log\n"

Words = list[str]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    for name, text in {"hello": HELLO, "bad": FAILING, "soso": WARNING}.items():
        (tmp_path / "flows" / f"{name}.yaml").write_text(text)
    (tmp_path / "broken.yaml").write_text(BROKEN)
    return tmp_path


def command(home: Path, *words: str) -> Words:
    return [
        sys.executable,
        "-m",
        "console.cli",
        "--data",
        str(home / "data"),
        "--flows",
        str(home / "flows"),
        *words,
    ]


def environment() -> dict[str, str]:
    return {**os.environ, "FLOWDECK_RUNNER": "process"}


def flowdeck(home: Path, *words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(home, *words),
        capture_output=True,
        text=True,
        input=stdin,
        env=environment(),
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run", "company.team.hello"], 0, "Hello you"),
        (["run", "company.team.hello", "-i", "name=Ada"], 0, "Hello Ada"),
        (["run", "company.team.bad"], 1, "exit"),
        (["run", "company.team.soso"], 0, "warning"),
        (["run", "company.team.soso", "--strict"], 1, "warning"),
        (["run", "company.team.helo"], 2, "did you mean company.team.hello"),
        (["explain", "dateAd"], 2, "did you mean `dateAdd`?"),
        (["run", "company.team.hello", "-i", "name"], 2, "KEY=VALUE"),
        (["flow", "frobnicate"], 2, "No such command"),
        (["status"], 3, "flowdeck serve"),
        (["stop"], 3, "no runtime listens"),
        (["execution", "show", "nothing"], 2, "no execution"),
        (["trigger", "list"], 3, "no runtime listens"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_exit_codes(home: Path, words: Words, code: int, said: str) -> None:
    found = flowdeck(home, *words)
    assert found.returncode == code, found.stderr
    assert said in found.stderr
    assert "Traceback" not in found.stderr


def test_a_type_is_explained_on_stdout(home: Path) -> None:
    found = flowdeck(home, "explain", "ForEach")
    assert found.returncode == 0
    assert "`concurrencyLimit`" in found.stdout


def test_run_prints_one_object(home: Path) -> None:
    found = flowdeck(home, "run", "company.team.hello", "--json", "-l", "team=a")
    record = json.loads(found.stdout)
    assert set(record) == {
        *(
            "id",
            "namespace",
            "flow_id",
            "revision",
            "state",
            "created",
            "started",
            "ended",
            "duration_s",
            "inputs",
        ),
        *("outputs", "labels", "trigger", "error", "task_runs", "nodes"),
    }
    assert (record["state"], record["inputs"], record["outputs"]) == (
        "SUCCESS",
        {"name": "you"},
        {"name": "you"},
    )
    [run] = record["task_runs"]
    assert set(run) == {
        *("id", "task_id", "type", "state", "value", "iteration", "parent_id", "started", "ended"),
        *("outputs", "error", "attempts"),
    }
    assert set(run["attempts"][0]) == {
        "number",
        "state",
        "started",
        "ended",
        "log_lines",
        "runner",
        "exit_code",
    }
    assert json.loads(flowdeck(home, "execution", "show", record["id"], "--json").stdout) == record


def test_options_stand_before_and_after_the_command(home: Path) -> None:
    words = [sys.executable, "-m", "console.cli", "--json", "flow", "list", "--data", str(home / "data")]
    found = subprocess.run(
        [*words, f"--flows={home / 'flows'}"],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
        timeout=60,
    )
    assert [flow["id"] for flow in json.loads(found.stdout)] == ["bad", "hello", "soso"]


def test_validate_names_every_problem_with_its_place(home: Path) -> None:
    found = flowdeck(home, "validate", str(home / "broken.yaml"))
    assert found.returncode == 2
    assert f"{home}/broken.yaml:5:5: error" in found.stdout
    [report] = json.loads(flowdeck(home, "validate", "--json", str(home / "broken.yaml")).stdout)
    assert report["file"] == str(home / "broken.yaml")
    assert set(report["problems"][0]) == {"line", "column", "path", "message", "hint", "severity"}
    assert flowdeck(home, "validate", str(home / "flows")).returncode == 0


def test_an_interrupt_stops_the_execution_and_says_130(home: Path) -> None:
    path = home / "slow.yaml"
    path.write_text(
        f'id: slow\nnamespace: a.b\ntasks:\n  - {{id: s, type: shell, commands: ["echo ready; sleep 60; touch {home}/not"]}}\n'
    )
    process = subprocess.Popen(
        command(home, "run", str(path)), stderr=subprocess.PIPE, text=True, env=environment()
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "ready" in line:
            break
    process.send_signal(signal.SIGINT)
    process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == 130
    [execution] = json.loads(flowdeck(home, "execution", "list", "--json").stdout)
    assert (execution["state"], execution["error"]) == ("KILLED", "interrupted")
    assert not (home / "not").exists()


def test_a_daemon_is_started_asked_and_stopped(home: Path) -> None:
    process = subprocess.Popen(command(home, "serve"), stderr=subprocess.PIPE, text=True, env=environment())
    assert process.stderr is not None
    for line in process.stderr:
        if "ready" in line:
            break
    try:
        assert flowdeck(home, "run", "company.team.hello", "--detach").returncode == 0
        status = json.loads(flowdeck(home, "status", "--json").stdout)
        assert (status["mode"], status["flows"], status["pid"]) == ("daemon", 3, process.pid)
        assert flowdeck(home, "serve").returncode == 1
        assert flowdeck(home, "stop").returncode == 0
        process.stderr.read()
        assert process.wait(20) == 0
    finally:
        process.stderr.close()
        process.kill()
        process.wait()


def test_secrets_come_from_stdin_and_never_out_again(home: Path) -> None:
    key = home / "key"
    key.write_text("a key that is long enough to be one: 0123456789abcdef\n")
    key.chmod(0o600)
    os.environ["FLOWDECK_KEYRING_KEY_FILE"] = str(key)
    try:
        assert flowdeck(home, "secret", "set", "company", "TOKEN", stdin="hush-hush-hush\n").returncode == 0
        listed = flowdeck(home, "secret", "list", "--json")
        assert json.loads(listed.stdout) == [{"view": "secret_name", "namespace": "company", "name": "TOKEN"}]
        source = home / "use.yaml"
        source.write_text(
            "id: use\nnamespace: company.team\ntasks:\n"
            "  - id: show\n    type: shell\n    env: {TOKEN: \"{{ secret('TOKEN') }}\"}\n"
            "    commands: ['echo $TOKEN', 'printf %s $TOKEN | base64', 'tr \"\\0\" \"\\n\" < /proc/$$/cmdline']\n"
            "  - {id: keep, type: return, format: \"{{ secret('TOKEN') }}\"}\n"
            "  - {id: fail, type: fail, errorMessage: \"{{ secret('TOKEN') }}\"}\n"
        )
        ran = flowdeck(home, "run", str(source), "--json")
        assert ran.returncode == 1
        assert "hush-hush-hush" not in ran.stdout + ran.stderr + listed.stdout
        assert ran.stderr.count("******") >= 3
        kept = [
            path
            for path in (home / "data").rglob("*")
            if path.is_file() and b"hush-hush-hush" in path.read_bytes()
        ]
        assert kept == []
        assert flowdeck(home, "secret", "scan").returncode == 0
        missing = source.with_name("missing.yaml")
        missing.write_text(
            "id: m\nnamespace: company.team\ntasks:\n  - {id: a, type: log, message: \"{{ secret('TOKNE') }}\"}\n"
        )
        assert "flowdeck secret set" in flowdeck(home, "run", str(missing)).stderr
        assert flowdeck(home, "secret", "delete", "company", "TOKEN").returncode == 0
    finally:
        del os.environ["FLOWDECK_KEYRING_KEY_FILE"]
