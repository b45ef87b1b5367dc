"""Which fields say no more than their name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .words import word_set

_OPEN = word_set(
    "name type data_type dtype description constraints nullable optional null_fraction "
    "nullFraction null_probability required unique title"
)
"""Keys, in any spelling, that leave open what a field holds; any other key says something."""


def is_bare(field: Mapping[str, Any]) -> bool:
    """Whether nothing but name, type, uniqueness and nulls was said."""
    constraints = field.get("constraints") or {}
    told = {key for key, value in field.items() if value is not None}
    return isinstance(constraints, Mapping) and told | set(constraints) <= _OPEN


def has_bare(document: Mapping[str, Any]) -> bool:
    """Whether any field of a document may be one, whatever its spelling; never raises."""
    tables = document.get("tables")
    listed = tables if isinstance(tables, list) else [document]
    fields = (table.get("fields") for table in listed if isinstance(table, Mapping))
    return any(
        isinstance(field, Mapping) and is_bare(field)
        for some in fields
        if isinstance(some, list)
        for field in some
    )
