"""Whether a text nearly repeats one that was seen before.

MinHash (Broder 1997) over pairs of neighbouring words, with locality-sensitive hashing by bands:
the share of equal minima estimates the Jaccard likeness of two texts' pairs.
"""

from __future__ import annotations

from collections import deque
from zlib import crc32

import numpy as np
import numpy.typing as npt

HASHES, BANDS = 32, 8
KEPT = 20_000
"""Texts that are remembered; about 2 kB each."""
# Multiply-shift (Dietzfelbinger 1997): odd factors, products modulo 2⁶⁴, their upper half.
_DRAWN = np.random.Generator(np.random.PCG64(1)).integers(0, 1 << 64, (2, HASHES), np.uint64)
_FACTORS, _SHIFTS = _DRAWN[0] | np.uint64(1), _DRAWN[1]


class Seen:
    """The last texts, by what they say: case, spaces and punctuation aside."""

    def __init__(self) -> None:
        self._texts: set[int] = set()
        self._bands: dict[tuple[int, bytes], bytes] = {}
        self._order: deque[tuple[int, bytes]] = deque()

    def resembles(self, text: str, threshold: float) -> bool:
        """Whether at least `threshold` of the word pairs are those of an earlier text."""
        words = _words(text)
        if hash(words) in self._texts:
            return True
        signature = _signature(words)
        candidates = {self._bands.get(band) for band in _bands(signature)} - {None}
        return any(_likeness(signature, other) >= threshold for other in candidates if other)

    def add(self, text: str) -> None:
        words = _words(text)
        signature = _signature(words)
        self._texts.add(hash(words))
        self._order.append((hash(words), signature))
        for band in _bands(signature):
            self._bands[band] = signature
        if len(self._order) > KEPT:
            self._forget(*self._order.popleft())

    def _forget(self, text: int, signature: bytes) -> None:
        self._texts.discard(text)
        for band in _bands(signature):
            if self._bands.get(band) == signature:
                del self._bands[band]


def _words(text: str) -> tuple[str, ...]:
    plain = "".join(letter if letter.isalnum() else " " for letter in text.casefold())
    return tuple(plain.split())


def _signature(words: tuple[str, ...]) -> bytes:
    """The least hash of all pairs under each of `HASHES` hash functions, 4 bytes each."""
    pairs = [f"{one} {other}" for one, other in zip(words, words[1:], strict=False)] or [*words, ""]
    codes = np.array([crc32(pair.encode("utf-8", "replace")) for pair in pairs], np.uint64)
    mixed: npt.NDArray[np.uint64] = (codes[:, None] * _FACTORS + _SHIFTS) >> np.uint64(32)
    return mixed.min(axis=0).astype(np.uint32).tobytes()


def _bands(signature: bytes) -> list[tuple[int, bytes]]:
    size = len(signature) // BANDS
    return [(n, signature[n * size : (n + 1) * size]) for n in range(BANDS)]


def _likeness(one: bytes, other: bytes) -> float:
    same = np.frombuffer(one, np.uint32) == np.frombuffer(other, np.uint32)
    return float(same.mean())
