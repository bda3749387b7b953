"""What a Dag may start: the same as looking at every lane anew, at a cost that does not grow."""

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.engine import order
from runtime.engine.snapshot import Lane


@st.composite
def lanes(draw: st.DrawFn) -> list[Lane]:
    """Each waits for some of those before it, now and then for one twice."""
    count = draw(st.integers(1, 12))
    return [
        Lane((), needs=tuple(draw(st.lists(st.integers(0, number - 1), max_size=3)) if number else ()))
        for number in range(count)
    ]


@settings(max_examples=300, deadline=None)
@given(lanes(), st.randoms(use_true_random=False), st.integers(0, 12))
def test_a_lane_may_start_when_all_that_it_needs_have_ended(made: list[Lane], random, before: int) -> None:
    """From any point on: a restart begins in the middle."""
    ended: set[int] = set()
    while len(ended) < min(before, len(made)):
        ended.add(next(n for n, lane in enumerate(made) if n not in ended and ended.issuperset(lane.needs)))
    known, running = order.order(made, begun=set(ended), ended=set(ended)), set()
    if known is None:
        assert not any(lane.needs for lane in made)
        return
    while len(ended) < len(made):
        while (number := order.ahead(known)) is not None:
            assert ended.issuperset(made[number].needs)
            known = order.begin(known)
            running.add(number)
        may_start = {n for n, lane in enumerate(made) if n not in ended and ended.issuperset(lane.needs)}
        assert running == may_start
        done = random.choice(sorted(running))
        running.remove(done)
        ended.add(done)
        known = order.end(known, done)
    assert order.ahead(known) is None
