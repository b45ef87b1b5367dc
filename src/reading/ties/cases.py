"""A field that has one value in each of several cases: "A if 85+; B if 70-84; else F"."""

from __future__ import annotations

import re
from dataclasses import replace

from ..saying import quantities as q
from ..saying import values as v
from ..shaping import Shaped
from .conditions import condition, sql_name, sql_value
from .row import Row, made_by

CASES = re.compile(r"cases: (?P<cases>.+)", re.IGNORECASE)
_ONE = re.compile(r"(?P<value>.+?) if (?P<when>.+)", re.IGNORECASE)
_AND_UP = re.compile(
    rf"(?P<low>{q.NUMBER})(?:\+| (?:or|and) (?:more|over|above|up))", re.IGNORECASE
)
_SPAN = re.compile(rf"(?:between )?(?P<low>{q.NUMBER}) ?(?:[-–]|to|and) ?(?P<high>{q.NUMBER})")
_UNDER = re.compile(rf"(?:under|below|less than|<) ?(?P<high>{q.NUMBER})", re.IGNORECASE)
_NUMBERS = ("integer", "number")


def cased(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """All cases or none: each condition must be understood, and there must be one for every row."""
    pieces = match["cases"].split("; ")
    other = pieces.pop().removeprefix("else ") if pieces[-1].startswith("else ") else None
    cases = [_ONE.fullmatch(piece) for piece in pieces]
    if subject is None or not all(cases):
        return False
    told = [(case["value"], _when(case["when"], row, subject)) for case in cases if case]
    conditions = [sql for _, sql in told]
    if None in conditions or (other is None and not _is_every(conditions, row)):
        return False
    if any(row.follows(name, subject.name) for sql in conditions for name in row.named(sql or "")):
        return False
    values = [value.strip("\"'") for value, _ in told] + ([other.strip("\"'")] if other else [])
    if _is_truth(values) and len(told) == 1:
        return _truth(row, subject, str(conditions[0]), values[0])
    kind, cells = _cells(values)
    whens = " ".join(
        f"WHEN {sql} THEN {cell}" for sql, cell in zip(conditions, cells, strict=False)
    )
    expr = f"CASE {whens}{f' ELSE {cells[-1]}' if other else ''} END"
    _computed(row, subject, expr, kind)
    return True


def _when(text: str, row: Row, subject: Shaped) -> str | None:
    """A condition; a bare range is about the number listed last before the field."""
    number = _number_before(row, subject)
    for pattern, form in ((_AND_UP, "{f} >= {low}"), (_SPAN, "{f} >= {low} AND {f} <= {high}"),
                          (_UNDER, "{f} < {high}")):  # fmt: skip
        if number is not None and (match := pattern.fullmatch(text.strip())):
            ends = {name: q.value(end) for name, end in match.groupdict().items()}
            return form.format(f=sql_name(number.name), **ends)
    return condition(text, row.names, sql_name(number.name) if number else "")


def _number_before(row: Row, subject: Shaped) -> Shaped | None:
    names = [one.name for one in row.fields]
    before = row.fields[: names.index(subject.name)]
    return next((one for one in reversed(before) if one.field["type"] in _NUMBERS), None)


def _is_every(conditions: list[str | None], row: Row) -> bool:
    """ "free, pro, enterprise": one case for each value that a field has."""
    names = {name for sql in conditions for name in row.named(sql or "")}
    if len(names) != 1:
        return False
    one = row.find(names.pop())
    values = one.field.get("generator", {}).get("values", ()) if one else ()
    wanted = {f"{sql_name(one.name)} = {sql_value(value)}" for value in values} if one else set()
    return bool(wanted) and wanted == set(conditions)


def _is_truth(values: list[str]) -> bool:
    return all(value.casefold() in v.TRUE_FALSE or value in ("0", "1") for value in values)


def _truth(row: Row, subject: Shaped, sql: str, first: str) -> bool:
    is_true = v.TRUE_FALSE.get(first.casefold(), first == "1")
    _computed(row, subject, f"({sql})" if is_true else f"NOT ({sql})", "boolean")
    return True


def _cells(values: list[str]) -> tuple[str, list[str]]:
    numbers = [q.value(re.sub(r"[€$£%]", "", value).strip()) for value in values]
    if None in numbers:
        return "string", [sql_value(value) for value in values]
    is_whole = all(isinstance(number, int) for number in numbers)
    return "integer" if is_whole else "number", [f"{number}" for number in numbers]


def _computed(row: Row, subject: Shaped, expr: str, kind: str) -> None:
    generator: dict[str, object] = {"kind": "expression", "expr": expr}
    if kind == "number":
        generator["decimal_places"] = 2
    bare = {key: w for key, w in subject.field.items() if key != "constraints"}
    made = made_by(replace(subject, field=bare), generator, type=kind)
    row.put(made, f"{subject.name!r} was computed as {expr}")
    row.promise(f"{sql_name(subject.name)} = {expr}")
