"""Whether a column keeps constraints that its maker does not know, seen on sample rows.

A maker meets ranges, steps, truncation and uniqueness by construction. Whether a sequence's text
or a person's name also matches a pattern or a length is tried before anything is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..core.errors import Problem
from ..core.models import Constraints, TableDefinition
from ..utils.patterns import matches
from .blocks import Block
from .recipe import TableRecipe

TRIED = 500


def broken_promises(recipe: TableRecipe, table: TableDefinition, at: str) -> Iterator[Problem]:
    """One problem for each field that breaks a constraint on a row that was tried."""
    skipped = {field.name for field in recipe.model_fields} | recipe.open_fields
    rows = np.unique(np.linspace(0, max(recipe.row_count - 1, 0), TRIED).astype(np.int64))
    block = Block(rows[: recipe.row_count], recipe.makers)
    for number, field in enumerate(table.fields):
        if field.name in skipped or not _has_promises(field.constraints):
            continue
        for value in block.column(field.name).unique().to_pylist():
            broken = value is not None and _broken(value, field.constraints)
            if broken:
                path = f"{at}fields[{number}].constraints.{broken}"
                hint = "change the constraint or the generator"
                message = f"the generator makes {str(value)[:60]!r}, which breaks {broken}"
                yield Problem(path, "constraint_conflict", message, hint)
                break


def _has_promises(given: Constraints) -> bool:
    limits = (given.min_length, given.max_length, given.pattern, given.enum)
    return any(limit is not None for limit in limits)


def _broken(value: Any, given: Constraints) -> str:
    """The name of the first constraint that the value breaks, empty where none."""
    if given.enum is not None and not _listed(value, given.enum):
        return "enum"
    if not isinstance(value, str):
        return ""
    if given.min_length is not None and len(value) < given.min_length:
        return "minLength"
    if given.max_length is not None and len(value) > given.max_length:
        return "maxLength"
    return "pattern" if given.pattern is not None and not matches(given.pattern, value) else ""


def _listed(value: Any, allowed: tuple[Any, ...]) -> bool:
    return value in allowed or str(value) in map(str, allowed)
