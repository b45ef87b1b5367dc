"""Moments at a steady pace: "one every 30 seconds from 2026-01-01"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from ..naming import Setting
from ..pacing import SECONDS, Series
from ..saying import quantities as q
from ..saying.said import Said
from ..shaping import Shaped, shape
from .conditions import sql_name
from .row import Row, is_open, made_by

PACED = re.compile(
    r"(?:[\w ]{1,20} )?every (?P<count>\d{1,4} ?)?(?P<unit>second|sec|s|minute|min|hour|h|day"
    r"|week)s?"
    r"(?:,? (?:from|since|starting(?: (?:on|at|from|in))?|beginning(?: (?:on|at|in))?)"
    rf" (?P<first>{q.MOMENT})(?: (?:at |um )?(?P<clock>\d{{1,2}}:\d{{2}})(?: uhr)?)?)?",
    re.IGNORECASE,
)


def paced(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """The row's moment follows from its running number; both are added where they are missing."""
    count, unit = int(match["count"] or 1), _WHOLE.get(match["unit"].casefold(), "")
    unit = unit or match["unit"].casefold()
    if not count:
        return False
    first = _first(match["first"], count * SECONDS[unit], row.setting)
    if first is None:
        return False
    _put(row, subject, Series(count, unit, first, 1, "", None, row.because), match["clock"] or "")
    return True


_WHOLE = {"sec": "second", "s": "second", "min": "minute", "h": "hour"}


def in_series(row: Row, told: Series) -> None:
    """A moment for each of the things, then the next one; both fields come first."""
    row.because = told.words
    first = told.first or _first("", told.count * SECONDS[told.unit], row.setting)
    _put(row, None, replace(told, first=first), "")
    if told.noun and told.things > 1:
        number = _number(row)
        start = number.field["generator"].get("start", 1)
        expr = f"mod({sql_name(number.name)} - {start}, {told.things}) + 1"
        thing = next((one for one in row.fields if one.name == told.noun), None)
        thing = thing or _added(told.noun, row)
        if is_open(thing):
            made = {"kind": "expression", "expr": expr}
            note = f"{thing.name!r} was numbered from 1 to {told.things}"
            row.put(made_by(thing, made, type="integer"), note)
            row.promise(f"{sql_name(thing.name)} = {expr}")


def _put(row: Row, subject: Shaped | None, told: Series, clock: str) -> None:
    """One moment after the other, by the row's running number."""
    moment = _moment(row, subject, is_day=SECONDS[told.unit] >= SECONDS["day"])
    number = _number(row)
    start = number.field["generator"].get("start", 1)
    word = "DATE" if moment.field["type"] == "date" else "TIMESTAMP"
    first = f"{told.first} {clock}:00" if clock and word == "TIMESTAMP" else f"{told.first}"
    place = f"({sql_name(number.name)} - {start})"
    place = f"floor({place} / {told.things})" if told.things > 1 else place
    expr = f"{word} '{first}' + {place} * INTERVAL {told.count} {told.unit.upper()}"
    pace = f"{told.count} {told.unit}s" if told.count > 1 else told.unit
    row.put(
        made_by(moment, {"kind": "expression", "expr": expr}),
        f"{moment.name!r} was put at one every {pace} from {first}",
    )
    row.promise(f"{sql_name(moment.name)} = {expr}")


def _first(told: str | None, step: int, setting: Setting) -> date | None:
    """As told; else so that the last row lies before today."""
    if told:
        span = q.span(told, setting.context.today)
        return span and span[0]
    days = (setting.rows or 1000) * step // SECONDS["day"] + 1
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
