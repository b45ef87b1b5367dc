"""Which cells of a field are empty: by its share, its condition, and what rules say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..briefs import Brief
from ..draws.arrays import Mask, emptied
from ..draws.blocks import Block, Maker
from ..draws.cells import happens
from ..draws.keys import Key
from ..refusals import Refused
from ..tables.bonds import null_share
from .demands import Empty
from .exclusion import exclude_each_other
from .site import Site
from .terms import Term

FOLLOWING = frozenset({"lookup", "subcategory", "expression", "aggregate", "constant"})
"""Generators that may leave a cell empty by themselves."""


@dataclass(frozen=True, slots=True)
class Emptiness:
    """`share` of the cells, or of those that `when` leaves; then those of `forced`, in order:
    where the condition holds (None: everywhere) a cell is empty, or is not."""

    key: Key
    share: float
    when: Term | None = None
    forced: tuple[tuple[Term | None, bool], ...] = ()

    @property
    def is_never(self) -> bool:
        return not (self.share or self.when or any(empty for _, empty in self.forced))

    def of(self, maker: Maker) -> Maker:
        return maker if self.is_never else lambda block: emptied(maker(block), self.cells(block))

    def cells(self, block: Block) -> Mask:
        """Which of the block's cells are empty."""
        empty = happens(self.key, block.rows, self.share)
        if self.when is not None:
            empty = empty | self.when.holds(block)
        for condition, wanted in self.forced:
            holds = np.True_ if condition is None else condition.holds(block)
            empty = empty | holds if wanted else empty & ~holds
        return np.broadcast_to(empty, (len(block.rows),))


def emptiness(site: Site, brief: Brief, demands: Sequence[Empty]) -> Emptiness:
    """Raises: Refused: `at` leads from the field to its null_when, or to a rule."""
    field = brief.field
    share, when = null_share(field), None
    if field.constraints.required or field.name in site.complete:
        share = 0.0
    if field.null_when is not None:
        # Otherwise filled, unless a share is asked for besides.
        share = field.null_fraction or 0.0
        at = "null_when"
        when = site.condition(site.spoken(field.null_when, at), field.name, at)
    _check(site, brief, demands)
    forced = tuple((site.condition(d.when, field.name, d.at), d.wanted) for d in demands)
    return Emptiness(brief.key("null"), share, when, forced)


def _require_unsaid(site: Site, brief: Brief, at: str) -> None:
    """Raises: Refused: something else says where the field is empty."""
    name = brief.field.name
    if name in site.fixed:
        raise Refused(at, "field_fixed", f"{name!r} {site.fixed[name]}", "drop the rule")
    if brief.field.null_when is not None:
        message = f"null_when of {name!r} says already when it is empty"
        raise Refused(at, "rules_contradict", message, "keep one of the two")
    if name in site.complete:
        message = f"{name!r} is empty where its combination is, and nowhere else"
        raise Refused(at, "rules_contradict", message, "keep one of the two rules")


def _check(site: Site, brief: Brief, demands: Sequence[Empty]) -> None:
    name = brief.field.name
    for demand in demands:
        _require_unsaid(site, brief, demand.at)
        if demand.wanted and not brief.field.may_be_null:
            message = f"{name!r} may not be empty"
            raise Refused(demand.at, "rules_contradict", message, "say that it is nullable")
        if not demand.wanted and getattr(brief.generator, "kind", None) in FOLLOWING:
            message = f"whether {name!r} is empty follows from other fields"
            raise Refused(demand.at, "not_constructible", message, "let its generator say it")
    for one, other in combinations(demands, 2):
        if one.wanted != other.wanted and not exclude_each_other(one.when, other.when):
            message = f"{name!r} would have to be empty and filled in one row"
            hint = "make the conditions exclude each other: status = 'a', status = 'b'"
            raise Refused(other.at, "rules_contradict", message, hint)
