"""Makers for the bare fields of a schema that somebody brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ..core.spelling import FORMATS, TYPES
from .bare import is_bare
from .lexicon import subjects
from .lexicon.entries import words_of
from .lexicon.makers import Template
from .naming import Setting, template_for
from .saying.meanings import Context

_NO_DAY = Context(date.min)
"""Days relative to today are left to the engine: a schema says its own `as_of`."""


def enrich(document: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The document with the lexicon's makers in its bare fields, and a sentence for each.

    A field is bare where nothing but name, type, uniqueness and nulls was said; what was said is
    never touched, and a maker of another type is not taken. Any spelling; never raises.
    """
    notes: list[str] = []
    if isinstance(document.get("tables"), list):
        tables = [_table(table, notes) for table in document["tables"]]
        return {**document, "tables": tables}, tuple(notes)
    return _table(document, notes), tuple(notes)


def _table(table: Any, notes: list[str]) -> Any:
    if not isinstance(table, Mapping) or not isinstance(table.get("fields"), list):
        return dict(table) if isinstance(table, Mapping) else table
    owner = subjects.owner_of(str(table.get("name", "")))
    keys = _keys(table)
    fields = [
        field if _is_key(field, keys) else _field(field, owner, notes) for field in table["fields"]
    ]
    return {**table, "fields": fields}


def _keys(table: Mapping[str, Any]) -> frozenset[str]:
    """Fields that foreign keys fill."""
    keys = table.get("foreign_keys") or table.get("foreignKeys") or ()
    named: list[str] = []
    for key in keys if isinstance(keys, list | tuple) else ():
        fields = key.get("fields", key.get("field", ())) if isinstance(key, Mapping) else ()
        named.extend([fields] if isinstance(fields, str) else map(str, fields))
    return frozenset(named)


def _is_key(field: Any, keys: frozenset[str]) -> bool:
    return not isinstance(field, Mapping) or str(field.get("name")) in keys


def _field(field: Mapping[str, Any], owner: str, notes: list[str]) -> Mapping[str, Any]:
    name = field.get("name")
    if not isinstance(name, str) or not is_bare(field):
        return field
    hit = template_for(name, Setting(_NO_DAY, owner))
    if not hit.certain or not _agrees(hit.template, field):
        return field
    made = _made(hit.template)
    if not made:
        return field
    is_itself = words_of(name) == words_of(hit.entry)
    notes.append(f"{name!r} was made as {'its name says' if is_itself else repr(hit.entry)}")
    return {**field, **made}


def _agrees(template: Template, field: Mapping[str, Any]) -> bool:
    """Of the same type, and able to be unique where that was asked."""
    word = str(
        field.get("type") or field.get("data_type") or field.get("dtype") or "string"
    ).lower()
    is_unique = field.get("unique") or (field.get("constraints") or {}).get("unique")
    is_same = template.type == TYPES.get(word, word) and word not in FORMATS
    return is_same and (template.unique or not is_unique)


def _made(template: Template) -> dict[str, Any]:
    made: dict[str, Any] = {"format": template.format} if template.format else {}
    return {**made, "generator": dict(template.generator)} if template.generator else made
