"""From the columns of a sample, CSV text or rows of Python values, to a schema of ours."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from ..core.errors import InvalidArgument
from ..reading.lexicon.subjects import owner_of
from ..reading.naming import Setting
from ..reading.samples import MOST_COLUMNS, MOST_ROWS, from_samples
from ..reading.saying.meanings import Context
from .names import Names
from .notes import Imported, Notebook

SURE = 20
"""So many different values, and no other, before a code is taken as unique."""
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,15})(?:[eE][+-]?[0-9]{1,2})?")
_TRUTH = {"true": True, "false": False}
_DELIMITERS = ",;\t|"


def import_csv(text: str, *, name: str, today: date) -> Imported:
    """CSV with a header; only its first 1,000 rows are looked at.

    Raises:
        InvalidArgument: it is no CSV, or has no rows.
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    try:
        header = next(lines, [])
        rows = list(islice((row for row in lines if row), MOST_ROWS))
    except csv.Error as exc:
        raise InvalidArgument(
            f"this is not CSV: {exc}", hint="say with --from what it is"
        ) from None
    if not header or not rows:
        hint = "a sample needs a header and at least one row"
        raise InvalidArgument("there are no rows in it", hint=hint)
    columns = [_typed([row[n] if n < len(row) else "" for row in rows]) for n in range(len(header))]
    found = [dict(zip(header, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return import_rows(found, name=name, today=today)


def import_rows(rows: Sequence[Mapping[str, Any]], *, name: str, today: date) -> Imported:
    """Rows of Python values: numbers, text, dates, None; the first 1,000 are looked at.

    `today` is where days lie of which the sample shows only one.

    Raises:
        InvalidArgument: there are none.
    """
    given = [row for row in rows[:MOST_ROWS] if isinstance(row, Mapping)]
    if not given:
        raise InvalidArgument("there are no rows in the sample", hint="one row is enough")
    notes, names = Notebook(), Names()
    original = list(dict.fromkeys(str(key) for row in given for key in row))[:MOST_COLUMNS]
    renamed = {key: names.take(key) for key in original}
    for key, legal in renamed.items():
        if key != legal:
            notes.assume(key, f"is called {legal} here")
    plain = [{new: _plain(row.get(old)) for old, new in renamed.items()} for row in given]
    setting = Setting(Context(today), owner_of(name), len(plain))
    fields = _fields(plain, setting, notes)
    if not fields:
        raise InvalidArgument("no column of the sample has a usable name", hint="name the columns")
    notes.assume("", f"types, ranges and values are those of {len(plain):,} sample rows")
    document = {"name": name, "fields": fields}
    return Imported(document, "sample", notes.assumed, notes.left_out)


def _fields(rows: list[dict[str, Any]], setting: Setting, notes: Notebook) -> list[dict[str, Any]]:
    fields = []
    for shaped, key in zip(from_samples(rows, setting), rows[0], strict=False):
        field = {**shaped.field, "name": key}
        for note in shaped.assumptions:
            notes.assume(key, note)
        if _is_unique(field, [row[key] for row in rows]):
            field["constraints"] = {**field.get("constraints", {}), "unique": True}
            notes.assume(key, "no value came twice: unique")
        fields.append(field)
    return fields


def _is_unique(field: Mapping[str, Any], cells: list[Any]) -> bool:
    """Codes, numbers and addresses of which no two are alike; other values may differ by chance."""
    kind = field.get("generator", {}).get("kind")
    part = field.get("generator", {}).get("part")
    is_code = kind in ("sequence", "pattern") or field.get("format") == "uuid" or part == "email"
    return is_code and None not in cells and len(set(map(str, cells))) == len(cells) >= SURE


# ── cells ─────────────────────────────────────────────────────────────────────────────────────


def _delimiter(text: str) -> str:
    first = text[: text.find("\n")] if "\n" in text else text
    return max(_DELIMITERS, key=first.count)


def _typed(cells: list[str]) -> list[Any]:
    """A column of text as numbers or truth values where all of it can be: 00123 stays text."""
    filled = [cell for cell in cells if cell != ""]
    for fits, read in (
        (_WHOLE.fullmatch, int),
        (lambda cell: _WHOLE.fullmatch(cell) or _DECIMAL.fullmatch(cell), float),
        (lambda cell: cell.lower() in _TRUTH, lambda cell: _TRUTH[cell.lower()]),
    ):
        if filled and all(fits(cell) for cell in filled):
            return [None if cell == "" else read(cell) for cell in cells]
    return [cell or None for cell in cells]


def _plain(value: Any) -> Any:
    """What `from_samples` knows: bool, int, float, text in ISO 8601, None."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return f"PT{int(value.total_seconds())}S" if isinstance(value, timedelta) else str(value)
