"""The values that travel through the house: schemas, jobs, chunks, progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from operator import add, attrgetter, sub
from typing import Annotated, Any, Literal

from pydantic import Field, model_serializer

from .kinds import Bound, Expectation, Fraction, Generator, Length, Number, Rule, Scalar, Word

Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        # \w of any script, so that "straße" is a name; what cannot stand in a header cannot here.
        pattern=r"^[\p{L}_][\p{L}\p{M}\p{N}_]*$",
    ),
]
FieldType = Literal[
    "string", "integer", "number", "boolean", "date", "time", "datetime", "duration",
    "array", "object",
]  # fmt: skip
OutputFormat = Literal["csv", "json", "jsonl", "parquet"]
"""What chunks are written as, and datasets unless another is asked for."""
DatasetFormat = Literal[
    "csv", "json", "jsonl", "parquet", "csv.gz", "csv.zst", "json.gz", "json.zst", "jsonl.gz",
    "jsonl.zst", "arrow", "sqlite", "sql", "pg.sql", "csv.zip", "json.zip", "jsonl.zip",
    "parquet.zip",
]  # fmt: skip
"""What a dataset can be written as; a format's name is the ending of its files."""
StorageKind = Literal["disk", "memory", "cloud"]
Generation = Literal["auto", "llm", "local"]
MOST_ROWS = 10**12
"""Of one table: row numbers and what is computed from them stay well inside 64 bits."""


# ── the schema ────────────────────────────────────────────────────────────────────────────────


class Constraints(Word):
    """Frictionless names, JSON Schema spelling."""

    required: bool = False
    unique: bool = False
    minimum: Bound | None = None
    maximum: Bound | None = None
    exclusive_minimum: Number | None = Field(None, alias="exclusiveMinimum")
    exclusive_maximum: Number | None = Field(None, alias="exclusiveMaximum")
    multiple_of: Number | None = Field(None, alias="multipleOf")
    min_length: Length | None = Field(None, alias="minLength")
    max_length: Length | None = Field(None, alias="maxLength")
    pattern: Annotated[str, Field(max_length=1000)] | None = Field(
        None, description="RE2, full match"
    )
    enum: Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=10_000)] | None = None


class FieldDefinition(Word):
    """One column: what it holds (type, format, constraints) and who makes it (generator)."""

    name: Name
    type: FieldType = "string"
    format: str | None = None
    description: str = ""
    constraints: Constraints = Constraints()
    nullable: bool = Field(False, description="cells may be empty; without more, a tenth are")
    null_fraction: Fraction | None = None
    null_when: str | None = Field(None, description="a condition on the row: empty exactly then")
    generator: Generator | None = None
    items: FieldDefinition | None = Field(None, description="what an array holds")
    fields: tuple[FieldDefinition, ...] = Field((), description="what an object holds")

    @model_serializer(mode="wrap")
    def _with_type(self, handler: Any) -> dict[str, Any]:
        return {"name": self.name, "type": self.type, **handler(self)}

    @property
    def may_be_null(self) -> bool:
        return self.nullable or bool(self.null_fraction) or self.null_when is not None


class Reference(Word):
    table: str = Field(alias="table", description="empty means this table")
    fields: tuple[str, ...]


class Skew(Word):
    """The busiest `top` of the parents have `share` of the children."""

    top: Fraction
    share: Fraction


class PerParent(Word):
    """How many child rows a parent has."""

    minimum: Annotated[int, Field(ge=0)] | None = None
    maximum: Annotated[int, Field(ge=0)] | None = None
    mean: Annotated[float, Field(gt=0)] | None = None
    share_with_none: Fraction | None = None
    skew: Skew | None = None


class ForeignKey(Word):
    fields: Annotated[tuple[str, ...], Field(min_length=1)]
    reference: Reference
    per_parent: PerParent | None = None
    optional_fraction: Fraction = Field(0.0, description="share of child rows without a parent")
    acyclic: bool = False
    distinct: bool = Field(False, description="a parent is met at most once by the other key")

    @model_serializer(mode="wrap")
    def _with_optional_fraction(self, handler: Any) -> dict[str, Any]:
        """0 that is said is more than 0 by default: the fields' own nulls then say nothing."""
        said = "optional_fraction" in self.model_fields_set
        return {**handler(self), **({"optional_fraction": self.optional_fraction} if said else {})}


class TableDefinition(Word):
    name: Name
    description: str = ""
    rows: Annotated[int, Field(ge=0, le=MOST_ROWS)] | None = None
    fields: Annotated[tuple[FieldDefinition, ...], Field(min_length=1)]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    rules: tuple[Rule, ...] = ()


class DataSchema(Word):
    """What a dataset is. A document with `fields` and no `tables` is one table of the same name."""

    name: Name
    description: str = ""
    locale: str = Field("en", description="language, or language and country: en, de, en_GB")
    as_of: date | None = Field(None, description="the day that counts as today: 2026-01-31")
    tables: Annotated[tuple[TableDefinition, ...], Field(min_length=1)]
    expectations: tuple[Expectation, ...] = ()

    def table(self, name: str) -> TableDefinition:
        return next(table for table in self.tables if table.name == name)

    @property
    def is_flat(self) -> bool:
        return len(self.tables) == 1 and self.tables[0].name == self.name

    @model_serializer(mode="wrap")
    def _flat(self, handler: Any) -> dict[str, Any]:
        document: dict[str, Any] = handler(self)
        if not self.is_flat:
            return document
        (table,) = document.pop("tables")
        inner = {key: value for key, value in table.items() if key not in ("name", "description")}
        expectations = document.pop("expectations", None)
        return {**document, **inner, **({"expectations": expectations} if expectations else {})}


