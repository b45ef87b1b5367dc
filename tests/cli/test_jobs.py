"""Jobs created, followed and controlled from the command line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from src.cli.jobs import _run_here
from src.cli.running import Here
from src.cli.screen import Screen
from tests.patience import OUT_S, PATIENCE_S

from .conftest import Run, Spawn

Answer = Callable[..., Any]
MANY = ["--rows", "30000", "--chunk-size", "100", "--seed", "5"]


@pytest.fixture
def job(answer: Answer, schema_file: str) -> str:
    """A job of three chunks, not yet started."""
    made = answer(
        "jobs", "create", "--schema", schema_file, "--rows", "25", "--chunk-size", "10",
        "--name", "[red]three",
    )  # fmt: skip
    return str(made["job_id"])


def _until(happened: Callable[[], Any]) -> None:
    """Wait for what another process does; ten seconds are a failure."""
    never = threading.Event()
    end = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < end, "it never happened"
        never.wait(0.005)


def test_a_job_is_created_shown_run_and_merged(run: Run, answer: Answer, job: str) -> None:
    shown = answer("jobs", "show", job)
    assert (shown["state"], shown["rows_total"], shown["chunks_total"]) == ("PENDING", 25, 3)
    assert answer("jobs", "start", job, "--wait")["state"] == "COMPLETED"
    result = run("merge", job, "-o", "people.csv")
    assert result.exit_code == 0, result.stderr
    assert len(Path("people.csv").read_text().splitlines()) == 26


def test_a_job_is_merged_into_every_format_and_never_over_a_file(run: Run, job: str) -> None:
    run("jobs", "start", job, "--wait")
    for name in ("p.csv", "p.json", "p.jsonl", "p.parquet"):
        assert run("merge", job, "-o", name).exit_code == 0
    Path("q.csv").write_text("precious")
    assert run("merge", job, "-o", "q.csv").exit_code == 2
    assert Path("q.csv").read_text() == "precious"
    assert run("merge", job, "-o", "q.csv", "--overwrite").exit_code == 0
    assert run("merge", job, "-o", "r.csv", "--format", "json").exit_code == 2


def test_a_job_that_is_not_done_is_not_merged(run: Run, job: str) -> None:
    result = run("merge", job, "-o", "people.csv")
    assert result.exit_code == 2
    assert "[illegal_transition]" in result.stderr
    assert not Path("people.csv").exists()


def test_jobs_are_listed_newest_first_by_state_and_by_page(
    run: Run, answer: Answer, job: str, schema_file: str
) -> None:
    other = answer("jobs", "create", "--schema", schema_file, "--rows", "1")["job_id"]
    listed = answer("jobs", "list")
    assert [entry["job_id"] for entry in listed["jobs"]] == [other, job]
    first = answer("jobs", "list", "--limit", "1")
    second = answer("jobs", "list", "--limit", "1", "--cursor", first["next_cursor"])
    assert [entry["job_id"] for entry in second["jobs"]] == [job]
    assert answer("jobs", "list", "--status", "failed")["jobs"] == []
    assert "[red]three" in run("jobs", "list").stdout


def test_a_narrow_terminal_cuts_no_id(run: Run, job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    told = run("jobs", "list")
    assert job in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 40
    assert "2 columns more in a wider terminal" in told.stderr


def test_pause_cancel_and_delete_say_what_they_did(run: Run, job: str) -> None:
    refused = run("jobs", "pause", job)
    assert refused.exit_code == 2
    assert "allowed now: start, cancel" in refused.stderr
    assert run("jobs", "cancel", job).stdout == f"{job}: PENDING → CANCELLED\n"
    assert run("jobs", "start", job, "--wait").exit_code == 2
    assert run("jobs", "delete", job).stdout == f"{job}: CANCELLED → deleted\n"
    assert run("jobs", "show", job).exit_code == 2


def test_the_trail_is_shown_on_request(run: Run, job: str) -> None:
    run("jobs", "cancel", job)
    result = run("jobs", "show", job, "--events")
    assert "cancel" in result.stdout
    assert "possible now" in result.stdout


def test_verify_names_the_chunk_that_is_damaged_and_the_one_that_is_gone(
    run: Run, answer: Answer, job: str, home: Path
) -> None:
    run("jobs", "start", job, "--wait")
    assert answer("jobs", "verify", job)["intact"]
    first, _, last = sorted(home.glob("temp/*/chunk_*"))
    first.write_bytes(first.read_bytes()[:-1] + b"?")
    last.unlink()
    result = run("jobs", "verify", job, "--json")
    assert result.exit_code == 3
    damaged = json.loads(result.stdout)["damaged"]
    assert [chunk["index"] for chunk in damaged] == [0, 2]
    told = run("jobs", "verify", job)
    assert "2 damaged" in told.stdout
    assert f"rowmill jobs verify {job} --mend" in told.stderr
    assert answer("jobs", "verify", job, "--mend")["mended"] == [0, 2]
    assert answer("jobs", "verify", job)["intact"]


def test_verify_says_whose_rows_lie_in_a_chunk_s_place(run: Run, job: str, home: Path) -> None:
    run("jobs", "start", job, "--wait")
    first, _, last = sorted(home.glob("temp/*/chunk_*"))
    rows = first.read_bytes()
    first.write_bytes(last.read_bytes())
    last.write_bytes(rows)
    told = run("jobs", "verify", job)
    assert "it holds the rows of chunk 2 of this job" in told.stdout
    assert "it holds the rows of chunk 0 of this job" in told.stdout


async def test_an_interruption_finds_the_job_named_before_it_is_started() -> None:
    named: list[str | None] = []

    class Manager:
        async def control(self, job_id: str, action: str) -> None:
            named.append(here.job_id)
            raise asyncio.CancelledError

    here = Here(SimpleNamespace(manager=Manager()), Screen(as_json=False))
    with pytest.raises(asyncio.CancelledError):
        await _run_here(here, "job_x", "start")
    assert named == ["job_x"]


def test_a_chunk_that_cannot_be_mended_does_not_keep_others_from_it(
    run: Run, answer: Answer, job: str, home: Path
) -> None:
    run("jobs", "start", job, "--wait")
    first, _, last = sorted(home.glob("temp/*/chunk_*"))
    first.unlink()
    first.mkdir()
    last.unlink()
    result = run("jobs", "verify", job, "--mend", "--json")
    assert result.exit_code == 3
    told = json.loads(result.stdout)
    assert (told["intact"], told["mended"]) == (False, [2])
    assert "chunk 0 stays as it is" in result.stderr
    assert "a folder stands where a file of the chunks belongs" in result.stderr
    first.rmdir()
    assert answer("jobs", "verify", job, "--mend")["intact"]


def test_a_home_that_is_a_file_is_said_to_be_one(run: Run, monkeypatch: Any) -> None:
    Path("file").write_text("")
    monkeypatch.setenv("ROWMILL_HOME", str(Path("file").absolute()))
    result = run("jobs", "list")
    assert result.exit_code == 3
    assert "a file stands where the folder" in result.stderr


def test_a_job_in_memory_is_not_run_piece_by_piece(
    run: Run, answer: Answer, schema_file: str
) -> None:
    made = answer("jobs", "create", "--schema", schema_file, "--rows", "5", "--storage", "memory")
    result = run("jobs", "start", made["job_id"], "--wait")
    assert result.exit_code == 2
    assert "memory" in result.stderr


def test_without_wait_a_job_runs_in_a_process_of_its_own(
    run: Run, answer: Answer, job: str, home: Path
) -> None:
    result = run("jobs", "start", job)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{job}: PENDING → SCHEMA_VALIDATION\n"
    assert f"rowmill jobs show {job}" in result.stderr
    _until(lambda: answer("jobs", "show", job)["state"] == "COMPLETED")
    _until(lambda: not answer("jobs", "show", job)["running"])
    assert f"{job} is COMPLETED" in (home / "logs" / f"{job}.log").read_text(encoding="utf-8")


def test_a_second_process_does_not_run_a_job_that_runs(
    run: Run, answer: Answer, schema_file: str, spawn: Spawn, home: Path
) -> None:
    made = answer("jobs", "create", "--schema", schema_file, *MANY)
    first = spawn("jobs", "start", made["job_id"], "--wait")
    _until(lambda: list(home.glob("temp/*/chunk_*")))
    os.kill(first.pid, signal.SIGSTOP)  # it holds its lease, and cannot finish meanwhile
    try:
        second = run("jobs", "resume", made["job_id"], "--wait")
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert second.exit_code == 5
    assert second.stderr.startswith("rowmill: [conflict]")


@pytest.mark.parametrize(
    ("number", "state"), [(signal.SIGINT, "PAUSED"), (signal.SIGTERM, "GENERATING")]
)
def test_an_interrupted_job_goes_on_to_the_bytes_of_an_undisturbed_run(
    run: Run,
    answer: Answer,
    schema_file: str,
    spawn: Spawn,
    home: Path,
    number: signal.Signals,
    state: str,
) -> None:
    running = spawn("generate", "--schema", schema_file, *MANY, "-o", "cut.csv")
    _until(lambda: len(list(home.glob("temp/*/chunk_*"))) > 3)
    began = time.monotonic()
    running.send_signal(number)
    _, err = running.communicate(timeout=PATIENCE_S)
    assert time.monotonic() - began < OUT_S
    assert running.returncode == 130
    (job,) = answer("jobs", "list")["jobs"]
    rest = f"rowmill jobs resume {job['job_id']} --wait && rowmill merge {job['job_id']} -o cut.csv"
    assert f"go on with: {rest}\n" in err
    assert job["state"] == state
    assert not job["running"]
    assert 0 < job["rows_done"] < 30_000
    assert not Path("cut.csv").exists()
    (records,) = [f for f in answer("doctor")["findings"] if f["what"] == "jobs"]
    # A paused job waits for its person; one that only lost its process is missed by the doctor.
    assert records["level"] == ("ok" if state == "PAUSED" else "warn")

    assert answer("jobs", "resume", job["job_id"], "--wait")["rows_done"] == 30_000
    assert run("merge", job["job_id"], "-o", "cut.csv").exit_code == 0
    whole = [*MANY[:2], *MANY[4:]]
    assert run("generate", "--schema", schema_file, *whole, "-o", "whole.csv").exit_code == 0
    assert Path("cut.csv").read_bytes() == Path("whole.csv").read_bytes()


def test_verify_names_a_dataset_that_was_changed(
    run: Callable[..., Any], answer: Callable[..., Any], schema_file: str
) -> None:
    made = answer("generate", "--schema", schema_file, "--rows", "5")
    answer("merge", made["job_id"], "--format", "sqlite")
    assert answer("jobs", "verify", made["job_id"])["files"] == []
    path = Path(made["files"][0]["path"])
    path.write_bytes(path.read_bytes() + b"\n")
    told = run("jobs", "verify", made["job_id"], "--json")
    assert told.exit_code == 3
    assert json.loads(told.stdout)["files"] == [{"path": str(path), "problem": "its bytes changed"}]
    path.unlink()
    gone = json.loads(run("jobs", "verify", made["job_id"], "--json").stdout)
    assert gone["files"] == [{"path": str(path), "problem": "it is not there"}]
