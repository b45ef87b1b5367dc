"""The sockets in the wall: what the use cases need from the world, as Protocols.

A storage backend, a job store, a model provider is one class that fits one of these and joins the
conformance suite of its kind in `tests/`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Protocol

from .chunk_about import ChunkAbout
from .dataset_formats import Partition
from .errors import Problem
from .models import (
    ChunkKey,
    ChunkMetadata,
    DataSchema,
    DatasetFormat,
    FieldDefinition,
    Job,
    JobState,
    StorageKind,
    Tally,
    Usage,
)
from .models import Reading as Reading  # noqa: PLC0414 - a port's value, kept below `reading`

if TYPE_CHECKING:
    import pyarrow as pa

    from ..generation.recipe import Recipe


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch, for display only."""

    def monotonic(self) -> float:
        """Seconds that never jump, for durations."""


# ── storage ───────────────────────────────────────────────────────────────────────────────────


class Outputs(Protocol):
    """A place of datasets."""

    def publish(self, name: str, *, overwrite: bool) -> AbstractContextManager[Publication]:
        """A dataset being written. `name` is relative to the place of datasets.

        Leaving the block normally makes it visible under its name, whole and durable, at once;
        leaving it by an exception leaves nothing behind.

        Raises:
            AlreadyExists: the name is taken and `overwrite` is false (at entry and at exit).
            InvalidArgument: the name leads outside the place of datasets.
        """

    def open_dataset(self, name: str) -> BinaryIO:
        """A published dataset, to read. Raises: NotFound."""

    def locate(self, name: str) -> str:
        """Where a person finds the dataset: an absolute path or a URL."""

    def discard(self, name: str) -> None:
        """Take away a published dataset. Silent where there is none."""


class StorageHandler(Outputs, Protocol):
    """Chunks and datasets as bytes. Synchronous: callers on an event loop go through a thread.

    A chunk is there whole or not at all; when `put_chunk` returns it survives power loss (memory
    storage excepted). Every name that reaches a path comes from a record, never from input.
    """

    @property
    def kind(self) -> StorageKind: ...

    def put_chunk(
        self, key: ChunkKey, data: bytes, *, schema_sha256: str = ..., attempt: int = ...
    ) -> None:
        """Store or replace, and beside it what it is, for `abouts`.

        Raises: StorageFull, StorageError, LimitExceeded.
        """

    def read_chunk(self, key: ChunkKey) -> bytes:
        """Whatever lies there. Raises: ChunkMissing."""

    def read_recorded(self, chunk: ChunkMetadata) -> bytes:
        """The very bytes that were recorded.

        Raises:
            ChunkMissing
            ChunkDamaged: says what lies in its place: another chunk's rows, another job's, another
                making of the chunk, or changed bytes.
        """

    def abouts(self, job_id: str) -> Iterator[ChunkAbout]:
        """What the job's chunks say of themselves, by index. Whether the chunks are there and have
        these bytes is not looked at."""

    def delete_job(self, job_id: str) -> None:
        """Remove the job's chunks and notes; datasets stay. Silent where there is nothing."""

    def put_note(self, job_id: str, name: str, data: bytes) -> None:
        """A small file beside the chunks (the job's manifest), whole or not at all."""


class Publication(Protocol):
    """Where a dataset's bytes go before anybody can see them; `file` is write-only binary."""

    file: BinaryIO


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """A file of a dataset. `table` is the table in it, or the names of all that are; `name` is
    relative to the place of datasets, `path` absolute."""

    table: str
    name: str
    path: str
    bytes: int
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a promise holds on the final data. `about` is `field` or `table.field`; `metric` is
    SDMetrics' name of what was measured and `score` its value from 0 to 1, where it has one."""

    check: str
    about: str
    held: bool
    target: str
    measured: str
    examples: tuple[str, ...] = ()
    because: str | None = None
    metric: str | None = None
    score: float | None = None


class Rehearse(Protocol):
    """What the judge would say to each of a schema's expectations on these rows: a verdict, or why
    nothing can be measured; None where the rows lack a column. `rows` are those to be made."""

    def __call__(
        self, schema: DataSchema, rows: Mapping[str, int], tables: Mapping[str, pa.Table]
    ) -> Sequence[Verdict | str | None]: ...


