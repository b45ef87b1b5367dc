"""Builders of dates, times and date-times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from ...core import kinds
from ..arrow_types import TYPES, arrow_type
from ..briefs import Brief
from ..draws.arrays import primitive
from ..draws.blocks import Maker
from ..draws.cells import Rows
from ..refusals import Refused
from .domains import Domain, drawn_from

DEFAULT_YEARS = 5
"""A date without a range lies in the five years up to `as_of`."""
SECOND = 1_000_000
"""In microseconds, the unit of every moment below."""
DAY = 86_400 * SECOND
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (wall time: the zone, where there is one, comes later)
MOST_WORKING_DAYS = 80_000
"""Two centuries: each day's hours are found in the zone one by one, half a second in all."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class _Bound:
    """One end of a range: its text and where it stands."""

    text: str
    at: str


@dataclass(frozen=True, slots=True)
class Steps:
    """`size` moments, `step` microseconds apart from `low` on; UTC where the column has a zone."""

    low: int
    step: int
    size: int
    kind: pa.DataType

    def at(self, indexes: Rows) -> pa.Array:
        if pa.types.is_date(self.kind):
            days = indexes + self.low // DAY
            return primitive(days.astype(np.int32), self.kind)
        return primitive(indexes * self.step + self.low, self.kind)


@dataclass(frozen=True)
class Hours:
    """Every second of some intervals, which begin at `starts` (microseconds UTC) and have `sizes`
    seconds each."""

    starts: Rows
    sizes: Rows
    kind: pa.DataType

    @cached_property
    def reach(self) -> Rows:
        """How many seconds lie in the intervals up to the end of each."""
        reach: Rows = np.cumsum(self.sizes)
        return reach

    @property
    def size(self) -> int:
        return int(self.reach[-1])

    def moments(self, indexes: Rows) -> Rows:
        place = np.searchsorted(self.reach, indexes, side="right")
        found: Rows = self.starts[place] + (indexes - (self.reach - self.sizes)[place]) * SECOND
        return found

    def at(self, indexes: Rows) -> pa.Array:
        return primitive(self.moments(indexes), self.kind)


Span: TypeAlias = Steps | Hours
"""The possible moments of a column in their order."""


def moment(brief: Brief) -> Maker:
    """A date, time or date-time, each possible one alike."""
    found = span(brief)
    return drawn_from(Domain(found.size, found.at), brief)


def span(brief: Brief) -> Span:
    """Raises: Refused."""
    kinds_of_span = {"date": _dates, "time": _times, "datetime": _datetimes}
    if brief.field.type not in kinds_of_span:
        hint = "make it a date, time or datetime"
        raise Refused("type", "wrong_type", f"a {brief.field.type} is no moment", hint)
    _refuse_numbers(brief)
    return kinds_of_span[brief.field.type](brief)


def _refuse_numbers(brief: Brief) -> None:
    given = brief.constraints
    for name, value in (
        ("exclusiveMinimum", given.exclusive_minimum),
        ("exclusiveMaximum", given.exclusive_maximum),
        ("multipleOf", given.multiple_of),
    ):
        if value is not None:
            message = f"{name} does not apply to a {brief.field.type}"
            raise Refused(f"constraints.{name}", "wrong_constraint", message, "use minimum/maximum")


def _bounds(brief: Brief, name: str) -> list[_Bound]:
    """What the constraints and the generator say about one end."""
    found = []
    for at, source in (("constraints", brief.constraints), ("generator", brief.generator)):
        value = getattr(source, name, None)
        if value is not None:
            if not isinstance(value, str):
                hint = 'write ISO 8601 in quotes: "2024-12-31"'
                message = f"{value!r} is not a {brief.field.type}"
                raise Refused(f"{at}.{name}", "bad_bound", message, hint)
            found.append(_Bound(value, f"{at}.{name}"))
    return found


