"""Checks that remember every row, on disk."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...utils import chance
from ...utils.findings import SHOWN, Finding, Piece, kept_share, rows_of
from ...utils.fingerprints import Fingerprints, Words, fingerprints
from ...utils.folds import (
    Floats,
    Records,
    Repeats,
    distinct,
    numbers_of,
    orphans,
    quantile,
    ranked,
)
from ...utils.measures import between, near
from .steps import Steps

BLOCK_ROWS = 250_000
"""Records read back at a time."""


@dataclass(slots=True)
class Spill:
    """Keys of a column on disk, in parts of the key space that are looked at one by one.

    A record is a key's two words and `carried` words more: its row number unless said otherwise.
    """

    folder: Path
    parts: int
    carried: int = 1
    rows: int = 0
    block_rows: int = BLOCK_ROWS

    def add(self, piece: Piece) -> None:
        self.put(fingerprints(piece.columns), row_numbers(piece))

    def put(self, found: Fingerprints, *words: Words) -> None:
        records = np.column_stack([found.upper, found.lower, *words])
        if not found.present.all():
            records = records[found.present]
        self.rows += len(records)
        self.folder.mkdir(parents=True, exist_ok=True)
        for part, members in self._parted(records):
            with (self.folder / f"{part}.keys").open("ab") as file:
                file.write(members.data)

    def _parted(self, records: Records) -> Iterator[tuple[int, Records]]:
        if self.parts == 1:
            yield 0, records
            return
        part = (records[:, 0] >> np.uint64(32)) * np.uint64(self.parts) >> np.uint64(32)
        part = part.astype(np.min_scalar_type(self.parts))  # small words are sorted in one pass
        order = np.argsort(part, kind="stable")  # rows stay in order within a part
        ends = np.cumsum(np.bincount(part, minlength=self.parts))
        for number, members in enumerate(np.split(order, ends[:-1])):
            if len(members):
                yield number, records[members]

    def blocks(self, part: int) -> Iterator[Records]:
        path, width = self.folder / f"{part}.keys", 2 + self.carried
        if path.exists():
            yield from (
                block.reshape(-1, width)
                for block in _blocks(path, np.uint64, self.block_rows * width)
            )


def row_numbers(piece: Piece) -> Words:
    return np.arange(piece.start, piece.start + piece.rows, dtype=np.uint64)


def _blocks(path: Path, kind: Any, size: int) -> Iterator[Any]:
    with path.open("rb") as file:
        while (block := np.fromfile(file, kind, size)).size:
            yield block


@dataclass(slots=True)
class Unique:
    """No key twice; rows where a part of the key is empty do not count, as in SQL.

    As long as the key goes up in `steps`, nothing is written.
    """

    keys: Spill
    rows: int = 0
    steps: Steps | None = field(default_factory=Steps)

    def feed(self, piece: Piece) -> None:
        self.rows += piece.rows
        if self.steps is not None:
            if self.steps.take(piece):
                return
            for earlier in self.steps.pieces():
                self.keys.add(earlier)
            self.steps = None
        self.keys.add(piece)

    def finding(self) -> Finding:
        repeats = repeated(self.keys)
        filled = self.keys.rows if self.steps is None else self.steps.rows
        pairs = tuple(f"rows {first} and {again}" for first, again in sorted(repeats.pairs))
        target = "no value twice"
        score = kept_share(repeats.count + self.rows - filled, self.rows)
        if not repeats.count:
            return Finding(True, target, f"{filled:,} different values", score=score)
        measured = f"{rows_of(repeats.count)} of {filled:,} repeat an earlier one"
        return Finding(False, target, measured, pairs, score)


def repeated(keys: Spill) -> Repeats:
    repeats = Repeats(SHOWN)
    for part in range(keys.parts):
        repeats.look(keys.blocks(part))
    return repeats


@dataclass(slots=True)
class Varied:
    """How many different values there are."""

    minimum: int | None
    maximum: int | None
    keys: Spill

    def feed(self, piece: Piece) -> None:
        self.keys.add(piece)

    def finding(self) -> Finding:
        count = self.keys.rows - repeated(self.keys).count
        low, high = self.minimum or 0, self.maximum
        ends = (None if end is None else f"{end:,}" for end in (self.minimum, high))
        held = low <= count and (high is None or count <= high)
        return Finding(held, f"{between(*ends)} different values", f"{count:,} different values")


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
        score = kept_share(lost, self.children.rows)
        if not lost:
            return Finding(True, target, f"all {self.children.rows:,} refer to one", score=score)
        measured = f"{lost:,} of {self.children.rows:,} refer to none"
        rows = tuple(f"row {row}" for row in sorted(examples))
        return Finding(False, target, measured, rows, score)


@dataclass(slots=True)
class Numbers:
    """The values of a column on disk, as floats in the order of their rows."""

    path: Path
    count: int = 0

    def add(self, piece: Piece) -> None:
        values = numbers_of(piece.columns[0])
        self.count += len(values)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(values.tobytes())

    def blocks(self) -> Iterator[Floats]:
        return _blocks(self.path, np.float64, BLOCK_ROWS)


@dataclass(slots=True)
class Quantile:
    """An exact quantile, by values on disk that are read a few times.

    Without a tolerance it holds where the promised value lies between the values of the ranks that
    chance allows: whatever the distribution, no spread has to be guessed.
    """

    values: Numbers
    q: float
    equals: float
    tolerance: float | None

    def feed(self, piece: Piece) -> None:
        self.values.add(piece)

    def finding(self) -> Finding:
        count, blocks = self.values.count, self.values.blocks
        measured = quantile(blocks, count, self.q)
        if self.tolerance is not None or not count:
            return near(measured, self.equals, self.tolerance or 0.0)
        first, last = chance.ranks(self.q, count)
        low = -math.inf if first is None else ranked(blocks, first)
        high = math.inf if last is None else ranked(blocks, last)
        told = f"{measured:.6g}, by chance {low:.6g} to {high:.6g}"
        return Finding(low <= self.equals <= high, f"{self.equals:g}", told)
