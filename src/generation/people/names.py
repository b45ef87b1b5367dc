"""Which name each row's person has: drawn freely, or such that no address or name comes twice.

Names that must lead to distinct addresses are dealt, not drawn. A permutation gives each row a
place p; given names own consecutive places in their exact shares, so p says the given name and the
rank k within it; k, spread over the family names in their shares, says the family name and the
copy: how many rows before it share both. Copies are as few as the shares allow, each row knows its
own, and nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..draws.cells import Floats, Rows, below, uniforms, words
from ..draws.choices import Choice, Partition, shares
from ..draws.keys import Key
from ..draws.permutations import Permutation

SLOTS = 1 << 16
"""Family names share so many slots of equal weight, at the least one each."""
WHOLE = 1 << 50
"""So much do the weights of both sides sum up to, each."""
FINE = 1 << 14
"""How finely the ranks of each given name are shifted against the slots."""


@dataclass(frozen=True, slots=True)
class Who:
    """Per row: indexes into the given and family names.

    `copy` counts the rows before it with the same address, `label` tells given names apart as far
    as their addresses do, `place` is a number of the row's own; None where names are drawn freely.
    """

    given: Rows
    family: Rows
    copy: Rows | None = None
    label: Rows | None = None
    place: Rows | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """Names under the label that they become in an address; equal labels lie side by side."""

    members: Rows
    weights: Floats
    starts: Rows

    @property
    def group_weights(self) -> list[float]:
        return [float(weight) for weight in np.add.reduceat(self.weights, self.starts)]

    def share_of(self, marked: Floats) -> list[float]:
        """Which share of each group's weight lies on names marked 1."""
        found = np.add.reduceat(self.weights * marked[self.members], self.starts)
        return [float(share) for share in found / np.add.reduceat(self.weights, self.starts)]

    def member(self, key: Key, rows: Rows, groups: Rows) -> Rows:
        """One name of each row's group, by weight."""
        found: Rows = self.starts[groups]
        crowded = np.flatnonzero(self._sizes[groups] > 1)
        if crowded.size:
            found[crowded] = self._drawn(key, rows[crowded], groups[crowded])
        return self.members.take(found)

    @property
    def _sizes(self) -> Rows:
        return np.diff(self.starts, append=len(self.members))

    def _drawn(self, key: Key, rows: Rows, groups: Rows) -> Rows:
        reach = np.cumsum(self.weights)
        first, last = self.starts[groups], (self.starts + self._sizes - 1)[groups]
        low = (reach - self.weights)[first]
        drawn = low + uniforms(key, rows) * (reach[last] - low)
        found: Rows = np.clip(np.searchsorted(reach, drawn, side="right"), first, last)
        return found


def labelled(labels: Sequence[str], weights: Sequence[float], *, once: bool) -> Labelled:
    """Names sorted by label; with `once` only the most frequent name of each label is kept."""
    order = sorted(range(len(labels)), key=lambda i: (labels[i], -weights[i], i))
    if once:
        order = [i for n, i in enumerate(order) if not n or labels[order[n - 1]] != labels[i]]
    starts = [n for n, i in enumerate(order) if not n or labels[order[n - 1]] != labels[i]]
    found = np.array([weights[i] for i in order], np.float64)
    return Labelled(np.array(order, np.int64), found, np.array(starts, np.int64))


@dataclass(frozen=True, slots=True)
class Drawn:
    """Both names by weight, each row for itself."""

    given_key: Key
    family_key: Key
    given: Choice
    family: Choice

    def who(self, rows: Rows) -> Who:
        given = self.given.draw(self.given_key, rows).astype(np.int64)
        return Who(given, self.family.draw(self.family_key, rows).astype(np.int64))


