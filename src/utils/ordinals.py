"""Values that can be ordered, as exact numbers: one value, or a whole column at once.

Numbers stand for themselves, dates for days and times, date-times and durations for microseconds.
A float stands for the shortest decimal that reads back as it, which is what a person wrote: 0.1
is a multiple of 0.1, and not below 0.1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .columns import Mask, present, wall_clock
from .patterns import matches

ORDERED = frozenset({"integer", "number", "date", "time", "datetime", "duration"})
SECOND = 1_000_000
DAY = 86_400 * SECOND
DECIMAL_DIGITS = 18
"""Exact decimals are stored as decimal128(18, places), whose values fit 64 bits."""
_INT64 = 2**63
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (wall time has no zone)
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_DATETIME = rf"{_DATE}[Tt ]{_TIME}([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})?"
_DURATION = (
    r"-?P([0-9]{1,9}W|([0-9]{1,9}D)?(T([0-9]{1,9}H)?([0-9]{1,9}M)?([0-9]{1,12}(\.[0-9]{1,6})?S)?)?)"
)
_NUMBER = r"-?[0-9]{1,40}(\.[0-9]{1,40})?"
_PARTS = {"W": 7 * DAY, "D": DAY, "H": 3600 * SECOND, "M": 60 * SECOND, "S": SECOND}


# ── one value ─────────────────────────────────────────────────────────────────────────────────


def ordinal(value: Any, kind: str, *, instant: bool = False) -> Decimal | None:
    """The value as a number, None where it is not of this type.

    A date-time counts by its clock on the wall; with `instant`, one that carries its zone counts
    by UTC.
    """
    if kind == "datetime":
        moment = _moment(value)
        return None if moment is None else Decimal(_micros(moment, instant))
    read = _READERS.get(kind)
    return read(value) if read is not None else None


def is_aware(value: Any) -> bool:
    """Whether a date-time says its zone."""
    moment = _moment(value)
    return moment is not None and moment.tzinfo is not None


def upper_bound(value: Any, kind: str) -> Decimal | None:
    """A maximum: a date given for a date-time means all of that day."""
    if kind == "datetime" and isinstance(value, str) and matches(_DATE, value):
        day = ordinal(value, "date")
        return None if day is None else (day + 1) * DAY - 1
    return ordinal(value, kind, instant=is_aware(value)) if kind in ORDERED else None


def lower_bound(value: Any, kind: str) -> Decimal | None:
    if kind == "datetime" and isinstance(value, str) and matches(_DATE, value):
        day = ordinal(value, "date")
        return None if day is None else day * DAY
    return upper_bound(value, kind)


def _integer(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not value.is_integer():  # false for NaN and infinities too
        return None
    return Decimal(int(value)) if -_INT64 <= value < _INT64 else None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    if isinstance(value, str) and not matches(_NUMBER, value):
        return None
    if isinstance(value, int) and value.bit_length() > 1100:  # str() of it may be refused
        return None
    number = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    return number if math.isfinite(float(number)) else None


def _day(value: Any) -> Decimal | None:
    if isinstance(value, str):
        value = _parsed(date.fromisoformat, value) if matches(_DATE, value) else None
    if not isinstance(value, date) or isinstance(value, datetime):
        return None
    return Decimal((value - _EPOCH.date()).days)


def _time_of_day(value: Any) -> Decimal | None:
    if isinstance(value, str):
        value = _parsed(time.fromisoformat, value) if matches(_TIME, value) else None
    if not isinstance(value, time):
        return None
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return Decimal(seconds * SECOND + value.microsecond)


def _duration(value: Any) -> Decimal | None:
    """An ISO 8601 duration without years and months, or seconds."""
    if isinstance(value, timedelta):
        return Decimal(value // timedelta(microseconds=1))
    if isinstance(value, str):
        return _iso_duration(value)
    seconds = _number(value)
    micros = None if seconds is None else round(seconds * SECOND)
    return None if micros is None or abs(micros) >= _INT64 else Decimal(micros)


def _iso_duration(text: str) -> Decimal | None:
    if not matches(_DURATION, text) or text[-1] in "PT":
        return None
    total, digits = Decimal(0), ""
    for character in text.lstrip("-").replace("T", "")[1:]:
        if character in _PARTS:
            total, digits = total + Decimal(digits) * _PARTS[character], ""
        else:
            digits += character
    # M stands for months before a T and minutes after it; the expression has no months.
    return (-total if text.startswith("-") else total) if total < _INT64 else None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        value = (
            _parsed(datetime.fromisoformat, value.upper()) if matches(_DATETIME, value) else None
        )
    return value if isinstance(value, datetime) else None


def _micros(moment: datetime, instant: bool) -> int:
    if instant and moment.tzinfo is not None:
        moment = moment.astimezone(UTC) if 1 < moment.year < 9999 else moment
    return (moment.replace(tzinfo=None) - _EPOCH) // timedelta(microseconds=1)


def _parsed(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except ValueError:  # the 31st of February
        return None


_READERS: Mapping[str, Callable[[Any], Decimal | None]] = {
    "integer": _integer,
    "number": _number,
    "date": _day,
    "time": _time_of_day,
    "duration": _duration,
}


# ── a column ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Ordinals:
    """A column as numbers: int64 × 10^-`places`, or float64 where `places` is None.

    `values` is arbitrary where a row is not `present`.
    """

    values: npt.NDArray[Any]
    present: Mask
    places: int | None

    def below(self, bound: Decimal, *, or_at: bool = False) -> Mask:
        """Which present rows are < (or ≤) `bound`."""
        if self.places is None:
            limit = float(bound)
            under = self.values <= limit if or_at else self.values < limit
        else:
            scaled = bound.scaleb(self.places)
            under = self._under(scaled.__floor__() + 1 if or_at else scaled.__ceil__())
        answer: Mask = under & self.present
        return answer

    def above(self, bound: Decimal, *, or_at: bool = False) -> Mask:
        """Which present rows are > (or ≥) `bound`."""
        answer: Mask = ~self.below(bound, or_at=not or_at) & self.present
        if self.places is None:  # NaN is neither below nor above
            answer &= ~np.isnan(self.values)
        return answer

    def _under(self, limit: int) -> Mask:
        """values < limit, for a limit that need not fit 64 bits."""
        if not -_INT64 <= limit < _INT64:
            return np.full(len(self.values), limit > 0)
        answer: Mask = self.values < limit
        return answer

    def no_multiple(self, step: Decimal) -> Mask:
        """Which present rows are not a whole multiple of `step` > 0."""
        if self.places is None:
            return _floats_off(self.values, self.present, step)
        # value / 10^p is a multiple of s / 10^q  ⇔  value · 10^(q-p) is one of s, which for q > p
        # is tested without the product, that could pass 64 bits.
        unit, finer = _whole(step)
        unit *= 10 ** max(0, self.places - finer)
        modulus = unit // math.gcd(unit, 10 ** max(0, finer - self.places))
        answer: Mask = (self.values % modulus != 0) if modulus < _INT64 else self.values != 0
        return answer & self.present

    def among(self, allowed: frozenset[Decimal]) -> Mask:
        """Which present rows equal one of `allowed`."""
        if self.places is None:
            wanted = np.array(sorted(float(value) for value in allowed), np.float64)
        else:
            scaled = (value.scaleb(self.places) for value in allowed)
            whole = (int(value) for value in scaled if value == value.to_integral_value())
            fits = sorted(value for value in whole if -_INT64 <= value < _INT64)
            wanted = np.array(fits, np.int64)
        answer: Mask = np.isin(self.values, wanted) & self.present
        return answer


def ordinals(array: pa.Array, *, instant: bool = False) -> Ordinals | None:
    """None where the array's type has no order of ours. For `instant` see `ordinal`."""
    kind = array.type
    try:
        if pa.types.is_decimal(kind):
            narrow = array.cast(pa.decimal128(DECIMAL_DIGITS, kind.scale))
            return Ordinals(_unscaled(narrow), present(array), kind.scale)
        if pa.types.is_timestamp(kind):
            return Ordinals(_timestamps(array, instant), present(array), 0)
        if pa.types.is_floating(kind):
            return Ordinals(_filled(array, pa.float64()), present(array), None)
        for belongs, storage in _STORAGE:
            if belongs(kind):
                return Ordinals(_filled(array.cast(storage), pa.int64()), present(array), 0)
    except pa.ArrowInvalid:  # a value that does not fit 64 bits
        return None
    return None


