"""A job run by a process of its own, which outlives the command that started it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import StorageError

if TYPE_CHECKING:
    from ..config import Settings


def resume_detached(settings: Settings, job_id: str) -> Path:
    """Start `jobs resume JOB --wait` in a new session; the file that gets what it says.

    Raises:
        StorageError: the log folder cannot be written.
    """
    said = settings.log_dir / f"{job_id}.log"
    try:
        settings.log_dir.mkdir(parents=True, exist_ok=True)
        with said.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", __package__, "jobs", "resume", job_id, "--wait"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=_environment(settings),
                **_apart(),
            )
        process.returncode = 0  # nobody here waits for it: without this Popen warns that it runs
    except OSError as exc:
        hint = "set LOG_DIR to a folder that can be written, or use --wait"
        raise StorageError(f"no background process: {exc.strerror}", hint=hint) from exc
    return said


def _environment(settings: Settings) -> dict[str, str]:
    """Ours, with the home we use and with this package where Python looks for packages."""
    from ..config import CHECKOUT

    found = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(CHECKOUT), *([found] if found else [])])
    return {**os.environ, "PYTHONPATH": path, "ROWMILL_HOME": str(settings.home)}


def _apart() -> dict[str, Any]:
    """What keeps the process alive when the terminal goes."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        return {"creationflags": flags}
    return {"start_new_session": True}
