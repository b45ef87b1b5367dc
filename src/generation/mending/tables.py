"""Fixes of keys, counts and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..routing import words_in
from .anything import FILLER, all_of, setting
from .search import Mender, Spot, Steps

MOST_TABLES = MOST_FIELDS = 200
SOME_ROWS = 100


def _of_key(spot: Spot, part: str) -> Sequence[Any]:
    found = spot.get((*spot.table, "foreign_keys", *_number(spot), *part.split(".")))
    return found if isinstance(found, list) else ()


def _number(spot: Spot) -> Steps:
    return spot.steps[3:4] if spot.steps[2:3] == ("foreign_keys",) else ()


def _parent(spot: Spot) -> Spot | None:
    """The same problem, seen from the table that a foreign key refers to."""
    name = spot.get((*spot.table, "foreign_keys", *_number(spot), "reference", "table"))
    for number, table in enumerate(spot.get(("tables",)) or ()):
        if isinstance(table, dict) and table.get("name") == (name or table.get("name")):
            return replace(spot, steps=("tables", number))
    return None


def match_types(spot: Spot) -> None:
    """The child's fields become what the parent's are."""
    parent = _parent(spot)
    pairs = zip(_of_key(spot, "fields"), _of_key(spot, "reference.fields"), strict=False)
    for own, other in pairs if parent else ():
        mine, theirs = spot.named(own), parent.named(other) if parent else None
        if mine and theirs and parent:
            kept = {key: spot.get((*mine, key)) for key in ("nullable", "null_fraction")}
            told = {key: value for key, value in kept.items() if value is not None}
            spot.put(mine, {"name": own, "type": parent.get((*theirs, "type")) or "string", **told})


def make_referable(spot: Spot) -> None:
    """The parent's fields become its primary key."""
    parent = _parent(spot)
    if parent is not None:
        parent.put((*parent.table, "primary_key"), [*_of_key(spot, "reference.fields")])


def make_nullable(spot: Spot) -> None:
    for name in _of_key(spot, "fields"):
        if field := spot.named(name):
            spot.put((*field, "nullable"), True)


def be_without_parent(spot: Spot) -> None:
    make_nullable(spot)
    spot.put((*spot.table, "foreign_keys", *_number(spot), "optional_fraction"), 0.1)


def fill_key(spot: Spot) -> None:
    """A part of the primary key is never empty."""
    if field := spot.named(spot.value):
        for name in ("nullable", "null_fraction", "null_when"):
            spot.drop((*field, name))


def without(name: str) -> Mender:
    return lambda spot: spot.drop((*spot.table, name))


def give_rows(spot: Spot) -> None:
    spot.put((*spot.table, "rows"), SOME_ROWS)


def count_as_planned(spot: Spot) -> None:
    """An expectation of so many rows becomes one of those there will be; others stay."""
    if spot.get((*spot.steps, "check")) == "row_count":
        name = spot.get((*spot.steps, "table"))
        tables = [table for table in spot.get(("tables",)) if name in (None, table.get("name"))]
        if tables[0].get("rows") is not None:
            spot.put((*spot.steps, "equals"), tables[0]["rows"])


def cut_circle(spot: Spot) -> None:
    """Foreign keys that begin the circle which the message names."""
    names = set(words_in(spot.problem.message.partition(": ")[2]))
    keys = (*spot.table, "foreign_keys")
    for number in range(len(spot.get(keys) or ())):
        if spot.get((*keys, number, "reference", "table")) in names:
            spot.drop((*keys, number))


def split_table(spot: Spot) -> None:
    """Further fields go into tables of their own, with as many rows."""
    table, tables = spot.get(spot.table), spot.get(("tables",))
    fields = table["fields"]
    for number, start in enumerate(range(MOST_FIELDS, len(fields), MOST_FIELDS), 2):
        part = {"name": f"{table['name']}_{number}", "fields": fields[start : start + MOST_FIELDS]}
        tables.append({**part, **({"rows": table["rows"]} if "rows" in table else {})})
    spot.put((*spot.table, "fields"), fields[:MOST_FIELDS])


def keep_tables(spot: Spot) -> None:
    spot.put(("tables",), spot.get(("tables",))[:MOST_TABLES])


def make_text(spot: Spot) -> None:
    """What is nested too deeply, and what only a model could write, is text."""
    for name in ("items", "fields", "generator"):
        spot.drop((*spot.steps[:-1], name))
    spot.put((*spot.steps[:-1], "type"), "string")


def make_text_of_type(spot: Spot) -> None:
    """Of a type that only a model fills."""
    if spot.steps[-1] == "type":
        make_text(spot)


def use_filler(spot: Spot) -> None:
    setting("generator", dict(FILLER))(spot)


def own_person(spot: Spot) -> None:
    if spot.field is not None:
        spot.put((*spot.field, "generator", "who"), spot.get((*spot.field, "name")))


def allow_nulls(spot: Spot) -> None:
    all_of(setting("nullable", True), setting("null_fraction", 0))(spot)
