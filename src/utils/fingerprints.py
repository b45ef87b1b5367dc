"""Rows of a key as two independent 64-bit words, equal where the keys are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .columns import Mask, is_text, present
from .ordinals import ordinals

Words = npt.NDArray[np.uint64]
# Any odd numbers; the golden ratio's bits and the multipliers of splitmix64 (Steele et al. 2014).
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SEEDS = (0x5EED, 0xFACADE)


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """`upper` spreads evenly and decides; `lower` confirms. Both are arbitrary where a part of the
    key is null, which is where `present` is False.

    Two different keys of one column of numbers never agree; others agree in both words with a
    chance of 2^-128.
    """

    upper: Words
    lower: Words
    present: Mask


def fingerprints(columns: Sequence[pa.Array]) -> Fingerprints:
    """Of the rows of one or several columns of equal length."""
    upper, lower = _words(columns[0], 0), _words(columns[0], 1)
    there = present(columns[0])
    for column in columns[1:]:
        upper = _mixed(upper * _GOLDEN + _words(column, 0))
        lower = _mixed(lower * _SECOND + _words(column, 1))
        there = there & present(column)
    return Fingerprints(upper, lower, there)


def _words(column: pa.Array, lane: int) -> Words:
    if is_text(column.type):
        import polars as pl

        hashed: Words = pl.Series(pl.from_arrow(column)).hash(_SEEDS[lane]).to_numpy()
        return hashed
    bits = _bits(column)
    # Lane 0 must spread; a bijection of the value in either lane makes the pair exact.
    return _mixed(bits + _GOLDEN) if lane == 0 else _mixed(~bits)


def _bits(column: pa.Array) -> Words:
    if pa.types.is_boolean(column.type):
        flags: Words = column.fill_null(False).to_numpy(zero_copy_only=False).astype(np.uint64)
        return flags
    numbers = ordinals(column, instant=True)
    if numbers is None:
        return np.zeros(len(column), np.uint64)
    values = numbers.values + 0.0 if numbers.places is None else numbers.values  # -0.0 is 0.0
    bits: Words = np.ascontiguousarray(values).view(np.uint64)
    return bits


def _mixed(words: Words) -> Words:
    """The finaliser of splitmix64, a bijection."""
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    return words ^ (words >> np.uint64(31))
