"""What psql loads from a script is what was merged."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess
from pathlib import Path

import pytest

from src.storage.disk import DiskStorageHandler

from .postgres import programs, psql
from .wholes import make, request, tables

pytestmark = pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed")

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECONDS = "(extract(epoch FROM {0}) * 1000000)::bigint"
ASKED = {
    "datetime": MICROSECONDS,
    "zoned": MICROSECONDS,
    "utc": MICROSECONDS,
    "duration": MICROSECONDS,
    "float": "{0}",
}


def micros(value: dt.datetime | dt.timedelta) -> int:
    if isinstance(value, dt.datetime):
        zoned = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        value = zoned - EPOCH
    return value // dt.timedelta(microseconds=1)


READ = {
    "float": (float, float),
    "boolean": (lambda cell: cell == "t", bool),
    "time": (dt.time.fromisoformat, lambda value: value),
    "list": (json.loads, json.loads),
    "object": (json.loads, json.loads),
    **dict.fromkeys(("datetime", "zoned", "utc", "duration"), (int, micros)),
}


def test_psql_loads_every_cell_and_checks_every_key(tmp_path: Path) -> None:
    disk = DiskStorageHandler(tmp_path / "temp", tmp_path / "output")
    dataset = make(request(disk, "pg.sql", name="world.pg.sql"), tmp_path / "scratch")
    script = Path(dataset.files[0].path).read_bytes()
    with psql() as base:

        def ask(question: str, given: bytes | None = None) -> str:
            more = ["-At", "-c", question] if question else []
            done = subprocess.run([*base, *more], input=given, capture_output=True, check=False)
            assert (done.returncode, done.stderr) == (0, b"")
            return done.stdout.decode()

        ask("", script)
        for name, table in tables().items():
            for column in table.column_names:
                text = ASKED.get(column, "{0}").format(f'"{column}"')
                order = f'(SELECT {text} FROM "{name}" ORDER BY ctid)'
                answer = ask(f"COPY {order} TO STDOUT (FORMAT csv, NULL '<null>')")
                rows = csv.reader(io.StringIO(answer, newline=""))
                read, shown = READ.get(column, (str, str))
                got = [None if row == ["<null>"] else read(row[0]) for row in _cells(rows)]
                wanted = table[column].to_pylist()
                assert got == [None if cell is None else shown(cell) for cell in wanted], column
        assert ask("SELECT count(*) FROM children JOIN parents ON parent = id") == "300\n"
        keys = "SELECT contype FROM pg_constraint WHERE conrelid::regclass::text = 'children'"
        assert ask(keys) == "f\n"
        assert (
            ask("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'children_%_index'") == "1\n"
        )


def _cells(rows: object) -> list[list[str]]:
    return [row or [""] for row in rows]  # type: ignore[attr-defined]  # csv gives no cell as none
