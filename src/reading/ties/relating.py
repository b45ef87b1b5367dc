"""What a clause says about two fields of a row: conditions, order, amounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..saying import quantities as q
from ..saying.meanings import CURRENCY
from ..shaping import Shaped
from .conditions import COMPARISONS, condition, negated, sql_name, sql_value
from .formulas import formula
from .row import Row, empty_with, is_known_day, is_open, made_by
from .totals import base_of, booked, computed, settle, stay, tax, total_of

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
    """Write the ties into the row; the words of those that were not understood."""
    left: list[str] = []
    for tie in ties:
        row.because = tie.words
        subject = row.find(tie.subject) if tie.subject else None
        if not any(_applies(act, pattern, row, tie, subject) for pattern, act in _RELATIONS):
            left.append(tie.words)
    stay(row)
    booked(row)
    settle(row)
    tax(row)
    return left


Relation = Callable[[re.Match[str], Row, Shaped | None], bool]


def _applies(
    act: Relation, pattern: re.Pattern[str], row: Row, tie: Tie, subject: Shaped | None
) -> bool:
    match = pattern.fullmatch(tie.text.strip(" ,;:.()"))
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
    sql = condition(re.sub(r" and$", "", told[0].strip()), row.names)
    if sql is None or any(row.follows(name, subject.name) for name in _named(sql, row)):
        return False
    is_empty = bool(match["empty"]) != (match["word"].casefold() == "unless")
    _empty(row, subject, sql, is_empty=is_empty)
    for piece in orders:
        order = _ORDER.fullmatch(piece.removeprefix("only ").strip())
        if order and not _ordered(order, row, row.find(subject.name)):
            return False
    return True


def _named(sql: str, row: Row) -> list[str]:
    bare = re.sub(r"'[^']*'", "", sql)
    return [one.name for one in row.fields if re.search(rf"(?<!\w){one.name}(?!\w)", bare)]


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
    if match["count"]:
        return not is_not and _apart(match, row, subject, other, is_after=is_after)
    return _later(row, low, high, strict=strict)


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
    name, base = sql_name(subject.name), sql_name(other.name)
    size = "DAY" if unit == "days" else unit.removesuffix("s").upper()
    ends = [f"{base} + INTERVAL {end} {size}" if end >= 0 else f"{base} - INTERVAL {-end} {size}"
            for end in span]  # fmt: skip
    row.promise(f"{name} BETWEEN {ends[0]} AND {ends[1]}")
    return True


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


# ── more and less ─────────────────────────────────────────────────────────────────────────────


def _compared(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "always below price", "never more than the limit"."""
    other = row.find(match["other"])
    if subject is None or other is None or other is subject:
        return False
    numbers = ("integer", "number")
    if subject.field["type"] not in numbers or other.field["type"] not in numbers:
        return False
    sign = next((sign for sign, words in COMPARISONS if words.fullmatch(match["op"])), "")
    if match["not"]:
        sign = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}.get(sign, "")
    low, high = (subject, other) if "<" in sign else (other, subject)
    if not sign or row.follows(low.name, high.name):
        return False
    rule = {"rule": "inequality", "low": low.name, "high": high.name}
    strict = "=" not in sign
    row.rules.append({**rule, "strict": True} if strict else rule)
    way = "below" if strict else "no more than"
    row.notes.append(f"{low.name!r} was kept {way} {high.name!r} on every row")
    row.promise(f"{sql_name(low.name)} {'<' if strict else '<='} {sql_name(high.name)}")
    return True


# ── amounts ───────────────────────────────────────────────────────────────────────────────────


