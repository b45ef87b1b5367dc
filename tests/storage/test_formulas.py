"""Cells that a spreadsheet would run become harmless in merged CSV, and only there."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.core.models import OutputFormat
from src.storage.formats.columns import framed
from src.storage.formats.csv_format import row_pieces
from src.storage.formats.encoding import decode
from src.storage.formats.formulas import neutralised, neutralised_header, suspect
from src.storage.memory import MemoryStorageHandler
from src.storage.merging.batches import read_batches
from src.storage.merging.chunk_source import Source
from src.storage.merging.merge import MergedFile, merge
from src.storage.outputs import DiskOutputs

from .tables import FORMATS, stored

DANGEROUS = [
    "=1+1", "=", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "+", "-", "+a", "-a", "-1+1", "--1", "-1-1",
    "+-1", "-1e", "-1.ex", "-1 ", "-.", "-1,5", '-1"', "+1\n", "-1\n", '=HYPERLINK("http://x","y")',
    "+cmd|'/c calc'!A0", "-1\r", "+49 30a", "-٣", "+٣", "=1\n2", '-"', "-1e5=1",
    "\uff1d1+1", "\uff20SUM(A1)", "\uff0b1", "\uff0d1", '\uff1d"a"', "\uff1d1,2",
]  # fmt: skip
HARMLESS = [
    "", "-1", "+1", "-1.5", "-1.", "-.5", "+.5", "-1e5", "-1E-5", "-1.5e+300", "+49 30 123456",
    "+49 (0)30/123-456", "+1-555-0100", "a=1", " =1", "1-1", "'=1", '"=1"', "2024-01-31", "é", "'",
    "\uff21\uff1d1", "\uff11",
]  # fmt: skip


def single(cells: list[str | None]) -> pa.Table:
    return pa.table({"c": pa.array(cells, pa.string())})


def to_csv(
    table: pa.Table, folder: Path, source: OutputFormat, size: int, *, neutralise: bool = True
) -> tuple[bytes, MergedFile]:
    storage = MemoryStorageHandler(DiskOutputs(folder), max_bytes=1 << 30, max_chunks=1000)
    sink = io.BytesIO()
    chunks = stored(storage, table, source, size)
    result = merge(Source(storage, chunks, table.schema), "csv", sink, neutralise=neutralise)
    return sink.getvalue(), result


@pytest.mark.parametrize("cell", DANGEROUS)
def test_a_dangerous_cell_gets_an_apostrophe(cell: str) -> None:
    frame, count = neutralised(framed(single([cell])))
    assert frame["c"].to_list() == ["'" + cell]
    assert count == 1


@pytest.mark.parametrize("cell", HARMLESS)
def test_a_harmless_cell_stays(cell: str) -> None:
    frame, count = neutralised(framed(single([cell, None])))
    assert frame["c"].to_list() == [cell, None]
    assert count == 0


@pytest.mark.parametrize("cell", DANGEROUS)
@pytest.mark.parametrize("place", ["first", "later", "alone"])
def test_the_quick_look_misses_no_dangerous_cell(cell: str, place: str) -> None:
    table = {
        "first": pa.table({"c": [cell, "x"], "d": ["y", "z"]}),
        "later": pa.table({"c": ["x", "y"], "d": ["z", cell]}),
        "alone": single(["x", cell]),
    }[place]
    assert suspect(b"\n" + b"".join(row_pieces(framed(table))), 0)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("=@\t\r\n+-019.eE,\"' a()é\uff1d\uff0d\uff11"), max_size=8),
        min_size=1,
    )
)
def test_the_quick_look_agrees_with_the_close_one(cells: list[str]) -> None:
    frame = framed(single(cells))
    _, count = neutralised(frame)
    assert suspect(b"\n" + b"".join(row_pieces(frame)), 0) or count == 0


def test_numbers_do_not_make_a_chunk_suspect() -> None:
    table = pa.table({"n": [-1, -20], "f": [-1.5, -1e-7], "t": ["+49 30 1", "x=1, -y"]})
    assert not suspect(b"\n" + b"".join(row_pieces(framed(table))), 0)


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_merged_csv_is_safe_whatever_the_chunks(source: OutputFormat, size: int, tmp_path: Path):
    cells = [*DANGEROUS, *HARMLESS]
    table = pa.table({"c": cells, "n": [-number for number in range(len(cells))], "d": cells})
    data, result = to_csv(table, tmp_path, source, size)
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]
    safe = [*("'" + cell for cell in DANGEROUS), *HARMLESS]
    assert [row[0] for row in rows] == [row[2] for row in rows] == safe
    assert [row[1] for row in rows[1:3]] == ["-1", "-2"]
    assert result.neutralised == 2 * len(DANGEROUS)


def test_the_first_cell_of_a_chunk_is_looked_at(tmp_path: Path) -> None:
    data, result = to_csv(single(["=1", "=2"]), tmp_path, "csv", 1)
    assert data == b"c\n'=1\n'=2\n"
    assert result.neutralised == 2


def test_neutralising_can_be_left_out(tmp_path: Path) -> None:
    table = single(DANGEROUS)
    data, result = to_csv(table, tmp_path, "csv", 3, neutralise=False)
    assert decode(data, "csv", table.schema).equals(table)
    assert result.neutralised == 0


def test_a_dangerous_header_is_neutralised_and_counted(tmp_path: Path) -> None:
    table = pa.table({"=cmd()": ["x"], "fine": ["=1"]})
    data, result = to_csv(table, tmp_path, "csv", 1)
    assert data == b"'=cmd(),fine\nx,'=1\n"
    assert result.neutralised == 2
    assert neutralised_header(["-1", "a"]) == (["-1", "a"], 0)


def test_what_was_generated_can_be_read_back_from_a_neutralised_file(tmp_path: Path) -> None:
    table = pa.table({"=h": [*DANGEROUS, "plain", "'", None, "'tis"]})
    data, _ = to_csv(table, tmp_path, "csv", 5)
    (back,) = read_batches(io.BytesIO(data), "csv", table.schema, 1000, neutralised=True)
    assert back.equals(table)
