"""Data changed so that one promise does not hold any more: a breaker for each kind of check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from src.core.models import DataSchema
from src.utils.promises import resolve

Tables = Mapping[str, pa.Table]


def broken(schema: DataSchema, tables: Tables, said: Any) -> dict[str, pa.Table]:
    """The tables without what `said` promises."""
    return {**tables, **BREAKERS[said.check](schema, tables, said)}


def _of(schema: DataSchema, said: Any, name: str | None = None) -> tuple[str, str]:
    place = resolve(schema, name or said.field, said.table)
    assert place is not None
    return place[0].name, place[1].name


def _with(tables: Tables, table: str, name: str, change: Callable[[list[Any]], Any]) -> Any:
    """A column's values changed in place, or others in their stead."""
    rows = tables[table]
    values = rows.column(name).to_pylist()
    values = change(values) or values
    place = rows.column_names.index(name)
    column = pa.array(values, rows.schema.field(name).type)
    return {table: rows.set_column(place, rows.schema.field(name), column)}


def _first(value: Any) -> Callable[[list[Any]], None]:
    def change(values: list[Any]) -> None:
        values[0] = value

    return change


def _cell(schema: DataSchema, tables: Tables, said: Any, value: Any) -> Any:
    return _with(tables, *_of(schema, said), _first(value))


def _fewer_rows(schema: DataSchema, tables: Tables, said: Any) -> Any:
    table = said.table or schema.tables[0].name
    return {table: tables[table].slice(1)}


def _repeated(schema: DataSchema, tables: Tables, said: Any) -> Any:
    changed = dict(tables)
    for name in said.fields:
        table, field = _of(schema, said, name)
        changed |= _with(changed, table, field, lambda values: [values[1], *values[1:]])
    return changed


def _out_of_range(schema: DataSchema, tables: Tables, said: Any) -> Any:
    table, field = _of(schema, said)
    kind = tables[table].schema.field(field).type
    low: Any = date(1900, 1, 1) if pa.types.is_date(kind) else -1
    return _cell(schema, tables, said, Decimal(-1) if pa.types.is_decimal(kind) else low)


