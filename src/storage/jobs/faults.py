"""What SQLite can refuse, in our words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from ...core.errors import RowmillError, StorageError, StorageFull, StoreBusy, StoreDamaged
from .seals import REBUILD

HOME = "ROWMILL_HOME"

_Fault = tuple[type[RowmillError], str, str]

_DAMAGED: _Fault = (
    StoreDamaged,
    "the job store's file is damaged",
    f"restore it from the files beside the chunks with: {REBUILD}",
)
_BUSY: _Fault = (
    StoreBusy,  # no Conflict: nobody was quicker, and to decide again at once would not end
    "another process is holding the job store",
    "try again; if it lasts, look for a rowmill process that hangs",
)
_CANNOT_OPEN: _Fault = (
    StorageError,
    "the job store's file cannot be opened",
    f"check that the folder that {HOME} names exists and that this user may write there",
)
_FAULTS: dict[int, _Fault] = {
    sqlite3.SQLITE_FULL: (
        StorageFull,
        "the disk that holds the job store is full",
        f"free some space there, or point {HOME} at a larger disk; then retry: nothing is lost",
    ),
    sqlite3.SQLITE_READONLY: (
        StorageError,
        "the job store's file is read-only",
        f"make the folder that {HOME} names writable for this user",
    ),
    sqlite3.SQLITE_IOERR: (
        StorageError,
        "the disk that holds the job store failed to read or write",
        f"check the disk and its free space; point {HOME} at another one if it fails again",
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    # Our statements are right and our values allowed: a table or a column changed its name.
    sqlite3.SQLITE_ERROR: _DAMAGED,
    sqlite3.SQLITE_CONSTRAINT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CANTOPEN: _CANNOT_OPEN,
    sqlite3.SQLITE_PERM: _CANNOT_OPEN,
    sqlite3.SQLITE_AUTH: _CANNOT_OPEN,
}


def database_fault(exc: sqlite3.Error) -> RowmillError:
    code = getattr(exc, "sqlite_errorcode", None) or sqlite3.SQLITE_ERROR
    unknown: _Fault = (
        StorageError,
        f"the job store failed: {exc}",
        f"look at rowmill.db in the folder that {HOME} names",
    )
    return _raised(_FAULTS.get(code & 0xFF, unknown))  # the low byte is the kind of fault


def _raised(fault: _Fault) -> RowmillError:
    kind, message, hint = fault
    return kind(message, hint=hint)


@contextmanager
def database_faults_mapped() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as exc:
        raise database_fault(exc) from exc
    except UnicodeDecodeError as exc:  # a message of SQLite's with a damaged name in it
        raise _raised(_DAMAGED) from exc
