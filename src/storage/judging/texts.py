"""Checks of texts: their length, their language, how much they repeat each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import kinds
from ...utils.columns import present
from ...utils.findings import SHOWN, Finding, Piece, percent, rows_of
from ...utils.fingerprints import fingerprints
from ...utils.likeness import BANDS, HASHES, likeness, sayings
from ...utils.measures import between
from ...utils.text import clean, shown
from .agreeing import agree_check
from .bench import Bench, Made, Unjudgeable
from .languages import known, likeliest
from .spill import Spill, repeated
from .stated import Tally

TEXT = frozenset({"string"})
LOOKED_AT = 10_000
"""Texts whose language is told, evenly from all rows: that costs much more than reading them."""


# ── length ────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Long:
    """How many characters or words each text has; the least and the most are what was measured."""

    measure: Callable[[pa.Array], pa.Array]
    low: int
    high: float
    tally: Tally
    ends: list[int] = field(default_factory=list)

    def feed(self, piece: Piece) -> None:
        there = present(piece.columns[0])
        lengths = self.measure(piece.columns[0]).fill_null(0).to_numpy(zero_copy_only=False)
        broken = there & ((lengths < self.low) | (lengths > self.high))
        if there.any():
            self.ends = [*self.ends, int(lengths[there].min()), int(lengths[there].max())]
            self.ends = [min(self.ends), max(self.ends)]
        numbers = range(piece.start, piece.start + piece.rows)
        self.tally.add(piece.rows, broken, numbers, lambda place: f"{lengths[place]} in ")

    def finding(self) -> Finding:
        found = self.tally.finding()
        if not found.held or not self.ends:
            return found
        return Finding(True, found.target, f"{self.ends[0]:,} to {self.ends[1]:,}")


_MEASURES: Mapping[str, Callable[[pa.Array], pa.Array]] = {
    "characters": pc.utf8_length,
    "words": lambda texts: pc.count_substring_regex(texts, r"\S+"),
}


def _length(bench: Bench, check: kinds.LengthCheck) -> Made:
    sides = bench.field(check, of=TEXT)
    ends = (None if end is None else f"{end:,}" for end in (check.minimum, check.maximum))
    tally = Tally(f"{between(*ends)} {check.unit}")
    top = np.inf if check.maximum is None else check.maximum
    return sides, Long(_MEASURES[check.unit], check.minimum or 0, top, tally)


# ── language ──────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Spoken:
    """The share of the texts that are in a language, of those from which it can be told."""

    language: str
    wanted: float
    step: int
    told: int = 0
    right: int = 0
    examples: list[str] = field(default_factory=list)

    def feed(self, piece: Piece) -> None:
        first = -piece.start % self.step
        rows = range(first, piece.rows, self.step)
        for row, text in zip(rows, piece.columns[0].take(pa.array(rows, pa.int64())), strict=True):
            found = likeliest(text.as_py() or "")
            if found is None:
                continue
            self.told += 1
            self.right += found == self.language
            if found != self.language and len(self.examples) < SHOWN:
                self.examples.append(f"{shown(text.as_py())} in row {piece.start + row}")

    def finding(self) -> Finding:
        target = f"at least {percent(self.wanted)} in {self.language}"
        if not self.told:
            return Finding(True, target, "the texts are too short to tell")
        share = self.right / self.told
        measured = f"{percent(share)} of {self.told:,} texts looked at"
        return Finding(share >= self.wanted, target, measured, tuple(self.examples))


def _language(bench: Bench, check: kinds.LanguageCheck) -> Made:
    sides = bench.field(check, of=TEXT)
    language = check.language.replace("-", "_").split("_")[0].lower()
    if language not in known():
        raise Unjudgeable(f"{clean(language, 20)} is no language that can be told apart")
    step = max(1, bench.rows.get(sides[0].table, 0) // LOOKED_AT)
    return sides, Spoken(language, check.share, step)


# ── repetition ────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Repeating:
    """The share of texts that nearly repeat an earlier one, by MinHash signatures on disk.

    Texts are compared that agree in one band of their signatures: each with the first of its group
    and with the one before it. Memory holds 16 bytes a text, and ten times that at the end.
    """

    folder: Path
    similarity: float
    most: float
    rows: list[Any] = field(default_factory=list)

    def feed(self, piece: Piece) -> None:
        there = np.flatnonzero(present(piece.columns[0]))
        texts = piece.columns[0].take(pa.array(there, pa.int64())).to_pylist()
        if not texts:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self.rows.append(piece.start + there)
        with (self.folder / "signatures").open("ab") as file:
            for said in sayings(texts):
                file.write(said.signature)

    def finding(self) -> Finding:
        target = f"at most {percent(self.most)} nearly repeat an earlier one"
        if not self.rows:
            return Finding(True, target, "no texts")
        rows = np.concatenate(self.rows)
        signatures = np.memmap(
            self.folder / "signatures", np.uint32, "r", shape=(len(rows), HASHES)
        )
        earlier = self._earlier(signatures)
        again = np.flatnonzero(earlier >= 0)
        pairs = tuple(f"rows {rows[earlier[place]]} and {rows[place]}" for place in again[:SHOWN])
        share = len(again) / len(rows)
        measured = f"{percent(share)} ({len(again):,} of {rows_of(len(rows))})"
        held = share <= self.most
        return Finding(held, target, measured, () if held else pairs)

    def _earlier(self, signatures: Any) -> Any:
        """Which earlier text each one repeats, -1 for none."""
        width = HASHES // BANDS
        earlier = np.full(len(signatures), -1)
        for band in range(BANDS):
            part = np.ascontiguousarray(signatures[:, band * width : (band + 1) * width])
            keys = part.view(np.dtype((np.void, part.itemsize * width))).ravel()
            _, group = np.unique(keys, return_inverse=True)
            order = np.argsort(group, kind="stable")
            same = np.r_[False, group[order][1:] == group[order][:-1]]
            starts = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
            for others in (order[starts], np.r_[order[:1], order[:-1]]):
                self._compare(signatures, earlier, order[same], others[same])
        return earlier

    def _compare(self, signatures: Any, earlier: Any, texts: Any, others: Any) -> None:
        near = likeness(signatures[texts], signatures[others]) >= self.similarity
        earlier[texts[near]] = others[near]


def _near_duplicates(bench: Bench, check: kinds.NearDuplicates) -> Made:
    sides = bench.field(check, of=TEXT)
    return sides, Repeating(bench.place(), check.similarity, check.maximum)


@dataclass(slots=True)
class Diverse:
    """Distinct-2 (Li et al., "A Diversity-Promoting Objective Function", 2016): different pairs of
    neighbouring words among all of them."""

    least: float
    pairs: Spill

    def feed(self, piece: Piece) -> None:
        import polars as pl

        words = pl.Series(pl.from_arrow(piece.columns[0])).str.to_lowercase()
        each = words.str.extract_all(r"\w+")
        pairs = each.list.eval(pl.element() + " " + pl.element().shift(-1)).explode().drop_nulls()
        if len(pairs):
            self.pairs.put(fingerprints([pairs.to_arrow()]), np.zeros(len(pairs), np.uint64))

    def finding(self) -> Finding:
        target = f"at least {percent(self.least)} of the word pairs are different"
        if not self.pairs.rows:
            return Finding(True, target, "no text of two words")
        different = self.pairs.rows - repeated(self.pairs).count
        share = different / self.pairs.rows
        measured = f"{percent(share)} ({different:,} of {self.pairs.rows:,})"
        return Finding(share >= self.least, target, measured)


def _diversity(bench: Bench, check: kinds.Diversity) -> Made:
    sides = bench.field(check, of=TEXT)
    return sides, Diverse(check.minimum, *bench.spills(*sides))


MAKERS: Mapping[str, Callable[[Bench, Any], Made]] = {
    "length": _length,
    "language": _language,
    "near_duplicates": _near_duplicates,
    "diversity": _diversity,
    "agree": agree_check,
}
