"""A clause in the one form of several that the rest of the reader knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..lexicon import entries as lexicon
from . import quantities as q
from .declared import declared
from .restating import RESTATED

_TRUTH_OR_NOT = re.compile(r"(?P<name>[^\W\d][\w ]{0,40}) or not", re.IGNORECASE)
_NO_VALUES = frozenset({"not", "more", "less", "fewer", "older", "younger", "none", "other"})
_WEIGHED = re.compile(
    r"(?P<before>.{1,60}?[ :(])(?P<weights>\d{1,3}(?:/\d{1,3}){1,30}) ?%? "
    r"(?P<values>(?!(?:days?|weeks?|hours?|months?) )[^\W\d][^()%]*)"
)
_THOUSANDS = re.compile(
    rf"(?P<low>{q.NUMBER} ?k) ?(?P<to>and|to|-|–) ?(?P<high>{q.NUMBER}) ?m\b", re.IGNORECASE
)
_SPANS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_TWO_UNITS = re.compile(
    r"(?P<low>\d[\d.]{0,8}) ?(?P<one>second|minute|hour|day)s? ?(?P<to>and|to|-|–) ?"
    r"(?P<high>\d[\d.]{0,8}) ?(?P<two>second|minute|hour|day)s?\b",
    re.IGNORECASE,
)
_AS_USUAL = re.compile(
    r" with (?:its |the |their |a )?(?:real(?:istic|-world)?|typical|natural|usual) "
    r"(?:frequenc(?:y|ies)|distributions?|shares|weights|proportions)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(r"\d[\d.]{0,8}(%?)")
_WEIGHED_LAST = re.compile(
    r"(?P<words>[^\W\d][^()%/,]{2,80}) (?P<weights>\d{1,3}(?:/\d{1,3}){1,30}) ?%?"
)
_IN_YEAR = re.compile(r"(?P<name>[^\W\d][\w ]{1,30}) (?P<year>(?:19|20)\d{2})")
_EXAMPLE = re.compile(r"(?P<name>[^\W\d][\w ]{1,30}) (?P<code>[A-Z]{1,6}[-_/]?\d{2,12})")
_CODED = re.compile(r"\b(?:id|number|no|code|sku|nummer|ref)$", re.IGNORECASE)
_YES = re.compile(
    r"(?P<name>[^\W\d][\w ]{1,30}) (?:yes|true) (?P<share>\d[\d.]{0,6} ?%)", re.IGNORECASE
)
_TYPE_LAST = re.compile(
    r"(?P<name>[^\W\d][\w ]{1,30}) (?P<type>uuid|integer|int|string|boolean|float|decimal)",
    re.IGNORECASE,
)
_ONLY_FIRST = re.compile(
    r"(?P<name>[^\W\d][\w ]{1,30}) (?P<only>only (?:if|when|for|where) .{2,80}) "
    r"(?P<range>between \S{1,20} and \S{1,20})",
    re.IGNORECASE,
)


def rewritten(text: str) -> str:
    """The clause, said another way where there is a plainer one."""
    for rewrite in _REWRITES:
        text = rewrite(text)
    return text


def _truth(text: str) -> str:
    """ "sold or not" → "sold yes/no"."""
    match = _TRUTH_OR_NOT.fullmatch(text)
    return f"{match['name']} yes/no" if match else text


def _either(text: str) -> str:
    """ "delivery or pickup" → "delivery or pickup: delivery/pickup": a field of two values."""
    match = re.fullmatch(r"([^\W\d_]{3,20}) (?:or|oder) ([^\W\d_]{3,20})", text)
    if not match or match[2].casefold() in _NO_VALUES or any(map(lexicon.exact, match.groups())):
        return text
    return f"{text}: {match[1]}/{match[2]}"


def _weighed(text: str) -> str:
    """ "priority 50/30/20 low medium high" → "priority 50/30/20 (low, medium, high)"."""
    match = _WEIGHED.fullmatch(text)
    values = match["values"].split() if match else []
    if not match or len(values) != match["weights"].count("/") + 1:
        return text
    return f"{match['before']}{match['weights']} ({', '.join(values)})"


def _weighed_last(text: str) -> str:
    """ "device mobile desktop 60/40" → "device (mobile, desktop) 60/40"."""
    match = _WEIGHED_LAST.fullmatch(text)
    words = match["words"].split() if match else []
    count = match["weights"].count("/") + 1 if match else 0
    name = " ".join(words[:-count]) if count else ""
    if not match or not name or not lexicon.exact(name):
        return text
    return f"{name} ({', '.join(words[-count:])}) {match['weights']}"


def _in_year(text: str) -> str:
    """ "order date 2025" → "order date in 2025"."""
    match = _IN_YEAR.fullmatch(text)
    hit = lexicon.exact(match["name"]) if match else None
    is_day = hit is not None and hit.template.type in ("date", "datetime")
    return f"{match['name']} in {match['year']}" if match and is_day else text


def _by_example(text: str) -> str:
    """ "claim number CLM-000001" → "claim number like CLM-000001"."""
    match = _EXAMPLE.fullmatch(text)
    is_code = match and _CODED.search(match["name"])
    return f"{match['name']} like {match['code']}" if match and is_code else text


def _yes(text: str) -> str:
    """ "lunch yes 60 %" → "lunch 60 %": how many have it."""
    return _YES.sub(r"\g<name> yes/no \g<share>", text)


def _typed(text: str) -> str:
    """ "event id uuid" → "event id: uuid"."""
    match = _TYPE_LAST.fullmatch(text)
    is_field = match and lexicon.find(match["name"]) and not lexicon.exact(text)
    return f"{match['name']}: {match['type']}" if match and is_field else text


def _range_first(text: str) -> str:
    """ "revenue only for sales between 5 and 300" → "revenue between 5 and 300 only for sales"."""
    return _ONLY_FIRST.sub(r"\g<name> \g<range> \g<only>", text)


_ONLY_SHARE = re.compile(
    r"(?P<name>[^\W\d][\w ]{1,40}) (?:only|nur) (?:if|for|in|with|at|bei)? ?"
    r"(?P<share>\d{1,2}(?:[.,]\d)?) ?(?:%|percent)(?: of (?:them|all|rows|cases))?",
    re.IGNORECASE,
)
_SUM_FIRST = re.compile(
    r"(?P<sum>[^\W\d][^=+]{0,40}(?: \+ [^=+]{1,40}){1,6}) ?= ?(?P<name>[^\W\d][\w ]{0,40})"
)
_RISES = re.compile(
    r"(?P<one>[^\W\d][\w ]{0,40}) (?:rises|grows|increases|goes up|falls|decreases) with (?:the )?"
    r"(?P<two>[^\W\d][\w ]{0,40}?),? ?\(?(?:correlation|r)(?: of| about| around| ?=|:)? "
    r"?(?:about |around )?"
    r"(?P<r>-?0?\.\d{1,3})\)?",
    re.IGNORECASE,
)


_TWO_WEIGHTS = re.compile(r"(?P<list>.*[^\W\d]/[^\W\d].*) (?P<one>\d{1,2})/(?P<two>\d{1,2}) ?%?")


def _two_weights(text: str) -> str:
    """ "monthly/yearly 70/30" → "monthly/yearly (70/30)"."""
    match = _TWO_WEIGHTS.fullmatch(text)
    if not match or int(match["one"]) + int(match["two"]) != 100:
        return text
    return f"{match['list']} ({match['one']}/{match['two']})"


def _always(text: str) -> str:
    """ "currency always USD" → "currency USD"."""
    return re.sub(r" (?:is )?always (?=[A-Z]{2,3}$)", " ", text)


def _only_share(text: str) -> str:
    """ "error code only for 1 %" → "error code (1% filled)"."""
    return (
        _ONLY_SHARE.sub(r"\g<name> (\g<share>% filled)", text)
        if _ONLY_SHARE.fullmatch(text)
        else text
    )


def _sum_last(text: str) -> str:
    """ "net + tax = total" → "total = net + tax"."""
    match = _SUM_FIRST.fullmatch(text)
    return f"{match['name']} = {match['sum']}" if match else text


def _rises(text: str) -> str:
    """ "rent rises with area (correlation 0.8)" → "rent correlated 0.8 with area"."""
    match = _RISES.fullmatch(text)
    return f"{match['one']} correlated {match['r']} with {match['two']}" if match else text


def _millions(text: str) -> str:
    """ "80k and 2m" → "80k and 2 million": beside thousands, metres they are not."""
    return _THOUSANDS.sub(lambda m: f"{m['low']} {m['to']} {m['high']} million", text)


def _one_unit(text: str) -> str:
    """ "45 minutes and 14 hours" → "45 and 840 minutes"."""
    return _TWO_UNITS.sub(_in_the_smaller, text)


def _in_the_smaller(match: re.Match[str]) -> str:
    low, high = _SPANS[match["one"].casefold()], _SPANS[match["two"].casefold()]
    if low >= high:
        return match[0]
    ends = float(match["low"]), float(match["high"]) * high / low
    return f"{ends[0]:g} {match['to']} {ends[1]:.12g} {match['one']}s"


def _as_usual(text: str) -> str:
    """What the lexicon does anyhow need not be said."""
    return _AS_USUAL.sub("", text)


def _shared(text: str) -> str:
    """ "status code 200 90% 404 7% 500 3%" → "status code (200 90%, 404 7%, 500 3%)"."""
    words = re.sub(r"(\d) %", r"\1%", text).split()
    for count in range(min(len(words) - 3, 4), 0, -1):
        name, rest = " ".join(words[:count]), words[count:]
        pairs = _pairs(rest) if count == 1 or lexicon.exact(name) else ()
        if pairs and (count > 1 or lexicon.exact(name) or not rest[0].isdigit()):
            return f"{name} ({', '.join(f'{value} {share}%' for value, share in pairs)})"
    return text


def _pairs(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Values of one to three words, each before its share; () where words are left over.

    Without percent signs the shares must add up to 100.
    """
    marked = any(word.endswith("%") for word in words)
    found: list[tuple[str, str]] = []
    value: list[str] = []
    for word in words:
        match = _SHARE.fullmatch(word)
        if match and value and (match[1] or not marked):
            found.append((" ".join(value), word.rstrip("%")))
            value = []
        else:
            value.append(word)
        if len(value) > 3 or (value and re.search(r"[^\w+./-]", value[-1])):
            return ()
    total = sum(float(share) for _, share in found if share.count(".") <= 1)
    whole = abs(total - 100) < 0.51
    return tuple(found) if len(found) > 1 and not value and (whole or marked) else ()


_REWRITES: tuple[Callable[[str], str], ...] = (
    declared,
    _always,
    _two_weights,
    _only_share,
    _sum_last,
    _rises,
    _truth,
    _either,
    _weighed,
    _weighed_last,
    _in_year,
    _by_example,
    _yes,
    _typed,
    _range_first,
    _millions,
    _one_unit,
    _as_usual,
    *RESTATED,
    _shared,
)
