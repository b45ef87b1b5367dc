"""Which fields a language model writes, and which code makes."""

from __future__ import annotations

from ..core.models import FieldDefinition, Generation, TableDefinition
from .briefs import is_unique

MODEL_KINDS = frozenset({"llm_text", "llm_pool"})
CODE_KINDS = frozenset({"sequence", "uuid", "constant", "line_number", "aggregate"})
"""What code makes even where the model is to write every field."""


def written_by_model(table: TableDefinition, generation: Generation) -> tuple[FieldDefinition, ...]:
    """In the table's order. Keys and unique fields are code's: no model keeps count."""
    if generation == "local":
        return ()
    keys = {name for key in table.foreign_keys for name in key.fields} | set(table.primary_key)
    return tuple(
        field
        for field in table.fields
        if field.name not in keys and _is_models(field, table, generation)
    )


def _is_models(field: FieldDefinition, table: TableDefinition, generation: Generation) -> bool:
    kind = field.generator.kind if field.generator else None
    if is_unique(field, table):
        return False
    if kind in MODEL_KINDS:
        return True
    return generation == "llm" and kind not in CODE_KINDS and field.format != "uuid"
