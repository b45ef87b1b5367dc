"""What a schema promises by itself, written as expectations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from ..core.kinds import (
    Acyclic,
    Aggregate,
    AggregateCheck,
    Category,
    CheckBase,
    Combinations,
    Constant,
    Correlation,
    CorrelationCheck,
    Expectation,
    Expression,
    ExpressionRule,
    FixedCombinations,
    HasFormat,
    Implies,
    Inequality,
    Lookup,
    Matches,
    Monotonic,
    NonOverlap,
    NotNull,
    OneOf,
    PerParent,
    Range,
    References,
    RowCount,
    Rule,
    Scalar,
    Share,
    Subcategory,
    SumTo,
    TopShare,
    UniqueCheck,
    UniqueTogether,
    WithoutChildren,
)
from ..core.models import DataSchema, FieldDefinition, ForeignKey, TableDefinition
from .constraints import NESTED
from .formats import FORMATS
from .ordinals import ORDERED, lower_bound, upper_bound
from .patterns import is_pattern, matches
from .validators import may_be_null

FOLLOWING = (Aggregate, Expression, Lookup, Subcategory)
"""Generators whose cells are empty where others are."""
MOST_SHARES = 100
"""A quota over more values than these is not judged value by value."""
SKEWED = 0.03
"""How far the share of the busiest may be away; of few rows, a row or two more."""
MOST_COMBINATIONS = 10_000
"""As many as a check can list."""


class Stated(CheckBase):
    """A rule of the schema: where `when` is true, `expr` is not false; elsewhere `otherwise`."""

    check: str
    expr: str
    when: str | None = None
    otherwise: str | None = None


class Together(CheckBase):
    """The values of these fields come in one of the combinations; those of `written` are given as
    text, whatever the field's type."""

    check: str
    fields: tuple[str, ...]
    combinations: tuple[tuple[Scalar | None, ...], ...]
    written: tuple[str, ...] = ()


class InOrder(CheckBase):
    """From row to row of one `per`, the second field is not below the first of the row before;
    above it where `strict`; the other way round where `descending`."""

    check: str
    fields: tuple[str, str]
    per: str | None
    strict: bool = False
    descending: bool = False


Promise: TypeAlias = Expectation | Stated | Together | InOrder


def promises(schema: DataSchema, rows: Mapping[str, int]) -> tuple[Promise, ...]:
    """Row counts, not null, unique, ranges, enums, patterns, formats, keys, exact quotas and all
    rules, but for those that stand among the schema's own expectations. `rows` are by table."""
    written = {identity(schema, expectation) for expectation in schema.expectations}
    made: dict[Any, Promise] = {}
    for table in schema.tables:
        for promise in _of_table(table, rows.get(table.name)):
            made.setdefault(identity(schema, promise), promise)
    return tuple(promise for key, promise in made.items() if key not in written)


def resolve(
    schema: DataSchema, name: str, table: str | None
) -> tuple[TableDefinition, FieldDefinition] | None:
    """The field meant by `field` or `table.field`; None where there is none, or more than one."""
    of_table, _, field_name = name.rpartition(".")
    wanted = of_table or table
    found = [
        (candidate, field)
        for candidate in schema.tables
        for field in candidate.fields
        if field.name == field_name and wanted in (None, candidate.name)
    ]
    return found[0] if len(found) == 1 else None


def identity(schema: DataSchema, expectation: Promise) -> Any:
    """Equal for expectations that say the same, whatever words they come from."""
    said = expectation.document()
    said.pop("because", None)
    table = said.pop("table", None) or (schema.tables[0].name if len(schema.tables) == 1 else None)
    if isinstance(expectation, UniqueCheck):
        names = frozenset(_qualified(schema, name, table) for name in expectation.fields)
        return ("unique", names)
    if "field" in said:
        return _frozen({**said, "field": _qualified(schema, said["field"], table)})
    return _frozen({**said, "table": table})


def _qualified(schema: DataSchema, name: str, table: str | None) -> str:
    place = resolve(schema, name, table)
    return name if place is None else f"{place[0].name}.{place[1].name}"


def _frozen(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, repr(value)) for key, value in document.items()))


