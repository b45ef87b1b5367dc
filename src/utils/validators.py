"""Whether values are what their fields promise: for one row, and for a whole table at once.

Both forms answer with problems and never raise, and they mean the same: a row that `check_row`
accepts is one that `check_table` accepts once it stands in a column, uniqueness apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core.errors import Problem
from ..core.kinds import Constant
from ..core.models import FieldDefinition
from .columns import Mask, Rows, is_text, no_rows, plain, present, values_at
from .constraints import NESTED, tests_of
from .ordinals import DECIMAL_DIGITS, ORDERED, decimal_places, is_aware, ordinal, ordinals
from .text import shown

SHOWN = 3
"""Rows a problem quotes."""

_MISSING = object()
_NAMES = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "date": "a date like 2026-01-31", "time": "a time like 09:30:00",
    "datetime": "a date and time like 2026-01-31T09:30:00", "duration": "a duration like P1DT2H",
    "array": "a list", "object": "an object",
}  # fmt: skip


def may_be_null(field: FieldDefinition) -> bool:
    """Whether a cell may be empty; a constant null says so by itself."""
    constant = isinstance(field.generator, Constant) and field.generator.value is None
    return (field.may_be_null or constant) and not field.constraints.required


# ── one row ───────────────────────────────────────────────────────────────────────────────────


def check_row(row: Mapping[str, Any], fields: Iterable[FieldDefinition]) -> tuple[Problem, ...]:
    """What is wrong with a row of plain values, as a model's JSON brings them.

    Moments are ISO 8601 text, decimals numbers or text, arrays and objects lists and mappings;
    the values Python has for these are accepted too. Keys without a field are not looked at.
    """
    return tuple(
        problem
        for field in fields
        for problem in _value_problems(row.get(field.name, _MISSING), field, field.name)
    )


def _value_problems(value: Any, field: FieldDefinition, path: str) -> Iterator[Problem]:
    if value is _MISSING:
        yield Problem(path, "missing", "has no value at all", "give one, or null where allowed")
    elif value is None:
        if not may_be_null(field):
            yield Problem(path, "null", "is empty, and this field never is", "give a value")
    elif not is_of_type(value, field):
        yield Problem(path, "type", f"{shown(value)} is not {_NAMES[field.type]}")
    else:
        stored = _as_stored(value, field)
        for test in tests_of(field):
            if test.breaks(stored):
                yield Problem(path, test.code, f"{shown(value)} {test.says}")
        yield from _inside(value, field, path)


def _as_stored(value: Any, field: FieldDefinition) -> Any:
    """0.004 is above 0, but where two places are asked for it will not be."""
    if field.type != "number":
        return value
    asked = getattr(field.generator, "decimal_places", None)
    places = exact_places(field)
    number = None if asked is None or places is None else ordinal(value, "number")
    if number is None or places is None:
        return value
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _inside(value: Any, field: FieldDefinition, path: str) -> Iterator[Problem]:
    if field.type == "array" and field.items is not None:
        for place, member in enumerate(value):
            yield from _value_problems(member, field.items, f"{path}[{place}]")
    if field.type == "object":
        for inner in field.fields:
            yield from _value_problems(
                value.get(inner.name, _MISSING), inner, f"{path}.{inner.name}"
            )


def is_of_type(value: Any, field: FieldDefinition) -> bool:
    """Whether the value can stand in the field's column."""
    if field.type not in ORDERED:
        return _IS[field.type](value)
    number = ordinal(value, field.type)
    if number is None:
        return False
    if field.type == "datetime":
        return _suits_zone(value, field)
    places = exact_places(field)
    return places is None or abs(number) < 10 ** (DECIMAL_DIGITS - places) - 1


def exact_places(field: FieldDefinition) -> int | None:
    """The decimal places of a column of exact decimals, None for every other column."""
    if field.type != "number":
        return None
    asked = getattr(field.generator, "decimal_places", None)
    step = ordinal(field.constraints.multiple_of, "number")
    needed = 0 if step is None else decimal_places(step)
    return None if asked is None and not needed else max(asked or 0, needed)


def _suits_zone(value: Any, field: FieldDefinition) -> bool:
    """A column without a zone takes what says none, or UTC; one with a zone what says any."""
    moment = ordinal(value, "datetime")
    if getattr(field.generator, "time_zone", None):
        return is_aware(value)
    return not is_aware(value) or moment == ordinal(value, "datetime", instant=True)


def _is_text(value: Any) -> bool:
    # JSON can say half a surrogate pair; no file can.
    return isinstance(value, str) and (value.isascii() or _is_unicode(value))


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


_IS: Mapping[str, Callable[[Any], bool]] = {
    "string": _is_text,
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, Mapping),
}


# ── a table ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Fault:
    """Rows of a column that break one promise: their offsets, rising, and how to say it."""

    field: str
    code: str
    says: str
    rows: Rows
    values: tuple[Any, ...] = ()


