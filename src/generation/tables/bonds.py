"""What a table's foreign keys say, read once: parents, who may have none, which are one to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...core.kinds import Aggregate, Monotonic, UniqueTogether
from ...core.models import DataSchema, FieldDefinition, ForeignKey, PerParent, TableDefinition

DEFAULT_NULLS = 0.1
"""The share of empty cells where a field is only said to be nullable."""


@dataclass(frozen=True, slots=True)
class Bond:
    """One foreign key of `table`, its `number` there. `optional`: the share of rows without a
    parent. `single`: no parent has two children. `after`: the longer key it follows from."""

    table: TableDefinition
    number: int
    key: ForeignKey
    parent: TableDefinition
    optional: float
    single: bool
    after: int | None

    @property
    def is_own(self) -> bool:
        """Whether the table refers to itself."""
        return self.parent.name == self.table.name

    @property
    def counts(self) -> PerParent | None:
        """What is said about the number of children; None where nothing is."""
        said = self.key.per_parent
        return said if said is not None and said != PerParent() else None

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.number}"


def parent_name(key: ForeignKey, table: TableDefinition) -> str:
    return key.reference.table or table.name


def bonds_of(schema: DataSchema, table: TableDefinition) -> tuple[Bond, ...]:
    """The keys whose tables and fields exist, in their order."""
    parents = {one.name: one for one in schema.tables}
    return tuple(
        Bond(
            table=table,
            number=number,
            key=key,
            parent=parents[parent_name(key, table)],
            optional=optional_share(key, table),
            single=any(unique <= set(key.fields) for unique in unique_sets(table)),
            after=_longer(schema, table, number),
        )
        for number, key in enumerate(table.foreign_keys)
        if _is_whole(key, table, parents)
    )


def _is_whole(
    key: ForeignKey, table: TableDefinition, parents: Mapping[str, TableDefinition]
) -> bool:
    parent = parents.get(parent_name(key, table))
    if parent is None or len(key.fields) != len(key.reference.fields):
        return False
    own = {field.name for field in table.fields}
    return own.issuperset(key.fields) and {field.name for field in parent.fields}.issuperset(
        key.reference.fields
    )


def unique_sets(table: TableDefinition) -> list[frozenset[str]]:
    """The sets of fields that no two rows share, as far as the schema says."""
    sets = [frozenset({field.name}) for field in table.fields if field.constraints.unique]
    sets += [frozenset(rule.fields) for rule in table.rules if isinstance(rule, UniqueTogether)]
    return [*sets, frozenset(table.primary_key)] if table.primary_key else sets


def optional_share(key: ForeignKey, table: TableDefinition) -> float:
    """Said by the key, else by the fields' own nulls."""
    if "optional_fraction" in key.model_fields_set:
        return key.optional_fraction
    fields = [field for field in table.fields if field.name in key.fields]
    return min((null_share(field) for field in fields), default=0.0)


def null_share(field: FieldDefinition) -> float:
    if field.null_fraction is not None:
        return field.null_fraction
    return DEFAULT_NULLS if field.nullable else 0.0


def _longer(schema: DataSchema, table: TableDefinition, number: int) -> int | None:
    """lines(part, supplier) → offers(part, supplier) makes lines(part) → parts follow from
    offers(part) → parts: the number of the first of these keys, None where there is none."""
    key = table.foreign_keys[number]
    for other, longer in enumerate(table.foreign_keys):
        if len(longer.fields) > len(key.fields) and set(key.fields) < set(longer.fields):
            between = [one for one in schema.tables if one.name == parent_name(longer, table)]
            if between and next(steps(key, longer, between[0]), None) is not None:
                return other
    return None


def steps(key: ForeignKey, longer: ForeignKey, between: TableDefinition) -> Iterator[int]:
    """The keys of the table in between that lead on to where `key` leads."""
    there = dict(zip(longer.fields, longer.reference.fields, strict=False))
    wanted = {
        (there.get(field), target)
        for field, target in zip(key.fields, key.reference.fields, strict=False)
    }
    for number, onward in enumerate(between.foreign_keys):
        pairs = set(zip(onward.fields, onward.reference.fields, strict=False))
        if onward.reference.table == key.reference.table and pairs == wanted:
            yield number


