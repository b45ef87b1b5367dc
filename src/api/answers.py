"""Which of the rows that came back are rows we asked for, and good."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ..core.errors import Problem
from ..core.kinds import LlmText
from ..core.models import FieldDefinition
from ..core.ports import RefusedRow, RowCheck, RowRequest, WrittenRows
from ..utils.text import is_unicode
from .replies import Reply
from .salvage import Found, Search, whole

INDEX_KEYS = ("#", "row", "index")
"""Names under which an object may carry its row's number, unless a field is called so."""

TRIES_FOR_A_VALUE = 2
"""So often an optional cell that came empty is asked for again."""
REFUSED_KEPT, REFUSED_CHARS = 20, 2_000
"""Of one answer: rows that were turned away and are kept, and how much of each."""

_BAD = object()
_NESTED = frozenset({list, dict})
_NONE: frozenset[str] = frozenset()
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,8})(?:\.\d{1,6})?", re.ASCII)  # a float holds 15 digits
_INT64 = 2**63
_EXACT = 2**53  # from here on a float may stand for a neighbour


class Reader:
    """Reads answers to `request`. A row is taken when its shape, its types and `check` agree.

    Counts by reason what was turned away: `shape`, `type:<field>`, `null:<field>`,
    `unknown_index`, `duplicate_index`, `not_json`, `no_row` (none found), `empty_answer`, and the
    codes of `check`.
    """

    def __init__(self, request: RowRequest, check: RowCheck) -> None:
        self._request = request
        self._fields = request.fields
        self._names = tuple(field.name for field in request.fields)
        self._check = check
        self._spared = {field.name for field in request.fields if may_stay_empty(field)}
        self._cells = tuple(map(self._cell, request.fields))
        self._accepted: dict[int, tuple[Any, ...]] = {}
        self._rejected: Counter[str] = Counter()
        self._refused: list[RefusedRow] = []

    def read(self, reply: Reply) -> WrittenRows:
        if reply.text.strip():
            self._rows(reply.text)
        elif reply.finish != "cut":
            self._rejected["empty_answer"] += 1
        finish = reply.finish
        if len(self._accepted) == len(self._request.rows):
            finish = "complete"
        elif finish == "complete":
            finish = "short"
        rows = {self._request.rows[index]: row for index, row in sorted(self._accepted.items())}
        refused = tuple(self._refused)
        return WrittenRows(rows, dict(self._rejected), refused, reply.usage, finish)

    def _rows(self, text: str) -> None:
        value = whole(text)
        if isinstance(value, str):  # JSON in JSON
            text, value = value, whole(value)
        if self._is_as_asked(value):
            self._by_number(value)
            return
        self._search(text)
        if not self._accepted and not self._rejected:
            self._by_position(value)

    def _is_as_asked(self, value: Any) -> bool:
        """Whether nothing has to be searched for: numbered rows of the right length, none nested
        in another, and hardly more than were asked for."""
        return (
            isinstance(value, list)
            and 0 < len(value) <= 2 * len(self._request.rows)
            and all(
                type(row) is list
                and len(row) == len(self._names) + 1
                and converted(row[0], "integer") is not _BAD
                and _NESTED.isdisjoint(map(type, row))
                for row in value
            )
        )

    def _by_number(self, rows: list[list[Any]]) -> None:
        numbers = [converted(row[0], "integer") for row in rows]
        # Counted from 1 to the last one, where it was to be from 0.
        first = int(set(numbers) == set(range(1, len(self._request.rows) + 1)))
        for number, row in zip(numbers, rows, strict=True):
            self._judge(number - first, row[1:])

    def _search(self, text: str) -> None:
        # One level more than a good row has: a bad one is to be seen and counted.
        search, at = Search(text, 2 + max(map(depth, self._fields), default=0)), 0
        patience = 4 * len(self._request.rows) + 100
        while self._rejected.total() < patience and (item := search.next(at)):
            at = item.stop if self._taken(item, text) else item.start + 1

    def _taken(self, item: Found, text: str) -> bool:
        """Whether this is a row, good or bad; if it is none, one may be inside."""
        if item.value is None:
            self._refuse("not_json", None, text[item.start : item.stop])
            return False
        row = self._as_row(item.value)
        if row is None:
            return False
        self._judge(*row)
        return True

    def _as_row(self, value: Any) -> tuple[Any, Sequence[Any] | None] | None:
        """(number, values in field order or None where they do not fit); None if not a row."""
        if isinstance(value, list):
            if len(value) == 1:  # a footnote: [1]
                return None
            fits = len(value) == len(self._names) + 1
            return value[0], value[1:] if fits else None
        key = next((key for key in INDEX_KEYS if key in value and key not in self._names), None)
        if key is None:
            return None
        fits = value.keys() - {key} == set(self._names)
        return value[key], [value[name] for name in self._names] if fits else None

    def _by_position(self, value: Any) -> None:
        """Rows without numbers, trusted only where there is exactly one for each asked row."""
        if isinstance(value, dict) and len(value) == 1:
            (value,) = value.values()
        if not isinstance(value, list) or len(value) != len(self._request.rows):
            self._rejected["no_row"] += 1
            return
        for index, row in enumerate(value):
            if isinstance(row, dict) and row.keys() == set(self._names):
                self._judge(index, [row[name] for name in self._names])
            elif isinstance(row, list) and len(row) == len(self._names):
                self._judge(index, row)
            else:
                self._refuse("shape", index, row)

    def _judge(self, index: Any, values: Sequence[Any] | None) -> None:
        reason = self._objection(index, values)
        if reason is not None:
            self._refuse(reason, index, values)

    def _refuse(self, reason: str, index: Any, said: Any) -> None:
        """Count it, and keep the first few to be looked at."""
        self._rejected[reason] += 1
        if len(self._refused) < REFUSED_KEPT:
            known = type(index) is int and 0 <= index < len(self._request.rows)
            row = self._request.rows[index] if known else None
            text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
            self._refused.append(RefusedRow(row, reason, text[:REFUSED_CHARS]))

    def _objection(self, index: Any, values: Sequence[Any] | None) -> str | None:
        """Why the row is turned away; None once it is accepted."""
        number = converted(index, "integer")
        if number is _BAD or not 0 <= number < len(self._request.rows):
            return "unknown_index"
        if number in self._accepted:
            return "duplicate_index"
        if values is None:
            return "shape"
        empty = self._request.empty.get(self._request.rows[number], _NONE)
        row = tuple(
            None if name in empty else cell(value)
            for value, name, cell in zip(values, self._names, self._cells, strict=True)
        )
        reason = self._misfit(values, row) if _BAD in row else None
        if reason is None:
            row, reason = self._checked(number, row)
        if reason is None:
            self._accepted[number] = row
        return reason

    def _misfit(self, values: Sequence[Any], row: tuple[Any, ...]) -> str:
        place = row.index(_BAD)
        return f"{'null' if values[place] is None else 'type'}:{self._names[place]}"

    def _checked(self, number: int, row: tuple[Any, ...]) -> tuple[tuple[Any, ...], str | None]:
        """The row, its dispensable cells emptied where they do not hold, and what is still wrong
        with it."""
        problems = self._problems(number, row)
        if problems and self._spared:
            wrong = {problem.path.partition(".")[0].partition("[")[0] for problem in problems}
            row = tuple(
                None if name in wrong and name in self._spared else value
                for name, value in zip(self._names, row, strict=True)
            )
            problems = self._problems(number, row)
        return row, problems[0].code if problems else None

    def _problems(self, number: int, row: tuple[Any, ...]) -> tuple[Problem, ...]:
        given = self._request.given[number] if self._request.given else {}
        return self._check({**given, **dict(zip(self._names, row, strict=True))}, self._fields)

    def _cell(self, field: FieldDefinition) -> Callable[[Any], Any]:
        """How a field's cells are read, `_BAD` where they do not fit.

        Which are empty is for code to say. One that comes empty all the same is bad, unless it is
        optional and came so again and again.
        """
        gives_in = self._request.tries >= TRIES_FOR_A_VALUE and is_optional(field)
        bad = None if field.name in self._spared else _BAD
        empty = None if gives_in else bad
        convert = CONVERSIONS.get(field.type) or partial(fitted, field=field)

        def cell(value: Any) -> Any:
            fit = empty if value is None else convert(value)
            return bad if fit is _BAD else fit

        return cell


