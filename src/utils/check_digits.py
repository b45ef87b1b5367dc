"""Check digits of many numbers at once: each row of a matrix of ASCII codes is one number."""

from __future__ import annotations

import numpy as np

from .columns import Bytes, Mask


def luhn(codes: Bytes) -> Mask:
    """ISO/IEC 7812-1 annex B: from the right, every second digit doubled, the sum ends in 0."""
    digits = codes.astype(np.int64) - ord("0")
    digits[:, -2::-2] *= 2
    answer: Mask = (digits // 10 + digits % 10).sum(axis=1) % 10 == 0
    return answer


def gs1(codes: Bytes) -> Mask:
    """GS1 General Specifications 7.9: from the right, weights 1, 3, 1, 3 …, the sum ends in 0."""
    digits = codes.astype(np.int64) - ord("0")
    digits[:, -2::-2] *= 3
    answer: Mask = digits.sum(axis=1) % 10 == 0
    return answer


def mod97(codes: Bytes) -> Mask:
    """ISO 7064 MOD 97-10 as ISO 13616 uses it: the first four characters go last, A is 10."""
    remainder = np.zeros(len(codes), np.int64)
    for column in np.roll(codes, -4, axis=1).T.astype(np.int64):
        letter = column >= ord("A")
        value = np.where(letter, column - ord("A") + 10, column - ord("0"))
        remainder = (remainder * np.where(letter, 100, 10) + value) % 97
    answer: Mask = remainder == 1
    return answer


def calendar(codes: Bytes) -> Mask:
    """Whether the month has the day, for codes that begin with YYYY-MM-DD."""
    digits = codes[:, :10].astype(np.int64) - ord("0")
    year = digits[:, 0] * 1000 + digits[:, 1] * 100 + digits[:, 2] * 10 + digits[:, 3]
    month = digits[:, 5] * 10 + digits[:, 6]
    day = digits[:, 8] * 10 + digits[:, 9]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    known = (month >= 1) & (month <= 12)
    last = days[np.where(known, month, 0)] + (leap & (month == 2))
    answer: Mask = known & (day >= 1) & (day <= last)
    return answer


def leap_second(codes: Bytes) -> Mask:
    """RFC 3339 5.7: second 60 only where it is 23:59 UTC, for codes that end in a full-time.

    `codes` hold hh:mm:ss first; the offset, if not Z, is the last six characters.
    """
    digits = codes.astype(np.int64) - ord("0")
    minutes = (digits[:, 0] * 10 + digits[:, 1]) * 60 + digits[:, 3] * 10 + digits[:, 4]
    seconds = digits[:, 6] * 10 + digits[:, 7]
    sign = np.where(codes[:, -6] == ord("+"), 1, -1)
    offset = (digits[:, -5] * 10 + digits[:, -4]) * 60 + digits[:, -2] * 10 + digits[:, -1]
    zulu = (codes[:, -1] == ord("Z")) | (codes[:, -1] == ord("z"))
    utc = (minutes - np.where(zulu, 0, sign * offset)) % (24 * 60)
    answer: Mask = (seconds < 60) | (utc == 24 * 60 - 1)
    return answer
