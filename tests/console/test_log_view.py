"""Logs: what is read of them, how they are merged, sought, filtered and followed, whatever their length."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.models.log import LEVELS, AttemptLog, MergedLog
from console.models.log_hits import Hits
from console.models.log_pages import MOST, PAGE, Pages, Source
from console.models.log_query import Query
from console.models.log_text import pieces
from console.widgets.log_copy import MOST as LONGEST_COPY
from console.widgets.log_copy import osc52, through_tmux
from console.widgets.log_view import LogView
from runtime.client import requests
from runtime.model.views import LogLine, LogPage
from tests.console import runs
from tests.console.runs import BUILD, CLONE, Logs
from tests.console.stage import console, screen_text, settled, until

MANY = 100_000
SOURCE = Source("run-1", 1)


def line(
    number: int, *, seconds: float | None = None, level: str = "INFO", text: str = "", source: Source = SOURCE
) -> LogLine:
    moment = runs.BEGUN + timedelta(seconds=number if seconds is None else seconds)
    return LogLine(number, moment, level, text or f"line {number}", *source)


def merged(*lines: LogLine) -> MergedLog:
    log = MergedLog(Pages())
    log.told(LogPage(lines=lines))
    return log


def texts(log: MergedLog) -> list[str]:
    return [found.text if (found := log.line(position)) else "?" for position in range(log.total)]


# --- pages


def test_only_so_many_pages_are_kept() -> None:
    pages = Pages()
    for number in range(0, (MOST + 20) * PAGE, PAGE):
        pages.put(SOURCE, [line(number)])
    assert len(pages) == MOST
    assert pages.get(SOURCE, 0) is None
    assert pages.get(SOURCE, (MOST + 19) * PAGE) is not None


def test_what_is_looked_at_is_kept_longest() -> None:
    pages = Pages(most=2)
    log = AttemptLog(SOURCE, pages)
    for number in (0, PAGE):
        log.told(LogPage(lines=(line(number),), total=3 * PAGE))
    assert log.wants([0]) == []  # looked at: the other one goes first
    log.told(LogPage(lines=(line(2 * PAGE),), total=3 * PAGE))
    assert [log.line(position) is None for position in (0, PAGE, 2 * PAGE)] == [False, True, False]


def test_a_page_is_wanted_once_however_many_lines_of_it_are() -> None:
    log = AttemptLog(SOURCE, Pages())
    log.told(LogPage(total=3 * PAGE))
    assert log.wants(range(PAGE - 2, PAGE + 2)) == [(SOURCE, 0, PAGE), (SOURCE, PAGE, PAGE)]


def test_a_log_does_not_shrink_when_an_older_word_comes_late() -> None:
    log = AttemptLog(SOURCE, Pages())
    log.told(LogPage(total=20))
    log.told(LogPage(total=10))
    assert log.total == 20


# --- merging


def test_lines_of_all_attempts_are_in_order_of_time_however_they_come() -> None:
    shuffle = random.Random(5)
    sources = [Source(f"run-{number}", 1) for number in range(4)]
    lines = {
        source: [line(number, seconds=number * 3 + place, source=source) for number in range(200)]
        for place, source in enumerate(sources)
    }
    log = MergedLog(Pages())
    left = dict.fromkeys(sources, 0)
    while any(left[source] < 200 for source in sources):
        source = shuffle.choice([source for source in sources if left[source] < 200])
        step = shuffle.randint(1, 40)
        log.told(LogPage(lines=tuple(lines[source][left[source] : left[source] + step])))
        left[source] += step
    times = [found.at for position in range(log.total) if (found := log.line(position))]
    assert len(times) == 800
    assert times == sorted(times)


def test_lines_of_one_attempt_keep_their_order_when_its_clock_is_set_back() -> None:
    log = merged(line(0, seconds=5, text="a"), line(1, seconds=2, text="b"), line(2, seconds=3, text="c"))
    assert texts(log) == ["a", "b", "c"]


def test_what_is_told_again_after_the_line_was_lost_is_not_doubled() -> None:
    log = merged(line(0), line(1), line(2))
    log.told(LogPage(lines=(line(0), line(1), line(2), line(3))))
    assert texts(log) == ["line 0", "line 1", "line 2", "line 3"]


# --- levels and queries


def test_the_next_error_is_found_both_ways() -> None:
    log = merged(*(line(number, level="ERROR" if number in {3, 7} else "INFO") for number in range(10)))
    assert log.next_of_level(0, 1, "ERROR") == 3
    assert log.next_of_level(4, 1, "ERROR") == 7
    assert log.next_of_level(8, 1, "ERROR") is None
    assert log.next_of_level(9, -1, "ERROR") == 7
    assert log.next_of_level(2, -1, "ERROR") is None
    assert log.next_of_level(-1, -1, "ERROR") is None


def test_what_was_not_read_yet_may_be_an_error() -> None:
    log = AttemptLog(SOURCE, Pages())
    log.told(LogPage(lines=tuple(line(number) for number in range(5)), total=20))
    assert log.next_of_level(0, 1, "ERROR") == 5


QUERIES = [
    ("deadlock", "a Deadlock was found", "INFO", True),
    ("dead lock", "a lock that is dead", "INFO", True),
    ("!retry deadlock", "deadlock, retry", "INFO", False),
    ("/stg_\\w+/", "model stg_orders", "INFO", True),
    ("/stg_(/", "an unfinished expression hides nothing", "INFO", True),
    ("!/stg_\\w+/", "model stg_orders", "INFO", False),
    ("level:error", "x", "WARN", False),
    ("level:warn", "x", "ERROR", True),
    ("level:nonsense", "x", "DEBUG", True),
    ("task:bui", "x", "INFO", True),
    ("task:clone", "x", "INFO", False),
    ("!task:clone", "x", "INFO", True),
    ("red", "\x1b[31mr\x1b[0med", "INFO", True),
    ("http://x", "get http://x now", "INFO", True),
]


@pytest.mark.parametrize(("query", "text", "level", "passes"), QUERIES)
def test_a_query_lets_through_what_it_says(query: str, text: str, level: str, passes: bool) -> None:
    assert Query(query).passes(text, "build", LEVELS.index(level)) is passes


def test_what_was_found_can_be_lit() -> None:
    assert Query("ab /c+/ !d level:info").spans("ab dccc ab") == [(0, 2), (8, 10), (4, 7)]


def test_hits_stay_right_when_lines_come_between() -> None:
    log = merged(
        *(line(number, seconds=number * 10, text="hit" if number % 2 else "no") for number in range(10))
    )
    hits = Hits(Query("hit"), str)
    hits.test(log, hits.stretch(log))
    other = Source("run-2", 1)
    for number, seconds in enumerate((15, 35, 36)):
        for position in log.told(
            LogPage(lines=(line(number, seconds=seconds, text="a late hit", source=other),))
        ):
            hits.inserted(log, position)
    found = [found.text for position in hits.positions if (found := log.line(position))]
    assert found == ["hit", "a late hit", "hit", "a late hit", "a late hit", "hit", "hit", "hit"]
    assert hits.scanned == log.total


def test_hits_are_walked_over() -> None:
    log = merged(*(line(number, text="hit" if number in {2, 5} else "no") for number in range(9)))
    hits = Hits(Query("hit"), str)
    hits.test(log, hits.stretch(log))
    assert [hits.following(at, 1) for at in (0, 2, 5)] == [2, 5, None]
    assert [hits.following(at, -1) for at in (8, 5, 2)] == [5, 2, None]
    assert hits.ordinal(5) == 2


# --- what may reach the terminal

TEXTS = [
    ("plain", "plain"),
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b[38;5;208mo\x1b[38;2;1;2;3mr\x1b[48;5mx", "orx"),
    ("\x1b]0;title\x07after", "after"),
    ("\x1b]52;c;aGk=\x1b\\after", "after"),
    ("\x1b[2J\x1b[Hhome", "home"),
    ("a\rb\x08c\x7fd\x00", "abcd"),
    ("\x9b31mx", "31mx"),
    ("a\tb", "a       b"),
    ("\x1b[31m1\t\x1b[0m2\t3", "1       2       3"),
    ("safe\u202etxt.exe", "safetxt.exe"),
    ("\x1b[", ""),
    ("\x1bPq#0\x1b\\", "q#0"),
]


@pytest.mark.parametrize(("written", "shown"), TEXTS)
def test_nothing_but_colours_reaches_the_terminal(written: str, shown: str) -> None:
    assert "".join(text for text, _ in pieces(written)) == shown


def test_colours_are_those_of_the_program() -> None:
    found = dict(pieces("\x1b[1;31mred\x1b[0m none \x1b[38;5;208morange\x1b[39m\x1b[8mhidden"))
    assert found["red"].bold
    assert str(found["red"].color.name) == "color(1)" if found["red"].color else False
    assert not found[" none "].color
    assert found["orange"].color is not None
    assert not found["hidden"].conceal
    assert all(style.color is None for _, style in pieces("\x1b[31mred", colours=False))


def test_a_copy_is_wrapped_for_tmux_and_never_cut() -> None:
    assert osc52("hi") == "\x1b]52;c;aGk=\a"
    assert through_tmux("\x1b]52;c;aGk=\a") == "\x1bPtmux;\x1b\x1b]52;c;aGk=\a\x1b\\"
    assert osc52("x" * LONGEST_COPY) == ""


# --- on the screen


async def open_log(pilot: Pilot[None]) -> LogView:
    """The log of the whole execution."""
    await settled(pilot)
    await pilot.press("3")
    await settled(pilot)
    view = pilot.app.screen.query_one(LogView)
    await until(pilot, lambda: view.log_shown is not None and view.log_shown.is_open)
    return view


async def open_build(pilot: Pilot[None]) -> LogView:
    """The log of one task run."""
    await settled(pilot)
    for key in ("2", "j", "j", "enter"):
        await pilot.press(key)
    view = pilot.app.screen.query_one(LogView)
    await until(pilot, lambda: isinstance(view.log_shown, AttemptLog) and view.log_shown.is_open)
    await settled(pilot)
    return view


def long(lines: int = MANY) -> Logs:
    return Logs({(CLONE.id, 1): 6, (BUILD.id, 1): 10, (BUILD.id, 2): lines})


async def test_a_long_log_opens_at_its_end_and_reads_only_what_is_seen() -> None:
    logs = long()
    async with console(runs.runtime(logs=logs), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        view = await open_build(pilot)
        await until(pilot, lambda: f"line {MANY - 1} of build" in screen_text(pilot))
        assert view.count == MANY
        assert len(logs.reads) <= 3
        await until(pilot, lambda: "100k/100k" in screen_text(pilot))


async def test_a_long_log_is_read_back_to_its_first_line_page_by_page() -> None:
    logs = long()
    async with console(runs.runtime(logs=logs), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        view = await open_build(pilot)
        await pilot.press("g")
        await until(pilot, lambda: "line 0 of build" in screen_text(pilot))
        assert not view.is_following
        for _ in range(3):
            await pilot.press("ctrl+d")
        await until(pilot, lambda: f"line {view.cursor} of build" in screen_text(pilot))
        view.jump(54_321)
        await until(pilot, lambda: "line 54321 of build" in screen_text(pilot))
        assert sum(read.limit for read in logs.reads) < 10 * PAGE
        assert len(view.log_shown.pages) < 10 if view.log_shown else False


async def test_the_log_of_all_tasks_is_complete_and_in_order() -> None:
    logs = long(5_000)
    async with console(runs.runtime(logs=logs), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        view = await open_log(pilot)
        await until(pilot, lambda: view.count == 5_016)
        await pilot.press("g")
        await until(pilot, lambda: "line 0 of clone" in screen_text(pilot))
        shown = screen_text(pilot)
        assert shown.index("line 5 of clone") < shown.index("line 0 of build")


async def test_what_comes_is_followed_until_one_goes_up() -> None:
    logs = long(100)
    async with console(runs.runtime(logs=logs), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        view = await open_build(pilot)
        logs.grow(BUILD, 2, 50)
        await until(pilot, lambda: "line 149 of build" in screen_text(pilot))
        await pilot.press("k")
        logs.grow(BUILD, 2, 50)
        await until(pilot, lambda: view.count == 200)
        assert "line 199 of build" not in screen_text(pilot)
        await pilot.press("G")
        await until(pilot, lambda: "line 199 of build" in screen_text(pilot))
        assert view.is_following


@pytest.mark.parametrize("opened", [open_log, open_build])
async def test_no_line_is_lost_or_doubled_when_the_line_to_the_runtime_breaks(opened: object) -> None:
    logs = long(300)
    transport = runs.runtime(logs=logs)
    async with console(transport, address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        view = await open_build(pilot) if opened is open_build else await open_log(pilot)
        total = 300 if opened is open_build else 316
        await until(pilot, lambda: view.count == total)
        transport.cut()
        logs.cut()
        await until(pilot, lambda: "unreachable" in screen_text(pilot))
        logs.mend()
        logs.grow(BUILD, 2, 100)
        transport.mend()
        await until(pilot, lambda: view.count == total + 100)
        await until(pilot, lambda: "line 399 of" in screen_text(pilot))  # a toast may cover the end
        log = view.log_shown
        assert log is not None
        places = [log.place(position) for position in range(log.total)]
        assert len(set(places)) == len(places) == total + 100


async def test_a_filter_leaves_the_hits_and_says_how_many() -> None:
    async with console(runs.runtime(logs=long()), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        view = await open_build(pilot)
        await pilot.press("slash", *"needle", "enter")
        await until(pilot, lambda: view.hits is not None and view.hits.scanned == MANY)
        await until(pilot, lambda: view.count == 20)
        await until(pilot, lambda: "/needle 20/20" in screen_text(pilot))
        await pilot.press("N")
        assert view.cursor == 94_321
        await pilot.press("ampersand")
        await until(pilot, lambda: "line 94320 of build" in screen_text(pilot))
        assert view.count == MANY
        await pilot.press("n")
        await until(pilot, lambda: "line 99321 of build" in screen_text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: view.hits is None)


async def test_a_filter_by_level_of_all_tasks_needs_no_reading() -> None:
    logs = long(20_000)
    async with console(runs.runtime(logs=logs), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        view = await open_log(pilot)
        await until(pilot, lambda: view.count == 20_016)
        before = len(logs.reads)
        await pilot.press("slash", *"level:error", "enter")
        await until(pilot, lambda: view.count == 20)
        assert len(logs.reads) - before <= 20


async def test_errors_and_warnings_are_walked_over_in_a_log_that_was_not_read() -> None:
    async with console(runs.runtime(logs=long(10_000)), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        view = await open_build(pilot)
        for key, position in [
            ("E", 9777),
            ("E", 8777),
            ("e", 9777),
            ("W", 9750),
            ("g", 0),
            ("e", 777),
            ("w", 850),
        ]:
            await pilot.press(key)
            await until(pilot, lambda position=position: view.cursor == position)
            await until(pilot, lambda position=position: f"line {position} of build" in screen_text(pilot))


async def test_long_lines_are_cut_moved_or_wrapped() -> None:
    logs = Logs({(BUILD.id, 1): 3, (BUILD.id, 2): 60})
    async with console(runs.runtime(logs=logs), address=runs.EXECUTION.id, size=(60, 20)) as pilot:
        view = await open_build(pilot)
        await pilot.press("t", "t")
        before = screen_text(pilot)
        await pilot.press("right")
        assert screen_text(pilot) != before
        await pilot.press("left", "z")
        assert view.is_wrapped
        await pilot.press("left")
        await until(pilot, lambda: "lines are wrapped" in screen_text(pilot))


async def test_a_wrapped_log_ends_with_its_last_row() -> None:
    def wide(request: requests.ReadLog) -> LogPage:
        lines = tuple(
            line(number, text=f"{number}:" + "x" * 150 + "END", source=Source(BUILD.id, 2))
            for number in range(50)
        )
        return LogPage(lines=lines, total=50, ended=True)

    transport = runs.runtime()
    transport.answers[requests.ReadLog] = wide
    async with console(transport, address=runs.EXECUTION.id, size=(60, 20)) as pilot:
        view = await open_build(pilot)
        await pilot.press("z")
        rows = [row for row in screen_text(pilot).splitlines() if row.strip()]
        assert "END" in rows[-2]
        await pilot.press("g")
        await until(pilot, lambda: " 0:xxx" in screen_text(pilot))
        await pilot.press("G")
        assert "END" in [row for row in screen_text(pilot).splitlines() if row.strip()][-2]
        assert view.is_following


async def test_times_are_by_the_clock_from_the_start_or_not_there() -> None:
    async with console(runs.runtime(), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        await open_build(pilot)
        clock = f"{runs.line(BUILD, 2, 19).at.astimezone():%H:%M:%S}"
        await until(pilot, lambda: clock in screen_text(pilot))
        await pilot.press("t")
        await until(pilot, lambda: "+50.019" in screen_text(pilot))
        await pilot.press("t")
        assert clock not in screen_text(pilot)
        assert "+50.019" not in screen_text(pilot)


async def test_attempts_are_gone_through() -> None:
    async with console(runs.runtime(), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        view = await open_build(pilot)
        await until(pilot, lambda: "attempt 2/2" in screen_text(pilot))
        await pilot.press("b")
        await until(pilot, lambda: "attempt 1/2" in screen_text(pilot))
        await until(pilot, lambda: view.count == 300)
        await pilot.press("b")
        await until(pilot, lambda: "attempt 2/2" in screen_text(pilot))


async def test_a_log_is_saved_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with console(runs.runtime(logs=long(2_500)), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        await open_build(pilot)
        for name in ("ferry_build-00000009-build.log", "ferry_build-00000009-build-2.log"):
            await pilot.press("ctrl+s")
            await settled(pilot)
            saved = (tmp_path / name).read_text().splitlines()
            assert len(saved) == 2_500
            assert saved[-1].endswith("INFO build line 2499 of build")


async def test_a_line_is_copied_without_its_colours() -> None:
    async with console(runs.runtime(), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        await open_build(pilot)
        await pilot.press("c")
        assert pilot.app.clipboard == "line 19 of build"
        await until(pilot, lambda: "OSC 52" in screen_text(pilot))


async def test_a_log_of_nothing_says_so_and_its_keys_say_why_not() -> None:
    async with console(runs.runtime(logs=Logs({})), address=runs.EXECUTION.id, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("3")
        await until(pilot, lambda: "Nothing was written yet." in screen_text(pilot))
        for key, said in [
            ("c", "no line to copy"),
            ("n", "no filter"),
            ("e", "no error below"),
            ("b", "log of all tasks"),
            ("ctrl+s", "nothing to save"),
        ]:
            await pilot.press(key)
            await until(pilot, lambda said=said: said in screen_text(pilot))
