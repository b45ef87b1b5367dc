"""How many children each parent has, and whose the n-th child is.

All children have places 0 … C − 1, those of one parent side by side. What is dealt from a quota
needs no state but the totals of small blocks of parents; what is not is held for each parent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from ..draws.arrays import Mask
from ..draws.cells import Rows, words
from ..draws.choices import Partition
from ..draws.keys import Key
from ..draws.permutations import Permutation

BLOCK = 128
"""Parents whose counts are dealt together: one look-up anywhere makes so many."""
HANDS = 4096
"""Blocks looked at together, so that look-ups all over the table need no more memory than these."""


class Counts(Protocol):
    @property
    def children(self) -> int:
        """All of them."""

    @property
    def fewest(self) -> int:
        """That any parent has."""

    def of(self, parents: Rows) -> Rows: ...

    def start(self, parents: Rows) -> Rows:
        """The place of a parent's first child."""

    def owner(self, places: Rows) -> Rows: ...


@dataclass(frozen=True)
class Dealt:
    """`quotas[i]` of the parents have `values[i]` children, exactly.

    Line all parents up by their number of children and deal them out like cards: block b gets every
    B-th from the b-th on, in an order of its own. So each block has very nearly the same counts,
    all blocks together have exactly the quotas, and how many children the first b blocks have
    is a sum over the quotas. O(128) a parent, O(parents / 128) held.
    """

    key: Key
    values: Rows
    quotas: Rows

    @property
    def children(self) -> int:
        return int(self.values @ self.quotas)

    @property
    def fewest(self) -> int:
        return int(self.values[self.quotas > 0].min(initial=np.iinfo(np.int64).max))

    @cached_property
    def _parents(self) -> int:
        return int(self.quotas.sum())

    @cached_property
    def _ends(self) -> Rows:
        return np.cumsum(self.quotas)

    @cached_property
    def _blocks(self) -> int:
        return max(-(-self._parents // BLOCK), 1)

    @cached_property
    def _first_parents(self) -> Rows:
        """Of each block, and one past the last: the first few blocks have one parent more."""
        size, longer = divmod(self._parents, self._blocks)
        block = np.arange(self._blocks + 1, dtype=np.int64)
        return block * size + np.minimum(block, longer)

    @cached_property
    def _first_places(self) -> Rows:
        """Of each block, and one past the last."""
        block = np.arange(self._blocks + 1, dtype=np.int64)
        total = np.zeros(len(block), np.int64)
        below = np.zeros(len(block), np.int64)
        for value, end in zip(self.values.tolist(), self._ends.tolist(), strict=True):
            whole, rest = divmod(end, self._blocks)
            reached = block * whole + np.minimum(block, rest)
            total += value * (reached - below)
            below = reached
        return total

    def of(self, parents: Rows) -> Rows:
        block = np.searchsorted(self._first_parents, parents, side="right") - 1

        def look(dealt: _Hands, here: Mask) -> Rows:
            return dealt.counts[np.searchsorted(dealt.parents, parents[here])]

        return self._looked_up(block, look)

    def start(self, parents: Rows) -> Rows:
        block = np.searchsorted(self._first_parents, parents, side="right") - 1

        def look(dealt: _Hands, here: Mask) -> Rows:
            return dealt.starts[np.searchsorted(dealt.parents, parents[here])]

        return self._looked_up(block, look)

    def owner(self, places: Rows) -> Rows:
        block = np.searchsorted(self._first_places, places, side="right") - 1

        def look(dealt: _Hands, here: Mask) -> Rows:
            ends = dealt.starts + dealt.counts
            return dealt.parents[np.searchsorted(ends, places[here], side="right")]

        return self._looked_up(block, look)

    def _looked_up(self, block: Rows, look: Callable[[_Hands, Mask], Rows]) -> Rows:
        """`block`: where each answer is found."""
        found = np.empty(len(block), np.int64)
        wanted = np.unique(block)
        for first in range(0, len(wanted), HANDS):
            blocks = wanted[first : first + HANDS]
            here = (block >= blocks[0]) & (block <= blocks[-1])
            found[here] = look(self._hands(blocks), here)
        return found

    def _hands(self, blocks: Rows) -> _Hands:
        """Everything about the parents of some blocks, ascending."""
        first = self._first_parents[blocks]
        sizes = self._first_parents[blocks + 1] - first
        place = np.arange(BLOCK, dtype=np.int64)
        drawn = words(self.key, (blocks[:, None] * BLOCK + place).ravel()).reshape(-1, BLOCK)
        present = place < sizes[:, None]
        drawn[~present] = np.iinfo(np.uint64).max
        order = np.argsort(drawn, axis=1, kind="stable")
        ranks = blocks[:, None] + order * self._blocks
        counts = np.zeros(ranks.shape, np.int64)
        last = len(self.values) - 1
        found = np.minimum(np.searchsorted(self._ends, ranks, side="right"), last)
        np.copyto(counts, self.values[found], where=present)
        starts = self._first_places[blocks][:, None] + np.cumsum(counts, axis=1) - counts
        parents = first[:, None] + place
        return _Hands(parents[present], counts[present], starts[present])


@dataclass(frozen=True, slots=True)
class _Hands:
    parents: Rows
    counts: Rows
    starts: Rows


@dataclass(frozen=True)
class Held:
    """A count held for each parent: O(parents)."""

    partition: Partition
    fewest: int

    @property
    def children(self) -> int:
        return int(self.partition.ends[-1]) if len(self.partition.counts) else 0

    def of(self, parents: Rows) -> Rows:
        return self.partition.counts[parents]

    def start(self, parents: Rows) -> Rows:
        return self.partition.starts[parents]

    def owner(self, places: Rows) -> Rows:
        return self.partition.owner(places)


@dataclass(frozen=True)
class AtMostOne:
    """`children` of the parents have one child, the others none: the first of a permutation."""

    order: Permutation
    children: int

    @property
    def fewest(self) -> int:
        return int(self.children == self.order.size)

    def of(self, parents: Rows) -> Rows:
        return (self.order.inverse(parents) < self.children).astype(np.int64)

    def start(self, parents: Rows) -> Rows:
        return self.order.inverse(parents)

    def owner(self, places: Rows) -> Rows:
        return self.order.forward(places)


@dataclass(frozen=True)
class Alike:
    """`value` children for each of `parents`; 0 < value."""

    value: int
    parents: int

    @property
    def children(self) -> int:
        return self.value * self.parents

    @property
    def fewest(self) -> int:
        return self.value

    def of(self, parents: Rows) -> Rows:
        return np.full(len(parents), self.value, np.int64)

    def start(self, parents: Rows) -> Rows:
        return parents * self.value

    def owner(self, places: Rows) -> Rows:
        return places // self.value


def held(counts: Rows, fewest: int | None = None) -> Held:
    """`fewest`: where another seed could give a parent less than this one does."""
    least = int(counts.min(initial=np.iinfo(np.int64).max)) if fewest is None else fewest
    return Held(Partition(counts), least)