def check_table(
    table: pa.Table, fields: Iterable[FieldDefinition], *, max_problems: int = 50
) -> tuple[Problem, ...]:
    """What is wrong with a table: one problem a column and promise, however many rows break it."""
    faults = find_faults(table, fields)
    shown_faults = (fault for fault, _ in zip(faults, range(max_problems), strict=False))
    return tuple(_problem(fault, table.num_rows) for fault in shown_faults)


def find_faults(table: pa.Table, fields: Iterable[FieldDefinition]) -> Iterator[Fault]:
    """Every broken promise with the rows that break it."""
    for field in fields:
        if field.name in table.column_names:
            yield from column_faults(plain(table.column(field.name)), field)
        else:
            yield Fault(field.name, "missing", "have no such column", np.arange(table.num_rows))


def _problem(fault: Fault, count: int) -> Problem:
    if fault.code == "missing":
        return Problem(fault.field, "missing", "the table has no such column")
    quoted = ", ".join(
        f"{shown(value)} in row {row}" if fault.code != "null" else f"row {row}"
        for row, value in zip(fault.rows[:SHOWN], fault.values, strict=False)
    )
    broken = f"{len(fault.rows):,} of {count:,} rows: the value {fault.says}"
    return Problem(fault.field, fault.code, f"{broken}: {quoted}")


def column_faults(array: pa.Array, field: FieldDefinition) -> Iterator[Fault]:
    """Every promise of the field that its column breaks."""
    for code, says, mask in _broken(array, field):
        rows = np.flatnonzero(mask)
        if len(rows):
            yield Fault(field.name, code, says, rows, tuple(values_at(array, rows[:SHOWN])))


def _broken(array: pa.Array, field: FieldDefinition) -> Iterator[tuple[str, str, Mask]]:
    """(code, what it says, which rows) for every promise of the field."""
    if array.null_count and not may_be_null(field):
        yield "null", "is empty, and this field never is", ~present(array)
    if pa.types.is_null(array.type):
        return
    wrong = _wrong_type(array, field)
    if wrong.any():
        yield "type", f"is not {_NAMES[field.type]}", wrong
        array = pc.if_else(pa.array(~wrong), array, pa.scalar(None, array.type))
    if array.null_count == len(array):
        return
    if field.type in NESTED:
        yield from _broken_inside(array, field)
    else:
        for test in tests_of(field):
            yield test.code, test.says, test.broken(array)
    if field.constraints.unique:
        yield "unique", "is there more than once", repeated(array)


def _wrong_type(array: pa.Array, field: FieldDefinition) -> Mask:
    """Which rows hold something else: all, where the column itself is of another type."""
    if not holds(array, field.type):
        return present(array)
    if pa.types.is_floating(array.type):
        wild: Mask = ~np.isfinite(array.fill_null(0).to_numpy(zero_copy_only=False))
        return wild
    return no_rows(len(array))


def holds(array: pa.Array, kind: str) -> bool:
    """Whether a column is stored in a way that can hold values of a field type."""
    return _HOLDS[kind](array.type) and (kind not in ORDERED or ordinals(array) is not None)


_HOLDS: Mapping[str, Callable[[pa.DataType], bool]] = {
    "string": is_text,
    "integer": pa.types.is_integer,
    "number": lambda kind: (
        pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_integer(kind)
    ),
    "boolean": pa.types.is_boolean,
    "date": pa.types.is_date,
    "time": pa.types.is_time,
    "datetime": pa.types.is_timestamp,
    "duration": pa.types.is_duration,
    "array": is_text,
    "object": is_text,
}


def _broken_inside(array: pa.Array, field: FieldDefinition) -> Iterator[tuple[str, str, Mask]]:
    """Arrays and objects are JSON in a text column; each different text is read once."""
    encoded = array.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    broken: dict[tuple[str, str], list[int]] = {}
    for place, text in enumerate(encoded.dictionary.to_pylist()):
        for code, says in _json_problems(text, field):
            broken.setdefault((code, says), []).append(place)
    for code in dict.fromkeys(code for code, _ in broken):
        places = [place for key, found in broken.items() if key[0] == code for place in found]
        says = next(says for key, says in broken if key == code)
        yield code, says, np.isin(codes, places)


def _json_problems(text: str, field: FieldDefinition) -> Iterator[tuple[str, str]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        yield "type", "is not JSON"
        return
    if value is None:
        yield "type", f"is not {_NAMES[field.type]}"
        return
    for problem in _value_problems(value, field, field.name):
        at = problem.path.removeprefix(field.name)
        yield problem.code, f"is not as promised{at and ' at ' + at} ({problem.message})"


def repeated(array: pa.Array) -> Mask:
    """Which rows hold a value that an earlier row holds; nulls repeat nothing."""
    import polars as pl

    column = pl.Series(pl.from_arrow(array))
    if column.drop_nulls().n_unique() == len(array) - array.null_count:
        return no_rows(len(array))
    later: Mask = ~column.is_first_distinct().to_numpy()
    return later & present(array)
