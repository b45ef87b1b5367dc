"""A job's chunks become published files, a verdict and a manifest."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InvalidArgument, NotFound
from ..core.models import ChunkMetadata, Job
from ..core.ports import Dataset, DatasetFile, MergeRequest, Outputs, Verdict
from .manifest import dataset_manifest, job_manifest

if TYPE_CHECKING:
    import pyarrow as pa

    from .judge import Judge

JUDGED_ROWS = 65_536
"""Rows judged at once."""
PREVIEW_ROWS = 5
HASHED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class DatasetFiles:
    """A core.ports.DatasetMaker. `scratch` is a folder for what a verdict cannot hold in memory."""

    scratch: Path

    def make(
        self,
        request: MergeRequest,
        *,
        progress: Callable[[int], None],
        cancelled: Callable[[], bool],
    ) -> Dataset:
        """The files become visible together, after all of them were written whole."""
        files, neutralised = _merged(request, progress, cancelled)
        verdicts = self._judged(request, files, neutralised)
        name = manifest_name(request)
        data = dataset_manifest(
            request.job,
            request.format,
            files,
            request.chunks,
            neutralised=neutralised,
            verdicts=verdicts,
        )
        with request.outputs.publish(name, overwrite=True) as publication:
            publication.file.write(data)
        return self._dataset(request, files, verdicts, neutralised)

    def made(self, request: MergeRequest) -> Dataset | None:
        """What stands under these names, if its manifest is this job's and its bytes are as it
        says."""
        manifest = _manifest(request.outputs, manifest_name(request))
        if manifest is None or not _is_ours(manifest, request):
            return None
        files = tuple(_file(request.outputs, entry) for entry in manifest["files"])
        if not all(_sha256(request.outputs, file.name) == file.sha256 for file in files):
            return None
        verdicts = tuple(_verdict(entry) for entry in manifest["expectations"])
        return self._dataset(request, files, verdicts, manifest["neutralised_cells"])

    def rows(self, request: MergeRequest, only: str | None) -> dict[str, pa.Table]:
        import pyarrow as pa

        from .merge import verified_tables

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

    def job_manifest(self, job: Job, chunks: Sequence[ChunkMetadata]) -> bytes:
        return job_manifest(job, chunks)

    def _judged(
        self, request: MergeRequest, files: Sequence[DatasetFile], neutralised: int
    ) -> tuple[Verdict, ...]:
        """The final files, read again from the first byte to the last."""
        with self._judge(request) as judge:
            for file in files:
                for batch in _batches(request, file, JUDGED_ROWS, neutralised > 0):
                    judge.feed(file.table, batch)
            return judge.verdicts()

    @contextmanager
    def _judge(self, request: MergeRequest) -> Iterator[Judge]:
        from .judge import Judge

        self.scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="judging-", dir=self.scratch))
        try:
            with Judge(request.job.spec.schema, dict(request.job.spec.rows), folder) as judge:
                yield judge
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _dataset(
        request: MergeRequest,
        files: tuple[DatasetFile, ...],
        verdicts: tuple[Verdict, ...],
        neutralised: int,
    ) -> Dataset:
        from ..core.samples import json_rows

        preview = {
            file.table: json_rows(next(_batches(request, file, PREVIEW_ROWS, False)))
            for file in files
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
    """Beside the file; for several tables beside their folder."""
    first = next(iter(request.names.values()))
    stem = first if len(request.names) == 1 else first.rpartition("/")[0]
    return f"{stem}.manifest.json"


def _merged(
    request: MergeRequest, progress: Callable[[int], None], cancelled: Callable[[], bool]
) -> tuple[tuple[DatasetFile, ...], int]:
    from .merge import merge

    files: list[DatasetFile] = []
    neutralised = 0
    with ExitStack() as publications:
        for table, name in request.names.items():
            publication = publications.enter_context(
                request.outputs.publish(name, overwrite=request.overwrite)
            )
            before = sum(file.rows for file in files)
            merged = merge(
                request.storage,
                request.chunks[table],
                request.recipe.tables[table].arrow_schema,
                request.format,
                publication.file,
                progress=partial(_told, progress, before),
                cancelled=cancelled,
            )
            neutralised += merged.neutralised
            path = request.outputs.locate(name)
            files.append(DatasetFile(table, name, path, merged.bytes, merged.rows, merged.sha256))
    return tuple(files), neutralised


def _told(progress: Callable[[int], None], before: int, rows: int) -> None:
    progress(before + rows)


def _batches(
    request: MergeRequest, file: DatasetFile, rows: int, restored: bool
) -> Iterator[pa.Table]:
    """`restored`: without the apostrophes that merging put before formulas."""
    from .batches import read_batches

    schema = request.recipe.tables[file.table].arrow_schema
    with request.outputs.open_dataset(file.name) as data:
        yield from read_batches(data, request.format, schema, rows, neutralised=restored)


def _manifest(outputs: Outputs, name: str) -> dict[str, Any] | None:
    try:
        with outputs.open_dataset(name) as file:
            found = json.loads(file.read())
    except (NotFound, InvalidArgument, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _is_ours(manifest: Mapping[str, Any], request: MergeRequest) -> bool:
    try:
        names = {entry["table"]: entry["file"] for entry in manifest["files"]}
        return (
            manifest["job_id"] == request.job.job_id
            and manifest["output_format"] == request.format
            and names == dict(request.names)
            and isinstance(manifest["expectations"], list)
        )
    except (KeyError, TypeError):
        return False


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


def _sha256(outputs: Outputs, name: str) -> str | None:
    import hashlib

    try:
        file = outputs.open_dataset(name)
    except NotFound:
        return None
    digest = hashlib.sha256()
    with file:
        while block := file.read(HASHED_BYTES):
            digest.update(block)
    return digest.hexdigest()
