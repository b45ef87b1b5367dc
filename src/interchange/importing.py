"""Anybody's schema, as text, becomes a schema of ours."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..core.errors import InvalidArgument
from ..core.parsing import parse_schema
from .bounded import parsed_json, sized
from .columns_in import import_csv, import_rows
from .ddl_in import import_ddl
from .frictionless_in import import_frictionless
from .guessing import Source, guess_source, source_of
from .json_schema_in import import_json_schema
from .names import legal
from .notes import Imported


def import_schema(
    text: str,
    source: Source | None = None,
    *,
    today: date,
    name: str = "dataset",
    dialect: str | None = None,
    ending: str = "",
) -> Imported:
    """The schema that a text holds, makers included.

    Where `source` is not named, the file's `ending` and the text itself decide. `name` is the
    table's, or the dataset's, where the text has none; `dialect` is for DDL, `today` for samples.

    Raises:
        InvalidArgument: the text is not what it was said to be, or describes no rows.
        LimitExceeded: it is too long, too deep, or unfolds without end.
    """
    kind = source or guess_source(sized(text), ending)
    name = legal(name, "dataset")
    if kind == "ddl":
        found = import_ddl(text, name=name, dialect=dialect)
    elif kind == "sample" and text.lstrip()[:1] not in ("[", "{"):
        found = import_csv(text, name=name, today=today)
    else:
        found = import_document(parsed_json(text), source, name=name, today=today)
    parse_schema(found.document)
    return found


def import_document(
    document: Any, source: Source | None = None, *, name: str, today: date
) -> Imported:
    """A JSON Schema, a Frictionless descriptor or example rows, parsed already.

    Raises:
        InvalidArgument, LimitExceeded
    """
    kind = source or source_of(document)
    if kind == "frictionless":
        return import_frictionless(document, name=name)
    if kind == "sample":
        if not isinstance(document, list):
            hint = "a sample is a list of objects, or CSV"
            raise InvalidArgument("this is no list of rows", hint=hint)
        return import_rows(document, name=name, today=today)
    return import_json_schema(document, name=name)