def leading(bonds: tuple[Bond, ...]) -> Bond | None:
    """The key that the number of a table's rows follows from where it is not said."""
    free = [bond for bond in bonds if not bond.is_own and bond.after is None]
    counted = [bond for bond in free if bond.counts is not None]
    single = [bond for bond in free if bond.single]
    return next(iter([*counted, *single]), None)


def pair_of(table: TableDefinition, bonds: tuple[Bond, ...]) -> tuple[Bond, Bond] | None:
    """The two keys whose pairs are distinct: the one that has the counts, and its partner."""
    free = [bond for bond in bonds if not bond.is_own and bond.after is None and not bond.single]
    sets = [unique for unique in unique_sets(table) if len(unique) > 1]
    inside = [
        [bond for bond in free if set(bond.key.fields) <= unique]
        for unique in sets
        if numbering(table, bonds) is None or not _has_line_number(table, unique)
    ]
    found = next((group for group in inside if len(group) > 1), [])
    flagged = [bond for bond in free if bond.key.distinct]
    if flagged and len(free) > 1:
        others = [bond for bond in free if bond is not flagged[0]]
        found = [flagged[0], next((o for o in others if o.counts or o.key.distinct), others[0])]
    if not found:
        return None
    known = (bond for bond in found if bond.counts is not None or is_aggregated(bond))
    first = next(known, found[0])
    return first, next(bond for bond in found if bond is not first)


def line_field(table: TableDefinition) -> FieldDefinition | None:
    kinds = {field.name: getattr(field.generator, "kind", None) for field in table.fields}
    return next((field for field in table.fields if kinds[field.name] == "line_number"), None)


def _has_line_number(table: TableDefinition, fields: frozenset[str]) -> bool:
    field = line_field(table)
    return field is not None and field.name in fields


def numbering(table: TableDefinition, bonds: tuple[Bond, ...]) -> Bond | None:
    """The key whose parents' children a line number counts; None where that is not clear."""
    free = [bond for bond in bonds if not bond.is_own and bond.after is None]
    if _has_line_number(table, frozenset(table.primary_key)):
        inside = [bond for bond in free if set(bond.key.fields) <= set(table.primary_key)]
        free = inside or free
    counted = [bond for bond in free if bond.counts is not None]
    choice = counted if len(counted) == 1 else free
    return choice[0] if len(choice) == 1 else None


def is_aggregated(bond: Bond) -> bool:
    """Whether the parent may ask for its children (for any of the keys that lead to them)."""
    generators = [field.generator for field in bond.parent.fields]
    said = [one.expr for one in generators if isinstance(one, Aggregate)]
    return any(bond.table.name in expr for expr in said)


def is_unique(table: TableDefinition, bonds: tuple[Bond, ...], fields: frozenset[str]) -> bool:
    """Whether no two rows share these fields, by one of them or by the table's keys and rules."""
    if any(field.constraints.unique for field in table.fields if field.name in fields):
        return True
    rules = (rule for rule in table.rules if isinstance(rule, UniqueTogether))
    return is_unique_by_keys(table, bonds, fields) or any(
        fields >= set(rule.fields) for rule in rules
    )


def is_unique_by_keys(
    table: TableDefinition, bonds: tuple[Bond, ...], fields: frozenset[str]
) -> bool:
    """Whether the way parents are chosen makes these fields together unique, or a series that
    rises from row to row of each parent."""
    if any(
        isinstance(rule, Monotonic)
        and rule.strict
        and fields >= {rule.field, rule.per or rule.field}
        for rule in table.rules
    ):
        return True
    if any(bond.single and set(bond.key.fields) <= fields for bond in bonds):
        return True
    counted = numbering(table, bonds) if _has_line_number(table, fields) else None
    if counted is not None and set(counted.key.fields) <= fields and not counted.optional:
        return True
    pair = pair_of(table, bonds)
    return pair is not None and all(set(bond.key.fields) <= fields for bond in pair)
