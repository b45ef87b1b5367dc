"""A client's file read, backed up and replaced in one step."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import Conflict, InvalidArgument, StorageError

BACKUP = ".rowmill-backup"
PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class ClientFile:
    """`path` as people know it; what is written goes to where a link leads."""

    path: Path

    @property
    def backup(self) -> Path:
        return self.path.with_name(self.path.name + BACKUP)

    def read(self) -> str | None:
        """Its text, None where there is no file. Raises: InvalidArgument, StorageError."""
        return _text(self.path)

    def before(self) -> str | None:
        """What the last change backed up, if anything."""
        return _text(self.backup)

    def change(self, seen: str | None, text: str) -> None:
        """The text for what was `seen`, of which a backup is kept.

        Raises:
            Conflict: somebody else has changed the file since.
            StorageError: it cannot be written; it is as it was.
        """
        self._unchanged(seen)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if seen is None:
                self.backup.unlink(missing_ok=True)
            else:
                _replace(self.backup, seen, _mode(self.path))
            _replace(self.path.resolve(), text, _mode(self.path))
        except OSError as exc:
            raise _failed(self.path, exc) from exc

    def restore(self, seen: str, text: str | None) -> None:
        """The text again, or no file at all; the backup has done its work. Raises as `change`."""
        self._unchanged(seen)
        try:
            if text is None:
                self.path.unlink()
            else:
                _replace(self.path.resolve(), text, _mode(self.path))
            self.backup.unlink(missing_ok=True)
        except OSError as exc:
            raise _failed(self.path, exc) from exc

    def _unchanged(self, seen: str | None) -> None:
        if self.read() != seen:
            hint = "close the client, then say it again"
            raise Conflict(f"{self.path} was changed in the meantime", hint=hint)


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        hint = "look at it in an editor; nothing was changed"
        raise InvalidArgument(f"{path} is not UTF-8 text", hint=hint) from None
    except OSError as exc:
        raise _failed(path, exc) from exc


def _mode(path: Path) -> int:
    """Of a file that is there; a new one is its owner's alone, for a key may come into it."""
    with suppress(FileNotFoundError):
        return path.stat().st_mode & 0o777
    return PRIVATE


def _replace(path: Path, text: str, mode: int) -> None:
    """The whole file or none: written beside it under another name, then put in its place."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _failed(path: Path, exc: OSError) -> StorageError:
    hint = "nothing was changed; look at the folder's permissions and free space"
    return StorageError(f"{path}: {exc.strerror or exc}", hint=hint)
