import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from runtime.catalogue import Catalogue, Entry
from runtime.clock import SystemClock
from runtime.errors import FlowNotFound, InvalidFlow, InvalidRequest, NotAllowed
from runtime.store import Store
from runtime.tasks.registry import default_registry

PATIENCE = 6  # seconds until a test that waits for what does not come gives up


def text(name: str = "hello", message: str = "hi", namespace: str = "demo") -> str:
    return f"id: {name}\nnamespace: {namespace}\ntasks:\n  - id: say\n    type: log\n    message: {message}\n"


BROKEN = "id: hello\nnamespace: demo\ntasks:\n  - id: say\n    tpye: log\n"


@dataclass
class Runtime:
    """A catalogue over a directory of flows, and what it told whoever listens."""

    directory: Path
    catalogue: Catalogue
    store: Store
    told: list[tuple[str, ...]]
    shown: list[tuple[Entry, ...]] = field(default_factory=list)
    """The entries at each time that it told of a change."""
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until a condition holds, which is looked at after each news."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            pytest.fail(
                f"it never came; there is {[(e.file, e.name, e.problems) for e in self.catalogue.entries()]}"
            )

    async def settled(self) -> None:
        """Everything written so far has been dealt with, since what is written now has."""
        number = len(self.told)
        (self.directory / "zz-last.yaml").write_text(text("zz-last", f"number {number}"))
        await self.until(
            lambda: "message: number" in self.source("zz-last") and str(number) in self.source("zz-last")
        )

    def source(self, name: str = "hello") -> str:
        entry = self.catalogue.entry("demo", name)
        return entry.flow.source if entry and entry.flow else ""

    def revision(self, name: str = "hello") -> int:
        return self.catalogue.flow("demo", name).revision

    @property
    def ids(self) -> set[str]:
        return {flow.id for flow in self.catalogue.flows()}

    @property
    def problems(self) -> dict[str, list[str]]:
        found = {
            entry.file: [problem.message for problem in entry.problems] for entry in self.catalogue.entries()
        }
        return {file: messages for file, messages in found.items() if messages}

    async def active(self) -> dict[str, str]:
        """What the store has as running: flow -> file."""
        return {flow.id: file for flow, file in await self.store.flows.active()}


@asynccontextmanager
async def running(directory: Path | None, data: Path, *, watch: bool = True) -> AsyncIterator[Runtime]:
    """One run of the runtime's catalogue; may be entered again on the same data."""
    async with Store.open(data) as store:
        told: list[tuple[str, ...]] = []

        async def changed(names: tuple[str, ...]) -> None:
            told.append(names)
            runtime.shown.append(catalogue.entries())
            runtime.news.set()

        catalogue = Catalogue(
            directory,
            store=store,
            registry=default_registry(),
            clock=SystemClock(),
            defaults=(),
            changed=changed,
        )
        runtime = Runtime(directory or Path(), catalogue, store, told)
        await catalogue.load()
        watcher = asyncio.create_task(catalogue.run())
        try:
            if watch and directory is not None and directory.is_dir():
                await is_watching(runtime)
            yield runtime
        finally:
            watcher.cancel()
            await asyncio.wait({watcher})
        if not watcher.cancelled() and (broken := watcher.exception()):
            raise broken


async def is_watching(runtime: Runtime) -> None:
    """The kernel tells of nothing that happened before it was asked to: write until the watcher hears it."""
    probe = runtime.directory / "probe.yaml"
    async with asyncio.timeout(PATIENCE):
        while "probe" not in runtime.ids:
            probe.write_text(text("probe"))
            try:
                async with asyncio.timeout(0.3):
                    await runtime.news.wait()
            except TimeoutError:
                continue
    probe.unlink()
    await runtime.until(lambda: "probe" not in runtime.ids)
    runtime.told.clear()
    runtime.shown.clear()


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    directory = tmp_path / "flows"
    directory.mkdir()
    return directory


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


# --- at the start


async def test_all_flow_files_below_the_directory_are_read(flows: Path, data: Path) -> None:
    (flows / "a.yaml").write_text(text("a"))
    (flows / "team" / "deep").mkdir(parents=True)
    (flows / "team" / "deep" / "b.yml").write_text(text("b"))
    async with running(flows, data, watch=False) as runtime:
        assert runtime.ids == {"a", "b"}
        assert {entry.file for entry in runtime.catalogue.entries()} == {"a.yaml", "team/deep/b.yml"}


