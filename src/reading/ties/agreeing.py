"""Fields of one row that belong together: one person, one place, a category and its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..lexicon import subjects as s
from ..lexicon.entries import words_of
from ..shaping import Shaped
from ..words import word_set

_PLACE = frozenset({"city", "postcode", "region", "street", "address"})
_MAIN = s.PEOPLE | word_set(
    "full first last given family user contact legal preferred screen display home mailing postal "
    "billing shipping delivery work e mobile cell telephone street zip post job company person "
    "account nom prénom nombre apellido apellidos courriel correo email mail number name adresse "
    "vorname nachname telefon phone code código numéro número"
)
_ROLES = word_set(
    "author director teacher instructor professor doctor physician manager supervisor driver "
    "recipient sender assignee agent owner reviewer host payee payer reporter speaker landlord "
    "assigned counterparty arzt autor fahrer seller buyer emergency absender empfänger käufer "
    "verkäufer vermieter mieter expéditeur destinataire acheteur vendeur médecin conducteur "
    "remitente destinatario comprador vendedor médico conductor"
)
_PARTS = {
    "Home": ("Lamps", "Blankets", "Shelves"), "Garden": ("Tools", "Seeds", "Furniture"),
    "Sports": ("Fitness", "Cycling", "Outdoor"), "Electronics": ("Audio", "Phones", "Computers"),
    "Toys": ("Puzzles", "Dolls", "Building sets"), "Books": ("Fiction", "Cooking", "Travel"),
    "Clothing": ("Jackets", "Shirts", "Shoes"), "Kitchen": ("Knives", "Pans", "Mugs"),
    "Office": ("Paper", "Pens", "Chairs"), "Beauty": ("Skin care", "Hair care", "Make-up"),
}  # fmt: skip


def agree(fields: Sequence[Shaped], owner: str, *, local: bool) -> tuple[Shaped, ...]:
    """The fields with whatever ties them together; `local`: the request names a country."""
    together = _in_order(_several_people(_halves(_distinct(fields)), owner))
    return tuple(_subcategory(_country(one, together, local), together) for one in together)


def _generator(shaped: Shaped) -> Mapping[str, Any]:
    generator: Mapping[str, Any] = shaped.field.get("generator", {})
    return generator


def _with(shaped: Shaped, **keys: Any) -> Shaped:
    return replace(shaped, field={**shaped.field, **keys})


def _distinct(fields: Sequence[Shaped]) -> tuple[Shaped, ...]:
    """Names that are there already get a number."""
    seen: Counter[str] = Counter()
    found = []
    for shaped in fields:
        seen[shaped.name] += 1
        count = seen[shaped.name]
        named = f"{shaped.name[:60]}_{count}"
        found.append(shaped if count == 1 else _with(shaped, name=named))
    return tuple(found)


_HALF = {"nom": ("given_name", "family_name"), "name": ("given_name", "family_name"),
         "nombre": ("family_name", "given_name")}  # fmt: skip


def _halves(fields: tuple[Shaped, ...]) -> tuple[Shaped, ...]:
    """ "nom, prénom", "nombre, apellidos", "Vorname, Name": two halves of one name."""
    parts = {_part(one) for one in fields}
    return tuple(
        _with(one, generator={**_generator(one), "part": half[1]})
        if (half := _HALF.get(one.name))
        and _part(one) == "name"
        and half[0] in parts
        and half[1] not in parts
        else one
        for one in fields
    )


def _part(shaped: Shaped) -> str:
    generator = _generator(shaped)
    return str(generator.get("part", "")) if generator.get("kind") == "person" else ""


def _role(shaped: Shaped, owner: str) -> str:
    """Whose name or city it is, where that is somebody else than the row's person."""
    words = words_of(shaped.name)
    role = words[0] if words else ""
    if role == owner or role in _MAIN:
        return ""
    if role in _ROLES or len(words) > 1:
        return role
    return ""


