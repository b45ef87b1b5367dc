"""Keyed permutations of 0 … N − 1 with random access, and their inverses.

Above a table's size: a Feistel network over ℤa × ℤb with a·b just above N, walking the cycle until
the image is below N (Black & Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002).
Because a·b exceeds N by less than 2√N, hardly a row walks further than one step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import isqrt

import numpy as np

from .cells import Rows, Words, scaled, words
from .keys import Key

TABLED = 1 << 14
"""Up to here the permutation is the order of N random words: exact, and quicker than a network."""
ROUNDS = 6
CACHED = 1 << 14
"""Numbers enciphered at once: what their rounds work on stays in the processor's cache."""

_HALF = np.uint64(32)
_MIX = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True)
class Permutation:
    """π over 0 … size − 1, 0 ≤ size ≤ 2⁶²; `forward` and `inverse` take arrays of such numbers."""

    key: Key
    size: int

    def forward(self, numbers: Rows) -> Rows:
        if self.size <= TABLED:
            return self._table[numbers]
        return self._walk(numbers, self._encipher)

    def inverse(self, numbers: Rows) -> Rows:
        if self.size <= TABLED:
            return self._inverse_table[numbers]
        return self._walk(numbers, self._decipher)

    @cached_property
    def _table(self) -> Rows:
        drawn = words(self.key, np.arange(self.size, dtype=np.int64))
        return np.argsort(drawn, kind="stable").astype(np.int64)

    @cached_property
    def _inverse_table(self) -> Rows:
        inverse = np.empty(self.size, np.int64)
        inverse[self._table] = np.arange(self.size, dtype=np.int64)
        return inverse

    @cached_property
    def _sides(self) -> tuple[int, int]:
        left = isqrt(self.size - 1) + 1
        return left, -(-self.size // left)

    @cached_property
    def _round_keys(self) -> tuple[np.uint64, ...]:
        drawn = words(Key(self.key.veil, self.key.place), np.arange(ROUNDS, dtype=np.int64))
        return tuple(drawn)

    def _walk(self, numbers: Rows, step: Callable[[Words], Words]) -> Rows:
        found = numbers.astype(np.uint64)
        for start in range(0, len(found), CACHED):
            some = slice(start, start + CACHED)
            found[some] = step(found[some])
        limit = np.uint64(self.size)
        outside = np.flatnonzero(found >= limit)
        while outside.size:
            found[outside] = step(found[outside])
            outside = outside[found[outside] >= limit]
        return found.view(np.int64)

    def _encipher(self, numbers: Words) -> Words:
        left_size, right_size = self._sides
        left, right = np.divmod(numbers, np.uint64(right_size))
        for number, round_key in enumerate(self._round_keys):
            if number % 2:
                _add(right, _drawn(left, round_key, right_size), right_size)
            else:
                _add(left, _drawn(right, round_key, left_size), left_size)
        left *= np.uint64(right_size)
        left += right
        return left

    def _decipher(self, numbers: Words) -> Words:
        left_size, right_size = self._sides
        left, right = np.divmod(numbers, np.uint64(right_size))
        for number in reversed(range(ROUNDS)):
            round_key = self._round_keys[number]
            if number % 2:
                _subtract(right, _drawn(left, round_key, right_size), right_size)
            else:
                _subtract(left, _drawn(right, round_key, left_size), left_size)
        left *= np.uint64(right_size)
        left += right
        return left


def _drawn(half: Words, round_key: np.uint64, size: int) -> Words:
    """The round function: a keyed hash of one half, below `size` of the other."""
    z = half ^ round_key
    z *= _MIX
    z ^= z >> _HALF
    z *= _MIX
    return scaled(z, size).view(np.uint64)


def _add(half: Words, drawn: Words, size: int) -> None:
    half += drawn
    half -= (half >= np.uint64(size)) * np.uint64(size)


def _subtract(half: Words, drawn: Words, size: int) -> None:
    half += np.uint64(size) - drawn
    half -= (half >= np.uint64(size)) * np.uint64(size)


@dataclass(frozen=True)
class DistinctIndexes:
    """For each of `rows` row numbers another index below `size` ≥ rows, spread over all of it."""

    key: Key
    rows: int
    size: int

    @cached_property
    def _permutation(self) -> Permutation:
        return Permutation(self.key, self.rows)

    def __call__(self, rows: Rows) -> Rows:
        width = self.size // max(self.rows, 1)
        order = self._permutation.forward(rows)
        if width <= 1:
            return order
        return order * width + scaled(words(self.key, rows, 1), width)
