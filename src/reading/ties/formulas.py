"""A computation in words, as scalar SQL over the fields of a row."""

from __future__ import annotations

import re

from ..saying import quantities as q
from ..shaping import Shaped
from .conditions import Names, sql_name

_SIGNS = {"×": "*", "x": "*", "·": "*", "*": "*", "times": "*", "multiplied by": "*", "÷": "/",
          "/": "/", "divided by": "/", "+": "+", "plus": "+", "-": "-", "–": "-", "minus": "-",
          "less": "-"}  # fmt: skip
_SIGN = re.compile(
    r" ?([×*·+÷]) ?| ([-–/x]) | (times|multiplied by|divided by|plus|minus|less) ", re.IGNORECASE
)
_OF_TWO = re.compile(
    r"(?:the )?(?P<word>sum|product|difference) (?:of|between) (?P<one>.+?) and (?P<two>.+)",
    re.IGNORECASE,
)
_WORDS = {"sum": "+", "product": "*", "difference": "-"}
_SHARE = re.compile(rf"({q.NUMBER}) ?(?:%|percent)(?: of (.+))?", re.IGNORECASE)
MOST_TERMS = 12
_BRACKETS = re.compile(r"\(([^()]{1,200})\)")
_HELD = "\x02"  # `clean` lets none through from outside
_PLACE = re.compile(rf"{_HELD}(\d+){_HELD}")


def formula(text: str, names: Names) -> str | None:
    """ "quantity × unit price minus 10 %" as SQL; None where a word of it names no field."""
    inner: list[str] = []
    while match := _BRACKETS.search(text):
        part = _flat(match[1], names)
        if part is None:
            return None
        inner.append(f"({part})")
        text = f"{text[: match.start()]}{_HELD}{len(inner) - 1}{_HELD}{text[match.end() :]}"
    found = _flat(text, names)
    while found and (held := _PLACE.search(found)):
        found = found.replace(held[0], inner[int(held[1])])
    return found


def _flat(text: str, names: Names) -> str | None:
    """A formula without brackets, but for those that are held already."""
    text = text.strip()
    if two := _OF_TWO.fullmatch(text):
        text = f"{two['one']} {_WORDS[two['word'].casefold()]} {two['two']}"
    pieces = [piece for piece in _SIGN.split(text) if piece is not None]
    if len(pieces) > 2 * MOST_TERMS or len(pieces) % 2 == 0:
        return None
    found = _term(pieces[0], names)
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if found is None:
            return None
        found = _joined(found, _SIGNS[sign.strip().casefold()], piece.strip(), names)
    return found


_BMI = ("weight", "*", "10000", "/", "height", "/", "height")  # kilogrammes, centimetres
_WELL_KNOWN = {"bmi": _BMI, "body mass index": _BMI}


def well_known(subject: Shaped, names: Names) -> str | None:
    """How such a field follows from others, where everybody knows it and all of them are there."""
    terms = _WELL_KNOWN.get(subject.entry, ())
    found = [names.find(term) if term.isalpha() else None for term in terms]
    if not terms or any(term.isalpha() and not one for term, one in zip(terms, found, strict=True)):
        return None
    return " ".join(
        sql_name(one.name) if one else term for term, one in zip(terms, found, strict=True)
    )


def _joined(left: str, sign: str, piece: str, names: Names) -> str | None:
    share = _SHARE.fullmatch(piece)
    if share and not share[2] and sign in "+-":  # "plus 19 %" is of all that stands before
        part = q.value(share[1])
        factor = 1 + (part or 0) / 100 * (1 if sign == "+" else -1)
        return f"({left}) * {factor:.6g}" if part is not None else None
    right = _term(piece, names)
    span = _span(left, piece, names) or _hundredth(left, sign, piece, names)
    return None if right is None else f"{left} {sign} {right}{span}"


def _hundredth(left: str, sign: str, piece: str, names: Names) -> str:
    """ "1 - discount" where discounts are percentages: hundredths of it."""
    one = names.find(piece) if left == "1" and sign in "+-" else None
    if one is None:
        return ""
    generator = {**one.field.get("generator", {}), **one.field.get("constraints", {})}
    most = max((*generator.get("values", ()), generator.get("maximum", 0)), default=0)
    return " / 100" if one.said.unit == "%" or most > 1 else ""


_SPANS = ("minute", "hour", "week", "month", "year")


def _span(left: str, piece: str, names: Names) -> str:
    """ "start date + term in months": a day plus a bare number would be days."""
    first, one = names.find(left.split(" ", maxsplit=1)[0].strip('"')), names.find(piece)
    unit = one.said.unit.casefold().removesuffix("s") if one else ""
    is_dated = first is not None and first.field["type"] in ("date", "datetime")
    return f" * INTERVAL 1 {unit.upper()}" if is_dated and unit in _SPANS else ""


def _term(text: str, names: Names) -> str | None:
    text = text.strip()
    if share := _SHARE.fullmatch(text):
        part = q.value(share[1])
        inner = _term(share[2], names) if share[2] else None
        factor = f"{(part or 0) / 100:.6g}"
        return f"{factor} * {inner}" if inner else (None if share[2] else factor)
    if _PLACE.fullmatch(text):
        return text
    if re.fullmatch(q.NUMBER, text):
        number = q.value(text)
        return None if number is None else f"{number}"
    one = names.find(text)
    return sql_name(one.name) if one else None
