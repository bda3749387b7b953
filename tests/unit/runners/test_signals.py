"""Which processes a stop is sent to: real ones, of this machine."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from shlex import quote

import pytest

from runtime.runners import leftovers, processes
from runtime.runners.processes import MARK

Begin = Callable[..., "subprocess.Popen[bytes]"]
JOB = "test-of-signals/1"
ASIDE = f"sh -c {quote('echo ready; kill -STOP $$')} & wait"  # a shell and its child, which can do no more after this word


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Starts a program that says «ready»; whatever is left of it is killed."""
    with ExitStack() as stack:

        def started(*command: str, mark: str = JOB) -> "subprocess.Popen[bytes]":
            environment = {"PATH": "/usr/bin:/bin", MARK: mark}
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, start_new_session=True
            )
            stack.enter_context(process)
            stack.callback(leftovers.send, mark, process.pid, signal.SIGKILL)
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            return process

        yield started


def test_a_job_is_its_group_and_what_left_it(begin: Begin) -> None:
    shell = begin("sh", "-c", f"setsid sh -c {quote(ASIDE)} & wait")
    begin("sh", "-c", ASIDE, mark="another/1")
    found = processes.of_job(JOB, shell.pid)
    assert [each.name for each in found] == ["sh", "sh", "sh"]
    assert [each.group == shell.pid for each in found] == [True, False, False]


async def test_the_dead_belong_to_nothing(begin: Begin) -> None:
    shell = begin("sh", "-c", ASIDE)
    assert processes.started(shell.pid)
    await leftovers.stop(JOB, shell.pid, grace=0.5)
    assert processes.of_job(JOB, shell.pid) == []
    shell.wait()
    assert processes.started(shell.pid) is None


async def test_a_stop_ends_those_too_whose_parents_have_died(begin: Begin) -> None:
    shell = begin("sh", "-c", f"setsid sh -c {quote(ASIDE)} & wait")
    shell.kill()
    shell.wait()
    assert len(processes.of_job(JOB, shell.pid)) == 2
    await leftovers.stop(JOB, None, grace=0.5)
    assert processes.of_job(JOB, shell.pid) == []


def test_a_name_may_hold_anything(begin: Begin) -> None:
    rename = "import ctypes, time; ctypes.CDLL(None).prctl(15, b') R (\\xff')"
    process = begin(sys.executable, "-c", f"{rename}; print('ready', flush=True); time.sleep(60)")
    (found,) = processes.of_job(JOB, process.pid)
    assert found.name == ") R (\ufffd"
