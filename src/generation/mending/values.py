"""Fixes of what a field holds: types, lists of values, ranges, uniqueness, patterns."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil, log10
from typing import Any

from ..makers.numbers import CONTINUOUS
from ..registry import FORMATS, KINDS
from .anything import COUNTER, PLAIN, dropping
from .search import Spot, Steps
from .words import NUMBER, read_as

COUNTED = re.compile(r"\{(\d+)(,?)(\d*)\}")


def change_type(spot: Spot) -> None:
    """The field's type to one that its generator or format makes."""
    if spot.field is None:
        return
    kind, form = (spot.get((*spot.field, *at)) for at in (("generator", "kind"), ("format",)))
    known = KINDS.get(str(kind)) if spot.steps[-1] == "kind" else FORMATS.get(str(form))
    if known is not None and spot.steps[-1] in ("kind", "format"):
        fitting = [type_ for type_ in PLAIN if type_ in known.types]
        spot.put((*spot.field, "type"), fitting[0])


def convert_values(spot: Spot) -> None:
    """A list's values as the field's type; what cannot be read as one leaves the list."""
    field = spot.get(spot.field) if spot.field else None
    at = spot.steps[:-1] if isinstance(spot.steps[-1], int) else spot.steps
    values = spot.get(at)
    if not isinstance(field, dict) or not isinstance(values, list):
        return
    as_type = _READ.get(str(field.get("type")), str)
    read = [as_type(value) for value in values]
    generator, known = spot.get(at[:-1]), [value for value in read if value is not None]
    if known and isinstance(generator, dict):
        if isinstance(weights := generator.get("weights"), list) and len(weights) == len(read):
            kept = [w for w, v in zip(weights, read, strict=True) if v is not None]
            spot.put((*at[:-1], "weights"), kept)
        spot.put(at, known)


def _number_or_none(value: Any) -> Any:
    read = read_as(value, "")
    return read if isinstance(read, int | float) and not isinstance(read, bool) else None


def _truth_or_none(value: Any) -> Any:
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
        str(value).lower()
    )


_READ: dict[str, Callable[[Any], Any]] = {
    "number": _number_or_none,
    "integer": lambda value: n if isinstance(n := _number_or_none(value), int) else None,
    "boolean": _truth_or_none,
    **dict.fromkeys(
        ("date", "time", "datetime"), lambda value: value if _is_moment(value) else None
    ),
}


def _is_moment(value: Any) -> bool:
    return (
        isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d.*|\d\d:\d\d.*", value) is not None
    )


def fit_weights(spot: Spot) -> None:
    """As many as there are values; a new one weighs as much as the others on average."""
    path = (*spot.steps[:-1], "values")
    if spot.steps[-2:-1] == ("weights",):
        path = (*spot.steps[:-2], "values", spot.steps[-1])
    weights, values = spot.value, spot.get(path)
    if isinstance(weights, list) and weights and isinstance(values, list):
        mean = sum(weights) / len(weights)
        spot.put(spot.steps, [*weights, *[mean] * len(values)][: len(values)])


def allow_values(spot: Spot) -> None:
    """What the generator makes joins the enum."""
    if spot.field is None:
        return
    at = (*spot.field, "constraints", "enum")
    allowed, made = spot.get(at), spot.get((*spot.field, "generator", "values"))
    if isinstance(allowed, list) and isinstance(made, list):
        spot.put(at, [*allowed, *(value for value in made if value not in allowed)])


# ── ranges ────────────────────────────────────────────────────────────────────────────────────

ENDS = (
    ("minimum", "maximum"), ("exclusiveMinimum", "exclusiveMaximum"), ("minLength", "maxLength"),
)  # fmt: skip


def swap_ends(spot: Spot) -> None:
    value = spot.value
    if isinstance(value, list) and len(value) == 2 and None not in value:
        spot.put(spot.steps, sorted(value))
    for at in (spot.steps, spot.steps[:-1]):
        _swap(spot, at)


def _swap(spot: Spot, at: Steps) -> None:
    for low, high in ENDS:
        first, last = spot.get((*at, low)), spot.get((*at, high))
        if type(first) is type(last) and isinstance(first, int | float | str) and first > last:
            spot.put((*at, low), last)
            spot.put((*at, high), first)


