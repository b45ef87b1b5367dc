"""A few rows to look at, made by the engine that will make the job's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from ..generation.recipe import Recipe, TableRecipe
    from .models import FieldDefinition

BY_THE_MODEL = "‹written by the model›"


def sample(table: TableRecipe, count: int) -> pa.Table:
    """The table's first rows; cells that a model will write hold a stand-in, or nothing."""
    count = min(count, table.row_count)
    return table.make(
        0, count, {field.name: _blank(field, count) for field in table.written_fields}
    )


def preview(recipe: Recipe, count: int) -> dict[str, list[dict[str, Any]]]:
    """The first `count` rows of each table, as JSON values."""
    return {name: json_rows(sample(table, count)) for name, table in recipe.tables.items()}


def json_rows(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as JSON values: dates and times in ISO 8601, decimals as numbers."""
    return [{name: _json(value) for name, value in row.items()} for row in table.to_pylist()]


def _blank(field: FieldDefinition, count: int) -> pa.Array:
    import pyarrow as pa

    from ..generation.arrow_types import arrow_type

    kind = arrow_type(field)
    if field.type == "string":
        return pa.array([BY_THE_MODEL] * count, kind)
    return pa.nulls(count, kind)


def _json(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "as_tuple"):  # Decimal
        return float(value)
    return str(value)
