"""What is believed of the files beside the store: what is whole may still be a stranger's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from ...core.chunk_about import MOST
from ...core.models import MOST_ROWS, Generation, JobState, OutputFormat, StorageKind, Usage

_Check = Callable[[Any], bool]


def is_specification_file(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and _fits(document, _SPECIFICATION_FILE)
        and _fits(document["specification"], _SPECIFICATION)
    )


def is_note(entry: Mapping[str, Any]) -> bool:
    """A move, or what was spent."""
    return _fits(entry, _MOVE if "event" in entry else _SPENDING)


def is_shelving(entry: Mapping[str, Any]) -> bool:
    """Texts by key, for one of the shelves."""
    return _fits(entry, _SHELVING)


def _fits(document: Mapping[str, Any], checks: Mapping[str, _Check]) -> bool:
    return all(check(document.get(name)) for name, check in checks.items())


def _text(value: Any) -> bool:
    """A string that SQLite takes: one without lone surrogates."""
    return isinstance(value, str) and value.encode(errors="replace").decode() == value


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST


def _whole(value: Any) -> bool:
    return type(value) is int and abs(value) <= MOST


def _number(value: Any) -> bool:
    """NaN and the infinities are none."""
    return type(value) in (int, float) and abs(value) <= MOST


def _or_none(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


def _one_of(words: Any) -> _Check:
    return lambda value: isinstance(value, str) and value in words


def _by_text(check: _Check) -> _Check:
    return lambda value: (
        isinstance(value, dict) and all(_text(key) and check(part) for key, part in value.items())
    )


def _list_of(check: _Check) -> _Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _spent(value: Any) -> bool:
    """A table, its fields, and counts as in `Usage`."""
    if not isinstance(value, list) or not 2 <= len(value) <= 2 + len(Usage.__slots__):
        return False
    return all(map(_text, value[:2])) and all(map(_whole, value[2:]))


def _rows(value: Any) -> bool:
    """Of a table."""
    if not isinstance(value, list) or len(value) != 2:
        return False
    return _text(value[0]) and _count(value[1]) and value[1] <= MOST_ROWS


_SPECIFICATION_FILE: Mapping[str, _Check] = {
    "job_spec_format": _count,
    "job_id": _text,
    "name": _text,
    "owner": _text,
    "created_at": _number,
    "specification": lambda value: isinstance(value, dict),
}
_SPECIFICATION: Mapping[str, _Check] = {
    "rows": _list_of(_rows),
    "seed": lambda value: type(value) is int,
    "as_of": _text,
    "engine": _text,
    "output_format": _one_of(get_args(OutputFormat)),
    "chunk_size": lambda value: _count(value) and value > 0,
    "storage": _one_of(get_args(StorageKind)),
    "generation": _one_of(get_args(Generation)),
    "model": _or_none(_text),
    "max_cost_usd": _or_none(_number),
}
_MOVE: Mapping[str, _Check] = {
    "number": _count,
    "at": _number,
    "event": _text,
    "detail": _text,
    "state": _one_of(list(JobState)),
    "name": _text,
    "version": _count,
    "attempt": _count,
    "problem": _or_none(_text),
}
_SPENDING: Mapping[str, _Check] = {
    "spent": _list_of(_spent),
    "rejected": _by_text(_whole),
}
_SHELVING: Mapping[str, _Check] = {
    "shelf": _one_of(("schema_document", "answer")),
    "texts": _by_text(_text),
}
