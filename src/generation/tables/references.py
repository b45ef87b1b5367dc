"""What a row can name: its own fields and its parents', resolved once and fetched for any rows.

When compiling, `brief.names` (or `names.read_by(field)`, for a rule) answers for one reading field:

    names.columns()            what may be named, for `compile_expression`
    names.resolve(column)      the field that is meant; from then on the reader depends on it

When making cells, `names.fetch(block, column)` gives the values for the block's rows: the row's own
column, or the parent's at the parents' rows, null where a row has no parent. Parents are made once
a block however many columns ask for them.

    `column`             the own table's field
    `table.column`       the own table's, or a parent's that one key leads to
    `key_field.column`   the parent's behind that key, needed where two keys lead to one table
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import pyarrow as pa

from ...core.models import DataSchema, FieldDefinition, TableDefinition
from ..arrow_types import arrow_type
from ..draws.blocks import Block, Maker
from ..expressions.kinds import Column, Kind, kind_of
from ..refusals import Refused
from .bonds import Bond, parent_name
from .kin import Link, kin

Node: TypeAlias = tuple[str, str]
"""(table, field)"""
Makers: TypeAlias = dict[str, dict[str, Maker]]


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Which fields a field is made from, over all tables, beside those that `registry.needs`
    knows; `remote` are the pairs of which the second is read in another row."""

    fields: dict[Node, set[Node]] = field(default_factory=dict)
    remote: set[tuple[Node, Node]] = field(default_factory=set)

    def note(self, reader: Node, source: Node, *, remote: bool) -> None:
        self.fields.setdefault(reader, set()).add(source)
        if remote:
            self.remote.add((reader, source))


@dataclass(frozen=True, slots=True)
class Named:
    """The field that is meant. `key` leads to its table: a number among the reader's table's
    `foreign_keys`; None for the reader's own row."""

    table: TableDefinition
    field: FieldDefinition
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """The names that rows of `table` know.

    `links` and `bonds` are by table, links also by the key's number there; `makers` are complete
    once all tables are compiled; `reader` is the field on whose behalf names are resolved.
    """

    schema: DataSchema
    table: TableDefinition
    links: Mapping[str, Mapping[int, Link]]
    makers: Makers
    dependencies: Dependencies
    reader: str
    bonds: Mapping[str, tuple[Bond, ...]] = field(default_factory=dict)

    def read_by(self, field: str) -> Names:
        """The same names, read by another field of the table."""
        return replace(self, reader=field)

    def columns(self) -> dict[Column, Kind]:
        """Everything that may be named and what it holds; what is ambiguous is not among it."""
        found = {Column(None, field.name): kind_of(field) for field in self.table.fields}
        for number, key in enumerate(self.table.foreign_keys):
            parent = parent_name(key, self.table)
            kinds = [(there.name, kind_of(there)) for there in self._fields(parent)]
            for qualifier in (parent, *key.fields):
                if self._keys(qualifier) == [number]:
                    found |= {Column(qualifier, name): kind for name, kind in kinds}
        own = {Column(self.table.name, field.name): kind_of(field) for field in self.table.fields}
        return {**found, **own}

    def resolve(self, column: Column) -> Named:
        """The field that is meant; the reader is noted as depending on it.

        Raises:
            Refused: nothing has that name, or two keys lead to its table. `at` is empty.
        """
        named = self._named(column)
        source = (named.table.name, named.field.name)
        reader = (self.table.name, self.reader)
        self.dependencies.note(reader, source, remote=named.key is not None)
        return named

    def depends_on(self, table: str, name: str) -> None:
        """Note that the reader is made from that field of other rows."""
        self.dependencies.note((self.table.name, self.reader), (table, name), remote=True)

    def fetch(self, block: Block, column: Column) -> pa.Array:
        """The values of a resolved name for the rows of a block of this table."""
        return self.value(block, self._named(column))

    def value(self, block: Block, named: Named) -> pa.Array:
        """As `fetch`, without looking the name up again."""
        if named.key is None:
            return block.column(named.field.name)
        link = self.links[self.table.name].get(named.key)
        if link is None:  # the parent's rows are not known yet
            return pa.nulls(len(block.rows), arrow_type(named.field))
        parents = kin(block, link, self.makers[named.table.name])
        return parents.column(named.field.name)

    # ── inside ────────────────────────────────────────────────────────────────────────────────

    def _named(self, column: Column) -> Named:
        if column.qualifier in (None, self.table.name):
            return Named(self.table, self._field(self.table, column))
        keys = self._keys(column.qualifier or "")
        if not keys:
            raise self._not_a_parent(column)
        if len(keys) > 1:
            raise self._ambiguous(column, keys)
        parent = self.schema.table(parent_name(self.table.foreign_keys[keys[0]], self.table))
        return Named(parent, self._field(parent, column), keys[0])

    def _keys(self, qualifier: str) -> list[int]:
        """The keys that a qualifier may mean: those to the table of that name, else those that the
        field of that name is part of."""
        keys = list(enumerate(self.table.foreign_keys))
        to_table = [number for number, key in keys if parent_name(key, self.table) == qualifier]
        return to_table or [number for number, key in keys if qualifier in key.fields]

    def _fields(self, table: str) -> Iterable[FieldDefinition]:
        return next((one.fields for one in self.schema.tables if one.name == table), ())

    def _field(self, table: TableDefinition, column: Column) -> FieldDefinition:
        for one in table.fields:
            if one.name == column.name:
                return one
        hint = near(column.name, [field.name for field in table.fields], "fields")
        message = f"{table.name!r} has no field {column.name!r}"
        raise Refused("", "unknown_field", message, hint)

    def _not_a_parent(self, column: Column) -> Refused:
        tables = [one.name for one in self.schema.tables]
        parents = [parent_name(key, self.table) for key in self.table.foreign_keys]
        if column.qualifier in tables:
            message = f"{self.table.name!r} has no foreign key to {column.qualifier!r}"
            return Refused("", "not_a_parent", message, "add the key, or name a parent's field")
        message = f"there is no table or key {column.qualifier!r} here"
        hint = near(column.qualifier or "", [self.table.name, *parents], "tables")
        return Refused("", "unknown_table", message, hint)

    def _ambiguous(self, column: Column, keys: list[int]) -> Refused:
        fields = [self.table.foreign_keys[number].fields[0] for number in keys]
        message = f"{column} may mean the row behind " + " or ".join(map(repr, fields))
        hint = f"name the key's field: {fields[0]}.{column.name}"
        return Refused("", "ambiguous_reference", message, hint)


def near(name: str, known: Iterable[str], what: str) -> str:
    names = list(dict.fromkeys(known))
    found = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {found[0]!r}?" if found else f"{what}: " + ", ".join(names[:20])