OTHERS = [
    "notes.txt",
    "flow.yaml~",
    "#flow.yaml#",
    ".#flow.yaml",
    ".flow.yaml.swp",
    "flow.yaml.tmp",
    "4913",
    ".hidden/flow.yaml",
    ".git/flow.yml",
    "target/flow.yaml",
    "dbt_packages/flow.yaml",
    "project/dbt_project.yml",
    "project/models/schema.yml",
]


@pytest.mark.parametrize("name", OTHERS)
async def test_what_is_no_flow_file_is_not_looked_at(flows: Path, data: Path, name: str) -> None:
    (flows / "project").mkdir()
    (flows / "project" / "dbt_project.yml").write_text("name: shop\n")
    (flows / name).parent.mkdir(exist_ok=True, parents=True)
    (flows / name).write_text(text("other"))
    async with running(flows, data, watch=False) as runtime:
        assert runtime.catalogue.entries() == ()


@pytest.mark.parametrize("name", OTHERS)
async def test_nor_when_it_appears(flows: Path, data: Path, name: str) -> None:
    (flows / "project" / "models").mkdir(parents=True)
    (flows / "project" / "dbt_project.yml").write_text("name: shop\n")
    async with running(flows, data) as runtime:
        (flows / name).parent.mkdir(exist_ok=True, parents=True)
        (flows / name).write_text(text("other"))
        await runtime.settled()
        assert runtime.ids == {"zz-last"}
        assert not runtime.problems


async def test_a_restart_makes_no_new_revision(flows: Path, data: Path) -> None:
    (flows / "hello.yaml").write_text(text())
    for _ in range(3):
        async with running(flows, data, watch=False) as runtime:
            assert runtime.revision() == 1


async def test_what_changed_while_nothing_ran_is_a_new_revision(flows: Path, data: Path) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data, watch=False):
        pass
    (flows / "hello.yaml").write_text(text(message="changed"))
    async with running(flows, data, watch=False) as runtime:
        assert runtime.revision() == 2


async def test_a_file_that_broke_while_nothing_ran_keeps_the_last_valid_revision(
    flows: Path, data: Path
) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data, watch=False):
        pass
    (flows / "hello.yaml").write_text(BROKEN)
    for _ in range(2):
        async with running(flows, data, watch=False) as runtime:
            assert runtime.source() == text()
            assert runtime.problems.keys() == {"hello.yaml"}


async def test_a_file_that_went_while_nothing_ran_takes_its_flow_along(flows: Path, data: Path) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data, watch=False):
        pass
    (flows / "hello.yaml").unlink()
    async with running(flows, data, watch=False) as runtime:
        assert runtime.ids == set()
        assert await runtime.active() == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"id: \xff\xfe\n", "UTF-8"),
        (b"id: a\n" + b"# filler\n" * 1_200_000, "10 MB"),
        (b"- a\n- list\n", "map"),
        (b"id: [", ""),
    ],
    ids=["empty", "encoding", "huge", "a list", "no YAML"],
)
async def test_what_cant_be_read_is_a_problem(flows: Path, data: Path, content: bytes, said: str) -> None:
    (flows / "odd.yaml").write_bytes(content)
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data, watch=False) as runtime:
        assert runtime.ids == {"hello"}
        assert list(runtime.problems) == ["odd.yaml"]
        assert said in " ".join(runtime.problems["odd.yaml"])


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
async def test_a_file_without_permission_is_a_problem(flows: Path, data: Path) -> None:
    (flows / "odd.yaml").write_text(text())
    (flows / "odd.yaml").chmod(0)
    async with running(flows, data, watch=False) as runtime:
        assert "can't be read" in runtime.problems["odd.yaml"][0]


async def test_a_pipe_or_a_link_to_nothing_holds_nothing_up(flows: Path, data: Path) -> None:
    os.mkfifo(flows / "pipe.yaml")
    (flows / "dangling.yaml").symlink_to("nowhere.yaml")
    (flows / "directory.yaml").mkdir()
    (flows / "hello.yaml").write_text(text())
    try:
        async with asyncio.timeout(PATIENCE), running(flows, data, watch=False) as runtime:
            assert runtime.ids == {"hello"}
    finally:
        os.close(os.open(flows / "pipe.yaml", os.O_RDWR | os.O_NONBLOCK))  # whoever reads it may go


