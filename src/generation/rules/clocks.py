"""Between a clock on the wall and instants, for many moments at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

import numpy as np

from ..draws.cells import Rows
from ..makers.moments import DAY, EPOCH, SECOND

MOST_PROBES = 40_000
FOREVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Clock:
    """From `changes[i]` (microseconds UTC) on, the wall shows `offsets[i]` more than UTC."""

    changes: Rows
    offsets: Rows

    def walls(self, instants: Rows) -> Rows:
        """What the wall shows; where it will show that again, no more than when it does."""
        regime = np.maximum(np.searchsorted(self.changes, instants, side="right") - 1, 0)
        again = np.append((self.changes + self.offsets)[1:], FOREVER)
        found: Rows = np.minimum(instants + self.offsets[regime], again[regime])
        return found

    def not_before(self, walls: Rows) -> Rows:
        """The first instant from which on the wall never shows less."""
        # A regime counts if its wall begins below the bound; the latest of them decides.
        begins = self.changes + self.offsets
        regime = np.maximum(np.searchsorted(begins, walls, side="left") - 1, 0)
        ends = np.append(self.changes[1:], FOREVER)
        found: Rows = np.minimum(walls - self.offsets[regime], ends[regime])
        return found

    def not_after(self, walls: Rows) -> Rows:
        """The last instant up to which the wall never showed more."""
        ends = np.append(self.changes[1:] + self.offsets[:-1], FOREVER)
        regime = np.minimum(np.searchsorted(ends, walls, side="right"), len(ends) - 1)
        found: Rows = np.maximum(walls - self.offsets[regime], self.changes[regime] - 1)
        return found


def clock(zone: tzinfo, low: int, high: int) -> Clock:
    """The changes between two instants, and a few days around them."""
    step = DAY * (1 + (high - low) // DAY // MOST_PROBES)
    first = max(low - 3 * DAY, (datetime(1, 1, 3) - EPOCH) // timedelta(microseconds=1))  # noqa: DTZ001 (UTC throughout)
    last = min(high + 3 * DAY, (datetime(9999, 12, 29) - EPOCH) // timedelta(microseconds=1))  # noqa: DTZ001
    probes = range(first, last, step)
    changes, offsets = [-FOREVER // 2], [_offset(zone, first)]
    for before, after in pairwise(probes):
        if _offset(zone, after) != offsets[-1]:
            changes.append(_change(zone, before, after))
            offsets.append(_offset(zone, after))
    return Clock(np.array(changes, np.int64), np.array(offsets, np.int64))


def _offset(zone: tzinfo, instant: int) -> int:
    at = (EPOCH + timedelta(microseconds=instant)).replace(tzinfo=UTC)
    return (at.astimezone(zone).utcoffset() or timedelta()) // timedelta(microseconds=1)


def _change(zone: tzinfo, before: int, after: int) -> int:
    """The second at which the offset changes."""
    old = _offset(zone, before)
    while after - before > SECOND:
        middle = before + (after - before) // (2 * SECOND) * SECOND
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after
