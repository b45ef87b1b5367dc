"""Checks of how values are spread: against a distribution, and against the shares of a list."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import kinds
from ...core.models import FieldDefinition
from ...generation.briefs import Brief
from ...generation.draws.cells import Floats
from ...generation.makers import numbers
from ...generation.makers.values import listed_values
from ...generation.refusals import Refused
from ...generation.tables.references import Dependencies, Names
from ...utils import chance
from ...utils.constraints import among
from ...utils.findings import Finding, Piece, number, percent, rows_of
from ...utils.folds import numbers_of
from ...utils.measures import Averaged, OfValues
from ...utils.text import clean, shown
from .bench import Bench, Made, Unjudgeable
from .spill import Numbers
from .values import NUMERIC, not_nested

BLOCK = 250_000
"""Sorted values looked at together."""
LEAST = 1e-9
"""A distance that no rounding makes."""
EVENLY = (np.arange(4096) + 0.5) / 4096
"""Shares whose quantiles stand for a distribution."""

# ── what is declared ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Law:
    """A distribution function, at a value and just before it, and its standard deviation."""

    at: Callable[[Floats], Floats]
    before: Callable[[Floats], Floats]
    deviation: float


def _smooth(share: Callable[[Floats], Floats], half: float, deviation: float) -> Law:
    """Values that were rounded to steps stand for all that lies within half a step."""
    return Law(lambda x: share(x + half), lambda x: share(x - half), deviation)


def _listed(values: Floats, weights: Floats) -> Law:
    order = np.argsort(values, kind="stable")
    known, shares = values[order], weights[order] / weights.sum()
    deviation = float(np.sqrt(shares @ (known - shares @ known) ** 2))
    reach = np.concatenate([[0.0], np.cumsum(shares)])
    return Law(
        lambda x: reach[np.searchsorted(known, x, side="right")],
        lambda x: reach[np.searchsorted(known, x, side="left")],
        deviation,
    )


def _continuous(brief: Brief) -> Law:
    window, points = numbers.continuous_range(brief)
    half = float(points.step) / 2 if points is not None else 0.0
    return _smooth(window.cdf, half, float(np.std(window.ppf(EVENLY))))


def _discrete(brief: Brief) -> Law:
    first, weights = numbers.discrete_weights(brief)
    return _listed(np.arange(first, first + len(weights), dtype=np.float64), weights)


def _ranked(brief: Brief) -> Law:
    ranks, step = numbers.ranks_of(brief)
    return Law(
        lambda x: ranks.cdf(x / step),
        lambda x: ranks.cdf(np.ceil(x / step) - 1),
        ranks.deviation * step,
    )


def _uniform(brief: Brief) -> Law:
    limits, points = numbers.uniform_range(brief)
    if points is None:
        half, low, high = 0.0, float(limits.low or 0), float(limits.high or 0)
    else:
        half = float(points.step) / 2
        low, high = float(points.low * points.step), float(points.high * points.step)
    width = max(high - low + 2 * half, 5e-324)

    def share(x: Floats) -> Floats:
        return np.clip((x - low + half) / width, 0.0, 1.0)

    return _smooth(share, half, width / math.sqrt(12))


def _category(brief: Brief) -> Law:
    values, weights = listed_values(brief)
    return _listed(numbers_of(values), np.array(weights, np.float64))


def _bernoulli(brief: Brief) -> Law:
    p = 0.5 if brief.generator is None else brief.generator.p
    return _listed(np.array([0.0, 1.0]), np.array([1 - p, p]))


LAWS: Mapping[str, Callable[[Brief], Law]] = {
    **dict.fromkeys(numbers.CONTINUOUS, _continuous),
    **dict.fromkeys(numbers.DISCRETE, _discrete),
    "zipf": _ranked,
    "uniform": _uniform,
    "category": _category,
    "bernoulli": _bernoulli,
}


def law(bench: Bench, table: str, about: FieldDefinition) -> Law:
    """As the generator itself would draw: truncated, and rounded to the column's step."""
    kind = _implied(about) if about.generator is None else about.generator.kind
    if kind not in LAWS:
        raise Unjudgeable(f"{clean(kind, 40)} has no distribution to compare with")
    home = bench.table(table)
    names = Names(bench.schema, home, {}, {}, Dependencies(), "")
    day = bench.schema.as_of or date.min
    rows = bench.rows.get(table, 0)
    brief = Brief(about, home, rows, 0, bench.schema.locale, day, bench.pools, names)
    try:
        return LAWS[kind](brief)
    except Refused as refused:
        raise Unjudgeable(refused.message) from None


def _implied(about: FieldDefinition) -> str:
    """What a field without a generator is drawn like."""
    if about.constraints.enum is not None:
        return "category"
    return about.format or ("bernoulli" if about.type == "boolean" else "uniform")


