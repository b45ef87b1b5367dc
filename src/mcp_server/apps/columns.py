"""What a job's columns look like, small enough for a chart each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ...core.errors import IllegalTransition
from ...core.models import JobState
from ..fitting import as_many_as_fit, cell

if TYPE_CHECKING:
    import pyarrow as pa

    from ...wiring import App

ROWS = 5_000
"""Of each table, at most; spread over all of it."""
BINS = 16
VALUES = 6
FEW = 8
"""So many different values are shown one by one, whatever their type."""
COMMON = 0.02
"""A value's share from which the commonest ones are worth a bar each."""
WIDTH = 40
BUDGET = 18_000


async def columns(app: App, job_id: str) -> dict[str, Any]:
    """{"tables": {table: [summary]}, "sampled": rows a table, or null where all were looked at}.

    Of a summary: name, rows, nulls, distinct (null: not counted) and, by `shape`,
    "histogram": low, high, counts; "values": the commonest as [value, rows];
    "text": a few examples.

    Raises:
        NotFound, IllegalTransition (the job is not COMPLETED), ChunkDamaged, ChunkMissing
    """
    job = await app.manager.get(job_id)
    if job.state is not JobState.COMPLETED:
        raise IllegalTransition(
            f"there is nothing to show of a job that is {job.state}",
            hint="wait until get_job_progress says COMPLETED",
        )
    tables = await app.datasets.sampled(job, ROWS)
    shown = await asyncio.to_thread(_summaries, tables)
    whole = all(rows <= ROWS for _, rows in job.spec.rows)
    return {"tables": shown, "sampled": None if whole else ROWS}


def _summaries(tables: dict[str, pa.Table]) -> dict[str, list[dict[str, Any]]]:
    shown: dict[str, list[dict[str, Any]]] = {}
    left = BUDGET
    for name, table in tables.items():
        each = (summary(column, table[column]) for column in table.column_names)
        shown[name] = as_many_as_fit(each, left // (len(tables) - len(shown)), lambda part: part)
        left -= sum(len(str(part)) for part in shown[name])
    return shown


def summary(name: str, column: pa.ChunkedArray) -> dict[str, Any]:
    """One column, of which there is at least an empty chunk."""
    import pyarrow as pa

    there = column.drop_null()
    about: dict[str, Any] = {"name": name, "rows": len(column), "nulls": column.null_count}
    if pa.types.is_nested(column.type):
        return {**about, "distinct": None, "shape": "text", "examples": _examples(there)}
    counted = sorted(
        ((pair["values"], pair["counts"]) for pair in there.value_counts().to_pylist()),
        key=lambda pair: -pair[1],
    )
    about["distinct"] = len(counted)
    if _measured(column.type) and len(counted) > FEW and (steps := _histogram(there)):
        return {**about, "shape": "histogram", **steps}
    if counted and (len(counted) <= FEW or counted[0][1] >= COMMON * len(there)):
        common = [[str(_plain(value)), rows] for value, rows in counted[:VALUES]]
        return {**about, "shape": "values", "values": common}
    return {**about, "shape": "text", "examples": _examples(there)}


def _measured(kind: pa.DataType) -> bool:
    import pyarrow as pa

    types = pa.types
    return any(
        belongs(kind)
        for belongs in (
            types.is_integer, types.is_floating, types.is_decimal, types.is_date,
            types.is_timestamp, types.is_time, types.is_duration,
        )
    )  # fmt: skip


def _histogram(column: pa.ChunkedArray) -> dict[str, Any] | None:
    """Counts in at most `BINS` equal steps from the lowest value to the highest; None where floats
    have no such steps, because the two are too near or too far apart."""
    import numpy as np

    from ...utils.columns import extremes

    low, high = extremes(column)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            counts, _ = np.histogram(_numbers(column), bins=_steps(low, high))
    except ValueError:
        return None
    return {
        "low": _plain(low),
        "high": _plain(high),
        "counts": [int(count) for count in counts],
    }


def _steps(low: Any, high: Any) -> Any:
    """As many whole numbers in each step, or uneven bars would be seen where nothing is uneven."""
    if not isinstance(low, int):
        return BINS
    import numpy as np

    width = -(-(high - low + 1) // BINS)
    steps = -(-(high - low + 1) // width)
    return np.linspace(low - 0.5, low - 0.5 + steps * width, steps + 1)


def _numbers(column: pa.ChunkedArray) -> Any:
    import pyarrow as pa

    kind = column.type
    if not (pa.types.is_decimal(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        # Moments and days as the integers they are stored as.
        column = column.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    return column.cast(pa.float64(), safe=False).to_numpy()  # near enough for a picture


def _examples(column: pa.ChunkedArray) -> list[str]:
    return [str(_plain(value)) for value in column.slice(0, 3).to_pylist()]


def _plain(value: Any) -> Any:
    """A JSON value for people to read: moments in ISO 8601, decimals as numbers, text cut."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "as_tuple"):  # Decimal
        value = float(value)
    if isinstance(value, bool):
        return str(value).lower()
    return float(f"{value:.6g}") if isinstance(value, float) else cell(value, WIDTH)