_STORAGE: tuple[tuple[Callable[[pa.DataType], bool], pa.DataType], ...] = (
    (pa.types.is_integer, pa.int64()),
    (pa.types.is_date, pa.date32()),
    (pa.types.is_time, pa.time64("us")),
    (pa.types.is_duration, pa.duration("us")),
)


def _filled(array: pa.Array, storage: pa.DataType) -> npt.NDArray[Any]:
    """The raw values with zeros for nulls; dates pass through 32 bits on the way."""
    raw = array.view(pa.int32()) if pa.types.is_date32(array.type) else array
    values: npt.NDArray[Any] = raw.cast(storage).fill_null(0).to_numpy(zero_copy_only=False)
    return values


def _unscaled(array: pa.Array) -> npt.NDArray[np.int64]:
    """The lower 64 of each 128 bits, which hold all of a number of 18 digits."""
    buffer = array.buffers()[1]
    if buffer is None or len(array) == 0:
        return np.zeros(len(array), np.int64)
    words = np.frombuffer(buffer, np.int64)
    start = 2 * array.offset
    return words[start : start + 2 * len(array) : 2]


def _timestamps(array: pa.Array, instant: bool) -> npt.NDArray[Any]:
    micros = array.cast(pa.timestamp("us", array.type.tz), safe=False)
    return _filled(micros if instant else wall_clock(micros), pa.int64())


