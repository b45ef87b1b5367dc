"""Claude Code's own health check."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.mcp_server.conftest import ROOT

from .conftest import Installed, quietly

PACKAGE = "@anthropic-ai/claude-code@2.1.330"


def test_claude_code_says_connected(installed: Installed, tmp_path: Path) -> None:
    program = str(installed(PACKAGE) / ".bin" / "claude")
    # A home of its own: nothing of the person's is read or changed.
    at_home = {"cwd": tmp_path, "env": {"HOME": str(tmp_path)}, "timeout": 60}
    added = quietly(
        program, "mcp", "add", "rowmill", "-e", f"ROWMILL_HOME={tmp_path / 'data'}",
        "-e", f"PYTHONPATH={ROOT}", "--", sys.executable, "-m", "src.mcp_server", **at_home,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    listed = quietly(program, "mcp", "list", **at_home)
    (line,) = (line for line in listed.stdout.splitlines() if line.startswith("rowmill:"))
    assert line.endswith("Connected"), listed.stdout