def _another_share(schema: DataSchema, tables: Tables, said: Any) -> Any:
    """A tenth of the rows more, by the value that is there most or by the one that may not be."""
    table, field = _of(schema, said)
    kind = tables[table].schema.field(field).type
    value = Decimal(said.value) if pa.types.is_decimal(kind) else said.value
    return _with(
        tables,
        table,
        field,
        lambda values: [value] * (len(values) // 5) + values[len(values) // 5 :],
    )


def _shares(schema: DataSchema, tables: Tables, said: Any) -> Any:
    return _with(tables, *_of(schema, said), lambda values: [said.values[0]] * len(values))


def _dearer(schema: DataSchema, tables: Tables, said: Any) -> Any:
    def change(values: list[Any]) -> list[Any]:
        return [round(value * Decimal("1.1"), 2) for value in values]

    return _with(tables, *_of(schema, said), change)


def _fewer_nulls(schema: DataSchema, tables: Tables, said: Any) -> Any:
    def change(values: list[Any]) -> list[Any]:
        some = next(value for value in values if value is not None)
        return [some if row % 4 == 0 else value for row, value in enumerate(values)]

    return _with(tables, *_of(schema, said), change)


def _circle(schema: DataSchema, tables: Tables, said: Any) -> Any:
    def change(values: list[Any]) -> None:
        values[0], values[1] = 2, 1  # the keys of rows 1 and 0

    return _with(tables, *_of(schema, said), change)


def _crowded(schema: DataSchema, tables: Tables, said: Any) -> Any:
    def change(values: list[Any]) -> None:
        values[: said.maximum + 1] = [values[0]] * (said.maximum + 1)

    return _with(tables, *_of(schema, said), change)


def _one_more_family(schema: DataSchema, tables: Tables, said: Any) -> Any:
    def change(values: list[Any]) -> None:
        used = set(values)
        lonely = next(key for key in tables["customers"]["id"].to_pylist() if key not in used)
        twice = next(row for row, key in enumerate(values) if key in values[:row])
        values[twice] = lonely

    return _with(tables, *_of(schema, said), change)


def _evenly(schema: DataSchema, tables: Tables, said: Any) -> Any:
    keys = tables["customers"]["id"].to_pylist()
    return _with(
        tables,
        *_of(schema, said),
        lambda values: [keys[row % len(keys)] for row in range(len(values))],
    )


def _a_cent_more(schema: DataSchema, tables: Tables, said: Any) -> Any:
    return _with(tables, *_of(schema, said), lambda v: [v[0] + Decimal("0.01"), *v[1:]])


def _disagreeing(schema: DataSchema, tables: Tables, said: Any) -> Any:
    name = next(name for name in said.fields if name in ("email", "postcode"))
    return _with(tables, *_of(schema, said, name), _first("00000"))


# Which column a condition is broken by, and how; `row` is the first of which it says something.
STATED: Mapping[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "check_out": ("check_out", lambda row: row["check_out"] + timedelta(1)),
    "total": ("total", lambda row: row["total"] + Decimal("0.01")),
    "(status": ("status", lambda row: "confirmed"),
    "cancelled_at": ("cancelled_at", lambda row: _noon(row["check_in"])),
    "booked_at": ("cancelled_at", lambda row: _noon(row["check_in"])),
    "ordered_at": ("ordered_at", lambda row: datetime(1990, 1, 1)),  # noqa: DTZ001 (a wall clock)
    "list_price": ("list_price", lambda row: row["list_price"] + Decimal("0.01")),
}


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 (a wall clock)


def _stated(schema: DataSchema, tables: Tables, said: Any) -> Any:
    text = getattr(said, "then", None) or said.expr
    if text.startswith("booked_at <= cancelled_at") and "AND" not in text:
        name, made = "cancelled_at", lambda row: row["booked_at"] - timedelta(1)
    else:
        name, made = STATED[text.split(" ")[0]]
    table = said.table or schema.tables[0].name
    rows = tables[table].to_pylist()
    place = next(n for n, row in enumerate(rows) if row.get("cancelled_at", 1) is not None)

    def change(values: list[Any]) -> None:
        values[place] = made(rows[place])

    return _with(tables, table, name, change)


def _text(schema: DataSchema, tables: Tables, said: Any) -> Any:
    return _cell(schema, tables, said, "?")


def _empty(schema: DataSchema, tables: Tables, said: Any) -> Any:
    return _cell(schema, tables, said, None)


def _strange_pair(schema: DataSchema, tables: Tables, said: Any) -> Any:
    return _with(tables, *_of(schema, said, said.fields[1]), _first("?"))


def _orphan(schema: DataSchema, tables: Tables, said: Any) -> Any:
    table, field = _of(schema, said)
    is_text = pa.types.is_string(tables[table].schema.field(field).type)
    return _cell(schema, tables, said, "?" if is_text else -1)


BREAKERS: Mapping[str, Callable[[DataSchema, Tables, Any], Any]] = {
    "row_count": _fewer_rows,
    "unique": _repeated,
    "not_null": _empty,
    "null_share": _fewer_nulls,
    "range": _out_of_range,
    "one_of": _text,
    "matches": _text,
    "format": _text,
    "length": _text,
    "share": _another_share,
    "shares": _shares,
    "median": _dearer,
    "distribution": _dearer,
    "combinations": _strange_pair,
    "agree": _disagreeing,
    "expression": _stated,
    "implies": _stated,
    "per_parent": _crowded,
    "without_children": _one_more_family,
    "top_share": _evenly,
    "acyclic": _circle,
    "references": _orphan,
    "aggregate": _a_cent_more,
    "sum": _a_cent_more,
}
