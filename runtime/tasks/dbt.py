"""dbt Core by its command line: any commands, live node states, and the artifacts kept."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text
from runtime.model.states import State
from runtime.runners.base import Toolchain
from runtime.tasks import (
    dbt_artifacts,
    dbt_database,
    dbt_kv,
    dbt_parse,
    dbt_remedies,
    dbt_report,
    dbt_resume,
    dbt_runs,
    script_files,
)
from runtime.tasks.base import Result
from runtime.tasks.context import TaskContext
from runtime.tasks.dbt_artifacts import Manifest, Results
from runtime.tasks.dbt_kv import KvManifest
from runtime.tasks.dbt_nodes import NodeTracker
from runtime.tasks.dbt_output import DbtOutput
from runtime.tasks.dbt_resume import Resumption
from runtime.tasks.dbt_toolchain import toolchain
from runtime.tasks.paths import inside
from runtime.tasks.script_base import Ended, ExecScript, Setting, failure
from runtime.tasks.thread import in_thread

IMAGE = "ghcr.io/kestra-io/dbt"
FUSION_IMAGE = "ghcr.io/kestra-io/dbt-fusion"
PROFILES = "profiles.yml"
EARLIER = "earlier.json"  # in the attempt's own directory: who wrote the artifacts that were there before
RESULTS = re.compile(r"(run_results(_\d+)?|sources)\.json")

#: dbt takes its flags from the environment too: a flag in the command wins, a version that lacks one ignores it,
#: and a command may be more than `dbt ...` alone (`cd project && dbt build`).
ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
    "PIP_ROOT_USER_ACTION": "ignore",
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DBT_VERSION_CHECK": "false",
    "DBT_USE_COLORS": "false",
    "DBT_LOG_PATH": "logs",
    "DBT_LOG_LEVEL_FILE": "none",  # the attempt's log is kept already
}
LOG_FORMATS = {
    "JSON": {"DBT_LOG_FORMAT": "json", "DBT_LOG_LEVEL": "debug"},  # nodes start and finish at debug level
    "TEXT": {"DBT_LOG_FORMAT": "text"},
    "DEBUG": {"DBT_LOG_FORMAT": "debug"},
    "NONE": {},
}


class DbtCLI(ExecScript, frozen=True, kw_only=True):
    """Run dbt commands in a container or, without one, in an environment that flowdeck manages; each model, test and seed is
    seen live.

    - id: build
      type: dbt
      containerImage: flowdeck/dbt-duckdb:1.11
      commands:
        - dbt deps
        - dbt build
    """

    commands: list[str]
    """dbt commands, one after the other in one shell."""
    profiles: str | None = None
    """The text of a profiles.yml, used instead of the project's own; it may hold secrets."""
    project_dir: str | None = None
    """Where dbt_project.yml lies, relative to the working directory."""
    parse_run_results: bool = True
    """Complete the nodes from run_results.json at the end: rows, failures, exact times."""
    log_format: Literal["JSON", "TEXT", "DEBUG", "NONE"] = "JSON"
    """JSON shows nodes live; with the others they are known at the end only."""
    engine: Literal["CORE", "FUSION"] = "CORE"
    """FUSION needs a container."""
    resume: bool = True
    """Whether a retry, or a restart of the execution, builds only the nodes that are not done yet."""
    store_manifest: KvManifest | None = None
    """Keep dbt's manifest in the key-value store when all went well."""
    load_manifest: KvManifest | None = None
    """Compare with a kept manifest: `--select state:modified+`, `--defer`; without `--state`, which is filled in."""

    async def run(self, context: TaskContext) -> Result:
        tracker = NodeTracker(context.labels.task_run_id)
        output = DbtOutput(context.log, tracker, context.nodes, self._target(context))
        image = FUSION_IMAGE if self.engine == "FUSION" else IMAGE
        setting = Setting(image=image, reader=output.take)
        resumption = await self._resumption(context)
        if self.load_manifest and not context.resumed:
            await dbt_kv.load(self.load_manifest, context, self._target(context), _state(context))
        try:
            ended = await self.perform(context, self._script(context, resumption), setting)
            if self.parse_run_results:
                context.nodes(await in_thread(self._complete, context, tracker, ended))
        finally:
            if not context.job_goes_on:
                context.nodes(tracker.close(datetime.now(UTC)))
        if ended.exit_.code != 0:
            raise self._failed(context, ended, tracker, output)
        if self.store_manifest:
            await dbt_kv.store(self.store_manifest, context, self._target(context))
        return ended.result(state=State.WARNING if output.warned else State.SUCCESS)

    # Before

    async def _resumption(self, context: TaskContext) -> Resumption | None:
        """What an earlier run of this task in this execution has done; None where there is nothing to go on from."""
        if context.resumed:
            return None  # its commands are under way
        runs = await dbt_runs.note(context)
        nodes = await context.known_nodes(runs) if runs and self.resume else []
        found = dbt_resume.plan(nodes, self.commands)
        if found is None:
            return None
        gone = dbt_database.missing(self._profile_texts(context), context.directory, self._project(context))
        if gone:
            context.log.info(f"begins anew: the database {gone} is gone, and with it what was built")
            return None
        context.log.info(found.preview)
        for node in found.cut_off:
            context.log.warn(f"{node} was cut off; what it began may still run in the warehouse")
        return found

    def settle(self, context: TaskContext, setting: Setting) -> Setting:
        return replace(
            setting,
            toolchain=self._toolchain(context),
            environment=ENVIRONMENT | LOG_FORMATS[self.log_format] | self._places(context),
        )

    def _toolchain(self, context: TaskContext) -> Toolchain:
        if self.engine == "FUSION" and context.environment.resolve(context.task_runner) == "process":
            raise TaskFailed(
                "engine: FUSION runs in a container only",
                hint="Start a container engine, or use engine: CORE.",
            )
        return toolchain(self.container_image, self._profile_texts(context))

    def _profile_texts(self, context: TaskContext) -> Iterator[str]:
        if self.profiles is not None:
            yield self.profiles
            return
        own = self.env.get("DBT_PROFILES_DIR")
        project = self._project(context)
        places = (
            [context.directory / text(own)] if own else [context.directory, project, Path.home() / ".dbt"]
        )
        for place in places:
            if (place / PROFILES).is_file():
                yield (place / PROFILES).read_text(encoding="utf-8", errors="replace")

    def _places(self, context: TaskContext) -> dict[str, str]:
        project = self._project(context)
        if _state(context).exists():
            return self._own_places(context, project) | {"DBT_STATE": str(_state(context))}
        return self._own_places(context, project)

    def _own_places(self, context: TaskContext, project: Path) -> dict[str, str]:
        places = {"DBT_PROJECT_DIR": str(project)} if self.project_dir else {}
        if self.profiles is not None:
            places["DBT_PROFILES_DIR"] = str(_private(context) / "profiles")
        elif (
            self.project_dir
            and (project / PROFILES).is_file()
            and not (context.directory / PROFILES).exists()
        ):
            places["DBT_PROFILES_DIR"] = str(project)
        return places

    def _project(self, context: TaskContext) -> Path:
        if not self.project_dir or self.project_dir in {".", "./"}:
            return context.directory
        return inside(context.directory, self.project_dir, what="projectDir")

    def _target(self, context: TaskContext) -> Path:
        return self._project(context) / text(self.env.get("DBT_TARGET_PATH", "target"))

    def _script(self, context: TaskContext, resumption: Resumption | None) -> str:
        """After each dbt command but the last, its results are put aside: the next would overwrite them."""
        lines = []
        for number, command in enumerate(self.commands):
            place = str(_private(context) / "resume")
            lines += resumption.lines(number, command, place) if resumption else [command]
            if number < len(self.commands) - 1 and command.split()[:1] == ["dbt"]:
                results = shlex.quote(str(self._target(context) / "run_results.json"))
                aside = shlex.quote(str(_aside(context) / f"{number}.json"))
                lines.append(f"cp -f {results} {aside} 2>/dev/null || :")
        return "\n".join(lines)

    def prepare(self, context: TaskContext, private: Path, *, shared: bool) -> None:
        _aside(context).mkdir(exist_ok=True)
        _aside(context).chmod(0o777 if shared else 0o700)
        earlier = {name: dbt_artifacts.writer(self._target(context) / name) for name in dbt_artifacts.KEPT}
        (private / EARLIER).write_bytes(msgspec.json.encode(earlier))
        if context.memory:
            dbt_parse.lay(context.memory, self._project(context), self._target(context), shared=shared)
        if self.profiles is None:
            return
        script_files.write_private(private / "profiles" / PROFILES, self.profiles, shared=shared)
        if any("--profiles-dir" in command for command in self.commands):
            self._overlay(context, private, shared=shared)

    def _overlay(self, context: TaskContext, private: Path, *, shared: bool) -> None:
        """A command that names the directory of its profiles means the one where Kestra lays them."""
        place = context.directory / PROFILES
        if place.exists():
            place.replace(private / PROFILES)
        script_files.write_private(place, self.profiles or "", shared=shared)
        (private / "overlaid").touch()

    def clean(self, context: TaskContext, private: Path) -> None:
        place = context.directory / PROFILES
        if (private / "overlaid").exists():
            place.unlink(missing_ok=True)
            if (private / PROFILES).exists():
                (private / PROFILES).replace(place)
        super().clean(context, private)

    # After

    def keep(self, context: TaskContext) -> dict[str, str]:
        """dbt's artifacts too, each under its name; the results of earlier commands as run_results_1.json and so on."""
        target = self._target(context)
        if context.memory:
            laid = (_private(context) / EARLIER).stat().st_mtime
            dbt_parse.keep(context.memory, self._project(context), target, since=laid)
        earlier = dbt_artifacts.read(_private(context) / EARLIER, dict[str, str | None]) or {}
        aside = sorted(_aside(context).glob("*.json"), key=lambda path: int(path.stem))
        results = [*aside, target / "run_results.json"]
        found = dbt_artifacts.numbered(results, earlier.get("run_results.json"))
        for name in ("manifest.json", "sources.json"):
            if dbt_artifacts.writer(target / name) not in {None, earlier.get(name)}:
                found[name] = target / name
        return {name: context.files.put(path, name) for name, path in found.items()} | super().keep(context)

    def _complete(self, context: TaskContext, tracker: NodeTracker, ended: Ended) -> list[Any]:
        def kept(name: str) -> Path:
            return context.files.locate(ended.files[name])

        changed = []
        if "manifest.json" in ended.files and (
            manifest := dbt_artifacts.read(kept("manifest.json"), Manifest)
        ):
            changed += tracker.learn(manifest)
        for name in ended.files:
            if RESULTS.fullmatch(name) and (results := dbt_artifacts.read(kept(name), Results)):
                changed += tracker.complete(results)
        return changed

    def _failed(
        self, context: TaskContext, ended: Ended, tracker: NodeTracker, output: DbtOutput
    ) -> TaskFailed:
        said = dbt_report.failed_nodes(tracker) or output.stopped_by
        signalled = ended.exit_.reason or ended.exit_.code > 128
        message = ": ".join(filter(None, [failure(ended.exit_) if signalled or not said else "", said]))
        return TaskFailed(
            message,
            outputs=ended.outputs(),
            hint=dbt_remedies.remedy(message, context.directory, self._project(context)),
        )


def _private(context: TaskContext) -> Path:
    return script_files.private_directory(context.directory, context.labels)


def _state(context: TaskContext) -> Path:
    """Where what is compared with lies."""
    return _private(context) / "state"


def _aside(context: TaskContext) -> Path:
    return _private(context) / "results"
