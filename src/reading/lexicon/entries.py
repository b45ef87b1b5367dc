"""A few hundred business fields by name, in every spelling, and what each is made of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..words import word_set
from . import makers
from .commerce import COMMERCE
from .french import FRENCH
from .german import GERMAN
from .makers import Room, Template
from .people import PEOPLE
from .spanish import SPANISH
from .things import COMMON, TECH, WORLD

ROOMS: tuple[Room, ...] = (PEOPLE, COMMERCE, TECH, WORLD, COMMON)
TRANSLATIONS: tuple[Mapping[str, str], ...] = (GERMAN, FRENCH, SPANISH)
"""In the order of `grammar.HOMES`."""

_CAMEL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")
LONGEST = 6
"""Words in the longest name that is looked up."""


@dataclass(frozen=True, slots=True)
class Hit:
    """`certain` is false where only the last words, or an ending, decided; `entry` names it."""

    template: Template
    entry: str
    certain: bool


def words_of(name: str) -> tuple[str, ...]:
    """`signupDate`, `signup_date`, `Signup dates` → ("signup", "date")."""
    return tuple(singular(word) for word in plain_words(name))


def plain_words(name: str) -> tuple[str, ...]:
    """Lower-case words as they were written, plural or not."""
    return tuple(_NOT_WORD.sub(" ", _CAMEL.sub(" ", name)).casefold().split())


_KEPT = frozenset(
    {"address", "status", "gps", "sms", "business", "news", "sales", "series", "species"}
)
_PLURALS = {"children": "child", "people": "person", "men": "man", "women": "woman",
            "feet": "foot", "criteria": "criterion", "analyses": "analysis"}  # fmt: skip


def singular(word: str) -> str:
    """A plain English singular; good enough because both sides of a comparison go through it."""
    if word in _PLURALS:
        return _PLURALS[word]
    if len(word) < 4 or word in _KEPT or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word.removesuffix("s")


def _entries() -> Iterator[tuple[str, Template]]:
    for room in ROOMS:
        for names, template in room.items():
            for name in names.split("|"):
                yield " ".join(words_of(name)), template


def unaccented(text: str) -> str:
    """ "prénom" → "prenom": as it is typed where the keyboard has no accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _built() -> dict[str, tuple[str, Template]]:
    """Key → (entry's name, template); what stands first wins."""
    found: dict[str, tuple[str, Template]] = {}
    for key, template in _entries():
        found.setdefault(key, (key, template))
    for language in TRANSLATIONS:
        for word, name in language.items():
            entry = found[" ".join(words_of(name))]
            found.setdefault(" ".join(words_of(word)), entry)
            found.setdefault(" ".join(words_of(unaccented(word))), entry)
    return found


_LEXICON = _built()


def size() -> int:
    """How many names are known."""
    return len(_LEXICON)


def vocabulary() -> frozenset[str]:
    """Every word that a known name has."""
    return frozenset(word for key in _LEXICON for word in key.split())


def exact(name: str) -> Hit | None:
    """The entry of exactly this name, whatever its spelling."""
    words = words_of(name)
    found = _LEXICON.get(" ".join(words)) or _LEXICON.get("".join(words))
    return Hit(found[1], found[0], certain=True) if found else None


def abroad(name: str, language: str) -> Hit | None:
    """What a name means in a language, though it is an English word too: a German's Note."""
    words = " ".join(words_of(name))
    return exact(_ABROAD[language][words]) if words in _ABROAD.get(language, ()) else None


_ABROAD = {
    language: {" ".join(words_of(word)): entry for word, entry in words.items()}
    for language, words in zip(("de", "fr", "es"), TRANSLATIONS, strict=True)
}


_WEAK = frozenset(
    (word,)
    for word in [
        "number",
        "unit",
        "key",
        "group",
        "share",
        "current",
        "start",
        "end",
        "make",
        "class",
        "position",
        "location",
        "rain",
        "light",
        "error",
        "term",
        "long",
        "condition",
        "mark",
        "point",
        "session",
        "card",
        "board",
        "gift",
        "due",
        "power",
        "count",
        "model",
        "plan",
        "package",
        "day",
        "hour",
        "month",
        "year",
        "week",
        "reading",
        "return",
        "title",
        "label",
        "name",
    ]
)
"""Entries that mean themselves only: a "tax class" is no class on a plane."""


