"""Whether a text nearly repeats one that was seen before.

MinHash (Broder 1997) over pairs of neighbouring words, with locality-sensitive hashing by bands:
the share of equal minima estimates the Jaccard likeness of two texts' pairs.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"\w+")
HASHES, BANDS = 32, 8
KEPT = 20_000
"""Texts that are remembered; about 2 kB each."""
# Multiply-shift (Dietzfelbinger 1997): odd factors, products modulo 2⁶⁴, their upper half.
_DRAWN = np.random.Generator(np.random.PCG64(1)).integers(0, 1 << 64, (2, HASHES), np.uint64)
_FACTORS, _SHIFTS = _DRAWN[0] | np.uint64(1), _DRAWN[1]


class Saying(NamedTuple):
    """What a text says: case, spaces and punctuation aside."""

    code: int
    signature: bytes


class Seen:
    """The last `kept` texts."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._codes: set[int] = set()
        self._bands: dict[tuple[int, bytes], bytes] = {}
        self._order: deque[Saying] = deque()

    def resembles(self, said: Saying, threshold: float) -> bool:
        """Whether at least `threshold` of the word pairs are those of an earlier text."""
        if said.code in self._codes:
            return True
        met = {self._bands.get(band, b"") for band in _bands(said.signature)} - {b""}
        return any(_likeness(said.signature, other) >= threshold for other in met)

    def add(self, said: Saying) -> None:
        self._codes.add(said.code)
        self._order.append(said)
        for band in _bands(said.signature):
            self._bands[band] = said.signature
        if len(self._order) > self._kept:
            self._forget(self._order.popleft())

    def _forget(self, said: Saying) -> None:
        self._codes.discard(said.code)
        for band in _bands(said.signature):
            if self._bands.get(band) == said.signature:
                del self._bands[band]


def saying(text: str) -> Saying:
    return sayings([text])[0]


def sayings(texts: Sequence[str]) -> list[Saying]:
    """All at once, which costs a third."""
    if not texts:
        return []
    spoken = [_WORD.findall(text.casefold()) for text in texts]
    pairs = [[f"{a} {b}" for a, b in pairwise(words)] or [*words, ""] for words in spoken]
    codes = [tuple(words) for words in spoken]
    return [
        Saying(hash(code), least.tobytes())
        for code, least in zip(codes, _least(pairs), strict=True)
    ]


def _least(texts: list[list[str]]) -> npt.NDArray[np.uint32]:
    """Of each text's pairs, the least hash under each of `HASHES` hash functions."""
    codes = [crc32(pair.encode("utf-8", "replace")) for pairs in texts for pair in pairs]
    mixed = (np.array(codes, np.uint64)[:, None] * _FACTORS + _SHIFTS) >> np.uint64(32)
    starts = np.cumsum([0, *(len(pairs) for pairs in texts[:-1])])
    return np.minimum.reduceat(mixed, starts, axis=0).astype(np.uint32)


def _bands(signature: bytes) -> list[tuple[int, bytes]]:
    size = len(signature) // BANDS
    return [(n, signature[n * size : (n + 1) * size]) for n in range(BANDS)]


def _likeness(one: bytes, other: bytes) -> float:
    return float(likeness(np.frombuffer(one, np.uint32), np.frombuffer(other, np.uint32)))


def likeness(ones: npt.NDArray[np.uint32], others: npt.NDArray[np.uint32]) -> Any:
    """The share of word pairs that texts have in common, by signatures along the last axis."""
    return (ones == others).mean(axis=-1)