@dataclass(frozen=True, slots=True)
class Dataset:
    """A merged dataset and its proof. `neutralised` counts CSV cells that a spreadsheet would
    have run as formulas."""

    job_id: str
    format: DatasetFormat
    files: tuple[DatasetFile, ...]
    verdicts: tuple[Verdict, ...]
    manifest: str
    neutralised: int
    preview: Mapping[str, Sequence[Mapping[str, Any]]]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """Everything that merging needs, by table in the order of the schema.

    `names` are the files' names in `outputs`, one for all tables where the format says so;
    `storage` holds the chunks. `neutralise`: CSV cells that a spreadsheet would run are made
    harmless. `shown` rows of each table come with the answer. `strict`: nothing is published that
    breaks a promise.
    """

    job: Job
    recipe: Recipe
    chunks: Mapping[str, Sequence[ChunkMetadata]]
    names: Mapping[str, str]
    format: DatasetFormat
    overwrite: bool
    storage: StorageHandler
    outputs: Outputs
    partition: Partition | None = None
    neutralise: bool = True
    shown: int = 5
    strict: bool = False


class DatasetMaker(Protocol):
    """Chunks become a published, judged dataset with its manifest. Synchronous, for a thread."""

    def make(
        self,
        request: MergeRequest,
        *,
        progress: Callable[[int], None],
        cancelled: Callable[[], bool],
    ) -> Dataset:
        """Raises: ChunkMissing, ChunkDamaged, AlreadyExists, PromiseBroken, StorageError."""

    def judged(self, request: MergeRequest) -> tuple[Verdict, ...]:
        """What the chunks say to the promises; nothing is written.

        Raises: ChunkMissing, ChunkDamaged, StorageError.
        """

    def made(self, request: MergeRequest) -> Dataset | None:
        """The dataset that stands under these names already, if it is this very one."""

    def damage(self, request: MergeRequest) -> tuple[tuple[str, str], ...]:
        """What is wrong with the dataset of this job that stands under these names, file by file:
        its place and a sentence. Nothing where no dataset of this job does."""

    def rows(self, request: MergeRequest, only: str | None) -> dict[str, pa.Table]:
        """The chunks' rows in memory, by table: all tables, or just one."""

    def batches(
        self, request: MergeRequest, dataset: Dataset | None, table: str
    ) -> Iterator[pa.Table]:
        """A table's rows in their order, piece by piece: of the dataset's files, which stand under
        the request's names, or where there is none of the chunks. No rows give one empty piece.

        Raises: ChunkMissing, ChunkDamaged, StorageError.
        """

    def job_manifest(self, job: Job, chunks: Sequence[ChunkMetadata]) -> bytes: ...


