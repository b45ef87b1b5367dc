"""What a dataset can be written as, and what its file's name says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, cast, get_args

from .errors import InvalidArgument
from .models import DatasetFormat, OutputFormat

RowsAs = Literal["csv", "json", "jsonl", "parquet", "arrow", "sqlite", "sql", "pg.sql"]
Packing = Literal["gz", "zst", "zip"]


@dataclass(frozen=True, slots=True)
class Shape:
    """How rows are written, and what the written file is packed into."""

    rows: RowsAs
    packing: Packing | None = None

    @property
    def holds_all_tables(self) -> bool:
        """Whether several tables go into one file."""
        return self.packing == "zip" or self.rows in ("sqlite", "sql", "pg.sql")

    @property
    def chunks(self) -> OutputFormat:
        """What chunks are best written as, if this is all that they are for."""
        return cast(OutputFormat, self.rows) if self.rows in _CHUNKS else "parquet"


@dataclass(frozen=True, slots=True)
class Partition:
    """Parquet in several files: a folder for each value of the field `by`, or a new file when one
    has reached `file_bytes`."""

    by: str | None = None
    file_bytes: int | None = None


_CHUNKS = get_args(OutputFormat)


def _shape(name: str) -> Shape:
    rows, dot, packing = name.rpartition(".")
    if dot and packing in get_args(Packing):
        return Shape(cast(RowsAs, rows), cast(Packing, packing))
    return Shape(cast(RowsAs, name))


FORMATS: tuple[DatasetFormat, ...] = get_args(DatasetFormat)
SHAPES: Mapping[DatasetFormat, Shape] = {name: _shape(name) for name in FORMATS}
ENDINGS: Mapping[str, DatasetFormat] = {
    # The longer first: `.pg.sql` before `.sql`.
    **{f".{name}": name for name in sorted(FORMATS, key=len, reverse=True)},
    ".ndjson": "jsonl",
    ".pq": "parquet",
    ".feather": "arrow",
    ".db": "sqlite",
    ".sqlite3": "sqlite",
}
ARCHIVE = ".zip"


def named_format(
    file_name: str | None, archived: OutputFormat | None = None
) -> DatasetFormat | None:
    """The format a file's ending stands for; `.zip` alone, an archive of files in `archived`."""
    name = (file_name or "").lower()
    found = next((fmt for ending, fmt in ENDINGS.items() if name.endswith(ending)), None)
    if found is None and archived is not None and name.endswith(ARCHIVE):
        return cast(DatasetFormat, archived + ARCHIVE)
    return found


def chosen_format(
    said: DatasetFormat | None, file_name: str | None, default: OutputFormat
) -> DatasetFormat:
    """The format that was said, or the one that the file's ending says, or the default.

    The ending may say more than was said (`csv` and `rows.csv.gz`), or less (`pg.sql` and
    `shop.sql`).

    Raises:
        InvalidArgument: the two contradict each other, or the ending is no format's.
    """
    named = named_format(file_name, SHAPES[said].chunks if said else default)
    if named is None:
        _refuse_other_ending(file_name or "")
    if said is None or named is None:
        return said or named or default
    if named.startswith(f"{said}."):
        return named
    if said != named and not said.endswith(f".{named}"):
        raise InvalidArgument(
            f"the name {file_name!r} ends like {named}, and {said} was asked for",
            hint="leave out output_format or rename the file",
        )
    return said


def _refuse_other_ending(file_name: str) -> None:
    """A name without an ending gets the format's; `rows.2026` has none, `rows.xlsx` has one.

    Raises:
        InvalidArgument
    """
    ending = PurePosixPath(file_name).suffix
    if ending[1:2].isalpha():
        known = " ".join([*(f".{name}" for name in FORMATS), ARCHIVE])
        raise InvalidArgument(
            f"no dataset can be written as {ending}",
            hint=f"end the name in one of {known}, or leave the ending out",
        )