def may_stay_empty(field: FieldDefinition) -> bool:
    """Whether a cell that does not fit becomes empty, rather than being asked for again."""
    made = field.generator
    return isinstance(made, LlmText) and made.on_reject != "again" and is_optional(field)


def is_optional(field: FieldDefinition) -> bool:
    """Whether a cell may be empty for no reason: with a `null_when` only if a share may besides."""
    share = bool(field.null_fraction) or (field.nullable and field.null_when is None)
    return share and not field.constraints.required


def depth(field: FieldDefinition) -> int:
    """How deep a field's values nest; what is not described further may nest twice more."""
    if field.type == "array":
        return 1 + (depth(field.items) if field.items else 2)
    if field.type == "object":
        return 1 + (max(map(depth, field.fields)) if field.fields else 2)
    return 0


# ── types ─────────────────────────────────────────────────────────────────────────────────────


def fitted(value: Any, field: FieldDefinition) -> Any:
    """The value as the field's type holds it, or `_BAD`; nothing is lost on the way."""
    if value is None:
        return None if field.may_be_null and not field.constraints.required else _BAD
    if field.type == "array":
        return _fitted_array(value, field.items)
    if field.type == "object":
        return _fitted_object(value, field.fields)
    return converted(value, field.type)


def _fitted_array(value: Any, items: FieldDefinition | None) -> Any:
    if not isinstance(value, list):
        return _BAD
    fit = [fitted(item, items) for item in value] if items else value
    return _BAD if any(item is _BAD for item in fit) else fit


def _fitted_object(value: Any, fields: tuple[FieldDefinition, ...]) -> Any:
    if not isinstance(value, dict):
        return _BAD
    if not fields:
        return value
    if not value.keys() <= {field.name for field in fields}:
        return _BAD
    fit = {field.name: fitted(value.get(field.name), field) for field in fields}
    return _BAD if any(item is _BAD for item in fit.values()) else fit


def converted(value: Any, kind: str) -> Any:
    """A scalar of the type `kind`; only conversions that can be undone are made."""
    return CONVERSIONS[kind](value)


def _text(value: Any) -> Any:
    return value if isinstance(value, str) and is_unicode(value) else _BAD


def _integer(value: Any) -> Any:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return _BAD
    return value if -_INT64 <= value < _INT64 else _BAD


def _number(value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _BAD
    if isinstance(value, int):
        return value if -_INT64 <= value < _INT64 else _BAD
    return value if math.isfinite(value) else _BAD


def _boolean(value: Any) -> Any:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value, _BAD)
    return value if isinstance(value, bool) else _BAD


# Moments stay text, as in JSON; whether they are moments is for `check` to say.
CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {
    "string": _text,
    "date": _text,
    "time": _text,
    "datetime": _text,
    "duration": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
}
