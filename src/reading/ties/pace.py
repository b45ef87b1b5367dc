"""Moments at a steady pace: "one every 30 seconds from 2026-01-01"."""

from __future__ import annotations

import re
from datetime import date, timedelta

from ..naming import Setting
from ..saying import quantities as q
from ..saying.said import Said
from ..shaping import Shaped, shape
from .conditions import sql_name
from .row import Row, is_open, made_by

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
PACED = re.compile(
    r"(?:[\w ]{1,20} )?every (?P<count>\d{1,4} )?(?P<unit>second|minute|hour|day|week)s?"
    r"(?:,? (?:from|since|starting(?: (?:on|at|from|in))?|beginning(?: (?:on|at|in))?)"
    rf" (?P<first>{q.MOMENT}))?",
    re.IGNORECASE,
)


def paced(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """The row's moment follows from its running number; both are added where they are missing."""
    count, unit = int(match["count"] or 1), match["unit"].casefold()
    if not count:
        return False
    first = _first(match["first"], count * _SECONDS[unit], row.setting)
    if first is None:
        return False
    moment = _moment(row, subject, is_day=_SECONDS[unit] >= _SECONDS["day"])
    number = _number(row)
    start = number.field["generator"].get("start", 1)
    word = "DATE" if moment.field["type"] == "date" else "TIMESTAMP"
    step = f"INTERVAL {count} {unit.upper()}"
    expr = f"{word} '{first}' + ({sql_name(number.name)} - {start}) * {step}"
    pace = f"{count} {unit}s" if count > 1 else unit
    row.put(
        made_by(moment, {"kind": "expression", "expr": expr}),
        f"{moment.name!r} was put at one every {pace} from {first}",
    )
    row.promise(f"{sql_name(moment.name)} = {expr}")
    return True


def _first(told: str | None, step: int, setting: Setting) -> date | None:
    """As told; else so that the last row lies before today."""
    if told:
        span = q.span(told, setting.context.today)
        return span and span[0]
    days = (setting.rows or 1000) * step // _SECONDS["day"] + 1
    return setting.context.today - timedelta(days=min(days, 700_000))


def _moment(row: Row, subject: Shaped | None, *, is_day: bool) -> Shaped:
    kinds = ("date", "datetime") if is_day else ("datetime",)
    if subject is not None and subject.field["type"] in kinds:
        return subject
    if subject is not None and subject.field["type"] == "time" and is_open(subject):
        row.put(made_by(subject, {}, type="datetime"))
        return row.fields[[one.name for one in row.fields].index(subject.name)]
    dated = (one for one in row.fields if one.field["type"] in kinds and is_open(one))
    return next(dated, None) or _added("date" if is_day else "timestamp", row)


def _number(row: Row) -> Shaped:
    """The row's running number."""
    for one in row.fields:
        generator = one.field.get("generator", {})
        if one.field["type"] == "integer" and generator.get("kind") == "sequence":
            return one
    return _added("id", row)


def _added(name: str, row: Row) -> Shaped:
    added = shape(Said(name, name), row.setting)
    row.fields.insert(0, added)
    row.notes.append(f"{name!r} was added, as the request refers to it")
    return added
