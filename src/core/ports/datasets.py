"""What becomes of chunks: a dataset, and the verdict on each promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ..dataset_formats import Partition
from ..models import (
    ChunkMetadata,
    DataSchema,
    DatasetFormat,
    Job,
)
from .storage import Outputs, StorageHandler

if TYPE_CHECKING:
    import pyarrow as pa

    from ...generation.recipe import Recipe


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
