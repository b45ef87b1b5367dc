"""What is set up, and what to do about the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Run

KEY = "AIza-not-a-real-key-0123456789"


def test_an_empty_home_is_healthy(answer: Callable[..., Any], home: Path) -> None:
    found = answer("doctor")
    assert found["healthy"]
    assert {finding["level"] for finding in found["findings"]} == {"ok"}
    assert not list(home.iterdir()), "looking changes nothing"


def test_a_key_is_said_to_be_set_and_never_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    for args in (["doctor"], ["doctor", "--json"]):
        result = run(*args)
        assert result.exit_code == 0
        assert "key(s) set" in result.output
        assert KEY not in result.output


def test_a_setting_that_does_not_fit_is_a_failure_with_its_name(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOB_PARALLEL_CHUNKS", "many")
    result = run("doctor")
    assert result.exit_code == 1
    assert "JOB_PARALLEL_CHUNKS" in result.stdout
    other = run("jobs", "list")
    assert other.exit_code == 2
    assert "JOB_PARALLEL_CHUNKS" in other.stderr


def test_a_folder_that_cannot_be_used_is_a_failure(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("in the way")
    monkeypatch.setenv("STORAGE_TEMP_DIR", str(home / "file"))
    result = run("doctor", "--json")
    assert result.exit_code == 1
    failed = [f for f in json.loads(result.stdout)["findings"] if f["level"] == "fail"]
    assert [finding["what"] for finding in failed] == ["chunks"]
    assert "STORAGE_TEMP_DIR" in failed[0]["what_now"]


# ── the job store ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["csv", "parquet"])
def done(request: pytest.FixtureRequest, answer: Callable[..., Any], schema_file: str) -> str:
    """A completed job of three chunks."""
    made = answer(
        "generate", "--schema", schema_file, "--rows", "30", "--chunk-size", "10", "--seed", "1",
        "--format", request.param,
    )  # fmt: skip
    return str(made["job_id"])


def cut(home: Path) -> None:
    store = home / "rowmill.db"
    store.write_bytes(store.read_bytes()[:-5000])


def test_a_damaged_store_is_found_rebuilt_and_goes_on(
    run: Run, answer: Callable[..., Any], home: Path, done: str
) -> None:
    before = answer("merge", done, "--overwrite")["files"][0]["sha256"]
    cut(home)
    told = run("jobs", "list")
    assert told.exit_code == 3
    assert "rowmill doctor --rebuild" in told.stderr
    looked = run("doctor", "--json")
    assert looked.exit_code == 1
    (failed,) = [f for f in json.loads(looked.stdout)["findings"] if f["level"] == "fail"]
    assert "rowmill doctor --rebuild" in failed["what_now"]
    made = answer("doctor", "--rebuild")
    assert [(job["job_id"], job["state"]) for job in made["jobs"]] == [(done, "COMPLETED")]
    assert made["lost"] == []
    assert all(Path(path).exists() for path in made["kept_aside"])
    assert answer("jobs", "verify", done)["intact"]
    assert answer("merge", done, "--overwrite")["files"][0]["sha256"] == before
    assert answer("doctor")["healthy"]
    assert answer("doctor", "--rebuild")["rebuilt"] is False


def test_what_a_rebuilt_job_owes_is_made_again_to_the_same_bytes(
    run: Run, answer: Callable[..., Any], home: Path, done: str
) -> None:
    before = answer("merge", done, "--overwrite")["files"][0]["sha256"]
    first, second, third = sorted(home.glob("temp/*/chunk_*"))
    second.write_bytes(third.read_bytes())
    third.write_bytes(first.read_bytes()[:-1] + b"?")
    cut(home)
    result = run("doctor", "--rebuild")
    assert result.exit_code == 1
    assert "PAUSED" in result.stdout
    assert "chunk 1 " in result.stderr
    assert "holds the rows of chunk 2 of this job" in result.stderr
    assert "chunk 2 " in result.stderr
    assert answer("jobs", "resume", done, "--wait")["state"] == "COMPLETED"
    assert answer("merge", done, "--overwrite")["files"][0]["sha256"] == before


def test_a_store_that_is_gone_is_missed(
    run: Run, answer: Callable[..., Any], home: Path, done: str
) -> None:
    for file in home.glob("rowmill.db*"):
        file.unlink()
    looked = run("doctor")
    assert looked.exit_code == 1
    assert "chunks of 1 jobs are there" in " ".join(looked.stdout.split())
    assert answer("doctor", "--rebuild")["jobs"][0]["state"] == "COMPLETED"
    assert answer("jobs", "show", done)["state"] == "COMPLETED"


def test_a_job_folder_that_no_record_names_is_shown(
    answer: Callable[..., Any], home: Path, done: str
) -> None:
    for file in home.glob("rowmill.db*"):
        file.unlink()
    answer("jobs", "list")  # which makes an empty store
    (warned,) = [f for f in answer("doctor")["findings"] if f["level"] == "warn"]
    assert done in warned["found"]
    assert "rowmill doctor --rebuild" in warned["what_now"]
    assert answer("doctor", "--rebuild")["jobs"][0]["job_id"] == done


def test_a_home_that_anybody_may_change_is_warned_of(
    answer: Callable[..., Any], home: Path
) -> None:
    home.chmod(0o777)
    found = answer("doctor")
    assert found["healthy"]
    (warned,) = [f for f in found["findings"] if f["level"] == "warn"]
    assert "chmod o-w" in warned["what_now"]
