"""Every format a dataset can be written as: the same rows come out, in the same bytes."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import json
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.ipc as pa_ipc
import pyarrow.parquet as pq
import pytest

from src.core.dataset_formats import FORMATS, SHAPES, Partition, chosen_format, named_format
from src.core.errors import AlreadyExists, Conflict, InvalidArgument, StorageError
from src.core.models import DatasetFormat
from src.core.ports import Dataset
from src.storage.datasets import DatasetFiles
from src.storage.disk import DiskStorageHandler
from src.storage.formats.packing import packed, unpacked
from src.storage.merging.merge import Counted
from src.storage.merging.rereading import table_batches

from .wholes import ROWS, make, request, tables

IN_FILES = [name for name in FORMATS if SHAPES[name].rows not in ("sqlite", "sql", "pg.sql")]


@pytest.fixture
def disk(tmp_path: Path) -> DiskStorageHandler:
    return DiskStorageHandler(tmp_path / "temp", tmp_path / "output")


def made(
    disk: DiskStorageHandler, tmp_path: Path, target: DatasetFormat, **more: object
) -> Dataset:
    return make(request(disk, target, **more), tmp_path / "scratch")  # type: ignore[arg-type]


def all_bytes(dataset: Dataset) -> dict[str, bytes]:
    return {file.name.rpartition("/")[2]: Path(file.path).read_bytes() for file in dataset.files}


@pytest.mark.parametrize("target", FORMATS)
def test_the_bytes_do_not_depend_on_the_chunks_and_are_as_the_dataset_says(
    target: DatasetFormat, disk: DiskStorageHandler, tmp_path: Path
) -> None:
    found = []
    for number, size in enumerate((37, 300)):
        dataset = made(disk, tmp_path, target, size=size, name=f"data{number}")
        assert dataset.rows == 2 * ROWS
        for file in dataset.files:
            data = Path(file.path).read_bytes()
            assert (len(data), hashlib.sha256(data).hexdigest()) == (file.bytes, file.sha256)
        found.append([file.sha256 for file in dataset.files])
    assert found[0] == found[1]
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("target", IN_FILES)
def test_what_is_read_again_is_what_was_merged(
    target: DatasetFormat, disk: DiskStorageHandler, tmp_path: Path
) -> None:
    wanted = request(disk, target)
    dataset = make(wanted, tmp_path / "scratch")
    for table, rows in tables().items():
        files = [file for file in dataset.files if table in file.table]
        batches = table_batches(wanted, files, table, 77, restored=dataset.neutralised > 0)
        assert pa.concat_tables(batches).equals(rows)
    assert dataset.preview["children"][0]["odd"] in ("=1+0", "'=1+0")


@pytest.mark.parametrize("target", ["csv.gz", "csv.zst", "json.gz", "json.zst", "jsonl.gz"])
def test_a_packed_file_holds_the_plain_one(
    target: DatasetFormat, disk: DiskStorageHandler, tmp_path: Path
) -> None:
    packed = all_bytes(made(disk, tmp_path, target, name="packed"))
    plain = all_bytes(made(disk, tmp_path, target.rpartition(".")[0], name="plain"))
    for name, data in plain.items():
        inside = packed[f"{name}.{target.rpartition('.')[2]}"]
        if target.endswith("gz"):
            assert gzip.decompress(inside) == data
        else:
            assert pa.CompressedInputStream(pa.BufferReader(inside), "zstd").read() == data


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_packed_bytes_do_not_depend_on_who_wrote_how_much(packing: str) -> None:
    data = b"".join(b"%d," % number for number in range(500_000))
    results = []
    for size in (len(data), 4096, 1_000_003):
        sink = io.BytesIO()
        with packed(Counted(sink), packing) as out:
            for start in range(0, len(data), size):
                out.write(data[start : start + size])
        results.append(sink.getvalue())
    assert results[0] == results[1] == results[2]
    assert unpacked(io.BytesIO(results[0]), packing).read() == data


@pytest.mark.parametrize("rows_as", ["csv", "json", "jsonl", "parquet"])
def test_an_archive_holds_the_file_of_each_table(
    rows_as: str, disk: DiskStorageHandler, tmp_path: Path
) -> None:
    dataset = made(disk, tmp_path, f"{rows_as}.zip", name="all.zip")  # type: ignore[arg-type]
    plain = all_bytes(made(disk, tmp_path, rows_as, name="plain"))  # type: ignore[arg-type]
    assert [file.table for file in dataset.files] == ["parents, children"]
    with zipfile.ZipFile(dataset.files[0].path) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == plain


def test_arrow_files_keep_types_and_marks(disk: DiskStorageHandler, tmp_path: Path) -> None:
    dataset = made(disk, tmp_path, "arrow", name="all")
    with pa_ipc.open_file(dataset.files[0].path) as reader:
        table = reader.read_all()
    assert table.equals(tables()["parents"])
    assert table.schema.field("list").metadata == {b"rowmill.type": b"array"}


# ── where it comes from ───────────────────────────────────────────────────────────────────────


def test_parquet_and_arrow_say_what_their_rows_follow_from(
    disk: DiskStorageHandler, tmp_path: Path
) -> None:
    parquet = made(disk, tmp_path, "parquet", name="p").files[1].path
    metadata = pq.read_schema(parquet).metadata
    origin = json.loads(metadata[b"rowmill.origin"])
    assert (origin["table"], origin["seed"], origin["engine"]) == ("children", 7, "0.1.0")
    assert json.loads(metadata[b"rowmill.schema"])["name"] == "world"
    assert "job" not in origin
    arrow = made(disk, tmp_path, "arrow", name="a").files[1].path
    with pa_ipc.open_file(arrow) as reader:
        assert json.loads(reader.schema.metadata[b"rowmill.origin"]) == origin


# ── databases ─────────────────────────────────────────────────────────────────────────────────


def from_sqlite(path: Path, table: str, schema: pa.Schema) -> pa.Table:
    """A table in its schema's types, as SQLite stores them."""
    with sqlite3.connect(path) as database:
        rows = database.execute(f'SELECT * FROM "{table}"').fetchall()
    columns = zip(*rows, strict=True)
    return pa.table([_typed(c, f.type) for c, f in zip(columns, schema, strict=True)], schema)


