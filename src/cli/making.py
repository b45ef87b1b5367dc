"""A job run to its end and its dataset written, with progress on stderr."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import AlreadyExists, InvalidArgument
from .failures import NOT_WELL, exit_code_of
from .progress import following

if TYPE_CHECKING:
    import pyarrow as pa

    from ..core.models import Job, OutputFormat
    from ..core.ports import Dataset, Outputs
    from .running import Here

LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Target:
    """Where a dataset goes: `file` is None for rowmill's own output folder."""

    file: Path | None
    format: OutputFormat | None
    overwrite: bool

    def outputs(self) -> Outputs | None:
        """The folder of the file, wherever it is."""
        from ..storage.base import Place
        from ..storage.outputs import DiskOutputs

        place = Place("the dataset", "-o")
        return DiskOutputs(self.file.parent, place=place) if self.file else None

    @property
    def named_format(self) -> OutputFormat | None:
        from ..core.datasets import named_format

        return named_format(self.file.name) if self.file else None

    def refuse_taken(self, job: Job) -> None:
        """Say now, and not after the work, that a name is taken or can be no file's.

        Raises:
            AlreadyExists, InvalidArgument
        """
        for path in self.paths(job):
            # os.path answers where Path raises: for names that are too long for the system.
            if not self.overwrite and os.path.lexists(path):
                raise AlreadyExists(
                    f"there is a file {path} already", hint="choose another name, or --overwrite"
                )

    def paths(self, job: Job) -> tuple[Path, ...]:
        """Where the job's files will be; none where rowmill's own folder takes them.

        Raises:
            InvalidArgument: that can be no file.
        """
        from ..core.datasets import file_names
        from ..storage.names import dataset_path

        if self.file is None:
            return ()
        _refuse_no_file(self.file, or_folder=len(job.spec.schema.tables) > 1)
        wanted = self.format or self.named_format or job.spec.output_format
        names = file_names(job, wanted, self.file.name).values()
        found = tuple(self.file.parent / dataset_path(name) for name in names)
        for path in found:
            _refuse_no_file(path)
        return found


def _refuse_no_file(path: Path, *, or_folder: bool = False) -> None:
    if str(path) == "-" or path.name in ("", ".."):
        raise InvalidArgument(f"{path} is no file's name", hint="name a file: -o rows.csv")
    if os.path.isdir(path):
        if or_folder:
            return
        raise InvalidArgument(f"{path} is a folder", hint="name a file in it")
    if os.path.exists(path) and not os.path.isfile(path):
        raise InvalidArgument(f"{path} is a device, not a file", hint="name a file: -o rows.csv")


async def run_to_end(here: Here, job: Job) -> Job:
    """Run the job here until it is over or somebody stops it.

    Raises:
        Conflict: another process runs it.
    """
    here.job_id = job.job_id
    here.how_to_go_on = f"rowmill jobs resume {job.job_id} --wait"
    manager = here.app.manager
    running = asyncio.ensure_future(manager.run(job.job_id))
    with following(here.screen, "making", job.spec.total_rows) as follow:
        while not running.done():
            await asyncio.wait({running}, timeout=LOOK_EVERY_S)
            now = await manager.progress(job.job_id)
            follow(now.rows_done, f"{now.rows_per_s:,.0f}/s" if now.rows_per_s else "")
        return running.result()


def ended(here: Here, job: Job) -> int:
    """The exit code for a job that no longer runs; says why where it is not COMPLETED."""
    from ..core.models import JobState

    if job.state is JobState.COMPLETED:
        return 0
    here.screen.note(f"rowmill: the job is {job.state}: {job.problem or 'somebody asked for it'}")
    moves = {JobState.PAUSED: "resume", JobState.FAILED: "retry"}
    if job.state in moves:
        how = f"rowmill jobs {moves[job.state]} {job.job_id} --wait"
        here.screen.note(f"go on with: {how}", "")
    return exit_code_of(job.problem) if job.problem else NOT_WELL


async def write(here: Here, job: Job, target: Target) -> Dataset:
    """Merge the job into the target.

    Raises:
        AlreadyExists, ChunkMissing, ChunkDamaged, InvalidArgument, StorageError, IllegalTransition
    """
    target.paths(job)
    here.job_id = None  # the job is over: an interruption has nothing to pause
    here.how_to_go_on = merge_command(job, target)
    total = job.spec.total_rows
    with following(here.screen, "writing", total) as follow:
        return await here.app.datasets.merge(
            job,
            output_format=target.format,
            file_name=target.file.name if target.file else None,
            overwrite=target.overwrite,
            outputs=target.outputs(),
            progress=follow,
        )


def merge_command(job: Job, target: Target) -> str:
    words = ["rowmill", "merge", job.job_id]
    words += ["-o", shlex.quote(str(target.file))] if target.file else []
    return " ".join([*words, *(["--overwrite"] if target.overwrite else [])])


async def first_rows(
    here: Here, job: Job, made: Dataset, target: Target, wanted: int
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The first `wanted` rows of each table: what the merge showed, or as many from the files."""
    short = [file for file in made.files if len(made.preview[file.table]) < min(wanted, file.rows)]
    if not short:
        return {name: rows[:wanted] for name, rows in made.preview.items()}
    recipe = await here.app.datasets.recipes.of(job)
    outputs = target.outputs() or here.app.datasets.storage(job.spec.storage)
    return {
        file.table: await asyncio.to_thread(
            _read, outputs, file.name, made.format, recipe.tables[file.table].arrow_schema, wanted
        )
        for file in made.files
    }


def _read(
    outputs: Outputs, name: str, file_format: OutputFormat, schema: pa.Schema, wanted: int
) -> list[dict[str, Any]]:
    from ..core.samples import json_rows
    from ..storage.batches import preview

    with outputs.open_dataset(name) as file:
        return json_rows(preview(file, file_format, schema, wanted))
