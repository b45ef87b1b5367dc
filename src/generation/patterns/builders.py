"""Builders of text that matches a pattern in full: the n-th text of a language, for any n.

All lengths are alike. Within a length every text is, found from its rank: at each character the
counts of what can follow say which one the rank falls into. Where there are more texts than a word
can number, characters are drawn freely as long as what is left still holds all rows, and the rank
is kept for later; so unique texts of any language need 64 bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ...utils.patterns import fault_of
from ..briefs import Brief
from ..draws import arrays
from ..draws.blocks import Block, Maker
from ..draws.cells import Rows, scaled, words
from ..draws.choices import Choice, Partition, weighted
from ..draws.keys import Key
from ..draws.permutations import Permutation
from ..makers.domains import LARGEST
from ..refusals import Refused
from .automata import Language, automaton, language
from .regex import Unreadable, parse

SHOWN = 60
TOO_OFTEN = ("invalid repetition size", "pattern too large")
"""How RE2 says it."""


@dataclass(frozen=True)
class Speller:
    """Texts of one length, of which `wanted` rows each need their own (1: none does)."""

    language: Language
    length: int
    wanted: int
    key: Key

    def spell(self, rows: Rows, ranks: Rows) -> arrays.Bytes:
        """(rows, length) ASCII codes; different ranks below `wanted` spell different texts."""
        text = np.empty((len(rows), self.length), np.uint8)
        left = self._entered(rows, ranks, 0, self.length)
        groups = {0: np.arange(len(rows))}
        for place in range(self.length):
            rest = self.length - place
            merged: dict[int, list[npt.NDArray[np.int64]]] = {}
            for state, members in groups.items():
                for target, moved in self._step(state, rest, rows, left, text, members):
                    merged.setdefault(target, []).append(moved)
            groups = {s: m[0] if len(m) == 1 else np.concatenate(m) for s, m in merged.items()}
        return text

    def _entered(self, rows: Rows, ranks: Rows, state: int, rest: int) -> Rows:
        """What a row carries on from a state: its place among the texts, or its rank as it was."""
        count = self.language.counts[rest][state]
        if count > LARGEST:
            return ranks.copy()
        width = count // self.wanted
        return ranks * width + scaled(words(self.key, rows), width)

    def _step(
        self,
        state: int,
        rest: int,
        rows: Rows,
        left: Rows,
        text: arrays.Bytes,
        members: npt.NDArray[np.int64],
    ) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
        """Writes one character for the rows in a state; yields where which of them go."""
        node = self._node(state, rest)
        if node.free:
            picks = node.choice.draw(_placed(self.key, rest), rows[members]).astype(np.int64)
        else:
            picks, left[members] = node.place(left[members])
        text[members, self.length - rest] = node.codes[picks]
        for target in dict.fromkeys(node.targets.tolist()):
            moved = members if node.single else members[node.targets[picks] == target]
            if node.free and len(moved):
                left[moved] = self._entered(rows[moved], left[moved], target, rest - 1)
            if len(moved):
                yield target, moved

    @lru_cache(maxsize=4096)  # noqa: B019 (a speller lives as long as its recipe)
    def _node(self, state: int, rest: int) -> _Node:
        shorter = self.language.counts[rest - 1]
        edges = [edge for edge in self.language.machine.edges[state] if shorter[edge[1]]]
        free = self.language.counts[rest][state] > LARGEST
        if free:
            edges = [edge for edge in edges if shorter[edge[1]] >= self.wanted]
        return _Node(
            np.array([code for code, _ in edges], np.uint8),
            np.array([target for _, target in edges], np.int64),
            tuple(shorter[target] for _, target in edges),
            free,
        )


@dataclass(frozen=True)
class _Node:
    """The characters that can follow, where each leads, and how many texts go on from there."""

    codes: npt.NDArray[np.uint8]
    targets: Rows
    counts: tuple[int, ...]
    free: bool

    @cached_property
    def sizes(self) -> Rows:
        return np.array(self.counts, np.int64)

    @cached_property
    def ends(self) -> Rows:
        return np.cumsum(self.sizes)

    def place(self, ranks: Rows) -> tuple[Rows, Rows]:
        """Which character each rank falls into, and the rank within what follows it."""
        if min(self.counts) == max(self.counts):  # the common case, and four times as quick
            return np.divmod(ranks, self.counts[0])
        picks = np.searchsorted(self.ends, ranks, side="right")
        return picks, ranks - (self.ends - self.sizes)[picks]

    @cached_property
    def choice(self) -> Choice:
        # Divided as whole numbers: the counts may be larger than any float.
        most = max(self.counts)
        return weighted([count * 2**40 // most / 2**40 for count in self.counts])

    @property
    def single(self) -> bool:
        return bool((self.targets == self.targets[0]).all())


def _placed(key: Key, rest: int) -> Key:
    """A stream of its own for each place in the text."""
    place, veil = words(key, np.array([-2 * rest, -2 * rest - 1], np.int64)).tolist()
    return Key(place, veil)


def pattern(brief: Brief) -> Maker:
    """Texts that match the generator's pattern, or the constraint's."""
    at, given = "constraints.pattern", brief.constraints.pattern
    if brief.generator is not None:
        at, given = "generator.pattern", brief.generator.pattern
    found = _language(given or "", brief, at)
    brief.require_room(found.size, at=at)
    return _speller(found, brief) if found.sizes else _refuse_empty(at)


def _refuse_empty(at: str) -> Maker:
    hint = "change the pattern, or minLength and maxLength"
    raise Refused(at, "no_such_text", "no text matches it within the lengths allowed", hint)


def _language(given: str, brief: Brief, at: str) -> Language:
    if (fault := fault_of(given)) is not None:
        raise _unread(given, fault, at)
    limits = brief.constraints.min_length, brief.constraints.max_length
    try:
        return language(automaton(parse(given)), *limits, brief.rows if brief.unique else 1)
    except Unreadable as exc:
        hint = "use classes, groups, alternatives and counts over printable ASCII"
        message = f"nothing can be made from {given[:SHOWN]!r}: {exc}"
        raise Refused(at, "pattern_not_built", message, hint) from None


def _unread(given: str, fault: str, at: str) -> Refused:
    shown = repr(given[:SHOWN])
    if fault.startswith(TOO_OFTEN):
        hint = "repeat at most 1,000 times, nested repeats multiplied, the lower number first"
        return Refused(at, "pattern_too_large", f"{shown} repeats too often: {fault}", hint)
    hint = "RE2 has no look-around and no back-references"
    return Refused(at, "bad_pattern", f"{shown} is not an RE2 expression: {fault}", hint)


def _speller(found: Language, brief: Brief) -> Maker:
    lengths = np.array(list(found.sizes), np.int64)
    counts = _rows_per_length(list(found.sizes.values()), brief)
    key = brief.key("value")
    spellers = [
        Speller(found, int(length), max(wanted, 1) if brief.unique else 1, key)
        for length, wanted in zip(lengths, counts, strict=True)
    ]
    partition = Partition(np.array(counts, np.int64))
    order = Permutation(brief.key("order"), brief.rows)

    def cells(block: Block) -> pa.Array:
        places = order.forward(block.rows)
        which = partition.owner(places)
        ranks = places - partition.starts[which] if brief.unique else 0 * places
        if len(spellers) == 1:
            return arrays.fixed_width(spellers[0].spell(block.rows, ranks))
        text = np.zeros((len(which), int(lengths.max())), np.uint8)
        for number, speller in enumerate(spellers):
            here = np.flatnonzero(which == number)
            text[here, : speller.length] = speller.spell(block.rows[here], ranks[here])
        return arrays.varying_width(text, lengths[which])

    return cells


def _rows_per_length(sizes: list[int], brief: Brief) -> list[int]:
    """As many rows for every length; where texts must differ, no more than there are texts."""
    left, counts = brief.rows, [0] * len(sizes)
    for rank, number in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        share = left // (len(sizes) - rank)
        counts[number] = min(share, sizes[number]) if brief.unique else share
        left -= counts[number]
    return counts
