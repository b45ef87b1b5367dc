"""The folder that becomes an MCP bundle: manifest, entry point, wheel, and what to install.

    python -m tools.bundle dist/rowmill-0.1.0-py3-none-any.whl build/bundle

The host's uv makes the environment. It installs the versions that this repository is tested with.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([\w.-]+(?:\[[\w,-]+\])?==[^\s;\\]+(?: ; [^\\\n]+?)?) *\\?$", re.MULTILINE)
PROJECT = """\
[project]
name = "rowmill-bundle"
version = "{version}"
requires-python = ">=3.11"
dependencies = [
{dependencies}
]

[tool.uv]
package = false

[tool.uv.sources]
rowmill = {{ path = "{wheel}" }}
"""


def stage(wheel: Path, folder: Path) -> None:
    """Everything the bundle holds, in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for part in (*(ROOT / "packaging" / "mcpb").glob("*.*"), ROOT / "LICENSE", wheel):
        shutil.copy(part, folder)
    (folder / "pyproject.toml").write_text(_project(wheel), "utf-8")


def _project(wheel: Path) -> str:
    pinned = PINNED.findall((ROOT / "requirements" / "runtime.txt").read_text("utf-8"))
    lines = [f"  {json.dumps(requirement)}," for requirement in ("rowmill", *pinned)]
    version = wheel.name.split("-")[1]
    return PROJECT.format(version=version, dependencies="\n".join(lines), wheel=wheel.name)


if __name__ == "__main__":
    stage(Path(sys.argv[1]), Path(sys.argv[2]))
