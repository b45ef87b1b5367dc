"""Whether the final data keeps its promises, in memory that does not grow with the rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa

from ...core import kinds
from ...core.models import Constraints, DataSchema, FieldDefinition
from ...core.ports import Verdict
from ...utils.columns import plain
from ...utils.constraints import NESTED, among
from ...utils.findings import (
    Averaged,
    Correlated,
    Counted,
    EveryRow,
    Finding,
    Fold,
    Piece,
    Shared,
    Summed,
    empty,
)
from ...utils.ordinals import ORDERED, lower_bound, ordinal, upper_bound
from ...utils.patterns import is_pattern
from ...utils.promises import InOrder, Promise, Stated, Together, can_have_format, promises, resolve
from ...utils.text import clean, shown
from ...utils.validators import holds
from .bench import Bench, Made, Side, Unjudgeable
from .spill import Middle, Referenced, Unique
from .stated import holds_check, order_check, together_check

_NUMERIC = frozenset({"integer", "number", "boolean"})


# ── from expectations to folds ────────────────────────────────────────────────────────────────


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
    return (side,), Unique(*bench.spills(side))


def _not_null(bench: Bench, check: kinds.NotNull) -> Made:
    return _every(bench, check, "no empty cell", nullable=False)


def _null_share(bench: Bench, check: kinds.NullShare) -> Made:
    return bench.field(check), Shared(empty, check.equals, check.tolerance)


def _range(bench: Bench, check: kinds.Range) -> Made:
    kind = bench.field(check, of=ORDERED)[0].fields[0].type
    for bound, read in ((check.minimum, lower_bound), (check.maximum, upper_bound)):
        if bound is not None and read(bound, kind) is None:
            raise Unjudgeable(f"{shown(bound)} is no {kind}")
    low, high = check.minimum, check.maximum
    target = f"{low} to {high}"
    if low is None or high is None:
        target = f"at most {high}" if low is None else f"at least {low}"
    return _every(bench, check, target, constraints={"minimum": low, "maximum": high})


def _one_of(bench: Bench, check: kinds.OneOf) -> Made:
    _not_nested(bench, check)
    listed = ", ".join(shown(value, 20) for value in check.values[:5])
    target = f"one of {listed}{' …' if len(check.values) > 5 else ''}"
    return _every(bench, check, target, constraints={"enum": check.values})


def _share(bench: Bench, check: kinds.Share) -> Made:
    side = _not_nested(bench, check)
    kind = side.fields[0].type
    fold = Shared(lambda array: among(array, kind, (check.value,)), check.equals, check.tolerance)
    return (side,), fold


def _not_nested(bench: Bench, check: kinds.OneOf | kinds.Share) -> Side:
    (side,) = bench.field(check)
    if side.fields[0].type in NESTED:
        raise Unjudgeable(f"{check.check} says nothing about a field of type {side.fields[0].type}")
    return side


def _mean(bench: Bench, check: kinds.Mean) -> Made:
    return bench.field(check, of=_NUMERIC), Averaged(check.equals, check.tolerance)


def _median(bench: Bench, check: kinds.Median) -> Made:
    sides = bench.field(check, of=_NUMERIC)
    return sides, Middle(bench.place() / "values", check.equals, check.tolerance)


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
    if any(field.type not in ORDERED | _NUMERIC for field in side.fields):
        raise Unjudgeable("only numbers and moments correlate")
    return (side,), Correlated(check.equals, check.tolerance)


_MAKERS: Mapping[str, Callable[[Bench, Any], Made]] = {
    "row_count": _row_count,
    "unique": _unique,
    "not_null": _not_null,
    "null_share": _null_share,
    "range": _range,
    "one_of": _one_of,
    "share": _share,
    "mean": _mean,
    "median": _median,
    "matches": _matches,
    "format": _format,
    "sum": _sum,
    "references": _references,
    "correlation": _correlation,
    "expression": holds_check,
}
_OF_RULES: Mapping[type[Any], Callable[[Bench, Any], Made]] = {
    Stated: holds_check,
    Together: together_check,
    InOrder: order_check,
}
BUILT_CHECKS: frozenset[str] = frozenset(_MAKERS)
"""The checks that can be measured; schemas with others are refused by name."""


# ── the verdict ───────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Check:
    expectation: Promise
    about: str
    sides: tuple[Side, ...] = ()
    fold: Fold | None = None
    trouble: str = ""
    examples: tuple[str, ...] = field(default=())

    def feed(self, table: str, batch: pa.Table, start: int) -> None:
        for number, side in enumerate(self.sides):
            if side.table == table and not self.trouble and self.fold is not None:
                columns = self._columns(side, batch)
                if not self.trouble:
                    self.fold.feed(Piece(number, columns, start, batch.num_rows))

    def _columns(self, side: Side, batch: pa.Table) -> tuple[pa.Array, ...]:
        for about in side.fields:
            if about.name not in batch.column_names:
                self.trouble = f"the data has no column {about.name}"
                return ()
        columns = tuple(plain(batch.column(about.name)) for about in side.fields)
        for about, column in zip(side.fields, columns, strict=True):
            if not holds(column, about.type):
                self.trouble = f"the column {about.name} holds {column.type}, not {about.type}"
        return columns

    def verdict(self) -> Verdict:
        found = Finding(False, "", f"cannot be judged: {self.trouble}")
        if self.fold is not None and not self.trouble:
            found = self.fold.finding()
        said = self.expectation
        return Verdict(
            check=said.check,
            about=self.about,
            held=found.held,
            target=found.target,
            measured=found.measured,
            examples=found.examples,
            because=said.because,
        )


class Judge:
    """Judges a schema's expectations, and what it promises by itself, on data that comes in pieces.

    `rows` are the rows asked for by table; `scratch` is a folder of the caller's for what does not
    fit in memory (24 bytes a row and key, 8 a row and median), emptied of it by `close`.
    """

    def __init__(self, schema: DataSchema, rows: Mapping[str, int], scratch: Path) -> None:
        self._scratch = scratch / "judge"
        bench = Bench(schema, rows, self._scratch)
        asked = (*schema.expectations, *promises(schema, rows))
        self._checks = [_check(bench, expectation) for expectation in asked]
        self._seen: dict[str, int] = {}

    def feed(self, table: str, batch: pa.Table) -> None:
        """The next rows of a table; tables may alternate, rows of one come in their order."""
        start = self._seen.get(table, 0)
        for check in self._checks:
            check.feed(table, batch, start)
        self._seen[table] = start + batch.num_rows

    def verdicts(self) -> tuple[Verdict, ...]:
        """On all that was fed: the expectations in their order, then the schema's promises."""
        return tuple(check.verdict() for check in self._checks)

    def close(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _check(bench: Bench, expectation: Promise) -> _Check:
    about = _about(bench.schema, expectation)
    maker = _OF_RULES.get(type(expectation)) or _MAKERS.get(expectation.check)
    if maker is None:
        return _Check(expectation, about, trouble="this check is not built yet")
    try:
        sides, fold = maker(bench, expectation)
    except Unjudgeable as exc:
        return _Check(expectation, about, trouble=str(exc))
    return _Check(expectation, about, sides, fold)


def _about(schema: DataSchema, expectation: Promise) -> str:
    """`field`, `table.field`, `table.a, b`, an expression or `table`: without the table where there
    is one."""
    said: Any = expectation
    if hasattr(said, "expr"):
        return clean(said.expr.replace('"', ""), 80)
    names = getattr(said, "fields", None) or ((said.field,) if hasattr(said, "field") else ())
    names = tuple(dict.fromkeys(names))
    places = [resolve(schema, name, said.table) for name in names if name]
    table = next((place[0].name for place in places if place is not None), said.table or "")
    bare = ", ".join(clean(name.rpartition(".")[2], 80) for name in names if name)
    if not bare:
        return table or schema.name
    return bare if len(schema.tables) == 1 or not table else f"{table}.{bare}"


def sentence(verdicts: tuple[Verdict, ...]) -> str:
    """`14 of 14 hold`, or which do not."""
    broken = [verdict for verdict in verdicts if not verdict.held]
    text = f"{len(verdicts) - len(broken)} of {len(verdicts)} hold"
    if not broken:
        return text
    named = ", ".join(f"{verdict.check} of {verdict.about}" for verdict in broken[:3])
    return f"{text}; broken: {named}{' …' if len(broken) > 3 else ''}"
