"""The Arrow type of each field, from the schema alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyarrow as pa

from ..core.models import FieldDefinition
from ..utils.ordinals import ordinal
from .draws.decimals import DIGITS, exact, places_of

JSON_MARK = b"rowmill.type"
"""Metadata of a text column that holds JSON: `array` or `object`."""

TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "datetime": pa.timestamp("us"),
    "duration": pa.duration("us"),
    "array": pa.string(),
    "object": pa.string(),
}


def arrow_type(field: FieldDefinition) -> pa.DataType:
    """Arrays and objects travel as text that holds JSON, so that every format can carry them."""
    if field.type == "number":
        places = decimal_places(field)
        return TYPES["number"] if places is None else pa.decimal128(DIGITS, places)
    zone = getattr(field.generator, "time_zone", None)
    if field.type == "datetime" and zone:
        return pa.timestamp("us", tz=zone)
    return TYPES[field.type]


def arrow_field(field: FieldDefinition) -> pa.Field:
    """The column as it stands in an Arrow schema; JSON is marked, so that JSON formats write it as
    such and not as quoted text."""
    mark = {JSON_MARK: field.type.encode()} if field.type in ("array", "object") else None
    return pa.field(field.name, arrow_type(field), metadata=mark)


def decimal_places(field: FieldDefinition) -> int | None:
    """Of an exact decimal column; None where the column holds floats."""
    asked = getattr(field.generator, "decimal_places", None)
    multiple = field.constraints.multiple_of
    needed = (places_of(exact(multiple)) or 0) if multiple is not None else 0
    return None if asked is None and not needed else max(asked or 0, needed)


def to_array(values: Sequence[Any], field: FieldDefinition) -> pa.Array:
    """Checked Python values (what JSON holds: dates are ISO text) as the field's column.

    Raises:
        ValueError: a value is not of the field's type.
    """
    kind = arrow_type(field)
    convert = _converter(field, kind)
    return pa.array([None if value is None else convert(value) for value in values], kind)


def _converter(field: FieldDefinition, kind: pa.DataType) -> Callable[[Any], Any]:
    if pa.types.is_decimal(kind):
        unit = Decimal(1).scaleb(-kind.scale)
        return lambda value: Decimal(str(value)).quantize(unit, ROUND_HALF_UP)
    return _CONVERTERS[field.type]


def _document(value: Any) -> str:
    """What is text already was JSON where it came from."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _time(value: Any) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)


def _datetime(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _duration(value: Any) -> timedelta:
    """A number counts seconds, text is ISO 8601."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        return timedelta(seconds=value)
    micros = ordinal(value, "duration")
    if micros is None:
        raise ValueError(f"{value!r} is no duration")
    return timedelta(microseconds=int(micros))


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "duration": _duration,
    "array": _document,
    "object": _document,
}
