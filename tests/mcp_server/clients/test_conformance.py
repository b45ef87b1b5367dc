"""The protocol's own conformance suite.

What is known to fail stands in `failing_*.yml`, with the reason. The suite itself fails where
something else does, and where an entry is stale because its scenario passes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Installed, quietly

HERE = Path(__file__).parent
RELEASE = "@modelcontextprotocol/conformance@0.1.16"
ALPHA = "@modelcontextprotocol/conformance@0.2.0-alpha.12"

RUNS = [
    pytest.param(RELEASE, "failing_0_1_16.yml", (), id="0.1.16"),
    pytest.param(ALPHA, "failing_2025.yml", (), id="alpha, until 2025-11-25"),
    pytest.param(
        ALPHA, "failing_2026.yml", ("--requirements", "2026-07-28"), id="alpha, 2026-07-28"
    ),
]


@pytest.mark.parametrize(("package", "failing", "options"), RUNS)
def test_every_scenario_passes_that_needs_no_fixture(
    installed: Installed,
    http_url: str,
    tmp_path: Path,
    package: str,
    failing: str,
    options: tuple[str, ...],
) -> None:
    program = installed(package) / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
    done = quietly(
        "node", str(program), "server", "--url", http_url, "--expected-failures",
        str(HERE / failing), *options, cwd=tmp_path, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-1_000:]


def test_a_stale_entry_fails_the_run(installed: Installed, http_url: str, tmp_path: Path) -> None:
    program = installed(RELEASE) / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
    stale = tmp_path / "stale.yml"
    stale.write_text((HERE / "failing_0_1_16.yml").read_text() + "  - ping\n")
    done = quietly(
        "node", str(program), "server", "--url", http_url, "--expected-failures", str(stale),
        cwd=tmp_path, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "ping" in done.stdout[-1_000:]
