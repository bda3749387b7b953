"""Shell and Python: commands, or a script written into the flow."""

import re
import shlex
from pathlib import Path

import msgspec

from runtime.runners.base import Toolchain
from runtime.tasks import script_files
from runtime.tasks.base import Result
from runtime.tasks.context import TaskContext
from runtime.tasks.script_base import ExecScript, Setting, joined

SHELL_IMAGE = "ubuntu"
PYTHON_IMAGE = "python:3.13-slim"
PYTHON = '"$(command -v python3 || command -v python)"'
ENVIRONMENT = {"PYTHONUNBUFFERED": "1", "PIP_ROOT_USER_ACTION": "ignore"}
VERSION = re.compile(r"\d+(\.\d+){0,2}")


class ShellCommands(ExecScript, frozen=True, kw_only=True):
    """Run shell commands.

    - id: count
      type: shell
      commands:
        - wc -l < orders.csv
        - |
          echo '::{"outputs": {"checked": true}}::'
    """

    commands: list[str]
    """Run one after the other in one shell, which stops at the first that fails."""

    async def run(self, context: TaskContext) -> Result:
        return (await self.perform(context, joined(self.commands), Setting(image=SHELL_IMAGE))).result()


class ShellScript(ExecScript, frozen=True, kw_only=True):
    """Run a shell script that is written into the flow.

    - id: tidy
      type: io.kestra.plugin.scripts.shell.Script
      script: |
        for file in *.csv; do
          gzip "$file"
        done
    """

    script: str
    """The script."""

    async def run(self, context: TaskContext) -> Result:
        return (await self.perform(context, self.script, Setting(image=SHELL_IMAGE))).result()


class PythonTask(ExecScript, frozen=True, kw_only=True):
    """The properties that Python tasks have beyond a shell's."""

    dependencies: list[str] = msgspec.field(default_factory=list)
    """Packages to install first, as pip takes them: `pandas>=2`."""
    python_version: str | None = None
    """Chooses the image where `containerImage` does not; the process runner uses the machine's Python."""
    dependency_cache_enabled: bool = True
    """No effect: the process runner always keeps an environment for the next run, a container never."""
    package_manager: str | None = None
    """No effect: packages are installed by pip."""
    uv_auto_install_enabled: bool | None = None
    """No effect."""
    uv_installer_version: str | None = None
    """No effect."""
    uv_installer_sha256: str | None = None
    """No effect."""

    def warn_of_idle_properties(self, context: TaskContext) -> None:
        super().warn_of_idle_properties(context)
        if self.python_version and not self._in_container(context):
            context.log.warn(
                "pythonVersion has no effect by the process runner, which uses the machine's Python"
            )

    def _in_container(self, context: TaskContext) -> bool:
        return context.environment.resolve(context.task_runner) != "process"

    async def perform_python(self, context: TaskContext, body: str) -> Result:
        toolchain, install = None, ""
        if self.dependencies and self._in_container(context):
            install = (
                f"{PYTHON} -m pip install -q --disable-pip-version-check {shlex.join(self.dependencies)}\n"
            )
        elif self.dependencies:
            toolchain = Toolchain(requirements=tuple(self.dependencies))
        setting = Setting(image=self._image, toolchain=toolchain, environment=ENVIRONMENT)
        return (await self.perform(context, install + body, setting)).result()

    @property
    def _image(self) -> str:
        if self.python_version and VERSION.fullmatch(self.python_version):
            return f"python:{self.python_version}-slim"
        return PYTHON_IMAGE


class PythonCommands(PythonTask, frozen=True, kw_only=True):
    """Run commands where Python and some packages are at hand.

    - id: report
      type: python
      dependencies: [pandas]
      commands:
        - python report.py
    """

    commands: list[str]
    """Run one after the other in one shell, which stops at the first that fails."""

    async def run(self, context: TaskContext) -> Result:
        return await self.perform_python(context, joined(self.commands))


class PythonScript(PythonTask, frozen=True, kw_only=True):
    """Run a Python script that is written into the flow.

    - id: rows
      type: io.kestra.plugin.scripts.python.Script
      script: |
        print('::{"outputs": {"rows": 3}}::')
    """

    script: str
    """The script; it can import modules that lie in the working directory."""

    async def run(self, context: TaskContext) -> Result:
        place = shlex.quote(str(_place(context)))
        search = 'PYTHONPATH="$WORKING_DIR${PYTHONPATH:+:$PYTHONPATH}"'
        return await self.perform_python(context, f"{search} {PYTHON} {place}")

    def prepare(self, context: TaskContext, private: Path, *, shared: bool) -> None:
        script = script_files.bring_in(self.script, private, context.files)
        script_files.write_private(_place(context), script, shared=shared)


def _place(context: TaskContext) -> Path:
    return script_files.private_directory(context.directory, context.labels) / "script.py"
