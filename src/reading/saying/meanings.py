"""What a modifier means, once it is found beside a field's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from . import quantities as q
from . import values as v
from .said import Said

CURRENCY = r"(?:€|\$|£|¥|(?:eur|euros?|usd|us dollars?|dollars?|gbp|pounds?|chf|francs?|yen|inr)\b)"
_NUMBER = re.compile(rf"-?{q.NUMBER}(?:{q.SCALE})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Context:
    """The day that counts as today; whether numbers are written the German way.

    `named`: the text stands beside a name that is known already, as what is in brackets does.
    """

    today: date
    german: bool = False
    named: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Found:
    """A match and the text it stands in."""

    match: re.Match[str]
    text: str
    context: Context

    def __getitem__(self, group: str | int) -> str:
        return self.match[group] or ""

    @property
    def named(self) -> bool:
        """Whether words stand before it."""
        return self.context.named or any(char.isalpha() for char in self.text[: self.match.start()])

    def number(self, group: str | int) -> int | float | None:
        match = _NUMBER.search(self[group])
        return q.value(match.group(), german=self.context.german) if match else None


Act = Callable[[Found, Said], Said | None]
"""The meaning of a match; None: this is not what it seemed."""


def between(found: Found, said: Said) -> Said | None:
    low, high = found.number("low"), found.number("high")
    if low is None or high is None:
        return None
    scale = q.scale(found["high"])
    if q.scale(found["low"]) == 1 and low * scale <= high:
        low = low * scale  # "30-90k" starts at 30,000, "1 to 5 million" at a million
    if low > high:
        low, high = high, low
    is_scaled = bool(re.search(r"\d ?(?:k|[a-z]{3,}lion)", found.match.group(), re.IGNORECASE))
    places = 0 if is_scaled else max(map(q.decimals, map(_bare, (found["low"], found["high"]))))
    unit = _symbol(found["low"]) or _symbol(found["high"])
    return said.but(low=low, high=high, decimals=places or said.decimals, unit=unit or said.unit)


def _bare(text: str) -> str:
    return re.sub(r"[^\d.,]", "", text)


def _symbol(text: str) -> str:
    match = re.search(rf"{CURRENCY}|%|°c?f?", text, re.IGNORECASE)
    return match.group().strip() if match else ""


def at_least(found: Found, said: Said) -> Said | None:
    number = found.number("low")
    strict = bool(found["strict"])
    unit = _symbol(found["low"]) or said.unit
    if number is None or (said.high is not None and said.high < number):
        return None  # "under 5 or over 10" leaves a hole, which no range has
    return said.but(low=number, above=strict, unit=unit)


def at_most(found: Found, said: Said) -> Said | None:
    number = found.number("high")
    strict = bool(found["strict"])
    unit = _symbol(found["high"]) or said.unit
    if number is None or (said.low is not None and said.low > number):
        return None
    return said.but(high=number, below=strict, unit=unit)


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


def nulls(found: Found, said: Said) -> Said | None:
    share = found.number("share" if found["share"] else "few")
    return said.but(null_share=share / 100) if share is not None and share <= 100 else None


def like(found: Found, said: Said) -> Said | None:
    example = found["example"].rstrip(".,")
    if not any(char.isdigit() or char == "#" for char in example) and not example.isupper():
        return None
    running = v.sequence_like(example)
    is_first = running and ((running[1] <= 1 and "{n}" not in running[0]) or found["form"])
    if running and is_first:
        return said.but(template=running)
    return said.but(pattern=v.pattern_like(example))


def digits(found: Found, said: Said) -> Said:
    return said.but(pattern=f"[0-9]{{{int(found['count'])}}}")


def words(found: Found, said: Said) -> Said | None:
    low = int(found["low"])
    high = int(found["high"] or low)
    return said.but(lengths=(low, high)) if 1 <= low <= high <= 1000 else None


def step(found: Found, said: Said) -> Said | None:
    number = found.number("step")
    places = q.decimals(found["step"]) or said.decimals
    return said.but(step=number, decimals=places) if number else None


def one_of_many(found: Found, said: Said) -> Said | None:
    """ "device id out of 20 devices": numbers from 1 to 20."""
    count = int(found["count"])
    return said.but(low=1, high=count) if found.named and count and not said.is_ranged else None


def start(found: Found, said: Said) -> Said | None:
    number = found.number("start")
    return said.but(start=int(number)) if number is not None else None


def mean(found: Found, said: Said) -> Said | None:
    number = found.number("mean")
    shape = said.shape or ("normal" if "normal" in found.match.group().casefold() else None)
    return said.but(mean=number, shape=shape) if number is not None else None


def median(found: Found, said: Said) -> Said | None:
    number = found.number("median")
    return said.but(median=float(number)) if number else None


def stddev(found: Found, said: Said) -> Said | None:
    number = found.number("stddev")
    return said.but(stddev=abs(float(number))) if number else None


def shape(found: Found, said: Said) -> Said:
    word = found["shape"].casefold().replace("-", "").replace(" ", "")
    known = {"gaussian": "normal", "bellshaped": "normal", "rightskewed": "lognormal",
             "skewed": "lognormal", "longtailed": "lognormal", "evenly": "uniform"}  # fmt: skip
    return said.but(shape=known.get(word, word))


_ALL_OF_THEM = frozenset({"cases", "rows", "them", "values", "time", "the time"})


def share(found: Found, said: Said) -> Said | None:
    pair = v.share_of(found.match.group(), german=found.context.german)
    if pair is None or pair[0].casefold() in _ALL_OF_THEM:
        return None
    return said.but(shares=(*said.shares, pair))


def portion(found: Found, said: Said) -> Said | None:
    """ "newsletter 40 %": a share with nothing beside it but the field's name."""
    number = found.number("share")
    is_alone = found.text.strip(": ") == found.match.group().strip()
    is_new = (
        number is not None and number <= 100 and (is_alone if found.context.named else found.named)
    )
    return said.but(portion=float(number) / 100) if is_new and number is not None else None


