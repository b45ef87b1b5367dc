"""A job run to its end and its dataset written, with progress on stderr."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import AlreadyExists, InvalidArgument, NotFound
from .failures import NOT_WELL, exit_code_of
from .progress import following

if TYPE_CHECKING:
    from ..core.dataset_formats import Partition
    from ..core.datasets import DatasetWish
    from ..core.models import DatasetFormat, Job, OutputFormat
    from ..core.ports import Dataset, Outputs
    from ..wiring import App
    from .running import Here

LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Target:
    """Where a dataset goes and as what. `file` is a path or a bucket's address, None for rowmill's
    own place of datasets."""

    file: str | None
    format: DatasetFormat | None
    overwrite: bool
    raw: bool = False
    partition: Partition | None = None
    shown: int = 5
    strict: bool = False

    @property
    def is_remote(self) -> bool:
        return self.file is not None and is_remote(self.file)

    @property
    def name(self) -> str | None:
        return None if self.file is None else name_of(self.file)

    def outputs(self, app: App) -> Outputs | None:
        return None if self.file is None else folder_of(app, self.file)

    def wish(self, app: App) -> DatasetWish:
        from ..core.datasets import DatasetWish

        return DatasetWish(
            output_format=self.format,
            file_name=self.name,
            overwrite=self.overwrite,
            outputs=self.outputs(app),
            partition=self.partition,
            neutralise=not self.raw,
            shown=self.shown,
            strict=self.strict,
        )

    @property
    def chunk_format(self) -> OutputFormat | None:
        """What the file's ending says of the job."""
        from ..core.dataset_formats import SHAPES, named_format

        named = named_format(self.name)
        return SHAPES[named].chunks if named else None

    def refuse_no_file(self) -> None:
        """Say, before anything is read or paid, that this can be no file's name.

        Raises:
            InvalidArgument
        """
        from ..core.dataset_formats import chosen_format

        if self.file is not None:
            refuse_no_file(self.file, or_folder=True)
            chosen_format(self.format, self.name, "csv")

    def refuse_taken(self, app: App, job: Job) -> None:
        """Say now, and not after the work, that a name is taken or can be no file's.

        Raises:
            AlreadyExists, InvalidArgument, StorageError, NotConfigured
        """
        outputs = self.outputs(app)
        for name in self.names(job):
            if outputs is not None and not self.overwrite and self._is_taken(outputs, name):
                raise AlreadyExists(
                    f"there is a file {outputs.locate(name)} already",
                    hint="choose another name, or --overwrite",
                )

    def _is_taken(self, outputs: Outputs, name: str) -> bool:
        if not self.is_remote:
            # os.path answers where Path raises: for names that are too long for the system.
            return os.path.lexists(outputs.locate(name))
        try:
            outputs.open_dataset(name).close()
        except NotFound:
            return False
        return True

    def names(self, job: Job) -> tuple[str, ...]:
        """The job's files, relative to their place; none where rowmill's own place takes them.

        Raises:
            InvalidArgument: that can be no file.
        """
        from ..core.dataset_formats import chosen_format
        from ..core.datasets import file_names
        from ..storage.names import dataset_path

        if self.file is None:
            return ()
        wanted = chosen_format(self.format, self.name, job.spec.output_format)
        refuse_no_file(self.file, or_folder=len(job.spec.schema.tables) > 1)
        found = tuple(dict.fromkeys(file_names(job, wanted, self.name).values()))
        for name in found:
            path = dataset_path(name)
            if not self.is_remote and self.partition is None:
                _refuse_no_file(Path(self.file).parent / path)
        return found


def is_remote(file: str) -> bool:
    from ..storage.buckets.bucket import is_url

    return is_url(file)


def name_of(file: str) -> str:
    """The last part of a path or a bucket's address."""
    return file.rpartition("/")[2] if is_remote(file) else Path(file).name


def folder_of(app: App, file: str) -> Outputs:
    """What the file stands in, wherever that is."""
    from ..storage.base import Place
    from ..storage.outputs import DiskOutputs

    if is_remote(file):
        return app.outputs_at(file.rpartition("/")[0])
    return DiskOutputs(Path(file).parent, place=Place("the dataset", "-o"))


def refuse_no_file(file: str, *, or_folder: bool = False) -> None:
    """`or_folder`: a folder that is there will do. Raises: InvalidArgument."""
    if not is_remote(file):
        _refuse_other_addresses(file)
        _refuse_no_file(Path(file), or_folder=or_folder)


def _refuse_other_addresses(file: str) -> None:
    """A path may begin with `https:`, and nobody means one that does."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", file):
        hint = "name a file, s3://BUCKET/… or gs://BUCKET/…"
        raise InvalidArgument(f"nothing can be written to {file}", hint=hint)


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
    here.runs(job.job_id)
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
        here.screen.note(f"go on with: {here.again(job.job_id, moves[job.state])}", "")
    return exit_code_of(job.problem) if job.problem else NOT_WELL


async def write(here: Here, job: Job, target: Target) -> Dataset:
    """Merge the job into the target.

    Raises:
        AlreadyExists, ChunkMissing, ChunkDamaged, InvalidArgument, PromiseBroken, StorageError,
        IllegalTransition
    """
    target.names(job)
    here.job_id = None  # the job is over: an interruption has nothing to pause
    here.how_to_go_on = merge_command(job, target)
    total = job.spec.total_rows
    with following(here.screen, "writing", total) as follow:
        return await here.app.datasets.merge(job, target.wish(here.app), progress=follow)


def merge_command(job: Job, target: Target) -> str:
    words = ["rowmill", "merge", job.job_id]
    words += ["-o", shlex.quote(target.file)] if target.file else []
    return " ".join([*words, *(["--overwrite"] if target.overwrite else [])])
