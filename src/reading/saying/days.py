"""From what was said about days to the first and the last of them."""

from __future__ import annotations

from datetime import date

from . import quantities as q
from .said import OpenSpan, Said

_OLDEST = 120


def said_span(said: Said, natural: q.Span, today: date) -> q.Span | None:
    """The days that were said, or those on which people of the said ages were born."""
    if said.period:
        return _closed(said.period, natural)
    ages = [n for n in (said.low, said.high) if n is not None]
    if ages and all(0 <= n <= _OLDEST for n in ages):
        low = int(said.low if said.low is not None else 0) + said.above
        high = int(said.high if said.high is not None else max(low, 90)) - said.below
        return q.born(low, max(low, high), today)
    return None


def _closed(period: OpenSpan, natural: q.Span) -> q.Span | None:
    """An end that nobody said is the field's own, or as far away as that is long."""
    first, last = period
    days = (natural[1] - natural[0]).days
    if first is None and last is not None:
        far = date.fromordinal(max(1, last.toordinal() - days))
        first = natural[0] if natural[0] < last else far
    if last is None and first is not None:
        far = date.fromordinal(min(date.max.toordinal(), first.toordinal() + days))
        last = natural[1] if natural[1] > first else far
    return (min(first, last), last) if first and last else None


def iso(span: q.Span, kind: str) -> tuple[str, str]:
    """First and last day, or moment, as a schema writes them."""
    low, high = span[0].isoformat(), span[1].isoformat()
    return (low, high) if kind == "date" else (f"{low}T00:00:00", f"{high}T23:59:59")
