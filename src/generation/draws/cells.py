"""Random words, uniforms and whole numbers for any rows, in any order.

A word is SplitMix64's output function (Steele, Lea & Flood, "Fast splittable pseudorandom number
generators", OOPSLA 2014, with Stafford's mix 13) at `place + row·gamma`. SplitMix64 alone has one
single cycle, on which two keys would only be two starting points: the second half of the key is
XORed in between the multiplications, so that streams are not shifted windows of each other.
For one key and attempt the map from row to word is a bijection of 64-bit words.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .keys import Key
from .listening import EAR

Rows: TypeAlias = npt.NDArray[np.int64]
Words: TypeAlias = npt.NDArray[np.uint64]
Floats: TypeAlias = npt.NDArray[np.float64]

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_ATTEMPT = 0xD1342543DE82EF95
_LOW_HALF = np.uint64(0xFFFFFFFF)


def words(key: Key, rows: Rows, attempt: int = 0) -> Words:
    """One 64-bit word per row; another attempt is another stream."""
    veil = np.uint64((key.veil + attempt * _ATTEMPT) & MASK)
    z = rows.astype(np.uint64)
    shifted = np.empty_like(z)  # one for all three: fresh memory costs as much as the arithmetic
    z *= np.uint64(GAMMA)
    z += np.uint64(key.place)
    z ^= np.right_shift(z, np.uint64(30), out=shifted)
    z *= _FIRST
    z ^= veil
    z ^= np.right_shift(z, np.uint64(27), out=shifted)
    z *= _SECOND
    z ^= np.right_shift(z, np.uint64(31), out=shifted)
    if (ear := EAR.get()) is not None:
        ear.heard(key, rows, attempt, z)
    return z


def uniforms(key: Key, rows: Rows, attempt: int = 0) -> Floats:
    """Evenly in the open interval (0, 1): the midpoints of 2⁵² cells, each exact as a float."""
    z = words(key, rows, attempt)
    z >>= np.uint64(12)
    drawn = z.astype(np.float64)
    drawn += 0.5
    drawn *= 2.0**-52
    return drawn


def below(key: Key, rows: Rows, size: int, attempt: int = 0) -> Rows:
    """Evenly in 0 … size − 1, for 1 ≤ size < 2⁶³; the bias is under size / 2⁶⁴."""
    return scaled(words(key, rows, attempt), size)


def scaled(z: Words, size: int) -> Rows:
    """The high word of z · size (Lemire 2019), in 32-bit halves."""
    factor = np.uint64(size)
    if size <= 1 << 32:
        low = z & _LOW_HALF
        low *= factor
        low >>= np.uint64(32)
        high = z >> np.uint64(32)
        high *= factor
        high += low
        high >>= np.uint64(32)
        return high.view(np.int64)
    return _high_word(z, factor).view(np.int64)


def _high_word(z: Words, factor: np.uint64) -> Words:
    z_high, z_low = z >> np.uint64(32), z & _LOW_HALF
    f_high, f_low = factor >> np.uint64(32), factor & _LOW_HALF
    middle = z_high * f_low + ((z_low * f_low) >> np.uint64(32))
    carry = (middle & _LOW_HALF) + z_low * f_high
    high: Words = z_high * f_high + (middle >> np.uint64(32)) + (carry >> np.uint64(32))
    return high


def happens(key: Key, rows: Rows, probability: float) -> npt.NDArray[np.bool_]:
    """True with `probability`, exactly never at 0 and always at 1."""
    if probability >= 1:
        return np.ones(len(rows), np.bool_)
    # A word's upper 53 bits against p·2⁵³: a float holds both without rounding.
    drawn: npt.NDArray[np.bool_] = (words(key, rows) >> np.uint64(11)) < np.uint64(
        int(probability * 2.0**53)
    )
    return drawn
