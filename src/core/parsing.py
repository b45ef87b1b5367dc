"""From a document anybody wrote to a `DataSchema`, or to every problem of its shape at once."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from .errors import InvalidSchema, Problem
from .models import DataSchema, TableDefinition
from .spelling import normalise

MAX_DOCUMENT_BYTES = 256 * 1024
DEEPEST_FIELDS = 5
DEEPEST = 64
NESTING = frozenset({"fields", "items", "columns"})
"""Keys under which fields lie in a table or in each other."""
TAGS = ("kind", "rule", "check")
"""Keys that say which member of a union an object is."""


def parse_schema(document: Any) -> DataSchema:
    """The schema a document describes, in any accepted spelling.

    Raises:
        InvalidSchema: the document is not shaped like a schema; carries every problem.
    """
    if (deep := _too_deep(document)) is not None:
        raise InvalidSchema((deep,))
    canonical = normalise(document)
    flat = isinstance(document, dict) and "tables" not in document and "resources" not in document
    try:
        return DataSchema.model_validate(canonical)
    except ValidationError as exc:
        errors = [error for error in exc.errors(include_url=False) if not _is_echo(error)]
        found = tuple(_problem(error, canonical, flat) for error in errors)
        raise InvalidSchema(_distinct(found)) from None


def too_large(document: Any) -> Problem | None:
    """What is told of a document from outside before anything else is looked at."""
    try:
        length = len(json.dumps(document, default=str))
    except (RecursionError, ValueError):
        hint = "a schema needs no such depth"
        return Problem("", "too_nested", "the document is nested too deeply", hint)
    if length <= MAX_DOCUMENT_BYTES:
        return None
    message = f"the document has {length:,} bytes as JSON, {MAX_DOCUMENT_BYTES:,} are allowed"
    return Problem("", "too_large", message, "split it, or shorten its lists of values")


def _too_deep(document: Any) -> Problem | None:
    """Without recursion, so that no depth is too deep to be told."""
    open_: list[tuple[Any, str, int, int]] = [(document, "", 0, 0)]
    found: Problem | None = None
    for value, path, fields, depth in open_:
        if depth > DEEPEST:
            hint = "a schema needs no such depth"
            return Problem(path, "too_nested", "the document is nested too deeply", hint)
        if fields > DEEPEST_FIELDS and found is None:
            message = f"fields are nested more than {DEEPEST_FIELDS} deep"
            found = Problem(path, "too_deep", message, "make text of what lies deeper")
        open_ += [
            (inner, f"{path}{step}".lstrip("."), fields + more, depth + 1)
            for step, inner, more in _inside(value)
        ]
    return found


def _inside(value: Any) -> Iterator[tuple[str, Any, bool]]:
    """Steps of a path, what they lead to, and whether fields lie there."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield f".{key}", inner, key in NESTING and isinstance(inner, Mapping | list | tuple)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield f"[{number}]", inner, False


def _is_echo(error: Any) -> bool:
    """A list that is only too short because its members failed, each with an error of its own."""
    return bool(error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"])


def _problem(error: Any, document: Any, flat: bool) -> Problem:
    path = _path(error["loc"], document)
    if flat:
        path = path.removeprefix("tables[0]").removeprefix(".")
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        hint = _among(str(error["loc"][-1]), _known_keys(error["loc"][:-1], flat))
        return Problem(path, "unknown_key", "this key is not known here", hint)
    if kind == "string_pattern_mismatch" and error["loc"][-1] == "name":
        hint = "use letters, digits and _, starting with a letter: first_name"
        return Problem(path, "bad_name", f"{_shown(error['input'])} cannot be a name", hint)
    if kind in _OF_KEYS:
        return _OF_KEYS[kind](path, context, flat)
    if kind == "literal_error":
        return _unlisted(path, error["input"], context["expected"])
    said = _BELONGS.get(kind, "{msg}").format(msg=error["msg"], **context)
    given = _shown(error["input"])
    return Problem(path, kind, f"{said[0].lower()}{said[1:]}", f"got {given}")


# What pydantic says of Python's types, in JSON's words.
_BELONGS = {
    **dict.fromkeys(("tuple_type", "list_type"), "a list belongs here"),
    **dict.fromkeys(
        ("model_type", "model_attributes_type", "dict_type", "mapping_type"),
        "an object belongs here",
    ),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number belongs here"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number belongs here"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false belongs here"),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        "a day like 2026-01-31 belongs here",
    ),
    "finite_number": "a finite number belongs here",
    "string_type": "text belongs here",
    "string_too_short": "at least {min_length} characters belong here",
    "string_too_long": "at most {max_length} characters may stand here",
    "too_short": "at least {min_length} entries belong here, not {actual_length}",
    "too_long": "at most {max_length} entries may stand here",
    "greater_than_equal": "at least {ge} belongs here",
    "greater_than": "more than {gt} belongs here",
    "less_than_equal": "at most {le} may stand here",
    "less_than": "less than {lt} belongs here",
}


