"""Which answer of a model a cell was taken from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..models import FieldDefinition, Job
from ..planning import MODEL_BATCH

if TYPE_CHECKING:
    from ...generation.recipe import TableRecipe


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a model wrote: the rows that were asked for together, and the journal's key of the
    answer, where the model's configuration is at hand."""

    model: str | None
    first_row: int
    last_row: int
    prompt_version: str | None = None
    key: str | None = None


def unconfigured(job: Job, table: TableRecipe, field: FieldDefinition, row: int) -> Recorded:
    """What is known of an answer where no model is configured: who gave it, and for which rows."""
    first = row // MODEL_BATCH * MODEL_BATCH
    last = min(first + MODEL_BATCH, table.row_count) - 1
    if field in table.pool_fields:
        first, last = 0, table.row_count - 1
    return Recorded(job.spec.model, first, last)
