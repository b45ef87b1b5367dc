"""One small table that the tests compute over, and the way from a text to Python values."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from src.generation.expressions import Column, Compiled, Kind, compile_expression
from src.generation.expressions.kinds import kind_of_arrow

D, at = Decimal, datetime.fromisoformat


def column(values: list[Any], kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind)


COLUMNS: dict[Column, pa.Array] = {
    Column(None, "i"): column([7, -7, 0, None], pa.int64()),
    Column(None, "n"): column([2, 2, 0, 5], pa.int64()),
    Column(None, "price"): column([D("19.99"), D("-0.05"), D("0.00"), None], pa.decimal128(18, 2)),
    Column(None, "rate"): column([D("0.075"), D("0.5"), D("1.0"), D("2.0")], pa.decimal128(18, 3)),
    Column(None, "f"): column([2.5, -2.5, 1.005, None], pa.float64()),
    Column(None, "s"): column(["abc", "Straße", "", None], pa.string()),
    Column(None, "status"): column(["open", "cancelled", "open", None], pa.string()),
    Column(None, "b"): column([True, False, None, True], pa.bool_()),
    Column(None, "c"): column([None, None, False, True], pa.bool_()),
    Column(None, "d"): column(
        [date(2024, 1, 31), date(2023, 12, 31), date(2024, 2, 29), None], pa.date32()
    ),
    Column(None, "e"): column(
        [date(2024, 2, 1), date(2024, 1, 1), date(2024, 2, 28), date(2024, 1, 1)], pa.date32()
    ),
    Column(None, "t"): column(
        [at("2024-01-31 09:30"), at("1969-12-31 23:59:59.500000"), None, None],
        pa.timestamp("us"),
    ),
    Column(None, "u"): column(
        [at("2024-02-01 12:00"), at("1970-01-01 00:00"), at("2024-01-01 00:00"), None],
        pa.timestamp("us"),
    ),
    Column(None, "h"): column([time(9, 30), time(23, 59, 59, 5), time(0), None], pa.time64("us")),
    Column(None, "g"): column(
        [timedelta(hours=36), timedelta(0), timedelta(days=-1), None], pa.duration("us")
    ),
    Column("products", "price"): column(
        [D("1.10"), D("2.20"), D("3.30"), D("4.40")], pa.decimal128(18, 2)
    ),
    Column(None, "order"): column(["a", "b", "c", "d"], pa.string()),
    Column(None, "tags"): column(["[]", None, "[1]", "[]"], pa.string()),
}
KINDS: dict[Column, Kind] = {
    **{name: kind_of_arrow(array.type) for name, array in COLUMNS.items()},
    Column(None, "tags"): Kind("array"),
}
LENGTH = 4


def compiled(text: str, **more: Any) -> Compiled:
    found = compile_expression(text, KINDS, **more)
    assert isinstance(found, Compiled), found
    return found


def refused(text: str, **more: Any) -> tuple[str, str, str]:
    """Code, message and hint of the first problem."""
    found = compile_expression(text, KINDS, **more)
    assert not isinstance(found, Compiled), f"{text[:80]} was accepted"
    assert found[0].hint, found[0]
    return found[0].code, found[0].message, found[0].hint


def computed(text: str, **more: Any) -> list[Any]:
    result = compiled(text, **more).evaluate(COLUMNS, LENGTH)
    result.validate(full=True)
    return list(result.to_pylist())
