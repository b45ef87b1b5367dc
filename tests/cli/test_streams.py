"""What a command does without the reader of its words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROWMILL = f"{sys.executable} -m src.cli"
GENERATE = f"{ROWMILL} generate '30 customers: name' --seed 1 -o rows.csv"


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """What a line of the shell came to; a pipe's code is its first command's."""
    line = ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"]
    return subprocess.run(
        line,
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.mark.parametrize("away", ["| true", ">&-", ">&- 2>&-", "2>&1 >/dev/null | true"])
def test_a_dataset_is_written_whoever_reads_of_it(home: Path, away: str) -> None:
    said = shell(f"{GENERATE} {away}")
    assert (said.returncode, said.stderr) == (0, "")
    assert len(Path("rows.csv").read_text(encoding="utf-8").splitlines()) == 31


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", ["jobs list", "jobs list --json", "schema spec"])
def test_an_answer_that_cannot_be_written_is_said_in_one_line(home: Path, command: str) -> None:
    said = shell(f"{ROWMILL} {command} >/dev/full")
    assert said.returncode == 3
    assert said.stderr.startswith("rowmill: [storage_error] the answer cannot be written: No space")
    assert len(said.stderr.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_error_is_told_on_stderr_where_stdout_takes_nothing(home: Path) -> None:
    said = shell(f"{ROWMILL} jobs show job_nope --json >/dev/full")
    assert said.returncode == 2
    assert said.stderr.startswith("rowmill: [not_found]")
    assert len(said.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["generate - <&-", "serve <&-", "serve >&-"])
def test_a_closed_stream_that_is_needed_is_named(home: Path, command: str) -> None:
    said = shell(f"{ROWMILL} {command}")
    assert said.returncode == 2
    assert "is closed" in said.stderr
    assert len(said.stderr.splitlines()) == 1
