"""What goes wrong is one line and a telling exit code."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from src.cli.failures import answered, exit_code, exit_code_of, in_commands
from src.core import errors
from src.core.errors import RowmillError

from .conftest import Run


def _family(kind: type[RowmillError]) -> list[type[RowmillError]]:
    return [kind, *(m for child in kind.__subclasses__() for m in _family(child))]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.CallerError, 2),
        (errors.StorageError, 3),
        (errors.ProviderError, 4),
        (errors.Conflict, 5),
        (errors.InternalError, 1),
    ],
)
def test_each_branch_of_the_family_has_its_exit_code(kind: type[RowmillError], code: int) -> None:
    members = [member for member in _family(kind) if member is not errors.InvalidSchema]
    for member in members:
        assert exit_code(member("what")) == code
        assert exit_code_of(str(member("what", hint="what now"))) == code


def test_a_problem_of_unknown_kind_is_a_job_that_did_not_end_well() -> None:
    assert exit_code_of("[no_such_code] what") == 1
    assert exit_code_of("no code at all") == 1
    assert exit_code_of(None) == 1


def test_an_error_is_one_line_on_stderr_with_code_and_hint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def command() -> int:
        raise errors.StorageFull("the disk is full", hint="free some space")

    assert answered(command, as_json=False) == 3
    out, err = capsys.readouterr()
    assert err == "rowmill: [storage_full] the disk is full (free some space)\n"
    assert out == ""


@pytest.mark.parametrize("as_json", [False, True])
def test_a_key_that_an_error_quotes_is_not_shown(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "AIza" + "k" * 35

    def command() -> int:
        raise errors.ProviderRefused(f"{key} is not accepted", hint=f"not {key}")

    answered(command, as_json=as_json)
    out, err = capsys.readouterr()
    assert "[redacted] is not accepted" in err
    assert key not in out + err


def test_a_fault_of_ours_shows_no_stack_trace(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> int:
        raise ZeroDivisionError("oh")

    assert answered(command, as_json=False) == 1
    err = capsys.readouterr().err
    assert err.startswith("rowmill: [internal_error] ZeroDivisionError: oh (")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("hint", "ours"),
    [
        ("list_jobs shows the jobs there are", "rowmill jobs list shows the jobs there are"),
        ("or use generation=local", "or use --generation local"),
        ("use storage=disk or memory", "use --storage disk or memory"),
        ("leave out output_format or rename the file", "leave out --format or rename the file"),
        ("use a larger chunk_size, or raise JOB_MAX_CHUNKS",
         "use a larger --chunk-size, or raise JOB_MAX_CHUNKS"),
        ("or leave max_cost_usd out", "or leave --max-cost-usd out"),
        ("generate_chunk with chunk_index=3, or rowmill jobs verify J --mend",
         "rowmill jobs verify J --mend"),
    ],
)  # fmt: skip
def test_a_hint_names_commands_and_options_and_no_tool(hint: str, ours: str) -> None:
    assert in_commands(hint) == ours


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, click.Abort])
def test_an_interruption_is_130(
    interruption: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> int:
        raise interruption

    assert answered(command, as_json=True) == 130
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["code"] == "interrupted"
    assert err == "rowmill: [interrupted] interrupted\n"


def test_control_characters_in_an_error_do_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def command() -> int:
        raise errors.NotFound("no \x1b[31mjob\x1b[0m\nrowmill: [ok] \u202eforged")

    answered(command, as_json=False)
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "\x1b" not in err
    assert "\u202e" not in err


def test_an_error_in_json_is_one_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> int:
        raise errors.InvalidSchema((errors.Problem("fields[0]", "bad", "is bad", "mend it"),))

    assert answered(command, as_json=True) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "invalid_schema"
    assert error["problems"] == [
        {"path": "fields[0]", "code": "bad", "message": "is bad", "hint": "mend it"}
    ]


@pytest.mark.parametrize(
    "args",
    [
        ["generate", "--rows", "many"],
        ["generate"],
        ["generate", "x", "--format", "xls"],
        ["generate", "x", "--rows", "-1"],
        ["generate", "x", "--max-cost-usd", "0"],
        ["generate", "--schema", "no-such-file.json"],
        ["no-such-command"],
        ["jobs", "show"],
        ["serve", "--port", "9000"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_and_points_to_help(run: Run, args: list[str]) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert result.stderr.startswith("rowmill: [")
    assert "--help" in result.stderr
    assert result.stdout == ""


def test_a_request_without_its_quotes_is_told_to_take_some(run: Run) -> None:
    result = run("generate", "10", "customers", "with", "name")
    assert "put words that belong together in quotes" in result.stderr


def test_a_word_where_a_number_belongs_is_said_to_be_none(run: Run) -> None:
    assert "'ten' is not a valid integer (see" in run("generate", "x", "--rows", "ten").stderr


def test_what_is_no_job_id_is_refused(run: Run) -> None:
    for command in ("show", "start", "pause", "resume", "cancel", "retry", "delete", "verify"):
        result = run("jobs", command, "../../etc/passwd")
        assert result.exit_code == 2
        assert result.stderr.startswith("rowmill: [not_found]")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "is not JSON"),
        (b"[]", "no JSON object"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b" " * 300_000, "larger than"),
    ],
    ids=["cut", "a list", "another encoding", "deep", "large"],
)
def test_a_file_that_is_no_schema_is_refused(run: Run, text: bytes, said: str) -> None:
    Path("bad.json").write_bytes(text)
    result = run("schema", "validate", "bad.json")
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_broken_schema_shows_every_problem(run: Run) -> None:
    fields = [{"name": f"f{n}", "type": "wrong"} for n in range(8)]
    Path("broken.json").write_text(json.dumps({"fields": fields}))
    result = run("schema", "validate", "broken.json")
    assert result.exit_code == 2
    for number in range(8):
        assert f"fields[{number}].type" in result.stderr
    told = run("schema", "validate", "broken.json", "--json")
    assert told.exit_code == 2
    assert len(json.loads(told.stdout)["problems"]) == 8


def test_stdin_that_is_no_text_is_refused(run: Run) -> None:
    result = run("generate", "-", stdin=b"\xff\xfe\x00")
    assert result.exit_code == 2
    assert "UTF-8" in result.stderr


def test_a_number_too_long_for_python_is_said_with_what_to_do(run: Run) -> None:
    Path("long.json").write_text(f'{{"rows": {"9" * 6000}, "fields": [{{"name": "a"}}]}}')
    result = run("schema", "validate", "long.json")
    assert result.exit_code == 2
    assert "too long" in result.stderr


@pytest.mark.parametrize("place", ["file:///tmp/x.csv", "https://example.org/x.csv"])
def test_an_address_that_is_no_bucket_is_no_path_either(run: Run, place: str) -> None:
    result = run("generate", "5 customers with name", "-o", place)
    assert result.exit_code == 2
    assert "s3://BUCKET" in result.stderr
    assert not list(Path().iterdir())


def test_more_than_a_request_may_hold_is_said_of_stdin(run: Run) -> None:
    # A cut in the middle of a letter is not a text that is no UTF-8.
    result = run("schema", "extract", "-", stdin="x" + "ü" * 100_000)
    assert result.exit_code == 2
    assert "stdin holds too much" in result.stderr


def test_a_full_disk_under_the_log_prints_no_traceback(
    run: Run, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("a device that is always full is Linux's")
    (home / "logs").mkdir()
    (home / "logs" / "rowmill.log").symlink_to("/dev/full")
    result = run("jobs", "show", "nothing")
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr + capfd.readouterr().err