async def test_of_two_files_with_one_flow_the_later_has_a_problem_that_names_the_other(
    flows: Path, data: Path
) -> None:
    (flows / "a.yaml").write_text(text(message="from a"))
    (flows / "b.yaml").write_text(text(message="from b"))
    for _ in range(2):
        async with running(flows, data, watch=False) as runtime:
            assert [flow.source for flow in runtime.catalogue.flows()] == [text(message="from a")]
            assert runtime.revision() == 1
            assert list(runtime.problems) == ["b.yaml"]
            assert "a.yaml" in runtime.problems["b.yaml"][0]


async def test_links_are_followed_and_loops_are_not(flows: Path, data: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "hello.yaml").write_text(text())
    (elsewhere / "single").write_text(text("single"))
    (elsewhere / "loop").symlink_to(elsewhere)
    (flows / "team").symlink_to(elsewhere)
    (flows / "single.yaml").symlink_to(elsewhere / "single")
    (flows / "self").symlink_to(flows)
    async with running(flows, data, watch=False) as runtime:
        assert runtime.ids == {"hello", "single"}
        assert not runtime.problems


async def test_without_a_directory_there_is_nothing(data: Path) -> None:
    async with running(None, data) as runtime:
        assert runtime.catalogue.flows() == ()
        with pytest.raises(NotAllowed):
            await runtime.catalogue.save(text(), None)


# --- while it runs


async def test_a_save_makes_a_new_revision_active(flows: Path, data: Path) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data) as runtime:
        (flows / "hello.yaml").write_text(text(message="changed"))
        await runtime.until(lambda: "changed" in runtime.source())
        assert runtime.revision() == 2
        assert ("demo.hello",) in runtime.told


async def test_the_same_text_again_is_no_new_revision(flows: Path, data: Path) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data) as runtime:
        (flows / "hello.yaml").write_text(text())
        await runtime.settled()
        assert runtime.revision() == 1


async def test_a_broken_save_shows_its_problems_while_the_last_valid_revision_runs(
    flows: Path, data: Path
) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data) as runtime:
        (flows / "hello.yaml").write_text(BROKEN)
        await runtime.until(lambda: runtime.problems)
        entry = runtime.catalogue.entry("demo", "hello")
        assert entry is not None
        assert [(problem.line, problem.hint) for problem in entry.problems] == [(5, "did you mean `type`?")]
        assert (runtime.source(), runtime.revision()) == (text(), 1)
        (flows / "hello.yaml").write_text(text(message="mended"))
        await runtime.until(lambda: not runtime.problems)
        assert runtime.revision() == 2


async def test_a_rename_makes_no_new_revision(flows: Path, data: Path) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data) as runtime:
        (flows / "hello.yaml").rename(flows / "renamed.yml")
        await runtime.until(
            lambda: (entry := runtime.catalogue.entry("demo", "hello")) and entry.file == "renamed.yml"
        )
        assert runtime.revision() == 1
        assert await runtime.active() == {"hello": "renamed.yml"}


async def test_a_directory_that_is_renamed_takes_its_flows_along(flows: Path, data: Path) -> None:
    (flows / "one").mkdir()
    (flows / "one" / "hello.yaml").write_text(text())
    async with running(flows, data) as runtime:
        (flows / "one").rename(flows / "two")
        await runtime.until(
            lambda: (entry := runtime.catalogue.entry("demo", "hello")) and entry.file == "two/hello.yaml"
        )
        assert runtime.revision() == 1


async def test_a_deleted_file_takes_its_flow_along(flows: Path, data: Path) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data) as runtime:
        (flows / "hello.yaml").unlink()
        await runtime.until(lambda: not runtime.ids)
        assert await runtime.active() == {}
        assert ("demo.hello",) in runtime.told
        with pytest.raises(FlowNotFound):
            runtime.catalogue.flow("demo", "hello")


