"""What is wrong with foreign keys and the keys they meet, whatever the numbers of rows."""

from __future__ import annotations

from collections.abc import Iterator

from ...core.errors import Problem
from ...core.models import DataSchema, FieldDefinition, ForeignKey, TableDefinition
from ..arrow_types import arrow_type
from .binding import ordered, parents_of
from .bonds import (
    Bond,
    bonds_of,
    is_unique,
    line_field,
    null_share,
    parent_name,
    unique_sets,
)
from .references import near


def key_problems(schema: DataSchema, table: TableDefinition, at: str) -> Iterator[Problem]:
    for number, key in enumerate(table.foreign_keys):
        path = f"{at}foreign_keys[{number}]"
        unknown = list(_unknown(schema, table, key, path))
        yield from unknown or _mismatched(schema, table, key, path)
        yield from _null_problems(table, key, path)
    bonds = bonds_of(schema, table)
    yield from _filled_fields(table, bonds, at)
    yield from _distinct(bonds, at)
    yield from _primary_key(table, bonds, at)


def _unknown(
    schema: DataSchema, table: TableDefinition, key: ForeignKey, path: str
) -> Iterator[Problem]:
    own = [field.name for field in table.fields]
    for place, name in enumerate(key.fields):
        if name not in own:
            at = f"{path}.fields[{place}]"
            message = f"{table.name!r} has no field {name!r}"
            yield Problem(at, "unknown_field", message, near(name, own, "fields"))
    tables = {one.name: one for one in schema.tables}
    parent = tables.get(parent_name(key, table))
    if parent is None:
        at = f"{path}.reference.table"
        message = f"there is no table {key.reference.table!r}"
        yield Problem(at, "unknown_table", message, near(key.reference.table, tables, "tables"))
        return
    there = [field.name for field in parent.fields]
    for place, name in enumerate(key.reference.fields):
        if name not in there:
            at = f"{path}.reference.fields[{place}]"
            message = f"{parent.name!r} has no field {name!r}"
            yield Problem(at, "unknown_field", message, near(name, there, "fields"))
    if len(key.fields) != len(key.reference.fields):
        message = f"{len(key.fields)} fields refer to {len(key.reference.fields)}"
        hint = "name as many fields on both sides, in the same order"
        yield Problem(f"{path}.reference.fields", "key_length", message, hint)


def _mismatched(
    schema: DataSchema, table: TableDefinition, key: ForeignKey, path: str
) -> Iterator[Problem]:
    parent = schema.table(parent_name(key, table))
    for name, target in zip(key.fields, key.reference.fields, strict=True):
        here, there = _field(table, name), _field(parent, target)
        if here.type != there.type:
            message = f"{name!r} is a {here.type}, and {parent.name}.{target} a {there.type}"
            hint = f"make both a {there.type}"
            yield Problem(f"{path}.fields", "type_mismatch", message, hint)
        elif arrow_type(here) != arrow_type(there):
            message = f"{name!r} and {parent.name}.{target} differ in decimals or time zone"
            yield Problem(f"{path}.fields", "type_mismatch", message, "make them alike")
    if frozenset(key.reference.fields) not in unique_sets(parent):
        named = ", ".join(key.reference.fields)
        message = f"{parent.name}({named}) is not unique, so it does not say which row is meant"
        hint = "refer to its primary key, or make the field unique"
        yield Problem(f"{path}.reference.fields", "reference_not_unique", message, hint)


def _field(table: TableDefinition, name: str) -> FieldDefinition:
    return next(field for field in table.fields if field.name == name)


