"""Who runs a job: a lock on a file, which the system frees when its holder dies."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..base import Place, refusals_mapped
from ..names import safe_part

LEASES = Place("the leases", "ROWMILL_HOME")
TRIES, PAUSE_S = 200, 0.002
"""How long an acquire waits for somebody who only looks; a look takes microseconds."""
_FLAGS = (
    os.O_RDWR
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOINHERIT", 0)
)


@dataclass(slots=True)
class FileLease:
    """Held until released, or until the process ends in whatever way."""

    path: Path
    descriptor: int | None

    def release(self) -> None:
        """Twice does no harm."""
        if self.descriptor is None:
            return
        descriptor, self.descriptor = self.descriptor, None
        # Removed while it is still locked: whoever opened it meanwhile sees that it is gone and
        # opens the next one. Windows does not remove open files; there it stays. Only our own: a
        # holder whose file was taken away must not take away the next one's.
        with suppress(OSError):
            if _is_at(descriptor, self.path):
                self.path.unlink()
        os.close(descriptor)


class FileLeases:
    """core.ports.Leases: `folder/<job_id>.lock`, locked by flock (Windows: by msvcrt)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def acquire(self, job_id: str) -> FileLease | None:
        path = self._path(job_id)
        with refusals_mapped(LEASES):
            self._folder.mkdir(parents=True, exist_ok=True)
            for _ in range(TRIES):
                descriptor = os.open(path, _FLAGS | os.O_CREAT, 0o666)
                if _lock(descriptor) and _is_at(descriptor, path):
                    return FileLease(path, descriptor)
                taken = _is_locked(descriptor) and _is_at(descriptor, path)
                os.close(descriptor)
                if taken:
                    return None
                time.sleep(PAUSE_S)  # somebody was only looking, or let go this moment
        return None

    def held(self, job_id: str) -> bool:
        path = self._path(job_id)
        with refusals_mapped(LEASES):
            try:
                descriptor = os.open(path, _FLAGS)
            except FileNotFoundError:
                return False
            try:
                return _is_locked(descriptor)
            finally:
                os.close(descriptor)

    def _path(self, job_id: str) -> Path:
        return self._folder / f"{safe_part(job_id)}.lock"


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the path still names the open file."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _is_locked(descriptor: int) -> bool:
        """Windows knows no shared locks here: a look takes the lock and gives it back."""
        if not _lock(descriptor):
            return True
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        return False

else:
    import fcntl

    def _try(descriptor: int, kind: int) -> bool:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _lock(descriptor: int) -> bool:
        return _try(descriptor, fcntl.LOCK_EX)

    def _is_locked(descriptor: int) -> bool:
        """A shared lock, given back at once, fails only where somebody holds the exclusive one.

        Lookers do not hinder each other, and an acquire that meets one sees by this very question
        that nobody holds the lease, and tries again.
        """
        if not _try(descriptor, fcntl.LOCK_SH):
            return True
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        return False
