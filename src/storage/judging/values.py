"""Checks of the cells of one column, and of what a whole column measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from ...core import kinds
from ...core.models import Constraints, FieldDefinition
from ...utils.constraints import NESTED, among
from ...utils.findings import Counted, EveryRow, empty
from ...utils.measures import Correlated, OfValues, Shared, Summed, Wanted, between
from ...utils.ordinals import ORDERED, lower_bound, ordinal, upper_bound
from ...utils.patterns import is_pattern
from ...utils.promises import can_have_format
from ...utils.text import clean, shown
from .bench import Bench, Made, Side, Unjudgeable
from .spill import Numbers, Quantile, Referenced, Unique, Varied

NUMERIC = frozenset({"integer", "number", "boolean"})


def _every(
    bench: Bench, check: Any, target: str, of: frozenset[str] | None = None, **promise: Any
) -> Made:
    sides = bench.field(check, of=of)
    about = sides[0].fields[0]
    constraints = Constraints(**promise.pop("constraints", {}))
    only = FieldDefinition(
        **{"name": about.name, "type": about.type, "nullable": True, "constraints": constraints}
        | promise
    )
    return sides, EveryRow(only, target, extremes="minimum" in constraints.model_fields_set)


def _row_count(bench: Bench, check: kinds.RowCount) -> Made:
    tables = [table.name for table in bench.schema.tables]
    name = check.table or (tables[0] if len(tables) == 1 else "")
    if name not in tables:
        raise Unjudgeable("it does not say which table")
    return (Side(name, ()),), Counted(check.equals)


def _unique(bench: Bench, check: kinds.UniqueCheck) -> Made:
    side = bench.side(*check.fields, table=check.table)
    (keys,) = bench.spills(side)
    return (side,), Unique(keys)


def _distinct(bench: Bench, check: kinds.Distinct) -> Made:
    (side,) = bench.field(check)
    return (side,), Varied(check.minimum, check.maximum, *bench.spills(side))


def _not_null(bench: Bench, check: kinds.NotNull) -> Made:
    return _every(bench, check, "no empty cell", nullable=False)


def _null_share(bench: Bench, check: kinds.NullShare) -> Made:
    wanted = Wanted(check.equals, check.tolerance)
    return bench.field(check), Shared(empty, wanted, scored=True)


def _range(bench: Bench, check: kinds.Range) -> Made:
    kind = bench.field(check, of=ORDERED)[0].fields[0].type
    for bound, read in ((check.minimum, lower_bound), (check.maximum, upper_bound)):
        if bound is not None and read(bound, kind) is None:
            raise Unjudgeable(f"{shown(bound)} is no {kind}")
    low, high = check.minimum, check.maximum
    target = between(*(None if end is None else f"{end}" for end in (low, high)))
    return _every(bench, check, target, constraints={"minimum": low, "maximum": high})


def _one_of(bench: Bench, check: kinds.OneOf) -> Made:
    not_nested(bench, check)
    listed = ", ".join(shown(value, 20) for value in check.values[:5])
    target = f"one of {listed}{' …' if len(check.values) > 5 else ''}"
    return _every(bench, check, target, constraints={"enum": check.values})


def _share(bench: Bench, check: kinds.Share) -> Made:
    side = not_nested(bench, check)
    kind = side.fields[0].type
    wanted = Wanted(check.equals, check.tolerance, check.minimum, check.maximum)
    return (side,), Shared(lambda array: among(array, kind, (check.value,)), wanted)


def not_nested(bench: Bench, check: Any) -> Side:
    (side,) = bench.field(check)
    if side.fields[0].type in NESTED:
        raise Unjudgeable(f"{check.check} says nothing about a field of type {side.fields[0].type}")
    return side


def _quantile(bench: Bench, check: kinds.Median | kinds.Quantile) -> Made:
    sides = bench.field(check, of=NUMERIC)
    q = check.q if isinstance(check, kinds.Quantile) else 0.5
    fold = Quantile(Numbers(bench.place() / "values"), q, check.equals, check.tolerance)
    return sides, OfValues(fold, bench.blank(sides[0]))


def _matches(bench: Bench, check: kinds.Matches) -> Made:
    if not is_pattern(check.pattern):
        raise Unjudgeable(f"{clean(check.pattern, 80)} is no RE2 expression")
    target = f"matches {clean(check.pattern, 80)}"
    text = frozenset({"string"})
    return _every(bench, check, target, text, constraints={"pattern": check.pattern})


def _format(bench: Bench, check: kinds.HasFormat) -> Made:
    (side,) = bench.field(check)
    if not can_have_format(side.fields[0], check.format):
        kind = side.fields[0].type
        raise Unjudgeable(f"{clean(check.format, 40)} is no format of a field of type {kind}")
    return _every(bench, check, f"a valid {check.format}", format=check.format)


def _sum(bench: Bench, check: kinds.SumCheck) -> Made:
    sides = bench.field(check, of=frozenset({"integer", "number"}))
    if not isinstance(check.equals, str):
        wanted = ordinal(check.equals, "number")
        return sides, Summed(Fraction(wanted or 0), f"{check.equals}")
    inner = check.equals.strip()
    if not (inner.lower().startswith("sum(") and inner.endswith(")")):
        raise Unjudgeable("a sum equals a number or sum(table.field)")
    other = bench.side(inner[4:-1].strip(), table=None)
    if other.fields[0].type not in ("integer", "number"):
        raise Unjudgeable(f"{inner} is not a sum of numbers")
    return (*sides, other), Summed(None, inner)


def _references(bench: Bench, check: kinds.References) -> Made:
    (child,) = bench.field(check)
    parent = bench.side(check.target, table=None)
    if child.fields[0].type != parent.fields[0].type:
        raise Unjudgeable(f"{check.field} and {check.target} are of different types")
    return (child, parent), Referenced(check.target, *bench.spills(child, parent))


def _correlation(bench: Bench, check: kinds.CorrelationCheck) -> Made:
    side = bench.side(*check.fields, table=check.table)
    if any(field.type not in ORDERED | NUMERIC for field in side.fields):
        raise Unjudgeable("only numbers and moments correlate")
    return (side,), OfValues(Correlated(check.equals, check.tolerance), bench.blank(side))


MAKERS: Mapping[str, Callable[[Bench, Any], Made]] = {
    "row_count": _row_count,
    "unique": _unique,
    "distinct": _distinct,
    "not_null": _not_null,
    "null_share": _null_share,
    "range": _range,
    "one_of": _one_of,
    "share": _share,
    "median": _quantile,
    "quantile": _quantile,
    "matches": _matches,
    "format": _format,
    "sum": _sum,
    "references": _references,
    "correlation": _correlation,
}