async def test_a_directory_that_moves_away_takes_its_flows_along(
    flows: Path, data: Path, tmp_path: Path
) -> None:
    (flows / "team").mkdir()
    (flows / "team" / "hello.yaml").write_text(text())
    async with running(flows, data) as runtime:
        (flows / "team").rename(tmp_path / "away")
        await runtime.until(lambda: not runtime.ids)
        (tmp_path / "away").rename(flows / "back")
        await runtime.until(lambda: runtime.ids == {"hello"})
        (flows / "back" / "hello.yaml").write_text(text(message="changed"))
        await runtime.until(lambda: "changed" in runtime.source())


async def test_another_id_is_another_flow(flows: Path, data: Path) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data) as runtime:
        (flows / "hello.yaml").write_text(text("other"))
        await runtime.until(lambda: runtime.ids == {"other"})
        assert await runtime.active() == {"other": "hello.yaml"}
        assert "demo.hello" in runtime.told[-1]


async def test_five_hundred_flows_at_once(flows: Path, data: Path) -> None:
    async with running(flows, data) as runtime:
        for number in range(500):
            (flows / f"flow-{number}.yaml").write_text(text(f"flow-{number}"))
        await runtime.until(lambda: len(runtime.ids) == 500)
        assert not runtime.problems
        shutil.rmtree(flows / "..data", ignore_errors=True)
        for file in flows.iterdir():
            file.unlink()
        await runtime.until(lambda: not runtime.ids)
        assert await runtime.active() == {}


# --- how editors and tools write


def in_place(path: Path, content: str) -> None:
    with path.open("w") as file:
        for line in content.splitlines(keepends=True):
            file.write(line)
            file.flush()


def like_vim(path: Path, content: str) -> None:
    probe = path.with_name("4913")
    probe.touch()
    probe.unlink()
    backup = path.with_name(f"{path.name}~")
    path.rename(backup)
    path.write_text(content)
    backup.unlink()


def like_emacs(path: Path, content: str) -> None:
    lock, auto_save = path.with_name(f".#{path.name}"), path.with_name(f"#{path.name}#")
    lock.symlink_to("somebody@somewhere.1234")
    auto_save.write_text(content)
    path.write_text(content)
    auto_save.unlink()
    lock.unlink()


def atomically(path: Path, content: str) -> None:
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(content)
    beside.replace(path)


def anew(path: Path, content: str) -> None:
    path.unlink()
    path.write_text(content)


@pytest.mark.parametrize("write", [in_place, like_vim, like_emacs, atomically, anew])
async def test_however_an_editor_saves_it_is_one_new_revision(
    flows: Path, data: Path, write: Callable[[Path, str], None]
) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data) as runtime:
        write(flows / "hello.yaml", text(message="changed"))
        await runtime.until(lambda: "changed" in runtime.source())
        await runtime.settled()
        assert runtime.revision() == 2
        assert not any(entry.is_broken for entries in runtime.shown for entry in entries)
        assert all("hello" in {entry.id for entry in entries} for entries in runtime.shown)


@pytest.mark.parametrize("first", ["", BROKEN[:30], text()[:-20]], ids=["empty", "half", "but the end"])
async def test_a_file_that_is_being_written_shows_no_problem(flows: Path, data: Path, first: str) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data) as runtime:
        (flows / "hello.yaml").write_text(first)
        rest = text(message="changed")
        asyncio.get_running_loop().call_later(0.04, (flows / "hello.yaml").write_text, rest)
        await runtime.until(lambda: "changed" in runtime.source())
        await runtime.settled()
        assert not any(entry.is_broken for entries in runtime.shown for entry in entries)


async def test_a_file_that_is_gone_for_a_moment_stops_nothing(flows: Path, data: Path) -> None:
    (flows / "hello.yaml").write_text(text())
    back = asyncio.Event()

    def come_back() -> None:
        (flows / "hello.yaml~").rename(flows / "hello.yaml")
        back.set()

    async with running(flows, data) as runtime:
        (flows / "hello.yaml").rename(flows / "hello.yaml~")
        asyncio.get_running_loop().call_later(0.04, come_back)
        await back.wait()
        await runtime.settled()
        assert all("hello" in {entry.id for entry in entries} for entries in runtime.shown)


# --- links


