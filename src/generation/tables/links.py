"""Foreign keys at work: the parent's row as a pure function of the child's, in several ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import gcd
from typing import Protocol

import numpy as np

from ..draws.arrays import Mask
from ..draws.cells import Rows, below, scaled, uniforms, words
from ..draws.keys import Key
from ..draws.permutations import Permutation
from .counts import Counts
from .kin import NOBODY, Link

PIECE = 1 << 16
"""Children looked at together, so that a parent of millions needs no more memory than these."""


@dataclass(frozen=True)
class Orphans:
    """Exactly `count` of `rows` rows have no parent, dealt by a permutation."""

    key: Key
    rows: int
    count: int

    @cached_property
    def _order(self) -> Permutation:
        return Permutation(self.key, self.rows)

    def among(self, rows: Rows) -> Mask:
        """True where a row has no parent."""
        if not self.count:
            return np.zeros(len(rows), np.bool_)
        return self._order.forward(rows) < self.count


@dataclass(frozen=True)
class ByChance:
    """Each of `parents` alike, for each row anew; no parent knows its children."""

    name: str
    key: Key
    size: int
    orphans: Orphans

    def parents(self, rows: Rows) -> Rows:
        if not self.size:
            return np.full(len(rows), NOBODY, np.int64)
        drawn = below(self.key, rows, self.size)
        drawn[self.orphans.among(rows)] = NOBODY
        return drawn


@dataclass(frozen=True)
class Earlier:
    """A parent among the earlier rows of the same table, each alike: so there is no cycle.

    Row 0 has none; the other orphans are dealt among the rows after it.
    """

    name: str
    key: Key
    orphans: Orphans

    def parents(self, rows: Rows) -> Rows:
        drawn = np.floor(uniforms(self.key, rows) * rows).astype(np.int64)
        drawn = np.minimum(drawn, rows - 1)
        later = np.flatnonzero(rows > 0)
        drawn[later[self.orphans.among(rows[later] - 1)]] = NOBODY
        return drawn


class Ranked(Link, Protocol):
    """A link whose parents know their children."""

    def ranks(self, rows: Rows) -> Rows:
        """Which of its parent's children a row is, from 0; `NOBODY` without a parent."""

    def counts_of(self, parents: Rows) -> Rows: ...

    def children(self, parents: Rows) -> Iterator[tuple[Rows, Rows]]:
        """Pieces of (child rows, whose they are among `parents`), the children in their order."""


@dataclass(frozen=True)
class Counted:
    """Parents with counts. Places of children beyond the counts' are those of orphans.

    `order` says which place a row has; None where the children lie parent by parent.
    """

    name: str
    counts: Counts
    order: Permutation | None

    def parents(self, rows: Rows) -> Rows:
        return self._owners(self._places(rows))

    def ranks(self, rows: Rows) -> Rows:
        places = self._places(rows)
        owners = self._owners(places)
        known = np.flatnonzero(owners != NOBODY)
        ranks = np.full(len(rows), NOBODY, np.int64)
        ranks[known] = places[known] - self.counts.start(owners[known])
        return ranks

    def counts_of(self, parents: Rows) -> Rows:
        return self.counts.of(parents)

    def children(self, parents: Rows) -> Iterator[tuple[Rows, Rows]]:
        counts, starts = self.counts.of(parents), self.counts.start(parents)
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        for first in range(0, total, PIECE):
            number = np.arange(first, min(first + PIECE, total), dtype=np.int64)
            owner = np.searchsorted(ends, number, side="right")
            places = starts[owner] + number - (ends - counts)[owner]
            yield (places if self.order is None else self.order.inverse(places)), owner

    def _places(self, rows: Rows) -> Rows:
        return rows if self.order is None else self.order.forward(rows)

    def _owners(self, places: Rows) -> Rows:
        known = places < self.counts.children
        if known.all():
            return self.counts.owner(places)
        owners = np.full(len(places), NOBODY, np.int64)
        owners[known] = self.counts.owner(places[known])
        return owners


@dataclass(frozen=True)
class Partner:
    """The other side of pairs that are distinct: a parent of `first` meets each of `size` at most
    once, its n-th child the n-th of an order of its own.

    The order is n·stride + offset modulo `size`, both drawn for the parent, the stride prime to
    `size`; where `same` table is on both sides, nobody is its own partner.
    """

    name: str
    first: Ranked
    key: Key
    size: int
    same: bool

    @property
    def _room(self) -> int:
        return self.size - 1 if self.same else self.size

    @cached_property
    def _strides(self) -> Rows:
        """Up to 512 numbers prime to the room, spread over it."""
        room = self._room
        tried = below(self.key, np.arange(4096, dtype=np.int64), room, 1).tolist()
        found = dict.fromkeys(stride for stride in tried if gcd(stride, room) == 1)
        return np.array([*found, 1][:512], np.int64)

    @cached_property
    def _mixed(self) -> Permutation:
        return Permutation(self.key, self.size)

    def parents(self, rows: Rows) -> Rows:
        owners, ranks = self.first.parents(rows), self.first.ranks(rows)
        stride = self._strides[below(self.key, owners, len(self._strides), 2)]
        offset = scaled(words(self.key, owners, 3), self._room)
        found = (_product(ranks, stride, self._room) + offset) % self._room
        if self.same:
            return (owners + 1 + found) % self.size
        # Mixed, so that the partners of one parent are no arithmetic series.
        return self._mixed.forward(found)


def _product(left: Rows, right: Rows, modulus: int) -> Rows:
    """left · right modulo `modulus`, in halves where the product would not fit."""
    if modulus <= 1 << 31:
        return left * right % modulus
    high, low = right >> 20, right & ((1 << 20) - 1)
    return ((left * high % modulus << 20) % modulus + left * low) % modulus


@dataclass(frozen=True)
class Through:
    """A key that follows from a longer one: the parent's parent."""

    name: str
    near: Link
    far: Link

    def parents(self, rows: Rows) -> Rows:
        between = self.near.parents(rows)
        found = np.full(len(rows), NOBODY, np.int64)
        known = np.flatnonzero(between != NOBODY)
        found[known] = self.far.parents(between[known])
        return found
