"""Parquet files put together from row groups that are written already, byte by byte.

A row group does not know where in a file it lies: only the footer does. So a group's bytes are the
same in whatever file, and groups of several files become those of one by writing a footer.
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ...core.errors import StorageError
from .thrift import BINARY, FALSE, I32, I64, LIST, STRUCT, TRUE, Members, Reader, Struct, written

if TYPE_CHECKING:
    from .packing import Sink

MAGIC = b"PAR1"
_TAIL = 8
"""The footer's length in four bytes, and `MAGIC` once more."""
_UNREADABLE = (
    pa.ArrowException, OSError, KeyError, IndexError, TypeError, ValueError, AttributeError
)  # fmt: skip
"""What reading a footer raises that is none, or not shaped as Parquet's."""
# FileMetaData
_SCHEMA, _ROWS, _GROUPS, _WRITER = 2, 3, 4, 6
# RowGroup
_COLUMNS, _GROUP_ROWS, _GROUP_AT = 1, 3, 5
# ColumnChunk
_CHUNK_AT, _META = 2, 3
_INDEXES = (4, 5, 6, 7)
"""Where a page index lies and how long it is; ours have none."""
# SchemaElement
_KIND, _NAME = 1, 4
# ColumnMetaData
_PHYSICAL, _PATH, _CODEC, _VALUES, _PACKED, _PAGES_AT, _DICTIONARY_AT = 1, 3, 4, 5, 7, 9, 11
_ZSTD = (I32, 6)
_STATISTICS = {1: BINARY, 2: BINARY, 3: I64, 5: BINARY, 6: BINARY, 7: TRUE, 8: TRUE}
_SIZES = {1: I64, 2: LIST, 3: LIST}
_MEMBERS = {
    _PHYSICAL: I32, 2: LIST, _PATH: LIST, _CODEC: I32, _VALUES: I64, 6: I64, _PACKED: I64,
    _PAGES_AT: I64, _DICTIONARY_AT: I64, 12: _STATISTICS, 13: LIST, 16: _SIZES,
}  # fmt: skip
"""What we say of a column, and of what kind that is."""


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Its pages, and what the footer of the file they come from says of them."""

    said: Struct
    start: int
    pages: memoryview

    @property
    def rows(self) -> int:
        return int(self.said[_GROUP_ROWS][1])


@dataclass(frozen=True, slots=True)
class Written:
    """A Parquet file in memory. Raises: StorageError: that it is not, or not one of ours."""

    data: bytes

    def groups(self, schema: pa.Schema) -> list[RowGroup]:
        ours = _empty(schema)
        try:
            # Arrow looks at more than we do: what it cannot read must not get into another file.
            pq.read_metadata(pa.BufferReader(self.data))
            footer = self.footer()
            if any(footer[part] != ours[part] for part in (_SCHEMA, _WRITER)):
                raise StorageError("its columns, or its writer, are not those of this version")
            found = footer[_GROUPS][1].values
            if not all(_are_of(said, ours[_SCHEMA][1].values[1:]) for said in found):
                raise StorageError(
                    "a column is not what the schema says, or not packed as ours are"
                )
            return [self._group(said) for said in found]
        except _UNREADABLE as exc:
            raise StorageError("its footer cannot be read") from exc

    def footer(self) -> Struct:
        length = int.from_bytes(self.data[-_TAIL:-4], "little")
        return Reader(self.data[-_TAIL - length : -_TAIL]).read()

    def _group(self, said: Struct) -> RowGroup:
        start, stop = _span(said)
        if not len(MAGIC) <= start <= stop <= len(self.data):
            raise StorageError("its pages lie outside of it")
        return RowGroup(said, start, memoryview(self.data)[start:stop])


class Stitching:
    """A file in the making: groups are added in their order, and its own footer comes last."""

    def __init__(self, out: Sink, schema: pa.Schema) -> None:
        self._out = out
        self._footer = _empty(schema)
        self._groups: list[Struct] = []
        self._rows = 0
        self._at = out.write(MAGIC)

    def add(self, group: RowGroup) -> None:
        self._groups.append(_moved(group.said, self._at - group.start))
        self._rows += group.rows
        self._at += self._out.write(group.pages)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure is None:
            self._finish()

    def _finish(self) -> None:
        self._footer[_ROWS] = (I64, self._rows)
        self._footer[_GROUPS] = (LIST, Members(STRUCT, list(self._groups)))
        footer = written(self._footer)
        self._out.write(footer + len(footer).to_bytes(4, "little") + MAGIC)


def _empty(schema: pa.Schema) -> Struct:
    """The footer of a file of this schema and no rows."""
    out = pa.BufferOutputStream()
    pq.ParquetWriter(out, schema).close()
    return Written(bytes(out.getvalue())).footer()


def _are_of(group: Struct, elements: list[Struct]) -> bool:
    """Whether its columns are those of the schema, said as we say it: Arrow believes some of what
    other readers refuse."""
    metas = [column[_META][1] for column in group[_COLUMNS][1].values]
    return len(metas) == len(elements) and all(
        _is_like(meta, _MEMBERS)
        and meta[_PHYSICAL] == element[_KIND]
        and meta[_PATH][1].values == [element[_NAME][1]]
        and meta[_CODEC] == _ZSTD
        and meta[_VALUES] == group[_GROUP_ROWS]
        for meta, element in zip(metas, elements, strict=True)
    )


def _is_like(said: Struct, members: Mapping[int, Any]) -> bool:
    return all(
        _is_like(value, members[number])
        if kind == STRUCT and isinstance(members.get(number), dict)
        else members.get(number) == (kind if kind > FALSE else TRUE)
        for number, (kind, value) in said.items()
    )


def _span(group: Struct) -> tuple[int, int]:
    """Where its pages begin and end. Raises: StorageError: there is more between its columns."""
    metas = [column[_META][1] for column in group[_COLUMNS][1].values]
    starts = [min(meta[place][1] for place in _places(meta)) for meta in metas]
    stops = [start + meta[_PACKED][1] for start, meta in zip(starts, metas, strict=True)]
    if starts[1:] != stops[:-1]:
        raise StorageError("its columns do not lie one behind the other")
    return starts[0], stops[-1]


def _places(meta: Struct) -> Iterator[int]:
    return (place for place in (_PAGES_AT, _DICTIONARY_AT) if place in meta)


def _moved(group: Struct, by: int) -> Struct:
    columns = []
    for column in group[_COLUMNS][1].values:
        meta = dict(column[_META][1])
        for place in _places(meta):
            meta[place] = (I64, meta[place][1] + by)
        kept = {number: said for number, said in column.items() if number not in _INDEXES}
        columns.append(kept | {_CHUNK_AT: (I64, 0), _META: (STRUCT, meta)})
    start, _ = _span(group)
    return {**group, _COLUMNS: (LIST, Members(STRUCT, columns)), _GROUP_AT: (I64, start + by)}
