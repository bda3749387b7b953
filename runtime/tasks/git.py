"""Clone a git repository into the working directory."""

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any

from runtime.errors import TaskFailed
from runtime.tasks import git_place, git_remedies
from runtime.tasks.base import Result
from runtime.tasks.context import TaskContext
from runtime.tasks.git_base import GitTask
from runtime.tasks.git_session import GitFailed, Session
from runtime.tasks.paths import inside

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
SHALLOW_REFUSED = re.compile(r"not our ref|unadvertised|couldn't find remote ref|shallow", re.IGNORECASE)


class Clone(GitTask, frozen=True, kw_only=True):
    """Clone a git repository into the working directory; inside a WorkingDirectory the next tasks find it there.

    - id: clone
      type: git.clone
      url: https://github.com/your-org/dbt-project
      branch: main
      username: deploy
      password: "{{ secret('GIT_TOKEN') }}"
    """

    directory: str | None = None
    """Where to, relative to the working directory; the working directory itself where nothing is said."""
    branch: str | None = None
    """The default branch where nothing is said."""
    tag: str | None = None
    """Checked out instead of a branch."""
    commit: str | None = None
    """Checked out instead of a branch or tag."""
    depth: int = 1
    """How many commits of history; 0 for all."""
    clone_all_branches: bool = True
    """Whether the tips of the other branches come too."""
    no_tags: bool = False
    """Leave tags out."""

    async def run(self, context: TaskContext) -> Result:
        return Result(outputs=await self.into(self._target(context), context))

    async def into(self, target: Path, context: TaskContext) -> dict[str, Any]:
        """Clone to a directory: the task's outputs."""
        loop = asyncio.get_running_loop()

        def report(line: str) -> None:
            loop.call_soon_threadsafe(context.log.info, line)

        source = self.source(context)
        session = self.session(context, source, report)
        context.log.info(f"Cloning {source.address}{self._wanted}")
        work = asyncio.ensure_future(
            asyncio.to_thread(self._clone, session, source.address, context.scratch / "clone", target)
        )
        try:
            outputs = await asyncio.shield(work)
        except asyncio.CancelledError:
            session.kill()
            await asyncio.wait([work])
            work.exception()  # it says that it was stopped, which is known
            raise
        finally:
            shutil.rmtree(context.scratch / "clone", ignore_errors=True)
        context.log.info(f"At {outputs.pop('subject')}")
        return outputs

    def _target(self, context: TaskContext) -> Path:
        if not self.directory or self.directory in {".", "./"}:
            return context.directory
        return inside(context.directory, self.directory, what="directory")

    @property
    def _wanted(self) -> str:
        for kind, name in (("commit", self.commit), ("tag", self.tag), ("branch", self.branch)):
            if name:
                return f" ({kind} {name})"
        return ""

    def _clone(self, session: Session, address: str, clone: Path, target: Path) -> dict[str, Any]:
        """In a thread, from the first git command to the files in their place."""
        shutil.rmtree(clone, ignore_errors=True)
        try:
            if self.commit:
                self._fetch_commit(session, address, clone, self.commit)
            else:
                session.run("clone", *self._flags(), "--", address, str(clone), directory=clone.parent)
            commit, _, subject = session.run(
                "log", "-1", "--format=%H%n%h by %an, %as: %s", directory=clone
            ).partition("\n")
            _clear(session, address, target)
        except GitFailed as failed:
            raise self._explained(session, address, clone.parent, failed) from None
        git_place.place(clone, target)
        return {"directory": str(target), "commit": commit, "subject": subject}

    def _flags(self) -> list[str]:
        reference = self.tag or self.branch
        flags = ["--progress"]
        if reference:
            flags.append(f"--branch={reference}")
        if self.depth > 0:
            flags.append(f"--depth={self.depth}")
        flags.append("--no-single-branch" if self.clone_all_branches else "--single-branch")
        if self.no_tags:
            flags.append("--no-tags")
        if self.clone_submodules:
            flags += ["--recurse-submodules", *(["--shallow-submodules"] if self.depth > 0 else [])]
        return flags

    def _fetch_commit(self, session: Session, address: str, clone: Path, commit: str) -> None:
        """A server may refuse a commit that is no branch's tip: then all of the history has to come."""
        if self.depth > 0 and COMMIT.fullmatch(commit):
            try:
                session.run("init", "--quiet", str(clone), directory=clone.parent)
                session.run("remote", "add", "origin", address, directory=clone)
                fetch = ["fetch", "--progress", f"--depth={self.depth}", "origin", commit]
                session.run(*fetch, directory=clone)
                self._check_out(session, clone, "FETCH_HEAD")
            except GitFailed as failed:
                if not SHALLOW_REFUSED.search(str(failed)):
                    raise
            else:
                return
        shutil.rmtree(clone, ignore_errors=True)
        session.run("clone", "--progress", "--no-checkout", "--", address, str(clone), directory=clone.parent)
        self._check_out(session, clone, commit)

    def _check_out(self, session: Session, clone: Path, reference: str) -> None:
        try:
            sha = session.run("rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}", directory=clone)
        except GitFailed:
            raise TaskFailed(f"{self.url}: there is no commit {reference}") from None
        session.run("checkout", "--quiet", "--detach", sha, directory=clone)
        if self.clone_submodules:
            session.run("submodule", "update", "--init", "--recursive", "--progress", directory=clone)

    def _explained(self, session: Session, address: str, directory: Path, failed: GitFailed) -> TaskFailed:
        reference = self.tag or self.branch
        if reference and re.search(r"Remote branch .* not found", str(failed)):
            kind = "tag" if self.tag else "branch"
            return git_remedies.unknown_reference(
                address, kind, reference, _references(session, address, kind, directory)
            )
        return git_remedies.explain(address, failed.errors)


def _clear(session: Session, address: str, target: Path) -> None:
    """An earlier attempt's clone of the same repository makes way; another repository's does not."""
    if not (target / ".git").exists():
        return
    try:
        origin = session.run("config", "--get", "remote.origin.url", directory=target)
    except GitFailed:
        origin = ""
    if origin != address:
        raise TaskFailed(
            f"the directory holds a clone already, of {origin or 'another repository'}",
            hint="Clone into a directory of its own: directory: NAME",
        )
    tracked = session.run("ls-files", "-z", directory=target).split("\0")
    git_place.remove_clone(target, [name for name in tracked if name])


def _references(session: Session, address: str, kind: str, directory: Path) -> list[str]:
    flag = "--tags" if kind == "tag" else "--heads"
    try:
        listed = session.run("ls-remote", flag, "--", address, directory=directory)
    except GitFailed:
        return []
    names = [line.partition("\t")[2].split("/", 2)[-1] for line in listed.splitlines()]
    return [name for name in names if not name.endswith("^{}")]
