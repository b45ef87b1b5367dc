"""A table's columns, summed up while its rows pass by once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from ..core.models import DataSchema, FieldDefinition, TableDefinition
from ..utils.columns import extremes, is_text, plain, wall_clock
from ..utils.constraints import NESTED
from ..utils.text import clean
from ..utils.wording import made_as, typed
from .counting import bars, histogram, is_barred, lengths_histogram
from .declared import Declared, declared
from .diversity import diversity
from .model import Axis, Column, Correlations, Numbers
from .scales import AXES, QUANTILES, along, cell, quantiles
from .sketches import Evenly, Floats, Lengths, Moments, Together, Values

KEPT_NUMBERS = 4_000_000
"""Values of all columns together that are kept for quantiles and charts: 32 MB."""
KEPT_TEXTS = 1_000
"""Texts of a column that are compared with each other."""
MOST_CORRELATED = 24
FEW_LENGTHS = 2
"""Lengths that differ by less are told, not drawn; those of fewer texts too."""
FEW_TEXTS = 30
EXAMPLES = 3
LOOKED_THROUGH = 200
"""First rows of a batch in which different examples are looked for."""


@dataclass(slots=True)
class _Extremes:
    low: Any = None
    high: Any = None

    def add(self, array: pa.Array) -> None:
        low, high = extremes(array)
        if low is not None:
            self.low = low if self.low is None else min(self.low, low)
            self.high = high if self.high is None else max(self.high, high)


@dataclass(slots=True)
class _Watched:
    """What is remembered of one column; of a nested one only what is empty and a few examples."""

    about: FieldDefinition
    numbers: Evenly
    texts: Evenly
    nulls: int = 0
    values: Values = field(default_factory=Values)
    extremes: _Extremes = field(default_factory=_Extremes)
    moments: Moments = field(default_factory=Moments)
    lengths: Lengths = field(default_factory=Lengths)
    looked_at: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    @property
    def axis(self) -> Axis | None:
        return AXES.get(self.about.type)

    @property
    def is_counter(self) -> bool:
        """1, 2, 3 …: how these are spread says nothing."""
        return getattr(self.about.generator, "kind", "") == "sequence"

    def add(self, array: pa.Array, start: int) -> Floats | None:
        """The column's numbers, NaN where there are none; None where it has no numbers."""
        self.nulls += array.null_count
        there = array.drop_null() if array.null_count else array
        if len(self.examples) < EXAMPLES:
            some = map(cell, there.slice(0, LOOKED_THROUGH).to_pylist())
            self.examples = list(dict.fromkeys([*self.examples, *some]))[:EXAMPLES]
        if self.about.type in NESTED:
            return None
        self.values.add(there)
        if is_text(array.type):
            self.lengths.add(there)
            rows = self.texts.rows(start, len(array))
            self.looked_at += array.take(pa.array(rows)).drop_null().to_pylist()
            return None
        if self.axis is None:
            return None
        self.extremes.add(wall_clock(array))
        values = along(array, self.axis)
        self.numbers.add(values, start)
        self.moments.add(values)
        return values


