"""A PostgreSQL of one's own for a test, where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def programs() -> Path | None:
    """The folder with initdb, postgres and psql."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wanted = ("initdb", "postgres", "psql")
    return next((p for p in places if all((p / name).exists() for name in wanted)), None)


def _as_somebody() -> dict[str, Any]:
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def psql() -> Iterator[list[str]]:
    """The beginning of a psql command for an empty database; all is gone afterwards."""
    bin_ = programs()
    assert bin_ is not None
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    who = _as_somebody()
    if who:
        os.chown(folder, who["user"], who["group"])
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **who}
    data = folder / "data"
    command = [str(bin_ / "initdb"), "-D", str(data), "-A", "trust", "-U", "rowmill", "-N"]
    subprocess.run([*command, "-E", "UTF8", "--locale=C"], check=True, cwd=folder, **quiet)
    server = subprocess.Popen(
        [
            *(str(bin_ / "postgres"), "-D", str(data), "-k", str(folder)),
            *("-c", "listen_addresses=", "-c", "fsync=off"),
        ],
        cwd=folder,
        **quiet,
    )
    try:
        base = [
            str(bin_ / "psql"),
            "-X",
            "-q",
            "-h",
            str(folder),
            "-U",
            "rowmill",
            "-d",
            "postgres",
        ]
        _await(base)
        yield base
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await(base: list[str]) -> None:
    for _ in range(200):
        if (
            subprocess.run([*base, "-c", "SELECT 1"], capture_output=True, check=False).returncode
            == 0
        ):
            return
        subprocess.run(["sleep", "0.05"], check=True)
    raise AssertionError("PostgreSQL does not start")
