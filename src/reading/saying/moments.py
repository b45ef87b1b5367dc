"""What a modifier means that names days or hours."""

from __future__ import annotations

import re
from datetime import date, timedelta

from . import quantities as q
from .meanings import Found
from .said import Said


def _years(first: str, last: str, said: Said) -> Said:
    """Bare years are numbers too, for a field that holds years."""
    if first.isdigit() and last.isdigit():
        return said.but(low=int(first), high=int(last))
    return said


def moments(found: Found, said: Said) -> Said | None:
    first = q.span(found["first"], found.context.today)
    last = q.span(found["last"], found.context.today)
    if not first or not last or first[0] > last[1]:
        return None
    return _years(found["first"], found["last"], said.but(period=(first[0], last[1])))


def within(found: Found, said: Said) -> Said | None:
    span = q.span(found["moment"], found.context.today)
    return _years(found["moment"], found["moment"], said.but(period=span)) if span else None


def since(found: Found, said: Said) -> Said | None:
    """ "since 2020" and "after 2020": with the year, and without it; up to today."""
    span = q.span(found["moment"], found.context.today)
    if not span or span[0] > found.context.today:
        return None
    is_later = found["word"].casefold() in ("after", "later than")
    if is_later and span[1] >= found.context.today:
        return None  # what lies in the future is not read, and told
    first = min(span[1] + timedelta(days=1), found.context.today) if is_later else span[0]
    if found["moment"].isdigit():
        said = said.but(low=int(found["moment"]), above=is_later)
    return said.but(period=(first, found.context.today))


def until(found: Found, said: Said) -> Said | None:
    span = q.span(found["moment"], found.context.today)
    if not span:
        return None
    is_earlier = found["word"].casefold() in ("before", "vor")
    if found["moment"].isdigit():
        said = said.but(high=int(found["moment"]), below=is_earlier)
    last = max(span[0], date(1, 1, 2)) - timedelta(days=1) if is_earlier else span[1]
    return said.but(period=(None, last))


def recent(found: Found, said: Said) -> Said:
    count = q.value(found["count"]) if found["count"] else 1
    return said.but(period=q.back(int(count or 1), found["unit"], found.context.today))


def calendar(found: Found, said: Said) -> Said:
    today, words = found.context.today, found.match.group().casefold()
    if words.startswith(("this", "dies")):
        return said.but(period=(date(today.year, 1, 1), today))
    return said.but(period=(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)))


def clock(found: Found, said: Said) -> Said | None:
    first, last = _hour(found["first"]), _hour(found["last"])
    return said.but(clock=(first, last)) if first and last and first < last else None


def _hour(text: str) -> str:
    match = re.fullmatch(r"(\d{1,2})(?::(\d{2}))? ?(am|pm)?", text.casefold())
    if not match:
        return ""
    hour = int(match[1]) % 12 + 12 * (match[3] == "pm") if match[3] else int(match[1])
    minute = int(match[2] or 0)
    return f"{hour:02d}:{minute:02d}:00" if hour < 24 and minute < 60 else ""