class TableProfile:
    """Feed it a table's rows in their order, then ask for its columns once."""

    def __init__(self, schema: DataSchema, table: TableDefinition, rows: int) -> None:
        self._schema, self._table, self._rows = schema, table, rows
        measured = sum(about.type in AXES for about in table.fields)
        # Every so many rows, that all columns together keep no more than was said.
        numbers = -(-rows * measured // KEPT_NUMBERS) or 1
        texts = -(-rows // KEPT_TEXTS) or 1
        self._watched = [_Watched(about, Evenly(numbers), Evenly(texts)) for about in table.fields]
        numeric = [n for n, about in enumerate(table.fields) if _is_measure(about, table)]
        self._numeric = numeric[:MOST_CORRELATED]
        self._together = Together(len(self._numeric))
        self._seen = 0

    @np.errstate(over="ignore", invalid="ignore")  # a sum that is no float is left out at the end
    def feed(self, batch: pa.Table) -> None:
        found = [
            watched.add(plain(batch.column(watched.about.name)), self._seen)
            for watched in self._watched
        ]
        columns = [values for n in self._numeric if (values := found[n]) is not None]
        if columns and batch.num_rows:
            self._together.add(np.stack(columns))
        self._seen += batch.num_rows

    def columns(self) -> tuple[Column, ...]:
        return tuple(map(self._column, self._watched))

    def correlations(self) -> Correlations | None:
        """Of the first numeric columns that are no keys; None where there are fewer than two."""
        if len(self._numeric) < 2 or not self._seen:
            return None
        return Correlations(
            tuple(self._table.fields[n].name for n in self._numeric),
            tuple(
                tuple(None if np.isnan(r) else float(r) for r in row)
                for row in self._together.correlations()
            ),
        )

    def _column(self, watched: _Watched) -> Column:
        about, there = watched.about, self._seen - watched.nulls
        said = declared(self._schema, self._table, about, self._rows)
        nested = about.type in NESTED
        distinct, exact = (None, True) if nested else watched.values.count()
        column = Column(
            table=self._table.name,
            name=about.name,
            type=typed(about),
            made=clean(made_as(about, self._table), 200),
            rows=self._seen,
            nulls=watched.nulls,
            declared_nulls=said.nulls,
            distinct=distinct,
            distinct_is_exact=exact,
            examples=tuple(watched.examples),
        )
        return replace(column, **dict(_measured(watched, said, there)))


def _measured(watched: _Watched, said: Declared, there: int) -> Iterator[tuple[str, Any]]:
    """What a column of a type that can be measured has besides."""
    counts, kind = watched.values.counts, watched.about.type
    if not there or kind in NESTED:
        return
    numbers = watched.numbers.taken()
    if watched.axis is not None:
        yield "numbers", _numbers(watched, watched.axis, numbers)
    if watched.lengths.least is not None:
        yield "numbers", _of_lengths(watched.lengths)
        yield "diversity", diversity(watched.looked_at)
    if counts is not None and is_barred(kind, counts, said, there):
        shown = bars(counts, said)
        yield "bars", shown
        yield "others", there - sum(bar.rows for bar in shown)
    elif watched.axis is not None and _has_width(numbers) and not watched.is_counter:
        yield "histogram", histogram(numbers, kind, watched.axis, said, there)
    elif watched.lengths.most - (watched.lengths.least or 0) >= FEW_LENGTHS and there >= FEW_TEXTS:
        yield "histogram", lengths_histogram(watched.lengths)


def _numbers(watched: _Watched, axis: Axis, values: Floats) -> Numbers:
    has_mean = axis in ("number", "duration") and not watched.is_counter and len(values) > 0
    return Numbers(
        minimum=cell(watched.extremes.low),
        maximum=cell(watched.extremes.high),
        mean=_finite(watched.moments.mean) if has_mean else None,
        deviation=_finite(watched.moments.deviation()) if has_mean else None,
        quantiles={} if watched.is_counter else quantiles(values, axis),
        looked_at=len(values),
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _has_width(rising: Floats) -> bool:
    """Whether there are values, and a float holds how far they reach."""
    return len(rising) > 0 and math.isfinite(float(rising[-1]) - float(rising[0]))


def _of_lengths(lengths: Lengths) -> Numbers:
    """In characters."""
    reach = np.cumsum(lengths.counts)
    places = [np.searchsorted(reach, q * (reach[-1] - 1), side="right") for q in QUANTILES]
    return Numbers(
        minimum=f"{lengths.least or 0:,}",
        maximum=f"{lengths.most:,}",
        mean=lengths.moments.mean,
        deviation=lengths.moments.deviation(),
        quantiles={f"{q:g}": f"{place:,}" for q, place in zip(QUANTILES, places, strict=True)},
        looked_at=int(reach[-1]),
    )


def _is_measure(about: FieldDefinition, table: TableDefinition) -> bool:
    """A number that says how much, not which."""
    keys = {name for key in table.foreign_keys for name in key.fields} | set(table.primary_key)
    counted = getattr(about.generator, "kind", "") in ("sequence", "line_number")
    return about.type in ("integer", "number") and about.name not in keys and not counted
