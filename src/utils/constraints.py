"""A field's constraints as pairs of tests: one for a value, one for a column, of one meaning."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..core.kinds import Bound, Scalar
from ..core.models import FieldDefinition
from .columns import Mask, is_text, no_rows, truth
from .formats import FORMATS
from .ordinals import (
    ORDERED,
    is_aware,
    is_no_multiple,
    lower_bound,
    ordinal,
    ordinals,
    upper_bound,
)
from .patterns import matches, matching
from .text import clean, shown

NESTED = frozenset({"array", "object"})


@dataclass(frozen=True, slots=True)
class Test:
    """`breaks` decides a value of the field's type; `broken` a column, False where it is null.

    `says` completes "17 …" and "3 of 1,000 rows …": "below the minimum 18".
    """

    code: str
    says: str
    breaks: Callable[[Any], bool]
    broken: Callable[[pa.Array], Mask]


MOST_KEPT = 1000
# By identity, because hashing a field costs as much as building its tests; the field is kept too,
# so that no other one can have its id.
_KEPT: dict[int, tuple[FieldDefinition, tuple[Test, ...]]] = {}


def tests_of(field: FieldDefinition) -> tuple[Test, ...]:
    """Everything a single value must satisfy beside its type; `unique` needs the other rows."""
    known = _KEPT.get(id(field))
    if known is None or known[0] is not field:
        kinds = (_bounds, _steps, _lengths, _texts, _enum)
        known = field, tuple(test for kind in kinds for test in kind(field))
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        _KEPT[id(field)] = known
    return known[1]


# ── numbers and moments ───────────────────────────────────────────────────────────────────────


def _bounds(field: FieldDefinition) -> Iterator[Test]:
    given = field.constraints
    below, above = "is below the minimum", "is above the maximum"
    yield from _bound(field, "minimum", given.minimum, below)
    yield from _bound(field, "maximum", given.maximum, above)
    yield from _bound(field, "exclusive_minimum", given.exclusive_minimum, "is not above")
    yield from _bound(field, "exclusive_maximum", given.exclusive_maximum, "is not below")
    checker = FORMATS.get(field.format or "")
    if checker is not None and checker.bounds is not None:
        low, high = checker.bounds
        yield from _bound(field, "minimum", low, f"is no {checker.name}: below", code="format")
        yield from _bound(field, "maximum", high, f"is no {checker.name}: above", code="format")


def _bound(
    field: FieldDefinition, side: str, bound: Bound | None, says: str, *, code: str = ""
) -> Iterator[Test]:
    if bound is None or field.type not in ORDERED:
        return
    if field.type == "integer" and isinstance(bound, float) and math.isfinite(bound):
        bound = _WHOLE[side](bound)
    limit = lower_bound(bound, field.type) if "minimum" in side else upper_bound(bound, field.type)
    if limit is None:  # the bound is no value of this type, which the schema checks refuse
        return
    instant, kind = is_aware(bound), field.type
    outside = _OUTSIDE[side]

    def breaks(value: Any) -> bool:
        number = ordinal(value, kind, instant=instant)
        return number is not None and outside.value(number, limit)

    def broken(array: pa.Array) -> Mask:
        column = ordinals(array, instant=instant)
        return no_rows(len(array)) if column is None else outside.column(column, limit)

    yield Test(code or side, f"{says} {clean(str(bound), 40)}", breaks, broken)


@dataclass(frozen=True, slots=True)
class _Outside:
    value: Callable[[Decimal, Decimal], bool]
    column: Callable[[Any, Decimal], Mask]


_WHOLE: dict[str, Callable[[float], int]] = {
    "minimum": math.ceil, "maximum": math.floor,
    "exclusive_minimum": math.floor, "exclusive_maximum": math.ceil,
}  # fmt: skip
"""The bound among the whole numbers that says the same as one between two of them."""

_OUTSIDE = {
    "minimum": _Outside(lambda n, at: n < at, lambda c, at: c.below(at)),
    "maximum": _Outside(lambda n, at: n > at, lambda c, at: c.above(at)),
    "exclusive_minimum": _Outside(lambda n, at: n <= at, lambda c, at: c.below(at, or_at=True)),
    "exclusive_maximum": _Outside(lambda n, at: n >= at, lambda c, at: c.above(at, or_at=True)),
}


def _steps(field: FieldDefinition) -> Iterator[Test]:
    step = ordinal(field.constraints.multiple_of, "number")
    if step is None or step <= 0 or field.type not in ("integer", "number"):
        return

    def broken(array: pa.Array) -> Mask:
        column = ordinals(array)
        return no_rows(len(array)) if column is None else column.no_multiple(step)

    yield Test(
        "multiple_of",
        f"is no multiple of {field.constraints.multiple_of}",
        lambda value: is_no_multiple(ordinal(value, "number"), step),
        broken,
    )


# ── text ──────────────────────────────────────────────────────────────────────────────────────


def _lengths(field: FieldDefinition) -> Iterator[Test]:
    """Characters of a text, members of an array, keys of an object."""
    if field.type != "string" and field.type not in NESTED:
        return
    shortest, longest = field.constraints.min_length, field.constraints.max_length
    if shortest is not None:
        yield Test(
            "min_length",
            f"is shorter than {shortest}",
            lambda value: len(value) < shortest,
            lambda texts: truth(pc.less(pc.utf8_length(texts), shortest)),
        )
    if longest is not None:
        yield Test(
            "max_length",
            f"is longer than {longest}",
            lambda value: len(value) > longest,
            lambda texts: truth(pc.greater(pc.utf8_length(texts), longest)),
        )


def _texts(field: FieldDefinition) -> Iterator[Test]:
    if field.type != "string":
        return
    pattern, checker = field.constraints.pattern, FORMATS.get(field.format or "")
    if pattern is not None:
        yield Test(
            "pattern",
            f"does not match {clean(pattern, 80)}",
            lambda value: not matches(pattern, value),
            lambda texts: ~matching(pattern, texts) & truth(pc.is_valid(texts)),
        )
    if checker is not None:
        yield Test(
            "format",
            f"is no {checker.name}",
            lambda value: not checker.accepts(value),
            lambda texts: ~checker.accepted(texts) & truth(pc.is_valid(texts)),
        )


# ── a list of values ──────────────────────────────────────────────────────────────────────────


def _enum(field: FieldDefinition) -> Iterator[Test]:
    allowed = field.constraints.enum
    if allowed is None or field.type in NESTED:
        return
    listed = ", ".join(shown(value, 20) for value in allowed[:5])
    says = f"is not one of {listed}{' …' if len(allowed) > 5 else ''}"
    yield Test(
        "enum",
        says,
        lambda value: not is_among(value, field.type, allowed),
        lambda array: ~among(array, field.type, allowed) & truth(pc.is_valid(array)),
    )


def is_among(value: Any, kind: str, allowed: tuple[Scalar, ...]) -> bool:
    """Whether a value equals one of `allowed`: 1 and 1.0 are equal, true and 1 are not."""
    if kind in ORDERED:
        return ordinal(value, kind) in _numbers(kind, allowed)
    return value in _members(kind, allowed)


def among(array: pa.Array, kind: str, allowed: tuple[Scalar, ...]) -> Mask:
    """`is_among` for each row; False for nulls."""
    if kind in ORDERED:
        column = ordinals(array)
        return no_rows(len(array)) if column is None else column.among(_numbers(kind, allowed))
    wanted = _members(kind, allowed)
    storage = pa.bool_() if kind == "boolean" else array.type
    if kind != "boolean" and not is_text(array.type):
        return no_rows(len(array))
    return truth(pc.is_in(array, value_set=pa.array(sorted(wanted), storage))) & truth(
        pc.is_valid(array)
    )


def _numbers(kind: str, allowed: tuple[Scalar, ...]) -> frozenset[Decimal]:
    numbers = (ordinal(value, kind) for value in allowed)
    return frozenset(number for number in numbers if number is not None)


def _members(kind: str, allowed: tuple[Scalar, ...]) -> frozenset[Any]:
    """Booleans as they are; for text, numbers as they are written."""
    if kind == "boolean":
        return frozenset(value for value in allowed if isinstance(value, bool))
    return frozenset(value if isinstance(value, str) else _written(value) for value in allowed)


def _written(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
