"""Other people's schemas and samples as files: read as far as needed, written whole."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import AlreadyExists, InvalidArgument, StorageError

if TYPE_CHECKING:
    from ..interchange.guessing import Source
    from ..interchange.notes import Imported, Note
    from .screen import Screen

SAMPLE_BYTES = 8 * 1024 * 1024
"""As much of a CSV file is read: its first thousand rows are looked at."""
SAMPLE_ROWS = 1000
PARQUET = b"PAR1"
SHOWN = 40


def imported(path: Path, source: Source | None, dialect: str | None, today: date) -> Imported:
    """The schema in a file, whatever it is.

    Raises:
        InvalidArgument, LimitExceeded: the file is not what it was said to be, or too large.
    """
    from ..interchange.bounded import MOST_TEXT, decoded
    from ..interchange.columns_in import import_rows
    from ..interchange.guessing import guess_source
    from ..interchange.importing import import_schema
    from ..interchange.names import legal

    name = legal(path.name.split(".")[0].lower(), "dataset")
    data = _read(path, 4 * MOST_TEXT)
    if data.startswith(PARQUET):
        return import_rows(_parquet_rows(path), name=name, today=today)
    is_sample = (source or guess_source("", path.suffix)) == "sample" and data[:1] not in b"[{"
    text = decoded(_whole_lines(data) if is_sample else data)
    return import_schema(
        text, source, name=name, dialect=dialect, ending=path.suffix, today=today
    )  # fmt: skip


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as exc:
        raise InvalidArgument(f"{path} cannot be read: {exc.strerror}") from exc


def _whole_lines(data: bytes) -> bytes:
    """The first megabytes of a sample, up to the end of a line."""
    if len(data) <= SAMPLE_BYTES:
        return data
    end = data.rfind(b"\n", 0, SAMPLE_BYTES)
    return data[: end + 1 if end > 0 else SAMPLE_BYTES]


def _parquet_rows(path: Path) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            batch = next(file.iter_batches(batch_size=SAMPLE_ROWS, use_threads=False), None)
    except (pa.ArrowException, OSError) as exc:
        raise InvalidArgument(f"{path} is no Parquet file that can be read: {exc}") from None
    return batch.to_pylist() if batch is not None else []


def written(path: Path, text: str, *, overwrite: bool) -> None:
    """The file holds the whole text or is not there.

    Raises:
        AlreadyExists: it is there, and nobody said `overwrite`.
        StorageError: it cannot be written.
    """
    from ..storage.files import Files

    files, temporary = Files(), path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        descriptor = files.create(temporary)
        try:
            files.write(descriptor, text.encode())
            files.sync(descriptor)
        finally:
            files.close(descriptor)
        files.replace(temporary, path) if overwrite else files.link(temporary, path)
    except FileExistsError:
        hint = "choose another name, or say --overwrite"
        raise AlreadyExists(f"there is a file {path} already", hint=hint) from None
    except OSError as exc:
        raise StorageError(f"{path} cannot be written: {exc.strerror}") from exc
    finally:
        files.remove(temporary)


def noted(screen: Screen, title: str, notes: Sequence[Note]) -> None:
    more = len(notes) - SHOWN
    lines = [str(note) for note in notes[:SHOWN]]
    screen.listed(title, [*lines, *([f"and {more} more: see --json"] if more > 0 else [])])
