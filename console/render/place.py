"""Where each item of the layers stands: rows by the medians of neighbours, columns by the widest of each layer and the tracks between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from console.render.layers import Item, Layers

SWEEPS = 6

Size = tuple[int, int]
"""Width and height in cells."""


@dataclass(frozen=True)
class Net:
    """All lines that leave one item towards the next layer: a trunk in the gap, with a branch for each target."""

    source: Item
    exit: int
    """Row at which it leaves."""
    entries: tuple[int, ...]
    """Rows at which it arrives."""
    via: int | None = None
    """The free row of its detour: down to it by a first trunk, on to the targets by a second."""

    @property
    def top(self) -> int:
        return min(self.exit, *self.entries)

    @property
    def bottom(self) -> int:
        return max(self.exit, *self.entries)

    @property
    def is_straight(self) -> bool:
        return self.top == self.bottom


@dataclass
class Places:
    """Top left corners, and the gaps between layers."""

    rows: dict[Item, int] = field(default_factory=dict)
    columns: list[int] = field(default_factory=list)
    """Where each layer begins."""
    widths: list[int] = field(default_factory=list)
    tracks: list[dict[Item, tuple[int, ...]]] = field(default_factory=list)
    """For each gap: the column, within it, of each net's trunk, and of its second one after a detour."""
    gaps: list[int] = field(default_factory=list)
    """How wide each gap is."""
    nets: list[list[Net]] = field(default_factory=list)


def height(item: Item, sizes: Mapping[str, Size]) -> int:
    return sizes[item][1] if isinstance(item, str) else 1


def middle(item: Item, places: Places, sizes: Mapping[str, Size]) -> int:
    """The row at which lines meet an item."""
    return places.rows[item] + (height(item, sizes) - 1) // 2


def place(made: Layers, sizes: Mapping[str, Size]) -> Places:
    """Rows, then columns."""
    places = Places()
    _stack(made, places, sizes)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for layer in made.order if forward else made.order[::-1]:
            _align(layer, places, made.before if forward else made.after, sizes)
    lowest = min(places.rows.values(), default=0)
    for item in places.rows:
        places.rows[item] -= lowest
    _columns(made, places, sizes)
    return places


def _gap(one: Item, other: Item, sizes: Mapping[str, Size]) -> int:
    """Frames keep a row between them; plain nodes and lines need none."""
    return 1 if max(height(one, sizes), height(other, sizes)) > 1 else 0


def _stack(made: Layers, places: Places, sizes: Mapping[str, Size]) -> None:
    for layer in made.order:
        row = 0
        for index, item in enumerate(layer):
            row += _gap(layer[index - 1], item, sizes) if index else 0
            places.rows[item] = row
            row += height(item, sizes)
    tallest = max((_end(layer, places, sizes) for layer in made.order), default=0)
    for layer in made.order:
        shift = (tallest - _end(layer, places, sizes)) // 2
        for item in layer:
            places.rows[item] += shift


def _end(layer: Sequence[Item], places: Places, sizes: Mapping[str, Size]) -> int:
    return places.rows[layer[-1]] + height(layer[-1], sizes) if layer else 0


def _align(
    layer: Sequence[Item],
    places: Places,
    neighbours: Mapping[Item, Sequence[Item]],
    sizes: Mapping[str, Size],
) -> None:
    """Bring items beside their neighbours, in the order that is given and without overlap, and the layer as a whole to their mean."""
    wanted = [_wanted(item, places, neighbours[item], sizes) for item in layer]
    rows: list[int] = []
    for index, item in enumerate(layer):
        least = (
            rows[-1] + height(layer[index - 1], sizes) + _gap(layer[index - 1], item, sizes)
            if index
            else wanted[0]
        )
        rows.append(max(wanted[index], least))
    shift = round(sum(want - row for want, row in zip(wanted, rows, strict=True)) / len(rows)) if rows else 0
    for item, row in zip(layer, rows, strict=True):
        places.rows[item] = row + shift


