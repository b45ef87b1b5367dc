"""Chunks as files below a folder."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Literal

from ..core.chunk_about import ChunkAbout
from ..core.errors import ChunkDamaged, StorageError
from ..core.models import ChunkKey, ChunkMetadata
from ..core.ports import Publication
from ..utils.checksums import sha256
from . import abouts
from .base import CHUNKS, mending, missing, refusals_mapped
from .files import Files, write_together, write_whole
from .names import safe_part
from .outputs import DiskOutputs
from .scratch import sweep

SEARCHED = 4_000
"""Files looked into to learn whose bytes a damaged chunk has: a tenth of a second."""


class DiskStorageHandler:
    """Chunks at `temp_dir/<job_id>/chunk_<index>.<format>`, datasets below `output_dir`."""

    kind: Literal["disk"] = "disk"

    def __init__(self, temp_dir: Path, output_dir: Path, *, files: Files | None = None) -> None:
        self._temp = Path(os.path.abspath(temp_dir))
        self._files = files or Files()
        self._outputs = DiskOutputs(output_dir, files=self._files)

    def put_chunk(
        self, key: ChunkKey, data: bytes, *, schema_sha256: str = "", attempt: int = 0
    ) -> None:
        about = ChunkAbout(key, schema_sha256, attempt, len(data), sha256(data))
        folder = self._folder(key.job_id)
        # What a chunk is has its name before the chunk has: a crash between the two leaves words
        # about a chunk that is not there yet, or the right words about the same bytes.
        with refusals_mapped(CHUNKS):
            self._files.make_folder(folder)
            write_together(
                self._files,
                (
                    (folder / safe_part(abouts.about_name(key)), abouts.written(about)),
                    (folder / safe_part(key.file_name), data),
                ),
            )

    def read_chunk(self, key: ChunkKey) -> bytes:
        path = self._folder(key.job_id) / safe_part(key.file_name)
        with refusals_mapped(CHUNKS):
            try:
                return self._files.read(path)
            except (FileNotFoundError, NotADirectoryError):
                raise missing(key) from None
            except OSError as exc:
                if exc.errno not in (errno.ELOOP, errno.EMLINK, errno.EISDIR):
                    raise
                text = f"chunk {key.index} ({key.file_name}) is not a file but a link or a folder"
                raise ChunkDamaged(text, hint=mending(key)) from None

    def read_recorded(self, chunk: ChunkMetadata) -> bytes:
        return abouts.recorded(self, chunk)

    def about(self, key: ChunkKey) -> ChunkAbout | None:
        return self._about(self._folder(key.job_id) / safe_part(abouts.about_name(key)))

    def abouts(self, job_id: str) -> Iterator[ChunkAbout]:
        folder = self._folder(job_id)
        with refusals_mapped(CHUNKS):
            found = sorted(folder.glob(f"{abouts.PREFIX}*.json"))
        return filter(None, map(self._about, found))

    def neighbours(self, key: ChunkKey) -> Iterator[ChunkAbout]:
        pattern = f"{abouts.PREFIX}*.json"
        ours = self._folder(key.job_id).glob(pattern)
        found = chain(ours, self._temp.glob(f"*/{pattern}"))
        return filter(None, map(self._about, islice(found, SEARCHED)))

    def delete_job(self, job_id: str) -> None:
        folder = self._folder(job_id)
        with refusals_mapped(CHUNKS):
            if folder.exists():
                shutil.rmtree(folder)
                self._files.sync_folder(self._temp)

    def put_note(self, job_id: str, name: str, data: bytes) -> None:
        self._put(job_id, name, data)
        sweep(self._folder(job_id))  # a job's last note comes when its chunks are done

    def publish(self, name: str, *, overwrite: bool) -> AbstractContextManager[Publication]:
        return self._outputs.publish(name, overwrite=overwrite)

    def open_dataset(self, name: str) -> BinaryIO:
        return self._outputs.open_dataset(name)

    def locate(self, name: str) -> str:
        return self._outputs.locate(name)

    def discard(self, name: str) -> None:
        self._outputs.discard(name)

    def _put(self, job_id: str, name: str, data: bytes) -> None:
        path = self._folder(job_id) / safe_part(name)
        with refusals_mapped(CHUNKS):
            self._files.make_folder(path.parent)
            write_whole(self._files, path, data)

    def _about(self, path: Path) -> ChunkAbout | None:
        with suppress(OSError):
            return abouts.parsed(self._files.read(path))
        return None

    def _folder(self, job_id: str) -> Path:
        folder = self._temp / safe_part(job_id)
        if folder.is_symlink():
            hint = f"remove the link {job_id} from the folder that {CHUNKS.setting} names"
            raise StorageError("a job's chunk folder is a link that may lead elsewhere", hint=hint)
        return folder
