"""Requests and checks that the tests share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from src.api.replies import Reply
from src.core.errors import Problem
from src.core.models import DataSchema, FieldDefinition, Usage
from src.core.parsing import parse_schema
from src.core.ports import RowRequest

REVIEWS = {
    "name": "reviews",
    "description": "Reviews of garden tools",
    "locale": "en",
    "fields": [
        {"name": "id", "type": "integer"},
        {"name": "stars", "type": "integer", "constraints": {"minimum": 1, "maximum": 5}},
        {"name": "price", "type": "number"},
        {"name": "bought", "type": "boolean"},
        {
            "name": "review",
            "description": "what the customer says",
            "generator": {"kind": "llm_text", "words": [5, 12]},
        },
        {"name": "reply", "nullable": True, "generator": {"kind": "llm_text"}},
    ],
}


def schema_of(*fields: Mapping[str, Any]) -> DataSchema:
    return parse_schema({**REVIEWS, **({"fields": list(fields)} if fields else {})})


def request(
    names: Sequence[str] = ("stars", "review"),
    rows: Iterable[int] = range(4),
    schema: DataSchema | None = None,
    **more: Any,
) -> RowRequest:
    schema = schema or schema_of()
    (table,) = schema.tables
    fields = {field.name: field for field in table.fields}
    numbers = tuple(rows)
    return RowRequest(
        schema=schema,
        table=table.name,
        fields=tuple(fields[name] for name in names),
        rows=numbers,
        given=more.pop("given", tuple({"id": 1000 + row} for row in numbers)),
        seed=more.pop("seed", 7),
        **more,
    )


def check(row: Mapping[str, Any], fields: Iterable[FieldDefinition]) -> tuple[Problem, ...]:
    """The largest number allowed: enough to have something rejected."""
    problems = []
    for field in fields:
        value, limits = row[field.name], field.constraints
        if isinstance(value, int | float) and limits.maximum is not None:
            assert isinstance(limits.maximum, int | float)
            if value > limits.maximum:
                problems.append(Problem(field.name, "maximum", "too large"))
    return tuple(problems)


def reply(text: str, finish: Any = "complete") -> Reply:
    return Reply(text=text, finish=finish, usage=Usage(1, 100, 50))
