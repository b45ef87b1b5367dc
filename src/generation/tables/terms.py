"""From what is said about children per parent to counts that agree with the number of rows.

    minimum, maximum   of the parents that have any children where share_with_none is said, else of
                       all; the minimum is then 1, else 0, unless it is said
    share_with_none    so many parents have no child, exactly
    mean               over all parents, so that parents × mean is the number of children
    skew               the busiest `top` of all parents have `share` of the children

How counts are spread: evenly from minimum to maximum; where a mean (or the number of rows) is
known too, with weights in a geometric series; without a maximum as Poisson above the minimum;
under a skew on a lognormal Lorenz curve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...core.models import PerParent, Skew
from ..draws.cells import Rows
from ..draws.keys import Key
from ..draws.permutations import Permutation
from ..refusals import Refused
from .counts import Alike, AtMostOne, Counts, Dealt, held
from .quotas import Quotas, between, even, scattered
from .skew import Busy, OutOfReach, declining

WIDEST = 1_000_000
"""Of maximum − minimum."""
MOST_HELD = 20_000_000
"""Parents of which each one's count is held: half a gigabyte."""
MOST_DEALT = 1_000_000_000
"""Parents of which blocks' totals are held."""
MOST_CHILDREN = 1 << 62


@dataclass(frozen=True, slots=True)
class Terms:
    """`low` and `high` of the parents that have any children where `none` is said, else of all."""

    low: int
    high: int | None
    mean: float | None = None
    none: float | None = None
    skew: Skew | None = None
    is_range: bool = False


def terms_of(said: PerParent | None, room: int | None) -> Terms:
    """`room`: how many children a parent can have at the most, for another reason.

    Raises: Refused: they contradict each other.
    """
    said = said or PerParent()
    none = said.share_with_none
    low = said.minimum or 0
    if none is not None:
        low = max(low, 1)
    high = min((end for end in (said.maximum, room) if end is not None), default=None)
    if said.maximum is not None and said.maximum < low:
        message = f"a parent that has any has at least {low} and at most {said.maximum}"
        raise Refused(
            "per_parent.minimum", "empty_range", message, "give a minimum up to the maximum"
        )
    if high is not None and high < low:
        message = f"at least {low} each, and there is room for {high}"
        raise Refused("per_parent.minimum", "empty_range", message, "lower the minimum")
    if said.maximum is not None and high is not None and high - low > WIDEST:
        message = f"counts from {low} to {high:,} are more than {WIDEST:,} apart"
        raise Refused(
            "per_parent.maximum", "too_wide", message, "lower the maximum, or say a mean instead"
        )
    if said.skew is not None:
        _check_skew(said.skew)
    return Terms(low, high, said.mean, none, said.skew, said.maximum is not None)


def _check_skew(skew: Skew) -> None:
    if not 0 < skew.top < 1 or skew.share < skew.top:
        message = f"the busiest {skew.top:g} of the parents cannot have {skew.share:g} of the rows"
        hint = "give a top between 0 and 1, and a share that is not below it"
        raise Refused("per_parent.skew", "skew_impossible", message, hint)