# ── job state ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One line of a job's audit trail."""

    number: int
    at: float
    event: str
    state: JobState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows a model wrote and we accepted, under the key that says what was asked.

    `rows` pairs each row number with its values, in the order of the asked fields.
    """

    rows: tuple[tuple[int, tuple[Any, ...]], ...]


class JobStore(Protocol):
    """Job records, their chunks, their events and the model's recorded answers. Durable on return.

    Moves are compare-and-set: decide on a `Job`, write against the `version` you decided on.
    """

    async def create(self, job: Job) -> Job: ...

    async def get(self, job_id: str) -> Job:
        """Raises: NotFound."""

    async def replace(self, job: Job, *, seen: int, event: str, detail: str = "") -> Job:
        """Write `job` as version `seen` + 1 and append the event, both or neither.

        Raises:
            Conflict: the stored version is not `seen`.
            NotFound
        """

    async def begin_attempt(self, job_id: str) -> Job:
        """Count a new lease holder; commits of earlier attempts are refused from now on."""

    async def page(
        self, *, state: JobState | None, limit: int, cursor: str | None
    ) -> tuple[Sequence[Job], str | None]:
        """Newest first, and the cursor of the next page, None at the end.

        Raises:
            InvalidArgument: the cursor is not one of ours.
        """

    async def delete(self, job_id: str) -> None:
        """Forget the job, its chunks and its events. Recorded answers stay: they were paid for."""

    async def commit_chunk(self, chunk: ChunkMetadata) -> Job:
        """Record a stored chunk (again: the same record) and return the job as it then stands.

        Raises:
            Conflict: `chunk.attempt` is not the job's attempt, or the job takes no more chunks
                (it is neither SCHEMA_VALIDATION, GENERATING nor PAUSED).
            ChunkDamaged: the chunk is recorded with another sha256.
        """

    async def forget_chunk(self, job_id: str, index: int) -> None:
        """Its bytes are gone or wrong: the chunk is owed again. Its sha256 stays remembered."""

    async def chunk(self, job_id: str, index: int) -> ChunkMetadata | None: ...

    async def chunks(self, job_id: str) -> Sequence[ChunkMetadata]:
        """All stored chunks by index."""

    async def stored(self, job_id: str) -> frozenset[int]:
        """The indexes of all stored chunks."""

    async def next_owed(
        self, job_id: str, total: int, *, besides: Collection[int] = ...
    ) -> int | None:
        """The lowest chunk below `total` that is neither stored nor one of `besides`; at the same
        cost for the first and the last."""

    async def tally(self, job_id: str) -> Tally: ...

    async def tallies(self, job_ids: Sequence[str]) -> Mapping[str, Tally]:
        """Of many jobs at once; those that are gone are left out."""

    async def events(self, job_id: str) -> Sequence[JobEvent]: ...

    async def save_schema(self, schema_id: str, document: Mapping[str, Any]) -> None: ...

    async def schema(self, schema_id: str) -> Mapping[str, Any]:
        """Raises: NotFound."""

    async def record_answer(self, key: str, answer: Answer) -> Answer:
        """Keep the answer unless the key has one already; returns the one that is kept."""

    async def answer(self, key: str) -> Answer | None: ...

    async def answers(self, keys: Sequence[str]) -> Mapping[str, Answer]:
        """Those that there are."""

    async def record_usage(
        self,
        job_id: str,
        usage: Usage,
        rejected: Mapping[str, int] = ...,
        *,
        table: str = ...,
        fields: Sequence[str] = ...,
        by_field: Mapping[str, Usage] = ...,
        answers: Mapping[str, Answer] = ...,
    ) -> Mapping[str, Answer]:
        """Add what a call used, for which table and fields, and how many rows were rejected, by
        reason; `by_field` is used besides, for one field each. Keep what it answered as
        `record_answer` does. All or nothing; returns the answers that are kept under these keys."""

    async def close(self) -> None: ...


class Lease(Protocol):
    def release(self) -> None: ...


class Leases(Protocol):
    """Who may run a job. A lease dies with the process that holds it."""

    def acquire(self, job_id: str) -> Lease | None:
        """None where somebody (in this process or another) holds it."""

    def held(self, job_id: str) -> bool: ...


# ── the model ─────────────────────────────────────────────────────────────────────────────────


class SchemaReader(Protocol):
    async def extract_schema(
        self,
        description: str,
        *,
        sample_rows: Sequence[Mapping[str, Any]] = (),
        current_schema: Mapping[str, Any] | None = None,
    ) -> Reading: ...


@dataclass(frozen=True, slots=True)
class RowRequest:
    """Rows to be written by a model.

    `fields` are asked for; `given` holds what code has made of the same rows already, one mapping
    a row, in the order of `rows` (row numbers); `empty`, by row, the fields that code leaves empty
    there. `seed` makes prompts of different jobs differ, `tries` those of the same rows asked for
    again.
    """

    schema: DataSchema
    table: str
    fields: tuple[FieldDefinition, ...]
    rows: tuple[int, ...]
    given: tuple[Mapping[str, Any], ...]
    seed: int
    avoid: tuple[str, ...] = ()
    tries: int = 0
    empty: Mapping[int, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was turned away: its number as far as known, why, and what it said."""

    row: int | None
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """What came back: `rows` maps row numbers to values that passed `check`, in field order;
    `rejected` counts the others by reason, `refused` shows some of them."""

    rows: Mapping[int, tuple[Any, ...]]
    rejected: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[RefusedRow, ...] = ()
    usage: Usage = Usage()
    finish: Literal["complete", "cut", "short"] = "complete"


Permit = Callable[[Usage], None]
"""Asked before each attempt, with what the earlier ones have used; raises where it is too much."""


def always(used: Usage) -> None:
    """No budget has to be kept."""


class RowWriter(Protocol):
    """Somebody who writes rows in words. One request is one billed call at most per attempt."""

    model: str
    prompt_version: str

    async def generate_data_chunk(
        self, request: RowRequest, *, permit: Permit = always
    ) -> WrittenRows:
        """Raises: ProviderError, and what `permit` raises."""

    def price(self, usage: Usage) -> float | None:
        """US dollars, None where the model's price is not known."""

    def estimate(self, request: RowRequest) -> Usage:
        """What the request will probably use."""

    def worst_case(self, request: RowRequest) -> Usage:
        """What the request can use at the most."""


class Quarantine(Protocol):
    async def __call__(
        self, job_id: str, request: RowRequest, refused: Sequence[RefusedRow]
    ) -> None:
        """Keep some of the rows that were turned away, for a person to look at."""


class RowCheck(Protocol):
    def __call__(
        self, row: Mapping[str, Any], fields: Iterable[FieldDefinition]
    ) -> tuple[Problem, ...]: ...
