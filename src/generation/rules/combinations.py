"""Fields whose values come together, one combination a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from ...core import kinds
from ..briefs import Brief
from ..draws.arrays import chosen
from ..draws.blocks import Block, Maker
from ..draws.choices import Choice, weighted
from ..draws.keys import Key
from ..makers.values import checked_weights, typed
from ..refusals import Refused
from .site import Site


def bind_combinations(site: Site, rule: kinds.FixedCombinations, at: str) -> None:
    """Raises: Refused."""
    for number, values in enumerate(rule.combinations):
        if len(values) != len(rule.fields):
            message = f"{len(values)} values for {len(rule.fields)} fields"
            hint = "give one value for each field, in their order"
            raise Refused(f"{at}.combinations[{number}]", "wrong_value", message, hint)
    choice = _choice(rule, at)
    key = next(iter(site.briefs.values())).shared_key("combinations", *rule.fields)
    for place, name in enumerate(rule.fields):
        path = f"{at}.fields[{place}]"
        brief = site.claim(name, path)
        if brief.unique:
            message = f"{name!r} is unique, and takes few values here"
            raise Refused(path, "rules_contradict", message, "drop unique, or the rule")
        if brief.field.generator is not None and _counts(brief.field.generator):
            message = f"{name!r} is dealt by its own generator, and by this rule"
            raise Refused(path, "rules_contradict", message, "drop the quota, or the rule")
        cells = _cells(brief, [values[place] for values in rule.combinations], at)
        if brief.field.null_fraction or brief.field.null_when is not None:
            message = f"{name!r} is empty where its combination is, and nowhere else"
            hint = "drop null_fraction and null_when, and write null into combinations"
            raise Refused(path, "rules_contradict", message, hint)
        site.complete.add(name)
        site.axes.pop(name, None)
        site.makers[name] = _maker(cells, choice, key, rule.fields)


def _counts(generator: kinds.Generator) -> bool:
    """Whether a generator promises more than which values there are."""
    return isinstance(generator, kinds.Aggregate) or getattr(generator, "quota", None) is not None


def _choice(rule: kinds.FixedCombinations, at: str) -> Choice:
    path = f"{at}.weights"
    return weighted(checked_weights(rule.weights, len(rule.combinations), path))


def _cells(brief: Brief, values: Sequence[Any], at: str) -> pa.Array:
    """Null where the combination has no value for the field."""
    told = typed(brief, [value for value in values if value is not None], f"{at}.combinations")
    indexes, count = [], 0
    for number, value in enumerate(values):
        if value is None and not brief.field.may_be_null:
            message = f"{brief.field.name!r} may not be empty"
            path = f"{at}.combinations[{number}]"
            raise Refused(path, "rules_contradict", message, "say that it is nullable")
        indexes.append(None if value is None else count)
        count += value is not None
    return told.take(pa.array(indexes, pa.int32()))


def _maker(cells: pa.Array, choice: Choice, key: Key, fields: tuple[str, ...]) -> Maker:
    def column(block: Block) -> pa.Array:
        drawn = block.once(("combinations", *fields), lambda: choice.draw(key, block.rows))
        return chosen(cells, drawn)

    return column
