"""Every bad id and every bad argument at every door: tools and commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from src.core.errors import NotFound
from src.core.ids import job_id, known_shape
from src.mcp_server.toolbox import TOOLBOX

GOOD = job_id(bytes(range(10)))
BAD_IDS = (
    "",
    " ",
    "..",
    "../../etc/passwd",
    "job_../../../tmp/x",
    "/etc/passwd",
    "~",
    "C:\\temp",
    "file:///etc/passwd",
    GOOD + "\n",
    "\n" + GOOD,
    GOOD + "\x00",
    GOOD + "/",
    GOOD + ".csv",
    GOOD.upper(),
    GOOD[:-1],
    GOOD + "a",
    GOOD.replace("job_", "job-"),
    "jоb_" + GOOD[4:],  # a Cyrillic o
    "job_" + "２" * 16,  # full-width digits, which \d would take
    "job_" + "é" * 16,
    GOOD[:-1] + "\u200b",
    "\u202e" + GOOD,
    "%s%n{0}${HOME}",
    "'; DROP TABLE job; --",
    "*",
    "x" * 64,
)
NO_TEXT = (None, True, 0, 1.5, [], [GOOD], {}, {"id": GOOD})
WITH_ID = {
    "generate_chunk": {},
    "get_job_progress": {"wait_s": 0},
    "control_job": {"action": "pause"},
    "merge_and_download": {},
}
COMMANDS = (
    *(("jobs", word) for word in ("show", "start", "pause", "resume", "cancel", "retry", "delete")),
    ("jobs", "verify"),
    ("merge",),
)


@pytest.mark.parametrize("value", [*BAD_IDS, *NO_TEXT], ids=ascii)
def test_what_was_not_made_here_is_no_id(value: Any) -> None:
    with pytest.raises(NotFound):
        known_shape(value)
    assert known_shape(GOOD) == GOOD


def test_every_tool_that_takes_an_id_is_tried() -> None:
    assert {n for n, offer in TOOLBOX.items() if "job_id" in offer.arguments.model_fields} == set(
        WITH_ID
    )


async def test_every_bad_id_is_refused_by_every_tool(connect: Any, settings: Any) -> None:
    async with connect() as call:
        for tool, rest in WITH_ID.items():
            for bad in BAD_IDS:
                text = await call.error(tool, job_id=bad, **rest)
                assert text.startswith(("[not_found] ", "[invalid_argument] ")), (tool, bad, text)
                assert text.isprintable(), (tool, bad)
                assert len(text) < 500
            for wrong in (*NO_TEXT, "x" * 100_000):
                text = await call.error(tool, job_id=wrong, **rest)
                assert text.startswith("[invalid_argument] job_id "), (tool, wrong)
            text = await call.error(tool, job_id=GOOD, **rest)
            assert text.startswith("[not_found] "), tool
        for bad in ("../x", "sch_1\n", "\x00"):
            text = await call.error("create_job", schema_id=bad)
            assert text.startswith("[not_found] ")
            assert text.isprintable()
    made = {path.name for path in settings.home.rglob("*")}
    assert not any("etc" in name or "job_" in name for name in made), made


def test_every_bad_id_is_refused_by_every_command(run: Any, home: Path) -> None:
    for command in COMMANDS:
        for bad in (bad for bad in BAD_IDS if "\x00" not in bad):
            words = [*command, "--", bad] if command[0] != "merge" else ["merge", "--", bad]
            result = run(*words)
            assert result.exit_code == 2, (command, bad, result.stderr)
            line = result.stderr.strip()
            assert line.startswith("rowmill: ["), (command, bad, line)
            assert line.isprintable(), (command, bad)
    assert not [path for path in home.rglob("*") if "job_" in path.name]


# ── strict arguments ──────────────────────────────────────────────────────────────────────────

REQUIRED: dict[str, dict[str, Any]] = {
    "extract_schema": {"description": "5 people"},
    "validate_schema": {"schema_id": "sch_1"},
    "create_job": {"schema_id": "sch_1"},
    "list_jobs": {},
    **{tool: {"job_id": GOOD, **rest} for tool, rest in WITH_ID.items()},
}
WRONG = {
    "integer": (True, "12", 1.5, [1], {"n": 1}),
    "number": (True, "12", [1], {"n": 1}),
    "boolean": (1, 0, "true", "yes", [True]),
    "string": (1, True, ["a"], {"a": 1}),
}


def wrongly(published: dict[str, Any]) -> tuple[Any, ...]:
    """Values that are nearly of the argument's type, and not."""
    kinds = {part.get("type") for part in published.get("anyOf", [published])}
    if kinds - {*WRONG, "null"} or len(kinds - {"null"}) != 1:
        return ()
    return WRONG[(kinds - {"null"}).pop()]


async def test_no_tool_takes_an_argument_for_another(connect: Any) -> None:
    tried = 0
    async with connect() as call:
        for tool, offer in TOOLBOX.items():
            text = await call.error(tool, **REQUIRED[tool], colour="red", __class__="x")
            assert "colour is not an argument" in text
            for name, published in offer.arguments.model_json_schema()["properties"].items():
                for value in wrongly(published):
                    text = await call.error(tool, **{**REQUIRED[tool], name: value})
                    assert text.startswith("[invalid_argument] "), (tool, name, value, text)
                    tried += 1
    assert tried > 60
