"""Dates, times and durations. What falls outside the years 1 to 9999 is null."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from . import arithmetic, exact
from .conversion import as_kind, cast
from .kinds import DATE, DATETIME, DURATION, INTEGER, MONTHS, Kind, decimal
from .literals import DAY, EPOCH_DAY
from .nodes import Function, Node, applied, described, literal, wrong_type
from .syntax import Literal, Refusal
from .vectors import Vector, both, in_units

FIRST_DAY = 1 - EPOCH_DAY
LAST_DAY = 3_652_059 - EPOCH_DAY  # 9999-12-31
_ALL_MONTHS = 12 * 9999
"""What moves further leaves the calendar from wherever it starts."""
_HOUR, _MINUTE, _SECOND = DAY // 24, DAY // 1440, DAY // 86_400


# ── + and - ───────────────────────────────────────────────────────────────────────────────────


def plus(nodes: Sequence[Node]) -> Node:
    left, right = nodes
    if arithmetic.is_numeric(left, right):
        return arithmetic.sum_of("+", left, right)
    found = _sum(left, right) or _sum(right, left)
    if found is None:
        raise _no_sum("add", left, right)
    return found


def minus(nodes: Sequence[Node]) -> Node:
    left, right = nodes
    if arithmetic.is_numeric(left, right):
        return arithmetic.sum_of("-", left, right)
    found = _difference(left, right)
    if found is None and left.kind.type in ("date", "datetime", "duration"):
        found = _sum(left, _reversed(right))
    if found is None:
        raise _no_sum("subtract", left, right)
    return found


def _no_sum(doing: str, left: Node, right: Node) -> Refusal:
    kinds = f"{described(left.kind)} and {described(right.kind)}"
    hints = {
        "string": "join text with ||",
        "datetime": "write an interval: + 3 * INTERVAL 1 DAY",
        "boolean": "count with CASE WHEN x THEN 1 ELSE 0 END",
        "date": "date + days, date - date, date + INTERVAL 1 MONTH",
        "time": "a time alone cannot move past midnight: use a datetime",
    }
    hint = next((hints[n.kind.type] for n in (left, right) if n.kind.type in hints), "")
    return wrong_type(f"cannot {doing} {kinds}", hint)


def _reversed(node: Node) -> Node:
    if node.kind not in (INTEGER, DURATION, MONTHS):
        return node
    if node.literal is not None:
        return literal(Literal(-node.literal.value, node.kind))
    return applied(node.kind, exact.negative, node)


def _sum(left: Node, right: Node) -> Node | None:
    """A date and whole days, a moment and a duration or months, two durations."""
    kinds = (left.kind.type, right.kind.type)
    if "null" in kinds:
        return _sum_with_null(left, right)
    if kinds == ("date", "duration"):
        return _date_and_duration(left, right)
    operate = _SUMS.get(kinds)
    return None if operate is None else applied(left.kind, operate, left, right)


def _sum_with_null(left: Node, right: Node) -> Node | None:
    known = left if right.kind.type == "null" else right
    if known.kind.type not in ("date", "datetime", "duration"):
        return None
    return applied(known.kind, _nothing, left, right)


def _nothing(left: Vector, right: Vector) -> Vector:
    known = left if len(left.values) >= len(right.values) else right
    return Vector(known.values, both(left.valid, right.valid), known.bound)


def _date_and_duration(left: Node, right: Node) -> Node:
    """A date where whole days are written out, else a datetime."""
    if right.literal is not None and right.literal.value % DAY == 0:
        days = Vector(np.array([right.literal.value // DAY]), None, abs(right.literal.value) // DAY)
        return applied(DATE, lambda v: _in_calendar(1, exact.add)(v, days), left)
    return applied(DATETIME, _in_calendar(DAY, exact.add), as_kind(left, DATETIME), right)


def _in_calendar(unit: int, operate: Callable[..., Vector]) -> Callable[..., Vector]:
    """`unit`: of a day. Outside the calendar is null."""

    def run(*vectors: Vector) -> Vector:
        found = operate(*vectors)
        inside = (found.values >= FIRST_DAY * unit) & (found.values < (LAST_DAY + 1) * unit)
        inside = inside.astype(bool)
        if inside.all():
            return in_units(found.values, found.valid) if found.values.dtype == object else found
        return in_units(np.where(inside, found.values, 0), both(found.valid, inside))

    return run


def _months_on(unit: int, left: Vector, months: Vector) -> Vector:
    """The same day of a later month, or its last: 31 January + 1 month is 28 February."""
    days, rest = np.divmod(left.values, unit)
    start = _as_days(days).astype("datetime64[M]")
    moves = np.clip(months.values, -_ALL_MONTHS, _ALL_MONTHS).astype(np.int64)
    later = start + moves.astype("timedelta64[M]")
    first, after = later.astype("datetime64[D]"), (later + 1).astype("datetime64[D]")
    day = np.minimum(_as_days(days) - start.astype("datetime64[D]"), after - first - 1)
    moved = (first + day).astype(np.int64) * unit + rest
    whole = Vector(moved, both(left.valid, months.valid), (10**9) * unit)
    return _in_calendar(unit, lambda v: v)(whole)


_SUMS: dict[tuple[str, str], Callable[[Vector, Vector], Vector]] = {
    ("date", "integer"): _in_calendar(1, exact.add),
    ("datetime", "duration"): _in_calendar(DAY, exact.add),
    ("duration", "duration"): exact.add,
    ("date", "months"): partial(_months_on, 1),
    ("datetime", "months"): partial(_months_on, DAY),
}


def _as_days(days: Any) -> Any:
    return days.astype("datetime64[D]")


def _difference(left: Node, right: Node) -> Node | None:
    """date - date: whole days, as an integer. Other moments: a duration."""
    kinds = {left.kind.type, right.kind.type}
    if kinds == {"date"}:
        return applied(INTEGER, exact.subtract, left, right)
    if kinds <= {"date", "datetime"}:
        zoned = None not in (left.kind.zone, right.kind.zone)
        kind = left.kind if zoned else DATETIME
        return applied(DURATION, exact.subtract, cast(left, kind), cast(right, kind))
    if kinds == {"time"}:
        return applied(DURATION, exact.subtract, left, right)
    return None


# ── * and / with durations ────────────────────────────────────────────────────────────────────


def times(nodes: Sequence[Node]) -> Node:
    left, right = nodes
    for one, other in ((left, right), (right, left)):
        if one.kind in (DURATION, MONTHS) and other.kind == INTEGER:
            return applied(one.kind, exact.multiply, one, other)
    return arithmetic.product(left, right)


def over(nodes: Sequence[Node]) -> Node:
    """A duration by a duration is a number: (closed - opened) / INTERVAL 1 HOUR."""
    left, right = nodes
    if left.kind == right.kind == DURATION:
        up = exact.QUOTIENT_SCALE
        return applied(decimal(up), lambda a, b: exact.divide(a, b, up), left, right)
    return arithmetic.quotient(left, right)


# ── parts ─────────────────────────────────────────────────────────────────────────────────────


def _datelike(node: Node, doing: str) -> Node:
    if node.kind.type not in ("date", "datetime"):
        hint = "write a day as DATE '2024-01-31'"
        raise wrong_type(f"{doing} needs a date, and got {described(node.kind)}", hint)
    return cast(node, DATE)


def _part(name: str, operate: Callable[[Any], Any]) -> Function:
    def run(vector: Vector) -> Vector:
        return in_units(operate(_as_days(vector.values)).astype(np.int64), vector.valid)

    def build(nodes: Sequence[Node]) -> Node:
        return applied(INTEGER, run, _datelike(nodes[0], name))

    return Function(build, 1, 1, f"{name}(date)")


def _year(days: Any) -> Any:
    return days.astype("datetime64[Y]").astype(np.int64) + 1970


def _month(days: Any) -> Any:
    return days.astype("datetime64[M]").astype(np.int64) % 12 + 1


def _quarter(days: Any) -> Any:
    return (_month(days) + 2) // 3


def _day(days: Any) -> Any:
    return (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1


def _weekday(days: Any) -> Any:
    """ISO: Monday is 1, Sunday 7; 1 January 1970 was a Thursday."""
    return (days.astype(np.int64) + 3) % 7 + 1


def _clock(name: str, unit: int, most: int) -> Function:
    def run(vector: Vector) -> Vector:
        return in_units(vector.values % DAY // unit % most, vector.valid)

    def build(nodes: Sequence[Node]) -> Node:
        (node,) = nodes
        if node.kind.type not in ("time", "datetime"):
            raise wrong_type(f"{name} needs a time, and got {described(node.kind)}")
        return applied(INTEGER, run, cast(node, Kind(node.kind.type)))

    return Function(build, 1, 1, f"{name}(time)")


def days_between(nodes: Sequence[Node]) -> Node:
    """datediff(later, earlier) in days, date_diff('day', earlier, later) likewise."""
    if len(nodes) == 3:
        unit = nodes[0].literal.value if nodes[0].literal is not None else None
        if str(unit).lower() not in ("day", "days"):
            hint = "subtract datetimes and divide: (b - a) / INTERVAL 1 HOUR"
            raise Refusal("wrong_argument", "only days are counted: date_diff('day', a, b)", hint)
        nodes = (nodes[2], nodes[1])
    later, earlier = (_datelike(node, "datediff") for node in nodes)
    return applied(INTEGER, exact.subtract, later, earlier)


def moved(sign: Callable[[Sequence[Node]], Node], nodes: Sequence[Node]) -> Node:
    if nodes[0].kind.type not in ("date", "datetime"):
        raise wrong_type(f"date_add needs a date, and got {described(nodes[0].kind)}")
    return sign(nodes)


def to_date(nodes: Sequence[Node]) -> Node:
    return cast(nodes[0], DATE)


MOMENTS: dict[str, Function] = {
    "+": Function(plus, 2, 2, "a + b"),
    "-": Function(minus, 2, 2, "a - b"),
    "*": Function(times, 2, 2, "a * b"),
    "/": Function(over, 2, 2, "a / b"),
    "year": _part("year", _year),
    "quarter": _part("quarter", _quarter),
    "month": _part("month", _month),
    "day": _part("day", _day),
    "weekday": _part("weekday", _weekday),
    "hour": _clock("hour", _HOUR, 24),
    "minute": _clock("minute", _MINUTE, 60),
    "second": _clock("second", _SECOND, 60),
    "date": Function(to_date, 1, 1, "date(moment)"),
    "datediff": Function(days_between, 2, 3, "datediff(later, earlier)"),
    "date_diff": Function(days_between, 2, 3, "date_diff('day', earlier, later)"),
    "date_add": Function(partial(moved, plus), 2, 2, "date_add(date, 3)"),
    "date_sub": Function(partial(moved, minus), 2, 2, "date_sub(date, 3)"),
}
