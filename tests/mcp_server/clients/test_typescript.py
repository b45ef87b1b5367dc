"""The official TypeScript client, which checks every answer against its output schema."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from tests.mcp_server.conftest import ROOT
from tests.mcp_server.test_contract import NAMES

from .conftest import Installed, quietly

PACKAGE = "@modelcontextprotocol/sdk@1.32.2"
SCRIPT = Path(__file__).with_name("whole_job.mjs")


def test_a_whole_job_is_asked_for_followed_and_fetched(
    installed: Installed, tmp_path: Path
) -> None:
    sdk = installed(PACKAGE) / "@modelcontextprotocol" / "sdk"
    done = quietly(
        "node", str(SCRIPT), str(sdk), sys.executable, str(tmp_path / "home"),
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    result = json.loads(done.stdout)
    assert result["tools"] == NAMES
    assert result["read"]["answered"] == ["How many rows? 60000"]
    assert result["status"] == "COMPLETED"
    merged = result["merged"]
    data = Path(merged["path"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == merged["sha256"]
    assert len(data.splitlines()) == 60_001
    assert result["report"].startswith("# customers")
    assert "| held |" in result["report"]
    assert result["refused"]["isError"] is True
    assert result["uri"] in result["seen"]["updated"]
    told = [step["progress"] for step in result["seen"]["progress"] if step["total"] == 60_000]
    assert told
    assert len(result["seen"]["asked"]) == 1