async def test_a_save_behind_a_link_is_noticed(flows: Path, data: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "hello.yaml").write_text(text())
    (flows / "hello.yaml").symlink_to(elsewhere / "hello.yaml")
    async with running(flows, data) as runtime:
        (elsewhere / "hello.yaml").write_text(text(message="changed"))
        await runtime.until(lambda: "changed" in runtime.source())


async def test_a_save_in_a_linked_directory_is_noticed(flows: Path, data: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "hello.yaml").write_text(text())
    (flows / "team").symlink_to(elsewhere)
    async with running(flows, data) as runtime:
        (elsewhere / "hello.yaml").write_text(text(message="changed"))
        (elsewhere / "new.yaml").write_text(text("new"))
        await runtime.until(lambda: "changed" in runtime.source() and "new" in runtime.ids)


async def test_a_mounted_configuration_that_is_swapped_is_read_again(flows: Path, data: Path) -> None:
    """As Kubernetes mounts a ConfigMap: files are links into `..data`, itself a link that is replaced."""
    for number in (1, 2):
        (flows / f"..version-{number}").mkdir()
        (flows / f"..version-{number}" / "hello.yaml").write_text(text(message=f"version {number}"))
    (flows / "..data").symlink_to("..version-1")
    (flows / "hello.yaml").symlink_to("..data/hello.yaml")
    async with running(flows, data) as runtime:
        (flows / "..fresh").symlink_to("..version-2")
        (flows / "..fresh").rename(flows / "..data")
        await runtime.until(lambda: "version 2" in runtime.source())


async def test_a_deployment_that_swaps_the_directory_itself_is_noticed(data: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"release-{number}").mkdir()
        (tmp_path / f"release-{number}" / "hello.yaml").write_text(text(message=f"release {number}"))
    current = tmp_path / "current"
    current.symlink_to("release-1")
    async with running(current, data) as runtime:
        (tmp_path / "fresh").symlink_to("release-2")
        (tmp_path / "fresh").rename(current)
        await runtime.until(lambda: "release 2" in runtime.source())
        (tmp_path / "release-2" / "hello.yaml").write_text(text(message="still heard"))
        await runtime.until(lambda: "still heard" in runtime.source())


# --- the directory comes and goes


async def test_a_directory_that_appears_later_is_read(flows: Path, data: Path) -> None:
    flows.rmdir()
    async with running(flows, data) as runtime:
        assert runtime.ids == set()
        flows.mkdir()
        (flows / "hello.yaml").write_text(text())
        await runtime.until(lambda: runtime.ids == {"hello"})


async def test_a_directory_that_is_deleted_and_made_again(flows: Path, data: Path) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data) as runtime:
        shutil.rmtree(flows)
        await runtime.until(lambda: not runtime.ids)
        flows.mkdir()
        (flows / "hello.yaml").write_text(text(message="again"))
        await runtime.until(lambda: "again" in runtime.source())
        (flows / "hello.yaml").write_text(text(message="and again"))
        await runtime.until(lambda: "and again" in runtime.source())


async def test_a_directory_that_is_replaced_at_once_is_followed(
    flows: Path, data: Path, tmp_path: Path
) -> None:
    (flows / "hello.yaml").write_text(text())
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "hello.yaml").write_text(text(message="fresh"))
    async with running(flows, data) as runtime:
        flows.rename(tmp_path / "old")
        fresh.rename(flows)
        await runtime.until(lambda: "fresh" in runtime.source())
        (flows / "hello.yaml").write_text(text(message="still heard"))
        await runtime.until(lambda: "still heard" in runtime.source())


# --- several files


async def test_a_second_file_with_the_same_flow_has_a_problem_until_the_first_is_gone(
    flows: Path, data: Path
) -> None:
    (flows / "first.yaml").write_text(text(message="first"))
    async with running(flows, data) as runtime:
        (flows / "second.yaml").write_text(text(message="second"))
        await runtime.until(lambda: runtime.problems)
        assert "first.yaml" in runtime.problems["second.yaml"][0]
        assert runtime.source() == text(message="first")
        (flows / "first.yaml").unlink()
        await runtime.until(lambda: "second" in runtime.source())
        assert not runtime.problems
        assert runtime.revision() == 2


