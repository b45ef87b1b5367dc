"""What a clause says about two fields of a row: which relation it is, conditions and order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..shaping import Shaped
from . import amounts
from .cases import CASES, cased
from .conditions import condition, negated, sql_name
from .correlating import CORRELATED, TREND, correlated, trending
from .implying import add as imply_that
from .pace import PACED, paced
from .row import Row, empty_with, is_known_choice, is_known_day, is_open, made_by
from .terms import on_terms
from .totals import aged, booked, settle, stay, tax, total_of

_DATED = ("date", "datetime")
_UNITS = {"minute": "minutes", "hour": "hours", "day": "days", "night": "days", "week": "weeks",
          "month": "months", "year": "years"}  # fmt: skip
_IN_DAYS = {"months": 30, "years": 365}
_USUAL = {"date": (1, 30, "days"), "datetime": (1, 240, "hours")}


_FAR = ("termination date", "leaving date", "exit date")
"""Days that may lie years after what they follow."""


@dataclass(frozen=True, slots=True)
class Tie:
    """`text` is what a clause says of the field `subject` beside others; `words` the clause."""

    subject: str
    text: str
    words: str


def relate(row: Row, ties: list[Tie]) -> list[str]:
    """Write the ties into the row, and what follows from its fields by itself; the words of those
    ties that were not understood."""
    left = tied(row, ties)
    stay(row)
    booked(row)
    if not _is_untold(row, ties, left):
        settle(row)
    tax(row)
    aged(row)
    return left


def _is_untold(row: Row, ties: list[Tie], left: list[str]) -> bool:
    """Whether the total has a formula that was not understood: then no other one is it."""
    total = total_of(row)
    return total is not None and any(
        row.find(tie.subject) is total for tie in ties if tie.subject and tie.words in left
    )


def tied(row: Row, ties: list[Tie]) -> list[str]:
    """Write the ties into the row; the words of those that were not understood."""
    left: list[str] = []
    for tie in ties:
        row.because = tie.words
        subject = row.find(tie.subject) if tie.subject else None
        if not any(_applies(act, pattern, row, tie, subject) for pattern, act in _RELATIONS):
            left.append(tie.words)
    return left


Relation = Callable[[re.Match[str], Row, Shaped | None], bool]


def _applies(
    act: Relation, pattern: re.Pattern[str], row: Row, tie: Tie, subject: Shaped | None
) -> bool:
    text = tie.text.strip(" ,;:.")
    if text.count("(") != text.count(")") or (text[:1], text[-1:]) == ("(", ")"):
        text = text.strip("() ")
    match = pattern.fullmatch(text)
    return match is not None and act(match, row, subject)


# ── empty unless ──────────────────────────────────────────────────────────────────────────────


def _only_if(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "only if cancelled and before check-in": a condition, and orders beside it."""
    if subject is None:
        return False
    pieces: list[str] = re.split(
        r"(?: and|,)? (?=(?:not |only |always )?(?:before|after)\b)", match["when"]
    )
    orders = [piece for piece in pieces if _ORDER.fullmatch(piece.removeprefix("only ").strip())]
    told = [piece for piece in pieces if piece not in orders]
    if len(told) != 1 or subject.field.get("null_when"):
        return False
    when = re.sub(r" and$", "", told[0].strip())
    sql = condition(when, row.names) or _of_new(when, row, subject)
    if sql is None or any(row.follows(name, subject.name) for name in row.named(sql)):
        return False
    is_empty = bool(match["empty"]) != (match["word"].casefold() == "unless")
    if not match["empty"] and not is_empty:
        is_true = _as_truth(match, row, subject, sql)
        if is_true is not None:
            return is_true and not orders
    _empty(row, subject, sql, is_empty=is_empty)
    for piece in orders:
        order = _ORDER.fullmatch(piece.removeprefix("only ").strip())
        if order and not _ordered(order, row, row.find(subject.name)):
            return False
    return True


def _as_truth(match: re.Match[str], row: Row, subject: Shaped, sql: str) -> bool | None:
    """ "clicked only if opened", "abnormal if the value is above 110": true or false on every
    row; None where it is a cell that is filled or empty."""
    if subject.field["type"] == "boolean":
        return _true_only_if(row, subject, sql)
    made = subject.field.get("generator", {}).get("kind")
    is_unknown = made == "text" and not subject.hit.certain and is_open(subject)
    if match["word"].casefold() in ("if", "when") and is_unknown and "_" not in subject.name:
        return amounts.truth(row, subject, sql)
    return None


