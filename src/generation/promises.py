"""Whether columns keep promises that their makers do not know of, seen on sample rows.

A maker meets ranges, steps, truncation and uniqueness by construction. Whether a person's name
also fits a length, or a look-up finds a value for every row, is tried before anything is made, by
the checker that later looks at every chunk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from ..core import kinds
from ..core.errors import InvalidArgument, Problem
from ..core.models import Constraints, FieldDefinition, TableDefinition
from ..utils.validators import Fault, column_faults
from .arrow_types import to_array
from .draws.blocks import Block
from .recipe import TableRecipe

TRIED = 500
NULL_HINT = "give a value for every case, or say nullable (with null_fraction 0 for no more nulls)"


def broken_promises(
    recipe: TableRecipe, table: TableDefinition, at: str, tried: Mapping[str, int]
) -> Iterator[Problem]:
    """One problem for each field that breaks a promise; `tried`: on how many rows it is looked
    at."""
    for count in set(tried.values()):
        names = {name for name, rows in tried.items() if rows == count}
        yield from _broken(recipe, table, at, count, names)


def _broken(
    recipe: TableRecipe, table: TableDefinition, at: str, tried: int, names: Collection[str]
) -> Iterator[Problem]:
    absent = {field.name for field in recipe.written_fields} | recipe.open_fields
    rows = np.unique(np.linspace(0, max(recipe.row_count - 1, 0), tried).astype(np.int64))
    block = Block(rows[: recipe.row_count], recipe.makers)
    for number, field in enumerate(table.fields):
        if field.name in names and field.name not in absent:
            path = f"{at}fields[{number}]"
            try:
                faults = column_faults(block.column(field.name), field)
            except InvalidArgument as exc:  # rules leave a row no value
                yield Problem(path, "rules_contradict", exc.message, exc.hint)
                continue
            yield from (_problem(fault, field, path) for fault in faults)


def listed_problems(field: FieldDefinition, path: str) -> Iterator[Problem]:
    """What a generator lists and the field's constraints forbid, however rarely it comes."""
    values = _listed(field.generator)
    if not values:
        return
    try:
        column = to_array(values, field)
    except (ValueError, TypeError, ArithmeticError):  # which is told where the column is built
        return
    # Each alone may come many times, and the generator says itself which enum it fits.
    given = field.constraints.model_copy(update={"unique": False})
    if isinstance(field.generator, kinds.Category):
        given = given.model_copy(update={"enum": None})
    alone = field.model_copy(update={"constraints": given})
    for fault in column_faults(column, alone):
        yield _problem(fault, field, path)


def _listed(generator: kinds.Generator | None) -> list[kinds.Scalar]:
    if isinstance(generator, kinds.Category):
        return _weighty(generator.values, generator.weights)
    if isinstance(generator, kinds.Subcategory):
        weights = generator.weights or {}
        groups = (_weighty(those, weights.get(of)) for of, those in generator.values.items())
        return [value for group in groups for value in group]
    return list(generator.values.values()) if isinstance(generator, kinds.Lookup) else []


def _weighty(values: Sequence[kinds.Scalar], weights: Sequence[float] | None) -> list[kinds.Scalar]:
    if weights is None or len(weights) != len(values):
        return list(values)
    return [value for value, weight in zip(values, weights, strict=True) if weight]


def _problem(fault: Fault, field: FieldDefinition, path: str) -> Problem:
    if fault.code == "null":
        message = f"{field.name!r} would be empty on some rows, and it is not nullable"
        return Problem(f"{path}.generator", "unexpected_null", message, NULL_HINT)
    constraint = Constraints.model_fields.get(fault.code)
    where = f"constraints.{constraint.alias or fault.code}" if constraint else fault.code
    value = str(fault.values[0])[:60] if fault.values else ""
    hint = "change the constraint or the generator"
    message = f"the generator makes {value!r}, which {fault.says}"
    return Problem(f"{path}.{where}", "constraint_conflict", message, hint)
