"""What a clause says about a number beside others: less than one, a part of one, computed."""

from __future__ import annotations

import re

from ..saying import quantities as q
from ..saying import values as v
from ..saying.meanings import CURRENCY
from ..shaping import Shaped
from .conditions import COMPARISONS, condition, sql_name, sql_value
from .formulas import formula, well_known
from .implying import add as imply_that
from .row import Row, is_open, made_by
from .totals import base_of, computed, total_of

# ── more and less ─────────────────────────────────────────────────────────────────────────────


def compared(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "always below price", "never more than the limit"."""
    other = row.find(match["other"])
    if subject is None or other is None or other is subject:
        return False
    if other.field["type"] in _NUMBERS:
        subject = _as_number(row, subject, other)
    kinds = {str(one.field["type"]) for one in (subject, other)}
    if not (kinds <= {"integer", "number"} or kinds <= {"date", "datetime"}):
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


def _as_number(row: Row, subject: Shaped, other: Shaped) -> Shaped:
    """ "votes cast at most the registered voters": what is compared with a number is one."""
    made = other.field.get("generator", {})
    is_text = subject.field["type"] == "string" and not subject.hit.certain and is_open(subject)
    if not is_text or made.get("kind") not in ("uniform", "normal", "lognormal", "poisson"):
        return subject
    row.put(
        made_by(subject, made, type=other.field["type"]), f"{subject.name!r} was taken as numbers"
    )
    return row.find(subject.name) or subject


# ── amounts ───────────────────────────────────────────────────────────────────────────────────


def discount(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
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
    if subject.name in row.named(sql) or any(row.follows(n, subject.name) for n in row.named(sql)):
        return False
    expr = f"CASE WHEN {sql} THEN {share:g} ELSE 0 END"
    kind = "integer" if float(share).is_integer() else "number"
    computed(row, subject, expr, kind=kind)
    return True


def case(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "5 if total is under 50 else 0", "free over 50"."""
    if subject is None:
        return False
    sql = condition(match["when"], row.names)
    value, other = match["value"], match["other"]
    if sql is None or any(row.follows(name, subject.name) for name in row.named(sql)):
        return False
    if other is None and q.value(value) == 0 and subject.field["type"] in _NUMBERS:
        if subject.field.get("constraints", {}).get("minimum", 0) > 0:
            return False
        imply_that(row, sql, f"{sql_name(subject.name)} = 0", row.because)
        return True
    cells = [_cell(one, subject) or _of_others(one, row, subject) for one in (value, other)]
    if None in cells:
        return False
    computed(row, subject, f"CASE WHEN {sql} THEN {cells[0]} ELSE {cells[1]} END")
    return True


_NUMBERS = ("integer", "number")
_ENTRY = re.compile(r"(?P<value>.+?) ?[:= ] ?(?P<result>(?:[$€£] ?)?\d[\d.,]*(?: ?[€$£%])?)")


def mapped(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "depends on size: S 8.50, M 10.90": a number for each of another field's values."""
    key = row.find(match["key"])
    entries = [_ENTRY.fullmatch(piece.strip()) for piece in match["entries"].split(", ")]
    values = key.field.get("generator", {}).get("values", ()) if key else ()
    if subject is None or key is None or row.follows(key.name, subject.name) or not all(entries):
        return False
    told = {v.plain_word(entry["value"]): _amount(entry["result"]) for entry in entries if entry}
    if {v.plain_word(value) for value in values} != set(told) or None in told.values():
        return False
    cases = " ".join(
        f"WHEN {sql_value(value)} THEN {told[v.plain_word(value)]}" for value in values
    )
    computed(row, subject, f"CASE {sql_name(key.name)} {cases} END", kind="number")
    return True


def _amount(text: str) -> int | float | None:
    return q.value(text.strip(" €$£%"))


def _cell(text: str | None, subject: Shaped) -> str | None:
    if text is None:
        return "0" if subject.field["type"] in ("integer", "number") else None
    plain = re.sub(rf" ?(?:%|{CURRENCY})$", "", text.strip(), flags=re.IGNORECASE)
    number = q.value(plain)
    if subject.field["type"] in ("integer", "number"):
        return None if number is None else f"{number}"
    return sql_value(text.strip(" \"'")) if subject.field["type"] == "string" else None


_LIKE = re.compile(r"^(?:(?:equal to|equals?|same as|is|=|the) ){1,3}", re.IGNORECASE)


def _of_others(text: str | None, row: Row, subject: Shaped) -> str | None:
    """ "equal to the claim amount", as SQL."""
    bare = _LIKE.sub("", text or "")
    sql = formula(bare, row.names) if bare else None
    if sql is None or any(row.follows(name, subject.name) for name in row.named(sql)):
        return None
    return sql


def equal(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    if subject is None:
        return False
    expr = formula(match["expr"], row.names) or well_known(subject, row.names)
    if expr is None and _is_truth_of(match["expr"], row, subject):
        return True
    if expr is None or (match["how"].casefold().endswith("from ") and expr.isidentifier()):
        return False  # "computed from height" does not say how
    if any(row.follows(name, subject.name) for name in row.named(expr)):
        return False
    computed(row, subject, expr)
    return True


def _is_truth_of(text: str, row: Row, subject: Shaped) -> bool:
    """ "needs_reorder = stock below reorder point": true where that holds."""
    sql = condition(text, row.names)
    is_told = subject.field["type"] == "boolean" or not subject.hit.certain
    if sql is None or not is_told or any(row.follows(n, subject.name) for n in row.named(sql)):
        return False
    return truth(row, subject, sql)


def truth(row: Row, subject: Shaped, sql: str) -> bool:
    """True where the condition holds, false elsewhere."""
    expr = f"({sql})"
    row.put(
        made_by(subject, {"kind": "expression", "expr": expr}, type="boolean"),
        f"{subject.name!r} was computed as {expr}",
    )
    row.promise(f"{sql_name(subject.name)} = {expr}")
    return True


def part_of(match: re.Match[str], row: Row, subject: Shaped | None) -> bool:
    """ "tip 0-20 % of fare": the percentage becomes a field of its own."""
    other = row.find(match["other"])
    if subject is None or other is None or other.field["type"] not in ("integer", "number"):
        return False
    if row.follows(other.name, subject.name):
        return False
    share = row.add(f"{subject.name}_percent", subject)
    low, high = q.value(match["low"]), q.value(match["high"])
    row.put(
        made_by(share, {"kind": "uniform", "minimum": low, "maximum": high}, type="integer"),
        f"{share.name!r} was added, from {low} to {high}",
    )
    expr = f"{sql_name(other.name)} * {sql_name(share.name)} / 100"
    computed(row, subject, expr, kind="number")
    return True
