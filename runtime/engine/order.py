"""Which lanes of a Dag may start: each when those that it waits for have ended. A lane's end costs what waits for it, not what there is."""

from collections.abc import Collection, Sequence

import msgspec
from rpds import HashTrieMap

from runtime.engine.snapshot import Lane, Order

replace = msgspec.structs.replace


def order(lanes: Sequence[Lane], *, begun: Collection[int] = (), ended: Collection[int] = ()) -> Order | None:
    """Of lanes some of which have begun, and some of those ended; None where none waits for another."""
    if not any(lane.needs for lane in lanes):
        return None
    followers: list[list[int]] = [[] for _ in lanes]
    unmet: dict[int, int] = {}
    for number, lane in enumerate(lanes):
        open_needs = set(lane.needs).difference(ended)
        for need in open_needs:
            followers[need].append(number)
        if number not in begun:
            unmet[number] = len(open_needs)
    ready = [number for number, count in unmet.items() if not count]
    return Order(
        followers=tuple(map(tuple, followers)),
        unmet=HashTrieMap({number: count for number, count in unmet.items() if count}),
        ready=HashTrieMap(dict(enumerate(ready))),
        came=len(ready),
    )


def ahead(known: Order) -> int | None:
    """The lane that may start next."""
    return known.ready.get(known.started)


def begin(known: Order) -> Order:
    """The lane that may start next has started."""
    return replace(known, ready=known.ready.remove(known.started), started=known.started + 1)


def end(known: Order, number: int) -> Order:
    """A lane has ended: what waited for it alone may start."""
    unmet, ready, came = known.unmet, known.ready, known.came
    for follower in known.followers[number]:
        left = unmet.get(follower, 0) - 1
        if left > 0:
            unmet = unmet.insert(follower, left)
        elif left == 0:
            unmet, ready, came = unmet.remove(follower), ready.insert(came, follower), came + 1
    return replace(known, unmet=unmet, ready=ready, came=came)
