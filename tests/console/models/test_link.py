"""The line to the runtime, as a value."""

from datetime import timedelta

from console.models.link import PAUSES, Link
from tests.console.facts import NOW, STATUS


def test_it_is_tried_ever_more_rarely_and_for_ever() -> None:
    link = Link().up(STATUS)
    waits = []
    for _ in range(12):
        link = link.down(NOW, "gone")
        assert link.next_try is not None
        waits.append((link.next_try - NOW).total_seconds())
    assert waits == [*PAUSES, *[PAUSES[-1]] * 4]


def test_it_remembers_since_when_it_is_down_and_what_it_knew() -> None:
    link = Link().up(STATUS).down(NOW, "gone").down(NOW + timedelta(seconds=9), "still gone")
    assert (link.down_since, link.status, link.is_up) == (NOW, STATUS, False)
    assert link.offline == "the runtime can't be reached: still gone"


def test_a_daemon_that_restarts_is_found_within_two_seconds() -> None:
    assert sum(PAUSES[:2]) <= 2


def test_up_forgets_the_trouble() -> None:
    assert Link().down(NOW, "gone").up(STATUS) == Link(is_up=True, status=STATUS)
