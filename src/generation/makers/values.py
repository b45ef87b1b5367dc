"""Builders of columns whose values the schema lists: categories, look-ups, constants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..arrow_types import to_array
from ..briefs import Brief
from ..draws.arrays import chosen
from ..draws.blocks import Block, Maker
from ..draws.cells import Rows
from ..draws.choices import Choice, Quota, weighted
from ..draws.keys import Key
from ..refusals import Refused
from .domains import drawn_from, listed


def category(brief: Brief) -> Maker:
    """A category, or a field without a generator whose constraints list the values."""
    column, parts = listed_values(brief)
    if brief.unique:
        possible = pa.array(np.array(parts) > 0)
        return drawn_from(listed(pc.unique(column.filter(possible))), brief)
    key = brief.key("value")
    if getattr(brief.generator, "quota", None) == "exact":
        column, parts = _merged(column, parts)
        quota = Quota(key, tuple(parts), brief.rows)
        return lambda block: chosen(column, quota.deal(block.rows))
    choice = weighted(parts)
    return lambda block: chosen(column, choice.draw(key, block.rows))


def _merged(column: pa.Array, parts: Sequence[float]) -> tuple[pa.Array, list[float]]:
    """Each value once: one that is listed twice has one share, rounded once."""
    coded = column.dictionary_encode()
    sums = [0.0] * len(coded.dictionary)
    for index, part in zip(coded.indices.to_pylist(), parts, strict=True):
        sums[index] += part
    return coded.dictionary, sums


def listed_values(brief: Brief) -> tuple[pa.Array, list[float]]:
    """The cells to choose from and their weights: each alike where only an enum lists them.

    Raises: Refused.
    """
    generator = brief.generator
    if generator is None:
        values = brief.constraints.enum or ()
        return typed(brief, values, "constraints.enum"), [1.0] * len(values)
    weights = checked_weights(generator.weights, len(generator.values), "generator.weights")
    return typed(brief, generator.values, "generator.values"), weights


def typed(brief: Brief, values: Sequence[Any], at: str) -> pa.Array:
    """Listed values as the column's type.

    Raises:
        Refused: one of them is not of that type.
    """
    for number, value in enumerate(values):
        if not _fits(value, brief.field.type):
            message = f"{value!r} is not a value of type {brief.field.type}"
            hint = f"write {brief.field.type} values, or change the field's type"
            raise Refused(f"{at}[{number}]", "wrong_type", message, hint)
    try:
        return to_array(values, brief.field)
    except (ValueError, ArithmeticError, OverflowError) as exc:
        message = f"a value is not a {brief.field.type}: {exc}"
        raise Refused(at, "wrong_type", message, "write dates and times in ISO 8601") from None


_PLAIN: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "duration": (int, float),
}


def _fits(value: Any, kind: str) -> bool:
    accepted = _PLAIN.get(kind, (str,))
    # A bool is an int to Python, and to nobody else.
    return isinstance(value, accepted) and (kind == "boolean" or not isinstance(value, bool))


def checked_weights(weights: Sequence[float] | None, count: int, at: str) -> list[float]:
    if weights is None:
        return [1.0] * count
    if len(weights) != count:
        message = f"{len(weights)} weights for {count} values"
        raise Refused(at, "weights_mismatch", message, "give one weight per value, in their order")
    if not any(weights):
        hint = "give at least one weight above 0"
        raise Refused(at, "weights_zero", "every weight is 0", hint)
    return list(weights)


# ── what another field decides ────────────────────────────────────────────────────────────────


def subcategory(brief: Brief) -> Maker:
    """For each value of another field its own choice; null where that value has none."""
    if brief.unique:
        raise not_unique(brief)
    generator = brief.generator
    groups, starts = list(generator.values), [0]
    weights: list[list[float]] = []
    for group in groups:
        given = (generator.weights or {}).get(group)
        at = f"generator.weights.{group}"
        weights.append(checked_weights(given, len(generator.values[group]), at))
        starts.append(starts[-1] + len(generator.values[group]))
    every = [value for group in groups for value in generator.values[group]]
    column = typed(brief, every, "generator.values")
    if generator.quota == "exact":
        hint = "drop quota here: shares then hold on average"
        raise Refused("generator.quota", "not_built", "exact subcategories are not built yet", hint)
    choices, key, names = [weighted(part) for part in weights], brief.key("value"), texts_of(groups)

    def cells(block: Block) -> pa.Array:
        found = _group_numbers(block, generator.of, names)
        indexes = _within_groups(key, block, found, choices)
        return column.take(pa.array(indexes + np.array(starts)[found], mask=found < 0))

    return cells


def texts_of(values: Sequence[str]) -> pa.Array:
    return pa.array(values, pa.string())


def _group_numbers(block: Block, of: str, names: pa.Array) -> Rows:
    """Which of `names` each row's value of the other field is, −1 where none."""
    column = pc.cast(block.column(of), pa.string())
    found = pc.fill_null(pc.index_in(column, value_set=names), -1)
    numbers: Rows = found.to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers


def _within_groups(key: Key, block: Block, found: Rows, choices: Sequence[Choice]) -> Rows:
    indexes = np.zeros(len(found), np.int64)
    for number, choice in enumerate(choices):
        here = np.flatnonzero(found == number)
        indexes[here] = choice.draw(key, block.rows[here])
    return indexes


def lookup(brief: Brief) -> Maker:
    """The value that belongs to another field's value, `default` where none does."""
    if brief.unique:
        raise not_unique(brief)
    generator = brief.generator
    names = texts_of(list(generator.values))
    column = typed(brief, list(generator.values.values()), "generator.values")
    if generator.default is None:
        default = pa.nulls(1, column.type)
    else:
        default = typed(brief, [generator.default], "generator.default")
    column = pa.concat_arrays([column, default])

    def cells(block: Block) -> pa.Array:
        found = _group_numbers(block, generator.of, names)
        return chosen(column, np.where(found < 0, len(names), found))

    return cells


def constant(brief: Brief) -> Maker:
    value = brief.generator.value
    brief.require_room(1, at="generator")
    if value is None:
        if brief.constraints.required:
            hint = "give a value, or drop required"
            raise Refused("generator.value", "null_required", "a required field is null", hint)
        column = pa.nulls(1, to_array([], brief.field).type)
    else:
        column = typed(brief, [value], "generator.value")
    return lambda block: chosen(column, np.zeros(len(block.rows), np.int32))


def not_unique(brief: Brief) -> Refused:
    kind = brief.generator.kind
    message = f"the values of a {kind} cannot be made unique"
    hint = "drop unique, or use sequence, uuid or pattern"
    return Refused("constraints.unique", "unique_not_possible", message, hint)