# ── the distance from it ──────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Fitted:
    """The Kolmogorov-Smirnov distance between the values there are and a law.

    The values lie in a file that is sorted in place: memory that maps it can be taken back.
    """

    values: Numbers
    law: Law
    target: str
    tolerance: float | None

    def feed(self, piece: Piece) -> None:
        self.values.add(piece)

    def finding(self) -> Finding:
        count = self.values.count
        away = chance.of_fit(count) if self.tolerance is None else self.tolerance
        target = f"{self.target}, at most {away:.2g} away"
        if not count:
            return Finding(True, target, "no values")
        distance = max(self._distances(count))
        held = distance <= away + LEAST
        return Finding(held, target, f"{distance:.2g} away", score=1 - distance)

    def _distances(self, count: int) -> Iterator[float]:
        values = np.memmap(self.values.path, np.float64, "r+")
        values.sort()
        for start in range(0, count, BLOCK):
            block = np.asarray(values[start : start + BLOCK])
            seen = np.arange(start, start + len(block))
            yield float(((seen + 1) / count - self.law.at(block)).max())
            yield float((self.law.before(block) - seen / count).max())


def _distribution(bench: Bench, check: kinds.Distribution) -> Made:
    sides = bench.field(check, of=NUMERIC)
    about = sides[0].fields[0]
    if check.generator is not None:
        about = about.model_copy(update={"generator": check.generator})
    found = law(bench, sides[0].table, about)
    values = Numbers(bench.place() / "values")
    fold = Fitted(values, found, _spoken(about), check.tolerance)
    return sides, OfValues(fold, bench.blank(sides[0]))


def _mean(bench: Bench, check: kinds.Mean) -> Made:
    sides = bench.field(check, of=NUMERIC)
    declared = _deviation(bench, sides[0].table, sides[0].fields[0])
    fold = Averaged(check.equals, check.tolerance, declared)
    return sides, OfValues(fold, bench.blank(sides[0]))


def _deviation(bench: Bench, table: str, about: FieldDefinition) -> float:
    """As declared; where nothing declares it, as under other seeds. 0 where a model may have
    written it: limits alone only say what a value must not be."""
    if about.generator is None and _implied(about) == "uniform":
        return 0.0
    try:
        return law(bench, table, about).deviation
    except Unjudgeable:
        return bench.other_seeds.deviation(table, about.name)


def _spoken(about: FieldDefinition) -> str:
    """`lognormal(median 25, sigma 0.7)`."""
    if about.generator is None:
        return _implied(about)
    said = {**about.generator.document()}
    kind, _ = said.pop("kind"), said.pop("decimal_places", None)
    told = [
        f"{name} {number(value)}" for name, value in said.items() if type(value) in (int, float)
    ]
    return f"{kind}({', '.join(told)})" if told else str(kind)


# ── shares ────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Weighed:
    """The total variation distance between the shares there are and those that are wanted."""

    kind: str
    values: tuple[kinds.Scalar, ...]
    shares: Floats
    tolerance: float | None
    rows: int = 0
    counts: Counter[Any] = field(default_factory=Counter)
    stored: pa.DataType | None = None

    def feed(self, piece: Piece) -> None:
        array = piece.columns[0].drop_null()
        self.rows += len(array)
        self.stored = array.type
        listed = array.filter(pa.array(among(array, self.kind, self.values)))
        found = pc.value_counts(listed)
        counts = zip(
            found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True
        )
        self.counts.update(dict(counts))

    def _counted(self) -> Floats:
        """How many rows have each value, a value that stands for several of them all of these."""
        there = pa.array(list(self.counts), self.stored)
        counts = np.array(list(self.counts.values()), np.float64)
        return np.array([counts[among(there, self.kind, (v,))].sum() for v in self.values])

    def finding(self) -> Finding:
        away = self.tolerance
        if away is None:
            away = chance.of_variation(self.shares.tolist(), self.rows)
        target = f"the shares of {len(self.values)} values, at most {away:.2g} away"
        if not self.rows:
            return Finding(True, target, "no values")
        shares = self._counted() / self.rows
        apart = np.abs(shares - self.shares)
        distance = float(apart.sum() + max(0.0, 1 - shares.sum())) / 2
        widest = int(apart.argmax())
        got = f"{shown(self.values[widest], 20)} has {percent(shares[widest])}"
        measured = f"{distance:.2g} away over {rows_of(self.rows)}: {got}"
        return Finding(distance <= away + LEAST, target, measured, score=1 - distance)


def _shares(bench: Bench, check: kinds.Shares) -> Made:
    side = not_nested(bench, check)
    weights = np.array(check.weights, float)
    if len(weights) != len(check.values) or not weights.sum() > 0:
        raise Unjudgeable("there are not as many weights as values")
    kind = side.fields[0].type
    fold = Weighed(kind, check.values, weights / weights.sum(), check.tolerance)
    return (side,), OfValues(fold, bench.blank(side))


MAKERS: Mapping[str, Callable[[Bench, Any], Made]] = {
    "mean": _mean,
    "distribution": _distribution,
    "shares": _shares,
}
