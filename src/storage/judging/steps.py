"""A key that goes up in equal steps, remembered without its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ...utils.findings import Piece

BLOCK_ROWS = 65_536


@dataclass(slots=True)
class Steps:
    """Whole numbers from `first` on, `step` > 0 apart: what most primary keys are."""

    rows: int = 0
    first: int = 0
    step: int = 0

    def take(self, piece: Piece) -> bool:
        """Whether the piece goes on as the rows before it did; only then it is remembered."""
        array, *others = piece.columns
        if others or array.null_count or not pa.types.is_signed_integer(array.type):
            return False
        values = array.to_numpy()
        if not len(values):
            return True
        if not self.rows:
            self.first = int(values[0])
            self.step = int(values[1]) - self.first if len(values) > 1 else 1
        if not self._goes_on(values):
            return False
        self.rows += len(values)
        return True

    def _goes_on(self, values: npt.NDArray[np.signedinteger]) -> bool:
        low = self.first + self.rows * self.step
        ends = low, low + (len(values) - 1) * self.step
        # The ends are compared in full: between them nothing can have gone round 64 bits.
        if self.step < 1 or ends != (int(values[0]), int(values[-1])):
            return False
        return bool((np.diff(values) == self.step).all())

    def pieces(self) -> Iterator[Piece]:
        """The rows once more."""
        for start in range(0, self.rows, BLOCK_ROWS):
            stop = min(start + BLOCK_ROWS, self.rows)
            values = self.first + np.arange(start, stop, dtype=np.int64) * self.step
            yield Piece(0, (pa.array(values),), start, stop - start)