def _typed(cells: tuple[object, ...], kind: pa.DataType) -> pa.Array:
    read = _READ.get(str(kind), lambda cell: cell)
    if pa.types.is_decimal(kind):
        read = lambda cell: Decimal(str(cell)).quantize(Decimal("0.01"))  # noqa: E731
    if pa.types.is_timestamp(kind):
        read = dt.datetime.fromisoformat
    if pa.types.is_duration(kind):
        return _durations(cells)
    return pa.array([None if cell is None else read(cell) for cell in cells], kind)


def _durations(cells: tuple[object, ...]) -> pa.Array:
    from src.storage.formats.columns import from_text

    return from_text(pa.chunked_array([pa.array(cells, pa.string())]), pa.duration("us")).chunk(0)


_READ = {
    "bool": bool,
    "date32[day]": dt.date.fromisoformat,
    "time64[us]": dt.time.fromisoformat,
    "double": float,
}


def test_a_sqlite_file_holds_every_cell_with_keys_and_indexes(
    disk: DiskStorageHandler, tmp_path: Path
) -> None:
    dataset = made(disk, tmp_path, "sqlite", name="world.db")
    path = Path(dataset.files[0].path)
    for name, table in tables().items():
        assert from_sqlite(path, name, table.schema).equals(table)
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA foreign_key_list(children)").fetchall()[0][2:5] == (
            "parents", "parent", "id",
        )  # fmt: skip
        kinds = dict(
            database.execute("SELECT name, pk FROM pragma_table_info('parents')").fetchall()
        )
        assert kinds["id"] == 1
        plan = database.execute("EXPLAIN QUERY PLAN SELECT * FROM children WHERE parent = 1")
        assert "children_parent_index" in str(plan.fetchall())


@pytest.mark.parametrize("name", ["x" * 196 + ".sql", "é" * 118 + ".sql"])
def test_the_longest_name_of_a_dataset_leaves_room_for_its_manifest(
    name: str, disk: DiskStorageHandler, tmp_path: Path
) -> None:
    dataset = made(disk, tmp_path, "sql", name=name)
    assert Path(dataset.manifest).exists()


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="sqlite3 is not installed")
def test_the_sqlite_program_loads_the_script(disk: DiskStorageHandler, tmp_path: Path) -> None:
    dataset = made(disk, tmp_path, "sql", name="world.sql")
    database = tmp_path / "loaded.db"
    with open(dataset.files[0].path, "rb") as script:
        done = subprocess.run(
            ["sqlite3", "-bail", str(database)], stdin=script, capture_output=True, check=False
        )
    assert (done.returncode, done.stderr) == (0, b"")
    for name, table in tables().items():
        assert from_sqlite(database, name, table.schema).equals(table)


