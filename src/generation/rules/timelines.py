"""The regular steps of the field over which series run."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ...core.kinds import TimeSeries
from ..draws.blocks import Block, Maker
from ..draws.cells import Rows
from ..makers.moments import DAY, SECOND
from ..refusals import Refused
from .axes import Axis
from .layouts import Layout
from .places import Points
from .site import Site

_MINUTE, _HOUR = 60 * SECOND, 3600 * SECOND
ROUND = np.array(
    [
        *(count * SECOND for count in (1, 2, 5, 10, 15, 30)),
        *(count * _MINUTE for count in (1, 2, 5, 10, 15, 20, 30)),
        *(count * _HOUR for count in (1, 2, 3, 4, 6, 12)),
        *(count * DAY for count in (1, 2, 7, 14, 28)),
    ],
    np.int64,
)
"""Steps that a person would choose, in microseconds."""
NEAR = 0.9
"""A round step is taken if it covers so much of the range."""


def bind_series(site: Site) -> None:
    """Series lay out the rows of their things, and the field `time` runs through them evenly."""
    for number, field in enumerate(site.table.fields):
        if isinstance(field.generator, TimeSeries) and field.name not in site.fixed:
            with site.refusing():
                _bind(site, field.generator, f"fields[{number}].generator")


def _bind(site: Site, series: TimeSeries, at: str) -> None:
    turns = site.sectioned(series.per, f"{at}.per")
    name = series.time
    if name is None or name not in site.axes or name in site.makers or name in site.fixed:
        return
    axis = site.axes[name]
    site.claim(name, f"{at}.time")
    if axis.size < turns.most:
        message = f"{name!r} has {axis.size:,} moments for up to {turns.most:,} rows of a series"
        hint = f"widen the range of {name!r}, or make it a datetime"
        raise Refused(f"{at}.time", "too_few_values", message, hint)
    site.makers[name] = stepping(axis, turns)


def stepping(axis: Axis, turns_of: Layout) -> Maker:
    """From the first place on in equal steps, round ones where these almost fill the range."""

    def cells(block: Block) -> pa.Array:
        turns = turns_of.turns(block)
        steps = _steps(axis, np.maximum(turns.counts - 1, 1))
        return axis.places.array(axis.low + np.maximum(turns.places, 0) * steps)

    return cells


def _steps(axis: Axis, gaps: Rows) -> Rows:
    widest: Rows = (axis.size - 1) // gaps
    if not isinstance(axis.places, Points) or axis.kind.is_number:
        return widest
    unit = int(axis.places.step)
    options = ROUND[ROUND % unit == 0] // unit
    found = np.searchsorted(options, widest, side="right") - 1
    rounded = options[np.maximum(found, 0)]
    fits = (found >= 0) & (rounded >= NEAR * widest)
    chosen: Rows = np.where(fits, rounded, widest)
    return chosen
