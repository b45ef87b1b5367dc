"""Whether values are what their fields promise: for one row, and for a whole table at once.

Both forms answer with problems and never raise, and they mean the same: a row that `check_row`
accepts is one that `check_table` accepts once it stands in a column, uniqueness apart.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core.errors import Problem
from ..core.kinds import Constant
from ..core.models import FieldDefinition
from .columns import Mask, Rows, is_text, no_rows, plain, present, values_at
from .constraints import NESTED, Kept, Test, tests_of
from .ordinals import DECIMAL_DIGITS, ORDERED, decimal_places, is_aware, ordinal, ordinals
from .text import is_unicode, shown

SHOWN = 3
"""Rows a problem quotes."""

_MISSING = object()
_INT64 = 2**63
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
    problems: list[Problem] = []
    asks = _asks_of(fields) if isinstance(fields, tuple) else map(_asked_of, fields)
    for ask in asks:
        value = row.get(ask.field.name, _MISSING)
        if not ask.is_good(value):
            problems += _value_problems(value, ask, ask.field.name)
    return tuple(problems)


@dataclass(frozen=True, slots=True)
class _Ask:
    """What a field asks of one value. `is_of_type`: whether it can stand in the field's column;
    `as_stored`: how it will; None where that is as it is."""

    field: FieldDefinition
    may_be_null: bool
    is_of_type: Callable[[Any], bool]
    as_stored: Callable[[Any], Any] | None
    tests: tuple[Test, ...]
    is_nested: bool

    def is_good(self, value: Any) -> bool:
        """Whether there is nothing to say about it."""
        if value is None:
            return self.may_be_null
        if not self.is_of_type(value):
            return False
        stored = self.as_stored(value) if self.as_stored else value
        for test in self.tests:
            if test.breaks(stored):
                return False
        return not self.is_nested or not any(_inside(value, self.field, ""))


def _ask(field: FieldDefinition) -> _Ask:
    places = exact_places(field)
    asked = getattr(field.generator, "decimal_places", None)
    return _Ask(
        field,
        may_be_null=may_be_null(field),
        is_of_type=_type_test(field, places),
        as_stored=None if asked is None or places is None else partial(_rounded, places),
        tests=tests_of(field),
        is_nested=field.type in NESTED,
    )


_asked_of = Kept(_ask)
_asks_of: Kept[tuple[FieldDefinition, ...], tuple[_Ask, ...]] = Kept(
    lambda fields: tuple(map(_ask, fields))
)


def _value_problems(value: Any, ask: _Ask, path: str) -> Iterator[Problem]:
    if value is _MISSING:
        yield Problem(path, "missing", "has no value at all", "give one, or null where allowed")
    elif value is None:
        if not ask.may_be_null:
            yield Problem(path, "null", "is empty, and this field never is", "give a value")
    elif not ask.is_of_type(value):
        yield Problem(path, "type", f"{shown(value)} is not {_NAMES[ask.field.type]}")
    else:
        stored = ask.as_stored(value) if ask.as_stored else value
        for test in ask.tests:
            if test.breaks(stored):
                yield Problem(path, test.code, f"{shown(value)} {test.says}")
        yield from _inside(value, ask.field, path)


def _rounded(places: int, value: Any) -> Decimal | None:
    """0.004 is above 0, but where two places are asked for it will not be."""
    number = ordinal(value, "number")
    return None if number is None else number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _inside(value: Any, field: FieldDefinition, path: str) -> Iterator[Problem]:
    if field.type == "array" and field.items is not None:
        ask = _asked_of(field.items)
        for place, member in enumerate(value):
            yield from _value_problems(member, ask, f"{path}[{place}]")
    if field.type == "object":
        for inner in field.fields:
            yield from _value_problems(
                value.get(inner.name, _MISSING), _asked_of(inner), f"{path}.{inner.name}"
            )


def exact_places(field: FieldDefinition) -> int | None:
    """The decimal places of a column of exact decimals, None for every other column."""
    if field.type != "number":
        return None
    asked = getattr(field.generator, "decimal_places", None)
    step = ordinal(field.constraints.multiple_of, "number")
    needed = 0 if step is None else decimal_places(step)
    return None if asked is None and not needed else max(asked or 0, needed)


def _type_test(field: FieldDefinition, places: int | None) -> Callable[[Any], bool]:
    kind = field.type
    if kind not in ORDERED:
        return _IS[kind]
    if kind == "datetime":
        has_zone = bool(getattr(field.generator, "time_zone", None))
        return lambda value: _suits_zone(value, has_zone)
    if places is None:
        plainly = _PLAINLY.get(kind, _never)
        return lambda value: plainly(value) or ordinal(value, kind) is not None
    most = 10 ** (DECIMAL_DIGITS - places) - 1
    return lambda value: (number := ordinal(value, kind)) is not None and abs(number) < most


def _suits_zone(value: Any, has_zone: bool) -> bool:
    """A column without a zone takes what says none, or UTC; one with a zone what says any."""
    moment = ordinal(value, "datetime")
    if moment is None or has_zone:
        return moment is not None and is_aware(value)
    return not is_aware(value) or moment == ordinal(value, "datetime", instant=True)


def _never(value: Any) -> bool:
    del value
    return False


# What needs no exact number to be seen.
_PLAINLY: Mapping[str, Callable[[Any], bool]] = {
    "integer": lambda value: type(value) is int and -_INT64 <= value < _INT64,
    "number": lambda value: type(value) is float and math.isfinite(value),
}
_IS: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str) and is_unicode(value),
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
    for problem in _value_problems(value, _asked_of(field), field.name):
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
