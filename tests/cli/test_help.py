"""Help that teaches, quickly."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import get_args

import click
import pytest

from src import __version__
from src.cli import options
from src.cli.program import program
from src.core.models import DatasetFormat, Generation, JobState, OutputFormat, StorageKind

from .conftest import REPOSITORY, Run


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += _commands(command, (*path, name))
    return found


COMMANDS = _commands(program)


def test_the_first_help_shows_the_30_second_path_and_the_exit_codes(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "rowmill generate" in result.stdout
    for code in ("0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "130 "):
        assert f"\n    {code}" in result.stdout


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example_of_itself(run: Run, path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert "rowmill " + " ".join(path) in result.stdout.split("Example", 1)[1]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_that_answers_can_answer_in_json(path: tuple[str, ...]) -> None:
    command: click.Command = program
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    if not isinstance(command, click.Group) and path != ("serve",):
        assert "as_json" in [parameter.name for parameter in command.params]


@pytest.mark.parametrize("path", [(), ("jobs",), ("schema",)], ids=" ".join)
def test_a_group_without_a_command_shows_its_help(run: Run, path: tuple[str, ...]) -> None:
    result = run(*path)
    assert result.exit_code == 2
    assert result.stderr == run(*path, "--help").stdout


def test_the_version_is_the_package_s(run: Run) -> None:
    assert run("--version").stdout == f"rowmill {__version__}\n"


def test_the_choices_are_the_models() -> None:
    assert get_args(OutputFormat) == options.FORMATS
    assert get_args(DatasetFormat) == options.DATASET_FORMATS
    assert get_args(Generation) == options.GENERATIONS
    assert get_args(StorageKind) == options.STORAGES
    assert tuple(JobState) == options.STATES


def test_help_imports_nothing_heavy() -> None:
    heavy = "numpy pyarrow polars pandas scipy pydantic rich mcp google.genai sqlglot sqlite3"
    code = (
        "import sys; from src.cli.program import program; program.list_commands(None);"
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert found.stdout == "[]\n"


def test_help_takes_less_than_a_third_of_a_second_of_cpu() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "src.cli", "--help"], cwd=REPOSITORY, capture_output=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime) < 0.35