def open_ends(spot: Spot) -> None:
    """The upper ends go; where a generator has a range of its own, that goes."""
    holder = spot.value if isinstance(spot.value, dict) else spot.get(spot.steps[:-1])
    at = spot.steps if isinstance(spot.value, dict) else spot.steps[:-1]
    for name in ("maximum", "exclusiveMaximum", "maxLength") if isinstance(holder, dict) else ():
        spot.drop((*at, name))


drop_bounds = dropping(*(f"constraints.{name}" for pair in ENDS[:2] for name in pair),
                    "constraints.multipleOf")  # fmt: skip


def cut_tails(spot: Spot) -> None:
    """A range for a distribution without one."""
    kind = spot.get((*spot.field, "generator", "kind")) if spot.field else None
    if spot.field is not None and kind in CONTINUOUS:
        spot.put((*spot.field, "generator", "truncate"), [0, 1_000_000])


def widen(spot: Spot) -> None:
    """Room for unique values: a higher maximum, or one more repetition in a pattern."""
    if spot.field is None:
        return
    for holder in ("generator", "constraints"):
        inner = spot.get((*spot.field, holder))
        if isinstance(inner, dict):
            _raise_maximum(spot, (*spot.field, holder), inner)
            _repeat_more(spot, (*spot.field, holder, "pattern"), inner.get("pattern"))


def _raise_maximum(spot: Spot, at: Steps, holder: dict[str, Any]) -> None:
    low, high = holder.get("minimum", 0), holder.get("maximum")
    if isinstance(low, int) and isinstance(high, int | float):
        step = spot.get((*(spot.field or ()), "constraints", "multipleOf")) or 1
        spot.put((*at, "maximum"), low + ceil(max(spot.rows, 1) * 10 * step))


def _repeat_more(spot: Spot, at: Steps, pattern: Any) -> None:
    exist = NUMBER.findall(spot.problem.message.replace(",", ""))
    if not isinstance(pattern, str) or len(exist) < 2 or int(exist[1]) < 1:
        return
    more = ceil(log10(int(exist[0]) / int(exist[1]))) + 1
    last = next(reversed([*COUNTED.finditer(pattern)]), None)
    longer = f"{pattern}[0-9]{{{more}}}"
    if last is not None and not last[2]:
        counted = f"{{{int(last[1]) + more}}}"
        longer = pattern[: last.start()] + counted + pattern[last.end() :]
    spot.put(at, longer)


def let_repeat(spot: Spot) -> None:
    """Not unique; a primary key is numbered instead."""
    field = spot.get(spot.field) if spot.field else None
    if spot.field is None or not isinstance(field, dict):
        return
    if spot.get((*spot.table, "primary_key")) == [field.get("name")]:
        kept = field["type"] if field.get("type") in ("integer", "string") else "string"
        number = {"name": field["name"], "type": kept, "generator": dict(COUNTER)}
        spot.put(spot.field, number)
    else:
        spot.drop((*spot.field, "constraints", "unique"))


def start_inside(spot: Spot) -> None:
    """A sequence begins at the minimum, and is allowed to go on."""
    if spot.field is not None:
        low = spot.get((*spot.field, "constraints", "minimum"))
        if isinstance(low, int):
            spot.put((*spot.field, "generator", "start"), low)
        spot.drop((*spot.field, "constraints", "maximum"))


def mend_template(spot: Spot) -> None:
    """What stands before the first brace, then the number."""
    spot.put(spot.steps, str(spot.value).split("{")[0].replace("}", "") + "{n}")


def repeat_less(spot: Spot) -> None:
    """Counts in order, none above a thousand."""
    if isinstance(spot.value, str):
        spot.put(spot.steps, COUNTED.sub(_count, spot.value))


def _count(found: re.Match[str]) -> str:
    numbers = sorted(min(int(number), 1000) for number in (found[1], found[3]) if number)
    return "{" + found[2].join(map(str, numbers)) + (found[2] if not found[3] else "") + "}"
