"""What psql loads from a script is what was merged."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyarrow as pa
import pytest

from src.storage.csv_format import encode_rows
from src.storage.disk import DiskStorageHandler

from .postgres import programs, psql
from .wholes import make, request, tables

pytestmark = pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed")


def expected(table: pa.Table) -> list[str]:
    """The rows as PostgreSQL is asked to write them: compared cell by cell by itself."""
    return encode_rows(table).decode().split("\n")


def test_psql_loads_every_cell_and_checks_every_key(tmp_path: Path) -> None:
    disk = DiskStorageHandler(tmp_path / "temp", tmp_path / "output")
    dataset = make(request(disk, "pg.sql", name="world.pg.sql"), tmp_path / "scratch")
    with psql() as base:

        def ask(question: str) -> str:
            done = subprocess.run(
                [*base, "-At", "-v", "ON_ERROR_STOP=1", "-c", question],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            return done.stdout.strip()

        script = Path(dataset.files[0].path).read_bytes()
        done = subprocess.run(base, input=script, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        parents = tables()["parents"]
        for name in parents.column_names:
            if name in ("list", "object"):  # JSONB has a text of its own
                continue
            got = ask(f"SELECT json_agg({CAST.get(name, '%s') % name} ORDER BY id) FROM parents")
            assert pa_json(got) == [cell(value) for value in parents[name].to_pylist()], name
        assert ask("SELECT count(*) FROM parents WHERE object = '{\"a\":1}'::jsonb") == "0"
        assert ask("SELECT count(*) FROM children JOIN parents ON parent = id") == "300"
        assert ask(
            "SELECT string_agg(contype::text, '' ORDER BY contype) FROM pg_constraint "
            "WHERE conrelid IN ('parents'::regclass, 'children'::regclass)"
        ) == "fp"
        assert ask("SELECT count(*) FROM pg_indexes WHERE indexname = 'children_parent_index'") == "1"


CAST = {
    "decimal": "%s::text",
    "float": "%s::text",
    "date": "%s::text",
    "time": "%s::text",
    "datetime": "extract(epoch FROM %s)::numeric::text",
    "zoned": "extract(epoch FROM %s)::numeric::text",
    "utc": "extract(epoch FROM %s)::numeric::text",
    "duration": "extract(epoch FROM %s)::numeric::text",
}
