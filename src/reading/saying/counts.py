"""Numbers in words, and digits the way other people group them."""

from __future__ import annotations

import re
from collections.abc import Iterable

# ── numerals ──────────────────────────────────────────────────────────────────────────────────

_ONES = dict(zip(
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
     "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
     "nineteen"), range(20), strict=True))  # fmt: skip
_TENS = dict(zip(
    ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
    range(20, 100, 10), strict=True))  # fmt: skip
_NUMERALS = {**_ONES, **_TENS} | {
    f"{ten}{joint}{one}": tens + ones
    for ten, tens in _TENS.items()
    for one, ones in _ONES.items()
    for joint in ("-", " ")
    if 0 < ones < 10
}


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_NUMERAL = f"(?:{_any(_NUMERALS)})" + r"(?! ?of\b)(?![\w-])"
_ONE_IN_WORDS = re.compile(rf"\b{_NUMERAL}", re.IGNORECASE)
_IN_WORDS = re.compile(
    rf"\b(?:between|from) {_NUMERAL} (?:and|to) {_NUMERAL}"
    rf"|\b(?:at least|at most|up to|over|under|above|below|than) {_NUMERAL}"
    rf"|\b{_NUMERAL} (?=(?:minutes?|hours?|days?|weeks?|months?|years?|tage?|wochen?|monate?)\b)",
    re.IGNORECASE,
)
_A_SPAN = re.compile(
    r"\ban? (?=(?:minute|hour|day|week|month|year) (?:later|after|before|earlier|afterwards)\b)",
    re.IGNORECASE,
)


# ── counts of rows ────────────────────────────────────────────────────────────────────────────

_SMALL: dict[str, float] = {
    "a": 1, "an": 1, "half a": 0.5, "a couple": 2, "a couple of": 2, "couple": 2, "a few": 3,
    "ein": 1, "eine": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7,
    "acht": 8, "neun": 9, "zehn": 10, "zwölf": 12, "zwanzig": 20, "dreißig": 30, "vierzig": 40,
    "fünfzig": 50, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "dix": 10, "vingt": 20,
    "cincuenta": 50, "dos": 2, "tres": 3, "cinco": 5, "diez": 10, "veinte": 20,
    **{word: number for word, number in _NUMERALS.items() if number},
}  # fmt: skip
_LARGE = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6,
          "dutzend": 12, "hundert": 100, "tausend": 10**3, "mille": 10**3, "cien": 100,
          "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300,
          "quinientos": 500, "quinientas": 500}  # fmt: skip
_LARGE_AFTER_ONE = {"cent": 100, "cents": 100, "mil": 10**3}
"""Words for a hundred and a thousand that mean other things where no numeral stands before."""
_WHOLE = ("one", "ein", "eine", "half a", "a", "an", "a couple of", "couple", "a few", "deux",
          "dos", "six", "dix", "acht")  # fmt: skip
"""No count where no hundred or thousand follows: "a few of them", the Frenchman's "dix"."""
SPELLED = re.compile(
    rf"\b(?:(?P<small>{_any(_SMALL)})(?P<half> and a half)? ?)?(?P<large>{_any(_LARGE)}"
    rf"|(?(small)(?:{_any(_LARGE_AFTER_ONE)})|mille))"
    r"(?: (?P<larger>thousand|million|mille|mil))?\b"
    rf"|\b(?P<alone>{_any(word for word in _SMALL if word not in _WHOLE)})\b",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(
    rf"\b(?P<small>{_any(_SMALL)})(?P<half> and a half) (?P<large>{_any(_LARGE)})(?P<larger>)"
    r"(?P<alone>)\b ?", re.IGNORECASE
)  # fmt: skip


def spelled(match: re.Match[str]) -> int:
    """The count that a match of `SPELLED` names: "five hundred", "half a million"."""
    if match["alone"]:
        return int(_SMALL[match["alone"].casefold()])
    count = _SMALL[match["small"].casefold()] if match["small"] else 1
    count += 0.5 if match["half"] else 0
    sizes = _LARGE | _LARGE_AFTER_ONE
    larger = sizes[match["larger"].casefold()] if match["larger"] else 1
    return int(count * sizes[match["large"].casefold()] * larger)


# ── digits ────────────────────────────────────────────────────────────────────────────────────

_GROUPS = re.compile(r"(?<=\d)['’_](?=\d{3}(?!\d))")
_SPACED = re.compile(r"(?<![\w.,-])\d{1,2}(?: \d{3}){1,3}(?= (?!%)[^\W\d]| ?€)")
_POWER = re.compile(r"(?<![\w.,])(?:(?P<times>\d{1,6}) ?[x×*·] ?)?10\^(?P<power>\d{1,2})(?!\d)")


def in_digits(text: str) -> str:
    """ "between eighteen and sixty-five" → "between 18 and 65": numerals where bounds stand; and
    numbers without other people's marks: 1'000, 1_000, 2 500 rows, 10^3."""
    text = _POWER.sub(lambda p: str(int(p["times"] or 1) * 10 ** int(p["power"])), text)
    text = _SPACED.sub(lambda spaced: spaced[0].replace(" ", ""), _GROUPS.sub("", text))
    text = _A_SPAN.sub("1 ", text)
    text = _AND_A_HALF.sub(lambda found: f"{spelled(found)} ", text)
    return _IN_WORDS.sub(lambda bounds: _ONE_IN_WORDS.sub(_digits, bounds[0]), text)


def _digits(numeral: re.Match[str]) -> str:
    return str(_NUMERALS[numeral[0].casefold()])
