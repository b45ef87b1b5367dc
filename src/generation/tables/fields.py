"""Builders of columns that come from a row's parents: the key's cells, and line numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ..arrow_types import arrow_type
from ..briefs import Brief
from ..draws.blocks import Block, Maker
from ..refusals import Refused
from .bonds import Bond, numbering
from .kin import NOBODY, kin
from .links import Counted


def key_bond(brief: Brief) -> Bond | None:
    """The foreign key that fills a field; None where none does."""
    for bond in brief.names.bonds[brief.table.name]:
        if bond.after is None and brief.field.name in bond.key.fields:
            return bond
    return None


def key_cells(brief: Brief, bond: Bond) -> Maker:
    """The parent's cells at the parents' rows."""
    target = bond.key.reference.fields[bond.key.fields.index(brief.field.name)]
    brief.names.depends_on(bond.parent.name, target)
    link = brief.names.links.get(brief.table.name, {}).get(bond.number)
    makers = brief.names.makers[bond.parent.name]
    if link is None:  # told elsewhere, or the parent's rows are not known yet
        kind = arrow_type(brief.field)
        return lambda block: pa.nulls(len(block.rows), kind)
    return lambda block: kin(block, link, makers).column(target)


def line_number(brief: Brief) -> Maker:
    """1, 2, 3 … within the parent's rows; null without a parent.

    Raises: Refused.
    """
    bond = numbering(brief.table, brief.names.bonds[brief.table.name])
    if bond is None:
        message = "it is not clear which parent's rows are numbered"
        hint = "give one foreign key per_parent, or put it into the primary key beside this field"
        raise Refused("generator", "ambiguous_parent", message, hint)
    if brief.unique:
        message = "line numbers begin again with each parent"
        hint = "put the key and the line number together into the primary key"
        raise Refused("constraints.unique", "unique_not_possible", message, hint)
    link = brief.names.links.get(brief.table.name, {}).get(bond.number)

    def cells(block: Block) -> pa.Array:
        if not isinstance(link, Counted):  # told elsewhere
            return pa.nulls(len(block.rows), pa.int64())
        ranks = link.ranks(block.rows)
        return pa.array(ranks + 1, pa.int64(), mask=_none(ranks))

    return cells


def _none(ranks: np.ndarray) -> np.ndarray | None:
    orphans = ranks == NOBODY
    return orphans if orphans.any() else None
