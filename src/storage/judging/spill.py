"""Checks that remember every row, on disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...utils.findings import SHOWN, Finding, Piece, near, rows_of
from ...utils.fingerprints import fingerprints
from ...utils.folds import Floats, Records, Repeats, distinct, median, numbers_of, orphans

BLOCK_ROWS = 500_000
"""Records read back at a time."""


@dataclass(slots=True)
class Spill:
    """Keys of a column on disk, in parts of the key space that are looked at one by one."""

    folder: Path
    parts: int
    rows: int = 0

    def add(self, piece: Piece) -> None:
        found = fingerprints(piece.columns)
        numbers = np.arange(piece.start, piece.start + piece.rows, dtype=np.uint64)
        records = np.column_stack([found.upper, found.lower, numbers])[found.present]
        self.rows += len(records)
        self.folder.mkdir(parents=True, exist_ok=True)
        for part, members in self._parted(records):
            with (self.folder / f"{part}.keys").open("ab") as file:
                file.write(members.tobytes())

    def _parted(self, records: Records) -> Iterator[tuple[int, Records]]:
        if self.parts == 1:
            yield 0, records
            return
        part = (records[:, 0] >> np.uint64(32)) * np.uint64(self.parts) >> np.uint64(32)
        order = np.argsort(part, kind="stable")  # rows stay in order within a part
        ends = np.searchsorted(part[order], np.arange(self.parts + 1, dtype=np.uint64))
        for number in range(self.parts):
            members = order[ends[number] : ends[number + 1]]
            if len(members):
                yield number, records[members]

    def blocks(self, part: int) -> Iterator[Records]:
        path = self.folder / f"{part}.keys"
        if path.exists():
            yield from (block.reshape(-1, 3) for block in _blocks(path, np.uint64, 3))


def _blocks(path: Path, kind: Any, width: int) -> Iterator[Any]:
    with path.open("rb") as file:
        while (block := np.fromfile(file, kind, BLOCK_ROWS * width)).size:
            yield block


@dataclass(slots=True)
class Unique:
    """No key twice; rows where a part of the key is empty do not count, as in SQL."""

    keys: Spill

    def feed(self, piece: Piece) -> None:
        self.keys.add(piece)

    def finding(self) -> Finding:
        repeats = Repeats(SHOWN)
        for part in range(self.keys.parts):
            repeats.look(self.keys.blocks(part))
        pairs = tuple(f"rows {first} and {again}" for first, again in sorted(repeats.pairs))
        target = "no value twice"
        if not repeats.count:
            return Finding(True, target, f"{self.keys.rows:,} different values")
        measured = f"{rows_of(repeats.count)} of {self.keys.rows:,} repeat an earlier one"
        return Finding(False, target, measured, pairs)


@dataclass(slots=True)
class Referenced:
    """Every key of side 0 is one of side 1's; empty ones refer to nothing."""

    target: str
    children: Spill
    parents: Spill

    def feed(self, piece: Piece) -> None:
        (self.parents if piece.side else self.children).add(piece)

    def finding(self) -> Finding:
        lost, examples = 0, list[int]()
        for part in range(self.children.parts):
            parents = distinct(self.parents.blocks(part))
            for block in self.children.blocks(part):
                found = orphans(block, parents)
                lost += len(found)
                examples += [int(block[row, 2]) for row in found[: SHOWN - len(examples)]]
        target = f"a row of {self.target}"
        if not lost:
            return Finding(True, target, f"all {self.children.rows:,} refer to one")
        measured = f"{lost:,} of {self.children.rows:,} refer to none"
        return Finding(False, target, measured, tuple(f"row {row}" for row in sorted(examples)))


@dataclass(slots=True)
class Middle:
    """The exact median, by values on disk that are read a few times."""

    path: Path
    equals: float
    tolerance: float
    count: int = 0

    def feed(self, piece: Piece) -> None:
        values = numbers_of(piece.columns[0])
        self.count += len(values)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(values.tobytes())

    def finding(self) -> Finding:
        return near(median(self._values, self.count), self.equals, self.tolerance)

    def _values(self) -> Iterator[Floats]:
        return _blocks(self.path, np.float64, 1)
