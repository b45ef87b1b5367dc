"""Which locale the words of a request name."""

from __future__ import annotations

import re

# Demonym or country → locale; a bare language means its first country.
PLACES = {
    "german": "de", "germany": "de", "deutsch": "de", "deutschland": "de",
    "austrian": "de_AT", "austria": "de_AT", "österreich": "de_AT", "österreichisch": "de_AT",
    "swiss": "de_CH", "switzerland": "de_CH", "schweiz": "de_CH", "schweizer": "de_CH",
    "american": "en_US", "usa": "en_US", "u.s.": "en_US", "united states": "en_US",
    "british": "en_GB", "uk": "en_GB", "u.k.": "en_GB", "united kingdom": "en_GB",
    "england": "en_GB", "great britain": "en_GB", "britain": "en_GB", "london": "en_GB",
    "canadian": "en_CA", "canada": "en_CA", "australian": "en_AU", "australia": "en_AU",
    "irish": "en_IE", "ireland": "en_IE", "indian": "en_IN", "india": "en_IN",
    "french": "fr", "france": "fr", "paris": "fr", "französisch": "fr", "frankreich": "fr",
    "belgian": "nl_BE", "belgium": "nl_BE",
    "spanish": "es", "spain": "es", "spanisch": "es", "spanien": "es",
    "mexican": "es_MX", "mexico": "es_MX", "argentinian": "es_AR", "argentina": "es_AR",
    "italian": "it", "italy": "it", "italienisch": "it", "italien": "it",
    "dutch": "nl", "netherlands": "nl", "the netherlands": "nl", "holland": "nl",
    "brazilian": "pt_BR", "brazil": "pt_BR", "portuguese": "pt_PT", "portugal": "pt_PT",
    "polish": "pl", "poland": "pl", "polnisch": "pl", "polen": "pl",
    "swedish": "sv", "sweden": "sv", "danish": "da", "denmark": "da",
    "norwegian": "no", "norway": "no", "finnish": "fi", "finland": "fi",
    "czech": "cs", "czechia": "cs", "turkish": "tr", "turkey": "tr",
    "russian": "ru", "russia": "ru", "ukrainian": "uk", "ukraine": "uk",
    "greek": "el", "greece": "el", "hungarian": "hu", "hungary": "hu",
    "romanian": "ro", "romania": "ro", "japanese": "ja", "japan": "ja",
    "chinese": "zh", "china": "zh", "korean": "ko", "korea": "ko", "south korea": "ko",
    "berlin": "de", "munich": "de", "hamburg": "de", "vienna": "de_AT", "zurich": "de_CH",
}  # fmt: skip

_WORD = re.compile(
    r"(?<![\w.])(?:" + "|".join(re.escape(w) for w in sorted(PLACES, key=len, reverse=True)) + r")"
    r"(?:e[rnsm]?)?(?!\w)",
    re.IGNORECASE,
)


def named(text: str) -> tuple[tuple[str, str], ...]:
    """(word, locale) for each place named, in order, each locale once."""
    found: dict[str, str] = {}
    for match in _WORD.finditer(text):
        word = match.group()
        if word in ("Us", "us"):
            continue
        found.setdefault(_locale(word.casefold()), word)
    return tuple((word, locale) for locale, word in found.items())


def _locale(word: str) -> str:
    for ending in ("", "e", "er", "en", "es", "em"):
        stem = word.removesuffix(ending)
        if stem in PLACES and stem + ending == word:
            return PLACES[stem]
    return PLACES[word]


def without(text: str) -> str:
    """The text without the words that name a place."""
    return " ".join(_WORD.sub(" ", text).split())
