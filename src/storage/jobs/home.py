"""The data folder: whose it is, of which format, and who may have it alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...core.errors import Conflict, NewerFormat, StorageError
from ..base import RECORDS, refusals_mapped
from ..files import WINDOWS, Files, write_whole

FORMAT = 1
"""Of the folder as a whole; raised when an older rowmill must not touch what lies in it."""
FORMAT_FILE = "rowmill.format.json"
LOCK_FILE = "rowmill.lock"
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def enter(home: Path, files: Files) -> int | None:
    """Make or open the folder; a descriptor that shows others it is in use, until it is closed.

    Raises:
        NewerFormat: a later rowmill wrote here; nothing is touched.
        StorageError: it is somebody else's.
        Conflict: it is being rebuilt.
    """
    with refusals_mapped(RECORDS):
        _make(home)
        _refuse_strangers(home)
        if _format(home) is None:
            document = {"format": FORMAT, "note": "a data folder of rowmill"}
            write_whole(files, home / FORMAT_FILE, (json.dumps(document) + "\n").encode())
        descriptor = _locked(home, alone=False)
    if descriptor is None and not WINDOWS:
        raise Conflict(
            "the data folder is being rebuilt or brought up to date by another process",
            hint="try again when it is done",
        )
    return descriptor


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """No other process has the folder meanwhile; for migrations and rebuilds.

    Windows knows no shared locks here: there, processes that only read are not noticed.

    Raises:
        Conflict: somebody has it.
    """
    with refusals_mapped(RECORDS):
        _make(home)
        _refuse_strangers(home)
        _format(home)
        descriptor = _locked(home, alone=True)
    if descriptor is None and not WINDOWS:
        raise Conflict(
            "another rowmill process uses this data folder",
            hint="stop the servers and command lines that use it, then try again",
        )
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def world_writable(home: Path) -> bool:
    return not WINDOWS and home.exists() and bool(home.stat().st_mode & 0o002)


def _make(home: Path) -> None:
    """A new one is for this user only."""
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=0o700, exist_ok=True)


def _refuse_strangers(home: Path) -> None:
    """Who owns the folder can put any record into it. root may do so anyway, and may use any."""
    if WINDOWS:
        return
    owner, user = home.stat().st_uid, os.geteuid()
    if user != 0 and owner not in (0, user):
        raise StorageError(
            f"the data folder belongs to another user (uid {owner})",
            hint="point ROWMILL_HOME at a folder of your own, or give this one to your user "
            "(chown)",
        )


def _format(home: Path) -> int | None:
    """None where nothing says so yet. Raises: NewerFormat, StorageError."""
    path = home / FORMAT_FILE
    try:
        found = int(json.loads(Files().read(path))["format"])
        is_newer = found > FORMAT
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None  # damaged: written again, the records in the folder say their own formats
    if is_newer:
        text = f"a newer rowmill wrote this data folder (format {found}, this one reads {FORMAT})"
        raise NewerFormat(text, hint="update rowmill, or point ROWMILL_HOME at another folder")
    return found


def _locked(home: Path, *, alone: bool) -> int | None:
    """None where it cannot be had."""
    if WINDOWS:
        return None
    import fcntl

    descriptor = os.open(home / LOCK_FILE, _FLAGS, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
