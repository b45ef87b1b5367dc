"""What the storage handlers share: the words for refusals and losses."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..core.errors import ChunkMissing, StorageError, StorageFull
from ..core.models import ChunkKey


@dataclass(frozen=True, slots=True)
class Place:
    """A folder as a person knows it: what it holds, and the setting that names it."""

    what: str
    setting: str


CHUNKS = Place("the chunks", "STORAGE_TEMP_DIR")
DATASETS = Place("the datasets", "STORAGE_OUTPUT_DIR")
RECORDS = Place("the job store", "ROWMILL_HOME")

_Refusal = tuple[type[StorageError], str, str]

_FULL: _Refusal = (
    StorageFull,
    "the disk that holds {what} is full",
    "free some space there, or point {setting} at a larger disk; then retry: nothing is lost",
)
_DENIED: _Refusal = (
    StorageError,
    "no permission to use the folder for {what}",
    "give this user the right to read and write there, or point {setting} at a folder of its own",
)
_NO_FOLDER: _Refusal = (
    StorageError,
    "a file stands where the folder for {what} belongs",
    "move it away, or point {setting} at a folder",
)
_TOO_MANY: _Refusal = (
    StorageError,
    "too many files are open, so {what} cannot be reached",
    "raise the limit (ulimit -n) or lower JOB_PARALLEL_CHUNKS, then try again",
)
_REFUSALS: dict[int, _Refusal] = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: (
        StorageFull,
        "this user's disk quota for {what} is used up",
        "free some space, ask for a larger quota, or point {setting} at another disk; then retry",
    ),
    errno.EFBIG: (
        StorageFull,
        "a file for {what} is larger than the file system or this process may write",
        "use a smaller chunk_size, raise the limit (ulimit -f), or point {setting} elsewhere",
    ),
    errno.EROFS: (
        StorageError,
        "the folder for {what} is read-only",
        "make it writable, or point {setting} at a folder that is",
    ),
    errno.EEXIST: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EISDIR: (
        StorageError,
        "a folder stands where a file of {what} belongs",
        "move it away from the folder that {setting} names, then try again",
    ),
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EMFILE: _TOO_MANY,
    errno.ENFILE: _TOO_MANY,
    errno.EIO: (
        StorageError,
        "the disk that holds {what} failed to read or write",
        "check the disk; point {setting} at another one if it fails again",
    ),
    errno.ENAMETOOLONG: (
        StorageError,
        "the path for {what} is longer than the file system allows",
        "point {setting} at a folder with a shorter path",
    ),
}


def refusal(exc: OSError, place: Place) -> StorageError:
    """The operating system's refusal in our words; the hint names the setting to change."""
    unknown: _Refusal = (
        StorageError,
        "the folder for {what} cannot be used: " + (exc.strerror or type(exc).__name__),
        "look at the folder that {setting} names, then try again",
    )
    kind, message, hint = _REFUSALS.get(exc.errno or 0, unknown)
    words = {"what": place.what, "setting": place.setting}
    return kind(message.format(**words), hint=hint.format(**words))


@contextmanager
def refusals_mapped(place: Place) -> Iterator[None]:
    """Turns an OSError of the block into one of ours."""
    try:
        yield
    except OSError as exc:
        raise refusal(exc, place) from exc


def missing(key: ChunkKey) -> ChunkMissing:
    text = f"chunk {key.index} ({key.file_name}) is not there"
    return ChunkMissing(text, hint=mending(key))


def mending(key: ChunkKey) -> str:
    """What brings a lost or damaged chunk back."""
    return (
        f"only this chunk has to be made again: generate_chunk with chunk_index={key.index}, "
        f"or rowmill jobs verify {key.job_id} --mend"
    )
