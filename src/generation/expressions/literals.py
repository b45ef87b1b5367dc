"""The values that stand in a text: numbers, dates, times, intervals."""

from __future__ import annotations

from datetime import date, datetime, time
from math import isfinite

from .kinds import (
    DATE,
    DATETIME,
    DURATION,
    FLOAT,
    INTEGER,
    MONTHS,
    NATURAL_DIGITS,
    TIME,
    Kind,
    decimal,
)
from .syntax import Literal, Refusal, quoted

SECOND = 1_000_000
DAY = 86_400 * SECOND
EPOCH_DAY = date(1970, 1, 1).toordinal()
_DIGITS = frozenset("0123456789")
_UNITS = {
    "SECOND": SECOND,
    "MINUTE": 60 * SECOND,
    "HOUR": 3_600 * SECOND,
    "DAY": DAY,
    "WEEK": 7 * DAY,
}
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
MOST_UNITS = 1_000_000
"""Of an interval."""


def number(text: str) -> Literal:
    """`12` and `0.9` are exact, `1e-3` is a float, as in SQL."""
    mantissa, _, exponent = text.lower().partition("e")
    if not set(mantissa.replace(".", "", 1)) <= _DIGITS or text.lower().endswith("e"):
        raise Refusal("bad_literal", f"{quoted(text)} is no number", "write 12, 0.9 or 1e-3")
    if exponent:
        return _float(text)
    if len(mantissa) > NATURAL_DIGITS:
        message = f"the number {quoted(text)} has too many digits"
        raise Refusal("bad_literal", message, f"at most {NATURAL_DIGITS}")
    places = len(mantissa.partition(".")[2])
    units = int(mantissa.replace(".", ""))
    return Literal(units, decimal(places) if places else INTEGER)


def _float(text: str) -> Literal:
    value = float(text)
    if not isfinite(value):
        raise Refusal("bad_literal", f"the number {quoted(text)} is too large", "at most 1e308")
    return Literal(value, FLOAT)


def moment(text: str, kind: Kind) -> Literal:
    """ISO text as a date, a time or a datetime without a zone; a date is midnight's datetime."""
    try:
        return Literal(_READERS[kind.type](text.strip()), Kind(kind.type))
    except ValueError:
        example = _EXAMPLES[kind.type]
        message = f"{quoted(text)} is no {kind.type}"
        raise Refusal("bad_literal", message, f"write it as '{example}'") from None


def _date(text: str) -> int:
    found = date.fromisoformat(text)
    if text != found.isoformat():  # 20240131 and 2024-W05-3 are read too
        raise ValueError(text)
    return found.toordinal() - EPOCH_DAY


def _time(text: str) -> int:
    found = time.fromisoformat(text)
    if found.tzinfo is not None:
        raise ValueError(text)
    seconds = (found.hour * 60 + found.minute) * 60 + found.second
    return seconds * SECOND + found.microsecond


def _datetime(text: str) -> int:
    found = datetime.fromisoformat(text)
    if found.tzinfo is not None:
        raise ValueError(text)
    return _date(found.date().isoformat()) * DAY + _time(found.time().isoformat())


_READERS = {"date": _date, "time": _time, "datetime": _datetime}
_EXAMPLES = {"date": "2024-01-31", "time": "09:30:00", "datetime": "2024-01-31 09:30:00"}
MOMENT_WORDS = {"DATE": DATE, "TIME": TIME, "TIMESTAMP": DATETIME, "DATETIME": DATETIME}


def interval(text: str, unit: str) -> Literal:
    """`text` holds a whole number, and the unit too where `unit` is empty: '3 days'."""
    amount, _, inside = text.strip().partition(" ")
    word = (unit or inside).strip().upper().removesuffix("S")
    digits = amount.removeprefix("-")
    known = word in _UNITS or word in _MONTHS
    if not (known and digits and len(digits) <= 7 and set(digits) <= _DIGITS):
        message = f"the interval {quoted(f'{text} {unit}'.strip())} is not understood"
        raise Refusal("bad_literal", message, f"write INTERVAL 3 DAY, with up to {MOST_UNITS:,}")
    count = min(int(amount), MOST_UNITS)
    if word in _MONTHS:
        return Literal(count * _MONTHS[word], MONTHS)
    return Literal(count * _UNITS[word], DURATION)
