"""What a report says, whatever form it takes; every text in it is one clean line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..core.models import Spending, Usage
from ..core.ports import Verdict

Axis = Literal["number", "date", "datetime", "time", "duration", "characters"]
"""What the numbers along a histogram are. Dates and date-times count milliseconds since 1970, on
the clock of their zone; times of day milliseconds; durations hours."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many rows hold a value. `declared` is the share of the present ones that was asked for,
    None where none was."""

    value: str
    rows: int
    declared: float | None = None


@dataclass(frozen=True, slots=True)
class Histogram:
    """`rows[n]` lie in `edges[n]` ≤ value < `edges[n + 1]`, of the last step the end included.

    `declared`: how many were to be expected there, None where nothing was declared. `below` and
    `above` rows lie outside the edges, where a few would have made all others invisible.
    """

    axis: Axis
    edges: tuple[float, ...]
    rows: tuple[float, ...]
    declared: tuple[float, ...] | None
    below: float = 0.0
    above: float = 0.0


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of numbers, of text lengths, and of moments; `mean` and `deviation` are None of the last,
    and where no float holds them.

    The extremes and the mean are of all rows; the quantiles (by q) of `looked_at` present ones,
    evenly spaced, which are all of them unless there are many.
    """

    minimum: str
    maximum: str
    mean: float | None
    deviation: float | None
    quantiles: Mapping[str, str]
    looked_at: int


@dataclass(frozen=True, slots=True)
class Diversity:
    """Of `looked_at` evenly spaced texts: the share that nearly repeats an earlier one, the share
    of different ones among their pairs of neighbouring words (None: no text of two words)."""

    looked_at: int
    near_duplicates: float
    distinct_pairs: float | None


@dataclass(frozen=True, slots=True)
class Column:
    """`made`: how it was asked for, in words. `distinct` values, None of a nested column; not
    `distinct_is_exact`: an estimate, within about 2 %. `bars` or `histogram` is the chart;
    `others` rows have values that got no bar."""

    table: str
    name: str
    type: str
    made: str
    rows: int
    nulls: int
    declared_nulls: float | None
    distinct: int | None
    distinct_is_exact: bool
    numbers: Numbers | None = None
    bars: tuple[Share, ...] = ()
    others: int = 0
    histogram: Histogram | None = None
    diversity: Diversity | None = None
    examples: tuple[str, ...] = ()

    @property
    def null_share(self) -> float:
        return self.nulls / self.rows if self.rows else 0.0

    @property
    def has_chart(self) -> bool:
        return bool(self.bars or self.histogram)


@dataclass(frozen=True, slots=True)
class Correlations:
    """Pearson's, between each two columns over the rows where both have a value; None where one
    does not vary."""

    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    description: str
    rows: int
    columns: tuple[Column, ...]
    correlations: Correlations | None
    sample: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A foreign key: `fields` of `child` lead to `parent`."""

    child: str
    fields: tuple[str, ...]
    parent: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Cost:
    """`making_s`: seconds from the first start to the end, pauses included; None where the record
    does not say. `chunk_s`: the seconds of all chunks together. `repeated`: chunks that took more
    than one attempt of the job. `rejected` rows of the model, by reason."""

    usage: Usage
    usd: float | None
    making_s: float | None
    chunk_s: float
    chunks: int
    attempts: int
    repeated: int
    rejected: Mapping[str, int]
    spending: tuple[Spending, ...]


@dataclass(frozen=True, slots=True)
class File:
    name: str
    table: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Report:
    """`files` is empty where no dataset stands under the job's own name: its chunks were read.

    `origin` is all that decides the rows; `versions` of the programs that wrote the report.
    """

    job_id: str
    name: str
    description: str
    made_at: str
    rows: int
    verdicts: tuple[Verdict, ...]
    tables: tuple[Table, ...]
    links: tuple[Link, ...]
    cost: Cost
    origin: Mapping[str, Any]
    versions: Mapping[str, str]
    files: tuple[File, ...]

    @property
    def held(self) -> int:
        return sum(verdict.held for verdict in self.verdicts)

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(column for table in self.tables for column in table.columns)

    @property
    def headline(self) -> str:
        """`14 of 14 promises hold`."""
        if not self.verdicts:
            return "No promises were made"
        return f"{self.held} of {len(self.verdicts)} promises hold"

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        return {"report_format": 1, "headline": self.headline, **asdict(self)}

    def html(self) -> str:
        """As one page. Raises: NotConfigured: the extra `rowmill[report]` is not installed."""
        from .page import page

        return page(self)

    def markdown(self, *, most_bytes: int = 2_000_000) -> str:
        """What does not fit in `most_bytes` is left out, and said to be."""
        from .markdown import markdown

        return markdown(self, most_bytes=most_bytes)
