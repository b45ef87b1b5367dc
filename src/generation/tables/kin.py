"""The parents of a block's rows, each made once, with their columns at the children's places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from ..draws.blocks import Block, Maker
from ..draws.cells import Rows

NOBODY = -1
"""The parent's row of a row without a parent."""


class Link(Protocol):
    """One foreign key at work: a pure function from a child's row to its parent's."""

    @property
    def name(self) -> str:
        """One among the links of a schema."""

    def parents(self, rows: Rows) -> Rows:
        """The parents' rows, `NOBODY` where there is none."""


@dataclass(frozen=True, slots=True)
class Kin:
    """`block`: the parents, each once. `places`: where each child finds its own, null if none."""

    block: Block
    places: pa.Array

    def column(self, name: str) -> pa.Array:
        return self.block.column(name).take(self.places)


def kin(block: Block, link: Link, makers: Mapping[str, Maker]) -> Kin:
    """The parents of a block's rows; the same value however often it is asked for."""
    return block.once(("kin", link.name), lambda: _found(link.parents(block.rows), makers))


def _found(parents: Rows, makers: Mapping[str, Maker]) -> Kin:
    distinct, places = _distinct(parents)
    orphans = parents == NOBODY
    if orphans.any():
        distinct, places = distinct[1:], places - 1
        return Kin(Block(distinct, makers), pa.array(places, mask=orphans))
    return Kin(Block(distinct, makers), pa.array(places))


def _distinct(parents: Rows) -> tuple[Rows, Rows]:
    """The parents that occur, ascending, and where each row's own stands among them."""
    if len(parents) and (parents[1:] >= parents[:-1]).all():
        # Line items lie parent by parent: no need to sort.
        first = np.empty(len(parents), np.bool_)
        first[0] = True
        np.not_equal(parents[1:], parents[:-1], out=first[1:])
        return parents[first], np.cumsum(first) - 1
    distinct, places = np.unique(parents, return_inverse=True)
    return distinct, places.astype(np.int64, copy=False)
