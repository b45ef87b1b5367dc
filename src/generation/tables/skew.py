"""Busy parents and quiet ones: a declining curve of counts in which the top have their share.

The curve is the Lorenz curve of a lognormal distribution: the busiest share x of the parents has
Φ(Φ⁻¹(x) + σ) of the children (Aitchison & Brown, "The Lognormal Distribution", 1957). It is
rounded so that the total is exact, and σ is solved for the share that the rounded counts have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..draws.cells import Rows

HALVINGS = 40
WIDEST = 6.0
"""Of σ: here a thousandth of the parents has all but a tenth of a percent of the children."""
TRIED = 1 << 14
"""Parents of the model on which σ is solved: the share hardly depends on their number."""
TOLERANCE = 0.01
"""Of the share, beside what one child more or less makes."""


@dataclass(frozen=True, slots=True)
class Busy:
    """What is asked for: the busiest `top` of all `parents`, of which `active` have any children
    and none of these less than `low`, have `share` of the `children`."""

    top: float
    share: float
    parents: int
    active: int
    low: int
    children: int


class OutOfReach(Exception):
    """No such curve; the busiest can have between `least` and `most`."""

    def __init__(self, least: float, most: float) -> None:
        super().__init__()
        self.least, self.most = least, most


def declining(wish: Busy) -> Rows:
    """Counts of the active parents, falling.

    Raises: OutOfReach.
    """
    model = _model(wish)
    least, most = _share(model, 0.0), _share(model, WIDEST)
    slack = TOLERANCE + 1 / max(model.children, 1)
    if not least - slack <= wish.share <= most + slack:
        raise OutOfReach(least, most)
    low, high = 0.0, WIDEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _share(model, middle) < wish.share else (low, middle)
    return _counts(wish, high)


def _model(wish: Busy) -> Busy:
    """The same shape with fewer parents."""
    if wish.active <= TRIED:
        return wish
    scale = TRIED / wish.active
    spare = wish.children - wish.low * wish.active
    children = round(spare * scale) + wish.low * TRIED
    return Busy(wish.top, wish.share, round(wish.parents * scale), TRIED, wish.low, children)


def _counts(wish: Busy, sigma: float) -> Rows:
    from scipy.special import ndtr, ndtri

    spare = wish.children - wish.low * wish.active
    reach = np.arange(wish.active + 1, dtype=np.float64) / max(wish.active, 1)
    curve = ndtr(ndtri(reach) + sigma)
    ends = np.floor(curve * spare + 0.5).astype(np.int64)
    ends[-1] = spare
    # Rounding the sums lets a count exceed its neighbour's by one: sorted, they decline.
    return np.sort(np.diff(ends))[::-1] + wish.low


def _share(wish: Busy, sigma: float) -> float:
    """What the busiest have under the rounded curve."""
    top = int(wish.top * wish.parents + 0.5)
    return float(_counts(wish, sigma)[:top].sum()) / max(wish.children, 1)
