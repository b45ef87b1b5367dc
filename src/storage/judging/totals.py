"""A check of rows beside what their children come to: sum, count, min, max or avg."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from ...core import kinds
from ...core.errors import Problem
from ...core.models import ForeignKey, TableDefinition
from ...generation.expressions import Compiled, compile_expression, parse_aggregate
from ...generation.expressions.compiling import columns_of
from ...utils.columns import Mask
from ...utils.findings import Finding, Piece
from ...utils.fingerprints import Fingerprints, Words, fingerprints
from ...utils.folds import Records, parents_of
from ...utils.ordinals import Ordinals, ordinals
from ...utils.text import clean
from .bench import Bench, Made, Unjudgeable
from .spill import Spill, row_numbers
from .stated import Tally

ROUNDING = 1e-9
"""Relative difference that totals of floats may have."""
ROW, VALUE = 2, 3
"""Where a parent's record has its row number and its value; a child's value stands at ROW."""
_START = {"min": np.inf, "max": -np.inf}
_ADD: Mapping[str, Callable[..., None]] = {
    "sum": np.add.at,
    "avg": np.add.at,
    "min": np.minimum.at,
    "max": np.maximum.at,
}


@dataclass(slots=True)
class Totalled:
    """Side 0: children, their key before what `value` needs; side 1: parents, their key before the
    field. Both are parted by their keys on disk; `width` fields make a key.

    Sums of whole numbers and decimals are exact; an empty field breaks nothing.
    """

    function: str
    width: int
    value: Callable[[tuple[pa.Array, ...], int], pa.Array] | None
    children: Spill
    parents: Spill
    tally: Tally
    places: dict[int, int | None] = field(default_factory=dict)

    def feed(self, piece: Piece) -> None:
        found = fingerprints(piece.columns[: self.width])
        rest = piece.columns[self.width :]
        if piece.side:
            self._put(self.parents, found, rest[0], 1, row_numbers(piece))
        elif self.value is None:
            self.children.put(found, np.ones(piece.rows, np.uint64))
        else:
            self._put(self.children, found, self.value(rest, piece.rows), 0)

    def _put(
        self, spill: Spill, found: Fingerprints, array: pa.Array, side: int, *words: Words
    ) -> None:
        column = ordinals(array)
        if column is None:
            return
        self.places[side] = column.places
        there = found.present & column.present
        spill.put(Fingerprints(found.upper, found.lower, there), *words, _bits(column))

    def finding(self) -> Finding:
        for part in range(self.parents.parts):
            blocks = list(self.parents.blocks(part))
            if blocks:
                parents = np.concatenate(blocks)
                self._compare(parents[np.argsort(parents[:, 0], kind="stable")], part)
        return self.tally.finding()

    def _compare(self, parents: Records, part: int) -> None:
        totals, counts = self._totals(parents, part)
        wanted = self._values(parents[:, VALUE], 1)
        broken = self._apart(totals, counts, wanted)
        order = np.argsort(parents[:, ROW], kind="stable")
        units, own = self._unit(0), self._unit(1)

        def told(place: int) -> str:
            row = order[place]
            return f"{wanted[row] / own:.12g}, not {totals[row] / units:.12g}, in "

        self.tally.add(len(parents), broken[order], parents[order, ROW], told)

    def _totals(self, parents: Records, part: int) -> tuple[Any, Any]:
        whole = self.places.get(0, 0) is not None
        start = _START.get(self.function, 0)
        kind: Any = np.float64 if not whole or start else np.int64
        totals, counts = np.full(len(parents), start, kind), np.zeros(len(parents), np.int64)
        for block in self.children.blocks(part):
            places = parents_of(block, parents)
            known, whose = block[places >= 0], places[places >= 0]
            counts += np.bincount(whose, minlength=len(parents))
            if self.function != "count":
                _ADD[self.function](totals, whose, self._values(known[:, ROW], 0))
        return (counts if self.function == "count" else totals), counts

    def _values(self, bits: Words, side: int) -> Any:
        whole = self.places.get(side, 0) is not None
        return np.ascontiguousarray(bits).view(np.int64 if whole else np.float64)

    def _unit(self, side: int) -> float:
        """What a stored value is a multiple of, turned over."""
        return 10.0 ** (self.places.get(side) or 0)

    def _apart(self, totals: Any, counts: Any, wanted: Any) -> Mask:
        finer, places = self.places.get(0, 0), self.places.get(1, 0)
        is_exact = self.function in ("sum", "count") and finer is not None and places is not None
        if is_exact and (finer or 0) <= (places or 0):
            exactly: Mask = totals * 10 ** ((places or 0) - (finer or 0)) != wanted
            return exactly
        mine, theirs = wanted / self._unit(1), totals / self._unit(0)
        if self.function == "avg":
            theirs = theirs / np.maximum(counts, 1)
        half = 0.5 / self._unit(1) if places is not None else 0.0
        slack = half + ROUNDING * np.maximum(np.abs(mine), 1.0)
        apart: Mask = ~(np.abs(mine - theirs) <= slack)
        return apart | (counts == 0) if self.function in ("min", "max", "avg") else apart


def _bits(column: Ordinals) -> Words:
    bits: Words = np.ascontiguousarray(column.values).view(np.uint64)
    return bits


def aggregate_check(bench: Bench, check: kinds.AggregateCheck) -> Made:
    """Raises: Unjudgeable."""
    about = bench.side(check.field, table=check.table)
    parsed = parse_aggregate(check.expr)
    if isinstance(parsed, Problem):
        raise Unjudgeable(parsed.message)
    tables = {table.name: table for table in bench.schema.tables}
    if parsed.table not in tables:
        raise Unjudgeable(f"there is no table {clean(parsed.table, 40)}")
    child, parent = tables[parsed.table], tables[about.table]
    compiled = _compiled(parsed.expression, child)
    needs = () if compiled is None else compiled.needs
    key = _key(child, parent, {column.name for column in needs})
    names = tuple(f"{child.name}.{name}" for name in (*key.fields, *(c.name for c in needs)))
    low = bench.side(*names, table=None)
    there = tuple(f"{parent.name}.{name}" for name in key.reference.fields)
    high = bench.side(*there, f"{parent.name}.{about.fields[0].name}", table=None)
    value = None
    if compiled is not None:
        work = compiled

        def value(columns: tuple[pa.Array, ...], rows: int) -> pa.Array:
            return work.evaluate(dict(zip(needs, columns, strict=True)), rows)

    children, parents = bench.spills(low, high)
    parents.carried = 2
    tally = Tally(clean(check.expr, 80))
    fold = Totalled(parsed.function, len(key.fields), value, children, parents, tally)
    return (low, high), fold


def _compiled(text: str | None, child: TableDefinition) -> Compiled | None:
    if text is None:
        return None
    found = compile_expression(text, columns_of(child.fields, child.name))
    if isinstance(found, Compiled):
        return found
    raise Unjudgeable(found[0].message)


def _key(child: TableDefinition, parent: TableDefinition, named: set[str]) -> ForeignKey:
    """The only key to the parent, or the only one whose field the expression names."""
    keys = [key for key in child.foreign_keys if (key.reference.table or child.name) == parent.name]
    meant = keys if len(keys) == 1 else [key for key in keys if named.intersection(key.fields)]
    if len(meant) != 1:
        raise Unjudgeable(f"{child.name} has not one foreign key to {parent.name}")
    return meant[0]
