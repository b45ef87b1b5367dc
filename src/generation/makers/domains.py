"""Finite ordered sets of values, from which cells are drawn evenly, or each at most once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from ..briefs import Brief
from ..draws.arrays import chosen
from ..draws.blocks import Block, Maker
from ..draws.cells import Rows, below
from ..draws.permutations import DistinctIndexes

LARGEST = 1 << 62


@dataclass(frozen=True, slots=True)
class Domain:
    """`size` values; `at` makes those of any indexes below it. 1 ≤ size ≤ LARGEST."""

    size: int
    at: Callable[[Rows], pa.Array]


def listed(values: pa.Array) -> Domain:
    return Domain(len(values), lambda indexes: chosen(values, indexes))


def drawn_from(domain: Domain, brief: Brief, purpose: str = "value") -> Maker:
    """Evenly over the domain; where the column is unique, no value twice.

    Raises:
        Refused: the column is unique and the domain has fewer values than the table rows.
    """
    key = brief.key(purpose)
    if brief.unique:
        brief.require_room(domain.size)
        distinct = DistinctIndexes(key, brief.rows, domain.size)
        return lambda block: domain.at(distinct(block.rows))

    def evenly(block: Block) -> pa.Array:
        return domain.at(below(key, block.rows, domain.size))

    return evenly
