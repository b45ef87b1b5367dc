"""The data folder: whose it is, of which format, and who may have it alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from src.core.errors import Conflict, NewerFormat
from src.storage.files import Files
from src.storage.jobs.home import alone, enter, world_writable
from src.storage.jobs.opening import BUSY_S
from src.storage.jobs.store import SqliteJobStore

from .older import write_store
from .records import JOB, Ticking, job


def opened(home: Path, busy_s: float = BUSY_S) -> SqliteJobStore:
    return SqliteJobStore(home / "rowmill.db", clock=Ticking(), busy_s=busy_s)


async def test_a_new_folder_says_its_format_and_is_its_owners_alone(tmp_path: Path) -> None:
    store = opened(tmp_path / "home")
    await store.create(job())
    await store.close()
    assert json.loads((tmp_path / "home" / "rowmill.format.json").read_bytes())["format"] == 1
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    assert not world_writable(tmp_path / "home")


async def test_a_folder_of_a_newer_format_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "rowmill.format.json").write_text('{"format": 2}')
    store = opened(tmp_path)
    with pytest.raises(NewerFormat, match="newer rowmill wrote this data folder"):
        await store.create(job())
    await store.close()
    with pytest.raises(NewerFormat), alone(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["rowmill.format.json"]


async def test_a_damaged_format_is_written_again(tmp_path: Path) -> None:
    (tmp_path / "rowmill.format.json").write_bytes(b"\x00" * 20)
    store = opened(tmp_path)
    await store.create(job())
    await store.close()
    assert json.loads((tmp_path / "rowmill.format.json").read_bytes())["format"] == 1


async def test_who_uses_the_folder_keeps_others_from_having_it_alone(tmp_path: Path) -> None:
    one, other = opened(tmp_path), opened(tmp_path)
    await one.create(job())
    await other.get(JOB)  # two that use it do not hinder each other
    await one.close()
    with pytest.raises(Conflict, match="another rowmill process"), alone(tmp_path):
        pass
    await other.close()
    with alone(tmp_path), pytest.raises(Conflict, match="being rebuilt"):
        enter(tmp_path, Files())


async def test_whoever_comes_while_the_folder_is_taken_is_told_in_the_end(tmp_path: Path) -> None:
    store = opened(tmp_path, busy_s=0.0)
    with alone(tmp_path), pytest.raises(Conflict, match="being rebuilt"):
        await store.create(job())
    await store.create(job())
    await store.close()


async def test_an_old_store_waits_for_nobody_but_those_who_use_it(tmp_path: Path) -> None:
    write_store(tmp_path / "rowmill.db", job(), format=2)
    user = enter(tmp_path, Files())
    assert user is not None
    store = opened(tmp_path, busy_s=0.0)
    with pytest.raises(Conflict, match="another rowmill process"):
        await store.get(JOB)
    os.close(user)
    assert (await store.get(JOB)).version == 2
    await store.close()


_AS_NOBODY = """
import asyncio, os, sys
from pathlib import Path
from src.core.errors import StorageError
from tests.storage.records import Ticking, job
from src.storage.jobs.store import SqliteJobStore
os.setgid(65534); os.setuid(65534)

async def main():
    for home in sys.argv[1:]:
        store = SqliteJobStore(Path(home) / "rowmill.db", clock=Ticking())
        try:
            await store.create(job())
        except StorageError as exc:
            print(exc)
        else:
            print("taken")

asyncio.run(main())
"""
_FOLDERS = {
    (1234, 0o777): "belongs to another user (uid 1234)",
    (0, 0o777): "taken",
    (65534, 0o700): "taken",
    (0, 0o755): "no permission to use the folder for the job store",
}


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be somebody else"
)
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    homes = [tmp_path / f"{owner}-{mode:o}" for owner, mode in _FOLDERS]
    for home, (owner, mode) in zip(homes, _FOLDERS, strict=True):
        home.mkdir()
        os.chown(home, owner, owner)
        home.chmod(mode)
    command = [sys.executable, "-c", _AS_NOBODY, *map(str, homes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for home, said, expected in zip(
        homes, done.stdout.splitlines(), _FOLDERS.values(), strict=True
    ):
        assert expected in said
        assert (home / "rowmill.db").exists() == (expected == "taken")
