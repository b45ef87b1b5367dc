"""One file of a dataset, put together from the tables that go into it."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from ...core.dataset_formats import SHAPES, Shape
from ...core.ports import MergeRequest
from ..formats.packing import BLOCK, packed
from ..provenance import origin
from .chunk_source import Source
from .course import Course
from .databases import (
    Loading,
    long_decimals,
    write_postgres_script,
    write_sqlite,
    write_sqlite_script,
)
from .merge import Counted, write_rows

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment an archive can say: no clock is in a dataset."""
_STORED = frozenset({"parquet"})
"""Packed already."""
_FLOATING = frozenset({"sqlite", "sql"})
"""Read by a database that has floats for decimals."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """What goes into one file: these tables of the request. `scratch` is a folder that exists."""

    request: MergeRequest
    tables: Sequence[str]
    course: Course
    scratch: Path

    @property
    def shape(self) -> Shape:
        return SHAPES[self.request.format]

    def source(self, table: str) -> Source:
        schema = self.request.recipe.tables[table].arrow_schema
        return Source(self.request.storage, self.request.chunks[table], schema)

    def write_table(self, table: str, out: Any) -> int:
        return write_rows(
            out,
            self.source(table),
            self.course,
            self.shape.rows,
            neutralise=self.request.neutralise,
            origin=origin(self.request.job, table),
        )

    def loadings(self) -> Iterator[Loading]:
        """Parents before children: the order in which a job's tables are made."""
        schema = self.request.job.spec.schema
        for table, _ in self.request.job.spec.rows:
            yield Loading(
                schema.table(table),
                self.source(table).tables(self.course),
                self._long_decimals(table) if self.shape.rows in _FLOATING else frozenset(),
            )

    def _long_decimals(self, table: str) -> frozenset[str]:
        source = self.source(table)
        if not any(pa.types.is_decimal(field.type) for field in source.schema):
            return frozenset()
        unheard = Course(lambda _: None, self.course.cancelled)
        return long_decimals(source.tables(unheard))


def assemble(assembly: Assembly, out: Counted) -> int:
    """Write the file; how many cells were neutralised.

    Raises:
        ChunkMissing, ChunkDamaged, Conflict (cancelled), InvalidArgument, StorageError
    """
    shape = assembly.shape
    if shape.packing == "zip":
        return _archive(assembly, out)
    if shape.rows in _DATABASES:
        _DATABASES[shape.rows](assembly, out)
        return 0
    (table,) = assembly.tables
    with packed(out, shape.packing) as sink:
        return assembly.write_table(table, sink)


def _archive(assembly: Assembly, out: Counted) -> int:
    changed, rows_as = 0, assembly.shape.rows
    stored = rows_as in _STORED
    # Without a way back in its sink the archive is written from front to end.
    with zipfile.ZipFile(cast(Any, _Forward(out)), "w") as archive:
        for table in assembly.tables:
            entry = zipfile.ZipInfo(f"{table}.{rows_as}", _LONG_AGO)
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w", force_zip64=True) as sink:
                changed += assembly.write_table(table, _Entry(sink))
    return changed


@dataclass(frozen=True, slots=True)
class _Forward:
    """What zipfile takes for a stream that cannot be sought in."""

    out: Counted

    def write(self, data: bytes) -> int:
        return self.out.write(data)

    def flush(self) -> None:
        """The owner of the sink decides when its bytes must be durable."""


class _Entry(Counted):
    """A file in an archive: its size is known to Arrow, its end is the archive's business."""


@contextmanager
def _scratch_file(folder: Path) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="database-", dir=folder))
    try:
        yield made / "data"
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _sqlite(assembly: Assembly, out: Counted) -> None:
    """SQLite writes files of its own only; the finished one is copied to where it goes."""
    with _scratch_file(assembly.scratch) as path:
        write_sqlite(path, assembly.request.job.spec.schema, tuple(assembly.loadings()))
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                assembly.course.go_on()
                out.write(block)


def _sqlite_script(assembly: Assembly, out: Counted) -> None:
    write_sqlite_script(out, assembly.request.job.spec.schema, tuple(assembly.loadings()))


def _postgres_script(assembly: Assembly, out: Counted) -> None:
    write_postgres_script(out, assembly.request.job.spec.schema, tuple(assembly.loadings()))


_DATABASES: Mapping[str, Callable[[Assembly, Counted], None]] = {
    "sqlite": _sqlite,
    "sql": _sqlite_script,
    "pg.sql": _postgres_script,
}
