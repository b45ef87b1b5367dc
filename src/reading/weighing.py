"""Which values a category has, and how often each."""

from __future__ import annotations

import re

from .lexicon.makers import Template
from .saying.said import Said, Value
from .saying.values import plain_word, typed


def of_nothing(said: Said) -> bool:
    """ "delay (80% zero)": a share of zeros, which is no list of values."""
    return {plain_word(value) for value, _ in said.shares} <= {"zero", "0", "none", "nothing"}


def weighted(said: Said, template: Template) -> list[tuple[Value, float]]:
    """Each value with its weight in percent; what no share was named for shares the rest."""
    named = {plain_word(value): share * 100 for value, share in said.shares}
    values = list(said.values or typed(tuple(str(value) for value, _ in said.shares)))
    left = 100 - sum(named.values())
    if not said.values and left > 0.01:
        values += [v for v in template.values if plain_word(v) not in named] or ["other"]
    values += [v for v, _ in said.shares if plain_word(v) not in map(plain_word, values)]
    if said.mostly:
        values = values if any(plain_word(v) == plain_word(said.mostly) for v in values) else [
            said.mostly, *(values or [v for v in template.values if v != said.mostly] or ["other"])
        ]  # fmt: skip
        named[plain_word(said.mostly)] = min(70.0, max(left, 0))
        left = 100 - sum(named.values())
    if len(said.weights) == len(values):
        return list(zip(values, said.weights, strict=True))
    if not said.values and left <= 0.01:
        values = [value for value in values if plain_word(value) in named]
    open_ones = [value for value in values if plain_word(value) not in named]
    own = _own_weights(template, open_ones)
    return [
        (v, named[plain_word(v)] if plain_word(v) in named else max(left, 0) * own[v])
        for v in values
    ]


def _own_weights(template: Template, values: list[Value]) -> dict[Value, float]:
    """The template's proportions among these values, else equal ones; they sum to 1."""
    known = dict(
        zip(template.values, (template.generator or {}).get("weights") or (), strict=False)
    )
    raw = [float(known.get(v, 0)) for v in values]
    if not all(raw):
        raw = [1.0] * len(values)
    return {v: weight / sum(raw) for v, weight in zip(values, raw, strict=True)}


def tidy(weight: float) -> int | float:
    rounded = round(weight, 4)
    return int(rounded) if float(rounded).is_integer() else rounded


def type_of(values: list[Value], template: Template) -> str:
    if all(isinstance(v, int) for v in values):
        return "number" if template.type == "number" else "integer"
    return "number" if all(isinstance(v, int | float) for v in values) else "string"


MOST_COUNTS = 30
"""Whole numbers of a range that are listed because one of them has a share."""


def counted_shares(said: Said) -> Said | None:
    """ "passengers 1–4 (1 passenger 70 %)": each count with its share, the others alike.

    None where shares were not said of some counts of a range of whole numbers.
    """
    told = {match[0]: share for value, share in said.shares
            if (match := re.match(r"\d{1,3}(?!\S)", str(value)))}  # fmt: skip
    ends = (said.low, said.high)
    is_whole = all(isinstance(end, int) for end in ends)
    if not told or len(told) != len(said.shares) or not is_whole:
        return None
    counts = range(int(said.low or 0), int(said.high or 0) + 1)
    others = [count for count in counts if str(count) not in told]
    rest = 1 - sum(told.values())
    if len(counts) > MOST_COUNTS or not set(told) <= set(map(str, counts)) or rest < -1e-9:
        return None
    shares = tuple((str(count), told.get(str(count), rest / len(others) if others else 0.0))
                   for count in counts)  # fmt: skip
    return said.but(low=None, high=None, values=tuple(counts), shares=shares)
