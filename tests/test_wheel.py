"""The wheel, installed in a clean environment, drives a sentence to a file."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", "temp", "output"
)


def run(*command, cwd, **env):
    """Its standard output; a failure shows what it said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from the sdist, in a copy, so that no stale `build/` can get in."""
    copy = tmp_path_factory.mktemp("copy") / "rowmill"
    shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
    run(sys.executable, "-m", "build", "--no-isolation", ".", cwd=copy)
    (built,) = (copy / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_every_module_and_all_data(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "src/data").rglob("*.json")]
    sources += (ROOT / "src/mcp_server/apps/page").iterdir()
    sources += [ROOT / "src/reporting/page.css"]
    expected = {f"rowmill/{path.relative_to(ROOT / 'src').as_posix()}" for path in sources}
    assert expected <= inside
    assert {"rowmill/py.typed", "rowmill/data/NOTICE.md"} <= inside
    assert not any(name.startswith(("tests/", "bench/", "tools/")) for name in inside)


def test_installed_in_a_clean_environment_it_makes_a_dataset(wheel, tmp_path):
    home, venv = tmp_path / "home", tmp_path / "venv"
    home.mkdir()
    run(sys.executable, "-m", "venv", venv, cwd=tmp_path)
    binaries = venv / ("Scripts" if os.name == "nt" else "bin")
    pip = (binaries / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "-r", ROOT / "requirements" / "runtime.txt", cwd=tmp_path)
    run(*pip, "--no-deps", wheel, cwd=tmp_path)
    said = run(
        *(binaries / "rowmill", "generate", "50 customers with name, email, city in Germany"),
        *("--json", "--seed", "7", "-o", "people.csv"),
        cwd=tmp_path,
        HOME=str(home),
        ROWMILL_HOME="",
        XDG_DATA_HOME="",
    )
    assert json.loads(said)["rows"] == 50
    assert len((tmp_path / "people.csv").read_text("utf-8").splitlines()) == 51
    # Run from nowhere near a checkout, jobs live in the user's own folder.
    assert (home / ".local" / "share" / "rowmill").is_dir() or sys.platform != "linux"
    frame = "import rowmill; print(len(rowmill.generate('7 customers with name', seed=1)))"
    made = run(binaries / "python", "-c", frame, cwd=tmp_path, HOME=str(home), XDG_DATA_HOME="")
    assert made.strip() == "7"
