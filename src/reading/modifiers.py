"""What may stand beside a field's name: one expression and one meaning each, in order.

Every expression runs on a clause of at most `text.LONGEST_CLAUSE` characters, and has no
quantifier inside a quantifier over the same characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from . import quantities as q
from . import values as v
from .said import OpenSpan, Said

GONE = "\0"
"""Stands where a modifier was understood and taken out; `clean` lets none through from outside."""


@dataclass(frozen=True, slots=True)
class Context:
    """The day that counts as today; whether numbers are written the German way.

    `named`: the text stands beside a name that is known already, as what is in brackets does.
    """

    today: date
    german: bool = False
    named: bool = False


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

_CURRENCY = r"(?:€|\$|£|¥|(?:eur|euros?|usd|us dollars?|dollars?|gbp|pounds?|chf|francs?|yen|inr)\b)"
_UNIT = (
    rf"(?:{_CURRENCY}|%|°c?f?|(?:percent|prozent|years? old|years? of age|years?|jahren?(?: alt)?"
    r"|jahre(?: alt)?|y/o|cents?|points?|k?m/h|mph|kg|g|lbs?|cm|mm|km|miles?|meters?|metres?|m²|sqm"
    r"|m|ms|seconds?|secs?|minutes?|mins?|hours?|h|hrs?|days?|nights?|weeks?|months?|celsius"
    r"|fahrenheit|degrees?(?: celsius)?|hpa|bar|volts?|v|watts?|w|kwh|kw|mb|gb|kb|bytes?|bpm|ppm|db"
    r"|stars?|stunden|tage|minuten|mmhg|mg/dl|liters?|litres?|l)\b)"
)
_MARK = rf"(?: ?(?:%|{_CURRENCY}|°c?f?))?"
_V = rf"(?:[$€£¥] ?)?-?{q.NUMBER}(?:{q.SCALE})?{_MARK}"
_TO = r"(?: ?[-–—] ?| ?\.\.\.? ?| (?:to|and|until|up to|bis|und) )"
_M = q.MOMENT
_NUMBER = re.compile(rf"-?{q.NUMBER}(?:{q.SCALE})?", re.IGNORECASE)
UNIT = re.compile(rf"(?:in )?(?P<unit>{_UNIT})(?: ?(?:/|per ) ?\w+)?", re.IGNORECASE)


# ── meanings ──────────────────────────────────────────────────────────────────────────────────


def _range(found: Found, said: Said) -> Said | None:
    low, high = found.number("low"), found.number("high")
    if low is None or high is None:
        return None
    if low > high:
        low, high = high, low
    places = max(q.decimals(_bare(found["low"])), q.decimals(_bare(found["high"])))
    unit = _symbol(found["low"]) or _symbol(found["high"])
    return said.but(low=low, high=high, decimals=places or said.decimals, unit=unit or said.unit)


def _bare(text: str) -> str:
    return re.sub(r"[^\d.,]", "", text)


def _symbol(text: str) -> str:
    match = re.search(rf"{_CURRENCY}|%|°c?f?", text, re.IGNORECASE)
    return match.group().strip() if match else ""


def _low(found: Found, said: Said) -> Said | None:
    number = found.number("low")
    strict = bool(found["strict"])
    unit = _symbol(found["low"]) or said.unit
    return None if number is None else said.but(low=number, above=strict, unit=unit)


def _high(found: Found, said: Said) -> Said | None:
    number = found.number("high")
    strict = bool(found["strict"])
    unit = _symbol(found["high"]) or said.unit
    return None if number is None else said.but(high=number, below=strict, unit=unit)


def _years(first: str, last: str, said: Said) -> Said:
    """Bare years are numbers too, for a field that holds years."""
    if first.isdigit() and last.isdigit():
        return said.but(low=int(first), high=int(last))
    return said


def _moments(found: Found, said: Said) -> Said | None:
    first = q.span(found["first"], found.context.today)
    last = q.span(found["last"], found.context.today)
    if not first or not last or first[0] > last[1]:
        return None
    return _years(found["first"], found["last"], said.but(period=(first[0], last[1])))


def _within(found: Found, said: Said) -> Said | None:
    span = q.span(found["moment"], found.context.today)
    return _years(found["moment"], found["moment"], said.but(period=span)) if span else None


def _since(found: Found, said: Said) -> Said | None:
    span = q.span(found["moment"], found.context.today)
    period: OpenSpan | None = (span[0], found.context.today) if span else None
    if found["moment"].isdigit():
        said = said.but(low=int(found["moment"]))
    return said.but(period=period) if period else None


def _until(found: Found, said: Said) -> Said | None:
    span = q.span(found["moment"], found.context.today)
    if found["moment"].isdigit():
        said = said.but(high=int(found["moment"]))
    return said.but(period=(None, span[1])) if span else None


def _recent(found: Found, said: Said) -> Said:
    count = q.value(found["count"]) if found["count"] else 1
    return said.but(period=q.back(int(count or 1), found["unit"], found.context.today))


def _calendar(found: Found, said: Said) -> Said:
    today, words = found.context.today, found.match.group().casefold()
    if words.startswith(("this", "dies")):
        return said.but(period=(date(today.year, 1, 1), today))
    return said.but(period=(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)))


def _clock(found: Found, said: Said) -> Said | None:
    first, last = _hour(found["first"]), _hour(found["last"])
    return said.but(clock=(first, last)) if first and last and first < last else None


def _hour(text: str) -> str:
    match = re.fullmatch(r"(\d{1,2})(?::(\d{2}))? ?(am|pm)?", text.casefold())
    if not match:
        return ""
    hour = int(match[1]) % 12 + 12 * (match[3] == "pm") if match[3] else int(match[1])
    minute = int(match[2] or 0)
    return f"{hour:02d}:{minute:02d}:00" if hour < 24 and minute < 60 else ""


def _nulls(found: Found, said: Said) -> Said | None:
    share = found.number("share")
    return said.but(null_share=share / 100) if share is not None and share <= 100 else None


def _like(found: Found, said: Said) -> Said | None:
    example = found["example"].rstrip(".,")
    if not any(char.isdigit() or char == "#" for char in example) and not example.isupper():
        return None
    running = v.sequence_like(example)
    is_first = running and (running[1] <= 1 and "{n}" not in running[0] or found["form"])
    if running and is_first:
        return said.but(template=running)
    return said.but(pattern=v.pattern_like(example))


def _digits(found: Found, said: Said) -> Said:
    return said.but(pattern=f"[0-9]{{{int(found['count'])}}}")


def _words(found: Found, said: Said) -> Said | None:
    low = int(found["low"])
    high = int(found["high"] or low)
    return said.but(lengths=(low, high)) if 1 <= low <= high <= 1000 else None


def _start(found: Found, said: Said) -> Said | None:
    number = found.number("start")
    return said.but(start=int(number)) if number is not None else None


def _mean(found: Found, said: Said) -> Said | None:
    number = found.number("mean")
    shape = said.shape or ("normal" if "normal" in found.match.group().casefold() else None)
    return said.but(mean=number, shape=shape) if number is not None else None


def _median(found: Found, said: Said) -> Said | None:
    number = found.number("median")
    return said.but(median=float(number)) if number else None


def _stddev(found: Found, said: Said) -> Said | None:
    number = found.number("stddev")
    return said.but(stddev=float(number)) if number else None


def _shape(found: Found, said: Said) -> Said:
    word = found["shape"].casefold().replace("-", "").replace(" ", "")
    known = {"gaussian": "normal", "bellshaped": "normal", "rightskewed": "lognormal",
             "skewed": "lognormal", "longtailed": "lognormal", "evenly": "uniform"}  # fmt: skip
    return said.but(shape=known.get(word, word))


def _share(found: Found, said: Said) -> Said | None:
    pair = v.share_of(found.match.group(), german=found.context.german)
    return said.but(shares=(*said.shares, pair)) if pair else None


def _weights(found: Found, said: Said) -> Said:
    shares = re.findall(r"\d+(?:\.\d+)?", found.match.group())
    return said.but(weights=tuple(float(share) for share in shares))


def _slashes(found: Found, said: Said) -> Said | None:
    return _listed(v.split(found.match.group()), said)


def _listed(pieces: tuple[str, ...], said: Said) -> Said | None:
    if len(pieces) < 2:
        return None
    if v.is_true_false(pieces):
        return said.but(true_false=True)
    return said.but(values=v.typed(pieces))


def _one_of(found: Found, said: Said) -> Said | None:
    pieces = v.split(found["list"])
    shares = [v.share_of(piece, german=found.context.german) for piece in pieces]
    if shares and all(shares):
        return said.but(shares=tuple(pair for pair in shares if pair))
    return _listed(pieces, said)


def _mostly(found: Found, said: Said) -> Said:
    return said.but(mostly=found["value"])


def _decimals(found: Found, said: Said) -> Said:
    return said.but(decimals=min(9, int(found["count"])))


def _unit(found: Found, said: Said) -> Said | None:
    """A unit after a number belongs to it, unless it is all there is to name the field by."""
    unit, per = found["unit"], found["per"]
    is_money = bool(re.fullmatch(_CURRENCY, unit, re.IGNORECASE)) or bool(said.unit)
    if found.named:
        return said.but(unit=" per ".join(filter(None, (unit or said.unit, per))))
    if per and is_money:
        return said.but(unit=unit or said.unit, name=f"price per {per}")
    is_symbol = not unit[:1].isalpha() and bool(unit)
    return said.but(unit=unit) if is_symbol else None


def _in_unit(found: Found, said: Said) -> Said:
    return said.but(unit=found["unit"])


def _type(found: Found, said: Said) -> Said:
    word = found["type"].casefold().replace(" ", "")
    known = {"int": "integer", "wholenumber": "integer", "str": "string", "varchar": "string",
             "text": "string", "bool": "boolean", "timestamp": "datetime", "float": "number",
             "decimal": "number", "double": "number", "bigint": "integer", "uuid": "uuid",
             "ganzzahl": "integer"}  # fmt: skip
    return said.but(type=known.get(word, word))


def _flag(**changes: bool) -> Act:
    return lambda _, said: said.but(**changes)


# ── the table ─────────────────────────────────────────────────────────────────────────────────


def _x(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_TYPES = (
    r"(?P<type>integers?|int|bigint|whole numbers?|strings?|text|varchar|booleans?|bool|dates?"
    r"|datetimes?|timestamps?|floats?|doubles?|decimals?|uuid|ganzzahl)"
)
_REACH = r"(?P<unit>days?|weeks?|months?|years?|tagen?|wochen?|monaten?|jahren?)"

MODIFIERS: tuple[tuple[re.Pattern[str], Act], ...] = (
    (_x(r"(?P<share>\d[\d.,]{0,8}) ?%(?: of (?:them|rows|the rows|values|the values|all))?(?: are| is| may be"
        r"| can be| left)? ?(?:missing|nulls?|empty|blanks?|unknown|leer|fehlend|ohne wert)"
        r"(?: values?)?\b"), _nulls),
    (_x(r"\b(?:no|without|never|nicht) (?:nulls?|blanks?|missing(?: values?)?|empty(?: values?)?|null"
        r"|missing)\b|\b(?:not[ -]null|required|mandatory|non-null|always filled|pflichtfeld)\b"),
     _flag(required=True)),
    (_x(r"\b(?:optional|nullable|(?:may|can|might|could) be (?:null|empty|missing|blank)"
        r"|sometimes (?:null|empty|missing|blank)|if (?:any|known|available))\b"),
     _flag(optional=True)),
    (_x(r"\b(?:(?:must be |should be )?(?:unique|distinct|eindeutige?[rs]?)|no duplicates"
        r"|without duplicates)\b"), _flag(unique=True)),
    (_x(r"\b(?:primary key|pk|auto[ -]?increment(?:ing|ed)?|sequential|consecutive"
        r"|fortlaufende?)(?!\w)"), _flag(serial=True)),
    (_x(r"\b(?:exactly|exact|genau|exakt)\b"), _flag(exact=True)),
    (_x(r"\b(?:(?P<form>(?:in the |in |of the |with )?(?:format|form|pattern))|like|such as|wie|e\.g\.)[ :]+"
        r"[\"']?(?P<example>[A-Za-z0-9#][\w#./-]{1,40})[\"']?(?!\w)"), _like),
    (_x(r"\b(?P<count>[1-9]\d?)[ -]digits?\b"), _digits),
    (_x(r"\b(?P<low>\d{1,4})(?: ?[-–] ?| to )?(?P<high>(?<=[-– ])\d{1,4})? words?(?: long)?\b"),
     _words),
    (_x(r"\b(?P<count>\d) (?:decimals?(?: places?| digits?)?|nachkommastellen)\b"), _decimals),
    (_x(rf"\b(?:start(?:ing|s)?|beginn?(?:ing|s)?)(?: (?:at|from|with|mit|bei))"
        rf" (?P<start>{q.NUMBER})(?![\w:])"), _start),
    (_x(rf"\b(?:normally distributed|normal(?: distribution)?|gaussian)(?: distribution)?,?"
        rf" (?:around|about|with (?:a )?mean(?: of)?|mean(?: of)?|at) (?P<mean>{_V})"), _mean),
    (_x(rf"(?:\bwith )?(?:an? )?\b(?:mean|average|avg\.?|averaging|im schnitt|durchschnittlich"
        rf"|usually around|mostly around|around|about|approximately|circa|centered (?:on|at|around))"
        rf"(?: of| is| around| about|:)? (?P<mean>{_V})"), _mean),
    (_x(rf"(?:\bwith )?(?:a )?\bmedian(?: of| is| around|:)? (?P<median>{_V})"), _median),
    (_x(rf"(?:\bwith |\band )?(?:a )?(?:\b(?:sd|std|stddev|standard deviation|sigma)(?: of| is|:)?"
        rf"|±|\+/-) ?(?P<stddev>{_V})"), _stddev),
    (_x(r"\b(?P<shape>log-?normal|normal|gaussian|bell-shaped|exponential|uniform|poisson"
        r"|(?:right-)?skewed|long-tailed|evenly)(?:ly)?(?: distributed| distribution)?(?!\w)"),
     _shape),
    (_x(rf"\b(?:(?:in|within|during|from|over) )?(?:the )?(?:last|past|previous|letzten)"
        rf" (?P<count>\d{{1,4}}) {_REACH}\b"), _recent),
    (_x(r"\b(?:in |from |during |im )?(?:last year|this year|letzte[ns]? jahre?s?|diese[ms] jahr)\b"),
     _calendar),
    (_x(r"\b(?:in |within |during |from )?(?:the )?(?:last|past) (?P<count>)"
        r"(?P<unit>week|month|year)\b"), _recent),
    (_x(rf"(?:\b(?:between|from|zwischen|von) )?(?<![\w-])(?P<first>{_M}){_TO}(?P<last>{_M})"
        rf"(?![\w-])"), _moments),
    (_x(rf"\b(?:since|after|from|starting(?: in| from)?|seit|ab|later than) (?P<moment>{_M})"
        rf"(?: onwards?| on)?(?![\w-])"), _since),
    (_x(rf"\b(?:until|till|before|by|up to|bis|vor) (?P<moment>{_M})(?![\w-])"), _until),
    (_x(rf"\b(?:in|during|within|im jahr|im|of|all in) (?:the year )?(?P<moment>{_M})(?![\w-])"), _within),
    (_x(r"(?:\b(?:between|from|zwischen|von) )?(?<![\w:])(?P<first>\d{1,2}:\d{2}|\d{1,2} ?[ap]m)"
        rf"{_TO}(?P<last>\d{{1,2}}:\d{{2}}|\d{{1,2}} ?[ap]m)(?![\w:])"), _clock),
    (_x(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3})?%?(?:/\d{1,3}(?:\.\d{1,3})?%?){2,30} ?%?(?![\w/])"), _weights),
    (_x(rf"(?:\b(?:between|from|ranging from|range|ranges from|zwischen|von|in the range(?: of)?"
        rf"|a value (?:of|between)) )?(?<![\w-])(?P<low>{_V}){_TO}(?P<high>{_V})(?![\w])"), _range),
    (_x(rf"(?:\b(?:at least|minimum(?: of)?|min\.?|no less than|not less than|mindestens"
        rf"|not under|from)|≥|>=) ?(?P<strict>)(?P<low>{_V})(?: or (?:more|older|over))?(?!\w)"), _low),
    (_x(rf"(?:(?P<strict>\b(?:over|above|more than|greater than|older than|higher than|über)|>))"
        rf" ?(?P<low>{_V})(?!\w)"), _low),
    (_x(rf"(?:\b(?:at most|maximum(?: of)?|max\.?|up to|no more than|not more than|höchstens"
        rf"|maximal|not over)|≤|<=) ?(?P<strict>)(?P<high>{_V})(?!\w)"), _high),
    (_x(rf"(?:(?P<strict>\b(?:under|below|less than|younger than|lower than|fewer than|unter)|<))"
        rf" ?(?P<high>{_V})(?!\w)"), _high),
    (_x(r"(?<!\w)\d[\d.,]{0,6} ?(?:%|percent) (?:of )?(?:are )?(?!off\b)[^\W\d][\w-]{0,30}"
        r"(?: (?!and\b|und\b)[^\W\d][\w-]{0,20})?"), _share),
    (_x(rf"\b(?:in|measured in|as|given in) (?P<unit>{_UNIT})"), _in_unit),
    (_x(r"(?<![\w/])[^\W\d_][\w+-]{0,30} ?%?(?: ?/ ?[^\W_][\w+-]{0,30}){1,30}(?![\w/])"), _slashes),
    (_x(r"(?:\bone of|\bany of|\beither|\bout of|\bchosen from|\bpicked from|\bfrom the (?:list|set)|\bentweder"
        r"|\beine[rs]? (?:von|aus)|\b(?:with values|values|allowed values|options|is|are|ist)|(?=:))"
        r"[: ]+(?P<list>[^\0]{1,300}(?:,| or | oder |/)[^\0]{1,200})"), _one_of),
    (_x(r"\b(?:mostly|mainly|usually|meist(?:ens)?|predominantly) (?P<value>[^\W\d][\w-]{0,30})"),
     _mostly),
    (_x(rf"\0 ?(?P<unit>{_UNIT})?(?: ?(?:/|\b(?:per|a|an|each|pro) )(?P<per>[^\W\d]{{1,20}})\b)?"),
     _unit),
    (_x(rf"(?:\b(?:as|of type|type)(?: an?)? |: ?(?:an? )?){_TYPES}(?= ?(?:$|\0|,))"), _type),
)  # fmt: skip


def understood(text: str, said: Said, context: Context) -> tuple[str, Said]:
    """The text with each modifier taken out, and what they said together."""
    for pattern, act in MODIFIERS:
        text, said = _apply(pattern, act, text, said, context)
    return text, said


def _apply(
    pattern: re.Pattern[str], act: Act, text: str, said: Said, context: Context
) -> tuple[str, Said]:
    place = 0
    while match := pattern.search(text, place):
        meant = act(Found(match, text, context), said)
        place = match.start() + 1
        if meant is None or match.start() == match.end():
            place = max(place, match.end())
            continue
        said = meant
        text = text[: match.start()] + GONE + text[match.end() :]
    return text, said
