"""Open ends of a field, as a schema would write them."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from fractions import Fraction
from typing import Any

from ..makers.grids import SPAN
from ..makers.moments import DAY, EPOCH
from .axes import Axis
from .reach import of_axis

SLACK = 30 * DAY
"""How far an open end of moments reaches beyond what it must include; numbers: `SPAN`."""


def beyond_it(axis: Axis, values: list[Fraction], *, upwards: bool) -> Any:
    """A new end, if some value that bounds the field lies outside of it; None if none does."""
    reach = of_axis(axis)
    end = reach.high if upwards else reach.low
    if not values or end is None or axis.kind.type == "time":
        return None
    farthest = max(values) if upwards else min(values)
    if (farthest <= end) if upwards else (farthest >= end):
        return None
    slack = SPAN if axis.kind.is_number else SLACK
    return written(farthest + slack if upwards else farthest - slack, axis)


def written(value: Fraction, axis: Axis) -> Any:
    """A measure as a bound in a schema: a number or an ISO text."""
    kind = axis.kind
    if kind.is_number:
        return int(value) if value.denominator == 1 else float(value)
    if kind.type == "date":
        return date.fromordinal(EPOCH.toordinal() + int(value // DAY)).isoformat()
    moment = EPOCH + timedelta(microseconds=int(value) // 1_000_000 * 1_000_000)
    return moment.isoformat() if kind.zone is None else moment.replace(tzinfo=UTC).isoformat()
