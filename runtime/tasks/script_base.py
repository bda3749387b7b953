"""What every task that runs commands shares: its properties, how the commands become one job, and what is kept of it."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text
from runtime.model.states import State
from runtime.runners.base import Exit, Job, Line, Toolchain
from runtime.tasks import script_files
from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext
from runtime.tasks.namespace_files import NamespaceFiles
from runtime.tasks.script_protocol import Transcript
from runtime.tasks.thread import in_thread

SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh", "busybox"})
INLINE_FLAGS = frozenset({"-c", "-e", "--eval", "-Command"})
PATIENT = ("trap 'exit 130' INT", "trap 'exit 143' TERM")
"""A stop reaches the shell and its command at the same time. A shell with these waits until the command has ended by itself (dbt
cancels its queries first); one without dies at once, and its end is the container's."""

KILLED_BY = {130: "SIGINT", 137: "SIGKILL", 143: "SIGTERM"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a kind of script adds to its commands."""

    image: str | None = None
    """Where the flow names none."""
    toolchain: Toolchain | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    """Laid under the flow's `env`."""
    reader: Callable[[Line], bool] | None = None
    """Asked first for each line; says whether it dealt with it."""


class ExecScript(Task, frozen=True, kw_only=True):
    """The properties of every task that runs commands."""

    task_runner: dict[str, Any] | None = None
    """Where it runs: `type: docker` or `type: process`, with that runner's own properties beside it."""
    container_image: str | None = None
    """The image of the container; a runner without containers does without."""
    before_commands: list[str] = msgspec.field(default_factory=list)
    """Run first, in the same shell."""
    env: dict[str, Any] = msgspec.field(default_factory=dict)
    """Environment variables; the place for secrets."""
    input_files: dict[str, Any] | str | None = None
    """Files laid into the working directory: name -> content, or the address of a stored file."""
    output_files: list[str] = msgspec.field(default_factory=list)
    """Files to keep, as patterns relative to the working directory: `report.csv`, `out/**/*.json`."""
    interpreter: list[str] = msgspec.field(default_factory=lambda: ["/bin/sh", "-c"])
    """What runs the commands."""
    fail_fast: bool = True
    """Stop at the first command that fails (`set -e`)."""
    namespace_files: NamespaceFiles | None = None
    """Files of namespaces to lay into the working directory: `{enabled: true}` for all of the flow's own."""
    output_directory: bool | None = None
    """Deprecated: what is written to `{{ outputDir }}` is always kept."""
    warning_on_std_err: bool | None = None
    """Deprecated, no effect: lines on stderr do not change the state."""
    target_os: str = msgspec.field(default="AUTO", name="targetOS")
    """No effect: commands are written for Linux and macOS."""
    runner: str | None = None
    """Deprecated, no effect: `taskRunner`."""
    docker: dict[str, Any] | None = None
    """Deprecated: `containerImage` and `taskRunner`. Its `image` counts, the rest has no effect."""

    async def perform(self, context: TaskContext, body: str, setting: Setting) -> "Ended":
        """Lay the files, run the commands, keep what they leave. An exit code other than 0 is not judged here."""
        private = script_files.private_directory(context.directory, context.labels)
        transcript = Transcript(context.log, context.metrics, reader=setting.reader)
        try:
            if not context.resumed:
                self.warn_of_idle_properties(context)
                await in_thread(self._prepare, context, private, body)
            job = self._job(context, private, self.settle(context, setting))
            exit_ = await context.environment.run(job, transcript.take)
            for warning in exit_.warnings:
                context.log.warn(warning)
            kept = await in_thread(self.keep, context)
            for pattern in script_files.unmatched(self.output_files, kept):
                context.log.warn(f"outputFiles: nothing matches {pattern}")
            return Ended(exit_=exit_, transcript=transcript, files=kept)
        finally:
            if not context.job_goes_on:
                self.clean(context, private)

    def _prepare(self, context: TaskContext, private: Path, body: str) -> None:
        shared = bool((context.task_runner or {}).get("user"))
        script_files.make_private(private, shared=shared)
        if self.namespace_files is not None:
            space, own = context.files.store.namespaces, context.labels.namespace
            self.namespace_files.lay(space, own, context.directory, context.log.warn)
        script_files.lay_inputs(context.directory, self.input_files, context.files)
        self.prepare(context, private, shared=shared)
        opening = [*PATIENT, *(["set -e"] if self.fail_fast else [])] if self._is_shell else []
        script = "\n".join([*opening, *self.before_commands, body]) + "\n"
        script = script_files.bring_in(script, private, context.files)
        script_files.write_private(private / "script.sh", script, shared=shared)

    def prepare(self, context: TaskContext, private: Path, *, shared: bool) -> None:
        """What a kind of script lays beside its commands; nothing by itself."""

    def settle(self, context: TaskContext, setting: Setting) -> Setting:
        """The setting as the files that were laid decide it; what it was by itself."""
        return setting

    def clean(self, context: TaskContext, private: Path) -> None:
        """Take away what was laid beside the commands."""
        script_files.remove_private(private)

    def _job(self, context: TaskContext, private: Path, setting: Setting) -> Job:
        places = {"WORKING_DIR": str(context.directory), "OUTPUT_DIR": str(private / "out")}
        own = {name: text(value) for name, value in self.env.items() if value is not None}
        return Job(
            id=context.job_id,
            command=self.command(private.relative_to(context.directory) / "script.sh"),
            directory=context.directory,
            environment={**places, **setting.environment, **own},
            labels=context.labels,
            image=self.container_image or (self.docker or {}).get("image") or setting.image,
            toolchain=setting.toolchain,
            options=context.task_runner or self.task_runner or {},
        )

    def command(self, script: Path) -> tuple[str, ...]:
        """The script goes as a file: its text may hold secrets, and a command line is for everybody to see."""
        words = [word for word in self.interpreter if word] or ["/bin/sh", "-c"]
        if self._is_shell:
            inline = words if words[-1].endswith("c") and len(words) > 1 else [*words, "-c"]
            return (*inline, f". ./{shlex.quote(str(script))}")
        return (*(words[:-1] if words[-1] in INLINE_FLAGS else words), f"./{script}")

    @property
    def _is_shell(self) -> bool:
        first = next((word for word in self.interpreter if word), "sh")
        return Path(first).name in SHELLS

    def keep(self, context: TaskContext) -> dict[str, str]:
        """The files that outlive the job: name -> address."""
        kept = script_files.collect(context.directory, self.output_files, context.files)
        out = script_files.output_directory(context.directory, context.labels)
        return kept | script_files.collect_all(out, context.files)

    def warn_of_idle_properties(self, context: TaskContext) -> None:
        """Say once what has no effect."""
        said = {
            "runner": self.runner is not None,
            "docker": bool(set(self.docker or ()) - {"image"}),
            "warningOnStdErr": self.warning_on_std_err is not None,
            "targetOS": self.target_os.upper() not in {"AUTO", "LINUX"},
        }
        for name in (name for name, idle in said.items() if idle):
            context.log.warn(f"{name} has no effect {_INSTEAD[name]}")


_INSTEAD = {
    "runner": "any more: write taskRunner",
    "docker": "any more, but for its image: write taskRunner",
    "warningOnStdErr": "any more: lines on stderr do not change the state",
    "targetOS": "here: commands are run as on Linux",
}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A job that came to its end, and what was kept of it."""

    exit_: Exit
    transcript: Transcript
    files: dict[str, str]

    def outputs(self, **more: Any) -> dict[str, Any]:
        return {
            "exitCode": self.exit_.code,
            "vars": self.transcript.variables,
            "outputFiles": self.files,
            "stdOutLineCount": self.transcript.counts["stdout"],
            "stdErrLineCount": self.transcript.counts["stderr"],
            "taskRunner": dict(self.exit_.details),
            **more,
        }

    def result(self, *, state: State = State.SUCCESS) -> Result:
        """The task's result; raises TaskFailed, with the outputs, for an exit code other than 0."""
        if self.exit_.code != 0:
            raise TaskFailed(failure(self.exit_), outputs=self.outputs())
        return Result(outputs=self.outputs(), exit_code=0, state=state)


def failure(exit_: Exit) -> str:
    """Why a job failed, in a line."""
    if exit_.reason:
        return f"exit code {exit_.code}: {exit_.reason}"
    if exit_.code in KILLED_BY:
        return f"exit code {exit_.code}: ended by {KILLED_BY[exit_.code]}"
    if exit_.code == 127:
        return "exit code 127: a command was not found (the log names it)"
    return f"exit code {exit_.code}"


def joined(commands: Sequence[str]) -> str:
    return "\n".join(commands)
