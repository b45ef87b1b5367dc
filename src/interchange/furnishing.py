"""Makers for the bare fields of an imported schema, within what their columns can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..generation.patterns.regex import Either, Letters, Repeat, Tree, parse
from .notes import Notebook

CAPACITY = "capacity"
"""A field's limits that only say what fits into its column (VARCHAR(40), NUMERIC(10,2)), as
constraints; `decimal_places` among them. They leave open what the field holds."""

LONGEST_PART = {
    "name": 24, "given_name": 12, "family_name": 12, "sex": 6, "email": 36, "user_name": 24,
    "phone": 13, "street": 36, "city": 17, "postcode": 5, "region": 20, "country": 13,
    "address": 80, "company": 25, "job_title": 40,
}  # fmt: skip
"""Characters of the longest text of each part of a person in English, an import's language."""
COPIES = 6
"""Characters that a number appended to a name takes, where names must be unique."""
FORMAT_LENGTHS = {
    "uuid": (36, 36), "email": (10, 36), "phone": (12, 13), "postcode": (5, 5),
    "country": (2, 2), "credit-card": (16, 16), "currency": (3, 3), "ean13": (13, 13),
    "hostname": (17, 64), "iban": (22, 22), "ipv4": (9, 15), "ipv6": (29, 29), "isbn13": (13, 13),
    "language": (2, 2), "latitude": (8, 11), "longitude": (8, 12), "mac": (17, 17),
    "slug": (5, 40), "uri": (29, 80),
}  # fmt: skip
"""Characters of the shortest and the longest made value of a format."""
ENDLESS = 10**9
WORD = 16
"""Room for one word of text and the space after it."""
SHORT = 12
"""Text of at most so many characters that must be unique, or of at most `TINY`, becomes a code."""
TINY = 3
CODE = 8
SPAN = 1000
"""Numbers of an open range lie below this, as the engine has it."""


def furnished(document: Mapping[str, Any], notes: Notebook) -> dict[str, Any]:
    """The document with a maker wherever a field's name, key or column decides one.

    The document has `tables`; it must not be used again, and the key `CAPACITY` is gone.
    """
    tables = [_furnished(table, notes) for table in document["tables"]]
    if len(tables) == 1 and tables[0]["name"] == document["name"]:
        (table,) = tables
        return {**{k: v for k, v in document.items() if k != "tables"}, **table}
    return {**document, "tables": tables}


def _furnished(table: dict[str, Any], notes: Notebook) -> dict[str, Any]:
    from ..reading.enrich import enrich  # a lexicon that whoever writes DDL can do without

    name, keys = str(table["name"]), _foreign(table)
    room = {field["name"]: _room(field) for field in table["fields"]}
    _count(table, keys, notes)
    enriched, found = enrich(table)
    fields = []
    for before, made in zip(table["fields"], enriched["fields"], strict=True):
        path, capacity = f"{name}.{made['name']}", room[made["name"]]
        fits = before is made or _fits(made, capacity)
        if not fits:
            notes.assume(path, "what its name suggests does not fit into it")
        after = made if fits else before
        field = _within(dict(after), capacity, is_free=after["name"] not in keys)
        if "generator" in field and "generator" not in after:
            low, high = field["generator"]["minimum"], field["generator"]["maximum"]
            notes.assume(path, f"numbers from {low:g} to {high:g}: nothing says which")
        if field["name"] not in keys and not _is_made(field):
            _without_name(field, _is_key(field, table), path, notes)
        fields.append(field)
    said = [note for note in found if any(_speaks_of(note, field) for field in fields)]
    for note in said:
        notes.assume(name, note)
    return {**enriched, "fields": fields}


def _room(field: dict[str, Any]) -> dict[str, Any]:
    """Takes out of a field what leaves open what it holds: its capacity, a sign."""
    capacity: dict[str, Any] = field.pop(CAPACITY, {})
    said = field.get("constraints", {})
    bounds = {key: value for key, value in said.items() if key not in ("required", "unique")}
    is_sign = len(bounds) == 1 and bounds.keys() <= {"minimum", "exclusiveMinimum"}
    if field.get("type") in ("integer", "number") and is_sign and set(bounds.values()) <= {0, 1}:
        field["constraints"] = {key: said[key] for key in said if key not in bounds}
        return _joined(capacity, bounds)
    return capacity


def _speaks_of(note: str, field: Mapping[str, Any]) -> bool:
    return note.startswith(f"{field['name']!r} ") and ("generator" in field or "format" in field)


def _foreign(table: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for key in table.get("foreign_keys", ()) for name in key["fields"])


def _is_made(field: Mapping[str, Any]) -> bool:
    constraints = field.get("constraints", {})
    return bool({"generator", "format"} & set(field) or {"enum", "pattern"} & set(constraints))


def _is_key(field: Mapping[str, Any], table: Mapping[str, Any]) -> bool:
    return field["name"] in table.get("primary_key", ())


# ── keys ──────────────────────────────────────────────────────────────────────────────────────


