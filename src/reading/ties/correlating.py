"""Two numbers of a row that rise and fall together: "weight correlated 0.7 with height"."""

from __future__ import annotations

import re

from ..shaping import Shaped
from .row import Row

SPREAD = frozenset({"normal", "lognormal", "uniform", "exponential", "gamma"})
"""Generators whose numbers can be drawn together."""
_R = r"(?:r ?= ?)?(?P<{name}>[-−]?(?:0?[.,]\d{{1,3}}|1(?:[.,]0{{1,3}})?))"
CORRELATED = re.compile(
    r"(?:is |are |and )?(?P<sign>negatively |inversely |positively )?correlat(?:ed|es|ion)"
    rf"(?: (?:by |at |of )?{_R.format(name='first')})?(?: (?:with|to) (?:the )?"
    r"(?P<other>[^\W\d][\w ]{0,40}?))?"
    rf"(?:,? (?:by |at |of |with )?\(?{_R.format(name='last')}\)?)?",
    re.IGNORECASE,
)


def correlated(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """Without a number it is not said how much, and nothing is made of it."""
    said = match["first"] or match["last"]
    other = row.find(match["other"]) if match["other"] else _before(row, subject)
    if said is None or subject is None or other is None or other is subject:
        return False
    if not all(_is_spread(one) for one in (subject, other)) or not row.is_free(subject, other):
        return False
    r = float(said.replace(",", ".").replace("−", "-"))
    if (match["sign"] or "").strip().casefold() in ("negatively", "inversely"):
        r = -abs(r)
    _tie(row, [subject.name, other.name], r)
    return True


_ASSUMED = 0.7
TREND = re.compile(r"(?P<way>rising|falling) with (?:the )?(?P<other>[^\W\d][\w ]{0,40})")


def trending(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "yield rising with rain": how much was not said, so that it is assumed and told."""
    other = row.find(match["other"])
    if subject is None or other is None or other is subject:
        return False
    if not all(_is_spread(one) for one in (subject, other)) or not row.is_free(subject, other):
        return False
    r = _ASSUMED if match["way"] == "rising" else -_ASSUMED
    _tie(row, [subject.name, other.name], r)
    row.notes.append(f"a correlation of {r} was assumed for {subject.name!r} and {other.name!r}")
    return True


def _tie(row: Row, fields: list[str], r: float) -> None:
    row.rules.append({"rule": "correlation", "fields": fields, "r": r})
    row.checks.append(
        {"check": "correlation", "fields": fields, "equals": r, "because": row.because[:300]}
    )


def _before(row: Row, subject: Shaped | None) -> Shaped | None:
    """ "height and weight correlated 0.7": the number listed before it."""
    names = [one.name for one in row.fields]
    place = names.index(subject.name) if subject else 0
    return row.fields[place - 1] if place and _is_spread(row.fields[place - 1]) else None


def _is_spread(one: Shaped) -> bool:
    return one.field.get("generator", {}).get("kind") in SPREAD