def _floats_off(values: npt.NDArray[Any], there: Mask, step: Decimal) -> Mask:
    """Floats that are no multiple of `step`, by their shortest decimal.

    n / 10^p rounds to exactly one float, and while n has at most 15 digits that float's shortest
    decimal is n / 10^p again: so integers decide. The few larger ones are decided one by one.
    """
    unit, places = _whole(step)
    off, small = np.zeros(len(values), bool), np.zeros(len(values), bool)
    if unit < 10**15 and places <= 22:  # both exact as floats
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = np.rint(values * 10.0**places)
            small = np.abs(scaled) < 1e15
        whole = np.where(small, scaled, 0.0).astype(np.int64)
        off = (whole / 10.0**places != values) | (whole % unit != 0)
    for row in np.flatnonzero(there & ~small):
        off[row] = is_no_multiple(ordinal(float(values[row]), "number"), step)
    answer: Mask = off & there
    return answer


def is_no_multiple(value: Decimal | None, step: Decimal) -> bool:
    """Exact at any size; what is no number is no multiple either."""
    if value is None:
        return True
    unit, places = _whole(step)
    number, more = _whole(value)
    shift = max(places, more)
    rest: int = (number * 10 ** (shift - more)) % (unit * 10 ** (shift - places))
    return rest != 0


def decimal_places(number: Decimal) -> int:
    """How many the number is written with, zeros at its end not counted."""
    return _whole(number.normalize())[1]


def _whole(number: Decimal) -> tuple[int, int]:
    """(n, p) with number = n / 10^p and p ≥ 0."""
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):  # NaN or an infinity, which no reader above lets through
        return 0, 0
    whole = int("".join(map(str, digits))) * (-1 if sign else 1)  # no rounding to 28 digits
    return whole * 10 ** max(0, exponent), max(0, -exponent)
