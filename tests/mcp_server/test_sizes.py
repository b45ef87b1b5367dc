"""No answer is too large for a client, however large the schema."""

from __future__ import annotations

import json
from typing import Any

import pytest

from src.core.errors import Problem
from src.core.models import DataSchema, JobProgress, JobState, Reading, Usage
from src.core.parsing import parse_schema
from src.core.ports import Dataset, DatasetFile, Verdict
from src.core.schemas import Extracted, Validation
from src.mcp_server import telling
from src.mcp_server.answers import Answer, JobPage
from src.mcp_server.fitting import CELL, SCHEMA_BYTES, cell, compact, preview, schema_document, size

LIMIT = 20_000
WIDE = "ß" * 64


def name(n: int) -> str:
    return f"{'ß' * 60}{n:03d}"


def schema(fields: int, tables: int = 1) -> DataSchema:
    def table(t: int) -> dict[str, Any]:
        held = [{"name": name(n), "description": WIDE, "format": "email"} for n in range(fields)]
        return {"name": f"t{t}", "rows": 10, "fields": held}

    return parse_schema({"name": "large", "tables": [table(t) for t in range(tables)]})


def rows(fields: int, tables: int = 1) -> dict[str, list[dict[str, Any]]]:
    row = {name(n): "漢" * 5_000 for n in range(fields)}
    return {f"t{t}": [row] * 3 for t in range(tables)}


def sent(answer: Answer) -> int:
    return size(answer.document())


SHAPES = [(1, 1), (200, 1), (4, 50), (200, 20)]


@pytest.mark.parametrize(("fields", "tables"), SHAPES)
def test_a_request_read_as_any_schema_is_answered_in_size(fields: int, tables: int) -> None:
    many = tuple("漢" * 1_000 for _ in range(300))
    reading = Reading({}, "m" * 500, many, many, many)
    problems = tuple(Problem("p" * 500, "code", "漢" * 900, "漢" * 900) for _ in range(300))
    found = Extracted(
        "sch_1", schema(fields, tables), reading, problems, many, rows(fields, tables)
    )
    answer = telling.extracted(found)
    assert sent(answer) < LIMIT
    assert answer.assumptions
    assert answer.assumptions[-1].startswith("and ")


@pytest.mark.parametrize(("fields", "tables"), SHAPES)
def test_any_number_of_problems_is_counted_and_fifty_are_shown(fields: int, tables: int) -> None:
    problems = tuple(Problem(f"fields[{n}]", "c", "wrong", "mend it") for n in range(300))
    answer = telling.validated(
        Validation("sch_1", schema(1), problems, (), None, rows(fields, tables))
    )
    assert answer.problem_count == 300
    assert len(answer.problems) == 50
    assert sent(answer) < LIMIT


def test_long_problems_are_cut_rather_than_too_many() -> None:
    problems = tuple(Problem("p" * 500, "c", "漢" * 900, "漢" * 900) for _ in range(300))
    answer = telling.validated(Validation(None, None, problems, ("w" * 900,) * 90, None, {}))
    assert sent(answer) < LIMIT
    assert len(answer.problems) > 5


@pytest.mark.parametrize(("fields", "tables"), SHAPES)
def test_a_mended_schema_of_any_size_is_answered_beside_what_was_wrong(
    fields: int, tables: int
) -> None:
    problems = tuple(Problem("p" * 500, "c", "漢" * 900, "漢" * 900) for _ in range(300))
    found = Validation(
        None, None, problems, ("w" * 900,) * 90, mended=schema(fields, tables), mended_id="sch_2"
    )
    answer = telling.validated(found)
    assert sent(answer) < LIMIT
    assert answer.mended
    assert len(answer.problems) > 3


@pytest.mark.parametrize("tables", [1, 100])
def test_any_dataset_is_answered_in_size_broken_promises_first(tables: int) -> None:
    files = tuple(
        DatasetFile(f"t{n}", f"x/t{n}.csv", f"/{'ö' * 300}/t{n}.csv", 9**15, 10**9, "f" * 64)
        for n in range(tables)
    )
    verdicts = tuple(
        Verdict("one_of", name(n), n != 399, "漢" * 500, "漢" * 500) for n in range(400)
    )
    answer = telling.merged(
        Dataset("job_1", "csv", files, verdicts, "m.json", 0, rows(200, tables))
    )
    assert sent(answer) < LIMIT
    assert answer.verdicts
    assert not answer.verdicts[0].held
    assert (answer.verdict or "").startswith("399 of 400 hold; not: one_of ")
    assert answer.file_count == tables
    assert (answer.sha256 is None) == (tables > 1)


def test_a_page_of_jobs_is_small() -> None:
    job = JobProgress(
        "job_" + "a" * 16, "漢" * 100, JobState.SCHEMA_VALIDATION, True, 10**9, 10**9, 10**6,
        10**6, 99.9, None, None, Usage(), None, (), None,
    )  # fmt: skip
    page = JobPage(jobs=[telling.job_line(job)] * 50, next_cursor="c" * 100)
    assert sent(page) < LIMIT


def test_a_schema_in_size_is_shown_whole_and_a_larger_one_as_a_summary() -> None:
    small, large = schema(3), schema(200)
    assert schema_document(small) == small.document()
    summary = schema_document(large)
    assert size(summary) <= SCHEMA_BYTES
    (table,) = summary["tables"]
    assert len(table["fields"]) + table["more_fields"] == 200
    assert "schema_id" in summary["summary"]


def test_a_preview_keeps_whole_cells_where_there_is_room() -> None:
    held = {"t": [{"a": 1, "b": None, "c": True, "d": "x"}]}
    assert preview(held, 1_000) == held
    assert preview(held, 5) == {}


def test_a_cell_is_one_line_without_hidden_characters() -> None:
    assert cell("a\n\u202eb" + "c" * 500) == "a b" + "c" * (CELL - 4) + "…"
    assert cell("\ud800x") == "x"


def test_text_that_utf8_cannot_say_does_not_stop_an_answer() -> None:
    assert json.loads(compact({"a": "\ud800"})) == {"a": "?"}
