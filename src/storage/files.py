"""The few operations on files that durability rests on, each a step that may fail."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .names import TEMPORARY

WINDOWS = sys.platform == "win32"
# Some of these flags do not exist on every system; where they do not, nothing needs them.
_CREATE = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_APPEND = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_APPEND
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_READ = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe in a file's place is empty, instead of never answering
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class Files:
    """The real ones. A test hands in a subclass whose k-th step fails or is the last."""

    def create(self, path: Path) -> int:
        """A descriptor to write to; fails where anything, even a link, has the name."""
        return os.open(path, _CREATE, 0o666)

    def append(self, path: Path) -> int:
        """A descriptor whose writes go to the end of the file; a missing file is made."""
        return os.open(path, _APPEND, 0o666)

    def write(self, descriptor: int, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def sync(self, descriptor: int) -> None:
        full_sync(descriptor)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        os.replace(source, target)

    def link(self, source: Path, target: Path) -> None:
        """Raises: FileExistsError: unlike rename, link fails if the name is taken."""
        os.link(source, target, follow_symlinks=False)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def make_folder(self, folder: Path) -> None:
        """With its parents; a new folder's name is durable when this returns."""
        missing = [folder, *folder.parents]
        missing = [path for path in missing if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for made in missing:
            self.sync_folder(made.parent)

    def sync_folder(self, folder: Path) -> None:
        """Makes names in the folder durable. Windows has no such call and needs none."""
        if WINDOWS:
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self, path: Path) -> bytes:
        """Raises: OSError: ELOOP where the name is a link."""
        with open(open_plain(path), "rb") as file:
            return file.read()


def open_plain(path: Path) -> int:
    """A descriptor to read a file, never what a link of that name points to."""
    return os.open(path, _READ)


def full_sync(descriptor: int) -> None:
    """fsync; on macOS the stronger form, without which the drive's cache may lose the bytes."""
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def temporary_beside(path: Path) -> Path:
    """A name of its own in the same folder, so that a rename stays within one file system."""
    return path.parent / f"{TEMPORARY}{secrets.token_hex(8)}.tmp"


def write_whole(files: Files, path: Path, data: bytes) -> None:
    """The file with these bytes, durable, in place of what had the name; or nothing changed."""
    write_together(files, ((path, data),))


def write_together(files: Files, wholes: Sequence[tuple[Path, bytes]]) -> None:
    """Files of one folder, each in place of what had its name.

    All bytes are durable before the first name changes, and names change in the order given; one
    sync of the folder makes them all durable.
    """
    temporaries = [temporary_beside(path) for path, _ in wholes]
    try:
        for temporary, (_, data) in zip(temporaries, wholes, strict=True):
            _write_new(files, temporary, data)
        for temporary, (path, _) in zip(temporaries, wholes, strict=True):
            files.replace(temporary, path)
    except BaseException:
        for temporary in temporaries:
            with suppress(OSError):
                files.remove(temporary)
        raise
    files.sync_folder(wholes[0][0].parent)


def _write_new(files: Files, path: Path, data: bytes) -> None:
    descriptor = files.create(path)
    try:
        files.write(descriptor, data)
        files.sync(descriptor)
    finally:
        files.close(descriptor)
