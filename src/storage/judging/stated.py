"""Checks of what is said in expressions and rules: row by row, beside a parent, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import kinds
from ...core.models import DataSchema, FieldDefinition, TableDefinition
from ...generation.arrow_types import to_array
from ...generation.expressions.compiling import Compiled, compile_expression
from ...generation.expressions.kinds import BOOLEAN, Column
from ...generation.tables.references import Dependencies, Named, Names
from ...utils.columns import Mask, truth
from ...utils.findings import SHOWN, Finding, Piece, rows_of
from ...utils.fingerprints import fingerprints
from ...utils.ordinals import ordinals
from ...utils.promises import InOrder, Stated, Together
from ...utils.text import clean, shown
from .bench import Bench, Made, Side, Unjudgeable
from .joining import Joined

SEPARATOR = "\x1f"


@dataclass(slots=True)
class Tally:
    """Rows looked at, and those that break a promise."""

    target: str
    rows: int = 0
    broken: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, rows: int, broken: Mask, numbers: Any, told: Any) -> None:
        """`numbers`: the rows' own; `told(place)` describes one."""
        self.rows += rows
        places = np.flatnonzero(broken)
        self.broken += len(places)
        for place in places[: max(0, SHOWN - len(self.examples))]:
            self.examples.append(f"{told(int(place))}row {int(numbers[place])}")

    def finding(self) -> Finding:
        measured = f"all {rows_of(self.rows)}"
        if self.broken:
            measured = f"{self.broken:,} of {rows_of(self.rows)} break it"
        return Finding(not self.broken, self.target, measured, tuple(self.examples))


# ── expressions ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Statement:
    """Where `when` is true (None: everywhere), `then` is not false; elsewhere `otherwise` is not.

    What is unknown, because something is empty, breaks nothing: as a CHECK in SQL.
    """

    then: Compiled
    when: Compiled | None = None
    otherwise: Compiled | None = None

    @property
    def needs(self) -> tuple[Column, ...]:
        parts = [one for one in (self.then, self.when, self.otherwise) if one is not None]
        return tuple(dict.fromkeys(column for one in parts for column in one.needs))

    def broken(self, columns: Mapping[Column, pa.Array], rows: int) -> Mask:
        false = truth(pc.invert(self.then.evaluate(columns, rows)))
        if self.when is None:
            return false
        holds = truth(self.when.evaluate(columns, rows))
        if self.otherwise is None:
            return false & holds
        found: Mask = np.where(
            holds, false, truth(pc.invert(self.otherwise.evaluate(columns, rows)))
        )
        return found


@dataclass(slots=True)
class Held:
    """A statement about a row of one table."""

    statement: Statement
    columns: tuple[Column, ...]
    tally: Tally

    def feed(self, piece: Piece) -> None:
        given = dict(zip(self.columns, piece.columns, strict=True))
        broken = self.statement.broken(given, piece.rows)
        numbers = range(piece.start, piece.start + piece.rows)
        self.tally.add(piece.rows, broken, numbers, lambda place: _told(given, place))

    def finding(self) -> Finding:
        return self.tally.finding()


def _told(columns: Mapping[Column, pa.Array], place: int) -> str:
    told = [f"{column} {shown(array[place].as_py(), 20)}" for column, array in columns.items()]
    return f"{', '.join(told[:4])} in " if told else ""


def holds_check(bench: Bench, check: kinds.Holds | Stated) -> Made:
    """Raises: Unjudgeable."""
    table, statement = _statement(bench.schema, check)
    names = _names(bench.schema, table)
    named = {column: names.resolve(column) for column in statement.needs}
    target = clean(check.expr.replace('"', ""), 80)
    when = getattr(check, "when", None)
    tally = Tally(target if when is None else f"{target} where {clean(when, 60)}")
    keys = {one.key for one in named.values() if one.key is not None}
    if not keys:
        fields = tuple(one.field for one in named.values())
        return (Side(table.name, fields),), Held(statement, tuple(named), tally)
    if len(keys) > 1:
        raise Unjudgeable("it is about more than one parent")
    return _joined(bench, table, named, (statement, tally), keys.pop())


def _statement(
    schema: DataSchema, check: kinds.Holds | Stated
) -> tuple[TableDefinition, Statement]:
    """The first table whose rows know all the names."""
    tables = [table for table in schema.tables if check.table in (None, table.name)]
    if not tables:
        raise Unjudgeable(f"there is no table {clean(check.table or '', 40)}")
    troubles = []
    for table in tables:
        columns = _names(schema, table).columns()
        texts = [check.expr, getattr(check, "when", None), getattr(check, "otherwise", None)]
        parts = [
            None if text is None else compile_expression(text, columns, wanted=BOOLEAN)
            for text in texts
        ]
        wrong = [part for part in parts if isinstance(part, tuple)]
        if not wrong:
            then, when, otherwise = parts
            return table, Statement(then, when, otherwise)  # type: ignore[arg-type]  # none is a problem
        troubles.append(wrong[0][0].message)
    raise Unjudgeable(troubles[0])


def _names(schema: DataSchema, table: TableDefinition) -> Names:
    return Names(schema, table, {}, {}, Dependencies(), "")


