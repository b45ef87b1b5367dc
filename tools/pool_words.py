"""The names, streets, companies, jobs and words that Faker and mimesis know of a locale."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from itertools import cycle
from typing import Any

from pool_places import spread

MOST_NAMES = 1000
MOST_STREETS = 600
MOST_COMPANIES = 400
MOST_JOBS = 300
MOST_WORDS = 400
ENOUGH = 180  # names in Faker's own list, below which mimesis' are added

AND = ("and ", "et ", "e ", "& ", "- ")
PLAIN = ("er", "ist", "or", "eur", "ent", "ant", "är")

Weights = dict[str, int]  # value → weight, most frequent first


def faker(kind: str, locale: str, attribute: str) -> Weights:
    """Faker's list with its weights as parts of 100,000; nothing where it has no such list."""
    try:
        provider = import_module(f"faker.providers.{kind}.{locale}").Provider
    except ModuleNotFoundError:
        return {}
    values = getattr(provider, attribute, ())
    if isinstance(values, Mapping):
        total = sum(values.values())
        weights = {clean(v): max(1, round(100_000 * w / total)) for v, w in values.items()}
        return dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0])))
    return dict.fromkeys(sorted({clean(value) for value in values}), 1)


@cache
def mimesis(locale: str, part: str) -> dict[str, Any]:
    """A data file of mimesis, as `mimesis("de", "person")["surnames"]`."""
    path = files("mimesis") / "datasets" / locale / f"{part}.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def clean(value: str) -> str:
    return " ".join(value.replace("\u2019", "'").split())


def given(locale: str, short: str, sex: str) -> Weights:
    names = mimesis(short, "person").get("names", {})
    return _names(faker("person", locale, f"first_names_{sex}"), _listed(names, sex))


def families(locale: str, short: str) -> Weights:
    """Names that both sexes bear; where the ending tells the sex, only those that have none.

    A name that starts with a small letter is kept where that is its usual form (`van den Berg`).
    """
    surnames = mimesis(short, "person").get("surnames", [])
    if isinstance(surnames, dict):
        surnames = sorted(set(surnames["male"]) & set(surnames["female"]))
    own = faker("person", locale, "unisex_last_names") or faker("person", locale, "last_names")
    names = _names(own, _listed(surnames))
    particles = locale in {"nl_NL", "pt_BR", "pt_PT"}
    return {name: w for name, w in names.items() if particles or not name[0].islower()}


def _names(own: Weights, others: Iterable[str]) -> Weights:
    own = {name: weight for name, weight in own.items() if _is_name(name)}
    if len(own) < ENOUGH:
        own = own | {n: 1 for n in map(clean, others) if _is_name(n) and n not in own}
    if len(set(own.values())) > 1:
        return dict(list(own.items())[:MOST_NAMES])
    return dict.fromkeys(spread(own, MOST_NAMES), 1)


def _is_name(name: str) -> bool:
    letters = name.replace(" ", "").replace("-", "").replace("'", "").replace(".", "")
    short = 2 if name.isascii() or not _is_han(name) else 1
    return letters.isalpha() and len(letters) >= short and not name.isupper()


def _is_han(name: str) -> bool:
    return "\u3040" <= name[0] <= "\u9fff"


def streets_that_end_in(short: str, *endings: str) -> list[str]:
    names = _street_names(short)
    return spread((n for n in names if n.casefold().endswith(endings)), MOST_STREETS)


def streets_that_start_with(short: str, *starts: str) -> list[str]:
    names = _street_names(short)
    return spread((n for n in names if n.startswith(starts)), MOST_STREETS)


def streets_after(short: str, *kinds: str) -> list[str]:
    """`Rue`, `Avenue`, … in turn before the names; names that bring their own kind are left out."""
    apart = {"av", "avenida", "calle", "rua", "via", "rue", "ul.", "al.", "bretelle"}
    plain = [
        name
        for name in _street_names(short)
        if name.split()[0].casefold() not in apart
        and not name.casefold().endswith(("weg", "weyer"))
    ]
    return _in_turn(spread(plain, MOST_STREETS), kinds, "{kind} {name}")


def streets_before(names: Iterable[str], *kinds: str) -> list[str]:
    """`Maple Street`, `Oak Avenue`, …"""
    return _in_turn(spread(names, MOST_STREETS), kinds, "{name} {kind}")


def street_words(short: str) -> list[str]:
    return _street_names(short)


def _street_names(short: str) -> list[str]:
    street = mimesis(short, "address").get("street", {})
    names = {clean(name) for name in _listed(street, "name")}
    return sorted(
        n for n in names if n and n[0].isupper() and not any(c.isdigit() or c in "()/," for c in n)
    )


def _in_turn(names: Iterable[str], kinds: Iterable[str], form: str) -> list[str]:
    pairs = zip(names, cycle(kinds), strict=False)  # the kinds never end
    return [form.format(name=name, kind=kind) for name, kind in pairs]


def companies(family: Weights, legal: tuple[str, ...], forms: tuple[str, ...]) -> list[str]:
    """Family names put together with the legal forms of the country, each in turn."""
    names = spread(family, MOST_COMPANIES)
    made = set()
    for index, name in enumerate(names):
        kind = legal[index % len(legal)]
        form = forms[(index + index // len(legal)) % len(forms)]
        if kind.startswith(AND):  # `Smith & Jones and Sons` would be one too many
            form = forms[0]
        made.add(form.format(a=name, b=names[(7 * index + 3) % len(names)], legal=kind))
    return sorted(made)


def jobs(locale: str, short: str, *more: str) -> list[str]:
    """Job titles, as a list of one or two languages has them; those that need a comment left out.

    Austria's list writes `Spezialist*in`; where the ending allows it, the short form is taken.
    """
    listed = [*faker("job", locale, "jobs"), *_listed(mimesis(short, "person"), "occupation")]
    for other in more:
        listed += (
            title.removesuffix("*in")
            for title in faker("job", other, "jobs")
            if other != "de_AT" or title.endswith(tuple(ending + "*in" for ending in PLAIN))
        )
    titles = {clean(title) for title in listed}
    sound = (t for t in titles if t and len(t) <= 45 and not any(c in "*/(),–" for c in t))
    return spread((t[0].upper() + t[1:] for t in sound), MOST_JOBS)


def words(lorem: str, short: str) -> list[str]:
    """Words of the language; Faker's list where it has one, else mimesis'."""
    own = faker("lorem", lorem, "word_list")
    listed = list(own) if own else _listed(mimesis(short, "text"), "words")
    plain = (w.strip() for w in listed)
    return spread((w for w in plain if w.isalpha() and (len(w) > 1 or _is_han(w))), MOST_WORDS)


def _listed(holder: Any, key: str | None = None) -> list[str]:
    value = holder if key is None else holder.get(key, []) if isinstance(holder, dict) else []
    return [str(item) for item in value] if isinstance(value, list) else []
