"""Clauses that together are one list: shares that make a whole, cases of one field."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..lexicon import entries as lexicon
from ..text import LONGEST_CLAUSE, Clause
from . import values as v

_SHARE = r"\(?(?<![\d.,–-])(?P<share>\d{1,3}(?:[.,]\d{1,3})?) ?(?:%|percent\b|prozent\b)\)?"
_FIRST = re.compile(
    rf"(?P<name>[^\W\d][^:()%]{{0,60}}?)(?::? (?P<value>[^\s:()%]{{1,30}})[ :=]{{0,2}} ?{_SHARE})",
    re.IGNORECASE,
)
_FIRST_AFTER = re.compile(
    rf"(?P<name>[^\W\d][^:()%]{{0,60}}?): {_SHARE} (?P<value>[^:()%]{{1,30}})"
)
_NEXT = re.compile(rf"(?P<value>[^:()%]{{1,30}}?)[ :=]{{0,2}} ?{_SHARE}", re.IGNORECASE)
_NEXT_AFTER = re.compile(rf"{_SHARE} (?P<value>[^:()%]{{1,30}})", re.IGNORECASE)
MOST = 20
"""Clauses that one list may reach over."""


def joined(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """The clauses, with those that only together say something as one."""
    found: list[Clause] = []
    place = 0
    while place < len(clauses):
        some = clauses[place : place + MOST]
        count, text = (
            _whole(some)
            or _weights(some)
            or _terms(some)
            or _cases(some)
            or _condition(some)
            or (1, "")
        )
        found.append(Clause(text, some[0].before, _words(some[:count])) if text else some[0])
        place += count
    return tuple(found)


def _words(some: Sequence[Clause]) -> str:
    return some[0].text + "".join(
        f"{' and ' if one.before == 'and' else f'{one.before} '}{one.text}" for one in some[1:]
    )


# ── shares ────────────────────────────────────────────────────────────────────────────────────


def _whole(some: Sequence[Clause]) -> tuple[int, str] | None:
    """ "call type voice 85 %" + "sms 10 %" + "data 5 %" → "call type (voice 85%, …)"."""
    text = some[0].text
    if ("%" not in text and "percent" not in text.casefold()) or len(text) > LONGEST_CLAUSE:
        return None
    first = _FIRST_AFTER.fullmatch(text) or _FIRST.fullmatch(text)
    if not first or first["name"].casefold() in ("is", "has", "are"):
        return None
    pairs = [(first["value"], _number(first["share"]))]
    for clause in some[1:]:
        match = _NEXT_AFTER.fullmatch(clause.text) or _NEXT.fullmatch(clause.text)
        if clause.before not in (",", "and", ";") or not match:
            break
        pairs.append((match["value"], _number(match["share"])))
        if sum(share for _, share in pairs) > 99.94:
            break
    if len(pairs) < 2 or abs(sum(share for _, share in pairs) - 100) > 0.6:
        return None
    if any(_is_truth(value) for value, _ in pairs[1:]):
        return None
    listed = ", ".join(f"{_quoted(value)} {share:g}%" for value, share in pairs)
    return len(pairs), f"{first['name'].strip()} ({listed})"


def _quoted(value: str) -> str:
    """ "2 or more" is one value."""
    return f'"{value}"' if len(v.split(value)) > 1 else value


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _is_truth(value: str) -> bool:
    """ "active 40 %, verified 60 %": fields of their own."""
    hit = lexicon.exact(value)
    return hit is not None and hit.template.type == "boolean"


_WEIGHTED = re.compile(r"(?P<list>.{2,200}\)) (?:with|in) (?P<first>\d{1,3}) ?%?")
_WEIGHT = re.compile(r"(\d{1,3}) ?(?:%|percent)?", re.IGNORECASE)


def _weights(some: Sequence[Clause]) -> tuple[int, str] | None:
    """ "product (car, home, life) with 50" + "30" + "20 %" → "product (…) 50/30/20"."""
    first = _WEIGHTED.fullmatch(some[0].text) if len(some[0].text) <= LONGEST_CLAUSE else None
    if not first:
        return None
    weights = [first["first"]]
    for clause in some[1:]:
        match = _WEIGHT.fullmatch(clause.text)
        if clause.before not in (",", "and") or not match:
            break
        weights.append(match[1])
    if len(weights) < 2 or sum(map(int, weights)) != 100:
        return None
    return len(weights), f"{first['list']} ({'/'.join(weights)})"


_TERM = re.compile(r"(?P<name>[^\W\d][\w ]{0,40}?) (?P<first>\d{1,4})")
_LAST_TERM = re.compile(
    r"(?P<name>[^\W\d][\w ]{0,40}? )?(?P<last>\d{1,4}(?: (?:or|oder) \d{1,4})?) (?P<rest>(?:days?"
    r"|weeks?|hours?) (?:after|before|from) .{2,60})",
    re.IGNORECASE,
)


def _terms(some: Sequence[Clause]) -> tuple[int, str] | None:
    """ "due 14" + "30 or 60 days after issue" → "due 14/30/60 days after issue"."""
    if len(some[0].text) > LONGEST_CLAUSE:
        return None
    first = _TERM.fullmatch(some[0].text)
    counts, name = ([first["first"]], first["name"]) if first else ([], "")
    for place, clause in enumerate(some):
        if place and clause.before != ",":
            return None
        last = _LAST_TERM.fullmatch(clause.text)
        if last and bool(last["name"]) == (place == 0):
            counts += re.split(r" \w+ ", last["last"])
            whole = f"{name or last['name'].strip()} {'/'.join(counts)} {last['rest']}"
            return (place + 1, whole) if len(counts) > 1 else None
        if place and not clause.text.isdigit():
            return None
        counts += [clause.text] if place else []
    return None


# ── cases ─────────────────────────────────────────────────────────────────────────────────────

_IF = r"(?:if|when|for|where)"
_CASE = re.compile(
    rf"(?P<value>\"[^\"]{{1,40}}\"|[^\s\"]{{1,30}}(?: [^\s\"]{{1,20}})??) {_IF} "
    rf"(?P<when>.{{1,60}}?)"
    r"(?:,? (?:else|otherwise) (?P<other>.{1,40}))?",
    re.IGNORECASE,
)
_ELSE = re.compile(r"(?:else|otherwise) (?P<other>.{1,40})", re.IGNORECASE)
_TRUE = frozenset({"true", "yes", "1"})


def _cases(some: Sequence[Clause]) -> tuple[int, str] | None:
    """ "grade A if 85+" + "B if 70-84" + "else F" → "grade (cases: A if 85+; …; else F)"."""
    text = some[0].text
    case = _named_case(text) if len(text) <= LONGEST_CLAUSE else None
    if not case:
        return None
    name, one = case
    cases = [f"{one['value']} if {one['when']}"]
    other, count = one["other"], 1
    for clause in some[1:]:
        later, last = _CASE.fullmatch(clause.text), _ELSE.fullmatch(clause.text)
        if clause.before not in (",", ";", "and") or other or not (later or last):
            break
        if later and not last:
            cases.append(f"{later['value']} if {later['when']}")
        other = last["other"] if last else later and later["other"]
        count += 1
    if len(cases) == 1:
        is_truth = one["value"].casefold() in _TRUE and not other
        if not is_truth and not one["value"].startswith('"'):
            return None  # "5 if the total is under 50 else 0" is read as it stands
        other = other or "false"
    ends = f"; else {other}" if other else ""
    return count, f"{name} (cases: {'; '.join(cases)}{ends})"


def _named_case(text: str) -> tuple[str, re.Match[str]] | None:
    """The longest known name before a case, else the one word before it."""
    words = text.split(" ")
    for count in range(min(len(words) - 3, 4), 0, -1):
        name = " ".join(words[:count]).rstrip(":=")
        case = _CASE.fullmatch(" ".join(words[count:]).removeprefix("= ").removeprefix("is "))
        if case and (count == 1 or lexicon.exact(name)) and v.has_letter(name):
            return (name, case) if name.casefold() not in ("only", "empty", "null") else None
    return None


# ── conditions before what they say ───────────────────────────────────────────────────────────

_SINCE = re.compile(r"(?:if|when|whenever|where|for) (?!.*\b(?:then|is|has|have) .*\bis\b).{2,80}",
                    re.IGNORECASE)  # fmt: skip


def _condition(some: Sequence[Clause]) -> tuple[int, str] | None:
    """ "If approved" + "limit is at least 500" → one clause."""
    text = some[0].text
    is_begun = some[0].before in ("", ".", "\n", ";") and _SINCE.fullmatch(text)
    if not is_begun or " then " in text or len(some) < 2 or some[1].before != ",":
        return None
    return 2, f"{text} then {some[1].text.removeprefix('then ')}"
