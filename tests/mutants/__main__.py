"""`python -m tests.mutants [WORD…]`: plants each bug in a copy and shows the tests red.

With words, only the bugs that have one of them in their area or name. Exit code 1 if one survives.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]
COPIED = ("src", "tests", "schema", "examples", "docs", "pyproject.toml", "README.md")
AT_ONCE = 2
HANGS_S = 300
HEAD = re.compile(r"_+ (test|it hangs).* _+$")
RED, GREEN = 1, 0
"""Exit codes of pytest; any other is no verdict."""


def planted(bug: Bug, root: Path) -> None:
    """Raises: ValueError: the text to change is not there, or more than once."""
    path = root / "src" / bug.file
    text = path.read_text("utf-8")
    if text.count(bug.old) != 1:
        raise ValueError(f"{bug.name}: its text stands {text.count(bug.old)} times in {bug.file}")
    path.write_text(text.replace(bug.old, bug.new), "utf-8")


def copied(to: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=ignored)
        elif source.exists():
            shutil.copy(source, to / name)


def verdict(bug: Bug) -> tuple[int, float, str]:
    """pytest's exit code, seconds, and the test that was red."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rowmill-mutant-") as folder:
        copied(Path(folder))
        planted(bug, Path(folder))
        try:
            code, output = tested(bug, folder)
        except subprocess.TimeoutExpired:
            code, output = RED, f"__ it hangs for {HANGS_S} s __"
    return code, time.monotonic() - began, _first_red(output)


def tested(bug: Bug, folder: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", *bug.tests],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS_S,
    )
    return done.returncode, done.stdout


def _first_red(output: str) -> str:
    """The name of a failed test, from the line that heads its traceback."""
    return next((line.strip("_ ") for line in output.splitlines() if HEAD.match(line)), "")


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: Sequence[str]) -> int:
    chosen = [bug for bug in BUGS if not words or any(w in f"{bug.area} {bug.name}" for w in words)]
    killed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for bug, (code, seconds, red) in zip(chosen, pool.map(verdict, chosen), strict=True):
            said = {RED: "killed", GREEN: "SURVIVED"}.get(code, f"NO VERDICT ({code})")
            killed += code == RED
            tell(f"{said:<10} {seconds:5.1f} s  {bug.area:<10}  {bug.name}\n{'':<31}{red[:100]}")
    tell(f"{killed} of {len(chosen)} planted bugs were found")
    return 0 if killed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
