"""Fixes that suit any problem: what is wrong is taken out."""

from __future__ import annotations

from typing import Any

from .search import Mender, Spot, Steps

UNITS = ("rules", "expectations", "foreign_keys", "primary_key")
"""Lists whose members can be taken out of a schema and leave one behind."""
NEEDED = frozenset({"name", "fields", "tables"})
PLAIN = ("string", "integer", "number", "boolean", "date", "time", "datetime", "duration")
FILLER: dict[str, Any] = {"kind": "text"}
COUNTER: dict[str, Any] = {"kind": "sequence"}


def drop_value(spot: Spot) -> None:
    """A rule, key or check goes as a whole: without one of its parts it would be another."""
    unit = unit_of(spot)
    if unit is not None and isinstance(unit[-1], int):
        spot.drop(unit)
    elif spot.steps and spot.steps != spot.field and spot.steps[-1] not in NEEDED:
        spot.drop(spot.steps)


def drop_unit(spot: Spot) -> None:
    unit = unit_of(spot)
    if unit is not None:
        spot.drop(unit)


def unit_of(spot: Spot) -> Steps | None:
    """The innermost rule, key, check, generator or constraints that the path leads into."""
    for end in range(len(spot.steps), 0, -1):
        last = spot.steps[end - 1]
        is_member = isinstance(last, int) and spot.steps[end - 2] in UNITS
        if is_member or last in ("generator", "constraints", "primary_key", "null_when"):
            return spot.steps[:end]
    return None


def make_plain(spot: Spot) -> None:
    """A field of its name and type alone."""
    field = spot.get(spot.field) if spot.field else None
    if isinstance(field, dict) and spot.field:
        kept = field.get("type") if field.get("type") in PLAIN else "string"
        spot.put(spot.field, {"name": field.get("name"), "type": kept})


def dropping(*names: str) -> Mender:
    """Parts of the field, each written as a path: `constraints.unique`."""

    def mend(spot: Spot) -> None:
        for name in names if spot.field else ():
            spot.drop((*(spot.field or ()), *name.split(".")))

    return mend


def setting(name: str, value: Any) -> Mender:
    def mend(spot: Spot) -> None:
        if spot.field:
            spot.put((*spot.field, *name.split(".")), value)

    return mend


def all_of(*menders: Mender) -> Mender:
    def mend(spot: Spot) -> None:
        for each in menders:
            each(spot)

    return mend
