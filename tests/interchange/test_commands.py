"""`rowmill schema import` and `export`, and pydantic models."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from pydantic import BaseModel, Field

import src as rowmill
from src.cli import schema as commands
from src.core.errors import InvalidArgument
from src.core.parsing import parse_schema
from src.interchange.ddl_out import DIALECTS as WRITTEN
from src.interchange.ddl_statements import DIALECTS as READ
from src.interchange.exporting import TARGETS
from src.interchange.guessing import SOURCES, Source

from .worlds import SCHEMAS, fields, problems, said

Run = Callable[..., Result]
DDL = """CREATE TABLE t (
    id serial PRIMARY KEY, name varchar(40) NOT NULL DEFAULT 'x', age int CHECK (age > 17));"""


def test_the_words_of_the_command_line_are_those_of_the_importers() -> None:
    assert commands.SOURCES == SOURCES == get_args(Source)
    assert commands.READ_DIALECTS == READ
    assert commands.TARGETS == TARGETS
    assert commands.WRITTEN_DIALECTS == WRITTEN


def test_ddl_becomes_a_schema_rows_and_ddl_into_which_they_load(run: Run) -> None:
    Path("t.sql").write_text(DDL)
    taken = run("schema", "import", "t.sql", "-o", "t.json")
    assert taken.exit_code == 0, taken.stderr
    assert "DEFAULT 'x'" in taken.stderr
    assert taken.stdout == ""
    assert run("generate", "--schema", "t.json", "--rows", "9", "-o", "t.csv").exit_code == 0
    given = run("schema", "export", "t.json", "--to", "ddl")
    assert given.exit_code == 0, given.stderr
    base = sqlite3.connect(":memory:")
    base.executescript(given.stdout)
    assert [column[1] for column in base.execute("PRAGMA table_info(t)")] == ["id", "name", "age"]


def test_the_schema_goes_to_stdout_and_what_was_assumed_to_stderr(run: Run) -> None:
    Path("t.sql").write_text(DDL)
    found = run("schema", "import", "t.sql")
    assert json.loads(found.stdout)["name"] == "t"
    assert "read as postgres" in found.stderr


def test_in_json_everything_is_one_document(answer: Callable[..., Any]) -> None:
    Path("t.sql").write_text(DDL)
    found = answer("schema", "import", "t.sql", "--dialect", "postgres")
    assert set(found) == {"schema", "source", "dialect", "assumed", "left_out", "problems"}
    assert found["left_out"][0] == {
        "path": "t.name", "message": "DEFAULT 'x': every row has a value of its own",
    }  # fmt: skip


def test_a_file_is_not_replaced_unless_told(run: Run) -> None:
    Path("t.sql").write_text(DDL)
    Path("t.json").write_text("mine")
    refused = run("schema", "import", "t.sql", "-o", "t.json")
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    assert Path("t.json").read_text() == "mine"
    assert run("schema", "import", "t.sql", "-o", "t.json", "--overwrite").exit_code == 0
    assert json.loads(Path("t.json").read_text())["name"] == "t"
    assert sorted(path.name for path in Path().iterdir()) == ["t.json", "t.sql"]


def test_a_parquet_file_and_a_csv_file_are_samples(answer: Callable[..., Any]) -> None:
    table = pa.table({"id": [1, 2, 3], "price": [1.5, None, 2.5], "kind": ["a", "b", "a"]})
    pq.write_table(table, "things.parquet")
    Path("things.csv").write_text("id,kind\n1,a\n2,b\n3,a\n")
    parquet = answer("schema", "import", "things.parquet")
    assert parquet["source"] == "sample"
    assert parquet["schema"]["name"] == "things"
    assert [field["type"] for field in parquet["schema"]["fields"]] == [
        "integer",
        "number",
        "string",
    ]
    assert answer("schema", "import", "things.csv")["source"] == "sample"


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"PAR1 no", b"{", b"\xff\xfe\x00"], ids=repr
)
def test_a_file_that_is_nothing_is_refused_with_a_hint(run: Run, content: bytes) -> None:
    Path("x.json").write_bytes(content)
    found = run("schema", "import", "x.json")
    assert found.exit_code == 2, found.stdout
    assert found.stderr.startswith("rowmill: [")
    assert "Traceback" not in found.stderr


def test_what_the_engine_would_refuse_is_said_at_once(run: Run) -> None:
    found = run("schema", "import", str(SCHEMAS / "geojson.schema.json"))
    assert found.exit_code == 0
    assert json.loads(found.stdout)


class Level(StrEnum):
    LOW = "low"
    HIGH = "high"


class Address(BaseModel):
    city: str
    postcode: Annotated[str, Field(pattern=r"^\d{5}$")]


class Order(BaseModel):
    """What somebody ordered."""

    id: int
    email: str
    level: Level
    amount: Annotated[Decimal, Field(ge=0, le=500)]
    note: str | None = None
    home: Address | None = None


def test_a_pydantic_model_is_a_schema() -> None:
    found = rowmill.schema_of(Order)
    schema = parse_schema(found.document)
    got = fields(found)
    assert schema.name == "order"
    assert schema.description == "What somebody ordered."
    assert got["level"]["constraints"]["enum"] == ["low", "high"]
    assert got["amount"]["constraints"] == {"required": True, "minimum": 0, "maximum": 500}
    assert got["note"]["nullable"]
    assert got["home"]["fields"][1]["constraints"]["pattern"] == r"\d{5}"
    assert "anyOf" in said(found.left_out)


def test_a_flat_pydantic_model_can_be_made() -> None:
    class Person(BaseModel):
        id: int
        first_name: Annotated[str, Field(max_length=40)]
        age: Annotated[int, Field(ge=18, le=80)]

    assert problems(parse_schema(rowmill.schema_of(Person).document)) == ()


def test_what_is_no_model_is_refused() -> None:
    class Hooked(BaseModel):
        call: Callable[[], int]

    for wrong in (int, Order.model_construct(), Hooked, BaseModel):
        with pytest.raises(InvalidArgument):
            rowmill.schema_of(wrong)  # type: ignore[arg-type]  # that is the point
