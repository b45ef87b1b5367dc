"""Checks of how many rows a parent has, and of references that must not lead in a circle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ...core import kinds
from ...utils import chance
from ...utils.findings import SHOWN, Finding, Piece, kept_share, percent, rows_of
from ...utils.folds import Records, distinct, parents_of
from ...utils.measures import Wanted, between
from .bench import Bench, Made, Unjudgeable
from .spill import Spill
from .totals import aggregate_check

NOBODY = -1


# ── how many rows a parent has ────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Families:
    """`parents_with[n]`: how many parents have n rows; `outliers`: the first with a number of rows
    outside `allowed`, with it."""

    allowed: Callable[[Any], Any]
    parents_with: Counter[int] = field(default_factory=Counter)
    outliers: list[tuple[int, int]] = field(default_factory=list)

    @property
    def parents(self) -> int:
        return self.parents_with.total()

    @property
    def children(self) -> int:
        return sum(number * parents for number, parents in self.parents_with.items())

    def add(self, parents: Records, counts: Any) -> None:
        found, times = np.unique(counts, return_counts=True)
        self.parents_with.update(dict(zip(found.tolist(), times.tolist(), strict=True)))
        for place in np.flatnonzero(~self.allowed(counts))[:SHOWN]:
            self.outliers.append((int(parents[place, 2]), int(counts[place])))
        self.outliers = sorted(self.outliers)[:SHOWN]


@dataclass(slots=True)
class Counting:
    """Side 0: the children's keys; side 1: the parents'. Without parents each different key is a
    parent."""

    children: Spill
    parents: Spill | None
    families: Families
    tell: Callable[[Families], Finding]

    def feed(self, piece: Piece) -> None:
        (self.parents if piece.side and self.parents else self.children).add(piece)

    def finding(self) -> Finding:
        for part in range(self.children.parts):
            parents = distinct((self.parents or self.children).blocks(part))
            counts = np.zeros(len(parents), np.int64)
            for block in self.children.blocks(part):
                places = parents_of(block, parents)
                counts += np.bincount(places[places >= 0], minlength=len(parents))
            self.families.add(parents, counts)
        return self.tell(self.families)


def _counted(
    bench: Bench,
    check: Any,
    tell: Callable[[Families], Finding],
    allowed: Callable[[Any], Any] = lambda counts: counts >= 0,
) -> Made:
    child, parent = bench.key(check)
    families = Families(allowed)
    if parent is None:
        return (child,), Counting(next(bench.spills(child)), None, families, tell)
    children, parents = bench.spills(child, parent)
    return (child, parent), Counting(children, parents, families, tell)


def _per_parent(bench: Bench, check: kinds.PerParent) -> Made:
    if check.values is not None:
        weights = check.weights or (1.0,) * len(check.values)
        if len(weights) != len(check.values) or not sum(weights) > 0:
            raise Unjudgeable("there are not as many weights as values")
        return _counted(bench, check, partial(_shaped, check.values, weights, check.tolerance))
    low, high = check.minimum or 0, check.maximum
    target = between(*(None if end is None else f"{end:,}" for end in (check.minimum, high)))
    top = np.inf if high is None else high

    def allowed(counts: Any) -> Any:
        return (low <= counts) & (counts <= top)

    return _counted(bench, check, partial(_bounded, f"{target} each", allowed), allowed)


def _bounded(target: str, allowed: Callable[[Any], Any], found: Families) -> Finding:
    broken = sum(n for count, n in found.parents_with.items() if not allowed(count))
    score = kept_share(broken, found.parents)
    if not found.parents:
        return Finding(True, target, "no parents")
    measured = f"{min(found.parents_with):,} to {max(found.parents_with):,} each"
    if broken:
        measured = f"{broken:,} of {found.parents:,} have another number"
    told = tuple(f"{count:,} of the parent in row {row}" for row, count in found.outliers)
    return Finding(not broken, target, measured, told, score)


def _shaped(
    values: tuple[int, ...], weights: tuple[float, ...], tolerance: float | None, found: Families
) -> Finding:
    """The Kolmogorov-Smirnov distance between the numbers there are and those that are wanted."""
    away = chance.of_fit(found.parents) if tolerance is None else tolerance
    target = f"the shares of {len(values)} numbers of rows, at most {away:.2g} away"
    if not found.parents:
        return Finding(True, target, "no parents")
    wanted = Counter[int]()
    for value, weight in zip(values, weights, strict=True):
        wanted[value] += weight  # type: ignore[assignment]  # a Counter of shares
    reach, distance = 0.0, 0.0
    for count in sorted({*wanted, *found.parents_with}):
        reach += found.parents_with[count] / found.parents - wanted[count] / sum(weights)
        distance = max(distance, abs(reach))
    held = distance <= away + 1e-9
    return Finding(held, target, f"{distance:.2g} away", score=1 - distance)


def _without_children(bench: Bench, check: kinds.WithoutChildren) -> Made:
    if bench.key(check)[1] is None:
        raise Unjudgeable(f"{check.field} is no foreign key")
    return _counted(bench, check, partial(_childless, check))


def _childless(check: kinds.WithoutChildren, found: Families) -> Finding:
    without = found.parents_with[0]
    measured = f"{without:,} of {found.parents:,} have none"
    if check.share is None:
        return Finding(without == check.equals, f"exactly {check.equals:,} without any", measured)
    wanted = Wanted(check.share, check.tolerance or 0.0)
    target = f"{wanted.target(found.parents)} without any"
    return Finding(not found.parents or wanted.held(without, found.parents), target, measured)


def _top_share(bench: Bench, check: kinds.TopShare) -> Made:
    return _counted(bench, check, partial(_topped, check))


def _topped(check: kinds.TopShare, found: Families) -> Finding:
    top = max(1, round(check.top * found.parents))
    wanted = Wanted(check.equals, check.tolerance)
    target = f"{wanted.target(found.children)} with the busiest {percent(check.top)}"
    if not found.children:
        return Finding(True, target, "no rows")
    left, rows = top, 0
    for count, parents in sorted(found.parents_with.items(), reverse=True):
        rows += count * min(parents, left)
        left -= min(parents, left)
    measured = f"{percent(rows / found.children)} with {top:,} of {found.parents:,}"
    return Finding(wanted.held(rows, found.children), target, measured)


# ── circles ───────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Circling:
    """Side 0: each row's reference; side 1: each row's key.

    Every row points to its parent's row; pointers are doubled until the longest chain has ended,
    and who still points to somebody then is in a circle or leads into one. The pointers lie in
    files that are mapped: 16 bytes a row that memory can do without.
    """

    folder: Path
    references: Spill
    keys: Spill
    rows: int = 0

    def feed(self, piece: Piece) -> None:
        if piece.side:
            self.keys.add(piece)
        else:
            self.references.add(piece)
            self.rows += piece.rows

    def finding(self) -> Finding:
        target = "no row leads back to itself"
        if not self.rows:
            return Finding(True, target, "no rows")
        pointers = self._pointers()
        circle = self._circle(pointers)
        if not len(circle):
            return Finding(True, target, f"all {rows_of(self.rows)}")
        told = tuple(f"row {row}" for row in circle[:SHOWN])
        return Finding(False, target, f"{rows_of(len(circle))} stand in circles", told)

    def _pointers(self) -> Any:
        pointers = self._mapped("now")
        pointers[:] = NOBODY
        for part in range(self.keys.parts):
            parents = distinct(self.keys.blocks(part))
            for block in self.references.blocks(part):
                places = parents_of(block, parents)
                known = block[places >= 0]
                found = parents[places[places >= 0], 2]
                pointers[known[:, 2].astype(np.int64)] = found.astype(np.int64)
        return pointers

    def _mapped(self, name: str) -> Any:
        self.folder.mkdir(parents=True, exist_ok=True)
        return np.memmap(self.folder / name, np.int64, "w+", shape=(self.rows,))

    def _circle(self, now: Any) -> Any:
        """The rows that stand in circles: where those point to that never end."""
        then = self._mapped("then")
        for _ in range(self.rows.bit_length() + 1):
            if not (now >= 0).any():
                return np.zeros(0, np.int64)
            then[:] = np.where(now >= 0, now[now], NOBODY)
            now, then = then, now
        return np.unique(now[now >= 0])


def _acyclic(bench: Bench, check: kinds.Acyclic) -> Made:
    child, parent = bench.key(check)
    if parent is None or parent.table != child.table:
        raise Unjudgeable(f"{check.field} refers to no row of its own table")
    references, keys = bench.spills(child, parent)
    return (child, parent), Circling(bench.place(), references, keys)


MAKERS: Mapping[str, Callable[[Bench, Any], Made]] = {
    "per_parent": _per_parent,
    "without_children": _without_children,
    "top_share": _top_share,
    "acyclic": _acyclic,
    "aggregate": aggregate_check,
}
