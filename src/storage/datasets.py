"""A job's chunks become published files, a verdict and a manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.datasets import refuse_broken
from ..core.errors import AlreadyExists, InvalidArgument, NotFound
from ..core.interrupts import left_to_the_main_thread
from ..core.models import ChunkMetadata, Job
from ..core.ports import Dataset, DatasetFile, MergeRequest, Outputs, Verdict
from . import unjudged
from .manifest import BETWEEN, dataset_manifest, job_manifest, wish
from .merging.course import Course
from .names import MANIFEST
from .outputs import taken
from .scratch import scratch_folder
from .unjudged import sha256_of

if TYPE_CHECKING:
    import pyarrow as pa

    from ..generation.pools import Pools
    from .judging.judge import Judge

JUDGED_ROWS = 65_536
"""Rows judged at once."""


@dataclass(frozen=True, slots=True)
class DatasetFiles:
    """A core.ports.DatasetMaker. `scratch` is a folder for what a verdict cannot hold in memory;
    `pools` bring the cities that postcodes are compared with."""

    scratch: Path
    pools: Callable[[], Pools] | None = None

    @left_to_the_main_thread()
    def make(
        self,
        request: MergeRequest,
        *,
        progress: Callable[[int], None],
        cancelled: Callable[[], bool],
    ) -> Dataset:
        """The files become visible together, after all of them were written whole; those that
        could not be judged go again. With `strict` the chunks are judged before.

        `progress` is told half of the rows while they are written, the rest while they are judged.
        """
        name = manifest_name(request)
        before = _manifest(request.outputs, name) or {}
        if request.partition and before and not request.overwrite:
            raise taken(name)
        stem = name.removesuffix(MANIFEST)
        if unjudged.stand(request.outputs, stem):  # the last merge was killed before its verdict
            request = replace(request, overwrite=True)
        course = Course(lambda rows: progress(rows // 2), cancelled)
        if request.strict:
            refuse_broken(self._foreseen(request, course.go_on))
        try:
            files, neutralised = self._merged(request, course)
            verdicts = self._judged(request, files, neutralised, course)
            if request.strict:
                refuse_broken(verdicts)
            course.go_on()
            data = dataset_manifest(request, files, neutralised=neutralised, verdicts=verdicts)
            with request.outputs.publish(name, overwrite=True) as publication:
                publication.file.write(data)
        except AlreadyExists:  # another merge of the same rows was quicker: they are its files
            if _manifest(request.outputs, name) is not None:
                unjudged.forget(request.outputs, stem)
            raise
        except BaseException:
            unjudged.take_back(request.outputs, stem)
            raise
        unjudged.forget(request.outputs, stem)
        _discard(request, _left_over(before, name, files))
        return self._dataset(request, files, verdicts, neutralised)

    @left_to_the_main_thread()
    def made(self, request: MergeRequest) -> Dataset | None:
        """What stands under these names, if its manifest is this job's and its bytes are as it
        says."""
        manifest = _manifest(request.outputs, manifest_name(request))
        if manifest is None or not _is_ours(manifest, request):
            return None
        files = tuple(_file(request.outputs, entry) for entry in manifest["files"])
        if not all(sha256_of(request.outputs, file.name) == file.sha256 for file in files):
            return None
        unjudged.forget(request.outputs, manifest_name(request).removesuffix(MANIFEST))
        verdicts = tuple(_verdict(entry) for entry in manifest["expectations"])
        return self._dataset(request, files, verdicts, manifest["neutralised_cells"])

    @left_to_the_main_thread()
    def damage(self, request: MergeRequest) -> tuple[tuple[str, str], ...]:
        manifest = _manifest(request.outputs, manifest_name(request))
        if manifest is None or not _is_ours(manifest, request):
            return ()
        files = (_file(request.outputs, entry) for entry in manifest["files"])
        found = ((file, sha256_of(request.outputs, file.name)) for file in files)
        return tuple(
            (file.path, "it is not there" if sha256 is None else "its bytes changed")
            for file, sha256 in found
            if sha256 != file.sha256
        )

    @left_to_the_main_thread()
    def rows(self, request: MergeRequest, only: str | None) -> dict[str, pa.Table]:
        import pyarrow as pa

        from .merging.merge import verified_tables

        names = [only] if only else list(request.names)
        return {
            name: pa.concat_tables(
                verified_tables(
                    request.storage,
                    request.chunks[name],
                    request.recipe.tables[name].arrow_schema,
                )
            )
            for name in names
        }

    def batches(
        self, request: MergeRequest, dataset: Dataset | None, table: str
    ) -> Iterator[pa.Table]:
        from .merging.batches import one_ahead, regrouped
        from .merging.merge import verified_tables
        from .merging.rereading import table_batches

        if dataset is not None:
            files = _of(dataset.files, table)
            restored = dataset.neutralised > 0
            return one_ahead(table_batches(request, files, table, JUDGED_ROWS, restored=restored))
        schema = request.recipe.tables[table].arrow_schema
        rows = verified_tables(request.storage, request.chunks[table], schema)
        return chain([schema.empty_table()], regrouped(rows, JUDGED_ROWS))

    def job_manifest(self, job: Job, chunks: Sequence[ChunkMetadata]) -> bytes:
        return job_manifest(job, chunks)

    def _merged(self, request: MergeRequest, course: Course) -> tuple[tuple[DatasetFile, ...], int]:
        from .merging.writing import Writing

        with ExitStack() as publications:
            scratch = publications.enter_context(self._scratch("merging-"))
            written = Writing(request, course, scratch, publications)
            files = written.files()
            stem = manifest_name(request).removesuffix(MANIFEST)
            unjudged.note(request.outputs, stem, files)
            return files, written.neutralised

    def _judged(
        self,
        request: MergeRequest,
        files: Sequence[DatasetFile],
        neutralised: int,
        course: Course,
    ) -> tuple[Verdict, ...]:
        """The final files, read again from the first byte to the last."""
        from .merging.batches import one_ahead
        from .merging.rereading import table_batches

        with self._judge(request) as judge:
            for table in request.names:
                batches = table_batches(
                    request, _of(files, table), table, JUDGED_ROWS, restored=neutralised > 0
                )
                for batch in one_ahead(batches):
                    course.go_on()
                    judge.feed(table, batch)
                    course.passed(batch.num_rows)
            return judge.verdicts()

    @left_to_the_main_thread()
    def judged(self, request: MergeRequest) -> tuple[Verdict, ...]:
        return self._foreseen(request, lambda: None)

    def _foreseen(self, request: MergeRequest, go_on: Callable[[], None]) -> tuple[Verdict, ...]:
        """What the chunks say, before any file is written."""
        from .merging.merge import verified_tables

        with self._judge(request) as judge:
            for table, chunks in request.chunks.items():
                arrow_schema = request.recipe.tables[table].arrow_schema
                for rows in verified_tables(request.storage, chunks, arrow_schema):
                    go_on()
                    judge.feed(table, rows)
            return judge.verdicts()

    @contextmanager
    def _judge(self, request: MergeRequest) -> Iterator[Judge]:
        from .judging.judge import NO_POOLS, Judge

        with (
            self._scratch("judging-") as folder,
            Judge(
                request.job.spec.schema,
                dict(request.job.spec.rows),
                folder,
                self.pools() if self.pools else NO_POOLS,
            ) as judge,
        ):
            yield judge

    def _scratch(self, prefix: str) -> AbstractContextManager[Path]:
        return scratch_folder(self.scratch, prefix)

    @staticmethod
    def _dataset(
        request: MergeRequest,
        files: tuple[DatasetFile, ...],
        verdicts: tuple[Verdict, ...],
        neutralised: int,
    ) -> Dataset:
        from ..core.samples import json_rows
        from .merging.rereading import table_batches

        preview = {
            table: json_rows(
                next(table_batches(request, _of(files, table), table, max(request.shown, 1)))
            )[: request.shown]
            for table in request.names
        }
        return Dataset(
            job_id=request.job.job_id,
            format=request.format,
            files=files,
            verdicts=verdicts,
            manifest=request.outputs.locate(manifest_name(request)),
            neutralised=neutralised,
            preview=preview,
        )


def manifest_name(request: MergeRequest) -> str:
    """Beside the file; for several files beside their folder."""
    names = set(request.names.values())
    first = next(iter(request.names.values()))
    stem = first if len(names) == 1 else first.rpartition("/")[0]
    return f"{stem}{MANIFEST}"


def _of(files: Sequence[DatasetFile], table: str) -> list[DatasetFile]:
    """Those that hold rows of the table."""
    return [file for file in files if table in file.table.split(BETWEEN)]


def _discard(request: MergeRequest, names: Iterable[str]) -> None:
    for name in names:
        request.outputs.discard(name)


def _left_over(
    before: Mapping[str, Any], manifest: str, files: Sequence[DatasetFile]
) -> Iterator[str]:
    """Parts of the dataset that had the name before, which this one did not write over."""
    folder = manifest.removesuffix(MANIFEST) + "/"
    now = {file.name for file in files}
    for entry in before.get("files", ()):
        name = entry.get("file") if isinstance(entry, dict) else None
        if isinstance(name, str) and name.startswith(folder) and name not in now:
            yield name


def _manifest(outputs: Outputs, name: str) -> dict[str, Any] | None:
    try:
        with outputs.open_dataset(name) as file:
            found = json.loads(file.read())
    except (NotFound, InvalidArgument, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _is_ours(manifest: Mapping[str, Any], request: MergeRequest) -> bool:
    try:
        wanted = wish(request)
        return (
            manifest["job_id"] == request.job.job_id
            and {word: manifest[word] for word in wanted} == wanted
            and _named_alike(manifest["files"], request)
            and isinstance(manifest["expectations"], list)
        )
    except (KeyError, TypeError):
        return False


def _named_alike(entries: Sequence[Mapping[str, Any]], request: MergeRequest) -> bool:
    names = {table: entry["file"] for entry in entries for table in entry["table"].split(BETWEEN)}
    if request.partition is not None:  # the manifest's own name says the rest
        return names.keys() == request.names.keys()
    return names == dict(request.names)


def _file(outputs: Outputs, entry: Mapping[str, Any]) -> DatasetFile:
    return DatasetFile(
        table=entry["table"],
        name=entry["file"],
        path=outputs.locate(entry["file"]),
        bytes=entry["bytes"],
        rows=entry["rows"],
        sha256=entry["sha256"],
    )


def _verdict(entry: Mapping[str, Any]) -> Verdict:
    verdict = Verdict(**entry)
    return replace(verdict, examples=tuple(verdict.examples))
