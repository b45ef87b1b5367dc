"""A request in the words that the reader goes by, and back into the user's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from .frequencies import in_percent
from .grammar import GRAMMAR, HOMES, JOINTS, NOT_ALONE, SMALL
from .lexicon import entries as lexicon
from .saying.counts import in_digits
from .saying.declared import in_lines
from .text import protected

_GERMAN = re.compile(
    r"\b(?:mit|und|zwischen|für|eine[nrs]?|einer|oder|bis|kunden|erzeuge|zeilen)\b", re.IGNORECASE
)
_ENGLISH = re.compile(r"\b(?:with|and|the|of|between|for)\b", re.IGNORECASE)
_PART_OF = re.compile(r"(?<=%) (?:der|des|vom|von der) (?=[A-ZÄÖÜ])")
_DAY = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])")
_DAYS = {
    language: tuple(
        (re.compile(rf"\b(?:{own}) (?=\d{{1,2}}\.\d)", re.IGNORECASE), word)
        for own, word in (("de(?:l| le)?|du", "from "), ("au|al", "to "), ("le|el", ""))
    )
    for language in ("fr", "es")
}
"""Articles before days of the calendar: "du 1.1.2024 au 31.12.2024"."""
_RANGE = {
    "fr": re.compile(r"\bde (?=(\d[\d.,]{0,12}) ?[€$%]? à \d)", re.IGNORECASE),
    "es": re.compile(r"\bde (?=(\d[\d.,]{0,12}) ?[€$%]? a \d)", re.IGNORECASE),
}
_YEAR = re.compile(
    r"\ben (?=(?:19|20)\d\d\b|20\d\d-|(?:kg|g|cm|mm|km|m²|m2|euros?|minutos?|minutes?|jours|días"
    r"|heures?|horas?|años|ans|mois|meses|metros|mètres)\b)", re.IGNORECASE
)  # fmt: skip
_ASKED = re.compile(r"(?<=[,:;]) ?(?P<name>[^\W\d][\w-]{0,30}(?: [\w-]{1,30}){0,2})\? ?(?=[,;.]|$)")
_ROWS_HEAD = 2000


@dataclass(frozen=True, slots=True)
class Wording:
    """`text` to be read; `stood` says what the user wrote in the place of which words."""

    text: str
    language: str
    stood: Mapping[str, str]

    def own(self, words: str) -> str:
        """Words of the reading as the user wrote them."""
        if not self.stood or not words:
            return words
        return _any_of(tuple(self.stood)).sub(lambda found: self.stood[found.group()], words)


def worded(text: str) -> Wording:
    """The cleaned text in English small words, digits and percentages."""
    text = re.sub(r"(?<=\w)\|(?=\w)", "/", in_lines(text))
    text = _SLIP.sub(lambda slip: _SLIPS[slip[0].casefold()], text)
    text = _SHORT.sub(_in_full, _RATIO.sub(_shares, text))
    language = language_of(text)
    stood: dict[str, str] = {}
    if language != "en":
        text = _translated(text, language, stood)
    text = _ASKED.sub(r" \g<name> yes/no", text)
    text, shares = in_percent(in_digits(text))
    for percent, words in shares:
        stood.setdefault(percent, stood.get(words, words))
    return Wording(text, language, stood)


_SLIPS = {"btw": "between", "btwn": "between", "betwen": "between", "beetween": "between",
          "bewteen": "between", "betweeen": "between",
          "adn": "and", "wiht": "with", "whit": "with", "ther": "their", "thier": "their",
          "uniqe": "unique", "unqiue": "unique", "uniuqe": "unique", "optinal": "optional",
          "befor": "before", "wich": "which", "percet": "percent", "nad": "and"}  # fmt: skip
_SLIP = re.compile(rf"\b(?:{'|'.join(_SLIPS)})\b", re.IGNORECASE)
_SHORT = re.compile(r"\bw/(?P<out>o)? ?(?=[^\W_])", re.IGNORECASE)
_RATIO = re.compile(r"(?<![\w:.])\d{1,2}(?::\d{1,2}){1,9}(?![\w:.])")


def _in_full(match: re.Match[str]) -> str:
    return "without " if match["out"] else "with "


def _shares(match: re.Match[str]) -> str:
    """ "60:30:10" → "60/30/10"; a time of day is none."""
    whole = sum(map(int, match[0].split(":")))
    return match[0].replace(":", "/") if whole == 100 else match[0]


def language_of(text: str) -> str:
    """de, fr or es, where more of its small words stand at the beginning than English ones."""
    head = text[:_ROWS_HEAD]
    if _is_german(head):
        return "de"
    words = set(re.findall(r"(?<![\w/])[^\W\d_]+(?:'[^\W\d_]+)?(?![\w/])", head.lower()))
    counts = {language: len(words & known) for language, known in _known_words().items()}
    best = max(HOMES, key=lambda language: counts[language])
    return best if counts[best] >= 2 and counts[best] > counts["en"] else "en"


@cache
def _known_words() -> Mapping[str, frozenset[str]]:
    """Each language's small words and names of fields that are no English ones."""
    english = {word for room in lexicon.ROOMS for names in room for word in names.split("|")}
    rooms = dict(zip(HOMES, lexicon.TRANSLATIONS, strict=True))
    return {
        "en": SMALL["en"],
        **{
            language: SMALL[language]
            | (rooms[language].keys() - english)
            | {own for own, word in GRAMMAR[language].items() if len(own) > 2 and own != word}
            for language in HOMES
        },
    }


