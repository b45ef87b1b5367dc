"""The official inspector's command line, in both eras."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.mcp_server.conftest import ROOT
from tests.mcp_server.test_contract import NAMES

from .conftest import Installed, quietly

PACKAGE = "@modelcontextprotocol/inspector@2.12.0"
SENTENCE = (
    "200 customers of a German bike shop: customer number, name, e-mail, city, postcode, "
    "birth date (18–80 years old), newsletter yes/no. CSV."
)
Inspect = Callable[..., Any]


@pytest.fixture(scope="session")
def program(installed: Installed) -> str:
    return str(installed(PACKAGE) / ".bin" / "mcp-inspector")


@pytest.fixture(params=["legacy", "modern"])
def inspect(request: pytest.FixtureRequest, program: str, http_url: str, tmp_path: Path) -> Inspect:
    """`inspect(method, …)` over HTTP, in one era."""

    def run(*arguments: str) -> tuple[int, Any, str]:
        done = quietly(
            program, "--cli", "--server-url", http_url, "--protocol-era", request.param,
            "--format", "json", "--method", *arguments, timeout=60, cwd=tmp_path,
        )  # fmt: skip
        assert done.stdout, done.stderr
        answer = json.loads(done.stdout)
        return done.returncode, answer.get("result", answer), done.stderr

    return run


def call(inspect: Inspect, tool: str, **arguments: str) -> dict[str, Any]:
    pairs = [f"{name}={value}" for name, value in arguments.items()]
    code, answer, stderr = inspect(
        "tools/call", "--tool-name", tool, *(arg for p in pairs for arg in ("--tool-arg", p))
    )
    assert (code, answer.get("isError", False)) == (0, False), (answer, stderr)
    assert json.loads(answer["content"][0]["text"]) == answer["structuredContent"]
    return answer["structuredContent"]


def test_it_lists_exactly_eight_portable_tools(inspect: Inspect) -> None:
    code, answer, stderr = inspect("tools/list", "--strict")
    assert (code, stderr) == (0, "")
    assert [tool["name"] for tool in answer["tools"]] == NAMES


def test_it_lists_what_else_there_is(inspect: Inspect) -> None:
    _, prompts, _ = inspect("prompts/list")
    assert [one["name"] for one in prompts["prompts"]] == ["design_dataset", "resume_last_job"]
    _, templates, _ = inspect("resources/templates/list")
    assert "rowmill://jobs/{job_id}" in [
        one["uriTemplate"] for one in templates["resourceTemplates"]
    ]
    code, read, _ = inspect("resources/read", "--uri", "rowmill://schema-language")
    assert code == 0
    assert json.loads(read["contents"][0]["text"])["title"] == "rowmill schema"


def test_each_tool_can_be_called_from_sentence_to_file(inspect: Inspect) -> None:
    read = call(inspect, "extract_schema", description=SENTENCE)
    assert call(inspect, "validate_schema", schema_id=read["schema_id"])["valid"] is True
    job = call(inspect, "create_job", schema_id=read["schema_id"], output_format="csv")
    job_id = job["job_id"]
    assert call(inspect, "generate_chunk", job_id=job_id)["rows"] == 200
    assert call(inspect, "get_job_progress", job_id=job_id)["status"] == "COMPLETED"
    assert job_id in [line["job_id"] for line in call(inspect, "list_jobs")["jobs"]]
    merged = call(inspect, "merge_and_download", job_id=job_id)
    data = Path(merged["path"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == merged["sha256"]
    assert call(inspect, "control_job", job_id=job_id, action="delete")["after"] is None


def test_an_error_is_an_answer_with_a_way_on(inspect: Inspect) -> None:
    code, answer, _ = inspect(
        "tools/call", "--tool-name", "get_job_progress", "--tool-arg", "job_id=nope"
    )
    assert code == 5  # the inspector's own for an answer that is an error
    assert answer["isError"] is True
    assert answer["content"][0]["text"].startswith("[not_found] that is not a job id (")


def test_a_thousand_calls_ten_at_once_all_succeed(inspect: Inspect) -> None:
    code, summary, _ = inspect(
        "tools/call", "--tool-name", "list_jobs", "--load", "--load-requests", "1000",
        "--load-concurrency", "10",
    )  # fmt: skip
    assert code == 0
    assert (summary["ok"], summary["toolErrors"], summary["errors"]) == (1000, 0, 0)


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_it_speaks_to_the_process_itself(program: str, tmp_path: Path, era: str) -> None:
    done = quietly(
        program, "--cli", sys.executable, "-m", "src.mcp_server", "--cwd", str(ROOT),
        "-e", f"ROWMILL_HOME={tmp_path}", "--protocol-era", era, "--format", "json",
        "--method", "tools/list", "--strict", timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["result"]["tools"]) == 8
