"""Folders for what does not fit in memory, and what killed processes left behind."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .base import Place, refusals_mapped
from .files import WINDOWS
from .names import TEMPORARY

SCRATCH = Place("the scratch files", "STORAGE_TEMP_DIR")
STALE_S = 3600.0
"""Nothing that young is taken away, whoever holds it."""


@contextmanager
def scratch_folder(root: Path, prefix: str) -> Iterator[Path]:
    """A folder of one's own below `root`, empty and gone again afterwards.

    Its lock dies with its process: that is how the next one knows what may be taken away. What the
    disk refuses inside the block is said in our words.
    """
    with refusals_mapped(SCRATCH):
        root.mkdir(parents=True, exist_ok=True)
        for stale in root.glob(f"{prefix}*"):
            if is_stale(stale):
                shutil.rmtree(stale, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=root))
        try:
            with held(folder):
                yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """While the block runs, `is_stale` is false for this file or folder, in any process."""
    descriptor = _locked(path)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def sweep(folder: Path) -> None:
    """Takes away files that killed processes left half written; ours alone, and only old ones."""
    with suppress(OSError):
        for left in folder.glob(f"{TEMPORARY}*.tmp"):
            if is_stale(left):
                left.unlink(missing_ok=True)


def is_stale(path: Path) -> bool:
    """Whether it was left behind: old, and held by no living process."""
    try:
        if time.time() - path.stat().st_mtime < STALE_S:
            return False
    except OSError:
        return False
    descriptor = _locked(path)
    if descriptor is None:
        return WINDOWS  # which lets nobody take away what is open
    os.close(descriptor)
    return True


def _locked(path: Path) -> int | None:
    """A descriptor that holds the lock; None where somebody has it, or locks do not exist."""
    if WINDOWS:
        return None
    import fcntl

    descriptor = None
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor
    if descriptor is not None:
        os.close(descriptor)
    return None
