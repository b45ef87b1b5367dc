"""Datasets as files in a folder: nothing under a name, or the whole of it."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..core.errors import AlreadyExists, InvalidArgument, NotFound, StorageError
from .base import DATASETS, Place, refusals_mapped
from .files import WINDOWS, Files, open_plain, temporary_beside
from .names import dataset_path
from .scratch import held, sweep

BUFFER = 1 << 20
BEHIND = 8 << 20
"""Bytes after which the disk is asked to begin with them."""

# What a file system says that cannot make a second name for a file.
_NO_LINKS = frozenset(
    [errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV]
)


@dataclass(slots=True)
class OpenPublication:
    """A core.ports.Publication."""

    file: BinaryIO


class DiskOutputs:
    """Datasets under one folder, made when first needed.

    Any folder will do: the output folder of the settings, or the one a person named on the command
    line (`DiskOutputs(path.parent)`, then `publish(path.name, …)`).
    """

    def __init__(self, root: Path, *, files: Files | None = None, place: Place = DATASETS) -> None:
        self._root = Path(os.path.abspath(root))  # not resolved: people know it by this name
        self._files = files or Files()
        self._place = place

    def locate(self, name: str) -> str:
        """The absolute path of a dataset."""
        return str(self._root / dataset_path(name))

    def open_dataset(self, name: str) -> BinaryIO:
        """Raises: NotFound, InvalidArgument."""
        path = self._plain_path(name)
        with refusals_mapped(self._place):
            try:
                return open(open_plain(path), "rb")
            except (FileNotFoundError, NotADirectoryError):
                hint = "merge the job first"
                raise NotFound(f"there is no dataset {name}", hint=hint) from None

    def discard(self, name: str) -> None:
        path = self._plain_path(name)
        with refusals_mapped(self._place):
            self._files.remove(path)

    @contextmanager
    def publish(self, name: str, *, overwrite: bool) -> Iterator[OpenPublication]:
        """See core.ports.StorageHandler.publish."""
        path = self._plain_path(name)
        with refusals_mapped(self._place):
            self._refuse_taken(path, name, overwrite)
            self._files.make_folder(path.parent)
            sweep(path.parent)
            temporary = temporary_beside(path)
            try:
                with _writing(self._files, temporary) as file, held(temporary):
                    yield OpenPublication(file)
                self._show(temporary, path, name, overwrite)
                self._files.sync_folder(path.parent)
            finally:
                with suppress(OSError):
                    self._files.remove(temporary)

    def _plain_path(self, name: str) -> Path:
        """The path of a dataset, no folder of which (below the root) is a link elsewhere."""
        relative = dataset_path(name)
        folder = self._root
        for part in relative.parts[:-1]:
            folder = folder / part
            if folder.is_symlink():
                hint = "remove the link, or choose another name"
                raise InvalidArgument(f"{part} is a link that may lead elsewhere", hint=hint)
        return self._root / relative

    def _refuse_taken(self, path: Path, name: str, overwrite: bool) -> None:
        try:
            mode = path.lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return
        if not overwrite:
            raise taken(name)
        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):  # a link is replaced, never followed
            raise InvalidArgument(f"{name} is not a file", hint="choose another name")

    def _show(self, temporary: Path, path: Path, name: str, overwrite: bool) -> None:
        if overwrite:
            self._files.replace(temporary, path)
            return
        try:
            self._create(temporary, path)
        except FileExistsError:
            raise taken(name) from None

    def _create(self, temporary: Path, path: Path) -> None:
        """Raises: FileExistsError."""
        try:
            self._files.link(temporary, path)
        except OSError as exc:
            if exc.errno not in _NO_LINKS:
                raise
            _rename_if_absent(temporary, path)


def taken(name: str) -> AlreadyExists:
    """The refusal to replace what has the name."""
    hint = "choose another name, or say overwrite"
    return AlreadyExists(f"there is a dataset {name} already", hint=hint)


def _rename_if_absent(temporary: Path, path: Path) -> None:
    """For file systems without links. Raises: FileExistsError.

    Writers of ours take turns by a lock on the folder, which dies with its holder; a foreign
    program that creates the name in the very moment between look and rename is not seen.
    """
    if WINDOWS:
        temporary.rename(path)  # there, rename fails if the name is taken
        return
    import fcntl

    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        temporary.rename(path)
    finally:
        os.close(folder)


class _Descriptor(io.RawIOBase):
    """A descriptor as a raw stream whose writes are steps of `Files`."""

    def __init__(self, files: Files, descriptor: int) -> None:
        super().__init__()
        self._files = files
        self._descriptor = descriptor
        self._written = self._begun = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._files.write(self._descriptor, data)
        self._written += len(data)
        if self._written - self._begun >= BEHIND:
            _begin(self._descriptor, self._begun, self._written)
            self._begun = self._written
        return len(data)


def _begin(descriptor: int, start: int, stop: int) -> None:
    """Has the disk take these bytes while others are made, so that the last sync finds few left."""
    if sys.platform == "linux":
        with suppress(OSError):  # it is advice: a file system that has no use for it may say so
            # Linux begins to write what is dirty, and forgets only what is not.
            os.posix_fadvise(descriptor, start, stop - start, os.POSIX_FADV_DONTNEED)


@contextmanager
def _writing(files: Files, path: Path) -> Iterator[BinaryIO]:
    """A new file to write to; on a normal way out its bytes are durable."""
    descriptor = files.create(path)
    try:
        file = io.BufferedWriter(_Descriptor(files, descriptor), BUFFER)
        try:
            yield cast(BinaryIO, file)
            file.flush()
        finally:
            _discard(file)
        files.sync(descriptor)
    finally:
        files.close(descriptor)


def _discard(file: io.BufferedIOBase) -> None:
    """Closes the stream; after a failure what it still buffers may go."""
    with suppress(OSError, StorageError):
        file.close()
