"""From a field's words to its name and its template, given what a row is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .lexicon import entries as lexicon
from .lexicon import makers
from .lexicon import subjects as s
from .lexicon.entries import Hit
from .lexicon.makers import Template
from .saying import quantities as q
from .saying.meanings import Context
from .words import word_set

LONGEST_NAME = 64

_SPELLING = re.compile(r"\b(e)[- ]?(mail)\b|\b(ean|isbn|gtin)[- ](13)\b", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])")
_NUMBERED = re.compile(
    r"(?:numéro|número|numero|code|código|id|identifiant|identificador|référence|referencia)"
    r" (?:de |du |del |d')?(?:la |le |l')?([^\W\d]+)",
    re.IGNORECASE,
)
_GENERIC_ABROAD = {"nom": "name", "nombre": "name", "titre": "title", "título": "title",
                   "titel": "title", "statut": "status", "estado": "status", "état": "status",
                   "tipo": "type", "typ": "type", "prix": "price", "precio": "price",
                   "preis": "price", "catégorie": "category", "categoría": "category",
                   "kategorie": "category", "fecha": "date", "datum": "date",
                   "durée": "duration", "duración": "duration", "dauer": "duration"}  # fmt: skip
_GENERIC = word_set(
    "name title status state type date number time method reference price duration score code no "
    "category class genre format"
)  # fmt: skip
# Rows of these refer to other things, many rows to one: their numbers, names and mails repeat.
_REPEATING = word_set(
    "order booking transaction payment review reading session event log purchase sale line visit "
    "measurement claim loan refund return shipment delivery ticket appointment reservation trip "
    "ride call email message comment rating grade click subscription"
)
_JOURNEYS = word_set("flight trip ride journey train bus ferry connection crossing voyage route")
"""Their arrival is an hour after their departure, not a guest's day before it."""
_CODED = frozenset({"country", "country code", "currency", "language", "locale"})
_AT_WORK = word_set("employee mitarbeiter staff worker applicant candidate colleague")
_OF_A_PERSON = word_set(
    "order booking reservation appointment subscription visit policy claim loan ticket review "
    "payment invoice trip ride call session shipment delivery"
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a row is (`customer`, or nothing known), how many there are, and the context."""

    context: Context
    owner: str = ""
    rows: int | None = None

    @property
    def is_person(self) -> bool:
        return self.owner in s.PEOPLE or not self.owner


def field_name(words: str) -> str:
    """Snake case of the user's own words, in any script: "Straße und Ort" → straße_und_ort."""
    text = _SPELLING.sub(lambda found: "".join(filter(None, found.groups())), words)
    name = (
        re.sub(r"[\W_]+", "_", _CAMEL.sub("_", text)).strip("_").lower()[:LONGEST_NAME].strip("_")
    )
    return name if name[:1].isalpha() or not name else f"_{name}"[:LONGEST_NAME]


def template_for(words: str, setting: Setting) -> Hit:
    """The maker of a field of this name; `certain` is false where the name was only guessed at."""
    found = (
        _thing_abroad(words, setting)
        or lexicon.abroad(words, setting.context.language)
        or _either(words, setting)
        or _identifier(words, setting)
        or _of_journey(words, setting)
        or _generic(words, setting)
        or _truth(words)
        or _found(words, setting)
        or _first_abroad(words, setting)
        or lexicon.guess(words)
        or _agent(words)
    )
    if not found:
        return Hit(makers.text(1, 4), "", certain=False)
    return replace(found, template=_unique_here(found.template, setting))


def _thing_abroad(words: str, setting: Setting) -> Hit | None:
    """The "nom" of a recipe is no person's."""
    is_name = _GENERIC_ABROAD.get(words.strip().casefold()) == "name"
    is_thing = setting.owner in s.SUBJECTS and not setting.is_person
    return _own_name(setting) if is_name and is_thing else None


def _either(words: str, setting: Setting) -> Hit | None:
    """ "name or nickname": one field, made as the first."""
    one, joint, two = words.partition(" or ")
    if not joint or not (lexicon.exact(one) and lexicon.exact(two)):
        return None
    return replace(template_for(one, setting), certain=False)


_FIXED = re.compile(r"\d{2,12}|\d{1,12}[.,]\d{1,6}")
"""A number that ends a name and is no part of it: "phone 2" may be one."""


def value_of(words: str, setting: Setting) -> tuple[str, str | int | float] | None:
    """("currency", "USD") from "currency USD": a name and one of the values it is known to have;
    ("lower limit", 70): a name that is not known with a number, and the number."""
    name, _, value = words.rpartition(" ")
    if not name or lexicon.exact(words):
        return None
    if _FIXED.fullmatch(value) and name[-1].isalpha():
        number = q.value(value, german=setting.context.german)
        return (name, number) if number is not None else None
    hit = _found(name, setting)
    if hit and value in map(str, hit.template.values):
        return name, value
    is_code = hit and (hit.template.format or hit.entry) in _CODED
    return (name, value) if is_code and re.fullmatch(r"[A-Z]{2,3}", value) else None


_WHOSE = re.compile(r"(?P<what>[^\W\d][\w-]{2,20}) (?:du|de la|de l'|de|des|del|der) .{2,40}")


def _first_abroad(words: str, setting: Setting) -> Hit | None:
    """The "e-mail du parent" is an e-mail: in these languages the first word says what."""
    match = _WHOSE.fullmatch(words) if setting.context.language in ("fr", "es", "de") else None
    what = match["what"] if match else ""
    hit = (lexicon.abroad(what, setting.context.language) or lexicon.exact(what)) if what else None
    return replace(hit, certain=False) if hit else None


def _agent(words: str) -> Hit | None:
    """ "inspector", "technician": somebody's name, by the form of the word alone."""
    return Hit(makers.person("name"), "name", certain=False) if is_agent(words) else None


def _found(words: str, setting: Setting) -> Hit | None:
    """By the lexicon; somebody's email is an email for certain."""
    hit = lexicon.find(words, setting.owner)
    if hit and not hit.certain and set(lexicon.words_of(words)) & s.PEOPLE:
        return replace(hit, certain=hit.template.kind == "person")
    return hit


def _truth(words: str) -> Hit | None:
    """`is_published` is true or false, whatever `published` alone would be."""
    begins = lexicon.plain_words(words)[:1]
    return (
        lexicon.guess(words) if begins in (("is",), ("has",)) and not lexicon.exact(words) else None
    )


def _identifier(words: str, setting: Setting) -> Hit | None:
    """`id`, `order id`, `customer number`: the row's own, or another table's."""
    parts = lexicon.words_of(words)
    if abroad := _NUMBERED.fullmatch(words.strip()):
        who = s.ONE_ABROAD.get(abroad[1].casefold())
        known = lexicon.exact(words)
        return known or (_identifier(f"{who} number", setting) if who else None)
    if not parts or parts[-1] not in ("id", "number", "no", "nummer", "code", "ref"):
        return _compound_number(parts, setting)
    before = parts[:-1]
    is_own = not before or before == (setting.owner,) or _is_membership(before, setting.owner)
    is_own = is_own or (before in _OF_A_BUYER and setting.owner in _BUYERS)
    is_own = is_own or (before in _OF_A_ROW and setting.owner not in s.SUBJECTS)
    known = lexicon.exact(words)
    if parts[-1] == "id":
        return _id(known, setting, is_own=is_own, is_bare=not before)
    if known and known.entry != "number":
        return known
    if is_own and setting.owner:
        return Hit(makers.code(f"{setting.owner[0].upper()}-{{n:06d}}"), "number", certain=True)
    return None


def _id(known: Hit | None, setting: Setting, *, is_own: bool, is_bare: bool) -> Hit:
    if known and known.template.format == "uuid":
        return replace(known, template=replace(known.template, unique=is_own))
    if known and known.entry != "id" and (is_bare or not is_own):
        return known
    template = makers.serial() if is_own else makers.whole(1, _others(setting))
    return Hit(template, "id" if is_own else "another id", certain=True)


_OF_A_ROW = (("subject",), ("participant",), ("respondent",), ("record",), ("case",), ("sample",))
"""Whose number is a row's own where it is not known what else a row is."""


_OF_A_BUYER = (("customer",), ("client",))
_BUYERS = word_set("buyer shopper client customer user person guest subscriber member contact")
"""Who has a customer number that is their own."""


def _is_membership(words: tuple[str, ...], owner: str) -> bool:
    """A member's membership number is the member's own."""
    return len(words) == 1 and len(owner) > 3 and words[0].startswith(owner)


def _compound_number(parts: tuple[str, ...], setting: Setting) -> Hit | None:
    """Kundennummer, where a row is a Kunde."""
    if len(parts) == 1 and parts[0].endswith("nummer") and not lexicon.exact(parts[0]):
        stem = parts[0].removesuffix("nummer").removesuffix("n")
        is_own = setting.owner.startswith(stem[:4]) or (
            stem == "kunde" and setting.owner in _BUYERS
        )
        if stem and is_own:
            return Hit(makers.code(f"{stem[0].upper()}-{{n:06d}}"), "number", certain=True)
    return None


def _others(setting: Setting) -> int:
    """How many different things the rows refer to."""
    return max(10, (setting.rows or 1000) // 5)


def _of_journey(words: str, setting: Setting) -> Hit | None:
    """A flight departs before it arrives, at hours; its stations are in cities."""
    parts = lexicon.words_of(words)
    if setting.owner not in _JOURNEYS:
        return None
    if parts in (("departure",), ("arrival",)):
        return lexicon.exact(f"{parts[0]} time")
    return lexicon.exact("city") if parts[-1:] == ("station",) else None


def _generic(words: str, setting: Setting) -> Hit | None:
    """A name that means another thing in every table: name, status, date."""
    parts = lexicon.words_of(words)
    if parts[:1] == (setting.owner,):
        parts = parts[1:]
    parts = tuple(_GENERIC_ABROAD.get(part, part) for part in parts)
    if parts in (("birth", "date"), ("date", "of", "birth")):
        parts = ("birth date",)
    if len(parts) == 2 and parts[1] == "name":
        return _name_of(parts[0], setting)
    if len(parts) == 1 and (owned := _of_kind(parts[0], setting)):
        return owned
    if len(parts) != 1 or parts[0] not in _GENERIC:
        return None
    if parts[0] == "name":
        return _own_name(setting)
    if parts[0] == "title" and setting.owner and setting.is_person:
        return lexicon.exact("job title" if setting.owner in _AT_WORK else "salutation")
    return lexicon.exact(f"{setting.owner} {parts[0]}") if setting.owner else None


def _of_kind(word: str, setting: Setting) -> Hit | None:
    """How heavy, tall and old are not people alone: a parcel, a pet, a pupil."""
    owner = setting.owner
    if owner in s.ANIMALS:
        table = _ANIMALS
    elif owner in s.YOUNG:
        table = _YOUNG
    else:
        table = {} if setting.is_person else _OBJECTS
    template = table.get(_SAME_AS.get(word, word))
    return Hit(template, word, certain=True) if template else None


_OBJECTS = {"weight": makers.number(0.1, 30, 1), "height": makers.number(1, 200, 1)}
_ANIMALS = {
    "weight": makers.bell(12, 8, 0.5, 80), "age": makers.whole(0, 15),
    "birth date": makers.day(-15 * 365, -60), "name": makers.person("given_name"),
    "height": makers.number(10, 180, 0),
}  # fmt: skip
_YOUNG = {
    "weight": makers.bell(36, 12, 14, 90), "height": makers.bell(142, 16, 95, 190, 0),
    "age": makers.whole(6, 17), "birth date": makers.day(-18 * 365, -6 * 365),
}  # fmt: skip
_SAME_AS = {"birthdate": "birth date", "birthday": "birth date", "dob": "birth date",
            "heights": "height", "weights": "weight", "edad": "age", "peso": "weight",
            "altura": "height", "alter": "age", "gewicht": "weight", "größe": "height"}  # fmt: skip


def _name_of(whose: str, setting: Setting) -> Hit | None:
    """A customer's name, a supplier's, a product's: in whatever table."""
    if whose in s.PEOPLE | s.COMPANIES | s.GOODS:
        return _own_name(replace(setting, owner=whose))
    if whose in s.ANIMALS:
        return Hit(makers.person("given_name"), "first name", certain=True)
    if is_agent(whose):
        return Hit(makers.person("name"), "full name", certain=True)
    role = lexicon.exact(whose)
    is_named = role and (role.template.generator or {}).get("part") in ("name", "company")
    return role if is_named else None


_AGENT = re.compile(
    r"[a-z]{2,20}(?:ner|mer|ger|ker|ver|ler|ser|yer|urer|iter|ator|ctor|itor|ist|ician)"
)
_NO_AGENT = word_set(
    "number server computer printer router folder layer container customer character manner "
    "banner timer trigger ledger driver river filter cover answer laser user serial trailer "
    "tracker marker docker broker cluster dinner corner partner burger passenger charger tanker "
    "freezer cooler boiler roller controller sensor reactor tractor factor sector vector monitor "
    "list playlist wishlist checklist generator radiator elevator indicator calculator actuator "
    "excavator refrigerator ventilator"
)
"""Things that end like those who do something."""


def is_agent(word: str) -> bool:
    """Whether a noun that no lexicon has is somebody who does something: farmer, operator."""
    word = word.casefold()
    return bool(_AGENT.fullmatch(word)) and word not in _NO_AGENT


def _own_name(setting: Setting) -> Hit | None:
    if setting.is_person or setting.owner in _OF_A_PERSON:
        return Hit(makers.person("name"), "full name", certain=True)
    if setting.owner in s.COMPANIES:
        return Hit(makers.person("company"), "company", certain=True)
    if setting.owner in s.GOODS:
        return lexicon.exact("product name")
    return lexicon.exact(f"{setting.owner} name") or Hit(makers.text(2, 3), "name", certain=True)


def _unique_here(template: Template, setting: Setting) -> Template:
    """What is unique to a thing is unique in the table of such things, and repeats in others."""
    if not template.unique or template.kind == "sequence" or template.format == "uuid":
        return template
    if template.kind == "person":
        holds = setting.is_person or setting.owner in s.COMPANIES
    else:
        holds = setting.owner not in _REPEATING or (
            template.format is None and _is_reference(template)
        )
    return replace(template, unique=holds)


def _is_reference(template: Template) -> bool:
    """Six letters and digits: a booking's own reference."""
    return (template.generator or {}).get("pattern") == "[A-Z0-9]{6}"
