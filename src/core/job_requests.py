"""What somebody asks for becomes a job's specification, or is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..utils.text import shown
from .errors import InvalidArgument, LimitExceeded, NotConfigured
from .models import (
    DataSchema,
    Generation,
    JobSpecification,
    OutputFormat,
    StorageKind,
    Usage,
)
from .planning import ChunkPlan, default_chunk_size
from .ports import RowWriter
from .schemas import Given

if TYPE_CHECKING:
    from ..generation.recipe import Recipe

MAX_CHUNK_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class JobLimits:
    max_rows: int
    max_chunks: int


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a caller asks for; None means that rowmill chooses."""

    given: Given
    row_count: int | None = None
    output_format: OutputFormat = "csv"
    chunk_size: int | None = None
    storage: StorageKind = "disk"
    generation: Generation = "auto"
    seed: int | None = None
    max_cost_usd: float | None = None
    name: str | None = None
    start: bool = False


def specification(
    request: JobRequest,
    schema: DataSchema,
    recipe: Recipe,
    seed: int,
    *,
    writer: RowWriter | None,
    engine: str,
) -> JobSpecification:
    """The request, whose `schema` was compiled to `recipe` with this seed.

    Raises:
        InvalidArgument, NotConfigured
    """
    uses_model = any(table.written_fields for table in recipe.tables.values())
    by_row = any(table.model_fields for table in recipe.tables.values())
    if uses_model and writer is None:
        raise NotConfigured(
            "this needs the language model, and no key is set",
            hint="set GEMINI_API_KEY, or use generation=local",
        )
    asked_writer = writer if uses_model else None
    if request.max_cost_usd is not None:
        _check_budget(request.max_cost_usd, asked_writer)
    return JobSpecification(
        schema=schema,
        rows=tuple((name, recipe.tables[name].row_count) for name in recipe.order),
        seed=seed,
        as_of=str(schema.as_of),  # `Schemas.resolve` dates every schema
        engine=engine,
        output_format=request.output_format,
        chunk_size=_chunk_size(request.chunk_size, by_row),
        storage=request.storage,
        generation=request.generation,
        model=asked_writer.model if asked_writer else None,
        max_cost_usd=request.max_cost_usd,
    )


def _check_budget(budget: float, writer: RowWriter | None) -> None:
    if not (budget > 0 and math.isfinite(budget)):
        raise InvalidArgument(
            f"max_cost_usd is {budget}", hint="an amount above 0; leave it out for no limit"
        )
    if writer is not None and writer.price(Usage(1, 1, 1)) is None:
        raise InvalidArgument(
            f"the price of {writer.model} is not known, so max_cost_usd cannot be kept",
            hint="choose a model with a known price, or leave max_cost_usd out",
        )


def _chunk_size(asked: int | None, by_row: bool) -> int:
    if asked is None:
        return default_chunk_size(by_row)
    if not 1 <= asked <= MAX_CHUNK_ROWS:
        raise InvalidArgument(
            f"chunk_size is {asked}", hint=f"from 1 to {MAX_CHUNK_ROWS:,}, or leave it out"
        )
    return asked


def seed_of(request: JobRequest, randomness: Callable[[int], bytes]) -> int:
    """The seed that was asked for, or one that nobody chose.

    Raises:
        InvalidArgument
    """
    asked = request.seed
    if asked is None:
        return int.from_bytes(randomness(4), "big")
    if type(asked) is not int or not 0 <= asked < 2**63:  # nor True
        raise InvalidArgument(f"the seed is {shown(asked)}", hint="a whole number from 0 to 2⁶³−1")
    return asked


def chunks_within(limits: JobLimits, spec: JobSpecification) -> int:
    """How many chunks the job has.

    Raises:
        LimitExceeded: it has too many, or too many rows; names the setting.
    """
    chunks = ChunkPlan("", spec).count
    if spec.total_rows > limits.max_rows:
        raise LimitExceeded(
            f"{spec.total_rows:,} rows are more than the {limits.max_rows:,} allowed",
            hint="ask for fewer rows, or raise JOB_MAX_ROWS",
        )
    if chunks > limits.max_chunks:
        raise LimitExceeded(
            f"{chunks:,} chunks are more than the {limits.max_chunks:,} allowed",
            hint="use a larger chunk_size, or raise JOB_MAX_CHUNKS",
        )
    return chunks


def uncounted(schema: DataSchema) -> DataSchema:
    """Without the request's own number of rows among its promises: another was asked for."""
    kept = tuple(promise for promise in schema.expectations if promise.check != "row_count")
    return schema.model_copy(update={"expectations": kept})
