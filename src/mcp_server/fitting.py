"""Answers cut to a size that every client takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ..core.models import DataSchema
from ..utils.text import clean

CELL = 80
SCHEMA_BYTES = 12_000
LINE = 300

_T = TypeVar("_T")
Preview = dict[str, list[dict[str, Any]]]


def compact(value: Any) -> str:
    """JSON without spaces. Lone surrogates, which UTF-8 cannot say, become question marks."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def size(value: Any) -> int:
    """Bytes of the value's compact JSON."""
    return len(compact(value).encode("utf-8"))


def as_many_as_fit(values: Iterable[_T], budget: int, json_of: Callable[[_T], Any]) -> list[_T]:
    """The longest beginning whose JSON has at most `budget` bytes."""
    kept: list[_T] = []
    for value in values:
        budget -= size(json_of(value)) + 1
        if budget < 0:
            break
        kept.append(value)
    return kept


def lines(texts: Sequence[str], budget: int) -> list[str]:
    """Sentences on one line each; the last says how many are left out."""
    cleaned = [clean(text, LINE) for text in texts]
    kept = as_many_as_fit(cleaned, budget, lambda text: text)
    left = len(cleaned) - len(kept)
    return [*kept, f"and {left} more"] if left else kept


# ── rows to look at ───────────────────────────────────────────────────────────────────────────

# Tables, rows, columns, characters a cell: tried in turn until the preview fits.
_VIEWS = (
    (20, 10, 1000, CELL), (20, 3, 1000, CELL), (20, 3, 60, 40), (12, 3, 30, 30), (12, 2, 20, 24),
    (8, 1, 12, 16), (4, 1, 5, 12), (1, 1, 3, 8),
)  # fmt: skip


def preview(tables: Mapping[str, Sequence[Mapping[str, Any]]], budget: int) -> Preview:
    """The first rows by table, as many and as wide as fit; nothing where not even a cell does."""
    for count, rows, columns, width in _VIEWS:
        view = {
            name: [_row(row, columns, width) for row in held[:rows]]
            for name, held in list(tables.items())[:count]
        }
        if size(view) <= budget:
            return view
    return {}


def _row(row: Mapping[str, Any], columns: int, width: int) -> dict[str, Any]:
    seen = {name: cell(value, width) for name, value in list(row.items())[:columns]}
    left = len(row) - len(seen)
    return {**seen, "…": f"{left} more columns"} if left else seen


def cell(value: Any, width: int = CELL) -> Any:
    """A JSON value as it is, text on one line without hidden characters."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return clean(value if isinstance(value, str) else str(value), width)


# ── the schema ────────────────────────────────────────────────────────────────────────────────


def schema_document(schema: DataSchema, budget: int = SCHEMA_BYTES) -> dict[str, Any]:
    """The schema itself, or a summary of it where it is too large."""
    document = schema.document()
    if size(document) <= budget:
        return document
    shown: dict[str, Any] = {
        "name": schema.name,
        "summary": "too large to show in full: the schema_id stands for all of it",
        "expectations": len(schema.expectations),
        "tables": [],
    }
    left = budget - size(shown)
    for table in schema.tables:
        part = _table(table, left)
        left -= size(part) + 1
        if left < 0:
            shown["more_tables"] = len(schema.tables) - len(shown["tables"])
            break
        shown["tables"].append(part)
    return shown


def _table(table: Any, budget: int) -> dict[str, Any]:
    frame = {"name": table.name, "rows": table.rows, "fields": [], "more_fields": 9999}
    said = (_field(field) for field in table.fields)
    kept = as_many_as_fit(said, budget - size(frame), lambda text: text)
    return {**frame, "fields": kept, "more_fields": len(table.fields) - len(kept)}


def _field(field: Any) -> str:
    words = [field.name, field.type, field.format, field.generator and field.generator.kind]
    return clean(" ".join(word for word in words if word), 160)
