"""A condition in words, as scalar SQL over the fields of a row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..lexicon import entries as lexicon
from ..naming import field_name
from ..saying import quantities as q
from ..saying import values as v
from ..saying.meanings import CURRENCY
from ..saying.phrases import stripped
from ..shaping import Shaped
from ..words import word_set

_RESERVED = word_set(
    "all and as asc between by case cast check date desc else end exists false from group having "
    "if ilike in interval is join left like limit not null offset on or order right select set "
    "table then time timestamp true union unique using when where with"
)
_AMOUNT = rf"(?:[$€£¥] ?)?(?P<number>-?{q.NUMBER}(?:{q.SCALE})?)"
_UNIT = rf"(?: ?(?P<unit>%|{CURRENCY}|[^\W\d][\w-]*(?: [^\W\d][\w-]*)?))?"
_OPERATORS = (
    (">=", r"at least|from|starting (?:at|from)|>=|≥|min(?:imum|\.)?|(?:not|no) (?:less|fewer) than"
           r"|not (?:under|below)"),
    ("<=", r"at most|up to|<=|≤|max(?:imum|\.)?|(?:not|no) more than|not (?:over|above)"),
    (">", r"(?:more|greater|higher|older|longer|larger|bigger|later) than|over|above|exceeds?"
          r"|exceeding|>"),
    ("<", r"(?:less|fewer|lower|younger|shorter|smaller|earlier) than|under|below|<"),
    ("<>", r"not equal to|<>|!=|≠|other than"),
    ("=", r"exactly|equals?(?: to)?|equal to|=|is|are|of"),
)  # fmt: skip
_COMPARED = tuple(
    (sign, re.compile(rf"(?P<field>.*?) ?(?:\b(?:is|are|was|of) )?(?<!\w)(?:{words})"
                      r"(?![^\W\d]) ?(?P<than>.+)",
                      re.IGNORECASE))
    for sign, words in _OPERATORS
)  # fmt: skip
COMPARISONS = tuple((sign, re.compile(words, re.IGNORECASE)) for sign, words in _OPERATORS[:4])
_NUMBER = re.compile(rf"{_AMOUNT}{_UNIT}", re.IGNORECASE)
_OR_MORE = re.compile(
    rf"(?P<field>.*?) ?(?:\b(?:is|are|of) )?{_AMOUNT}\+?(?: ?(?P<unit>[^\W\d]\w*?))?"
    r"(?P<more>(?<=\d)\+| ?\+| (?:or|and) (?:more|older|over|longer|above|up)"
    r"(?: (?P<later>[^\W\d]\w*))?)",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"(?P<field>.+?) (?:is|are|was|has been)? ?(?P<word>(?:not )?(?:null|empty|missing|blank"
    r"|unknown|set|given|known|present|available|filled))",
    re.IGNORECASE,
)
_EMPTY = frozenset({"null", "empty", "missing", "blank", "unknown"})
_TOLD = re.compile(
    r"(?:(?P<field>.+?) ?(?:\b(?:is|are|was|were|has been|equals?)\b|[=:]) ?)?"
    r"(?P<not>(?:not|no|never|isn't) )?(?P<value>.+)",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"(?: (and|or) (?!(?:more|older|over|longer|above|up|higher|less|fewer)\b(?! ?[\d€$£]))|, )",
    re.IGNORECASE,
)


def sql_name(name: str) -> str:
    """A field's name as an expression writes it."""
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _RESERVED
    return name if plain else f'"{name}"'