def _true_only_if(row: Row, subject: Shaped, sql: str) -> bool:
    """ "clicked 8 % (only if opened)": false elsewhere, so that of all rows 8 % are true."""
    generator, share = subject.field.get("generator", {}), subject.said.portion
    if generator.get("kind") != "bernoulli":
        return False
    base = next((one for one in row.fields if sql == f"{sql_name(one.name)} IS TRUE"), None)
    whole = (base.field.get("generator", {}) if base else {}).get("p")
    if share is not None and (not whole or share > whole):
        return False
    if share is not None and whole:
        row.put(
            replace(
                subject,
                field={**subject.field, "generator": {**generator, "p": round(share / whole, 6)}},
            )
        )
    imply_that(row, negated(sql), f"{sql_name(subject.name)} IS FALSE", row.because)
    return True


def _rising(_: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "timestamps increasing": from row to row."""
    kinds = ("integer", "number", "date", "datetime")
    if subject is None or subject.field["type"] not in kinds or not row.is_free(subject):
        return False
    if "expr" in subject.field.get("generator", {}) or row.follows(subject.name, ""):
        return False
    row.rules.append({"rule": "monotonic", "field": subject.name})
    row.notes.append(f"{subject.name!r} never falls from row to row")
    return True


def _of_new(when: str, row: Row, subject: Shaped) -> str | None:
    """ "status is closed", where nobody listed a status: it becomes a field."""
    match = re.fullmatch(r"(?:the )?(?P<name>[^\W\d][\w ]{1,30}) (?:is|=) (?P<value>.{1,40})", when)
    if not match or row.find(match["name"]) or not is_known_choice(match["name"], row.setting):
        return None
    added = row.add(match["name"], subject)
    sql = condition(when, row.names)
    if sql is None:
        row.fields = [one for one in row.fields if one.name != added.name]
        return None
    row.notes.append(f"{added.name!r} was added, as the request refers to it")
    return sql


def _empty(row: Row, subject: Shaped, sql: str, *, is_empty: bool) -> None:
    when = sql if is_empty else negated(sql)
    kept = {key: w for key, w in subject.field.items() if key not in ("null_fraction", "nullable")}
    kept["constraints"] = {k: w for k, w in kept.get("constraints", {}).items() if k != "required"}
    if not kept["constraints"]:
        del kept["constraints"]
    notes = tuple(note for note in subject.assumptions if "is optional" not in note)
    row.put(
        replace(subject, field={**kept, "null_when": when}, assumptions=notes),
        f"{subject.name!r} is {'empty' if is_empty else 'filled'} exactly where {sql}",
    )
    name = sql_name(subject.name)
    row.promise(f"({when}) = ({name} IS NULL)")


# ── order ─────────────────────────────────────────────────────────────────────────────────────


def _ordered(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "before check-in", "at most 5 days after order date", "never before the start"."""
    subject = _as_moment(match, row, subject)
    if subject is None or subject.field["type"] not in _DATED:
        return False
    other = row.find(match["other"]) or _implied(match["other"], row, subject)
    if other is None or other is subject or other.field["type"] not in _DATED:
        return False
    is_after = match["word"].casefold() not in ("before", "prior to", "earlier than")
    is_not = bool(match["not"])
    strict = not (is_not or match["equal"])
    low, high = (other, subject) if is_after != is_not else (subject, other)
    if row.follows(low.name, high.name):
        return False
    if match["list"]:
        unit = _UNITS[match["unit"].casefold().removesuffix("s")]
        return on_terms(row, subject, other, match["list"], unit, is_after=is_after)
    if match["count"]:
        return not is_not and _apart(match, row, subject, other, is_after=is_after)
    return _later(row, low, high, strict=strict)


def _as_moment(match: re.Match[str], row: Row, subject: Shaped | None) -> Shaped | None:
    """ "reported 0 to 30 days after": whatever it is called, it is a day."""
    is_told = subject is None or not _may_be_a_day(match, subject)
    is_day = subject and (row.find(match["other"]) or is_known_day(match["other"]))
    if subject is None or is_told or not is_open(subject) or not is_day:
        return subject
    kind = "datetime" if (match["unit"] or "").casefold().startswith(("hour", "min")) else "date"
    row.put(made_by(subject, {"kind": "datetime"}, type=kind))
    return row.find(subject.name)


_ENDS = re.compile(r"[^\W\d]+(?:s|ed)|due", re.IGNORECASE)
"""Verbs that name a day by what happens on it: closes, expires, shipped."""


def _may_be_a_day(match: re.Match[str], subject: Shaped) -> bool:
    """A number is one only where so many days are told: "closes 30 days after posted"."""
    kind = subject.field["type"]
    if kind == "string":
        return not subject.hit.certain
    is_counted = bool(match["count"] or match["list"])
    return kind in ("integer", "number") and is_counted and bool(_ENDS.fullmatch(subject.name))


def _implied(words: str, row: Row, subject: Shaped) -> Shaped | None:
    """A day that the request refers to is a field, though nobody listed it."""
    words = re.sub(r"^(?:the|its|their) ", "", words.strip(), flags=re.IGNORECASE)
    if not is_known_day(words):
        return None
    added = row.add(words, subject)
    row.notes.append(f"{added.name!r} was added, as the request refers to it")
    return added


def _apart(
    match: re.Match[str], row: Row, subject: Shaped, other: Shaped, *, is_after: bool
) -> bool:
    count, more = int(match["count"]), match["more"]
    unit = _UNITS[match["unit"].casefold().removesuffix("s")]
    scale = _IN_DAYS.get(unit, 1)
    unit = "days" if unit in _IN_DAYS else unit
    if subject.field["type"] == "date" and unit in ("minutes", "hours"):
        return False
    least, most = _reach(match, count, int(more) if more else None)
    least, most = least * scale, most * scale
    if not is_open(subject):
        return False
    span = (least, most) if is_after else (-most, -least)
    generator = {"kind": "timedelta", "minimum": span[0], "maximum": span[1], "unit": unit,
                 "after": other.name}  # fmt: skip
    way = "after" if is_after else "before"
    far = f"{least} to {most}" if least < most else f"{least}"
    row.put(
        empty_with(made_by(subject, generator), other),
        f"{subject.name!r} was put {far} {unit} {way} {other.name!r}",
    )
    if (subject.field["type"], other.field["type"]) == ("date", "datetime"):
        span = (span[0] - 1, span[1])  # a day begins before the hour it is counted from
    name, base = sql_name(subject.name), sql_name(other.name)
    size = "DAY" if unit == "days" else unit.removesuffix("s").upper()
    ends = [f"{base} + INTERVAL {end} {size}" if end >= 0 else f"{base} - INTERVAL {-end} {size}"
            for end in span]  # fmt: skip
    row.promise(f"{name} BETWEEN {ends[0]} AND {ends[1]}")
    return True


def _thereafter(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "value date 0-2 days later": than the day before it in the list."""
    if subject is None or subject.field["type"] not in _DATED:
        return False
    before = row.fields[: [one.name for one in row.fields].index(subject.name)]
    days = [one for one in before if one.field["type"] in _DATED]
    if not days or row.follows(days[-1].name, subject.name):
        return False
    return _apart(match, row, subject, days[-1], is_after=True)


def _reach(match: re.Match[str], count: int, more: int | None) -> tuple[int, int]:
    """Least and most, as "at most 5", "within 5", "at least 5", "1 to 5", "5" say."""
    if more is not None:
        return min(count, more), max(count, more)
    limit = (match["limit"] or "").casefold()
    if limit.startswith(("at least", "min", "more")):
        return count, count * 3 + 7
    if limit in ("", "exactly"):
        return count, count
    return 0 if "within" in limit else min(1, count), count


def _later(row: Row, low: Shaped, high: Shaped, *, strict: bool) -> bool:
    """The later day is drawn after the earlier one where nothing else is known of it."""
    sign = "<" if strict else "<="
    made = high.field.get("generator", {})
    is_done = made.get("after") == low.name and made.get("minimum", 0) >= (1 if strict else 0)
    if not is_done and is_open(high) and made.get("kind") == "datetime" and (
        high.field["type"] == low.field["type"]
        and not row.rules_of(high.name)
        and high.entry not in _FAR
    ):  # fmt: skip
        _follow(row, low, high, strict=strict)
    elif not is_done:
        rule = {"rule": "inequality", "low": low.name, "high": high.name}
        row.rules.append({**rule, "strict": True} if strict else rule)
        way = "before" if strict else "no later than"
        row.notes.append(f"{low.name!r} was put {way} {high.name!r} on every row")
    row.promise(f"{sql_name(low.name)} {sign} {sql_name(high.name)}")
    return True


def _follow(row: Row, low: Shaped, high: Shaped, *, strict: bool) -> None:
    least, most, unit = _USUAL[high.field["type"]]
    least = least if strict else 0
    generator = {"kind": "timedelta", "minimum": least, "maximum": most, "unit": unit,
                 "after": low.name}  # fmt: skip
    row.put(
        empty_with(made_by(high, generator), low),
        f"{high.name!r} was put {least} to {most} {unit} after {low.name!r}",
    )


_LIMIT = (
    r"(?P<limit>at least|at most|up to|within|no more than|not more than|no later than|maximum|max"
    r"|minimum|min|exactly|more than|less than|between|from)"
)
_ORDER = re.compile(
    r"(?:(?:only|always|strictly|is|are|must be|must|should be|be|has to be|lies|comes|falls"
    r"|on or|later|some|any|the|and) ){0,4}"
    r"(?P<not>(?:never|not|no) )?(?P<equal>(?:on or|on or the day|same day or) )?(?:be |on )?"
    rf"(?:{_LIMIT} )?(?:(?:(?P<list>\d{{1,4}}(?:/\d{{1,4}}){{1,6}})|(?P<count>\d{{1,4}})"
    r"(?: ?(?:-|–|to|and) ?(?P<more>\d{1,4}))?)"
    r" (?P<unit>minutes?|hours?|days?|nights?|weeks?|months?|years?) )?"
    r"(?P<word>before|after|prior to|later than|earlier than|following|of|from)(?P<on> or on)? "
    r"(?P<other>[^\W\d].{0,60})",
    re.IGNORECASE,
)
_RELATIONS: tuple[tuple[re.Pattern[str], Relation], ...] = (
    (CASES, cased),
    (re.compile(
        r"(?P<share>\d[\d.,]{0,8}) ?(?:%|percent)(?: (?:off|discount|rabatt))?"
        r"(?: (?:the )?(?:total|price))?,?(?: (?P<when>(?:from|if|when|for|over|above|at|on|>).+))",
        re.IGNORECASE), amounts.discount),
    (re.compile(
        r"depend(?:s|ing) on (?:the )?(?P<key>[^:]{1,40}): ?(?P<entries>.+)", re.IGNORECASE),
     amounts.mapped),
    (re.compile(
        r"(?P<value>.{1,40}?) (?:if|when|for) (?P<when>.+?)"
        r"(?:,? (?:else|otherwise) (?P<other>.{1,40}))?", re.IGNORECASE), amounts.case),
    (re.compile(
        r"(?:is |are |and )?(?P<empty>(?:null|empty|missing|blank) )?(?P<word>(?:only )?"
        r"(?:if|when|for|where)|whenever|unless) (?P<when>.+)", re.IGNORECASE), _only_if),
    (re.compile(
        r"(?:(?:are|is|always|strictly|monotonically|in) ){0,3}(?:increasing|ascending|rising"
        r"|chronological"
        r"(?: order)?|sorted|order(?:ed)?)", re.IGNORECASE), _rising),
    (PACED, paced),
    (CORRELATED, correlated),
    (TREND, trending),
    (re.compile(
        rf"(?:{_LIMIT} )?(?P<count>\d{{1,4}})(?: ?(?:-|–|to|and) ?(?P<more>\d{{1,4}}))?"
        r" (?P<unit>minutes?|hours?|days?|nights?|weeks?|months?|years?)"
        r" (?:later|afterwards|thereafter)", re.IGNORECASE), _thereafter),
    (_ORDER, _ordered),
    (re.compile(
        r"(?:(?:always|is|are|must be|should be|be) ){0,3}(?P<not>(?:never|not) )?(?:be )?"
        r"(?P<op>(?:less|lower|smaller|fewer|more|greater|higher|larger|bigger) than|below|above"
        r"|under|over|at least|at most|exceeds?|up to|(?:not|no) (?:more|less) than|[<>≤≥]=?) ?"
        r"(?P<other>[^\W\d].{0,60})", re.IGNORECASE), amounts.compared),
    (re.compile(
        r"(?P<how>(?:(?:=|is|equals?|equal to|calculated|computed|derived|as|from|same as|the) ?)"
        r"{1,4})"
        r"(?P<expr>.+)", re.IGNORECASE), amounts.equal),
    (re.compile(r"(?P<how>)(?P<expr>\d[\d.,]{0,8} ?(?:%|percent) of .+)", re.IGNORECASE),
     amounts.equal),
    (re.compile(
        r"(?P<low>\d[\d.,]{0,8}) ?%? ?(?:[-–]|to|and) ?(?P<high>\d[\d.,]{0,8}) ?(?:%|percent) of "
        r"(?P<other>.+)", re.IGNORECASE), amounts.part_of),
)  # fmt: skip