def _range(brief: Brief, read: Any) -> tuple[int | None, int | None]:
    """Both ends as numbers, the narrower of constraints and generator."""
    lows = [read(bound) for bound in _bounds(brief, "minimum")]
    highs = [read(bound) for bound in _bounds(brief, "maximum")]
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None and low > high:
        hint = "give a minimum that is not after the maximum"
        raise Refused(brief.at, "empty_range", "the minimum is after the maximum", hint)
    return low, high


def _bad(bound: _Bound, kind: str, example: str) -> Refused:
    message = f"{bound.text!r} is not a {kind}"
    return Refused(bound.at, "bad_bound", message, f"write it like {example}")


def _years_from(day: date, years: int) -> date:
    try:
        return day.replace(year=min(max(day.year + years, 1), 9999))
    except ValueError:  # 29 February
        return day.replace(year=min(max(day.year + years, 1), 9999), day=28)


def _completed(brief: Brief, low: int | None, high: int | None) -> tuple[int, int]:
    """Open ends of a range of days: five years, ending today where that is possible."""
    today = brief.as_of.toordinal()
    if low is not None and high is None:
        later = _years_from(date.fromordinal(low), DEFAULT_YEARS).toordinal()
        high = today if today >= low else later
    high = today if high is None else high
    if low is None:
        low = _years_from(date.fromordinal(high), -DEFAULT_YEARS).toordinal()
    return low, high


# ── dates and times ───────────────────────────────────────────────────────────────────────────


def _dates(brief: Brief) -> Span:
    def read(bound: _Bound) -> int:
        try:
            return datetime.fromisoformat(bound.text).toordinal()
        except ValueError:
            raise _bad(bound, "date", "2024-12-31") from None

    _refuse_clock(brief)
    low, high = _completed(brief, *_range(brief, read))
    first = low - EPOCH.toordinal()
    return Steps(first * DAY, DAY, high - low + 1, TYPES["date"])


def _times(brief: Brief) -> Span:
    def read(bound: _Bound) -> int:
        try:
            found = time.fromisoformat(bound.text)
        except ValueError:
            raise _bad(bound, "time", "08:30:00") from None
        seconds = found.hour * 3600 + found.minute * 60 + found.second
        return seconds * SECOND + found.microsecond

    _refuse_clock(brief)
    low, high = _range(brief, read)
    low = low or 0
    high = max(low, DAY - SECOND) if high is None else high
    return _steps(low, high, TYPES["time"])


def _refuse_clock(brief: Brief) -> None:
    for name in ("time_zone", "business_hours"):
        if getattr(brief.generator, name, None) is not None:
            message = f"{name} needs a datetime, not a {brief.field.type}"
            raise Refused(f"generator.{name}", "wrong_type", message, "change the field's type")


