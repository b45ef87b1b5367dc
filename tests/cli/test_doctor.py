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