def _count(table: dict[str, Any], foreign: frozenset[str], notes: Notebook) -> None:
    """Whole numbers that are a key of their own count; those beside a parent's key count lines."""
    own = [name for name in table.get("primary_key", ()) if name not in foreign]
    whole = [f for f in table["fields"] if f["name"] in own and f.get("type") == "integer"]
    for field in whole:
        if _is_made(field) or len(own) > 1:
            continue
        alone = len(table["primary_key"]) == 1
        path = f"{table['name']}.{field['name']}"
        bounds = field.get("constraints", {})
        if alone:
            start = bounds.get("minimum", 1)
            field["generator"] = {"kind": "sequence", "start": int(start) if start else 1}
            notes.assume(path, "a key of whole numbers counts up")
        else:
            field["generator"] = {"kind": "line_number"}
            notes.assume(path, "numbers the rows of one parent")


# ── what fits ─────────────────────────────────────────────────────────────────────────────────


def _fits(field: Mapping[str, Any], capacity: Mapping[str, Any]) -> bool:
    """Whether every value that the field's maker makes fits into its column."""
    generator = field.get("generator") or {}
    values = generator.get("values")
    if isinstance(values, list):
        return all(_holds(capacity, value) for value in values)
    if field["type"] == "string":
        low, high = _lengths(field, generator)
        return bool(
            low >= capacity.get("minLength", 0) and high <= capacity.get("maxLength", ENDLESS)
        )
    return True  # the engine keeps numbers inside the constraints


def _holds(capacity: Mapping[str, Any], value: Any) -> bool:
    if isinstance(value, str):
        return bool(
            capacity.get("minLength", 0) <= len(value) <= capacity.get("maxLength", ENDLESS)
        )
    low, high = capacity.get("minimum"), capacity.get("maximum")
    return (low is None or value >= low) and (high is None or value <= high)


def _lengths(field: Mapping[str, Any], generator: Mapping[str, Any]) -> tuple[int, int]:
    """Characters of the shortest and the longest text a maker makes."""
    kind = generator.get("kind")
    if kind == "person":
        unique = field.get("constraints", {}).get("unique")
        return 1, LONGEST_PART[generator["part"]] + (COPIES if unique else 0)
    if kind == "sequence":
        return 1, len(str(generator.get("template", ""))) + 2
    if kind == "text":
        return 1, WORD * int(generator.get("words", (4, 12))[1])
    if kind == "pattern":
        return _span_of(parse(str(generator["pattern"])))
    return FORMAT_LENGTHS.get(str(field.get("format")), (0, ENDLESS))


def _span_of(tree: Tree) -> tuple[int, int]:
    """Characters of the shortest and the longest text of a pattern."""
    if isinstance(tree, Letters):
        return 1, 1
    if isinstance(tree, Repeat):
        low, high = _span_of(tree.part)
        return low * tree.fewest, ENDLESS if tree.most is None else high * tree.most
    spans = [_span_of(part) for part in tree.parts]
    if isinstance(tree, Either):
        return min(low for low, _ in spans), max(high for _, high in spans)
    return sum(low for low, _ in spans), sum(high for _, high in spans)


# ── put back ──────────────────────────────────────────────────────────────────────────────────


def _within(field: dict[str, Any], capacity: Mapping[str, Any], *, is_free: bool) -> dict[str, Any]:
    """The column's own limits among the constraints; `is_free`: no foreign key fills it."""
    limits = {key: value for key, value in capacity.items() if key != "decimal_places"}
    constraints = _joined(limits, field.get("constraints", {}))
    if constraints:
        field["constraints"] = constraints
    places = capacity.get("decimal_places")
    if places is not None and field.get("type") == "number" and not is_free:
        field["constraints"] = {**constraints, "multipleOf": float(f"1e-{places}")}
    elif places is not None and field.get("type") == "number":
        generator = field.get("generator") or _evenly(constraints)
        field["generator"] = {**generator, "decimal_places": places}
    elif is_free and limits.keys() & {"minimum", "maximum"} and not _is_made(field):
        field["generator"] = _evenly(constraints)
    return field


def _joined(limits: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    joined = {**limits, **said}
    for closed, opened in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if opened in said and closed not in said:
            joined.pop(closed, None)
    for key, tighter in (("minimum", max), ("maximum", min), ("maxLength", min)):
        if key in limits and key in said:
            joined[key] = tighter(limits[key], said[key])
    return joined


def _evenly(constraints: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers of an everyday size, where a column could hold far larger ones."""
    low, high = constraints.get("minimum", 0), constraints.get("maximum")
    low = 0 if low < 0 and (high is None or high > 0) else low
    high = low + SPAN if high is None else min(high, low + SPAN)
    return {"kind": "uniform", "minimum": min(low, high), "maximum": high}


def _without_name(field: dict[str, Any], is_key: bool, path: str, notes: Notebook) -> None:
    """Text of which nothing is known: codes where it is a key or short, else filler words."""
    constraints = field.get("constraints", {})
    longest = constraints.get("maxLength")
    if field.get("type") != "string":
        return
    is_unique = is_key or constraints.get("unique", False)
    if is_key or (longest is not None and (longest <= TINY or (is_unique and longest <= SHORT))):
        count = min(longest or CODE, CODE)
        low = constraints.get("minLength", 0)
        count = max(count, low) if longest is None or low <= longest else count
        letters = "[A-Z0-9]" if is_unique else "[A-Z]"
        field["generator"] = {"kind": "pattern", "pattern": f"{letters}{{{count}}}"}
        notes.assume(path, "was given codes of letters" + (" and digits" if is_unique else ""))