@dataclass(frozen=True, slots=True)
class Census:
    """Terms met by a number of parents; of these, `idle` have no children by wish."""

    terms: Terms
    parents: int
    idle: int

    @property
    def active(self) -> int:
        return self.parents - self.idle

    def children(self) -> int:
        """How many follow from the terms alone.

        Raises: Refused: they leave it open.
        """
        terms = self.terms
        if terms.mean is not None:
            if terms.mean * self.parents > MOST_CHILDREN:
                message = "there would be more than 2^62 rows"
                raise Refused("per_parent", "too_wide", message, "lower it")
            return _half_up(terms.mean * self.parents)
        if terms.high is not None and terms.skew is None and (terms.is_range or terms.high <= 1):
            return even(terms.low, terms.high, self.active).children if self.active else 0
        message = "nothing says how many rows there are"
        raise Refused(
            "per_parent", "counts_open", message, "give a mean or a maximum, or the table's rows"
        )

    def check(self, children: int) -> None:
        """Raises: Refused: so many cannot be."""
        if children > MOST_CHILDREN:
            raise Refused(
                "per_parent", "too_wide", "there would be more than 2^62 rows", "lower it"
            )
        if children and self.idle and not self.active:
            message = f"{children:,} rows need a parent, and share_with_none leaves none to any row"
            hint = "lower share_with_none, or ask for no rows"
            raise Refused("per_parent.share_with_none", "counts_do_not_fit", message, hint)
        least, most = self.active * self.terms.low, None
        if self.terms.high is not None:
            most = self.active * self.terms.high
        if children < least or (most is not None and children > most):
            reach = f"at least {least:,}" if most is None else f"{least:,} to {most:,}"
            message = f"{children:,} rows do not fit {self._described()}: {reach} would"
            hint = f"make it {reach} rows, or change the counts"
            raise Refused("per_parent", "counts_do_not_fit", message, hint)

    def _described(self) -> str:
        terms = self.terms
        each = f"{terms.low} or more" if terms.high is None else f"{terms.low} to {terms.high}"
        idle = f" and {self.idle:,} with none" if self.idle else ""
        return f"{self.active:,} parents with {each} each{idle}"

    def counts(self, children: int, key: Key, *, in_order: bool) -> Counts:
        """Counts with this total. `in_order`: whether they will be asked for side by side.

        Raises: Refused: the skew is out of reach.
        """
        order = Permutation(key, self.parents)
        if self.terms.skew is not None:
            require_room(self.parents, MOST_HELD)
            curve = self._curve(self.terms.skew, children)
            return held(_by_parent(np.append(curve, np.zeros(self.idle, np.int64)), order))
        found = self._quotas(children)
        values, quotas = found.values, found.quotas
        if self.idle:
            values, quotas = np.append(0, values), np.append(self.idle, quotas)
        kept = quotas > 0
        values, quotas = values[kept], quotas[kept]
        if len(values) == 1 and values[0] > 0:
            return Alike(int(values[0]), self.parents)
        if not in_order and set(values.tolist()) <= {0, 1}:
            return AtMostOne(order, children)
        if in_order:
            require_room(self.parents, MOST_DEALT)
            return Dealt(key, values, quotas)
        require_room(self.parents, MOST_HELD)
        return held(_by_parent(np.repeat(values, quotas), order))

    def _quotas(self, children: int) -> Quotas:
        low, high, active = self.terms.low, self.terms.high, self.active
        if not active:
            return Quotas(np.zeros(0, np.int64), np.zeros(0, np.int64))
        if high is not None and self.terms.is_range:
            if self.terms.mean is None and children == even(low, high, active).children:
                return even(low, high, active)
            return between(low, high, active, children)
        return scattered(low, high, active, children)

    def _curve(self, skew: Skew, children: int) -> Rows:
        wish = Busy(skew.top, skew.share, self.parents, self.active, self.terms.low, children)
        try:
            curve = declining(wish)
        except OutOfReach as exc:
            message = (
                f"the busiest {skew.top:.0%} can have {exc.least:.1%} to {exc.most:.1%} of "
                f"{children:,} rows, not {skew.share:.1%}"
            )
            hint = "change the share, the rows, or the minimum and share_with_none"
            raise Refused("per_parent.skew", "skew_impossible", message, hint) from None
        if self.terms.high is not None and len(curve) and curve[0] > self.terms.high:
            message = f"this skew gives one parent {curve[0]:,} rows, more than {self.terms.high:,}"
            hint = "raise the maximum, or lower the skew's share"
            raise Refused("per_parent.maximum", "counts_do_not_fit", message, hint)
        return curve


def require_room(parents: int, most: int) -> None:
    """Raises: Refused: what is held for so many parents would not fit into memory."""
    if parents > most:
        message = f"these counts are held in memory, for at most {most:,} parents, not {parents:,}"
        hint = "leave the table's rows and the skew out, so that rows follow from a range or a mean"
        raise Refused("per_parent", "too_many_parents", message, hint)


def census(terms: Terms, parents: int) -> Census:
    return Census(terms, parents, _half_up((terms.none or 0.0) * parents))


def _by_parent(counts: Rows, order: Permutation) -> Rows:
    return counts[order.forward(np.arange(len(counts), dtype=np.int64))]


def _half_up(number: float) -> int:
    return int(number + 0.5)
