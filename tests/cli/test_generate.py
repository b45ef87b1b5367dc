"""From a sentence to a checked file."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import DESCRIBED, Run, Spawn

SENTENCE = (
    "500 customers with name, email, age between 18 and 80, country (US, UK, DE), "
    "signup date in 2024"
)


def _sha256(path: str | Path) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_a_sentence_becomes_a_file_that_obeys_it(run: Run) -> None:
    result = run("generate", SENTENCE, "-o", "customers.csv", "--seed", "7")
    assert result.exit_code == 0, result.stderr
    with Path("customers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 500
    assert all(18 <= int(row["age"]) <= 80 for row in rows)
    assert {row["country"] for row in rows} == {"US", "UK", "DE"}
    assert all(row["signup_date"].startswith("2024-") for row in rows)
    for shown in ("age", "18 to 80", "500 rows", "Seed 7", "held", _sha256("customers.csv")):
        assert shown in result.stdout
    assert rows[0]["email"] in result.stdout
    assert "\x1b" not in result.output


def test_the_same_command_writes_the_same_bytes(run: Run, spawn: Spawn) -> None:
    command = ["generate", SENTENCE, "--rows", "500", "--seed", "7", "-o"]
    process = spawn(*command, "one.parquet")
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert "\x1b" not in out + err
    assert run(*command, "two.parquet").exit_code == 0
    assert run(*command, "three.parquet", "--chunk-size", "77").exit_code == 0
    made = {_sha256(name) for name in ("one.parquet", "two.parquet", "three.parquet")}
    assert len(made) == 1
    assert run(*command, "two.parquet", "--overwrite").exit_code == 0
    assert made == {_sha256("two.parquet")}


def test_rows_said_twice_are_the_option_s(answer: Callable[..., Any]) -> None:
    made = answer("generate", SENTENCE, "--rows", "30", "-o", "c.csv")
    assert made["rows"] == 30
    assert made["held"]


def test_the_json_answer_is_one_document_with_everything(answer: Callable[..., Any]) -> None:
    made = answer("generate", SENTENCE, "-o", "c.jsonl", "--seed", "7", "--preview", "2")
    assert made["state"] == "COMPLETED"
    assert made["seed"] == 7
    assert made["format"] == "jsonl"
    assert made["rows"] == 500
    assert made["files"][0]["sha256"] == _sha256("c.jsonl")
    assert made["files"][0]["bytes"] == made["bytes"] == Path("c.jsonl").stat().st_size
    assert [len(rows) for rows in made["preview"].values()] == [2]
    assert all(verdict["held"] for verdict in made["verdicts"])
    assert made["schema"]["fields"]


def test_the_preview_may_be_longer_than_what_merging_shows(answer: Callable[..., Any]) -> None:
    made = answer("generate", SENTENCE, "--rows", "12", "-o", "c.csv", "--preview", "50")
    with Path("c.csv").open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    (rows,) = made["preview"].values()
    assert [row["name"] for row in rows] == names


def test_the_format_follows_the_ending_then_the_words_then_the_setting(
    answer: Callable[..., Any], monkeypatch: Any
) -> None:
    monkeypatch.setenv("JOB_DEFAULT_FORMAT", "json")
    wish = "5 people with name and age. Parquet."
    assert answer("generate", wish, "-o", "a.csv")["format"] == "csv"
    assert answer("generate", wish)["format"] == "parquet"
    assert answer("generate", "5 people with name and age")["format"] == "json"
    assert answer("generate", wish, "--format", "jsonl")["format"] == "jsonl"


def test_without_a_file_it_goes_to_the_output_folder(
    answer: Callable[..., Any], home: Path
) -> None:
    made = answer("generate", "5 people with name and age")
    assert Path(made["files"][0]["path"]) == home / "output" / f"{made['job_id']}.csv"
    assert Path(made["files"][0]["path"]).is_file()


def test_a_file_in_a_folder_that_is_not_there_yet(run: Run, schema_file: str) -> None:
    target = Path("deep", "er", "people.json")
    result = run("generate", "--schema", schema_file, "--rows", "3", "-o", str(target))
    assert result.exit_code == 0, result.stderr
    assert [row["id"] for row in json.loads(target.read_text())] == [1, 2, 3]


def test_a_file_is_not_replaced_unless_told_so(run: Run, schema_file: str) -> None:
    Path("people.csv").write_text("precious")
    command = ["generate", "--schema", schema_file, "--rows", "3", "-o", "people.csv"]
    refused = run(*command)
    assert refused.exit_code == 2
    assert refused.stderr.startswith("rowmill: [already_exists]")
    assert "--overwrite" in refused.stderr
    assert Path("people.csv").read_text() == "precious"
    assert "no jobs" in run("jobs", "list").stdout, "a refused request leaves no job"
    assert run(*command, "--overwrite").exit_code == 0
    assert Path("people.csv").read_text().startswith("id,age,country")


def test_a_folder_is_not_a_file(run: Run, schema_file: str) -> None:
    Path("people.csv").mkdir()
    result = run("generate", "--schema", schema_file, "--rows", "3", "-o", "people.csv")
    assert result.exit_code == 2
    assert "is a folder" in result.stderr


@pytest.mark.parametrize(
    "target", ["folder", "folder/", ".", "..", "", "-", "/dev/null", "a:b.csv"]
)
def test_what_can_be_no_file_is_refused_before_the_work(
    run: Run, schema_file: str, target: str
) -> None:
    Path("folder").mkdir()
    result = run("generate", "--schema", schema_file, "--rows", "3", "-o", target)
    assert result.exit_code == 2, result.stdout
    assert result.stderr.startswith("rowmill: [invalid_argument]")
    assert "no jobs" in run("jobs", "list").stdout
    assert {path.name for path in Path().iterdir()} == {"folder", schema_file}


@pytest.mark.parametrize("file", ["x.xlsx", ".", "rows.csv"])
def test_a_hopeless_name_is_refused_before_the_request_is_read(run: Run, file: str) -> None:
    result = run("generate", SENTENCE, "-o", file, "--format", "parquet")
    assert result.exit_code == 2
    assert result.stdout == ""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder that takes no file")
def test_rows_whose_file_cannot_be_written_are_not_lost(
    run: Run, answer: Callable[..., Any]
) -> None:
    result = run("generate", SENTENCE, "-o", "/proc/rows.csv")
    assert result.exit_code == 3
    (job,) = answer("jobs", "list")["jobs"]
    assert f"the rows are made: rowmill merge {job['job_id']} -o /proc/rows.csv" in result.stderr


@pytest.mark.parametrize("width", [60, 100])
def test_verdicts_are_whole_in_a_narrow_terminal_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    told = run("generate", SENTENCE, "--seed", "7", "-o", "c.csv").stdout
    job = next(word for word in told.split() if word.startswith("job_")).rstrip(":")
    for whole in (told, run("report", job).stdout):
        assert "500 different values" in whole
        assert "2024-01-01 to 2024-12-31" in whole
    assert "mean" in whole


def test_a_name_that_is_too_long_is_refused_and_is_no_fault_of_ours(
    run: Run, schema_file: str
) -> None:
    result = run("generate", "--schema", schema_file, "--rows", "3", "-o", "y" * 300 + ".csv")
    assert result.exit_code == 2
    assert "[invalid_argument]" in result.stderr


@pytest.mark.parametrize("rows", [10**12 + 1, 10**30])
def test_more_rows_than_can_be_counted_are_refused(run: Run, rows: int) -> None:
    result = run("generate", "5 people with name", "--rows", str(rows), "-o", "p.csv")
    assert result.exit_code == 2
    assert "1,000,000,000,000" in result.stderr


@pytest.mark.parametrize("amount", ["nan", "inf"])
def test_a_limit_on_money_is_an_amount(run: Run, amount: str) -> None:
    result = run("generate", "5 people with name", "--max-cost-usd", amount, "-o", "p.csv")
    assert result.exit_code == 2
    assert f"max_cost_usd is {amount}" in result.stderr


def test_a_range_is_shown_once(run: Run) -> None:
    result = run("generate", "5 items with price 5-50", "-o", "p.csv")
    assert "evenly, 5 to 50" in result.stdout
    assert "5 to 50, 5 to 50" not in result.stdout


def test_a_request_may_come_from_stdin(run: Run) -> None:
    result = run("generate", "-", "-o", "c.csv", stdin="7 people with name and age 20 to 30")
    assert result.exit_code == 0, result.stderr
    assert len(Path("c.csv").read_text().splitlines()) == 8


def test_a_schema_needs_its_rows_from_somewhere(run: Run, schema_file: str) -> None:
    for command in (["generate"], ["jobs", "create"]):
        result = run(*command, "--schema", schema_file)
        assert result.exit_code == 2
        assert "'people'" in result.stderr
        assert "--rows" in result.stderr


def test_a_promise_that_breaks_is_exit_code_1_and_said(run: Run) -> None:
    broken = {**DESCRIBED, "expectations": [{"check": "mean", "field": "age", "equals": 20,
                                             "tolerance": 0.001}]}  # fmt: skip
    Path("broken.json").write_text(json.dumps(broken))
    result = run("generate", "--schema", "broken.json", "--rows", "50", "-o", "p.csv")
    assert result.exit_code == 1
    assert "✗" in result.stdout
    assert "BROKEN: 1 of" in result.stdout
    assert Path("p.csv").is_file()


def test_memory_storage_leaves_no_chunk_behind(run: Run, schema_file: str, home: Path) -> None:
    command = ["generate", "--schema", schema_file, "--rows", "9", "--storage", "memory"]
    result = run(*command, "-o", "p.csv")
    assert result.exit_code == 0, result.stderr
    assert len(Path("p.csv").read_text().splitlines()) == 10
    assert not list(home.glob("temp/*/chunk_*"))


def test_storage_that_is_not_configured_is_refused(run: Run, schema_file: str) -> None:
    result = run("generate", "--schema", schema_file, "--rows", "9", "--storage", "cloud")
    assert result.exit_code == 2
    assert "[not_configured]" in result.stderr


def test_text_in_the_data_is_never_markup(run: Run) -> None:
    wild = "[bold]x[/bold] \x1b[31m"
    fields = [{"name": "a", "generator": {"kind": "constant", "value": wild}}]
    Path("wild.json").write_text(json.dumps({"fields": fields, "description": "[red]"}))
    result = run("generate", "--schema", "wild.json", "--rows", "2", "-o", "w.csv")
    assert result.exit_code == 0, result.stderr
    assert "[bold]x[/bold]" in result.stdout
    assert "\x1b" not in result.output
