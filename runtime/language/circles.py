"""What waits for itself."""

from collections.abc import Iterator, Mapping, Sequence

MOST_NAMED = 20  # names of a circle that a message lists


def circles(needs: Mapping[str, Sequence[str]]) -> set[str]:
    """The names that need themselves, directly or by others.

    Tarjan's search for components, without recursion: a file may hold ten thousand names, each waiting for the next.
    """
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: dict[str, None] = {}  # in the order of their discovery
    found: set[str] = set()
    for start in needs:
        path: list[tuple[str, Iterator[str]]] = []
        ahead: str | None = None if start in order else start
        while ahead is not None or path:
            if ahead is not None:
                order[ahead] = lowest[ahead] = len(order)
                open_[ahead] = None
                path.append((ahead, iter(needs[ahead])))
            name, rest = path[-1]
            ahead = next((need for need in rest if _leads_on(need, name, order, lowest, open_, needs)), None)
            if ahead is None:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[name])
                if lowest[name] == order[name]:
                    found |= _component(name, open_, needs)
    return found


def _leads_on(
    need: str,
    name: str,
    order: Mapping[str, int],
    lowest: dict[str, int],
    open_: Mapping[str, None],
    needs: Mapping[str, Sequence[str]],
) -> bool:
    """Whether `need` is to be gone into; if it was met on this path already, `name` reaches back to it."""
    if need in open_:
        lowest[name] = min(lowest[name], order[need])
    return need in needs and need not in order


def _component(name: str, open_: dict[str, None], needs: Mapping[str, Sequence[str]]) -> set[str]:
    """The names that reach each other, the last of which is `name`; empty where that is one alone."""
    members: set[str] = set()
    while name not in members:
        members.add(open_.popitem()[0])
    return members if len(members) > 1 or name in needs[name] else set()


def listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
