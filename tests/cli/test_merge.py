"""Datasets written from the command line: names, formats, places."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.storage.s3 import Endpoint, endpoint

from .conftest import DESCRIBED, Run

Answer = Callable[..., Any]


@pytest.fixture
def job(answer: Answer, schema_file: str) -> str:
    return answer("generate", "--schema", schema_file, "--rows", "20", "-o", "people.csv")["job_id"]


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, home: Path) -> Endpoint:
    server = endpoint()
    keys = Path.home() / ".aws/credentials"
    keys.parent.mkdir()
    keys.write_text("[default]\naws_access_key_id = id\naws_secret_access_key = hidden\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STORAGE_CLOUD_ENDPOINT", server.url)
    return server


def test_the_ending_says_the_format(answer: Answer, job: str) -> None:
    plain = Path("people.csv").read_bytes()
    answer("merge", job, "-o", "people.csv.gz")
    assert gzip.decompress(Path("people.csv.gz").read_bytes()) == plain
    answer("merge", job, "-o", "all.zip")
    with zipfile.ZipFile("all.zip") as archive:
        assert archive.read("people.csv") == plain
    answer("merge", job, "-o", "people.db")
    with sqlite3.connect("people.db") as database:
        assert database.execute("SELECT count(*) FROM people").fetchone() == (20,)


def test_generating_may_write_a_database_at_once(answer: Answer, schema_file: str) -> None:
    made = answer("generate", "--schema", schema_file, "--rows", "5", "-o", "people.sqlite")
    assert made["format"] == "sqlite"
    assert made["preview"]["people"][0]["id"] == 1


def test_parts_by_a_field(answer: Answer, job: str) -> None:
    made = answer("merge", job, "-o", "people.parquet", "--partition-by", "country")
    assert all("people.parquet/country=" in file["path"] for file in made["files"])
    assert sum(file["rows"] for file in made["files"]) == 20


def test_only_parquet_is_partitioned_and_in_one_way(run: Run, job: str) -> None:
    refused = run("merge", job, "-o", "x.csv", "--partition-by", "country")
    assert refused.exit_code == 2
    assert "only parquet is partitioned" in refused.stderr
    both = run("merge", job, "-o", "x.parquet", "--partition-by", "country", "--part-mb", "1")
    assert both.exit_code == 2


def test_a_dataset_goes_to_a_bucket(answer: Answer, run: Run, job: str, s3: Endpoint) -> None:
    place = f"s3://{s3.new_bucket()}/deep"
    made = answer("merge", job, "-o", f"{place}/people.csv")
    assert made["files"][0]["path"] == f"{place}/people.csv"
    bucket = s3.open(place)
    assert bucket.read("people.csv") == Path("people.csv").read_bytes()
    taken = run("generate", "3 customers with name", "-o", f"{place}/people.csv")
    assert (taken.exit_code, "already" in taken.stderr) == (2, True)
    gone = run("merge", job, "-o", "s3://no-such-bucket/people.csv")
    assert (gone.exit_code, "no bucket s3://no-such-bucket" in gone.stderr) == (3, True)


def test_a_bucket_may_be_the_place_of_datasets_and_of_chunks(
    answer: Answer, s3: Endpoint, schema_file: str, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    place = f"s3://{s3.new_bucket()}"
    monkeypatch.setenv("STORAGE_OUTPUT_DIR", f"{place}/datasets")
    made = answer("generate", "--schema", schema_file, "--rows", "5")
    assert made["files"][0]["path"] == f"{place}/datasets/{made['job_id']}.csv"
    monkeypatch.delenv("STORAGE_OUTPUT_DIR")
    monkeypatch.setenv("STORAGE_CLOUD_URL", f"{place}/rowmill")
    again = answer("generate", "--schema", schema_file, "--rows", "5", "--storage", "cloud")
    assert again["files"][0]["path"] == f"{place}/rowmill/output/{again['job_id']}.csv"
    assert s3.open(place).read(f"rowmill/temp/{again['job_id']}/chunk_000000.csv")
    assert answer("jobs", "verify", again["job_id"])["intact"] is True
    log = (home / "logs/rowmill.log").read_text()
    assert "hidden" not in log


def test_strict_writes_nothing_that_breaks_a_promise(run: Run, home: Path) -> None:
    mean = {"check": "mean", "field": "age", "equals": 20, "tolerance": 1}
    Path("broken.json").write_text(json.dumps({**DESCRIBED, "expectations": [mean]}))
    result = run("generate", "--schema", "broken.json", "--rows", "50", "-o", "p.csv", "--strict")
    assert result.exit_code == 1
    assert "mean of age" in result.stderr
    assert "--strict" in result.stderr
    assert not list(Path().glob("p.csv*"))
    job = json.loads(run("jobs", "list", "--json").stdout)["jobs"][0]["job_id"]
    assert run("merge", job, "-o", "p.csv").exit_code == 1
    assert Path("p.csv").exists()
    again = run("merge", job, "-o", "p.csv", "--strict")
    assert (again.exit_code, "promise_broken" in again.stderr) == (1, True)