async def test_a_dbt_project_that_arrives_in_any_order_is_left_alone(flows: Path, data: Path) -> None:
    async with running(flows, data) as runtime:
        (flows / "shop" / "models").mkdir(parents=True)
        (flows / "shop" / "models" / "schema.yml").write_text("version: 2\nmodels: []\n")
        await runtime.settled()
        (flows / "shop" / "dbt_project.yml").write_text("name: shop\n")
        await runtime.settled()
        assert runtime.ids == {"zz-last"}
        assert not runtime.problems


# --- what faces ask


async def test_a_flow_that_is_not_there_is_told_with_the_nearest(flows: Path, data: Path) -> None:
    (flows / "hello.yaml").write_text(text())
    async with running(flows, data, watch=False) as runtime:
        with pytest.raises(FlowNotFound) as caught:
            runtime.catalogue.flow("demo", "helo")
        assert "did you mean demo.hello?" in str(caught.value)


async def test_a_flow_whose_file_never_was_valid_is_told_with_its_first_problem(
    flows: Path, data: Path
) -> None:
    (flows / "some-file.yaml").write_text(BROKEN)
    async with running(flows, data, watch=False) as runtime:
        with pytest.raises(InvalidFlow, match=r"some-file\.yaml, line 5"):
            runtime.catalogue.flow("demo", "hello")
        [entry] = runtime.catalogue.entries()
        assert (entry.namespace, entry.id, entry.flow) == ("demo", "hello", None)


# --- saving from a face


async def test_a_saved_flow_is_active_when_the_answer_comes(flows: Path, data: Path) -> None:
    async with running(flows, data, watch=False) as runtime:
        loaded = await runtime.catalogue.save(text(), None)
        assert loaded.flow is not None
        assert runtime.revision() == 1
        assert (flows / "demo.hello.yaml").read_text() == text()
        assert runtime.told == [("demo.hello",)]


async def test_a_flow_is_saved_to_the_file_that_it_has(flows: Path, data: Path) -> None:
    (flows / "team").mkdir()
    (flows / "team" / "hello.yml").write_text(text())
    (flows / "team" / "hello.yml").chmod(0o664)
    async with running(flows, data, watch=False) as runtime:
        await runtime.catalogue.save(text(message="changed"), None)
        assert runtime.revision() == 2
    assert (flows / "team" / "hello.yml").read_text() == text(message="changed")
    assert (flows / "team" / "hello.yml").stat().st_mode & 0o777 == 0o664
    assert sorted(path.name for path in flows.rglob("*")) == ["hello.yml", "team"]


async def test_an_invalid_flow_is_not_written(flows: Path, data: Path) -> None:
    async with running(flows, data, watch=False) as runtime:
        loaded = await runtime.catalogue.save(BROKEN, "hello.yaml")
        assert loaded.flow is None
        assert loaded.problems
    assert list(flows.iterdir()) == []


@pytest.mark.parametrize(
    "file",
    [
        "../outside.yaml",
        "/tmp/outside.yaml",
        "team/../../outside.yaml",
        "link/outside.yaml",
        "flow.txt",
        ".hidden.yaml",
        ".git/flow.yaml",
        "target/flow.yaml",
        "project/flow.yaml",
        "hello.yaml\0",
    ],
)
async def test_a_path_outside_or_of_no_flow_file_is_refused(
    flows: Path, data: Path, tmp_path: Path, file: str
) -> None:
    (tmp_path / "outside").mkdir()
    (flows / "link").symlink_to(tmp_path / "outside")
    (flows / "project").mkdir()
    (flows / "project" / "dbt_project.yml").write_text("name: shop\n")
    async with running(flows, data, watch=False) as runtime:
        with pytest.raises(InvalidRequest):
            await runtime.catalogue.save(text(), file)
        assert runtime.ids == set()
    assert not list(tmp_path.rglob("*outside.yaml"))


async def test_a_flow_that_another_file_defines_is_not_saved_a_second_time(flows: Path, data: Path) -> None:
    (flows / "first.yaml").write_text(text())
    async with running(flows, data, watch=False) as runtime:
        loaded = await runtime.catalogue.save(text(message="second"), "second.yaml")
        assert loaded.flow is None
        assert "first.yaml" in loaded.problems[0].message
    assert not (flows / "second.yaml").exists()
