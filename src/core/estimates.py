"""What a job will take, before anything is spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .authoring.calls import POOL_CALL, pool_size
from .models import (
    FieldDefinition,
    JobSpecification,
    OutputFormat,
    TableDefinition,
    Tally,
    Usage,
)
from .planning import MODEL_BATCH
from .ports import RowRequest, RowWriter
from .samples import sample

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from ..generation.recipe import Recipe, TableRecipe

SAMPLE = 1_000
CELLS_PER_S = 4_000_000
"""Code-made cells a second, encoded and stored, on two laptop cores; an order of magnitude."""
CALL_S = 4.0
"""Seconds a call takes; what the service does that day decides."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`cost_usd` is None where the model's price is not known, 0.0 where no model is needed."""

    rows: int
    bytes: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    seconds: float


def estimate(
    recipe: Recipe,
    format: OutputFormat,  # noqa: A002 - the word that users know it by
    encode: Callable[[pa.Table, OutputFormat], bytes],
    writer: RowWriter | None,
    parallel_calls: int,
) -> Estimate:
    """Sizes come from a sample encoded in the job's format; calls from the grid of batches."""
    size = sum(_bytes(table, format, encode) for table in recipe.tables.values())
    usage = sum((_usage(recipe, table, writer) for table in recipe.tables.values()), Usage())
    cells = sum(table.row_count * len(table.fields) for table in recipe.tables.values())
    cost = 0.0 if not usage.calls else writer.price(usage) if writer else None
    return Estimate(
        rows=sum(table.row_count for table in recipe.tables.values()),
        bytes=size,
        calls=usage.calls,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost_usd=cost,
        seconds=round(cells / CELLS_PER_S + usage.calls * CALL_S / max(1, parallel_calls), 1),
    )


KNOWN_SHARE = 0.1
"""Of a table's rows must be stored before its cost is extrapolated from them."""
KNOWN_CALLS = 20
"""So many calls tell earlier what a call takes."""


def expected_usage(spec: JobSpecification, tally: Tally) -> Usage | None:
    """What the whole job will have used, as the rows that are stored show it, or as long as they
    are few the calls that were made; None while those are few too. Pools are paid for once; answers
    whose chunks are not stored yet make it a little high."""
    done, expected = dict(tally.rows_by_table), Usage()
    for table, rows in spec.rows:
        about = spec.schema.table(table)
        used = [(fields, usage) for name, fields, usage in tally.usage_by if name == table]
        for_rows = [usage for fields, usage in used if not _is_pool(about, fields)]
        expected += sum((usage for fields, usage in used if _is_pool(about, fields)), Usage())
        if not for_rows:
            continue
        whole = sum(for_rows, Usage())
        share = _share(rows, done.get(table, 0), whole.calls)
        if share is None:
            return None
        expected += _scaled(whole, round(whole.calls * share), share)
    return expected if expected.calls else None


def _share(rows: int, done: int, calls: int) -> float | None:
    """How often the whole table holds what is known of it."""
    if done and done >= rows * KNOWN_SHARE:
        return rows / done
    return max(1.0, rows / MODEL_BATCH / calls) if calls >= KNOWN_CALLS else None


def _is_pool(table: TableDefinition, name: str) -> bool:
    field = next((field for field in table.fields if field.name == name), None)
    return field is not None and pool_size(field) > 0


def _bytes(
    table: TableRecipe,
    format: OutputFormat,  # noqa: A002
    encode: Callable[[pa.Table, OutputFormat], bytes],
) -> int:
    """A table's size, from two samples so that headers and dictionaries are not multiplied."""
    count = min(SAMPLE, table.row_count)
    if not count:
        return 0
    half = max(1, count // 2)
    whole, part = (len(encode(sample(table, n), format)) for n in (count, half))
    per_row = (whole - part) / (count - half) if count > half else whole
    return int(whole + per_row * (table.row_count - count))


def _usage(recipe: Recipe, table: TableRecipe, writer: RowWriter | None) -> Usage:
    if not table.row_count:
        return Usage()
    pools = [_pool_usage(recipe, table, field, writer) for field in table.pool_fields]
    return sum(pools, _rows_usage(recipe, table, writer))


def _pool_usage(
    recipe: Recipe, table: TableRecipe, field: FieldDefinition, writer: RowWriter | None
) -> Usage:
    size = pool_size(field)
    calls = -(-size // POOL_CALL)
    if writer is None:
        return Usage(calls=calls)
    rows = tuple(range(min(size, POOL_CALL)))
    request = RowRequest(recipe.schema, table.name, (field,), rows, given=(), seed=0)
    return _scaled(writer.estimate(request), calls, size / len(rows))


def _scaled(one: Usage, calls: int, share: float) -> Usage:
    return Usage(calls, int(one.input_tokens * share), int(one.output_tokens * share))


def _rows_usage(recipe: Recipe, table: TableRecipe, writer: RowWriter | None) -> Usage:
    if not table.model_fields:
        return Usage()
    calls = -(-table.row_count // MODEL_BATCH)
    if writer is None:
        return Usage(calls=calls)
    import numpy as np

    rows = np.arange(min(MODEL_BATCH, table.row_count))
    one = writer.estimate(
        RowRequest(
            schema=recipe.schema,
            table=table.name,
            fields=table.model_fields,
            rows=tuple(rows.tolist()),
            given=tuple(table.given(rows).to_pylist()),
            seed=0,
        )
    )
    return _scaled(one, calls, table.row_count / len(rows))