def test_python_loads_the_script_too(disk: DiskStorageHandler, tmp_path: Path) -> None:
    dataset = made(disk, tmp_path, "sql", name="world.sql")
    database = tmp_path / "loaded.db"
    with sqlite3.connect(database) as connection:
        connection.executescript(Path(dataset.files[0].path).read_bytes().decode())
    for name, table in tables().items():
        assert from_sqlite(database, name, table.schema).equals(table)


@pytest.mark.parametrize("target", ["sql", "pg.sql"])
def test_a_character_that_no_script_can_hold_is_refused_by_field(
    target: DatasetFormat, disk: DiskStorageHandler, tmp_path: Path
) -> None:
    data = tables() | {"children": pa.table({"parent": [1], "odd": ["a\0b"]})}
    with pytest.raises(InvalidArgument, match="field odd holds a NUL"):
        made(disk, tmp_path, target, data=data)


@pytest.mark.parametrize("target", ["sqlite", "sql"])
def test_a_column_with_a_decimal_that_sqlite_would_round_is_text_to_the_last_digit(
    target: DatasetFormat, disk: DiskStorageHandler, tmp_path: Path
) -> None:
    data = tables()
    place = data["parents"].schema.get_field_index("decimal")
    field = data["parents"].schema.field(place)
    long = [Decimal("-1234567890123456.78"), Decimal("12345678901234.50"), None]
    cells = pa.array([*long, *[Decimal("0.10")] * (ROWS - 3)], field.type)
    data["parents"] = data["parents"].set_column(place, field, cells)
    path = Path(made(disk, tmp_path, target, data=data, name="d").files[0].path)
    with sqlite3.connect(path if target == "sqlite" else ":memory:") as database:
        if target == "sql":
            database.executescript(path.read_text("utf-8"))
        found = database.execute('SELECT "decimal" FROM parents').fetchall()
    assert [cell for (cell,) in found] == [
        *("-1234567890123456.78", "12345678901234.50", None),
        *["0.10"] * (ROWS - 3),
    ]


# ── partitions ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("partition", [Partition(by="boolean"), Partition(file_bytes=1)])
@pytest.mark.parametrize("size", [37, 300])
def test_parts_hold_all_rows_once(
    partition: Partition, size: int, disk: DiskStorageHandler, tmp_path: Path
) -> None:
    data = {"parents": tables()["parents"]}
    wanted = request(disk, "parquet", data=data, size=size, name="d", partition=partition)
    dataset = make(wanted, tmp_path / "scratch")
    rows = pa.concat_tables(table_batches(wanted, dataset.files, "parents", 50))
    assert rows.sort_by("id").equals(data["parents"])
    assert dataset.rows == ROWS
    if partition.by:
        folders = {file.name.split("/")[-2] for file in dataset.files}
        assert folders == {
            "boolean=true", "boolean=false", "boolean=__HIVE_DEFAULT_PARTITION__",
        }  # fmt: skip


def test_other_programs_read_the_folders(disk: DiskStorageHandler, tmp_path: Path) -> None:
    data = {"children": tables()["children"]}
    partition = Partition(by="odd")
    dataset = made(disk, tmp_path, "parquet", data=data, name="d", partition=partition)
    folder = Path(dataset.files[0].path).parents[1]
    found = pl.read_parquet(f"{folder}/**/*.parquet", hive_partitioning=True)
    assert sorted(found["parent"].to_list()) == sorted(data["children"]["parent"].to_pylist())
    assert set(found["odd"].to_list()) == set(data["children"]["odd"].to_pylist())


def test_a_value_named_like_the_folder_of_nulls_is_not_one(
    disk: DiskStorageHandler, tmp_path: Path
) -> None:
    values = ["__HIVE_DEFAULT_PARTITION__", None, "", "."] * 5
    data = {"children": pa.table({"parent": range(20), "odd": pa.array(values, pa.string())})}
    by = Partition(by="odd")
    wanted = request(disk, "parquet", data=data, name="d", partition=by)
    dataset = make(wanted, tmp_path / "scratch")
    rows = pa.concat_tables(table_batches(wanted, dataset.files, "children", 50))
    assert rows.sort_by("parent").equals(data["children"])


