"""A table as several Parquet files: by the value of a field, or by size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_to_bytes

import pyarrow as pa
import pyarrow.compute as pc

from ...core.errors import InvalidArgument
from ..formats.columns import plain
from ..formats.parquet_format import ROW_GROUP, add_rows
from ..formats.row_groups import Stitching
from .merge import Counted, groups

if TYPE_CHECKING:
    from ...core.dataset_formats import Partition
    from .chunk_source import Source
from .course import Course

MOST_VALUES = 256
"""Of a field to partition by: each is a file that stays open to the end."""
WAITING_ROWS = 8 * ROW_GROUP
"""Rows of all values together that may wait for their group to be full."""
NULL = "__HIVE_DEFAULT_PARTITION__"
"""How Hive, Spark, DuckDB and Arrow name the folder of rows without a value."""
_KINDS = (pa.types.is_string, pa.types.is_integer, pa.types.is_boolean, pa.types.is_date)

Opening = Callable[[str], Counted]


@dataclass(frozen=True, slots=True)
class Part:
    """A written file, named from the table's folder on."""

    name: str
    rows: int
    out: Counted


def write_parts(
    source: Source, course: Course, partition: Partition, origin: dict[str, str], opened: Opening
) -> tuple[Part, ...]:
    """The table's rows in the files that `opened` gives; which rows go where depends on the rows
    alone.

    Raises:
        InvalidArgument: the field cannot partition, or has too many values.
    """
    schema = plain(source.schema.empty_table()).schema
    schema = schema.with_metadata({**(schema.metadata or {}), **origin})
    rows = groups(source, course, schema)
    if partition.by is not None:
        return _by_value(rows, schema, partition.by, opened)
    return _by_size(rows, schema, partition.file_bytes or 0, opened)


def _by_size(
    rows: Iterator[pa.Table], schema: pa.Schema, file_bytes: int, opened: Opening
) -> tuple[Part, ...]:
    parts: list[Part] = []
    upcoming = next(rows, schema.empty_table())
    while upcoming is not None:
        name, count = f"part-{len(parts):05d}.parquet", 0
        out = opened(name)
        with Stitching(out, schema) as file:
            while upcoming is not None and (not count or out.size < file_bytes):
                add_rows(file, upcoming)
                count += upcoming.num_rows
                upcoming = next(rows, None)
        parts.append(Part(name, count, out))
    return tuple(parts)


@dataclass(slots=True)
class _Bin:
    """The file of one value, and the rows that wait for it."""

    part: str
    out: Counted
    files: ExitStack
    file: Stitching | None = None
    waiting: list[pa.Table] = field(default_factory=list)
    count: int = 0
    rows: int = 0

    def add(self, rows: pa.Table) -> None:
        self.waiting.append(rows)
        self.count += rows.num_rows
        self.rows += rows.num_rows

    def write(self) -> None:
        if self.count:
            table = pa.concat_tables(self.waiting).combine_chunks()
            if self.file is None:
                self.file = self.files.enter_context(Stitching(self.out, table.schema))
            add_rows(self.file, table)
            self.waiting.clear()
            self.count = 0


def _by_value(
    rows: Iterator[pa.Table], schema: pa.Schema, by: str, opened: Opening
) -> tuple[Part, ...]:
    _refuse_other_fields(schema, by)
    bins: dict[str, _Bin] = {}
    taken = {NULL.lower()}
    with ExitStack() as files:

        def new_bin(value: str) -> _Bin:
            if len(bins) >= MOST_VALUES:
                raise InvalidArgument(
                    f"the field {by} has more than {MOST_VALUES} values to partition by",
                    hint="choose a field with few values, or partition by size",
                )
            folder = value if value == NULL else _beside(taken, value)
            taken.add(folder.lower())
            name = f"{quote(by)}={folder}/part-00000.parquet"
            return _Bin(name, opened(name), files)

        for group in rows:
            for value, members in _split(group, by):
                if value not in bins:
                    bins[value] = new_bin(value)
                bins[value].add(members)
            _write_full(list(bins.values()))
        for one in bins.values():
            one.write()
    return tuple(Part(one.part, one.rows, one.out) for one in bins.values())


def _refuse_other_fields(schema: pa.Schema, by: str) -> None:
    position = schema.get_field_index(by)
    if position < 0 or len(schema) == 1:
        hint = "name one of: " + ", ".join(schema.names[:20])
        raise InvalidArgument(f"there is no field {by} to partition by", hint=hint)
    if not any(fits(schema.field(position).type) for fits in _KINDS):
        raise InvalidArgument(
            f"the field {by} cannot name folders",
            hint="partition by a string, integer, boolean or date, or by size",
        )


def _split(group: pa.Table, by: str) -> Iterator[tuple[str, pa.Table]]:
    """The group's rows by folder, in order."""
    column = group[by].combine_chunks()
    rest = group.drop_columns([by])  # the folder's name says it
    for value in pc.unique(column):
        same = pc.equal(column, value) if value.is_valid else pc.is_null(column)
        yield _folder(value), rest.filter(same)


def _folder(value: pa.Scalar) -> str:
    if not value.is_valid:
        return NULL
    text = quote(pc.cast(value, pa.string()).as_py(), safe="")
    if text == NULL:  # a value of that very name
        return "%5F" + text[1:]
    # A name that ends in a dot, or is empty, is none on some systems.
    return text[:-1] + "%2E" if text.endswith(".") else text


def _beside(taken: set[str], folder: str) -> str:
    """A name for the folder that differs from those also where case does not count."""
    if folder.lower() not in taken:
        return folder
    return "".join(f"%{byte:02X}" for byte in unquote_to_bytes(folder))


def _write_full(bins: list[_Bin]) -> None:
    for one in bins:
        if one.count >= ROW_GROUP:
            one.write()
    while sum(one.count for one in bins) > WAITING_ROWS:
        max(bins, key=lambda one: one.count).write()


# ── reading again ─────────────────────────────────────────────────────────────────────────────


def in_file(schema: pa.Schema, partition: Partition | None) -> pa.Schema:
    """The columns that stand in the files."""
    if partition is None or partition.by is None:
        return schema
    return schema.remove(schema.get_field_index(partition.by))


def completed(
    batch: pa.Table, name: str, schema: pa.Schema, partition: Partition | None
) -> pa.Table:
    """The batch with the column that only the file's folder tells."""
    if partition is None or partition.by is None:
        return batch
    said = name.split("/")[-2].partition("=")[2]
    kind = schema.field(partition.by).type
    text = pa.nulls(1, pa.string()) if said == NULL else pa.array([unquote(said)], pa.string())
    column = pa.repeat(text.cast(kind)[0], batch.num_rows)
    position = schema.get_field_index(partition.by)
    return batch.add_column(position, schema.field(position), column).cast(schema)