# ── the job ───────────────────────────────────────────────────────────────────────────────────


class JobState(StrEnum):
    PENDING = "PENDING"
    SCHEMA_VALIDATION = "SCHEMA_VALIDATION"
    GENERATING = "GENERATING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class JobSpecification:
    """All that decides a job's bytes, fixed when it is created.

    `rows` holds (table, rows) in the order in which chunks are numbered; `as_of` is an ISO date;
    `engine` the rowmill version whose constructions the cells follow; `model` the language model,
    None where no field needs one.
    """

    schema: DataSchema
    rows: tuple[tuple[str, int], ...]
    seed: int
    as_of: str
    engine: str
    output_format: OutputFormat
    chunk_size: int
    storage: StorageKind
    generation: Generation
    model: str | None = None
    max_cost_usd: float | None = None

    @property
    def total_rows(self) -> int:
        return sum(count for _, count in self.rows)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the store holds it. `version` counts writes; `attempt` counts lease holders.

    `wanted` is true while the job is meant to run by itself, which is what a later process needs
    to know when it finds the job without an owner. Times are seconds since the epoch, for display.
    """

    job_id: str
    name: str
    spec: JobSpecification
    state: JobState = JobState.PENDING
    version: int = 0
    attempt: int = 0
    wanted: bool = False
    problem: str | None = None
    created_at: float = 0.0
    updated_at: float = 0.0
    owner: str = "local"

    def evolve(self, **changes: Any) -> Job:
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """Which rows a chunk holds: `start` ≤ row < `stop` of one table; `index` counts job-wide."""

    job_id: str
    index: int
    table: str
    start: int
    stop: int
    format: OutputFormat

    @property
    def rows(self) -> int:
        return self.stop - self.start

    @property
    def file_name(self) -> str:
        return f"chunk_{self.index:06d}.{self.format}"


@dataclass(frozen=True, slots=True)
class ChunkMetadata:
    """A stored chunk: the fact from which progress is derived."""

    key: ChunkKey
    bytes: int
    sha256: str
    attempt: int
    seconds: float
    stored_at: float


@dataclass(frozen=True, slots=True)
class Usage:
    """What the model service counted. `calls` are requests sent, those that failed included.

    Thinking is part of the output tokens and cached input part of the input tokens. `lost_calls`
    were sent and never answered: whether they are billed, nobody said.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0
    cached_tokens: int = 0
    lost_calls: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(*map(add, _counts(self), _counts(other)))

    def __sub__(self, other: Usage) -> Usage:
        return Usage(*map(sub, _counts(self), _counts(other)))

    def times(self, count: int) -> Usage:
        return Usage(*(count * number for number in _counts(self)))

    @property
    def counts(self) -> tuple[int, ...]:
        """In the order of the fields."""
        counts: tuple[int, ...] = _counts(self)
        return counts


_counts = attrgetter(*Usage.__slots__)  # `astuple` copies deeply, which takes ten times as long


@dataclass(frozen=True, slots=True)
class Reading:
    """A request as understood. `engine` says who read it: `local` or the model's name.

    `document` is a schema document (any spelling); `not_understood` holds the request's own words;
    `output_format` is the file format the request names, None where it names none.
    """

    document: Mapping[str, Any]
    engine: str
    assumptions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()
    usage: Usage = Usage()
    output_format: OutputFormat | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over a job's stored chunks and recorded answers. `usage_by`: (table, fields asked for
    together, usage)."""

    chunks: int = 0
    rows: int = 0
    bytes: int = 0
    rows_by_table: tuple[tuple[str, int], ...] = ()
    usage: Usage = Usage()
    rejected: tuple[tuple[str, int], ...] = ()
    usage_by: tuple[tuple[str, str, Usage], ...] = ()


@dataclass(frozen=True, slots=True)
class Spending:
    """What a table (`fields` is empty) or one of its fields has cost."""

    table: str
    fields: str
    usage: Usage
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class JobProgress:
    """Where a job stands, derived from its stored chunks each time it is asked.

    `running` says whether a living process holds the job's lease. `cost_usd` is None where the
    model's price is not known, 0.0 where no model was used; `expected_cost_usd` is that of the
    whole job as its first rows show it, None before.
    """

    job_id: str
    name: str
    state: JobState
    running: bool
    rows_done: int
    rows_total: int
    chunks_done: int
    chunks_total: int
    percent: float
    rows_per_s: float | None
    seconds_left: float | None
    usage: Usage
    cost_usd: float | None
    rejected: tuple[tuple[str, int], ...]
    problem: str | None
    allowed: tuple[str, ...] = field(default=())
    expected_cost_usd: float | None = None
    spending: tuple[Spending, ...] = ()