def test_values_that_differ_in_case_alone_have_folders_that_differ_in_more(
    disk: DiskStorageHandler, tmp_path: Path
) -> None:
    values = ["de", "DE", "__hive_default_partition__", None, "De", "\u00e9", "\u00c9"]
    data = {"children": pa.table({"parent": range(7), "odd": pa.array(values, pa.string())})}
    wanted = request(disk, "parquet", data=data, name="d", partition=Partition(by="odd"))
    dataset = make(wanted, tmp_path / "scratch")
    assert len({file.name.lower() for file in dataset.files}) == len(values)
    rows = pa.concat_tables(table_batches(wanted, dataset.files, "children", 50))
    assert rows.sort_by("parent").equals(data["children"])
    found = pl.read_parquet(f"{tmp_path}/output/**/*.parquet", hive_partitioning=True)
    assert found.sort("parent")["odd"].to_list() == values


def test_parts_of_the_dataset_before_do_not_stay(disk: DiskStorageHandler, tmp_path: Path) -> None:
    data = {"children": tables()["children"]}
    by = Partition(by="odd")
    first = made(disk, tmp_path, "parquet", data=data, name="d", partition=by)
    with pytest.raises(AlreadyExists):
        made(disk, tmp_path, "parquet", data=data, name="d", partition=by)
    fewer = {"children": data["children"].slice(1, 5)}
    second = made(disk, tmp_path, "parquet", data=fewer, name="d", partition=by, overwrite=True)
    there = {str(path) for path in (tmp_path / "output").rglob("*.parquet") if path.is_file()}
    assert there == {file.path for file in second.files}
    assert len(first.files) > len(second.files)


@pytest.mark.parametrize(
    ("by", "words"),
    [("nothing", "no field nothing"), ("float", "cannot name"), ("id", "more than")],
)  # fmt: skip
def test_a_field_that_cannot_partition_is_refused(
    by: str, words: str, disk: DiskStorageHandler, tmp_path: Path
) -> None:
    data = {"parents": tables()["parents"]}
    with pytest.raises(InvalidArgument, match=words):
        made(disk, tmp_path, "parquet", data=data, name="d", partition=Partition(by=by))
    assert [path for path in (tmp_path / "output").rglob("*") if path.is_file()] == []


# ── formulas ──────────────────────────────────────────────────────────────────────────────────


def test_raw_leaves_formulas_and_is_another_dataset(
    disk: DiskStorageHandler, tmp_path: Path
) -> None:
    data = {"children": tables()["children"]}
    safe = request(disk, "csv", data=data, name="d.csv")
    raw = request(disk, "csv", data=data, name="d.csv", neutralise=False, overwrite=True)
    files = DatasetFiles(tmp_path / "scratch")
    assert make(safe, tmp_path / "scratch").neutralised == ROWS // 10
    assert files.made(safe) is not None
    assert files.made(raw) is None
    dataset = make(raw, tmp_path / "scratch")
    assert dataset.neutralised == 0
    assert b"\n0,=1+0\n" in Path(dataset.files[0].path).read_bytes()
    assert json.loads(Path(dataset.manifest).read_bytes())["raw"] is True


# ── nothing is left behind ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("target", FORMATS)
@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_cancelling_leaves_nothing_wherever_it_comes(
    share: float, target: DatasetFormat, disk: DiskStorageHandler, tmp_path: Path
) -> None:
    heard: list[int] = []
    with pytest.raises(Conflict):
        DatasetFiles(tmp_path / "scratch").make(
            request(disk, target),
            progress=heard.append,
            cancelled=lambda: bool(heard) and heard[-1] >= share * 2 * ROWS,
        )
    left = [path for path in (tmp_path / "output").rglob("*") if path.is_file()]
    assert left == []
    assert list((tmp_path / "scratch").iterdir()) == []


class Overtaken:
    """A place of datasets where, once, somebody else publishes just before we do."""

    def __init__(self, outputs: DiskStorageHandler, meanwhile: Callable[[], object]) -> None:
        self.outputs, self.meanwhile = outputs, [meanwhile]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.outputs, name)

    @contextmanager
    def publish(self, name: str, *, overwrite: bool) -> Iterator[Any]:
        with self.outputs.publish(name, overwrite=overwrite) as publication:
            yield publication
            if self.meanwhile and name.endswith(".csv"):
                self.meanwhile.pop()()


