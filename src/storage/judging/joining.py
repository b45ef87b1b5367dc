"""A check of rows beside their parents, met on disk by the parts of their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ...utils.findings import Finding, Piece
from ...utils.fingerprints import fingerprints

CHILD, PARENT = 0, 1


@dataclass(slots=True)
class Joined:
    """Side 0: children, side 1: parents; the first `width` columns of both are the key.

    `look` gets the children's other columns, then their parents' (null without a parent), and the
    children's row numbers. Memory holds one part of the parents at a time.
    """

    folder: Path
    parts: int
    width: int
    look: Callable[[Sequence[pa.Array], Any], None]
    tell: Callable[[], Finding]
    _writers: dict[tuple[int, int], Any] = field(default_factory=dict)

    def feed(self, piece: Piece) -> None:
        found = fingerprints(piece.columns[: self.width])
        numbers = np.arange(piece.start, piece.start + piece.rows)
        # A row without a key has no parent: it may lie in any part.
        upper = np.where(found.present, found.upper, np.uint64(0))
        keys = [upper, found.lower, numbers, found.present]
        names = ["upper", "lower", "row", "there"]
        arrays = [*map(pa.array, keys), *piece.columns[self.width :]]
        names += [f"c{place}" for place in range(len(arrays) - len(names))]
        self._write(piece.side, pa.table(arrays, names=names), upper)

    def _write(self, side: int, table: pa.Table, upper: Any) -> None:
        part = (upper >> np.uint64(32)) * np.uint64(self.parts) >> np.uint64(32)
        for number in np.unique(part):
            members = table if self.parts == 1 else table.filter(pa.array(part == number))
            key = (side, int(number))
            if key not in self._writers:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._writers[key] = pa.ipc.new_stream(str(self._path(*key)), table.schema)
            self._writers[key].write_table(members)

    def _path(self, side: int, part: int) -> Path:
        return self.folder / f"{side}.{part}.arrows"

    def finding(self) -> Finding:
        for writer in self._writers.values():
            writer.close()
        for part in range(self.parts):
            self._meet(part)
        return self.tell()

    def _meet(self, part: int) -> None:
        parents = self._parents(part)
        for child in self._batches(CHILD, part):
            columns = [child[name] for name in child.schema.names if name.startswith("c")]
            self.look([*columns, *self._beside(child, parents)], child["row"].to_numpy())

    def _parents(self, part: int) -> pa.Table | None:
        batches = list(self._batches(PARENT, part))
        if not batches:
            return self._none()
        table = pa.Table.from_batches(batches).combine_chunks()
        return table.sort_by("upper")

    def _none(self) -> pa.Table | None:
        """Where no parent fell into a part: their columns, without a row."""
        path = next((self._path(*key) for key in self._writers if key[0] == PARENT), None)
        if path is None:
            return None
        with pa.ipc.open_stream(str(path)) as stream:
            return stream.schema.empty_table()

    def _beside(self, child: pa.RecordBatch, parents: pa.Table | None) -> list[pa.Array]:
        if parents is None:
            return []
        places = _places(child, parents)
        names = [name for name in parents.schema.names if name.startswith("c")]
        found = [parents[name].combine_chunks() for name in names]
        arrays = [a if isinstance(a, pa.Array) else pa.array([], a.type) for a in found]
        return [array.take(places) for array in arrays]

    def _batches(self, side: int, part: int) -> Iterator[pa.RecordBatch]:
        if (side, part) in self._writers:
            with pa.ipc.open_stream(str(self._path(side, part))) as stream:
                yield from stream


def _places(child: pa.RecordBatch, parents: pa.Table) -> pa.Array:
    """Where each child's parent stands; null where there is none."""
    known, wanted = parents["upper"].to_numpy(), child["upper"].to_numpy()
    places = np.searchsorted(known, wanted)
    inside = np.minimum(places, max(len(known) - 1, 0))
    if not len(known):
        return pa.nulls(len(wanted), pa.int64())
    same = (known[inside] == wanted) & (
        parents["lower"].to_numpy()[inside] == child["lower"].to_numpy()
    )
    there = child["there"].to_numpy(zero_copy_only=False)
    return pa.array(inside, mask=~(same & there))