def _of_table(table: TableDefinition, rows: int | None) -> Iterator[Promise]:
    if rows is not None:
        yield RowCount(table=table.name, equals=rows)
    yield from _keys(table, rows)
    without_parent = {
        part for key in table.foreign_keys if key.optional_fraction for part in key.fields
    }
    for field in table.fields:
        if not may_be_null(field) and field.name not in without_parent:
            yield NotNull(table=table.name, field=field.name)
        yield from _of_field(table, field, rows)
    for rule in table.rules:
        yield from _of_rule(table.name, rule)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────


def _of_rule(table: str, rule: Rule) -> Iterator[Promise]:
    if isinstance(rule, Correlation):
        yield CorrelationCheck(table=table, fields=rule.fields, equals=rule.r)
    elif isinstance(rule, FixedCombinations):
        listed = rule.combinations
        yield Together(check=rule.rule, table=table, fields=rule.fields, combinations=listed)
    elif isinstance(rule, Monotonic):
        ends = (rule.field, rule.field)
        ways = {"strict": rule.strict, "descending": rule.descending}
        yield InOrder(check=rule.rule, table=table, fields=ends, per=rule.per, **ways)
    elif isinstance(rule, NonOverlap):
        ends = (rule.end, rule.start)
        yield InOrder(check=rule.rule, table=table, fields=ends, per=rule.per)
    else:
        yield from stated(table, rule)


def stated(table: str, rule: Rule) -> Iterator[Stated]:
    """What a rule says of each row by itself."""
    if isinstance(rule, Inequality):
        sign = "<" if rule.strict else "<="
        said = f"{quoted(rule.low)} {sign} {quoted(rule.high)}"
        yield Stated(check=rule.rule, table=table, expr=said)
    if isinstance(rule, SumTo):
        parts = " + ".join(quoted(name) for name in rule.fields)
        total = quoted(rule.total) if isinstance(rule.total, str) else plain_number(rule.total)
        yield Stated(check=rule.rule, table=table, expr=f"{parts} = {total}")
    if isinstance(rule, Implies):
        yield Stated(check=rule.rule, table=table, expr=rule.then, when=rule.when)
    if isinstance(rule, ExpressionRule):
        yield Stated(check=rule.rule, table=table, expr=rule.expr)


_NAME = r"[\p{L}_][\p{L}\p{M}\p{N}_]*(\.[\p{L}_][\p{L}\p{M}\p{N}_]*)?"


def quoted(text: str) -> str:
    """A field's name as an expression can hold it, whatever the word; an expression in brackets."""
    if not matches(_NAME, text):
        return f"({text})"
    return ".".join(f'"{part}"' for part in text.split("."))


def plain_number(number: float) -> str:
    """Without an exponent, so that it is exact."""
    return format(Decimal(repr(number)), "f")


def _keys(table: TableDefinition, rows: int | None) -> Iterator[Expectation]:
    name = table.name
    if table.primary_key:
        yield UniqueCheck(table=name, fields=table.primary_key)
        yield from (NotNull(table=name, field=part) for part in table.primary_key)
    for rule in table.rules:
        if isinstance(rule, UniqueTogether):
            yield UniqueCheck(table=name, fields=rule.fields)
    for key in table.foreign_keys:
        if len(key.fields) == 1:
            target = f"{key.reference.table or name}.{key.reference.fields[0]}"
            yield References(table=name, field=key.fields[0], target=target)
            yield from _of_key(name, key, rows)


def _of_key(table: str, key: ForeignKey, rows: int | None) -> Iterator[Expectation]:
    about = {"table": table, "field": key.fields[0]}
    if key.acyclic:
        yield Acyclic(**about)
    given = key.per_parent
    if given is None:
        return
    if given.share_with_none is None and (given.minimum, given.maximum) != (None, None):
        yield PerParent(**about, minimum=given.minimum, maximum=given.maximum)
    elif given.maximum is not None:
        yield PerParent(**about, maximum=given.maximum)
    if given.share_with_none is not None:
        yield WithoutChildren(**about, share=given.share_with_none)
    if given.skew is not None:
        share = {"top": given.skew.top, "equals": given.skew.share}
        yield TopShare(**about, **share, tolerance=max(SKEWED, SKEWED / 3 + 2 / max(rows or 1, 1)))


