"""What is recorded of jobs, and who runs one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..models import (
    ChunkMetadata,
    Job,
    JobState,
    Tally,
    Usage,
)


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

    async def standing(self, job_id: str) -> tuple[Job, Tally]:
        """The job and its tally, of one moment. Raises: NotFound."""

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
