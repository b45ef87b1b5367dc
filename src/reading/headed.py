"""What the head of a request says of its fields: a period, an age."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .heading import Head
from .naming import Setting
from .saying.phrases import read_phrase
from .saying.said import Said
from .shaping import Shaped, reshape, shape
from .text import LONGEST_CLAUSE

_AGES = frozenset({"age", "birth date", "date of birth", "dob", "birthdate", "birthday"})


def headed(fields: list[Shaped], head: Head, setting: Setting) -> Iterator[str]:
    """The fields follow the head, in place; yields the words that no field could follow."""
    yield from _of_period(fields, head, setting)
    yield from _of_age(fields, head, setting)


def _of_period(fields: list[Shaped], head: Head, setting: Setting) -> Iterator[str]:
    """ "orders from 2024": the days of every date that has none of its own."""
    if not head.period:
        return
    dated = [place for place, one in enumerate(fields) if _is_open_date(one)]
    for place in dated:
        fields[place] = shape(fields[place].said.but(period=head.period), setting)
    if not dated:
        yield head.words


def _of_age(fields: list[Shaped], head: Head, setting: Setting) -> Iterator[str]:
    """ "students aged 18 to 25": bounds of their age, or of their birth date."""
    match = re.search(r"\baged? .{1,40}", head.words[:LONGEST_CLAUSE], re.IGNORECASE)
    said = read_phrase(match.group(), setting.context) if match else Said("")
    if not said.is_ranged:
        return
    aged = [place for place, one in enumerate(fields) if one.entry in _AGES]
    for place in aged:
        fields[place] = reshape(fields[place], said, setting)
    if not aged:
        yield said.words


def _is_open_date(shaped: Shaped) -> bool:
    """A date that lies in the past and of which nothing was said."""
    is_dated = shaped.field["type"] in ("date", "datetime") and not shaped.field.get("constraints")
    return is_dated and shaped.entry not in ("birth date", "expiry date")
