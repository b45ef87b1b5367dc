"""What holds on some rows only: "if refills is 0 then …", "new members have a fee of 0"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..lexicon.entries import singular, words_of
from ..saying import quantities as q
from ..shaping import Shaped
from .conditions import condition, sql_name
from .row import Row

_IF = re.compile(
    r"(?:if|when|whenever|where|wherever) (?P<when>.{2,120}?),? then (?P<then>.{2,160})"
    r"|(?:if|when|whenever) (?P<when2>.{2,120}?) (?P<then2>(?:no|without) .{2,60}"
    r"|[^\W\d]\w{1,30} (?:is|are|must be|should be) .{1,60})",
    re.IGNORECASE,
)
_HAVE = re.compile(
    r"(?:all |every |any )?(?P<value>[^\W\d][\w -]{0,40}?) (?P<noun>[^\W\d]\w{1,30}) "
    r"(?:(?:always|must"
    r"|should|only|all) )?(?:have|has|get|gets|cost|costs)(?: an?| the)? (?P<then>.{2,120})",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"(?:all |every |any )?(?P<noun>[^\W\d]\w{1,30}s) (?:(?:always|must|should|only|all) "
    r")?(?:have|has|get|gets"
    r"|cost|costs)(?: an?| the)? (?P<then>.{2,120})",
    re.IGNORECASE,
)
_THEN_IF = re.compile(
    r"(?P<then>[^\W\d][\w ]{1,40} (?:is|are|must be) (?:always )?[^,]{1,40}?) (?:if|when|for"
    r"|where) (?P<when>.{2,100})",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(?:over|under|above|below|least|most|than|between|exactly|no)\b|[<>=≤≥]", re.IGNORECASE
)
_SPAN = re.compile(
    rf"(?P<field>.+?) (?:is |of |between |from )*(?P<low>{q.NUMBER}) ?(?:[-–]|to|and) ?"
    rf"(?P<high>{q.NUMBER})",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"(?P<field>.+?) (?:is|are|must be|should be|stays?|remains?|=) (?:null|empty|missing|blank)",
    re.IGNORECASE,
)
_NONE = re.compile(r"(?:there is )?(?:no|without) (?P<field>.+)", re.IGNORECASE)
_BE = re.compile(r" (?:must be|should be|has to be|will be|always is) ", re.IGNORECASE)
_NUMBERS = ("integer", "number")
_FIXED = frozenset({"expression", "sequence", "timedelta", "constant"})


@dataclass(frozen=True, slots=True)
class Implied:
    """`then` holds on the rows where `when` does; `words` is the clause."""

    when: str
    then: str
    words: str


def implied(text: str, owner: str) -> Implied | None:
    """The two halves of such a sentence; None: another sentence."""
    if match := _IF.fullmatch(text.strip(" .")):
        return Implied(match["when"] or match["when2"], match["then"] or match["then2"], text)
    match = _HAVE.fullmatch(text.strip(" ."))
    if match and words_of(match["noun"]) == (owner,):
        return Implied(match["value"], match["then"], text)
    match = _PLURAL.fullmatch(text.strip(" ."))
    if match and _COMPARES.search(match["then"]):
        return Implied(singular(match["noun"].lower()), match["then"], text)
    match = _THEN_IF.fullmatch(text.strip(" ."))
    return Implied(match["when"], match["then"], text) if match else None


def imply(row: Row, sentence: Implied) -> bool:
    """A rule of the table, and a check; nothing where a word of it names no field."""
    when = condition(sentence.when, row.names)
    found = _outcome(_BE.sub(" is ", sentence.then), row) if when else None
    if when is None or found is None:
        return False
    then, subject = found
    made = subject.field.get("generator", {}).get("kind")
    is_fixed = made in _FIXED or subject.field.get("constraints", {}).get("unique")
    if is_fixed or subject.name in row.named(when):
        return False
    add(row, when, then, sentence.words)
    return True


def add(row: Row, when: str, then: str, words: str) -> None:
    """The rule, its check, and a sentence about it."""
    row.rules.append({"rule": "implies", "when": when, "then": then})
    row.notes.append(f"where {when}: {then}")
    row.checks.append({"check": "implies", "when": when, "then": then, "because": words[:300]})


def _outcome(text: str, row: Row) -> tuple[str, Shaped] | None:
    """ "damage over 90" as SQL, and the field it is about."""
    for pattern in (_EMPTY, _NONE):
        if match := pattern.fullmatch(text):
            return _emptied(row.find(match["field"]), is_none=pattern is _NONE)
    if (match := _SPAN.fullmatch(text)) and (one := row.find(match["field"])):
        low, high = q.value(match["low"]), q.value(match["high"])
        if one.field["type"] not in _NUMBERS or low is None or high is None:
            return None
        name = sql_name(one.name)
        return (f"{name} >= {low} AND {name} <= {high}", one) if _fits(one, low, high) else None
    sql = condition(text, row.names)
    names = row.named(sql) if sql else []
    one = row.find(names[0]) if len(names) == 1 else None
    return (sql, one) if sql and one and _can_hold(one, sql) else None


def _emptied(one: Shaped | None, *, is_none: bool) -> tuple[str, Shaped] | None:
    if one is None:
        return None
    if is_none and one.field["type"] in _NUMBERS:
        return (f"{sql_name(one.name)} = 0", one) if _fits(one, 0, 0) else None
    if is_none and one.field["type"] == "boolean":
        return f"{sql_name(one.name)} IS FALSE", one
    return f"{sql_name(one.name)} IS NULL", one


def _can_hold(one: Shaped, sql: str) -> bool:
    """Whether the field has such values at all."""
    match = re.search(r"(?P<sign>>=|<=|>|<|=) (?P<number>-?\d+(?:\.\d+)?)$", sql)
    if not match or one.field["type"] not in _NUMBERS:
        return True
    number = float(match["number"])
    return _fits(one, number, number)


def _fits(one: Shaped, low: float, high: float) -> bool:
    ends: Mapping[str, Any] = one.field.get("constraints", {})
    return bool(ends.get("minimum", low) <= low and high <= ends.get("maximum", high))