def find(name: str, owner: str = "") -> Hit | None:
    """The entry for a name: all its words, all but the owner's, or its last words.

    `owner` is what a row is, in the singular ("customer"): a customer's `customer_email` is an
    email as surely as `email` is.
    """
    words = words_of(name)[-LONGEST:]
    if not words:
        return None
    for start in range(len(words)):
        if start and words[start:] in _WEAK:
            break
        rest = " ".join(words[start:])
        found = _LEXICON.get(rest) or _LEXICON.get(rest.replace(" ", ""))
        if found:
            sure = start == 0 or words[:start] == (owner,)
            return Hit(found[1], found[0], certain=sure)
    return None


def guess(name: str) -> Hit | None:
    """A type by how a name begins or ends; None where nothing speaks."""
    words = plain_words(name)
    if not words:
        return None
    for ends, template in _BEGINNINGS:
        if words[0] in ends and len(words) > 1:
            return Hit(template, "", certain=False)
    last = singular(words[-1])
    for ends, template in _ENDINGS:
        if last in ends:
            return Hit(template, "", certain=False)
    return _by_suffix(last)


def _by_suffix(word: str) -> Hit | None:
    """German compounds: Anmeldedatum, Vertragsnummer."""
    for suffix, template in _SUFFIXES:
        if word.endswith(suffix) and word != suffix:
            return Hit(template, "", certain=False)
    return None


_ID = replace(makers.whole(1, 1000), guessed=False)
_CODE = makers.shaped("[A-Z]{2}[0-9]{6}")
_COUNT = makers.few(10, 0, 60)
_BEGINNINGS: tuple[tuple[frozenset[str], Template], ...] = (
    (frozenset({"is", "has", "was", "can", "should", "did", "does", "ist", "hat"}), makers.flag()),
    (frozenset({"number", "no", "num", "count", "anzahl"}), _COUNT),
    (frozenset({"percent", "percentage"}), makers.number(0, 100, 1)),
)
_ENDINGS: tuple[tuple[frozenset[str], Template], ...] = (
    (frozenset({"at", "timestamp"}), makers.moment(-365)),
    (frozenset({"date", "day", "on", "since", "until", "datum"}), makers.day(-1095)),
    (frozenset({"id"}), _ID),
    (frozenset({"uuid", "guid"}), makers.formatted("uuid")),
    (frozenset({"code", "number", "no", "ref", "reference", "nummer", "key"}), _CODE),
    (frozenset({"count", "quantity", "qty", "anzahl"}), _COUNT),
    (word_set(
    "amount price cost total fee charge revenue value tax payment expense preis betrag kosten "
    "fare premium sum"
),
     makers.money(80, 0.9)),
    (frozenset({"rate", "ratio", "share", "percent", "percentage", "pct"}),
     makers.number(0, 100, 1)),
    (frozenset({"score", "index", "level", "points", "point"}), makers.whole(0, 100)),
    (frozenset({"minute", "second", "hour", "duration", "week", "month", "year", "age"}),
     makers.whole(1, 60)),
    (frozenset({"url", "uri", "link", "website"}), makers.formatted("uri")),
    (frozenset({"email", "mail"}), makers.person("email", "email")),
    (frozenset({"phone", "mobile", "fax"}), makers.person("phone", "phone")),
    (frozenset({"flag", "indicator"}), makers.flag()),
    (frozenset({"type", "kind", "class", "group", "typ", "art"}), makers.guess("A", "B", "C")),
    (frozenset({"status", "state"}), makers.guess("active", "pending", "inactive")),
    (frozenset({"note", "comment", "description", "text", "message", "remark"}),
     makers.text(6, 18)),
    (frozenset({"name", "title"}), makers.text(2, 3)),
    (word_set(
    "size weight length width height temperature distance speed mass depth area volume"
), makers.number(1, 100, 1)),
)  # fmt: skip
_SUFFIXES: tuple[tuple[str, Template], ...] = (
    ("datum", makers.day(-1095)),
    ("nummer", _CODE),
    ("preis", makers.money(25)),
    ("betrag", makers.money(80, 0.9)),
    ("kosten", makers.money(40)),
    ("anzahl", _COUNT),
    ("name", makers.text(2, 3)),
    ("zeit", makers.clock()),
)
