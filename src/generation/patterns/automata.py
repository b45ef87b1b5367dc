"""The texts of an expression as a deterministic automaton, counted by length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from .regex import FIRST, LAST, Chain, Either, Letters, Repeat, Tree, Unreadable

MOST_STATES = 5_000
MOST_NODES = 20_000
MOST_CELLS = 500_000
"""States times lengths that are counted."""
MOST_WORK = 3_000_000
"""Nodes that the subset construction may look at: about a second."""
COUNTED = 1 << 120
"""Counts stop here: no table has so many rows, and numbers stay small."""
TAIL = 16
"""How much longer than its shortest text an endless language is followed at first."""
FINITE_TAIL = 32
"""The same for a language with a longest text."""


@dataclass(slots=True)
class _Net:
    """Thompson's construction: per node its free moves and its moves by a character."""

    free: list[list[int]] = field(default_factory=list)
    moves: list[tuple[int, int] | None] = field(default_factory=list)

    def node(self) -> int:
        if len(self.free) >= MOST_NODES:
            raise Unreadable("it is too large")
        self.free.append([])
        self.moves.append(None)
        return len(self.free) - 1

    def add(self, tree: Tree, start: int) -> int:
        """Appends a tree after `start`; returns where it ends."""
        if isinstance(tree, Letters):
            end = self.node()
            self.moves[start] = (tree.mask, end)
            after = self.node()
            self.free[end].append(after)
            return after
        if isinstance(tree, Chain):
            for part in tree.parts:
                start = self.add(part, start)
            return start
        if isinstance(tree, Either):
            return self._either(tree, start)
        return self._repeat(tree, start)

    def _branch(self, start: int) -> int:
        begin = self.node()
        self.free[start].append(begin)
        return begin

    def _either(self, tree: Either, start: int) -> int:
        end = self.node()
        for part in tree.parts:
            self.free[self.add(part, self._branch(start))].append(end)
        return end

    def _repeat(self, tree: Repeat, start: int) -> int:
        for _ in range(tree.fewest):
            start = self.add(tree.part, self._branch(start))
        end = self.node()
        if tree.most is None:
            loop = self._branch(start)
            self.free[self.add(tree.part, self._branch(loop))].append(loop)
            self.free[loop].append(end)
            return end
        for _ in range(tree.most - tree.fewest):
            self.free[start].append(end)
            start = self.add(tree.part, self._branch(start))
        self.free[start].append(end)
        return end

    def closure(self, nodes: Iterable[int]) -> frozenset[int]:
        found, open_ = set(nodes), list(nodes)
        while open_:
            for node in self.free[open_.pop()]:
                if node not in found:
                    found.add(node)
                    open_.append(node)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Automaton:
    """`edges[state]`: pairs of (character code, next state) by code. State 0 begins."""

    edges: tuple[tuple[tuple[int, int], ...], ...]
    accepting: frozenset[int]


def automaton(tree: Tree) -> Automaton:
    """The subset construction.

    Raises:
        Unreadable: it would have too many states.
    """
    net = _Net()
    start = net.node()
    end = net.add(tree, start)
    first = net.closure([start])
    numbers, edges = {first: 0}, []
    queue = [first]
    closures: dict[tuple[int, ...], frozenset[int]] = {}
    work = 0
    for nodes in queue:
        out = []
        for codes, targets in _steps(net, nodes):
            work += len(targets)
            if targets not in closures:
                closures[targets] = net.closure(targets)
                work += len(closures[targets])
            following = closures[targets]
            if following not in numbers:
                numbers[following] = len(numbers)
                queue.append(following)
            out += [(code, numbers[following]) for code in codes]
        edges.append(tuple(sorted(out)))
        if len(queue) > MOST_STATES or work > MOST_WORK:
            raise Unreadable("it has too many states")
    return Automaton(tuple(edges), frozenset(n for nodes, n in numbers.items() if end in nodes))


def _steps(net: _Net, nodes: frozenset[int]) -> Iterator[tuple[list[int], tuple[int, ...]]]:
    """Characters that lead to the same nodes, together; in the order of their first character."""
    targets: dict[int, list[int]] = {}
    for node in sorted(nodes):
        if (move := net.moves[node]) is not None:
            targets.setdefault(move[0], []).append(move[1])
    alike: dict[tuple[int, ...], list[int]] = {}
    for bit in range(LAST - FIRST + 1):
        if masks := tuple(mask for mask in targets if mask >> bit & 1):
            alike.setdefault(masks, []).append(FIRST + bit)
    for masks, codes in alike.items():
        yield codes, tuple(target for mask in masks for target in targets[mask])


@dataclass(frozen=True)
class Language:
    """The texts of an automaton whose length lies in [shortest, longest]."""

    machine: Automaton
    shortest: int
    longest: int

    @cached_property
    def counts(self) -> list[list[int]]:
        """`counts[n][state]`: how many texts of exactly n characters lead from there to the end."""
        states = range(len(self.machine.edges))
        targets = [
            tuple(Counter(target for _, target in edges).items()) for edges in self.machine.edges
        ]
        found = [[int(state in self.machine.accepting) for state in states]]
        for _ in range(self.longest):
            shorter = found[-1]
            found.append(
                [min(sum([shorter[t] * many for t, many in targets[s]]), COUNTED) for s in states]
            )
        return found

    @cached_property
    def sizes(self) -> dict[int, int]:
        """How many texts there are of each length that has any."""
        counted = ((n, self.counts[n][0]) for n in range(self.shortest, self.longest + 1))
        return {length: count for length, count in counted if count}

    @property
    def size(self) -> int:
        return sum(self.sizes.values())


def language(
    machine: Automaton, shortest: int | None, longest: int | None, room: int = 1
) -> Language:
    """Within the lengths asked for, and not much longer than the shortest text unless `room` texts
    need it.

    Raises:
        Unreadable: there are too many lengths and states to count.
    """
    least, reach = max(shortest or 0, _distance(machine)), _longest(machine)
    most = longest if longest is not None else reach
    tail = TAIL if reach is None and longest is None else FINITE_TAIL
    while True:
        end = least + tail if most is None else min(most, least + tail)
        if end * len(machine.edges) > MOST_CELLS:
            raise Unreadable("its texts are too long")
        found = Language(machine, least, end)
        if found.size >= room or end == most:
            return found
        tail *= 2


def _distance(machine: Automaton) -> int:
    """The length of the shortest text; a large number where there is none."""
    layer, seen = {0}, {0}
    for length in range(len(machine.edges) + 1):
        if layer & machine.accepting:
            return length
        layer = {target for state in layer for _, target in machine.edges[state]} - seen
        seen |= layer
    return MOST_CELLS


def _longest(machine: Automaton) -> int | None:
    """The length of the longest text, None where there is none longest."""
    useful = _leading_on(machine)
    layer, length = {0} & useful, 0
    for step in range(1, len(machine.edges) + 1):
        layer = {t for state in layer for _, t in machine.edges[state]} & useful
        if not layer:
            return length
        length = step
    return None


def _leading_on(machine: Automaton) -> set[int]:
    """States from which an end can be reached."""
    before: list[set[int]] = [set() for _ in machine.edges]
    for state, edges in enumerate(machine.edges):
        for _, target in edges:
            before[target].add(state)
    found, open_ = set(machine.accepting), list(machine.accepting)
    while open_:
        for state in before[open_.pop()] - found:
            found.add(state)
            open_.append(state)
    return found