def _null_problems(table: TableDefinition, key: ForeignKey, path: str) -> Iterator[Problem]:
    fields = [field for field in table.fields if field.name in key.fields]
    strict = [field.name for field in fields if not field.may_be_null]
    if key.optional_fraction and strict:
        message = f"rows without a parent have no {strict[0]!r}, and it is not nullable"
        hint = f"say nullable on {strict[0]!r}, or drop optional_fraction"
        yield Problem(f"{path}.optional_fraction", "optional_not_nullable", message, hint)
    for field in fields:
        said = field.null_fraction
        is_said_twice = said is not None and "optional_fraction" in key.model_fields_set
        if is_said_twice and said != key.optional_fraction:
            message = f"null_fraction of {field.name!r} is {said:g}, not the same"
            hint = "say it once, as optional_fraction"
            yield Problem(f"{path}.optional_fraction", "optional_conflict", message, hint)
    shares = {null_share(field) for field in fields}
    if len(shares) > 1 and not key.optional_fraction and not strict:
        message = "the fields of one key are empty in different shares"
        hint = "say optional_fraction on the key instead"
        yield Problem(f"{path}.fields", "optional_conflict", message, hint)


def _filled_fields(table: TableDefinition, bonds: tuple[Bond, ...], at: str) -> Iterator[Problem]:
    """A key's cells are its parents': nothing else may say what stands in them."""
    for number, field in enumerate(table.fields):
        path = f"{at}fields[{number}]"
        filling = [b for b in bonds if field.name in b.key.fields and b.after is None]
        if filling and field.generator is not None:
            message = f"the values of {field.name!r} come from {filling[0].parent.name!r}"
            yield Problem(f"{path}.generator", "key_with_generator", message, "drop the generator")
        if filling and field.null_when is not None:
            message = f"whether {field.name!r} is empty is decided by its key"
            hint = "use optional_fraction on the key"
            yield Problem(f"{path}.null_when", "not_built", message, hint)
        if len(filling) > 1:
            message = f"two foreign keys fill {field.name!r}, and their parents may differ"
            hint = "let the longer key's table refer to the other's, or use a field for each"
            at_key = f"{at}foreign_keys[{filling[1].number}].fields"
            yield Problem(at_key, "overlapping_keys", message, hint)


def _distinct(bonds: tuple[Bond, ...], at: str) -> Iterator[Problem]:
    free = [bond for bond in bonds if not bond.is_own and bond.after is None]
    for bond in bonds:
        if bond.key.distinct and (len(free) < 2 or bond not in free):
            message = "distinct is about pairs, and there is no other key to pair this one with"
            hint = "add the other foreign key, or make this one's field unique"
            path = f"{at}foreign_keys[{bond.number}].distinct"
            yield Problem(path, "distinct_alone", message, hint)


def _primary_key(table: TableDefinition, bonds: tuple[Bond, ...], at: str) -> Iterator[Problem]:
    """A key of several fields, some of which come from parents; of plain fields rules make it."""
    key = frozenset(table.primary_key)
    filled = {field for bond in bonds for field in bond.key.fields}
    lines = line_field(table)
    filled |= {lines.name} if lines is not None else set()
    is_whole = key <= {field.name for field in table.fields}
    if len(key) < 2 or not key & filled or not is_whole or is_unique(table, bonds, key):
        return
    message = "nothing makes these fields unique together"
    hint = "let the key be two foreign keys, or one and a line_number, or make one field unique"
    yield Problem(f"{at}primary_key", "key_not_unique", message, hint)


# ── all tables ────────────────────────────────────────────────────────────────────────────────


def circles(schema: DataSchema, paths: dict[str, str]) -> Iterator[Problem]:
    """Tables that refer to each other in a circle, itself apart."""
    seen: set[str] = set()
    for name in ordered(schema):
        ahead = parents_of(schema, name) - seen
        seen.add(name)
        if ahead:
            circle = _circle(schema, name)
            message = "these tables refer to each other: " + " → ".join(circle)
            hint = "drop one of the foreign keys: rows need parents that are there before them"
            yield Problem(f"{paths[name]}foreign_keys", "table_cycle", message, hint)
            return


def _circle(schema: DataSchema, start: str) -> list[str]:
    """From a table that waits for others, along those that wait too, until one comes again."""
    first = set[str]()
    for name in ordered(schema):
        if parents_of(schema, name) <= first:
            first.add(name)
    path = [start]
    while path[-1] not in path[:-1]:
        path.append(min(parents_of(schema, path[-1]) - first))
    return path[path.index(path[-1]) :]
