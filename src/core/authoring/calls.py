"""How many calls to the model a table needs, and how many it may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..kinds import LlmPool
from ..planning import MODEL_BATCH

if TYPE_CHECKING:
    from ...generation.recipe import TableRecipe
    from ..models import FieldDefinition

POOL_CALL = 200
"""Values of a pool asked for in one call."""
RETRY_SHARE = 0.5
"""Further calls beside the planned ones, for failures and for what answers leave out."""
LEAST_RETRIES = 40


def pool_size(field: FieldDefinition) -> int:
    """Distinct values that the field draws from; 0 where it draws from none."""
    return field.generator.size if isinstance(field.generator, LlmPool) else 0


def planned_calls(table: TableRecipe) -> int:
    """Where every answer is whole."""
    pools = sum(-(-pool_size(field) // POOL_CALL) for field in table.pool_fields)
    return pools + (-(-table.row_count // MODEL_BATCH) if table.model_fields else 0)


def most_calls(table: TableRecipe, attempts: int) -> int:
    """`attempts` of the job: whoever takes a job up anew grants the further calls once more, and
    with them what a crash left unanswered."""
    planned = planned_calls(table)
    return planned + max(1, attempts) * max(LEAST_RETRIES, round(RETRY_SHARE * planned))