def _wanted(item: Item, places: Places, neighbours: Sequence[Item], sizes: Mapping[str, Size]) -> int:
    if not neighbours:
        return places.rows[item]
    middles = sorted(middle(other, places, sizes) for other in neighbours)
    return middles[len(middles) // 2] - (height(item, sizes) - 1) // 2


def _columns(made: Layers, places: Places, sizes: Mapping[str, Size]) -> None:
    column = 0
    for layer in made.order:
        nets = [net for item in layer if (net := _net(item, made, places, sizes)) is not None]
        nets, tracks = assign_tracks(nets)
        wide = max((sizes[item][0] for item in layer if isinstance(item, str)), default=1)
        gap = max((max(columns) for columns in tracks.values()), default=-1) + 4 if nets else 1
        places.columns.append(column)
        places.widths.append(wide)
        places.tracks.append(tracks)
        places.gaps.append(gap)
        places.nets.append(nets)
        column += wide + gap


def _net(item: Item, made: Layers, places: Places, sizes: Mapping[str, Size]) -> Net | None:
    entries = tuple(middle(other, places, sizes) for other in made.after[item])
    return Net(item, middle(item, places, sizes), entries) if entries else None


def assign_tracks(nets: Sequence[Net]) -> tuple[list[Net], dict[Item, tuple[int, ...]]]:
    """A column for each trunk so that no two touch; one that leaves on the row where another arrives comes first, else both would look joined.

    Where each of two waits for the other, one makes a detour over a row that nothing else uses.
    """
    routed = untied(nets)
    trunks = [trunk for net in routed for trunk in _trunks(net) if not trunk.is_straight]
    tracks: dict[Item, tuple[int, ...]] = {}
    taken: list[list[Net]] = []
    columns: dict[Net, int] = {}
    for trunk in _by_constraint(sorted(trunks, key=lambda trunk: (trunk.top, trunk.bottom))):
        column = max((columns[other] + 1 for other in columns if _must_follow(trunk, other)), default=0)
        while column < len(taken) and any(_touch(trunk, other) for other in taken[column]):
            column += 1
        while column >= len(taken):
            taken.append([])
        taken[column].append(trunk)
        columns[trunk] = column
        tracks[trunk.source] = (*tracks.get(trunk.source, ()), column)
    return routed, tracks


def _trunks(net: Net) -> tuple[Net, ...]:
    """One, or both of a detour: the second leaves where the first arrives, so it comes behind."""
    if net.via is None:
        return (net,)
    return Net(net.source, net.exit, (net.via,)), Net(net.source, net.via, net.entries)


def untied(nets: Sequence[Net]) -> list[Net]:
    """The nets, with as many detours as it takes that none waits for itself."""
    routed = list(nets)
    used = {row for net in nets for row in (net.exit, *net.entries)}
    while (tied := _tied([trunk for net in routed for trunk in _trunks(net)])) is not None:
        number = next(index for index, net in enumerate(routed) if net.source == tied.source)
        middle = (tied.exit + tied.entries[0]) // 2
        via = min(set(range(max(used) + 2)) - used, key=lambda row: abs(row - middle))
        used.add(via)
        routed[number] = replace(tied, via=via)
    return routed


def _tied(trunks: Sequence[Net]) -> Net | None:
    """A trunk on a circle of those that must follow each other."""
    left = list(trunks)
    while left:
        ready = [trunk for trunk in left if not any(_must_follow(trunk, other) for other in left)]
        if not ready:
            break
        left = [trunk for trunk in left if trunk not in ready]
    if not left:
        return None
    seen: list[Net] = []
    here = left[0]
    while here not in seen:  # each that is left waits for another that is left
        seen.append(here)
        here = next(other for other in left if _must_follow(here, other))
    return here


def _touch(one: Net, other: Net) -> bool:
    return one.top <= other.bottom and other.top <= one.bottom


def _must_follow(net: Net, other: Net) -> bool:
    """Whether `net` arrives on the row at which `other` leaves, or is the second trunk of its detour."""
    if net.source == other.source:
        return other.entries == (net.exit,) and net != other
    return other.exit in net.entries and not (net.is_straight or other.is_straight)


def _by_constraint(trunks: Sequence[Net]) -> list[Net]:
    """Those that must come first come first."""
    left, done = list(trunks), []
    while left:
        free = next(trunk for trunk in left if not any(_must_follow(trunk, other) for other in left))
        left.remove(free)
        done.append(free)
    return done
