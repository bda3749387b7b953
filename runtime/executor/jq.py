"""The filter `jq`: the programs run in a process of their own, so that one that never ends stops nothing else."""

import json
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import Any

from runtime.errors import ExpressionFailed
from runtime.executor import jq_worker
from runtime.expressions import to_json
from runtime.expressions.limits import MAX_OUTPUT, MAX_STEPS, LimitExceeded, charge, step

PATIENCE = 2.0  # seconds that a program may take
START = 15.0  # seconds that the process may take to begin, on a machine that is busy
LONGEST_PROGRAM = 100_000  # characters


class Jq:
    """Starts the process when it is first needed, and anew when one had to be ended."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._process: subprocess.Popen[str] | None = None
        self._turn = threading.Lock()

    def __call__(self, value: Any, expression: str) -> list[Any] | None:
        """All results of the program, as a list; a text is read as JSON first."""
        if value is None:
            return None
        if len(expression) > LONGEST_PROGRAM:
            raise ExpressionFailed(f"`jq` takes a program of up to {LONGEST_PROGRAM:,} characters")
        request = {
            "program": expression,
            "value": value if isinstance(value, str) else to_json(value, nulls=True),
        }
        answer = self._asked(json.dumps(request))
        if "error" in answer:
            raise ExpressionFailed(f"`jq('{expression[:60]}')` failed: {_reason(answer['error'])}")
        values: list[Any] = answer["values"]
        return values

    def _asked(self, request: str) -> dict[str, Any]:
        begun = monotonic()
        with self._turn:
            line = self._told(self._running(), f"{request}\n", self._patience)
            if not line.endswith("\n"):
                self._end()
                raise LimitExceeded(
                    f"jq needs more than {self._patience:g} seconds or {jq_worker.MEMORY // 1024**2} MB, "
                    f"or prints more than {MAX_OUTPUT:,} characters"
                )
        charge(len(line))
        step(
            int((monotonic() - begun) * MAX_STEPS / self._patience)
        )  # all together may not take much longer than one
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _told(self, process: subprocess.Popen[str], request: str, patience: float) -> str:
        """The next line of the process; not a whole one, where it had to be ended or has ended by itself."""
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(patience, process.kill)
        timer.start()
        try:
            process.stdin.write(request)
            process.stdin.flush()
            return process.stdout.readline(MAX_OUTPUT)
        except BrokenPipeError:
            return ""
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = self._started()
            if self._told(self._process, "", START).strip() != jq_worker.READY:
                self._end()
                raise ExpressionFailed("the process that runs jq does not start")
        return self._process

    def _started(self) -> subprocess.Popen[str]:
        found = find_spec("jq")
        if found is None or found.origin is None:
            raise ExpressionFailed(
                "the Python package `jq` is not installed",
                hint="`pip install jq`, where flowdeck is installed",
            )
        return subprocess.Popen(
            [sys.executable, "-I", "-S", jq_worker.__file__, str(Path(found.origin).parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={},
            cwd="/",
            start_new_session=True,
        )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.communicate()

    def close(self) -> None:
        """End the process, if one runs."""
        with self._turn:
            self._end()


def _reason(error: str) -> str:
    """What jq says, without how it says it."""
    first = error.removeprefix("jq: ").removeprefix("error: ").partition("\n")[0]
    return first.partition(" at <top-level>")[0]
