"""A field's constraints as pairs of tests: one for a value, one for a column, of one meaning."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

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
_Of = TypeVar("_Of")
_T = TypeVar("_T")


class Kept(Generic[_Of, _T]):
    """A function of a field, or of several, computed once for each of the last ones.

    By identity, because hashing a field costs as much as building its tests; the field is kept
    too, so that no other one can have its id.
    """

    def __init__(self, function: Callable[[_Of], _T]) -> None:
        self._function = function
        self._kept: dict[int, tuple[_Of, _T]] = {}

    def __call__(self, of: _Of) -> _T:
        known = self._kept.get(id(of))
        if known is None or known[0] is not of:
            known = of, self._function(of)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[id(of)] = known
        return known[1]


def _tests_of(field: FieldDefinition) -> tuple[Test, ...]:
    kinds = (_bounds, _steps, _lengths, _texts, _enum)
    return tuple(test for kind in kinds for test in kind(field))


tests_of = Kept(_tests_of)
"""Everything a single value must satisfy beside its type; `unique` needs the other rows."""


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
    numeric, nearest = kind in ("integer", "number"), float(limit)

    def breaks(value: Any) -> bool:
        if numeric and type(value) is int:
            return outside.value(value, limit)
        # On the same side of the float nearest to the limit as of the limit itself.
        if numeric and type(value) is float and value != nearest:
            return math.isfinite(value) and outside.value(value, nearest)
        number = ordinal(value, kind, instant=instant)
        return number is not None and outside.value(number, limit)

    def broken(array: pa.Array) -> Mask:
        column = ordinals(array, instant=instant)
        return no_rows(len(array)) if column is None else outside.column(column, limit)

    yield Test(code or side, f"{says} {clean(str(bound), 40)}", breaks, broken)


@dataclass(frozen=True, slots=True)
class _Outside:
    value: Callable[[Any, Any], bool]
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
        _stranger_to(field.type, allowed),
        lambda array: ~among(array, field.type, allowed) & truth(pc.is_valid(array)),
    )


def _stranger_to(kind: str, allowed: tuple[Scalar, ...]) -> Callable[[Any], bool]:
    """Whether a value equals none of `allowed`: 1 and 1.0 are equal, true and 1 are not."""
    if kind not in ORDERED:
        wanted = _members(kind, allowed)
        return lambda value: value not in wanted
    numbers = tuple(_numbers(kind, allowed))
    return lambda value: (
        not any(ordinal(value, kind, instant=instant) in those for instant, those in numbers)
    )


def among(array: pa.Array, kind: str, allowed: tuple[Scalar, ...]) -> Mask:
    """Which rows hold one of `allowed`; nulls do not."""
    if kind in ORDERED:
        found = no_rows(len(array))
        for instant, numbers in _numbers(kind, allowed):
            column = ordinals(array, instant=instant)
            found = found if column is None else found | column.among(numbers)
        return found
    wanted = _members(kind, allowed)
    storage = pa.bool_() if kind == "boolean" else array.type
    if kind != "boolean" and not is_text(array.type):
        return no_rows(len(array))
    return truth(pc.is_in(array, value_set=pa.array(sorted(wanted), storage))) & truth(
        pc.is_valid(array)
    )


def _numbers(kind: str, allowed: tuple[Scalar, ...]) -> Iterator[tuple[bool, frozenset[Decimal]]]:
    """Those to be compared by the clock on the wall, then those that say their zone and so an
    instant (True); a date stands for its midnight."""
    for instant in (False, True) if kind == "datetime" else (False,):
        those = (value for value in allowed if is_aware(value) == instant or kind != "datetime")
        numbers = (lower_bound(value, kind) for value in those)
        yield instant, frozenset(number for number in numbers if number is not None)


def _members(kind: str, allowed: tuple[Scalar, ...]) -> frozenset[Any]:
    """Booleans as they are; for text, numbers as they are written."""
    if kind == "boolean":
        return frozenset(value for value in allowed if isinstance(value, bool))
    return frozenset(value if isinstance(value, str) else _written(value) for value in allowed)


def _written(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