def _several_people(fields: tuple[Shaped, ...], owner: str) -> tuple[Shaped, ...]:
    """A second name, or a second city, of a row belongs to somebody else."""
    roles = [_role(one, owner) for one in fields]
    parts = Counter(_part(one) for one in fields)
    people = {role for one, role in zip(fields, roles, strict=True) if _part(one)}
    found = []
    for one, role in zip(fields, roles, strict=True):
        apart = _part(one) and role and (len(people) > 1 or parts[_part(one)] > 1)
        found.append(_with(one, generator={**_generator(one), "who": role}) if apart else one)
    return tuple(found)


def _country(shaped: Shaped, fields: tuple[Shaped, ...], local: bool) -> Shaped:
    """The country of the row's city, unless countries were named."""
    is_open = shaped.entry in ("country", "home country", "country of residence") and not (
        shaped.said.values or shaped.said.shares
    )
    if not is_open or not (local or any(_part(one) in _PLACE for one in fields)):
        return shaped
    kept = [note for note in shaped.assumptions if "was taken as one of" not in note]
    placed = _with(shaped, generator={"kind": "person", "part": "country"})
    return replace(placed, assumptions=tuple(kept))


# What happens first, what happens later, and how much later: (least, most, unit).
_LATER: tuple[tuple[frozenset[str], frozenset[str], tuple[int, int, str]], ...] = (
    (frozenset({"check in", "check in date", "arrival", "arrival date", "checkin"}),
     frozenset({"check out", "check out date", "departure", "departure date", "checkout"}),
     (1, 14, "days")),
    (frozenset({"start date", "start", "begin date", "valid from", "contract start"}),
     frozenset({"end date", "end", "finish date", "contract end"}), (1, 365, "days")),
    (frozenset({"order date", "purchase date"}),
     frozenset({"shipping date", "ship date", "delivery date", "shipment date"}), (1, 10, "days")),
    (frozenset({"invoice date", "issue date", "billing date"}),
     frozenset({"due date", "payment due date"}), (14, 60, "days")),
    (frozenset({"departure time", "scheduled departure", "takeoff", "pickup time"}),
     frozenset({"arrival time", "scheduled arrival", "landing", "dropoff time", "drop off time"}),
     (1, 12, "hours")),
    (frozenset({"created at", "opened at", "started at", "start time"}),
     frozenset({"updated at", "closed at", "resolved at", "ended at", "end time"}),
     (1, 240, "hours")),
    (frozenset({"ordered at", "purchased at", "placed at"}),
     frozenset({"shipped at", "delivered at", "returned at"}), (2, 240, "hours")),
)  # fmt: skip


def _in_order(fields: tuple[Shaped, ...]) -> tuple[Shaped, ...]:
    """A departure follows its arrival, where nothing else was said about its day."""
    return tuple(_after(one, fields) for one in fields)


def _after(shaped: Shaped, fields: tuple[Shaped, ...]) -> Shaped:
    if shaped.field.get("constraints", {}).get("minimum") or shaped.said.words.startswith("sample"):
        return shaped
    for firsts, seconds, (least, most, unit) in _LATER:
        if shaped.entry not in seconds:
            continue
        for one in fields:
            if one.entry in firsts and one.field["type"] == shaped.field["type"]:
                span = {"minimum": least, "maximum": most, "unit": unit, "after": one.name}
                later = replace(shaped, assumptions=())
                note = f"{shaped.name!r} was put {least} to {most} {unit} after {one.name!r}"
                return _with(later, generator={"kind": "timedelta", **span}).noting(note)
    return shaped


def _subcategory(shaped: Shaped, fields: tuple[Shaped, ...]) -> Shaped:
    """Values that fit the category's, where the category is the lexicon's own."""
    if words_of(shaped.name)[-1:] != ("subcategory",) and words_of(shaped.name)[-2:] != (
        "sub",
        "category",
    ):
        return shaped
    for one in fields:
        values = _generator(one).get("values", ())
        if values and set(values) <= set(_PARTS):
            inner = {value: list(_PARTS[value]) for value in values}
            generator = {"kind": "subcategory", "of": one.name, "values": inner}
            made = replace(_with(shaped, generator=generator), questions=(), assumptions=())
            return made.noting(f"{shaped.name!r} was given three values for each {one.name!r}")
    return shaped
