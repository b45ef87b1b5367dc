"""Which locale the words of a request name."""

from __future__ import annotations

import re

# Demonym or country → locale; a bare language means its first country.
PLACES = {
    "suisse": "de_CH", "suisses": "de_CH", "suiza": "de_CH", "suizos": "de_CH",
    "allemagne": "de", "allemand": "de", "allemands": "de", "alemania": "de", "alemanes": "de",
    "autriche": "de_AT", "autrichiens": "de_AT", "français": "fr", "françaises": "fr",
    "francia": "fr", "franceses": "fr", "espagne": "es", "espagnols": "es", "españa": "es",
    "españoles": "es", "españolas": "es", "italie": "it", "italiens": "it", "italia": "it",
    "italianos": "it", "royaume-uni": "en_GB", "reino unido": "en_GB", "brésil": "pt_BR",
    "brasil": "pt_BR", "états-unis": "en_US", "estados unidos": "en_US",
    "german": "de", "germany": "de", "deutsch": "de", "deutschland": "de",
    "berlin": "de", "munich": "de", "hamburg": "de",
    "austrian": "de_AT", "austria": "de_AT", "österreich": "de_AT", "österreichisch": "de_AT",
    "vienna": "de_AT", "zurich": "de_CH",
    "swiss": "de_CH", "switzerland": "de_CH", "schweiz": "de_CH", "schweizer": "de_CH",
    "american": "en_US", "usa": "en_US", "u.s.": "en_US", "united states": "en_US",
    "british": "en_GB", "uk": "en_GB", "u.k.": "en_GB", "united kingdom": "en_GB",
    "england": "en_GB", "great britain": "en_GB", "britain": "en_GB", "london": "en_GB",
    "indian": "en_IN", "india": "en_IN",
    "french": "fr", "france": "fr", "paris": "fr", "französisch": "fr", "frankreich": "fr",
    "spanish": "es", "spain": "es", "spanisch": "es", "spanien": "es",
    "italian": "it", "italy": "it", "italienisch": "it", "italien": "it",
    "dutch": "nl", "netherlands": "nl", "the netherlands": "nl", "holland": "nl",
    "brazilian": "pt_BR", "brazil": "pt_BR", "portuguese": "pt_PT", "portugal": "pt_PT",
    "polish": "pl", "poland": "pl", "polnisch": "pl", "polen": "pl",
    "swedish": "sv", "sweden": "sv", "danish": "da", "denmark": "da",
    "turkish": "tr", "turkey": "tr", "japanese": "ja", "japan": "ja",
}  # fmt: skip
NO_PEOPLE = (
    "mexicanos", "méxico", "belges", "belgique", "québec",
    "canadian", "canada", "australian", "australia", "irish", "ireland", "scottish", "scotland",
    "belgian", "belgium", "mexican", "mexico", "argentinian", "argentina", "norwegian", "norway",
    "finnish", "finland", "czech", "czechia", "russian", "russia", "ukrainian", "ukraine", "greek",
    "greece", "hungarian", "hungary", "romanian", "romania", "chinese", "china", "korean",
    "south korea", "african", "asian", "thai", "vietnamese", "indonesian", "israeli", "egyptian",
)  # fmt: skip
"""Places whose people and towns are not bundled; `named` gives them no locale."""
_ALL: dict[str, str] = {**PLACES, **dict.fromkeys(NO_PEOPLE, "")}

_WORD = re.compile(
    r"(?<![\w.])(?:" + "|".join(re.escape(w) for w in sorted(_ALL, key=len, reverse=True)) + r")"
    r"(?:e[rnsm]?)?(?!\w)",
    re.IGNORECASE,
)


def named(text: str) -> tuple[tuple[str, str], ...]:
    """(word, locale) for each place named, in order, each locale once; "" where we have none."""
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
        if stem in _ALL and stem + ending == word:
            return _ALL[stem]
    return _ALL[word]


def without(text: str) -> str:
    """The text without the words that name a place."""
    return " ".join(_WORD.sub(" ", text).split())