def _is_german(head: str) -> bool:
    words = {match.group().casefold() for match in _GERMAN.finditer(head)}
    english = len(_ENGLISH.findall(head))
    return len(words) > english or (len(words) >= 2 and english == 0)


_DECIMAL = re.compile(r"(?<![\d,.])(\d{1,6}),(\d{2})(?= (?:ou|oder|o)\b)")
"""A price before another one: elsewhere the comma is read as what it is."""


def _pointed(match: re.Match[str], stood: dict[str, str]) -> str:
    stood.setdefault(f"{match[1]}.{match[2]}", match[0])
    return f"{match[1]}.{match[2]}"


def _translated(text: str, language: str, stood: dict[str, str]) -> str:
    table = GRAMMAR[language]
    if language == "fr":
        text = re.sub(r"(?<=\d) (?=\d{3}\b)", "", text)
    text = re.sub(r"(?<=\d) bis (?=\d)", " to ", text)
    text = _DECIMAL.sub(lambda one: _pointed(one, stood), text)
    text = _DAY.sub(r"\1.\2.\3", text)
    for pattern, word in _DAYS.get(language, ()):
        text = pattern.sub(word, text)
    if language == "de":
        text = _PART_OF.sub(" of ", text)
        text = re.sub(r"\balle (?=\d)", "every ", text, flags=re.IGNORECASE)
    if language in _RANGE:
        text = _YEAR.sub("in ", _RANGE[language].sub("from ", text))
    inside = protected(text)

    def english(match: re.Match[str]) -> str:
        own = match.group()
        word = table[own.lower()]
        is_alone = own.lower() in NOT_ALONE and not _between_words(text, match)
        if is_alone or (inside[match.start()] and word not in JOINTS):
            return own
        stood.setdefault(word, own)
        return word

    return _any_of(tuple(table), fold=True).sub(english, text)


def _between_words(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() :][:2]
    return before == " " and len(after) == 2 and after[0] == " " and after[1] not in ",;.)/"


@lru_cache(maxsize=32)
def _any_of(phrases: tuple[str, ...], *, fold: bool = False) -> re.Pattern[str]:
    longest = sorted(phrases, key=len, reverse=True)
    return re.compile(
        r"(?<![\w/])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w/])",
        re.IGNORECASE if fold else 0,
    )
