"""Builders of durations, and of moments that come a while after another field's."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ...core import kinds
from ..arrow_types import TYPES, arrow_type
from ..briefs import Brief
from ..draws.blocks import Block, Maker
from ..refusals import Refused
from .domains import Domain, drawn_from
from .moments import DAY, SECOND, Steps

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
LONGEST = 10**17
"""Microseconds: what is added to a moment must leave it one."""


def duration(brief: Brief) -> Maker:
    """A timedelta generator, or a duration without one: up to thirty days."""
    if brief.generator is not None and brief.generator.after is not None:
        return _after(brief)
    if brief.field.type != "duration":
        message = f"a {brief.field.type} needs to know what it comes after"
        hint = "name a date field in generator.after"
        raise Refused("generator.after", "missing", message, hint)
    found = durations(brief)
    return drawn_from(Domain(found.size, found.at), brief)


def waiting(brief: Brief) -> tuple[int, int, int]:
    """The shortest and the longest duration, and the unit they are counted in: microseconds.

    Raises: Refused.
    """
    generator = brief.generator or kinds.Timedelta(maximum=30)
    unit = UNITS[generator.unit] * SECOND
    for name in ("minimum", "maximum"):
        if abs(getattr(generator, name)) > LONGEST / unit:
            hint = "give a shorter one"
            message = "it is longer than three thousand years"
            raise Refused(f"generator.{name}", "too_wide", message, hint)
    low, high = round(generator.minimum * unit), round(generator.maximum * unit)
    if low > high:
        hint = "give a minimum that is not above the maximum"
        raise Refused("generator.minimum", "empty_range", "the range is empty", hint)
    return low, high, unit


def _unit(brief: Brief, low: int, high: int, unit: int) -> int:
    """The step of a duration: days for a date, else whole units, else seconds."""
    if brief.field.type == "date":
        return DAY
    return unit if low % unit == 0 and high % unit == 0 and unit < DAY else SECOND


def durations(brief: Brief) -> Steps:
    """Of a field that comes after nothing. Raises: Refused."""
    low, high, unit = waiting(brief)
    step = unit if low % unit == 0 and high % unit == 0 else SECOND
    return Steps(low, step, (high - low) // step + 1, TYPES["duration"])


def _after(brief: Brief) -> Maker:
    if brief.field.type == "duration":
        hint = "make the field a date or datetime, or drop after"
        raise Refused("generator.after", "wrong_type", "a duration comes after no field", hint)
    low, high, unit = waiting(brief)
    for field in brief.table.fields:
        if field.name == brief.generator.after and field.type not in ("date", "datetime"):
            message = f"{field.name!r} is a {field.type}, and nothing comes after that"
            hint = "name a date or datetime field"
            raise Refused("generator.after", "wrong_type", message, hint)
    if brief.unique:
        message = "a moment after another field's cannot be made unique"
        raise Refused("constraints.unique", "unique_not_possible", message, "drop unique")
    step = _unit(brief, low, high, unit)
    first, last = -(-low // step), high // step
    if first > last:
        raise Refused("generator", "empty_range", "no whole day lies in the range", "widen it")
    waits = drawn_from(
        Domain(last - first + 1, lambda indexes: pa.array((indexes + first) * step)), brief
    )
    kind = arrow_type(brief.field)

    def cells(block: Block) -> pa.Array:
        base = pc.cast(block.column(brief.generator.after), pa.timestamp("us"))
        return pc.cast(pc.add(base, pc.cast(waits(block), pa.duration("us"))), kind)

    return cells
