"""What is wrong with a schema's shape: names, keys, references, rows."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from ..core.errors import Problem
from ..core.models import Constraints, DataSchema, FieldDefinition, TableDefinition
from ..utils.validators import may_be_null
from .pools import Pools, UnknownLocale
from .registry import needs
from .tables.binding import follows
from .tables.shape import circles, key_problems

MOST_TABLES = 200
MOST_FIELDS = 200
NUMERIC = frozenset({"integer", "number"})
RANGED = NUMERIC | {"date", "time", "datetime", "duration"}


def table_path(schema: DataSchema, number: int) -> str:
    """What stands before `fields[0]` in a path."""
    return "" if schema.is_flat else f"tables[{number}]."


def too_large(schema: DataSchema) -> tuple[Problem, ...]:
    """What is told before anything else is looked at."""
    if len(schema.tables) <= MOST_TABLES:
        return ()
    message = f"{len(schema.tables)} tables, and {MOST_TABLES} is the limit"
    return (Problem("tables", "too_many_tables", message, "split the schema"),)


def problems_of(
    schema: DataSchema, rows: Mapping[str, int] | None, pools: Pools
) -> Iterator[Problem]:
    yield from _locale(schema, pools)
    yield from _duplicates([table.name for table in schema.tables], "tables", "table")
    for number, table in enumerate(schema.tables):
        at = table_path(schema, number)
        yield from _rows(schema, table, rows, at)
        yield from _fields(table, at)
        yield from _keys(table, at)
        yield from key_problems(schema, table, at)
        yield from _references(table, at)
    paths = {table.name: table_path(schema, number) for number, table in enumerate(schema.tables)}
    yield from circles(schema, paths)
    yield from _expectations(schema)


def _locale(schema: DataSchema, pools: Pools) -> Iterator[Problem]:
    try:
        pools.pick(schema.locale)
    except UnknownLocale as exc:
        hint = "known: " + ", ".join(exc.known)
        yield Problem("locale", "unknown_locale", f"there is no locale {schema.locale!r}", hint)


def _duplicates(names: list[str], path: str, what: str) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            second = [number for number, other in enumerate(names) if other == name][1]
            message = f"there are {count} {what}s named {name!r}"
            yield Problem(f"{path}[{second}].name", f"duplicate_{what}", message, "rename one")


def _rows(
    schema: DataSchema, table: TableDefinition, rows: Mapping[str, int] | None, at: str
) -> Iterator[Problem]:
    is_said = rows is None or table.rows is not None or table.name in rows
    if not is_said and not follows(table, schema):
        hint = "give row_count" if not at else "write rows beside the table's name"
        if table.foreign_keys:
            hint += ", or how many rows a parent has: per_parent"
        message = f"how many rows has {table.name!r}?"
        yield Problem(f"{at}rows", "rows_missing", message, hint)


def _fields(table: TableDefinition, at: str) -> Iterator[Problem]:
    if len(table.fields) > MOST_FIELDS:
        message = f"{len(table.fields)} fields, and {MOST_FIELDS} is the limit"
        yield Problem(f"{at}fields", "too_many_fields", message, "split the table")
    yield from _duplicates([field.name for field in table.fields], f"{at}fields", "field")


def _keys(table: TableDefinition, at: str) -> Iterator[Problem]:
    names = [field.name for field in table.fields]
    for number, name in enumerate(table.primary_key):
        path = f"{at}primary_key[{number}]"
        if name not in names:
            yield unknown_field(path, name, names)
            continue
        field = table.fields[names.index(name)]
        if may_be_null(field):
            message = f"{name!r} is part of the primary key and may be null"
            yield Problem(path, "nullable_key", message, "drop nullable, or the field from the key")


def unknown_field(path: str, name: str, known: Iterable[str]) -> Problem:
    return Problem(path, "unknown_field", f"there is no field {name!r}", _near(name, known))


def _near(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]!r}?" if near else "fields: " + ", ".join(names[:20])


# ── references between fields ─────────────────────────────────────────────────────────────────


def _references(table: TableDefinition, at: str) -> Iterator[Problem]:
    names = [field.name for field in table.fields]
    for number, field in enumerate(table.fields):
        for name in needs(field):
            if name not in names:
                yield unknown_field(f"{at}fields[{number}].generator", name, names)


def is_sound(table: TableDefinition) -> bool:
    """Whether every field that another needs is there."""
    return not list(_references(table, ""))


def _expectations(schema: DataSchema) -> Iterator[Problem]:
    for number, check in enumerate(schema.expectations):
        path = f"expectations[{number}]"
        tables = [table.name for table in schema.tables]
        if check.table is not None and check.table not in tables:
            message = f"there is no table {check.table!r}"
            yield Problem(f"{path}.table", "unknown_table", message, _near(check.table, tables))
            continue
        for name in _named(check):
            if not _exists(schema, check.table, name):
                known = [field.name for table in schema.tables for field in table.fields]
                yield unknown_field(path, name, known)


def _named(check: object) -> tuple[str, ...]:
    name = getattr(check, "field", None)
    return (name,) if isinstance(name, str) else tuple(getattr(check, "fields", ()))


def _exists(schema: DataSchema, table: str | None, name: str) -> bool:
    owner, _, plain = name.rpartition(".")
    tables = (
        [t for t in schema.tables if t.name == (owner or table)]
        if owner or table
        else [*schema.tables]
    )
    return any(field.name == plain for t in tables for field in t.fields)


# ── one field ─────────────────────────────────────────────────────────────────────────────────


def field_problems(field: FieldDefinition, path: str) -> Iterator[Problem]:
    """Constraints that contradict each other or the type."""
    given = field.constraints
    if given.required and field.may_be_null:
        message = "a required field cannot be empty, and this one is said to be"
        hint = "drop required, or nullable, null_fraction and null_when"
        yield Problem(f"{path}.constraints.required", "nullable_required", message, hint)
    if field.format is not None and field.generator is not None:
        yield from _format(field, path)
    yield from _wrong_constraints(given, field.type, path)
    if (given.min_length or 0) > (given.max_length if given.max_length is not None else 1 << 62):
        at = f"{path}.constraints.minLength"
        message = f"minLength {given.min_length} is above maxLength {given.max_length}"
        yield Problem(at, "empty_range", message, "swap them")
    yield from _enum(field, path)


def _format(field: FieldDefinition, path: str) -> Iterator[Problem]:
    from .registry import FORMATS

    if field.format not in FORMATS:
        message = f"there is no format {field.format!r}"
        yield Problem(
            f"{path}.format", "unknown_format", message, _near(field.format or "", FORMATS)
        )


def _wrong_constraints(given: Constraints, kind: str, path: str) -> Iterator[Problem]:
    text: dict[str, object] = {
        "minLength": given.min_length,
        "maxLength": given.max_length,
        "pattern": given.pattern,
    }
    span: dict[str, object] = {"minimum": given.minimum, "maximum": given.maximum}
    steps: dict[str, object] = {
        "exclusiveMinimum": given.exclusive_minimum,
        "exclusiveMaximum": given.exclusive_maximum,
        "multipleOf": given.multiple_of,
    }
    wrong: dict[str, object] = {} if kind in ("string", "array", "object") else text
    wrong = {**wrong, **({} if kind in RANGED else span), **({} if kind in NUMERIC else steps)}
    for name, value in wrong.items():
        if value is not None:
            message = f"{name} does not apply to a {kind}"
            yield Problem(f"{path}.constraints.{name}", "wrong_constraint", message, "remove it")


def _enum(field: FieldDefinition, path: str) -> Iterator[Problem]:
    """A category's own values against the constraint; other makers are tried on sample rows."""
    allowed, generator = field.constraints.enum, field.generator
    if allowed is None or getattr(generator, "kind", None) != "category":
        return
    outside = [value for value in generator.values if value not in allowed]  # type: ignore[union-attr]  # kind says so
    if outside:
        at = f"{path}.generator.values"
        hint = "add it to the enum, or take it out of the generator"
        message = f"{outside[0]!r} is not among the enum's values"
        yield Problem(at, "enum_conflict", message, hint)
