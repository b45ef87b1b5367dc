"""Which expectations the schema's own rows will not meet, seen on a few of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..utils import chance
from .errors import Problem
from .kinds import Distribution, Expectation, RowCount, Share, Shares
from .ports import Verdict

if TYPE_CHECKING:
    import pyarrow as pa

    from ..generation.recipe import Recipe, TableRecipe
    from .models import DataSchema
    from .ports import Rehearse

TRIED = 2_000
"""Rows of a table that are looked at, evenly from all of them."""
ON_SOME_ROWS = frozenset({
    "not_null", "null_share", "range", "one_of", "matches", "format", "share", "shares", "mean",
    "median", "quantile", "distribution", "correlation", "expression", "implies", "combinations",
    "agree", "length", "language", "near_duplicates",
})  # fmt: skip
"""What some of the rows can refute; the other checks need all of them."""
HINT = "change what makes the field, or the expectation"


def unmet(schema: DataSchema, recipe: Recipe, rehearse: Rehearse) -> tuple[Problem, ...]:
    """One problem for each expectation that cannot be measured, or that rows made as the job would
    make them refute beyond chance. Columns that a model writes are not there to be looked at; rows
    are counted as the schema has them, since a job that asks for others drops that promise."""
    rows = {name: table.row_count for name, table in recipe.tables.items()}
    written = {table.name: table.rows for table in schema.tables if table.rows is not None}
    tables = {name: _some(table) for name, table in recipe.tables.items()}
    whole = all(tables[name].num_rows == count for name, count in rows.items())
    variants = [
        _variants(said, tables, whole) if _tells(said, whole) else ()
        for said in schema.expectations
    ]
    asked = [variant for some in variants for variant in some]
    found = iter(rehearse(schema.model_copy(update={"expectations": tuple(asked)}), rows, tables))
    verdicts = [[next(found) for _ in some] for some in variants]
    return tuple(_problems(schema.expectations, verdicts, {**rows, **written}))


def _some(table: TableRecipe) -> pa.Table:
    import numpy as np

    spread = np.linspace(0, max(table.row_count - 1, 0), TRIED).astype(np.int64)
    return table.given(np.unique(spread)[: table.row_count])


def _tells(said: Expectation, whole: bool) -> bool:
    """Whether these rows say anything about the expectation."""
    if said.check == "row_count":
        return False  # the rows are planned, and counted below
    return whole or said.check in ON_SOME_ROWS


def _variants(
    said: Expectation, tables: Mapping[str, pa.Table], whole: bool
) -> tuple[Expectation, ...]:
    """The expectation; of some rows also its nearest values, which chance must refute too."""
    if whole:
        return (said,)
    rows = max((table.num_rows for table in tables.values()), default=0)
    if isinstance(said, Distribution | Shares) and said.tolerance is not None:
        more = chance.of_fit(rows) if isinstance(said, Distribution) else _of_shares(said, rows)
        return (_changed(said, tolerance=said.tolerance + more),)
    if isinstance(said, Share) and said.equals is None:
        ends = [end for end in (said.minimum, said.maximum) if end is not None]
        without = {"minimum": None, "maximum": None}
        return (said, *(_changed(said, equals=end, **without) for end in ends))
    tolerance, equals = getattr(said, "tolerance", None), getattr(said, "equals", None)
    if tolerance is None or equals is None:
        return (said,)
    ends = [equals - tolerance, equals + tolerance]
    if said.check in ("share", "null_share"):
        ends = [min(max(end, 0.0), 1.0) for end in ends]
    return (said, *(_changed(said, equals=end, tolerance=None) for end in ends))


def _of_shares(said: Shares, rows: int) -> float:
    total = sum(said.weights) or 1.0
    return chance.of_variation([weight / total for weight in said.weights], rows)


def _changed(said: Any, **changes: Any) -> Any:
    return said.model_copy(update=changes)


def _problems(
    expectations: Sequence[Expectation],
    verdicts: Sequence[Sequence[Verdict | str | None]],
    rows: Mapping[str, int],
) -> Iterator[Problem]:
    for number, (said, found) in enumerate(zip(expectations, verdicts, strict=True)):
        path = f"expectations[{number}]"
        if isinstance(said, RowCount):
            yield from _count(said, rows, path)
        elif found and isinstance(found[0], str):
            message = f"it cannot be measured: {found[0]}"
            yield Problem(path, "expectation_unjudgeable", message, "mend or drop it")
        elif found and all(isinstance(one, Verdict) and not one.held for one in found):
            yield Problem(path, "expectation_unmet", _told(found[0]), HINT)


def _told(verdict: Any) -> str:
    wanted = f"{verdict.check} of {verdict.about} is to be {verdict.target}"
    return f"{wanted}, and rows made for a try show {verdict.measured}"


def _count(said: RowCount, rows: Mapping[str, int], path: str) -> Iterator[Problem]:
    name = said.table or (next(iter(rows)) if len(rows) == 1 else "")
    planned = rows.get(name, said.equals)
    if planned != said.equals:
        message = f"{said.equals:,} rows are expected, and {planned:,} will be made"
        yield Problem(path, "expectation_unmet", message, "make both numbers the same")