def _of_field(home: TableDefinition, field: FieldDefinition, rows: int | None) -> Iterator[Promise]:
    given, table = field.constraints, home.name
    if field.null_when is not None:
        name = quoted(field.name)
        filled = None if _may_stay_empty(field) else f"{name} IS NOT NULL"
        said = {"expr": f"{name} IS NULL", "when": field.null_when, "otherwise": filled}
        yield Stated(check="null_when", table=table, **said)
    if given.unique:
        yield UniqueCheck(table=table, fields=(field.name,))
    yield from _range(table, field)
    if given.enum is not None and field.type not in NESTED:
        yield OneOf(table=table, field=field.name, values=given.enum)
    if given.pattern is not None and field.type == "string" and is_pattern(given.pattern):
        yield Matches(table=table, field=field.name, pattern=given.pattern)
    if field.format is not None and can_have_format(field, field.format):
        yield HasFormat(table=table, field=field.name, format=field.format)
    if not any(isinstance(r, FixedCombinations) and field.name in r.fields for r in home.rules):
        yield from _of_generator(home, field, rows)


def _of_generator(
    home: TableDefinition, field: FieldDefinition, rows: int | None
) -> Iterator[Promise]:
    generator, table = field.generator, home.name
    if isinstance(generator, Category) and generator.quota and rows:
        yield from _quota(table, field, generator)
    if isinstance(generator, Aggregate):
        yield AggregateCheck(table=table, field=field.name, expr=generator.expr)
    if isinstance(generator, Subcategory):
        yield from _subcategories(home, field, generator)


def can_have_format(field: FieldDefinition, name: str) -> bool:
    """Whether a format says anything about the field: text, or a number that has bounds."""
    checker = FORMATS.get(name)
    if checker is None:
        return False
    return field.type == "string" or (checker.bounds is not None and field.type in ORDERED)


def _may_stay_empty(field: FieldDefinition) -> bool:
    """Whether there may be empty cells beside those of `null_when`: asked for, or because what the
    cell follows from is empty."""
    generator = field.generator
    is_null = isinstance(generator, Constant) and generator.value is None
    return bool(field.null_fraction) or is_null or isinstance(generator, FOLLOWING)


def _range(table: str, field: FieldDefinition) -> Iterator[Expectation]:
    """An exclusive bound of whole numbers becomes the next whole number; of others it is left to
    the checks of every chunk, as a range has no word for it."""
    given, kind = field.constraints, field.type
    if kind not in ORDERED:
        return
    low, high = given.minimum, given.maximum
    if kind == "integer" and isinstance(low, float) and math.isfinite(low):
        low = math.ceil(low)
    if kind == "integer" and isinstance(high, float) and math.isfinite(high):
        high = math.floor(high)
    if kind == "integer" and low is None and given.exclusive_minimum is not None:
        low = math.floor(given.exclusive_minimum) + 1
    if kind == "integer" and high is None and given.exclusive_maximum is not None:
        high = math.ceil(given.exclusive_maximum) - 1
    low = low if low is not None and lower_bound(low, kind) is not None else None
    high = high if high is not None and upper_bound(high, kind) is not None else None
    if low is not None or high is not None:
        yield Range(table=table, field=field.name, minimum=low, maximum=high)


def _subcategories(
    home: TableDefinition, field: FieldDefinition, generator: Subcategory
) -> Iterator[Promise]:
    if may_be_null(field):
        return
    pairs = tuple((of, value) for of, values in generator.values.items() for value in values)
    if len(pairs) > MOST_COMBINATIONS:
        return
    said = {"table": home.name, "fields": (generator.of, field.name), "combinations": pairs}
    if any(other.name == generator.of and other.type != "string" for other in home.fields):
        yield Together(check="combinations", written=(generator.of,), **said)
    else:
        yield Combinations(**said)


def _quota(table: str, field: FieldDefinition, category: Category) -> Iterator[Expectation]:
    """Exact to the row: each count is its share rounded up or down, less than a row away."""
    if may_be_null(field) or len(category.values) > MOST_SHARES:
        return
    weights = category.weights or (1.0,) * len(category.values)
    whole = math.fsum(weights)
    if len(weights) != len(category.values) or whole <= 0:
        return
    for value, share in _shares(category.values, weights):
        equals = min(1.0, share / whole)
        yield Share(table=table, field=field.name, value=value, equals=equals, tolerance=0)


def _shares(values: Iterable[Any], weights: Iterable[float]) -> Iterator[tuple[Any, float]]:
    """A value that is listed twice has both its weights."""
    sums: dict[tuple[type, Any], float] = {}
    for value, weight in zip(values, weights, strict=True):
        sums[type(value), value] = sums.get((type(value), value), 0.0) + weight
    return ((value, weight) for (_, value), weight in sums.items())
