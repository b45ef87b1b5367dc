"""Which fields a language model writes, and which code makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import re2

from ..core.models import FieldDefinition, Generation, TableDefinition
from .briefs import is_unique

POOL_KIND = "llm_pool"
"""Written once, for any number of rows to draw from."""
MODEL_KINDS = frozenset({"llm_text", POOL_KIND})
CODE_KINDS = frozenset({
    "sequence", "uuid", "constant", "line_number", "aggregate", "expression", "lookup",
    "timedelta", "time_series",
})  # fmt: skip
"""What code makes even where the model is to write every field: what counts, or is computed."""

_WORD = re2.compile(r"[\p{L}\p{M}\p{N}_]+")
"""What names are made of; to Python's `\\w` the vowel signs of Hindi are no letters."""


def written_by_model(table: TableDefinition, generation: Generation) -> tuple[FieldDefinition, ...]:
    """In the table's order. Keys and unique fields are code's: no model keeps count. So are the
    fields that a rule binds, which then holds by construction."""
    if generation == "local":
        return ()
    keys = {name for key in table.foreign_keys for name in key.fields} | set(table.primary_key)
    bound = {word for rule in table.rules for word in words_in(rule.document())}
    return tuple(
        field
        for field in table.fields
        if field.name not in keys and _is_models(field, table, generation, bound)
    )


def words_in(said: Any) -> Iterator[str]:
    """Every word of a rule's values: the fields it names, and literals, which do no harm."""
    if isinstance(said, dict):
        said = [value for key, value in said.items() if key != "rule"]
    if isinstance(said, list):
        for value in said:
            yield from words_in(value)
    else:
        yield from _WORD.findall(str(said))


def by_row(written: tuple[FieldDefinition, ...]) -> tuple[FieldDefinition, ...]:
    """Of what the model writes: what it writes anew for every row."""
    return tuple(field for field in written if not _is_pool(field))


def by_pool(written: tuple[FieldDefinition, ...]) -> tuple[FieldDefinition, ...]:
    """Of what the model writes: that of which it writes a pool of values."""
    return tuple(field for field in written if _is_pool(field))


def _is_pool(field: FieldDefinition) -> bool:
    return field.generator is not None and field.generator.kind == POOL_KIND


def _is_models(
    field: FieldDefinition, table: TableDefinition, generation: Generation, bound: set[str]
) -> bool:
    kind = field.generator.kind if field.generator else None
    if is_unique(field, table):
        return False
    if kind in MODEL_KINDS:
        return True
    if generation != "llm" or field.name in bound or kind in CODE_KINDS:
        return False
    return field.format != "uuid" and getattr(field.generator, "quota", None) != "exact"
