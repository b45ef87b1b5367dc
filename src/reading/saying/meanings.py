"""What a modifier means, once it is found beside a field's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

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


def nulls(found: Found, said: Said) -> Said | None:
    if found["kept"]:
        kept = found.number("kept")
        return said.but(null_share=round(1 - kept / 100, 6)) if kept and kept <= 100 else None
    share = found.number("share" if found["share"] else "few")
    return said.but(null_share=share / 100) if share is not None and share <= 100 else None


def like(found: Found, said: Said) -> Said | None:
    example = found["example"].rstrip(".,")
    if not any(char.isdigit() or char == "#" for char in example) and not example.isupper():
        return None
    if placed := v.with_places(example):
        return said.but(pattern=placed)
    running = v.sequence_like(example)
    is_first = running and ((running[1] <= 1 and "{n}" not in running[0]) or found["form"])
    if running and is_first:
        return said.but(template=running)
    return said.but(pattern=v.pattern_like(example))


def digits(found: Found, said: Said) -> Said:
    return said.but(
        pattern=f"{found['lead'].upper()}[0-9]{{{int(found['count'] or found['many'])}}}"
    )


def codes(found: Found, said: Said) -> Said | None:
    """ "machine M01 to M20": the first and the last of some codes."""
    low, high = int(found["first"]), int(found["last"])
    if found["one"].casefold() != found["two"].casefold() or low >= high:
        return None
    return said.but(codes=(found["one"], len(found["first"]), low, high))


def capitals(found: Found, said: Said) -> Said | None:
    """ "airline code 2 letters"."""
    count = _FEW.get(found["count"].casefold()) or int(found["count"])
    least = f"{int(found['least'])}," if found["least"] else ""
    return said.but(pattern=f"[A-Z]{{{least}{count}}}") if found.named else None


def signed(found: Found, said: Said) -> Said | None:
    if said.is_ranged or not found.named:
        return None
    return said.but(low=0, above=bool(found["strict"]))


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
    is_new = found.named and count and not said.is_ranged
    return said.but(low=1, high=count, among=count) if is_new else None


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


def quantile(found: Found, said: Said) -> Said | None:
    """ "p95 800", "90 % under 200": which part of the values lies at or below what."""
    percent, number = found.number("percent"), found.number("value")
    side = (found.match.groupdict().get("side") or "").casefold()
    is_above = side in ("over", "above", "more than", "at least", "über")
    if percent is None or number is None or not 0 < percent < 100:
        return None
    part = (100 - percent if is_above else percent) / 100
    return said.but(quantiles=(*said.quantiles, (round(part, 6), float(number))))


def quartiles(found: Found, said: Said) -> Said | None:
    numbers = [q.value(one.strip(" ,")) for one in re.split(r"[/;]|,(?= )", found["list"])]
    if len(numbers) != 3 or None in numbers:
        return None
    parts = zip((0.25, 0.5, 0.75), (float(one or 0) for one in numbers), strict=True)
    return said.but(quantiles=(*said.quantiles, *parts))


def characters(found: Found, said: Said) -> Said | None:
    """ "max 160 characters", "5-20 characters"; a bare "8 characters" is exact."""
    high, word = int(found["high"]), found["word"].casefold()
    if found["low"]:
        low: int | None = int(found["low"])
    else:
        low = None if word and not word.startswith(("exactly", "at least", "min")) else high
    most = None if word.startswith(("at least", "min")) else high
    return said.but(characters=(low, most)) if 0 < high <= 10_000 and (low or 1) <= high else None


def shape(found: Found, said: Said) -> Said:
    word = found["shape"].casefold().replace("-", "").replace(" ", "")
    known = {"gaussian": "normal", "bellshaped": "normal", "rightskewed": "lognormal",
             "skewed": "lognormal",
             "skewedright": "lognormal", "skewedtotheright": "lognormal",
             "longtailed": "lognormal", "evenly": "uniform"}  # fmt: skip
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


_COMPOUND_UNIT = re.compile(
    r"(?:[mµk]?g|mmol|m|k?m|mm|m?l|kwh|€|eur|usd) ?/ ?(?:dl|m?l|m[²³23]?|s|h|min|kg|day|month"
    r"|year)",
    re.IGNORECASE,
)


def slashes(found: Found, said: Said) -> Said | None:
    if _COMPOUND_UNIT.fullmatch(found.match.group()):
        return said.but(unit=found.match.group())
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
             "decimal": "number", "numeric": "number", "double": "number", "bigint": "integer",
             "uuid": "uuid",
             "ganzzahl": "integer"}  # fmt: skip
    return said.but(type=known.get(word, word))


def flag(**changes: bool) -> Act:
    return lambda _, said: said.but(**changes)
