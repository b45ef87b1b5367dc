"""A model's reading of a request: a schema document, and what it had to guess."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from ..core.errors import BadAnswer, Problem
from ..core.models import OutputFormat
from .salvage import whole

LONGEST_NOTE = 500
MOST_NOTES = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answer says; whether `document` is a schema is for `core.parsing` to say."""

    document: Mapping[str, Any]
    assumptions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()
    output_format: OutputFormat | None = None


NOT_A_DRAFT = Problem(
    "", "not_json", "the answer is not one JSON object with the key schema", "give it whole"
)


def parse_schema_answer(text: str) -> Draft:
    """The draft in an answer: bare, in a code fence or amid prose; or the schema alone.

    Raises:
        BadAnswer: there is no complete JSON object with a schema in it.
    """
    value = _object(text)
    if value is None:
        raise BadAnswer("the model's answer holds no schema", hint="say the request in other words")
    document = value.get("schema")
    if not isinstance(document, Mapping):
        return Draft(document=value)
    output_format = value.get("output_format")
    return Draft(
        document=document,
        assumptions=_notes(value.get("assumptions")),
        questions=_notes(value.get("questions")),
        not_understood=_notes(value.get("not_understood")),
        output_format=output_format if output_format in get_args(OutputFormat) else None,
    )


def _object(text: str) -> Mapping[str, Any] | None:
    value = whole(text)
    if value is None:
        first, last = text.find("{"), text.rfind("}")
        value = whole(text[first : last + 1]) if 0 <= first < last else None
    known = isinstance(value, dict) and value.keys() & {"schema", "fields", "tables", "resources"}
    return value if known else None


def _notes(value: Any) -> tuple[str, ...]:
    """Sentences, whatever was given in their place."""
    items = value if isinstance(value, list) else [value] if value else []
    texts = (item if isinstance(item, str) else json.dumps(item) for item in items[:MOST_NOTES])
    return tuple(text.strip()[:LONGEST_NOTE] for text in texts if text.strip())
