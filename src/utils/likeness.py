"""Whether a text nearly repeats one that was seen before.

MinHash (Broder 1997) over pairs of neighbouring words, with locality-sensitive hashing by bands:
the share of equal minima estimates the Jaccard likeness of two texts' pairs.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"\w+")
_APART = "".join(chr(n) if _WORD.match(chr(n)) else " " for n in range(128))
"""For ASCII, where it takes a tenth of the time."""
HASHES, BANDS = 32, 8
KEPT = 20_000
"""Texts that are remembered; about 2 kB each."""
# Multiply-shift (Dietzfelbinger 1997): odd factors, for a pair of words modulo 2⁶⁴ and of that the
# upper half, then modulo 2³² under each hash function.
_FIRST, _SECOND = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)
_DRAWN = np.random.Generator(np.random.PCG64(1)).integers(0, 1 << 32, (2, HASHES), np.uint32)
_FACTORS, _SHIFTS = _DRAWN[0] | np.uint32(1), _DRAWN[1]
_PARTS = Struct(f"{4 * HASHES // BANDS}s" * BANDS)
"""The bands of a signature."""


class Saying(NamedTuple):
    """What a text says: case, spaces and punctuation aside."""

    code: int
    signature: bytes


class Seen:
    """The last `kept` texts."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._codes: set[int] = set()
        self._bands: tuple[dict[bytes, bytes], ...] = tuple({} for _ in range(BANDS))
        self._order: deque[Saying] = deque()

    def resembles(self, said: Saying, threshold: float) -> bool:
        """Whether at least `threshold` of the word pairs are those of an earlier text."""
        if said.code in self._codes:
            return True
        met = set(map(dict.get, self._bands, _PARTS.unpack(said.signature)))
        return any(_likeness(said.signature, other) >= threshold for other in met if other)

    def add(self, said: Saying) -> None:
        self._codes.add(said.code)
        self._order.append(said)
        for band, part in zip(self._bands, _PARTS.unpack(said.signature), strict=True):
            band[part] = said.signature
        if len(self._order) > self._kept:
            self._forget(self._order.popleft())

    def _forget(self, said: Saying) -> None:
        self._codes.discard(said.code)
        for band, part in zip(self._bands, _PARTS.unpack(said.signature), strict=True):
            if band.get(part) == said.signature:
                del band[part]


def saying(text: str) -> Saying:
    return sayings([text])[0]


def sayings(texts: Sequence[str]) -> list[Saying]:
    """All at once, which costs a third."""
    if not texts:
        return []
    spoken = [_words(text.casefold()) for text in texts]
    data = _least(spoken).tobytes()
    return [
        Saying(hash(tuple(words)), data[n * _PARTS.size : (n + 1) * _PARTS.size])
        for n, words in enumerate(spoken)
    ]


def _words(text: str) -> list[str]:
    return text.translate(_APART).split() if text.isascii() else _WORD.findall(text)


@lru_cache(maxsize=8192)
def _code(word: str) -> int:
    return crc32(word.encode("utf-8", "replace"))


def _least(spoken: list[list[str]]) -> npt.NDArray[np.uint32]:
    """Of each text's pairs of words, the least hash under each of `HASHES` hash functions."""
    codes: list[int] = []
    borders: list[int] = []
    for words in spoken:
        borders.append(len(codes))
        codes += map(_code, words)
        codes += [0] * (2 - len(words))  # a word alone is a pair with nothing
        borders.append(len(codes) - 1)  # here a pair of two texts' words begins: left out below
    each = np.array(codes, np.uint64)
    pairs = ((each[:-1] * _FIRST + each[1:] * _SECOND) >> np.uint64(32)).astype(np.uint32)
    return np.minimum.reduceat(pairs[:, None] * _FACTORS + _SHIFTS, borders[:-1], axis=0)[::2]


def _likeness(one: bytes, other: bytes) -> float:
    return float(likeness(np.frombuffer(one, np.uint32), np.frombuffer(other, np.uint32)))


def likeness(ones: npt.NDArray[np.uint32], others: npt.NDArray[np.uint32]) -> Any:
    """The share of word pairs that texts have in common, by signatures along the last axis."""
    return (ones == others).mean(axis=-1)