@dataclass(frozen=True, slots=True)
class Dealt:
    """Both names in exact shares. `places` belong to given labels; `owners` is the family label of
    each slot, `first` the first slot of each family label.
    """

    key: Key
    permutation: Permutation
    given: Labelled
    family: Labelled
    places: Partition
    owners: Rows
    first: Rows

    def who(self, rows: Rows) -> Who:
        place = self.permutation.forward(rows)
        group = self.places.owner(place)
        rank, count = place - self.places.starts[group], self.places.counts[group]
        family, copy = self._family(group, rank, count)
        return Who(
            self.given.member(_turned(self.key, 1), rows, group),
            self.family.member(_turned(self.key, 2), rows, family),
            copy,
            group,
            place,
        )

    def _family(self, group: Rows, rank: Rows, count: Rows) -> tuple[Rows, Rows]:
        """Rank k of n lies at (k + shift)/n of the slots; whole numbers throughout, so that the
        first rank of each family name is known exactly."""
        slots = len(self.owners)
        shift = below(self.key, group, FINE)
        slot = (rank * FINE + shift) * slots // (count * FINE)
        family = self.owners[slot]
        earliest = -(-(self.first[family] * count * FINE) // slots) - shift
        return family, rank - np.maximum(-(-earliest // FINE), 0)


def _turned(key: Key, turn: int) -> Key:
    """Further streams of one key."""
    first, second = words(key, np.array([-turn, -turn - 1000], np.int64))
    return Key(int(first), int(second))


def deal(
    key: Key,
    rows: int,
    given: Labelled,
    family: Labelled,
    *,
    spread: bool,
    sides: Sequence[float] = (),
) -> Dealt:
    """`spread` flattens the shares until no pair comes twice, as far as there are pairs enough.

    `sides` says of each given label how far it belongs to one of two sides, 0 to 1; both sides get
    half of the rows.
    """
    sides = sides or [0.0] * len(given.starts)
    given_counts = sampled(key, evened(given.group_weights, sides), sides, rows)
    most = rows
    if spread and len(family.starts) * len(given.starts) >= rows:
        given_counts = capped(given_counts, len(family.starts))
        most = max(*given_counts, 1)
    owners = _slots(family.group_weights, most if spread else 0)
    first = np.searchsorted(owners, np.arange(len(family.starts)))
    places = Partition(np.array(given_counts, np.int64))
    return Dealt(key, Permutation(key, rows), given, family, places, owners, first)


def evened(weights: Sequence[float], sides: Sequence[float]) -> list[int]:
    """Whole weights of which both sides have the same sum."""
    ones = sum(weight * side for weight, side in zip(weights, sides, strict=True))
    zeros = sum(weights) - ones
    if not ones or not zeros:
        return [max(round(weight), 1) for weight in weights]
    scaled = (
        weight * (side / ones + (1 - side) / zeros)
        for weight, side in zip(weights, sides, strict=True)
    )
    return [max(round(share * WHOLE), 1) for share in scaled]


def sampled(key: Key, weights: Sequence[int], sides: Sequence[float], rows: int) -> list[int]:
    """Counts within one of each share, `rows` together; by chance which of the rare get one.

    Systematic sampling: with every step of total/rows along the weights a row is dealt. Sides lie
    apart, so that each gets its own share even where there are more labels than rows.
    """
    turns = words(_turned(key, 3), np.arange(len(weights) + 1, dtype=np.int64)).tolist()
    order = sorted(range(len(weights)), key=lambda i: (sides[i], turns[i]))
    counts, total = [0] * len(weights), sum(weights)
    begun = turns[-1] % total
    for i in order:
        ended = begun + weights[i] * rows
        counts[i] = ended // total - begun // total
        begun = ended
    return counts


def _slots(weights: Sequence[float], most: int) -> Rows:
    """The owner of each slot: one at the least each, and where `most` ranks are spread over them
    never so many that one owner meets two ranks."""
    count = len(weights)
    each = max(SLOTS // count, 1)
    slots = count * each
    counts = [share + 1 for share in shares(weights, slots - count)]
    if most and most <= count:
        counts = capped(counts, max(slots // most, each))
    return np.repeat(np.arange(count), counts)


def capped(counts: Sequence[int], most: int) -> list[int]:
    """No count above `most`, the sum kept: what is cut off goes to the others, largest first."""
    found = [min(count, most) for count in counts]
    missing = sum(counts) - sum(found)
    while missing:
        open_ = [i for i, count in enumerate(found) if count < most]
        given = shares([max(counts[i], 1) for i in open_], missing)
        for i, more in zip(open_, given, strict=True):
            found[i] = min(found[i] + more, most)
        missing = sum(counts) - sum(found)
    return found
