"""What the doctor looks at."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..core.errors import NotFound, RowmillError

if TYPE_CHECKING:
    from ..config import Settings

LITTLE_SPACE = 1 << 30
NO_SPACE = 50 << 20
OLDEST_PYTHON = (3, 11)
REBUILD = "rowmill doctor --rebuild"


@dataclass(frozen=True, slots=True)
class Finding:
    level: Literal["ok", "warn", "fail"]
    what: str
    found: str
    what_now: str = ""


async def look() -> list[Finding]:
    """Every finding; what hangs on a setting that does not fit is not looked at."""
    from ..config import Settings

    findings = list(_program())
    try:
        settings = Settings.load()
    except RowmillError as exc:
        return [*findings, Finding("fail", "settings", exc.message, exc.hint)]
    findings += [*_places(settings), _space(settings), _model(settings), _bundled()]
    return [*findings, await _records(settings)]


def _program() -> Iterator[Finding]:
    from .. import __version__

    yield Finding("ok", "rowmill", __version__)
    version = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        yield Finding("fail", "Python", version, "rowmill needs Python 3.11 or newer")
    else:
        yield Finding("ok", "Python", f"{version} at {sys.executable}")


def _places(settings: Settings) -> Iterator[Finding]:
    yield _home(settings.home)
    yield _folder("chunks", settings.temp_dir, "STORAGE_TEMP_DIR")
    if settings.output_url is None:
        yield _folder("datasets", settings.output_dir, "STORAGE_OUTPUT_DIR")
    else:
        yield _bucket("datasets", settings, settings.output_url)
    if settings.storage.cloud_url is not None:
        yield _bucket("cloud", settings, settings.storage.cloud_url)
    yield _folder("logs", settings.log_dir, "LOG_DIR")


def _home(home: Path) -> Finding:
    from ..storage.jobs.home import world_writable

    found = _folder("home", home, "ROWMILL_HOME")
    if found.level == "ok" and world_writable(home):
        hint = f"anybody may change your jobs there; keep others out with: chmod o-w {home}"
        return Finding("warn", "home", f"{home} is writable for everybody", hint)
    return found


def _folder(what: str, folder: Path, setting: str) -> Finding:
    there = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as exc:
        hint = f"make it writable, or point {setting} elsewhere"
        return Finding("fail", what, f"{folder}: {exc.strerror}", hint)
    return Finding("ok", what, str(folder) + ("" if folder == there else " (made when needed)"))


def _bucket(what: str, settings: Settings, url: str) -> Finding:
    from ..wiring import outputs_at

    try:
        outputs_at(settings, url).open_dataset("rowmill").close()
    except NotFound:
        pass  # it answered
    except RowmillError as exc:
        return Finding("fail", what, exc.message, exc.hint)
    return Finding("ok", what, url)


def _exists(path: Path) -> bool:
    return path.exists()


def _nearest(folder: Path) -> Path:
    """The folder itself, or the first above it that exists."""
    return next((path for path in (folder, *folder.parents) if path.exists()), folder)


def _space(settings: Settings) -> Finding:
    try:
        free = shutil.disk_usage(_nearest(settings.temp_dir)).free
    except OSError as exc:
        return Finding("warn", "disk space", exc.strerror or "cannot be read")
    found = f"{free / (1 << 30):,.1f} GiB free"
    if free < LITTLE_SPACE:
        level: Literal["warn", "fail"] = "fail" if free < NO_SPACE else "warn"
        return Finding(level, "disk space", found, "free some, or point STORAGE_TEMP_DIR elsewhere")
    return Finding("ok", "disk space", found)


def _model(settings: Settings) -> Finding:
    keys = len(settings.gemini.keys)
    if not keys:
        return Finding(
            "ok",
            "Gemini",
            "no key set: requests are read and rows are made on this machine",
            "for texts written by a model, set GEMINI_API_KEY",
        )
    return Finding("ok", "Gemini", f"{keys} key(s) set, model {settings.gemini.model}")


def _bundled() -> Finding:
    from ..wiring import pools

    try:
        locales = sorted(pools().by_locale)
    except (OSError, ValueError, KeyError) as exc:
        return Finding("fail", "names and places", str(exc), "install rowmill again")
    return Finding("ok", "names and places", ", ".join(locales))


async def store_trouble(settings: Settings) -> Finding | None:
    """What is wrong with the job store, every record of which is read."""
    from ..wiring import job_store

    if not _exists(settings.database):
        lost = sum(1 for _ in settings.temp_dir.glob("job_*/job.spec.json"))
        if not lost:
            return None
        found = f"the job store is gone, and the chunks of {lost} jobs are there"
        return Finding("fail", "jobs", found, f"restore it with: {REBUILD}")
    store = job_store(settings)
    try:
        await store.check()
        unknown = await store.unknown()
    except RowmillError as exc:
        return Finding("fail", "jobs", exc.message, exc.hint)
    finally:
        await store.close()
    if unknown:
        found = f"{len(unknown)} job folders are not in the job store, the first {unknown[0]}"
        what_now = f"take them in with: {REBUILD}; or delete them from {settings.temp_dir}"
        return Finding("warn", "jobs", found, what_now)
    return None


async def _records(settings: Settings) -> Finding:
    from ..wiring import open_app

    trouble = await store_trouble(settings)
    if trouble is not None:
        return trouble
    if not _exists(settings.database):
        return Finding("ok", "jobs", "none yet")
    try:
        async with open_app(settings) as app:
            orphans = await app.manager.orphans()
    except RowmillError as exc:
        return Finding("fail", "jobs", exc.message, exc.hint)
    if orphans:
        first = f"rowmill jobs resume {orphans[0].job_id} --wait"
        found = f"{len(orphans)} should be running, and no process runs them"
        return Finding("warn", "jobs", found, f"go on with: {first}")
    return Finding("ok", "jobs", f"records at {settings.database}")
