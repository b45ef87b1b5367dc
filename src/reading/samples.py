"""Fields from a few example rows."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from .lexicon.entries import Hit
from .lexicon.makers import Template
from .naming import Setting, field_name, template_for
from .saying import values as v
from .saying.said import Said
from .shaping import Shaped, built

MOST_ROWS = 1000
MOST_COLUMNS = 200
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,200}\.[a-z]{2,20}", re.IGNORECASE)
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_CODE = re.compile(r"(?=.{0,39}\d)[A-Za-z0-9#/_.-]{2,40}")


def from_samples(rows: Sequence[Mapping[str, Any]], setting: Setting) -> tuple[Shaped, ...]:
    """One field a column, in the order of the rows; types, ranges and values are the samples'."""
    rows = [row for row in rows[:MOST_ROWS] if isinstance(row, Mapping)]
    names = dict.fromkeys(str(name) for row in rows for name in row)
    columns = {name: [row.get(name) for row in rows] for name in list(names)[:MOST_COLUMNS]}
    return tuple(
        _column(name, cells, setting) for name, cells in columns.items() if field_name(name)
    )


def _column(name: str, cells: list[Any], setting: Setting) -> Shaped:
    filled = [cell for cell in cells if not _is_empty(cell)]
    words = f"sample column {name[:100]!r}"
    hit = template_for(name, setting)
    template, note = _template(filled, hit)
    said = Said(words, field_name(name), null_share=_nulls(cells, filled))
    shaped = built(Hit(template, hit.entry, certain=True), said, setting)
    note = f"{shaped.name!r} {note}" if note else ""
    return Shaped(shaped.field, said, shaped.hit, tuple(filter(None, (note,))))


def _is_empty(cell: Any) -> bool:
    return cell is None or cell == "" or (isinstance(cell, float) and not math.isfinite(cell))


def _nulls(cells: list[Any], filled: list[Any]) -> float | None:
    missing = len(cells) - len(filled)
    return round(missing / len(cells), 4) if missing else None


def _template(cells: list[Any], hit: Hit) -> tuple[Template, str]:
    """What the cells look like, and a sentence on what that was taken to mean."""
    if not cells:
        return hit.template, "has no sample values; its name alone decided"
    kinds = {type(cell) for cell in cells}
    if kinds == {bool}:
        share = sum(cells) / len(cells)
        p = round(share if 0 < share < 1 else 0.5, 4)
        return Template("boolean", {"kind": "bernoulli", "p": p}), f"is true in {p:.0%} of rows"
    if kinds <= {int}:
        return _integers(cells, hit)
    if kinds <= {int, float}:
        return _numbers(cells)
    if kinds == {str}:
        return _texts(cells, hit)
    return Template("string", {"kind": "text", "words": [1, 4]}), "mixes kinds of values; text"


def _integers(cells: list[int], hit: Hit) -> tuple[Template, str]:
    low, high = min(cells), max(cells)
    if hit.template.kind == "sequence" and len(set(cells)) == len(cells):
        template = Template("integer", {"kind": "sequence", "start": low}, unique=True)
        return template, f"counts up from {low}"
    if low == high:
        low, high = min(low, 0), max(high, 10)
    template = Template("integer", {"kind": "uniform", "minimum": low, "maximum": high})
    return template, f"was taken as whole numbers from {low} to {high}, as in the samples"


def _numbers(cells: list[float]) -> tuple[Template, str]:
    low, high = min(cells), max(cells)
    places = min(6, max(_places(cell) for cell in cells))
    if low == high:
        low, high = min(low, 0), max(high, 10)
    drawn = {"kind": "uniform", "minimum": low, "maximum": high, "decimal_places": places}
    return Template(
        "number", drawn
    ), f"was taken as numbers from {low} to {high}, as in the samples"


def _places(cell: float) -> int:
    text = repr(float(cell))
    return len(text.partition(".")[2].removesuffix("0")) if "e" not in text else 6


def _texts(cells: list[str], hit: Hit) -> tuple[Template, str]:
    moments = _moments(cells)
    if moments:
        return moments
    if all(_UUID.fullmatch(cell) for cell in cells):
        return Template("string", format="uuid"), ""
    if hit.certain and hit.template.type == "string" and hit.template.kind in ("person", ""):
        return hit.template, ""
    if all(_EMAIL.fullmatch(cell) for cell in cells):
        return Template("string", {"kind": "person", "part": "email"}, "email"), ""
    if all(_IPV4.fullmatch(cell) for cell in cells):
        return Template("string", format="ipv4"), ""
    return _words(cells, hit)


def _words(cells: list[str], hit: Hit) -> tuple[Template, str]:
    distinct = dict.fromkeys(cells)
    shapes = {v.pattern_like(cell) for cell in distinct if _CODE.fullmatch(cell)}
    if all(_CODE.fullmatch(cell) for cell in distinct) and len(shapes) == 1 and len(distinct) > 1:
        return Template("string", {"kind": "pattern", "pattern": shapes.pop()}), (
            "was given codes of the samples' form"
        )
    repeats = len(distinct) < len(cells) and len(distinct) <= 50
    if repeats or all(len(cell.split()) <= 2 and len(cell) <= 30 for cell in distinct):
        if hit.certain and hit.template.type == "string" and not repeats:
            return hit.template, ""
        values = list(distinct)[:200]
        return Template("string", {"kind": "category", "values": values}), (
            "was taken to have the samples' values only"
        )
    counts = [len(cell.split()) for cell in cells]
    low, high = max(1, min(counts)), max(1, min(1000, max(counts)))
    return Template("string", {"kind": "text", "words": [low, high]}), "was taken as free text"


def _moments(cells: list[str]) -> tuple[Template, str] | None:
    """Dates, times or date-times in ISO 8601, where all cells are."""
    for kind, parse, shape in _ISO:
        if all(re.fullmatch(shape, cell) for cell in cells):
            try:
                found = sorted(parse(cell) for cell in cells)
            except (ValueError, TypeError):
                return None
            low, high = _written(found[0]), _written(found[-1])
            drawn = {"kind": "datetime", "minimum": low, "maximum": high}
            note = f"was taken as {kind}s from {low} to {high}, as in the samples"
            return Template(kind, drawn if low < high else None), note
    return None


def _written(moment: Any) -> str:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None, microsecond=0).isoformat()
    return str(moment.isoformat())


_ISO = (
    ("date", date.fromisoformat, r"\d{4}-\d{2}-\d{2}"),
    (
        "datetime",
        datetime.fromisoformat,
        r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?Z?",
    ),
    ("time", time.fromisoformat, r"\d{2}:\d{2}(?::\d{2})?"),
)
