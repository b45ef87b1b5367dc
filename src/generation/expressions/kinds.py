"""What a column or an expression holds, as far as expressions tell it apart."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from ...core.models import FieldDefinition
from ..arrow_types import TYPES, arrow_type


@dataclass(frozen=True, slots=True)
class Column:
    """`name`, or `qualifier.name`: a table's or a key field's."""

    qualifier: str | None
    name: str

    def __str__(self) -> str:
        return self.name if self.qualifier is None else f"{self.qualifier}.{self.name}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of the schema language, or `null` (the bare word) or `months` (INTERVAL 1 YEAR).

    `scale`: decimals of an exact number, 0 for an integer; None for a float and for what is no
    number. `zone`: of a datetime that stands for an instant.
    """

    type: str
    scale: int | None = None
    zone: str | None = None

    @property
    def is_number(self) -> bool:
        return self.type in ("integer", "number")

    @property
    def is_exact(self) -> bool:
        return self.scale is not None

    @property
    def is_float(self) -> bool:
        return self.type == "number" and self.scale is None


INTEGER = Kind("integer", 0)
FLOAT = Kind("number")
STRING = Kind("string")
BOOLEAN = Kind("boolean")
DATE = Kind("date")
TIME = Kind("time")
DATETIME = Kind("datetime")
DURATION = Kind("duration")
NULL = Kind("null")
MONTHS = Kind("months")

NATURAL_DIGITS = 38
MOST_SCALE = 18
"""Decimals that an exact result keeps where nobody said how many; inside there is no limit."""


def decimal(scale: int) -> Kind:
    return Kind("number", scale)


def kind_of(field: FieldDefinition) -> Kind:
    """Of a field's column; an array's or object's can only be asked whether it is null."""
    if field.type in ("array", "object"):
        return Kind(field.type)
    return kind_of_arrow(arrow_type(field))


def kind_of_arrow(kind: pa.DataType) -> Kind:
    if pa.types.is_decimal(kind):
        return decimal(kind.scale)
    if pa.types.is_timestamp(kind):
        return Kind("datetime", zone=kind.tz)
    return next((found for fits, found in _BY_ARROW if fits(kind)), STRING)


def arrow_of(kind: Kind, *, digits: int = NATURAL_DIGITS) -> pa.DataType:
    if kind.type == "number" and kind.scale is not None:
        return pa.decimal128(digits, kind.scale)
    if kind.type == "datetime" and kind.zone is not None:
        return pa.timestamp("us", tz=kind.zone)
    return TYPES.get(kind.type, pa.null())


_BY_ARROW = (
    (pa.types.is_integer, INTEGER),
    (pa.types.is_floating, FLOAT),
    (pa.types.is_boolean, BOOLEAN),
    (pa.types.is_date, DATE),
    (pa.types.is_time, TIME),
    (pa.types.is_duration, DURATION),
    (pa.types.is_null, NULL),
)
