"""Numbers as exact fractions, and the decimal places that hold them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

MOST_PLACES = 9
DIGITS = 18
"""Significant digits of a decimal column."""


def exact(number: float | int) -> Fraction:
    return Fraction(number) if isinstance(number, int) else Fraction(Decimal(repr(number)))


def places_of(step: Fraction) -> int | None:
    """Decimal places that hold every multiple of `step`; None where no number of them does."""
    for places in range(MOST_PLACES + 1):
        if (step * 10**places).denominator == 1:
            return places
    return None
