"""What is said after a field's name, put in the order that the rest of the reader knows."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..lexicon import entries as lexicon
from . import quantities as q
from .meanings import CURRENCY

_PERCENT = r"(?P<share>\d{1,2}(?:[.,]\d{1,2})?) ?(?:%|percent)"
_NONE = r"(?:missing|empty|nulls?|blank|unknown|leer|fehlend)"
_MISSING = re.compile(
    rf"{_PERCENT} of (?:the |all )?(?P<name>[^\W\d][\w ]{{1,40}}?)(?: values)?(?: are| is)?"
    rf" {_NONE}",
    re.IGNORECASE,
)
_OR_MISSING = re.compile(
    rf",? (?:or|but) {_NONE}(?: (?:for|in) {_PERCENT}(?: of (?:them|all|rows|cases))?)?$",
    re.IGNORECASE,
)
_RANGE = (
    rf"(?:[$€£] ?)?{q.NUMBER} ?(?:-|–|to) ?(?:[$€£] ?)?{q.NUMBER}(?: ?(?:%|{CURRENCY}|[a-z]+))?"
)
_RANGE_LAST = re.compile(
    rf"(?P<name>[^\W\d][\w ]{{1,40}}) (?P<only>only (?:if|when|for|where) [^\d<>=]{{2,60}}?) "
    rf"(?P<range>{_RANGE})",
    re.IGNORECASE,
)
_PER = re.compile(
    r"(?<=\d)(?P<unit> ?(?:kg|g|t|l|m|kwh|kw|€|\$|£|eur|usd|gbp))/(?P<per>ha|h|l|m²|m³|m2|m3|kg"
    r"|t|km|day|week|month|year|hour|min)(?!\w)",
    re.IGNORECASE,
)
_AT_A_PACE = re.compile(
    r"^(?:one|1|once)(?: reading| row| record)? (?:per|an|a|each) (?P<unit>second|minute|hour|day"
    r"|week)(?P<rest>(?:,? (?:from|since|starting|beginning) .{4,40})?)$",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\bin (?P<first>(?:19|20)\d\d) (?:or|and) (?P<last>(?:19|20)\d\d)(?![\d-])")
_OF_SO_MANY = re.compile(
    r"(?P<name>(?P<thing>[^\W\d]\w{1,30})(?: (?:id|number|code))?) "
    r"\((?P<count>\d{1,3}(?:,\d{3})+|\d{1,6}) (?:different |distinct )?(?P=thing)s\)",
    re.IGNORECASE,
)
_SHARE_FIRST = re.compile(
    r"(?P<exact>exactly|genau) (?P<share>\d[\d.,]{0,6} ?%) (?P<name>[^\W\d]\w{1,30})", re.IGNORECASE
)
_TREND = re.compile(
    r"(?P<one>[^\W\d][\w ]{0,40}) (?P<way>grows|rises|increases|goes up|falls|decreases|drops"
    r"|goes down) with (?:the )?(?P<two>[^\W\d][\w ]{0,40})",
    re.IGNORECASE,
)


def _missing(text: str) -> str:
    """ "10 % of ratings missing" → "ratings (10% missing)"."""
    match = _MISSING.fullmatch(text)
    return f"{match['name']} ({match['share']}% missing)" if match else text


def _or_missing(text: str) -> str:
    """ "after loaned_at or empty for 7 %" → "after loaned_at (7% missing)"."""
    match = _OR_MISSING.search(text)
    if not match:
        return text
    told = f"{match['share']}% missing" if match["share"] else "optional"
    return f"{text[: match.start()]} ({told})"


def _range_last(text: str) -> str:
    """ "rate only if approved 3.5–12.9 %" → "rate 3.5–12.9 % only if approved"."""
    match = _RANGE_LAST.fullmatch(text)
    return f"{match['name']} {match['range']} {match['only']}" if match else text


def _per(text: str) -> str:
    """ "0–200 kg/ha" → "0–200 kg per ha": a slash between units parts no values."""
    return _PER.sub(r"\g<unit> per \g<per>", text)


def _at_a_pace(text: str) -> str:
    """ "one per hour" → "one every hour"."""
    return _AT_A_PACE.sub(r"one every \g<unit>\g<rest>", text)


def _years(text: str) -> str:
    """ "in 2022 or 2023" → "in 2022–2023"; years with others between them stay as they are."""

    def joined(match: re.Match[str]) -> str:
        first, last = int(match["first"]), int(match["last"])
        return f"in {first}–{last}" if last == first + 1 else match[0]

    return _YEARS.sub(joined, text)


def _of_so_many(text: str) -> str:
    """ "sensor id (20 sensors)" → "sensor id (20 different)"."""
    return _OF_SO_MANY.sub(
        lambda one: f"{one['name']} ({one['count'].replace(',', '')} different)", text
    )


def _share_first(text: str) -> str:
    """ "exactly 5 % returned" → "returned exactly 5 %", where that is true or not."""
    match = _SHARE_FIRST.fullmatch(text)
    hit = lexicon.find(match["name"]) if match else None
    is_truth = hit is not None and hit.template.type == "boolean"
    return f"{match['name']} {match['exact']} {match['share']}" if match and is_truth else text


_TWO_WEIGHTS = re.compile(r"\) (?P<exact>exactly |genau )?(?P<weights>\d{1,2}/\d{1,2}) ?%?$")


def _two_weights(text: str) -> str:
    """ "arm (placebo, drug) exactly 50/50" → "arm (placebo, drug) exactly (50/50)"."""
    match = _TWO_WEIGHTS.search(text)
    if not match or sum(map(int, match["weights"].split("/"))) != 100:
        return text
    return f"{text[: match.start()]}) {match['exact'] or ''}({match['weights']})"


def _trend(text: str) -> str:
    """ "yield grows with rain" → "yield rising with rain": how two numbers are tied."""
    match = _TREND.fullmatch(text)
    if not match:
        return text
    is_falling = match["way"].casefold() in ("falls", "decreases", "drops", "goes down")
    return f"{match['one']} {'falling' if is_falling else 'rising'} with {match['two']}"


_DISCOUNT = re.compile(
    r"(?P<name>discount|rebate|remise|descuento|rabatt) (?P<share>\d{1,2}) ?(?:%|percent)"
    r" (?:off )?(?:for (?:orders|amounts) )?(?:from|over|above) (?P<limit>.{1,30})",
    re.IGNORECASE,
)


def _discount(text: str) -> str:
    """ "discount 10 % from 300 €" → "discount 10 % if at least 300 €": not on every row."""
    match = _DISCOUNT.fullmatch(text)
    if not match:
        return text
    sign = "at least" if " from " in text else "over"
    return f"{match['name']} {match['share']}% if {sign} {match['limit']}"


_HEX = re.compile(r"(?P<count>[1-9]\d?)[ -](?:hex|hexadecimal)(?: (?:characters|chars|digits))?$")


def _hex(text: str) -> str:
    """ "trace id 32 hex characters" → "trace id matching [0-9a-f]{32}"."""
    return _HEX.sub(r"matching [0-9a-f]{\g<count>}", text)


RESTATED: tuple[Callable[[str], str], ...] = (
    _missing,
    _or_missing,
    _range_last,
    _per,
    _at_a_pace,
    _years,
    _of_so_many,
    _share_first,
    _two_weights,
    _discount,
    _hex,
    _trend,
)
