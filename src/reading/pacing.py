"""Series over time that a request's head names: how often, for how long, of how many things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .lexicon.entries import singular
from .saying import quantities as q
from .text import LONGEST_CLAUSE, Clause

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_UNIT = r"(?P<unit>seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|min|sec|h|s)"
_NAMES = {"sec": "second", "s": "second", "min": "minute", "h": "hour", "hourly": "hour",
          "daily": "day", "weekly": "week", "minutely": "minute"}  # fmt: skip
_PACE = re.compile(
    rf"\bevery (?P<count>\d{{1,4}} ?)?{_UNIT}\b"
    rf"|\b(?P<count2>\d{{1,4}})[- ]?{_UNIT.replace('<unit>', '<unit2>')}"
    r" (?:intervals?|resolution|steps?|frequency|granularity)"
    r"|\b(?P<word>hourly|daily|weekly|minutely)\b"
    r"|\b(?P<each>minute|hour|day)[- ]by[- ](?:minute|hour|day)\b",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"(?:\b(?:for|over|during|across|spanning|of) )?(?:the )?(?:(?P<last>last|past) )?"
    r"\b(?P<count>\d{1,4}|an?|one|two|three|four|six)[- ]"
    r"(?P<unit>minute|hour|day|week|month|year)s?\b"
    r"(?! (?:later|after|before|ago|old))",
    re.IGNORECASE,
)
_DURING = re.compile(
    rf"\b(?:in|for|during|of|from|since)(?: the)?(?: (?:year|month|month of))? "
    rf"(?P<first>{q.MOMENT})"
    rf"(?: ?(?:-|–|to|until|through) ?(?P<last>{q.MOMENT}))?",
    re.IGNORECASE,
)
_THINGS = re.compile(
    r"(?:\b(?:for|from|of|by|across|over|in) )?(?:each of )?(?:the )?(?P<count>\d{1,6})"
    r" (?:different )?(?P<noun>[^\W\d][\w-]{2,30}s)\b",
    re.IGNORECASE,
)
_TIMES = frozenset(name + end for name in (*SECONDS, "month", "year", "min", "sec", "row", "record",
                                           "interval") for end in ("", "s"))  # fmt: skip
_FEW = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6}
_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True, slots=True)
class Series:
    """A moment every `count` `unit`s from `first` on, of each of `things`, named `noun`.

    `rows`: as many as that makes, where it was said how long.
    """

    count: int
    unit: str
    first: date | None
    things: int
    noun: str
    rows: int | None
    words: str
    rest: str = ""


def series(
    words: str, listing: Sequence[Clause], today: date
) -> tuple[Series, tuple[Clause, ...]] | None:
    """What the head and the first clauses say of a series, and the clauses without its words."""
    told, rest = [words[:LONGEST_CLAUSE]], list(listing)
    for clause in listing[:5]:
        if _is_about_time(clause.text):
            told.append(clause.text)
            rest.remove(clause)
    if not words and rest and _PACE.search(rest[0].text[:LONGEST_CLAUSE]):
        told.append(rest.pop(0).text[:LONGEST_CLAUSE])
    text = ", ".join(filter(None, told))
    pace = _PACE.search(text)
    if not pace:
        return None
    count = int(pace["count"] or pace["count2"] or 1)
    unit = _unit(pace["unit"] or pace["unit2"] or pace["word"] or pace["each"])
    bare = text[: pace.start()] + " , " + text[pace.end() :]
    days, first, bare = _span(bare, today)
    things = next(
        (one for one in _THINGS.finditer(bare) if one["noun"].casefold() not in _TIMES), None
    )
    number = int(things["count"]) if things else 1
    if not count or not number or (days is None and things is None):
        return None
    rows = None if days is None else round(days * SECONDS["day"] / (count * SECONDS[unit])) * number
    noun = singular(things["noun"].casefold()) if things else ""
    return Series(
        count, unit, first, number, noun, rows or None, text, _things_out(bare, things)
    ), tuple(rest)


def _things_out(text: str, things: re.Match[str] | None) -> str:
    """The head without the words that are told, for its subject."""
    return text[: things.start()] + " " + text[things.end() :] if things else text


def _is_about_time(text: str) -> bool:
    return len(text) <= 60 and any(
        pattern.fullmatch(text.strip()) for pattern in (_PACE, _LASTING, _THINGS, _DURING)
    )


def _unit(word: str) -> str:
    word = word.casefold()
    return _NAMES.get(word) or _NAMES.get(word.removesuffix("s"), word.removesuffix("s"))


def _span(text: str, today: date) -> tuple[float | None, date | None, str]:
    """Days and the first of them, and the text without their words."""
    if (match := _DURING.search(text)) and (first := q.span(match["first"], today)):
        last = (q.span(match["last"], today) if match["last"] else None) or first
        if match["last"] or last[1] > first[0]:
            rest = text[: match.start()] + " " + text[match.end() :]
            return max((last[1] - first[0]).days + 1, 1), first[0], rest
    if match := _LASTING.search(text):
        number = _FEW.get(match["count"].casefold()) or int(match["count"])
        days = number * _DAYS[match["unit"].casefold()]
        rest = text[: match.start()] + " " + text[match.end() :]
        start = _DURING.search(text)
        first_day = q.span(start["first"], today) if start else None
        return (
            days,
            first_day[0] if first_day else today - timedelta(days=max(1, round(days))),
            rest,
        )
    return None, None, text
