"""From a finished job to its report."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ..core.datasets import Datasets, Rows
from ..core.interrupts import left_to_the_main_thread
from ..core.job_manager import JobManager
from ..core.models import ChunkMetadata, DataSchema, Job, JobProgress
from ..core.ports import Clock, Dataset, JobEvent, Verdict
from ..storage.provenance import lineage
from ..utils.text import clean
from .model import Cost, File, Link, Report, Table

if TYPE_CHECKING:
    from .model import Column

SAMPLE = 5
LIBRARIES = ("numpy", "pyarrow", "polars")
LINE = 300


@dataclass(frozen=True, slots=True)
class Reports:
    """`version` is rowmill's own."""

    datasets: Datasets
    manager: JobManager
    clock: Clock
    version: str

    async def report(self, job: Job) -> Report:
        """Reads every row once, and once more to judge them where no dataset has the job's name.

        Raises:
            IllegalTransition: the job is not COMPLETED.
            ChunkMissing, ChunkDamaged, StorageError
        """

        @left_to_the_main_thread()
        def read(dataset: Dataset | None, rows: Rows) -> tuple[Dataset | None, tuple[Table, ...]]:
            return dataset, _tables(job, rows)

        dataset, tables = await self.datasets.read(job, read)
        verdicts = dataset.verdicts if dataset else await self.datasets.judged(job)
        now = await self.manager.progress(job.job_id)
        chunks = await self.datasets.jobs.chunks(job.job_id)
        return Report(
            job_id=job.job_id,
            name=clean(job.name, LINE),
            description=clean(job.spec.schema.description, 2 * LINE),
            made_at=datetime.fromtimestamp(self.clock.now(), UTC).isoformat(timespec="seconds"),
            rows=job.spec.total_rows,
            verdicts=tuple(map(_cleaned, verdicts)),
            tables=_with_unique(tables, verdicts),
            links=tuple(_links(job.spec.schema)),
            cost=_cost(now, chunks, await self.manager.events(job.job_id), job),
            origin=lineage(job.spec),
            versions=self._versions(),
            files=_files(dataset),
        )

    def _versions(self) -> dict[str, str]:
        libraries = {name: version(name) for name in LIBRARIES}
        return {"rowmill": self.version, "python": platform.python_version(), **libraries}


def _tables(job: Job, rows: Rows) -> tuple[Table, ...]:
    return tuple(_table(job, name, count, rows) for name, count in job.spec.rows)


def _table(job: Job, name: str, count: int, rows: Rows) -> Table:
    from .profile import TableProfile
    from .scales import cell

    table = job.spec.schema.table(name)
    profile = TableProfile(job.spec.schema, table, count)
    sample: list[dict[str, Any]] = []
    for batch in rows(name):
        if len(sample) < SAMPLE:
            sample += batch.slice(0, SAMPLE - len(sample)).to_pylist()
        profile.feed(batch)
    return Table(
        name=name,
        description=clean(table.description, LINE),
        rows=count,
        columns=profile.columns(),
        correlations=profile.correlations(),
        sample=tuple(
            {field: None if value is None else cell(value) for field, value in row.items()}
            for row in sample
        ),
    )


def _with_unique(tables: Sequence[Table], verdicts: Sequence[Verdict]) -> tuple[Table, ...]:
    """Where the judge found a column unique, how many values it has is known and no estimate."""
    unique = {v.about for v in verdicts if v.check == "unique" and v.held}
    alone = len(tables) == 1

    def known(column: Column) -> Column:
        names = {f"{column.table}.{column.name}", *([column.name] if alone else [])}
        if column.distinct_is_exact or not names & unique:
            return column
        return replace(column, distinct=column.rows - column.nulls, distinct_is_exact=True)

    return tuple(replace(table, columns=tuple(map(known, table.columns))) for table in tables)


def _links(schema: DataSchema) -> list[Link]:
    return [
        Link(
            table.name,
            key.fields,
            key.reference.table or table.name,
            key.optional_fraction > 0,
        )
        for table in schema.tables
        for key in table.foreign_keys
    ]


def _cost(
    now: JobProgress, chunks: Sequence[ChunkMetadata], events: Sequence[JobEvent], job: Job
) -> Cost:
    starts = [event.at for event in events if event.event in ("start", "accept")]
    ends = [event.at for event in events if event.event == "finish"]
    return Cost(
        usage=now.usage,
        usd=now.cost_usd,
        making_s=max(0.0, ends[-1] - starts[0]) if starts and ends else None,
        chunk_s=sum(chunk.seconds for chunk in chunks),
        chunks=len(chunks),
        attempts=job.attempt,
        repeated=sum(chunk.attempt > 1 for chunk in chunks),
        rejected=_counted(now.rejected),
        spending=now.spending,
    )


def _counted(rejected: Sequence[tuple[str, int]]) -> Mapping[str, int]:
    return {clean(reason, 80): count for reason, count in rejected}


def _files(dataset: Dataset | None) -> tuple[File, ...]:
    if dataset is None:
        return ()
    return tuple(File(f.name, f.table, f.rows, f.bytes, f.sha256) for f in dataset.files)


def _cleaned(verdict: Verdict) -> Verdict:
    return replace(
        verdict,
        about=clean(verdict.about, LINE),
        target=clean(verdict.target, LINE),
        measured=clean(verdict.measured, LINE),
        examples=tuple(clean(example, LINE) for example in verdict.examples),
        because=clean(verdict.because, LINE) if verdict.because else None,
    )
