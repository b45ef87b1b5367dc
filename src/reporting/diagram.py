"""Where the boxes of tables and the wires between them go: parents above their children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .model import Link, Table

BOX_WIDTH, LINE_HEIGHT, EDGE = 154, 16, 8
ACROSS, DOWN = 14, 44
"""Room between boxes."""
MOST = 40
"""Tables in one picture."""
SHOWN_LINKS = 5


@dataclass(frozen=True, slots=True)
class Box:
    """In pixels from the upper left; the first line is the table's name."""

    name: str
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Wire:
    """From a child to its parent, where its head points `way`: up, or left at its own table."""

    points: tuple[tuple[float, float], ...]
    way: str = "up"

    @property
    def end(self) -> tuple[float, float]:
        return self.points[-1]


@dataclass(frozen=True, slots=True)
class Diagram:
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    width: int
    height: int


def diagram(tables: Sequence[Table], links: Sequence[Link]) -> Diagram | None:
    """None where there is nothing to see, or too much."""
    if not 2 <= len(tables) <= MOST:
        return None
    floors = _floors([table.name for table in tables], links)
    lines = {table.name: _lines(table, links) for table in tables}
    boxes = _placed(floors, lines)
    wires = tuple(
        wire for n, link in enumerate(links) if (wire := _wire(n, link, boxes, links)) is not None
    )
    width = max(box.x + box.width for box in boxes.values()) + ACROSS
    height = max(box.y + box.height for box in boxes.values()) + EDGE
    return Diagram(tuple(boxes.values()), wires, int(width), int(height))


def _lines(table: Table, links: Sequence[Link]) -> tuple[str, ...]:
    own = [link for link in links if link.child == table.name]
    keys = [f"{', '.join(link.fields)} → {link.parent}" for link in own[:SHOWN_LINKS]]
    more = [f"… and {len(own) - SHOWN_LINKS} more keys"] if len(own) > SHOWN_LINKS else []
    return (table.name, f"{table.rows:,} rows", *keys, *more)


def _floors(names: Sequence[str], links: Sequence[Link]) -> list[list[str]]:
    """Each table below the lowest of its parents, as far as they do not lead round in a circle."""
    parents = {
        name: {link.parent for link in links if link.child == name} - {name} for name in names
    }
    floors: list[list[str]] = []
    left = list(names)
    while left:
        free = [name for name in left if not parents[name] & set(left)] or left[:1]
        above = floors[-1] if floors else []
        floors.append(sorted(free, key=lambda name: _middle(parents[name], above)))
        left = [name for name in left if name not in free]
    return floors


def _middle(parents: set[str], above: Sequence[str]) -> float:
    """Below its parents: the mean of where they stand."""
    places = [above.index(name) for name in parents if name in above]
    return sum(places) / len(places) if places else len(above) / 2


def _placed(
    floors: Sequence[Sequence[str]], lines: Mapping[str, tuple[str, ...]]
) -> dict[str, Box]:
    widest = max(len(floor) for floor in floors) * (BOX_WIDTH + ACROSS)
    boxes: dict[str, Box] = {}
    y = float(EDGE)
    for floor in floors:
        x = (widest - len(floor) * (BOX_WIDTH + ACROSS)) / 2 + EDGE
        heights = [LINE_HEIGHT * len(lines[name]) + 16 for name in floor]
        for name, height in zip(floor, heights, strict=True):
            boxes[name] = Box(name, lines[name], x, y, BOX_WIDTH, height)
            x += BOX_WIDTH + ACROSS
        y += max(heights) + DOWN
    return boxes


def _wire(number: int, link: Link, boxes: Mapping[str, Box], links: Sequence[Link]) -> Wire | None:
    child, parent = boxes.get(link.child), boxes.get(link.parent)
    if child is None or parent is None:
        return None
    if child is parent:
        right, low, high = child.x + child.width, child.y + child.height - 12, child.y + 16
        return Wire(((right, low), (right + 9, low), (right + 9, high), (right + 5, high)), "left")
    siblings = [n for n, other in enumerate(links) if other.child == link.child]
    arrivals = [n for n, other in enumerate(links) if other.parent == link.parent]
    start = _along(child, siblings.index(number), len(siblings))
    end = _along(parent, arrivals.index(number), len(arrivals))
    below = parent.y + parent.height
    middle = child.y - DOWN / 2 + 4 * (number % 5 - 2)
    return Wire(((start, child.y), (start, middle), (end, middle), (end, below + 5)))


def _along(box: Box, number: int, count: int) -> float:
    return box.x + box.width * (number + 1) / (count + 1)