def _steps(low: int, high: int, kind: pa.DataType) -> Steps:
    """Whole seconds; microseconds where the ends have them."""
    step = 1 if low % SECOND or high % SECOND else SECOND
    return Steps(low, step, (high - low) // step + 1, kind)


# ── date-times ────────────────────────────────────────────────────────────────────────────────


def _datetimes(brief: Brief) -> Span:
    zone = zone_of(brief)

    def read(bound: _Bound) -> int:
        try:
            found = datetime.fromisoformat(bound.text)
            if found.tzinfo is not None:
                found = found.astimezone(zone or UTC).replace(tzinfo=None)
        except (ValueError, OverflowError):  # the last hours of the calendar are over elsewhere
            raise _bad(bound, "date-time", "2024-12-31T18:00:00") from None
        return (found - EPOCH) // timedelta(microseconds=1)

    low, high = _range(brief, read)
    if low is None or high is None:
        low, high = _completed_moments(brief, low, high)
    hours = getattr(brief.generator, "business_hours", None)
    if hours is not None:
        return _working(brief, low, high, hours, zone)
    first, last = _instant(low, zone), _instant(high, zone)
    if first > last:  # both lie where the clocks are put forward
        hint = "give a range that begins or ends outside that hour"
        raise Refused("generator.time_zone", "empty_range", "the clocks skip this range", hint)
    return _steps(first, last, arrow_type(brief.field))


def _completed_moments(brief: Brief, low: int | None, high: int | None) -> tuple[int, int]:
    offset = EPOCH.toordinal()
    days = [None if end is None else end // DAY + offset for end in (low, high)]
    first, last = _completed(brief, *days)
    low = (first - offset) * DAY if low is None else low
    # Up to the last second of the last day.
    return low, max(low, (last - offset + 1) * DAY - SECOND) if high is None else high


def zone_of(brief: Brief) -> tzinfo | None:
    """Raises: Refused."""
    name = getattr(brief.generator, "time_zone", None)
    if name is None:
        return None
    if brief.pools.zones is None:
        message = "no time-zone data is at hand"
        raise Refused("generator.time_zone", "not_configured", message, "leave time_zone out")
    try:
        return brief.pools.zones(name)
    except (KeyError, ValueError, OSError):
        message = f"there is no time zone {name!r}"
        hint = "use an IANA name, such as Europe/Berlin"
        raise Refused("generator.time_zone", "unknown_time_zone", message, hint) from None


def _instant(wall: int, zone: tzinfo | None) -> int:
    """Microseconds UTC of a wall time; the earlier of two, the later side of a gap."""
    if zone is None:
        return wall
    there = (EPOCH + timedelta(microseconds=wall)).replace(tzinfo=zone)
    try:
        return (there.astimezone(UTC).replace(tzinfo=None) - EPOCH) // timedelta(microseconds=1)
    except OverflowError:
        message = f"{there:%H:%M} on that day lies outside the calendar in UTC"
        hint = "give a minimum and a maximum that keep a day from the years 1 and 9999"
        raise Refused("generator.time_zone", "bad_bound", message, hint) from None


def _working(
    brief: Brief, low: int, high: int, hours: kinds.BusinessHours, zone: tzinfo | None
) -> Hours:
    """Every second inside the working hours: intervals in UTC."""
    starts, ends = _intervals(low, high, hours, zone)
    sizes = (ends - starts) // SECOND
    starts, sizes = starts[sizes > 0], sizes[sizes > 0]
    if not len(starts):
        message = "no working hour lies in the range"
        raise Refused("generator.business_hours", "empty_range", message, "widen the range")
    return Hours(starts, sizes, arrow_type(brief.field))


def _intervals(
    low: int, high: int, hours: kinds.BusinessHours, zone: tzinfo | None
) -> tuple[Rows, Rows]:
    opening, closing = _clock(hours.start, "start"), _clock(hours.end, "end")
    if opening >= closing:
        hint = "give a start before the end"
        at = "generator.business_hours"
        raise Refused(at, "empty_range", "the working day is empty", hint)
    if high - low > MOST_WORKING_DAYS * DAY:
        message = f"working hours are laid out over at most {MOST_WORKING_DAYS:,} days"
        raise Refused("generator.business_hours", "too_wide", message, "narrow the range")
    days = np.arange(low // DAY, high // DAY + 1, dtype=np.int64)
    allowed = [WEEKDAYS.index(day) for day in hours.days]
    days = days[np.isin((days + 3) % 7, allowed)]  # 1970-01-01 was a Thursday
    starts = np.maximum(days * DAY + opening, low)
    ends = np.minimum(days * DAY + closing, high + SECOND)
    if zone is not None:
        starts = np.array([_instant(int(start), zone) for start in starts], np.int64)
        ends = np.array([_instant(int(end), zone) for end in ends], np.int64)
    return starts, ends


def _clock(text: str, end: str) -> int:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        bound = _Bound(text, f"generator.business_hours.{end}")
        raise _bad(bound, "time", "09:00") from None
    return (found.hour * 3600 + found.minute * 60 + found.second) * SECOND
