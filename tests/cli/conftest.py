"""A home of its own for each test, and two ways to run a command in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from src import logs
from src.cli.program import program

REPOSITORY = Path(__file__).parents[2]
FROM_OUTSIDE = ("ROWMILL_", "GEMINI_", "STORAGE_", "JOB_", "MCP_", "LOG_", "GOOGLE_", "COLUMNS")
DESCRIBED = {
    "name": "people",
    "as_of": "2026-01-31",
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
        {"name": "age", "type": "integer", "constraints": {"minimum": 18, "maximum": 80}},
        {
            "name": "country",
            "type": "string",
            "generator": {"kind": "category", "values": ["US", "UK", "DE"]},
        },
    ],
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty HOME, a ROWMILL_HOME, a working folder, and no setting from outside."""
    for name in list(os.environ):
        if name.startswith(FROM_OUTSIDE):
            monkeypatch.delenv(name)
    places = {name: tmp_path / name for name in ("empty", "home", "work")}
    for place in places.values():
        place.mkdir()
    monkeypatch.setenv("HOME", str(places["empty"]))
    monkeypatch.setenv("ROWMILL_HOME", str(places["home"]))
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.chdir(places["work"])
    yield places["home"]
    logs.close()


Run = Callable[..., Result]


@pytest.fixture
def run(home: Path) -> Run:
    """A command in this process: `run("jobs", "list")`."""

    def command(*args: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(program, list(args), input=stdin)

    return command


@pytest.fixture
def answer(run: Run) -> Callable[..., Any]:
    """What a command with --json answers; it must have ended well."""

    def command(*args: str) -> Any:
        result = run(*args, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return command


@pytest.fixture
def schema_file(home: Path) -> str:
    path = Path("people.json")
    path.write_text(json.dumps(DESCRIBED), encoding="utf-8")
    return str(path)


Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def spawn(home: Path) -> Iterator[Spawn]:
    """A command in a process of its own, ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def command(*args: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "src.cli", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        started.append(process)
        return process

    yield command
    for process in started:
        process.kill()
        process.communicate()