def _joined(
    bench: Bench,
    table: TableDefinition,
    named: Mapping[Column, Named],
    said: tuple[Statement, Tally],
    number: int,
) -> Made:
    key = table.foreign_keys[number]
    statement, tally = said
    parents = {column: one for column, one in named.items() if one.key is not None}
    own = {column: one for column, one in named.items() if one.key is None}
    parent = next(iter(parents.values())).table
    child = Side(table.name, (*_fields(table, key.fields), *(one.field for one in own.values())))
    there = _fields(parent, key.reference.fields)
    far = Side(parent.name, (*there, *(one.field for one in parents.values())))
    width = len(key.fields)

    def look(columns: Sequence[pa.Array], rows: Any) -> None:
        given = dict(zip([*own, *parents], columns, strict=True))
        tally.add(
            len(rows), statement.broken(given, len(rows)), rows, lambda place: _told(given, place)
        )

    parts = bench.parts(child, far)
    return (child, far), Joined(bench.place(), parts, width, look, tally.finding)


def _fields(table: TableDefinition, names: Sequence[str]) -> tuple[FieldDefinition, ...]:
    fields = {one.name: one for one in table.fields}
    try:
        return tuple(fields[name] for name in names)
    except KeyError as exc:
        raise Unjudgeable(f"the schema has no field {exc}") from None


# ── combinations ──────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Combined:
    """Values that come together."""

    allowed: pa.Array
    tally: Tally

    def feed(self, piece: Piece) -> None:
        joined = _joined_text(piece.columns)
        broken = ~truth(pc.is_in(joined, value_set=self.allowed))
        numbers = range(piece.start, piece.start + piece.rows)
        told = [shown(text, 40) for text in joined.filter(pa.array(broken))[:SHOWN].to_pylist()]
        self.tally.add(piece.rows, broken, numbers, lambda _: f"{told.pop(0)} in ")

    def finding(self) -> Finding:
        return self.tally.finding()


def _joined_text(columns: Sequence[pa.Array]) -> pa.Array:
    texts = [pc.fill_null(pc.cast(column, pa.string()), "\x00") for column in columns]
    return pc.binary_join_element_wise(*texts, SEPARATOR)


def together_check(bench: Bench, check: Together) -> Made:
    side = bench.side(*check.fields, table=check.table)
    try:
        columns = [
            _listed([row[place] for row in check.combinations], about, name in check.written)
            for place, (name, about) in enumerate(zip(check.fields, side.fields, strict=True))
        ]
    except (ValueError, TypeError, ArithmeticError, IndexError) as exc:
        raise Unjudgeable("a combination does not fit its fields") from exc
    count = len(check.combinations)
    return (side,), Combined(_joined_text(columns), Tally(f"one of {count:,} combinations"))


def _listed(values: list[Any], about: FieldDefinition, written: bool) -> pa.Array:
    return pa.array(values, pa.string()) if written else to_array(values, about)


# ── order ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Ascending:
    """From row to row of one owner; rows with an empty value are passed over."""

    check: InOrder
    tally: Tally
    last: dict[int, Any] = field(default_factory=dict)

    def feed(self, piece: Piece) -> None:
        first, second, *owner = piece.columns
        before, after = ordinals(first, instant=True), ordinals(second, instant=True)
        if before is None or after is None:
            return
        there = np.flatnonzero(before.present & after.present)
        owners = fingerprints(owner).upper[there] if owner else np.zeros(len(there), np.uint64)
        order = np.argsort(owners, kind="stable")
        rows = there[order]
        broken = np.zeros(piece.rows, bool)
        starts = np.flatnonzero(np.r_[True, owners[order][1:] != owners[order][:-1]])
        previous = np.r_[before.values[rows][:1], before.values[rows][:-1]]
        compared = np.ones(len(rows), bool)
        compared[starts[: len(rows)]] = False
        for start, stop in self._groups(starts, len(rows)):
            name = int(owners[order][start])
            if name in self.last:
                previous[start], compared[start] = self.last[name], True
            self.last[name] = before.values[rows[stop - 1]]
        broken[rows] = compared & self._wrong(previous, after.values[rows])
        numbers = range(piece.start, piece.start + piece.rows)
        self.tally.add(piece.rows, broken, numbers, lambda _: "")

    @staticmethod
    def _groups(starts: Any, count: int) -> Iterator[tuple[int, int]]:
        ends = [*starts[1:].tolist(), count]
        for start, stop in zip(starts.tolist(), ends, strict=True):
            if start < stop:
                yield start, stop

    def _wrong(self, previous: Any, following: Any) -> Mask:
        low, high = (following, previous) if self.check.descending else (previous, following)
        wrong: Mask = ~(low < high) if self.check.strict else ~(low <= high)
        return wrong

    def finding(self) -> Finding:
        return self.tally.finding()


def order_check(bench: Bench, check: InOrder) -> Made:
    owner = [] if check.per is None else [check.per]
    side = bench.side(*check.fields, *owner, table=check.table)
    first, second = side.fields[:2]
    ways = ("above" if check.strict else "not below", "below" if check.strict else "not above")
    way = ways[check.descending]
    whose = "" if check.per is None else f" of one {check.per}"
    target = f"{second.name} {way} {first.name} of the row before{whose}"
    return (side,), Ascending(check, Tally(target))


def _implies(bench: Bench, check: kinds.ImpliesCheck) -> Made:
    return holds_check(bench, Stated(**_said(check), expr=check.then, when=check.when))


def _combinations(bench: Bench, check: kinds.Combinations) -> Made:
    listed = {"fields": check.fields, "combinations": check.combinations}
    return together_check(bench, Together(**_said(check), **listed))


def _said(check: Any) -> dict[str, Any]:
    return {"check": check.check, "table": check.table}


MAKERS: Mapping[str, Callable[[Bench, Any], Made]] = {
    "expression": holds_check,
    "implies": _implies,
    "combinations": _combinations,
}
