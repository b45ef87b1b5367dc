"""What a text is, seen from its ending and its first words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

Source = Literal["json-schema", "frictionless", "ddl", "sample"]
SOURCES: tuple[Source, ...] = ("json-schema", "frictionless", "ddl", "sample")
ENDINGS: Mapping[str, Source] = {
    ".sql": "ddl", ".ddl": "ddl", ".csv": "sample", ".tsv": "sample", ".parquet": "sample",
}  # fmt: skip
HEAD = 100_000
_CREATE = re.compile(r"\bcreate\s+(?:\w+\s+){0,3}table\b", re.IGNORECASE)


def guess_source(text: str, ending: str = "") -> Source:
    """`ending` is the file's: `.sql`. What looks like nothing known is a sample."""
    known = ENDINGS.get(ending.lower())
    if known is not None:
        return known
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return "json-schema"
    return "ddl" if _CREATE.search(text[:HEAD]) else "sample"


def source_of(document: Any) -> Source:
    """Which of the JSON languages a document speaks."""
    if isinstance(document, list):
        return "sample"
    if isinstance(document, Mapping):
        if isinstance(document.get("resources"), list) or isinstance(document.get("fields"), list):
            return "frictionless"
        schema = document.get("schema")
        if isinstance(schema, Mapping) and isinstance(schema.get("fields"), list):
            return "frictionless"
    return "json-schema"