def throughout(found: Found, said: Said) -> Said | None:
    """ "verified always", "is_admin never"."""
    share = 1.0 if found["word"].casefold() == "always" else 0.0
    return said.but(portion=share) if found.named and not found.context.named else None


def weights(found: Found, said: Said) -> Said | None:
    """Shares, or "12/24/36": values, where nothing else is listed and they are no whole."""
    pieces = re.findall(r"\d+(?:\.\d+)?", found.match.group())
    shares = tuple(float(piece) for piece in pieces)
    is_listed = bool(said.values) or "/" in found.text.replace(found.match.group(), "")
    is_whole = abs(sum(shares) - 100) < 1.5 or abs(sum(shares) - 1) < 0.015
    if not is_whole and not is_listed and "%" not in found.match.group():
        return None if said.values else said.but(values=v.typed(tuple(pieces)))
    return said.but(weights=shares)


def letters(found: Found, said: Said) -> Said | None:
    """ "grade A-F": each letter from the first to the last."""
    first, last = found["first"], found["last"]
    if not (first.isupper() and last.isupper() and first < last):
        return None
    return said.but(values=tuple(map(chr, range(ord(first), ord(last) + 1))))


def slashes(found: Found, said: Said) -> Said | None:
    return _listed(v.split(found.match.group()), said)


def _listed(pieces: tuple[str, ...], said: Said) -> Said | None:
    pieces = tuple(piece for piece in pieces if v.has_letter(piece) or v.has_digit(piece))
    if len(pieces) < 2:
        return None
    if v.is_true_false(pieces):
        return said.but(true_false=True)
    return said.but(values=v.typed(pieces))


def one_of(found: Found, said: Said) -> Said | None:
    pieces = v.split(re.sub(r"^(?:one of|any of|either) ", "", found["list"]))
    shares = [v.share_of(piece, german=found.context.german) for piece in pieces]
    if shares and all(shares):
        return said.but(shares=tuple(pair for pair in shares if pair))
    return _listed(pieces, said)


def mostly(found: Found, said: Said) -> Said:
    return said.but(mostly=found["value"])


_FEW = {"one": 1, "two": 2, "three": 3}


def decimals(found: Found, said: Said) -> Said:
    count = found["count"].casefold()
    return said.but(decimals=min(9, _FEW.get(count) or int(count)))


def unit(found: Found, said: Said) -> Said | None:
    """A unit after a number belongs to it, unless it is all there is to name the field by."""
    unit, per = found["unit"], found["per"]
    is_money = bool(re.fullmatch(CURRENCY, unit, re.IGNORECASE)) or bool(said.unit)
    if found.named:
        return said.but(unit=" per ".join(filter(None, (unit or said.unit, per))))
    if per and is_money:
        return said.but(unit=unit or said.unit, name=f"price per {per}")
    is_symbol = not unit[:1].isalpha() and bool(unit)
    return said.but(unit=unit) if is_symbol else None


def in_unit(found: Found, said: Said) -> Said:
    return said.but(unit=found["unit"])


def typed(found: Found, said: Said) -> Said:
    word = found["type"].casefold().replace(" ", "")
    known = {"int": "integer", "wholenumber": "integer", "str": "string", "varchar": "string",
             "text": "string", "bool": "boolean", "timestamp": "datetime", "float": "number",
             "decimal": "number", "double": "number", "bigint": "integer", "uuid": "uuid",
             "ganzzahl": "integer"}  # fmt: skip
    return said.but(type=known.get(word, word))


def flag(**changes: bool) -> Act:
    return lambda _, said: said.but(**changes)