def _unlisted(path: str, given: Any, expected: str) -> Problem:
    known = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
    message = f"{_shown(given)} is none of the known words"
    return Problem(path, "literal_error", message, _among(str(given), known))


def _unknown_word(path: str, context: dict[str, Any], _flat: bool) -> Problem:
    key = context["discriminator"].strip("'")
    known = [word.strip(" '") for word in context["expected_tags"].split(",")]
    message = f"there is no {key} {_shown(context['tag'])}"
    return Problem(f"{path}.{key}", f"unknown_{key}", message, _among(context["tag"], known))


def _unnamed_word(path: str, context: dict[str, Any], _flat: bool) -> Problem:
    key = context["discriminator"].strip("'")
    return Problem(path, f"{key}_missing", f"the key {key!r} is missing", f"name a {key}")


def _missing(path: str, _context: dict[str, Any], flat: bool) -> Problem:
    # One table is written without `tables`: what an empty document lacks is its fields.
    path = "fields" if flat and path == "tables" else path
    return Problem(path, "missing", "this is required", "add it")


_OF_KEYS = {
    "union_tag_invalid": _unknown_word,
    "union_tag_not_found": _unnamed_word,
    "missing": _missing,
}


def _among(given: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(given, known, n=1)
    return f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(known)


def _known_keys(loc: tuple[int | str, ...], flat: bool) -> list[str]:
    """The keys of what stands there. A step is a field's name, or the tag of a union's member."""
    here: list[type[BaseModel]] = [TableDefinition, DataSchema] if flat else [DataSchema]
    for step in loc:
        if isinstance(step, str):
            fields = [model.model_fields[step] for model in here if step in model.model_fields]
            inside = [one for field in fields for one in _models(field.annotation)]
            here = inside or [model for model in here if step in _tags(model)]
    keys = dict.fromkeys(
        field.alias or name for model in here for name, field in model.model_fields.items()
    )
    return [key for key in keys if key not in TAGS]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that may stand where the annotation does, inside lists and unions too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _tags(model: type[BaseModel]) -> list[Any]:
    return [model.model_fields[tag].default for tag in TAGS if tag in model.model_fields]


def _path(loc: tuple[int | str, ...], document: Any) -> str:
    """`tables[0].fields[2].generator.mean`: without the tags that a union puts in between."""
    path, here = "", document
    for step in loc:
        inside = _step(here, step)
        if inside is _ABSENT and isinstance(step, str) and _is_tag(here, step):
            continue
        path += f"[{step}]" if isinstance(step, int) else f"{'.' if path else ''}{step}"
        here = inside
    return path


_ABSENT = object()


def _step(here: Any, step: int | str) -> Any:
    try:
        return here[step]
    except (KeyError, IndexError, TypeError):
        return _ABSENT


def _is_tag(here: Any, step: str) -> bool:
    """A union's own marker, not a key: a kind's name, or a type's name on a plain value."""
    if isinstance(here, dict):
        return step in map(here.get, TAGS)
    return here is not _ABSENT


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _distinct(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """One problem a place: a union of types reports once for each of its members."""
    first: dict[str, Problem] = {}
    for problem in problems:
        first.setdefault(problem.path, problem)
    return tuple(first.values())