def _discount(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "10 % off from 7 nights"; "discount 10% if over 100": of the total where there is one."""
    share = q.value(match["share"])
    total, base = total_of(row), base_of(row)
    if share is None or share > 100:
        return False
    bare = base or (sql_name(total.name) if total else "")
    when = re.sub(r"^(?:if|when|for|on|bei)(?: stays?(?: of)?)? ", "", match["when"].strip())
    sql = condition(when, row.names, bare)
    if sql is None:
        return False
    if subject is not None and subject.entry.startswith("discount"):
        return _discount_field(row, subject, share, sql)
    if subject is not None or total is None or not base:
        return False
    rest = f"{round(1 - share / 100, 6):g}"
    row.factors.append(f"CASE WHEN {sql} THEN {rest} ELSE 1 END")
    row.notes.append(f"{share:g} % were taken off {total.name!r} where {sql}")
    return True


def _discount_field(row: Row, subject: Shaped, share: float, sql: str) -> bool:
    if subject.name in _named(sql, row) or any(
        row.follows(n, subject.name) for n in _named(sql, row)
    ):
        return False
    expr = f"CASE WHEN {sql} THEN {share:g} ELSE 0 END"
    kind = "integer" if float(share).is_integer() else "number"
    computed(row, subject, expr, kind=kind)
    return True


def _case(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "5 if total is under 50 else 0", "free over 50"."""
    if subject is None:
        return False
    sql = condition(match["when"], row.names)
    value, other = match["value"], match["other"]
    if sql is None or any(row.follows(name, subject.name) for name in _named(sql, row)):
        return False
    cells = [_cell(one, subject) for one in (value, other)]
    if None in cells:
        return False
    computed(row, subject, f"CASE WHEN {sql} THEN {cells[0]} ELSE {cells[1]} END")
    return True


def _cell(text: str | None, subject: Shaped) -> str | None:
    if text is None:
        return "0" if subject.field["type"] in ("integer", "number") else None
    plain = re.sub(rf" ?(?:%|{CURRENCY})$", "", text.strip(), flags=re.IGNORECASE)
    number = q.value(plain)
    if subject.field["type"] in ("integer", "number"):
        return None if number is None else f"{number}"
    return sql_value(text.strip(" \"'")) if subject.field["type"] == "string" else None


def _equal(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    if subject is None:
        return False
    expr = formula(match["expr"], row.names)
    if expr is None or any(row.follows(name, subject.name) for name in _named(expr, row)):
        return False
    computed(row, subject, expr)
    return True


_LIMIT = (
    r"(?P<limit>at least|at most|up to|within|no more than|not more than|no later than|maximum|max"
    r"|minimum|min|exactly|more than|less than|between|from)"
)
_ORDER = re.compile(
    r"(?:(?:only|always|strictly|is|are|must be|must|should be|be|has to be|lies|comes|falls"
    r"|on or|later|some|any|the|and) ){0,4}"
    r"(?P<not>(?:never|not|no) )?(?P<equal>(?:on or|on or the day|same day or) )?(?:be |on )?"
    rf"(?:{_LIMIT} )?(?:(?P<count>\d{{1,4}})(?: ?(?:-|–|to|and) ?(?P<more>\d{{1,4}}))?"
    r" (?P<unit>minutes?|hours?|days?|nights?|weeks?|months?|years?) )?"
    r"(?P<word>before|after|prior to|later than|earlier than|following|of|from)(?P<on> or on)? "
    r"(?P<other>[^\W\d].{0,60})",
    re.IGNORECASE,
)
_RELATIONS: tuple[tuple[re.Pattern[str], Relation], ...] = (
    (re.compile(
        r"(?P<share>\d[\d.,]{0,8}) ?(?:%|percent)(?: (?:off|discount|rabatt))?"
        r"(?: (?:the )?(?:total|price))?,?(?: (?P<when>(?:from|if|when|for|over|above|at|on|>).+))",
        re.IGNORECASE), _discount),
    (re.compile(
        r"(?P<value>.{1,40}?) (?:if|when|for) (?P<when>.+?)"
        r"(?:,? (?:else|otherwise) (?P<other>.{1,40}))?", re.IGNORECASE), _case),
    (re.compile(
        r"(?:is |are |and )?(?P<empty>(?:null|empty|missing|blank) )?(?P<word>(?:only )?"
        r"(?:if|when|for|where)|whenever|unless) (?P<when>.+)", re.IGNORECASE), _only_if),
    (_ORDER, _ordered),
    (re.compile(
        r"(?:(?:always|is|are|must be|should be|be) ){0,3}(?P<not>(?:never|not) )?(?:be )?"
        r"(?P<op>(?:less|lower|smaller|fewer|more|greater|higher|larger|bigger) than|below|above"
        r"|under|over|at least|at most|exceeds?|up to|(?:not|no) (?:more|less) than|[<>≤≥]=?) ?"
        r"(?P<other>[^\W\d].{0,60})", re.IGNORECASE), _compared),
    (re.compile(
        r"(?:(?:=|is|equals?|equal to|calculated|computed|derived|as|from|same as|the) ?){1,4}"
        r"(?P<expr>.+)", re.IGNORECASE), _equal),
    (re.compile(r"(?P<expr>\d[\d.,]{0,8} ?(?:%|percent) of .+)", re.IGNORECASE), _equal),
)  # fmt: skip
