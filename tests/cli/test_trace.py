"""`rowmill trace` and `rowmill.trace`: how a cell of a job came to be."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from src import trace

from .conftest import DESCRIBED, Run

Answer = Callable[..., Any]


@pytest.fixture
def job(answer: Answer, schema_file: str) -> str:
    made = answer("generate", "--schema", schema_file, "--rows", "20", "-o", "p.csv", "--seed", "7")
    return str(made["job_id"])


def test_a_row_is_traced_to_the_cells_of_the_file(answer: Answer, job: str) -> None:
    with Path("p.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in (0, 19):
        cells = answer("trace", job, "--row", str(row))["cells"]
        assert [cell["field"] for cell in cells] == [f["name"] for f in DESCRIBED["fields"]]
        assert {cell["field"]: str(cell["value"]) for cell in cells} == rows[row]
        assert all(cell["agrees"] for cell in cells)


def test_it_is_told_in_words(run: Run, job: str) -> None:
    told = run("trace", job, "--row", "3", "--field", "country").stdout
    for words in ("country, row 3", "category", "drew 0.", "the stored chunk has the same"):
        assert words in told


def test_the_library_traces_too(job: str) -> None:
    (cell,) = trace(job, 3, field="age")
    assert (cell.table, cell.row, cell.field, cell.agrees) == ("people", 3, "age", True)
    assert cell.draws[0].purpose == "value"


def test_a_job_that_has_no_rows_yet_is_traced_by_its_recipe(answer: Answer) -> None:
    Path("people.json").write_text(json.dumps(DESCRIBED))
    made = answer("jobs", "create", "--schema", "people.json", "--rows", "20", "--seed", "7")
    (cell,) = answer("trace", made["job_id"], "--row", "3", "--field", "age")["cells"]
    assert cell["agrees"] is None
    assert 18 <= cell["value"] <= 80


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--row", "20"), "people has no row 20"),
        (("--row", "1", "--field", "agee"), "no field agee"),
        (("--row", "1", "--table", "persons"), "which table?"),
    ],
)
def test_what_is_not_there_is_refused_in_words(
    run: Run, job: str, words: tuple[str, ...], said: str
) -> None:
    result = run("trace", job, *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_values_are_shown_as_json_has_them(answer: Answer, run: Run) -> None:
    fields = [
        {"name": "yes", "type": "boolean", "generator": {"kind": "bernoulli", "p": 1}},
        {"name": "one", "type": "string", "generator": {"kind": "category", "values": ["a"]}},
    ]
    Path("f.json").write_text(json.dumps({"fields": fields}))
    made = answer("generate", "--schema", "f.json", "--rows", "1", "-o", "f.csv")
    told = run("trace", made["job_id"], "--row", "0").stdout
    assert "row 0: true" in told
    assert 'values ["a"]' in told


def test_what_a_terminal_would_obey_is_not_shown(answer: Answer, run: Run) -> None:
    hostile = {"kind": "constant", "value": "a\x1b[2Jb\u202ec"}
    Path("h.json").write_text(json.dumps({"fields": [{"name": "x", "generator": hostile}]}))
    made = answer("generate", "--schema", "h.json", "--rows", "1", "-o", "h.csv")
    told = run("trace", made["job_id"], "--row", "0").stdout
    assert "\x1b" not in told
    assert "\u202e" not in told
