"""Builder of columns that sum up, count or compare a row's children."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ...core.errors import Problem
from ...core.models import FieldDefinition, TableDefinition
from ..briefs import Brief
from ..draws.arrays import Mask
from ..draws.blocks import Block, Maker
from ..draws.cells import Rows
from ..expressions import Aggregate, Compiled, Kind, compile_expression, kind_of, parse_aggregate
from ..expressions.compiling import columns_of, to_type
from ..expressions.vectors import MOST_UNITS, Vector, load, store, validity
from ..refusals import Refused
from .bonds import Bond
from .links import Counted
from .references import near

AT = "generator.expr"
ORDERED = frozenset({"integer", "number", "date", "time", "datetime", "duration"})
INTEGER = Kind("integer", 0)
BEYOND = 10**40
"""Further from 0 than any cell."""


def aggregate(brief: Brief) -> Maker:
    """sum, count, min, max or avg over the children; of none 0 for sum and count, else null.

    Raises: Refused.
    """
    parsed = parse_aggregate(brief.generator.expr, at=AT)
    if isinstance(parsed, Problem):
        raise _told(parsed)
    child = _child(brief, parsed.table)
    compiled = None if parsed.expression is None else _compiled(parsed.expression, child)
    link = _link(brief, child, compiled)
    kind = INTEGER if compiled is None else compiled.kind
    _check(brief, parsed, kind, link)
    for column in () if compiled is None else compiled.needs:
        brief.names.depends_on(child.name, column.name)
    task = _Task(parsed.function, link, brief.names.makers[child.name], compiled, kind)
    return lambda block: task.column(block, brief.field)


def _told(problem: Problem) -> Refused:
    return Refused(problem.path, problem.code, problem.message, problem.hint)


def _child(brief: Brief, name: str) -> TableDefinition:
    tables = {table.name: table for table in brief.names.schema.tables}
    if name not in tables:
        hint = near(name, tables, "tables")
        raise Refused(AT, "unknown_table", f"there is no table {name!r}", hint)
    return tables[name]


def _compiled(text: str, child: TableDefinition) -> Compiled:
    found = compile_expression(text, columns_of(child.fields, child.name), at=AT)
    if isinstance(found, Compiled):
        return found
    raise _told(found[0])


def _link(brief: Brief, child: TableDefinition, compiled: Compiled | None) -> Counted | None:
    """None where the key or the rows are wrong, which is told elsewhere."""
    bonds = [bond for bond in brief.names.bonds[child.name] if bond.parent.name == brief.table.name]
    if not bonds:
        message = f"{child.name!r} has no foreign key to {brief.table.name!r}"
        raise Refused(AT, "not_a_child", message, "add the key to the child table")
    bond = _meant(bonds, compiled)
    if bond is None:
        keys = " and ".join(repr(bond.key.fields[0]) for bond in bonds)
        message = f"both {keys} of {child.name!r} lead here"
        hint = f"count one of them: count({child.name}.{bonds[0].key.fields[0]})"
        raise Refused(AT, "ambiguous_reference", message, hint)
    link = brief.names.links.get(child.name, {}).get(bond.number)
    if link is not None and not isinstance(link, Counted):
        message = f"the children by {bond.key.fields[0]!r} cannot be found from their parent"
        hint = "aggregate over a key that has per_parent, or drop distinct"
        raise Refused(AT, "aggregate_not_possible", message, hint)
    return link


def _meant(bonds: list[Bond], compiled: Compiled | None) -> Bond | None:
    """The only key, or the only one whose field is named."""
    if len(bonds) == 1:
        return bonds[0]
    named = {column.name for column in (() if compiled is None else compiled.needs)}
    meant = [bond for bond in bonds if named.intersection(bond.key.fields)]
    return meant[0] if len(meant) == 1 else None


def _check(brief: Brief, parsed: Aggregate, kind: Kind, link: Counted | None) -> None:
    field, function = brief.field, parsed.function
    if brief.unique:
        message = "an aggregate cannot be promised to be unique"
        raise Refused("constraints.unique", "unique_not_possible", message, "drop unique")
    fits, hint = _fits(function, kind, field)
    if not fits:
        message = f"{function} over {kind.type} does not make a {field.type}"
        raise Refused(AT, "wrong_type", message, hint)
    may_be_empty = link is not None and link.counts.fewest == 0
    if function in ("min", "max", "avg") and may_be_empty and not field.may_be_null:
        message = f"a row without {parsed.table} has no {function}, and {field.name!r} is not null"
        hint = "say nullable (with null_fraction 0 for no more nulls), or give each row a child"
        raise Refused(AT, "unexpected_null", message, hint)


def _fits(function: str, kind: Kind, field: FieldDefinition) -> tuple[bool, str]:
    if function == "count":
        return field.type in ("integer", "number"), "make the field an integer"
    if function == "avg":
        return kind.is_number and field.type == "number", "average a number into a number"
    if function == "sum":
        whole = kind.scale == 0 or field.type == "number"
        return kind.is_number and kind_of(field).is_number and whole, "make the field a number"
    whole = kind.scale == 0 or field.type != "integer"
    same = kind.type == field.type or (kind.is_number and kind_of(field).is_number)
    return kind.type in ORDERED and same and whole, "give the field the type of what it compares"


# ── the work ──────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Totals:
    """Of each parent. Added up in the order of the children, so that floats come out alike
    however rows are cut to chunks; whole numbers grow past 64 bits where they must."""

    values: npt.NDArray[np.generic]
    seen: Rows
    bound: int = 0


@dataclass(frozen=True)
class _Task:
    """`compiled`: None to count rows; `kind`: of what it gives."""

    function: str
    link: Counted | None
    makers: Mapping[str, Maker]
    compiled: Compiled | None
    kind: Kind

    def column(self, block: Block, field: FieldDefinition) -> pa.Array:
        found = self._totals(block.rows)
        count = len(block.rows)
        if self.function == "count":
            return to_type(pa.array(found.seen), field)
        if self.function == "avg":
            return to_type(self._average(found, field), field)
        empty = None if self.function == "sum" else found.seen > 0
        return to_type(store(Vector(found.values, empty, found.bound), self.kind, count), field)

    def _totals(self, parents: Rows) -> _Totals:
        start = {"min": BEYOND, "max": -BEYOND}.get(self.function, 0)
        totals = _Totals(self._filled(len(parents), start), np.zeros(len(parents), np.int64))
        for rows, owner in () if self.link is None else self.link.children(parents):
            for values, whose, bound in self._pieces(rows, owner):
                np.add.at(totals.seen, whose, 1)
                self._add(totals, values, whose, bound)
        if self.function in ("min", "max"):
            totals.values[totals.seen == 0] = 0
        return totals

    def _filled(self, count: int, start: int) -> npt.NDArray[np.generic]:
        if self.kind.is_float:
            return np.full(count, float(start), np.float64)
        near_enough = max(min(start, MOST_UNITS), -MOST_UNITS)
        return np.full(count, near_enough, np.int64)

    def _pieces(
        self, rows: Rows, owner: Rows
    ) -> Iterator[tuple[npt.NDArray[np.generic], Rows, int]]:
        """The values that are there, and whose."""
        if self.compiled is None:
            yield np.ones(len(rows), np.int64), owner, 1
            return
        block = Block(rows, self.makers)
        columns = {column: block.column(column.name) for column in self.compiled.needs}
        vector, _ = load(self.compiled.evaluate(columns, len(rows)))
        valid = validity(vector)
        values = np.zeros(len(rows), np.int64) if vector.is_text else vector.values
        yield values[_where(valid)], owner[_where(valid)], vector.bound

    def _add(
        self, totals: _Totals, values: npt.NDArray[np.generic], whose: Rows, bound: int
    ) -> None:
        if self.function == "count":
            return
        is_sum = self.function in ("sum", "avg")
        totals.bound = totals.bound + bound * len(values) if is_sum else max(totals.bound, bound)
        if not self.kind.is_float and totals.bound > MOST_UNITS:
            totals.values = totals.values.astype(object)
        operate = {"min": np.minimum, "max": np.maximum}.get(self.function, np.add)
        operate.at(totals.values, whose, values)

    def _average(self, found: _Totals, field: FieldDefinition) -> pa.Array:
        """Exact, rounded half up, where both sides have decimals; null of none."""
        seen, empty = np.maximum(found.seen, 1), found.seen == 0
        scale, wanted = self.kind.scale, kind_of(field).scale
        if scale is None or wanted is None:
            units = found.values.astype(np.float64) / 10.0 ** (scale or 0)
            return pa.array(units / seen, pa.float64(), mask=empty)
        above = found.values.astype(object) * 10 ** max(wanted - scale, 0)
        below = seen.astype(object) * 10 ** max(scale - wanted, 0)
        size = (2 * np.abs(above) + below) // (2 * below)
        units = np.where(above < 0, -size, size)
        bound = max((abs(int(unit)) for unit in units), default=0)
        units = units.astype(np.int64 if bound <= MOST_UNITS else object)
        return store(Vector(units, ~empty, bound), kind_of(field), len(units))


def _where(valid: Mask | None) -> Mask | slice:
    return slice(None) if valid is None else valid
