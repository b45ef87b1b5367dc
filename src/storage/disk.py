"""Chunks as files below a folder."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Literal

from ..core.errors import ChunkDamaged, ChunkMissing, StorageError
from ..core.models import ChunkKey
from ..core.ports import Publication
from .base import CHUNKS, refusals_mapped
from .files import Files, write_whole
from .names import safe_part
from .outputs import DiskOutputs
from .scratch import sweep


class DiskStorageHandler:
    """Chunks at `temp_dir/<job_id>/chunk_<index>.<format>`, datasets below `output_dir`."""

    kind: Literal["disk"] = "disk"

    def __init__(self, temp_dir: Path, output_dir: Path, *, files: Files | None = None) -> None:
        self._temp = Path(os.path.abspath(temp_dir))
        self._files = files or Files()
        self._outputs = DiskOutputs(output_dir, files=self._files)

    def put_chunk(self, key: ChunkKey, data: bytes) -> None:
        self._put(key.job_id, key.file_name, data)

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

    def _folder(self, job_id: str) -> Path:
        folder = self._temp / safe_part(job_id)
        if folder.is_symlink():
            hint = f"remove the link {job_id} from the folder that {CHUNKS.setting} names"
            raise StorageError("a job's chunk folder is a link that may lead elsewhere", hint=hint)
        return folder


def missing(key: ChunkKey) -> ChunkMissing:
    text = f"chunk {key.index} ({key.file_name}) is not there"
    return ChunkMissing(text, hint=mending(key))


def mending(key: ChunkKey) -> str:
    """What brings a lost or damaged chunk back."""
    return (
        f"only this chunk has to be made again: generate_chunk with chunk_index={key.index}, "
        f"or rowmill jobs verify {key.job_id} --mend"
    )