def sql_value(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return (
        str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"
    )


def _inflected(one: str, two: str) -> bool:
    """ "Nächten" is "Nächte"."""
    short, long = sorted((one, two), key=len)
    return len(short) >= 5 and len(long) - len(short) <= 2 and long.startswith(short)


_COMPOUND = re.compile(r"s?(?:datum|nummer|zeit|betrag|preis)$")


class Names:
    """The fields of a row, found by the words that a request uses for them."""

    def __init__(self, fields: Sequence[Shaped], owner: str = "") -> None:
        self.fields = fields
        self.owner = owner

    def find(self, words: str) -> Shaped | None:
        """The field of exactly these words, of their meaning, or the only one that has them."""
        text = stripped(
            re.sub(r"^(?:its|the|their|his|her) ", "", words.strip(), flags=re.IGNORECASE)
        )
        if not text or len(text) > 100:
            return None
        plain, name = lexicon.words_of(text), field_name(text)
        for one in self.fields:
            if one.name == name or lexicon.words_of(one.name) == plain:
                return one
        return self._alike(plain, text) or self._part(plain) or self._stem("".join(plain))

    def find_last(self, words: str) -> Shaped | None:
        """ "make sure the end date": the field that the last words name."""
        pieces = words.split()[-8:]
        tries = (" ".join(pieces[start:]) for start in range(len(pieces)))
        return next((one for piece in tries if (one := self.exactly(piece))), None)

    def exactly(self, text: str) -> Shaped | None:
        plain = lexicon.words_of(text)
        return next((one for one in self.fields if lexicon.words_of(one.name) == plain), None)

    def _alike(self, plain: tuple[str, ...], text: str) -> Shaped | None:
        hit = lexicon.exact(text)
        joined = "".join(plain)
        for one in self.fields:
            own = "".join(lexicon.words_of(one.name))
            if (hit and one.entry == hit.entry) or own == joined or _inflected(own, joined):
                return one
        return None

    def _part(self, plain: tuple[str, ...]) -> Shaped | None:
        count = len(plain)
        begun = [
            one
            for one in self.fields
            if plain in (lexicon.words_of(one.name)[:count], lexicon.words_of(one.name)[-count:])
        ]
        return begun[0] if len(begun) == 1 and count else None

    def _stem(self, word: str) -> Shaped | None:
        """ "nach Eintritt": the Eintrittsdatum, where only one field begins like that."""
        begun = [one for one in self.fields if len(word) > 4 and one.name.startswith(word)]
        return begun[0] if len(begun) == 1 and _COMPOUND.search(begun[0].name) else None

    def holding(self, word: str) -> tuple[Shaped, object] | None:
        """The last field that has this word as one of its values, and the value."""
        wanted = v.plain_word(self.without_owner(word))
        for one in reversed(self.fields):
            generator = one.field.get("generator", {})
            for value in generator.get("values", ()) if generator.get("kind") == "category" else ():
                if wanted and v.plain_word(value) == wanted:
                    return one, value
        return None

    def without_owner(self, text: str) -> str:
        """ "cancelled bookings" → "cancelled"."""
        words = text.split()
        is_noun = len(words) > 1 and (
            lexicon.words_of(words[-1]) == (self.owner,)
            or words[-1].casefold() in ("ones", "rows", "records")
        )
        return " ".join(words[:-1]) if is_noun else text


def condition(text: str, names: Names, default: str = "") -> str | None:
    """ "status is cancelled and nights over 7" as SQL; None where a word of it is not understood.

    A bare "over 100" is about `default`, an expression.
    """
    pieces = _SPLIT.split(text.strip())
    joints = {(joint or "and").casefold() for joint in pieces[1::2]}
    if len(joints) > 1:
        return None
    found: list[str] = []
    last: Shaped | None = None
    for piece in pieces[::2]:
        part = _part(piece.strip(), names, last, default)
        if part is None:
            return None
        found.append(part[0])
        last = part[1] or last
    return f" {joints.pop().upper()} ".join(found) if joints else found[0]


Part = tuple[str, Shaped | None]


def _part(text: str, names: Names, last: Shaped | None, default: str) -> Part | None:
    for read in (_bounded, _compared, _filled):
        part = read(text, names, last, default)
        if part:
            return part
    return _valued(text, names) or _beside(text, names)


def _bounded(text: str, names: Names, last: Shaped | None, default: str) -> Part | None:
    """ "7 nights or more", "7+ nights"."""
    match = _OR_MORE.fullmatch(text)
    number = q.value(match["number"]) if match else None
    if not match or number is None:
        return None
    unit = match["unit"] or match["later"] or ""
    return _against(">=", number, match["field"], unit, names, last, default)


def _against(
    sign: str,
    number: float,
    field: str,
    unit: str,
    names: Names,
    last: Shaped | None,
    default: str,
) -> Part | None:
    one = names.find(field) if field else (names.find(unit) if unit else None)
    if one is None and not field:
        is_money = not unit or bool(re.fullmatch(rf"%|{CURRENCY}", unit, re.IGNORECASE))
        if is_money and default and last is None:
            return f"{default} {sign} {number}", None
        one = last if is_money else None
    if one is None or one.field["type"] not in ("integer", "number"):
        return None
    return f"{sql_name(one.name)} {sign} {number}", one


def _compared(text: str, names: Names, last: Shaped | None, default: str) -> Part | None:
    for sign, pattern in _COMPARED:
        match = pattern.fullmatch(text)
        told = _NUMBER.fullmatch(match["than"]) if match else None
        number = q.value(told["number"]) if told else None
        if not match:
            continue
        if told and number is not None:
            return _against(sign, number, match["field"], told["unit"] or "", names, last, default)
    return None


_ALIKE = {"integer": "number", "datetime": "date"}


def _beside(text: str, names: Names) -> Part | None:
    """ "price over cost": two fields of one kind."""
    for sign, pattern in _COMPARED:
        match = pattern.fullmatch(text)
        one, two = (
            (names.find(match["field"]), names.find(match["than"])) if match else (None, None)
        )
        if one and two and one is not two:
            kinds = {_ALIKE.get(str(f.field["type"]), f.field["type"]) for f in (one, two)}
            return (
                (f"{sql_name(one.name)} {sign} {sql_name(two.name)}", one)
                if len(kinds) == 1
                else None
            )
    return None


def _filled(text: str, names: Names, _last: Shaped | None, _default: str) -> Part | None:
    match = _KNOWN.fullmatch(text)
    one = names.find(match["field"]) if match else None
    if not match or one is None:
        return None
    word = match["word"].casefold()
    is_null = (word.removeprefix("not ") in _EMPTY) != word.startswith("not ")
    return f"{sql_name(one.name)} IS {'' if is_null else 'NOT '}NULL", one


def _valued(text: str, names: Names) -> Part | None:
    """ "cancelled", "status is not cancelled", "paid", "newsletter is yes"."""
    match = _TOLD.fullmatch(text)
    if not match:
        return None
    is_not = bool(match["not"])
    word = names.without_owner(match["value"].strip(" \"'"))
    truth = v.TRUE_FALSE.get(word.casefold())
    one = names.find(match["field"]) if match["field"] else None
    if match["field"] and one is None:
        return None
    if truth is not None and one is not None and one.field["type"] == "boolean":
        return f"{sql_name(one.name)} IS {'TRUE' if truth != is_not else 'FALSE'}", one
    held = names.holding(word) if one is None else Names([one]).holding(word)
    if held:
        sign = "<>" if is_not else "="
        return f"{sql_name(held[0].name)} {sign} {sql_value(held[1])}", held[0]
    flag = names.find(word)
    if one is None and flag is not None and flag.field["type"] == "boolean":
        return f"{sql_name(flag.name)} IS {'FALSE' if is_not else 'TRUE'}", flag
    return None


def negated(sql: str) -> str:
    """The condition's contrary; simple ones are written the other way round."""
    for one, other in ((" = ", " <> "), (" <> ", " = "), (" IS TRUE", " IS FALSE"),
                       (" IS FALSE", " IS TRUE"), (" IS NOT NULL", " IS NULL"),
                       (" IS NULL", " IS NOT NULL")):  # fmt: skip
        if one in sql and " AND " not in sql and " OR " not in sql and "CASE" not in sql:
            return sql.replace(one, other, 1)
    return f"NOT ({sql})"