def test_of_two_merges_at_once_the_slower_leaves_the_file_of_the_quicker(
    disk: DiskStorageHandler, tmp_path: Path
) -> None:
    wanted, visible, go_on = request(disk, "csv"), Event(), Event()

    def judging(rows: int) -> None:
        if rows > ROWS:  # the second half of the work: the files are published
            visible.set()
            assert go_on.wait(30)

    def quicker() -> Dataset:
        maker = DatasetFiles(tmp_path / "quicker")
        return maker.make(wanted, progress=judging, cancelled=lambda: False)

    with ThreadPoolExecutor(1) as pool:
        running: list[Future[Dataset]] = []

        def meanwhile() -> None:
            running.append(pool.submit(quicker))
            assert visible.wait(30)

        outputs = Overtaken(disk, meanwhile)
        with pytest.raises(AlreadyExists):
            make(replace(wanted, outputs=outputs), tmp_path / "slower")  # type: ignore[arg-type]  # duck
        go_on.set()
        dataset = running[0].result()
    assert all(Path(file.path).exists() for file in dataset.files)


def test_progress_ends_with_all_rows(disk: DiskStorageHandler, tmp_path: Path) -> None:
    heard: list[int] = []
    DatasetFiles(tmp_path / "scratch").make(
        request(disk, "jsonl.gz"), progress=heard.append, cancelled=lambda: False
    )
    assert heard == sorted(heard)
    assert heard[-1] == 2 * ROWS


@pytest.mark.parametrize("target", IN_FILES)
def test_a_file_changed_after_it_was_written_is_noticed(
    target: DatasetFormat, disk: DiskStorageHandler, tmp_path: Path
) -> None:
    wanted = request(disk, target)
    dataset = make(wanted, tmp_path / "scratch")
    files = DatasetFiles(tmp_path / "scratch")
    assert files.made(wanted) == dataset
    path = Path(dataset.files[0].path)
    path.write_bytes(path.read_bytes()[: dataset.files[0].bytes // 2])
    assert files.made(wanted) is None
    with pytest.raises(StorageError):
        list(table_batches(wanted, dataset.files, "parents", 50))


# ── names ─────────────────────────────────────────────────────────────────────────────────────


def test_a_name_says_the_format() -> None:
    names = {
        "a.csv": "csv", "A.CSV.GZ": "csv.gz", "a.pg.sql": "pg.sql", "a.sql": "sql",
        "a.db": "sqlite", "a.sqlite3": "sqlite", "a.ndjson": "jsonl", "a.pq": "parquet",
        "a.csv.zip": "csv.zip",
        "a.feather": "arrow", "a": None, "a.gz": None, "a.zip": None,
    }  # fmt: skip
    assert {name: named_format(name) for name in names} == names
    assert named_format("a.zip", "json") == "json.zip"


@pytest.mark.parametrize(
    ("said", "name", "chosen"),
    [
        (None, None, "jsonl"), (None, "a.csv", "csv"), ("csv", None, "csv"), ("csv", "a", "csv"),
        ("csv", "a.csv.gz", "csv.gz"), ("csv", "a.zip", "csv.zip"), (None, "a.zip", "jsonl.zip"),
        ("pg.sql", "a.sql", "pg.sql"), ("sqlite", "a.db", "sqlite"),
    ],
)  # fmt: skip
def test_the_name_may_say_more_or_less_than_the_format(
    said: DatasetFormat | None, name: str | None, chosen: str
) -> None:
    assert chosen_format(said, name, "jsonl") == chosen


@pytest.mark.parametrize(
    ("said", "name"), [("csv", "a.json"), ("csv.gz", "a.csv"), ("sql", "a.db")]
)
def test_a_name_that_contradicts_the_format_is_refused(said: DatasetFormat, name: str) -> None:
    with pytest.raises(InvalidArgument, match=f"and {said} was asked for"):
        chosen_format(said, name, "csv")


@pytest.mark.parametrize("name", ["rows.xlsx", "a/rows.gz", "rows.txt"])
@pytest.mark.parametrize("said", [None, "csv"])
def test_an_ending_that_is_no_format_s_is_refused_with_those_that_are(
    said: DatasetFormat | None, name: str
) -> None:
    with pytest.raises(InvalidArgument, match="no dataset can be written as") as refused:
        chosen_format(said, name, "csv")
    assert ".parquet" in refused.value.hint
    assert ".zip" in refused.value.hint


@pytest.mark.parametrize("name", ["rows", "rows.2026", "v1.2/rows"])
def test_a_name_without_an_ending_gets_the_format_s(name: str) -> None:
    assert chosen_format(None, name, "csv") == "csv"
