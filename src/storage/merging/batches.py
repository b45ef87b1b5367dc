"""A dataset's rows, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import polars as pl
import pyarrow as pa
import pyarrow.ipc as pa_ipc
import pyarrow.parquet as pq

from ...core.errors import StorageError
from ..formats import csv_format, json_format
from ..formats.columns import ARROW_THREADS
from ..formats.formulas import neutralised_header, restored

if TYPE_CHECKING:
    from ...core.dataset_formats import RowsAs

T = TypeVar("T")
Rows = TypeVar("Rows", pa.Table, pl.DataFrame)
BLOCK = 4 << 20
"""Bytes of text that are parsed at once."""


def read_batches(
    file: BinaryIO,
    rows_as: RowsAs,
    arrow_schema: pa.Schema,
    batch_rows: int,
    *,
    neutralised: bool = False,
) -> Iterator[pa.Table]:
    """Tables of `batch_rows` rows (the last one has fewer; an empty dataset gives one empty table).

    Memory does not grow with the file. `neutralised` takes from CSV cells the apostrophe that merge
    put before formulas, so that what is judged is what was generated.

    Raises:
        StorageError: the file is not a dataset of this format and schema.
    """
    try:
        tables = _READERS[rows_as](file, arrow_schema, batch_rows)
        if neutralised:
            tables = map(restored, tables)
        first = True
        for table in regrouped(tables, batch_rows):
            first = False
            yield table
        if first:
            yield arrow_schema.empty_table()
    except (pa.ArrowException, KeyError, ValueError) as exc:
        hint = "the file was changed since it was merged: merge again"
        raise StorageError(f"the dataset cannot be read as {rows_as}", hint=hint) from exc


def one_ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items; while one is worked on, a thread gets the next."""
    with ThreadPoolExecutor(1, thread_name_prefix="rowmill-ahead") as pool:
        upcoming = pool.submit(next, items, None)
        while (item := upcoming.result()) is not None:
            upcoming = pool.submit(next, items, None)
            yield item


def regrouped(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of `rows` rows, each column in one piece; no empty table."""
    return map(in_one_piece, gathered(tables, rows))


def in_one_piece(parts: list[pa.Table]) -> pa.Table:
    """The rows of the parts, which are let go: what goes on then has them once in memory."""
    whole = pa.concat_tables(parts).combine_chunks()
    parts.clear()
    return whole


def framed_in_one_piece(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The same of frames, a column after the other: only one is in memory twice."""
    columns = [part.get_columns() for part in parts]
    parts.clear()
    count = len(columns[0])
    return pl.DataFrame(
        [pl.concat([rest.pop(0) for rest in columns], rechunk=True) for _ in range(count)]
    )


def gathered(tables: Iterable[Rows], rows: int) -> Iterator[list[Rows]]:
    """The same rows, as parts that have `rows` rows together."""
    kept: list[Rows] = []
    count = 0
    for table in tables:
        rest = table
        while count + len(rest) >= rows:
            cut = rows - count
            whole: list[Rows] = [*kept, rest.slice(0, cut)]
            rest, kept, count = rest.slice(cut), [], 0
            yield whole
        if len(rest):
            kept.append(rest)
            count += len(rest)
    if kept:
        yield kept


def _csv(file: BinaryIO, schema: pa.Schema, _: int) -> Iterator[pa.Table]:
    start = _after_header(file, schema)
    for block in _blocks(file, csv_format.last_row_end, start):
        yield csv_format.decode_rows(block, schema)


def _after_header(file: BinaryIO, schema: pa.Schema) -> bytes:
    """What was read beyond the header.

    Raises:
        StorageError: the header is neither the schema's nor its neutralised form.
    """
    headers = [
        csv_format.header(names) for names in (schema.names, neutralised_header(schema.names)[0])
    ]
    start = _exactly(file, max(map(len, headers)))
    for header in headers:
        if start.startswith(header):
            return start[len(header) :]
    raise StorageError("the header is not that of the schema", hint="merge again")


def _exactly(file: BinaryIO, size: int) -> bytes:
    """So many bytes, or all there are: a packed file may give fewer at once."""
    found = b""
    while len(found) < size and (data := file.read(size - len(found))):
        found += data
    return found


def _lines(file: BinaryIO, schema: pa.Schema, _: int) -> Iterator[pa.Table]:
    for block in _blocks(file, _last_line_end):
        yield json_format.decode_lines(block, schema)


def _array(file: BinaryIO, schema: pa.Schema, _: int) -> Iterator[pa.Table]:
    if _exactly(file, len(json_format.OPEN)) != json_format.OPEN:
        raise StorageError("the file is not a JSON array with one object a line")
    for block in _blocks(file, _last_line_end):
        lines = block.removesuffix(json_format.CLOSE)  # no object's line ends like that
        yield json_format.decode_lines(json_format.without_commas(lines), schema)


def _parquet(file: BinaryIO, schema: pa.Schema, rows: int) -> Iterator[pa.Table]:
    # Without pre-buffering, which would hold what was read until the end. A row group in one piece
    # need not be put together from several.
    reader = pq.ParquetFile(file, pre_buffer=False)
    batches = reader.iter_batches(rows, columns=schema.names, use_threads=ARROW_THREADS)
    for batch in batches:
        yield pa.Table.from_batches([batch]).select(schema.names).cast(schema)


def _arrow(file: BinaryIO, schema: pa.Schema, _: int) -> Iterator[pa.Table]:
    with pa_ipc.open_file(file) as reader:
        for number in range(reader.num_record_batches):
            batch = pa.Table.from_batches([reader.get_batch(number)])
            yield batch.select(schema.names).cast(schema)


_READERS: dict[RowsAs, Callable[[BinaryIO, pa.Schema, int], Iterable[pa.Table]]] = {
    "arrow": _arrow,
    "csv": _csv,
    "json": _array,
    "jsonl": _lines,
    "parquet": _parquet,
}


def _blocks(file: BinaryIO, end: Callable[[bytes], int], rest: bytes = b"") -> Iterator[bytes]:
    """`rest`, and the rest of the file, in blocks of whole rows."""
    while data := file.read(BLOCK):
        rest += data
        cut = end(rest)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def _last_line_end(data: bytes) -> int:
    return data.rfind(b"\n") + 1
