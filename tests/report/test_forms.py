"""The same report as JSON, as Markdown, on a terminal and in Python."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from src import logs
from src.cli.program import program
from src.core.models import Spending, Usage
from src.reporting.forms import FORMS
from src.reporting.model import Report
from src.reporting.words import cost_facts

from .conftest import HOSTILE, House, example, hostile_document

Run = Callable[..., Result]


@pytest.fixture
def run(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ROWMILL_HOME", str(tmp_path))
    for name in ("GEMINI_API_KEY", "GEMINI_API_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "150")
    monkeypatch.chdir(tmp_path)

    def command(*args: str) -> Result:
        try:
            return CliRunner().invoke(program, ["report", *args])
        finally:
            logs.close()

    return command


def test_json_holds_all_of_it(reports: Callable[[str], Report]) -> None:
    report = reports("shop")
    found = json.loads(FORMS["json"](report))
    assert found["headline"] == report.headline
    assert [table["name"] for table in found["tables"]] == [
        "customers", "products", "orders", "order_lines"
    ]  # fmt: skip
    assert len(found["verdicts"]) == len(report.verdicts)
    assert {"metric", "score", "examples", "because"} <= set(found["verdicts"][0])
    (category,) = [c for c in found["tables"][1]["columns"] if c["name"] == "category"]
    assert [bar["declared"] for bar in category["bars"]] == pytest.approx([0.5, 0.3, 0.2])
    assert found["origin"]["seed"] == 7
    assert re.fullmatch("[0-9a-f]{64}", found["files"][0]["sha256"])


def test_markdown_for_a_conversation_stays_short_and_says_what_is_left_out(
    reports: Callable[[str], Report],
) -> None:
    report = reports("tpch")
    short = report.markdown(most_bytes=9_000)
    assert len(short.encode()) <= 9_000
    assert "More does not fit here" in short
    whole = report.markdown()
    assert "More does not fit" not in whole
    assert all(column.name.replace("_", "\\_") in whole for column in report.columns)


def test_nothing_in_the_data_is_markup_in_markdown(house: House) -> None:
    written = house.reported(hostile_document(), rows=300, name=HOSTILE).markdown()
    assert "<img" not in written.replace("\\<img", "")
    assert not re.search(r"(?<!\\)<b", written)
    broken = [line for line in written.splitlines() if line.startswith("| **broken**")]
    assert broken
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 6 for line in broken)


def test_what_a_model_cost_and_what_was_turned_away_is_told(
    reports: Callable[[str], Report],
) -> None:
    used = Usage(calls=31, input_tokens=4_100, output_tokens=20_300, lost_calls=2)
    report = reports("tickets")
    cost = replace(
        report.cost,
        usage=used, usd=0.0519, attempts=2, repeated=3, rejected={"too short": 12},
        spending=(Spending("tickets", "subject", used, 0.0519),),
    )  # fmt: skip
    told = dict(cost_facts(cost))
    assert told["cost"] == "$0.0519"
    assert told["model calls"] == "31, 2 of them never answered"
    assert (told["input tokens"], told["output tokens"]) == ("4,100", "20,300")
    assert told["of tickets.subject"] == "24,400 tokens, $0.0519"
    assert told["retries"] == "2 attempts, 3 chunks in those after the first"
    assert told["quarantine"] == "12 rows of the model turned away"
    assert told["· too short"] == "12"
    for write in FORMS.values():
        assert "0.0519" in write(replace(report, cost=cost))


def test_a_dataset_that_was_never_written_is_read_from_its_chunks(house: House) -> None:
    document = example("products")
    merged = house.reported(document, rows=500)
    bare = house.reported(document, rows=500, merged=False)
    assert bare.files == ()
    assert merged.files
    assert bare.verdicts == merged.verdicts
    assert bare.tables == merged.tables
    assert "its stored chunks were read" in bare.html()


@pytest.mark.parametrize("output_format", ["parquet", "jsonl"])
def test_the_format_of_the_file_changes_no_figure(house: House, output_format: Any) -> None:
    document = example("shop")
    one = house.reported(document)
    other = house.reported(document, output_format=output_format)
    assert one.tables == other.tables
    assert one.files != other.files


def test_every_type_of_field_is_reported_empty_or_not(house: House) -> None:
    kinds = ("string", "integer", "number", "boolean", "date", "time", "datetime", "duration")
    fields = [
        {"name": f"{kind}_{share * 100:.0f}", "type": kind, "null_fraction": share}
        for kind in kinds
        for share in (0.0, 0.5, 1.0)
    ]
    report = house.reported({"name": "all", "fields": fields}, rows=200, output_format="jsonl")
    for column in report.columns:
        share = int(column.name.rpartition("_")[2]) / 100
        assert column.null_share == pytest.approx(share, abs=0.15), column.name
        ordered = column.type in ("integer", "number", "date", "time", "datetime", "duration")
        assert (column.numbers is not None) >= (ordered and share < 1), column.name
        assert column.has_chart >= (ordered and share < 1), column.name
    for write in FORMS.values():
        assert "duration_50" in write(report).replace("\\", "")


def test_a_table_without_rows_is_reported(house: House) -> None:
    report = house.reported(example("products") | {"expectations": []}, rows=0)
    for write in FORMS.values():
        assert "products" in write(report)


def test_a_terminal_shows_promises_then_columns_then_cost(run: Run, house: House) -> None:
    report = house.reported(example("products"), rows=2_000)
    result = run(report.job_id)
    said = result.stdout
    assert result.exit_code == (0 if report.held == len(report.verdicts) else 1), result.stderr
    places = [said.index(word) for word in ("Checked", "Columns", "cost: no model", "sha256")]
    assert places == sorted(places)
    assert "▁" in said
    assert "(30 %)" in said


def test_a_file_takes_its_form_from_its_ending(run: Run, house: House, tmp_path: Path) -> None:
    job = house.reported(example("products"), rows=500).job_id
    for name, begins in (("r.html", "<!doctype html>"), ("r.json", "{"), ("r.md", "# products")):
        assert "Wrote" in run(job, "-o", name).stdout
        assert (tmp_path / name).read_text("utf-8").startswith(begins)
    again = run(job, "-o", "r.md")
    assert again.exit_code == 2
    assert "overwrite" in again.stderr
    assert run(job, "-o", "r.md", "--overwrite").stdout.startswith("Wrote")
    assert "--format" in run(job, "-o", "r.xyz").stderr
    answer = json.loads(run(job, "-o", "s.html", "--json").stdout)
    assert answer["format"] == "html"
    assert json.loads(run(job, "--json").stdout)["job_id"] == job


@pytest.mark.parametrize("name", ["-", "https://example.org/r.html", "made/there"])
def test_what_is_no_file_is_refused_before_a_row_is_read(
    run: Run, tmp_path: Path, name: str
) -> None:
    (tmp_path / "made" / "there").mkdir(parents=True)
    refused = run("job_aaaaaaaaaaaaaaaa", "-o", name, "--format", "html")
    assert refused.exit_code == 2
    assert "invalid_argument" in refused.stderr
    assert name in refused.stderr


def test_a_broken_promise_is_an_exit_code(run: Run, house: House) -> None:
    job = house.reported(hostile_document(), rows=300).job_id
    result = run(job)
    assert result.exit_code == 1
    assert "BROKEN: 1 of" in result.stdout
    assert "\x1b[31m" not in result.stdout


def test_without_the_drawing_library_the_other_forms_still_work(
    run: Run, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = house.reported(example("products"), rows=500).job_id
    monkeypatch.setitem(__import__("sys").modules, "vl_convert", None)
    result = run(job, "-o", "r.html")
    assert result.exit_code == 2
    assert 'pip install "rowmill[report]"' in result.stderr
    assert not Path("r.html").exists()
    assert run(job, "--format", "md").stdout.startswith("# products")


def test_a_job_that_is_not_there_or_not_done_says_what_to_do(run: Run, house: House) -> None:
    missing = run("job_aaaaaaaaaaaaaaaa")
    assert missing.exit_code == 2
    assert "not_found" in missing.stderr


def test_a_report_in_python_is_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import src

    made = house.reported(example("products"), rows=500)
    monkeypatch.setenv("ROWMILL_HOME", str(tmp_path))
    found = src.report(made.job_id)
    assert found.tables == made.tables
    assert found.markdown().startswith("# products")
