"""The job store's file: shared by processes, durable, and refused where it is not ours."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from src.core.errors import (
    Conflict,
    NewerFormat,
    StorageError,
    StorageFull,
    StoreBusy,
    StoreDamaged,
)
from src.core.models import Job, JobState, Usage
from src.core.ports import Answer
from src.storage.jobs import records as jobs_records
from src.storage.jobs.faults import database_fault
from src.storage.jobs.opening import BUSY_S
from src.storage.jobs.store import SqliteJobStore
from src.storage.jobs.tables import FORMAT

from .older import write_store
from .records import JOB, Ticking, job
from .test_every_job_store import chunk, running


def opened(path: Path, busy_s: float = BUSY_S) -> SqliteJobStore:
    return SqliteJobStore(path, clock=Ticking(), busy_s=busy_s)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rowmill.db"


async def filled(path: Path) -> None:
    store = opened(path)
    await running(store)
    for index in range(3):
        await store.commit_chunk(chunk(index))
    await store.close()


async def test_everything_is_there_after_a_restart(path: Path) -> None:
    await filled(path)
    store = opened(path)
    assert (await store.get(JOB)).state is JobState.GENERATING
    assert await store.stored(JOB) == {0, 1, 2}
    assert len(await store.events(JOB)) == 3
    await store.close()


class Jumping(Ticking):
    """A clock that somebody sets to another day each time it is asked."""

    def now(self) -> float:
        self.at = -self.at * 3
        return self.at


async def test_a_clock_that_jumps_changes_nothing_but_displayed_times(path: Path) -> None:
    store = SqliteJobStore(path, clock=Jumping())
    await running(store)
    await store.create(job("job_" + "b" * 16))
    await store.commit_chunk(chunk(0))
    await store.begin_attempt(JOB)
    jobs, _ = await store.page(state=None, limit=5, cursor=None)
    assert [found.job_id for found in jobs] == ["job_" + "b" * 16, JOB]
    assert [event.event for event in await store.events(JOB)] == [
        "create", "attempt", "start", "attempt",
    ]  # fmt: skip
    assert (await store.get(JOB)).attempt == 2
    assert await store.next_owed(JOB, 5) == 1
    await store.check()
    await store.close()


async def test_commits_survive_power_loss(path: Path) -> None:
    store = opened(path)
    await store.create(job())
    settings = [
        await store._run(
            lambda records, name=name: records._db.execute(f"PRAGMA {name}").fetchone()
        )
        for name in ("journal_mode", "synchronous", "fullfsync", "foreign_keys")
    ]
    assert settings == [("wal",), (2,), (1,), (1,)]  # 2 is FULL
    await store.close()


async def test_two_stores_on_one_file_see_each_other(path: Path) -> None:
    one, other = opened(path), opened(path)
    seen = await one.create(job())
    assert await other.get(JOB) == seen
    await other.replace(seen.evolve(name="b"), seen=seen.version, event="rename")
    with pytest.raises(Conflict):
        await one.replace(seen.evolve(name="a"), seen=seen.version, event="rename")
    await one.close()
    await other.close()


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_store_that_was_taken_away_takes_nothing_more_until_it_is_back(
    replaced: bool, path: Path
) -> None:
    """What is written into a file without a name is lost with the process that has it open."""
    store = opened(path)
    await running(store)
    await store.commit_chunk(chunk(0))
    path.rename(path.with_name("aside.db"))
    if replaced:
        path.write_bytes(b"another")
    with pytest.raises(StoreDamaged, match=r"removed or replaced.*rebuild"):
        await store.commit_chunk(chunk(1))
    with pytest.raises(StoreDamaged, match="removed or replaced"):
        await store.get(JOB)
    path.with_name("aside.db").replace(path)
    await store.commit_chunk(chunk(2))
    assert await store.stored(JOB) == {0, 2}
    await store.close()


async def test_a_process_that_changes_its_folder_keeps_its_store(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    store = opened(Path(path.name))
    await running(store)
    (path.parent / "elsewhere").mkdir()
    monkeypatch.chdir(path.parent / "elsewhere")
    await store.commit_chunk(chunk(0))
    assert await store.stored(JOB) == {0}
    await store.close()


async def test_a_copy_that_another_program_made_gets_its_write_ahead_log_again(path: Path) -> None:
    await filled(path)
    other = sqlite3.connect(path)
    assert other.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    other.close()
    store = opened(path)
    assert await store.stored(JOB) == {0, 1, 2}
    mode = await store._run(lambda records: records._db.execute("PRAGMA journal_mode").fetchone())
    assert mode == ("wal",)
    await store.close()


_RACER = """
import asyncio, sys
from pathlib import Path
from src.core.errors import Conflict
from tests.storage.records import JOB, Ticking, job
from src.storage.jobs.store import SqliteJobStore

async def main():
    store = SqliteJobStore(Path(sys.argv[1]), clock=Ticking())
    await store.create(job("job_" + sys.argv[2] * 16))
    won = 0
    while won < 20:
        seen = await store.get(JOB)
        try:
            await store.replace(seen, seen=seen.version, event="turn", detail=sys.argv[2])
        except Conflict:
            continue
        won += 1
    await store.close()

asyncio.run(main())
"""


async def test_processes_that_start_and_write_together_lose_nothing(path: Path) -> None:
    """The file itself is made in the race, too."""
    command = [sys.executable, "-c", _RACER, str(path)]
    racers = [
        await asyncio.create_subprocess_exec(*command, name, stderr=subprocess.PIPE)
        for name in "bcd"
    ]
    store = opened(path)
    await store.create(job())
    for racer in racers:
        _, errors = await racer.communicate()
        assert racer.returncode == 0, errors.decode()
    events = [event for event in await store.events(JOB) if event.event == "turn"]
    assert sorted(event.detail for event in events) == sorted("bcd" * 20)
    assert (await store.get(JOB)).version == 60
    jobs, _ = await store.page(state=None, limit=10, cursor=None)
    assert len(jobs) == 4
    await store.close()


async def test_processes_that_bring_an_old_file_up_to_date_together_lose_nothing(
    path: Path,
) -> None:
    write_store(path, job(), format=1)
    command = [sys.executable, "-c", _RACER, str(path)]
    racers = [
        await asyncio.create_subprocess_exec(*command, name, stderr=subprocess.PIPE)
        for name in "bcd"
    ]
    for racer in racers:
        _, errors = await racer.communicate()
        assert racer.returncode == 0, errors.decode()
    store = opened(path)
    assert (await store.get(JOB)).version == 2 + 60
    assert await store.stored(JOB) == {0, 1, 2}
    jobs, _ = await store.page(state=None, limit=10, cursor=None)
    assert len(jobs) == 4
    await store.check()
    await store.close()


async def test_a_newer_format_is_refused_untouched(path: Path) -> None:
    await filled(path)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(FORMAT + 1),))
    db.close()
    before = hashlib.sha256(path.read_bytes()).digest()
    store = opened(path)
    with pytest.raises(NewerFormat, match="newer rowmill"):
        await store.get(JOB)
    await store.close()
    assert hashlib.sha256(path.read_bytes()).digest() == before


async def test_another_program_s_file_is_refused_untouched(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    db.close()
    before = path.read_bytes()
    store = opened(path)
    with pytest.raises(StorageError, match="another program"):
        await store.create(job())
    await store.close()
    assert path.read_bytes() == before


async def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)
    store = opened(path)
    with pytest.raises(StorageError, match="damaged"):
        await store.get(JOB)
    await store.close()


async def test_a_folder_that_cannot_be_is_named_and_a_later_call_succeeds(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_bytes(b"")
    store = opened(home / "rowmill.db")
    with pytest.raises(StorageError) as caught:
        await store.create(job())
    assert "ROWMILL_HOME" in caught.value.hint
    home.unlink()
    assert isinstance(await store.create(job()), Job)
    await store.close()


async def test_a_full_disk_keeps_the_old_state(path: Path) -> None:
    await filled(path)
    store = opened(path)
    seen = await store.get(JOB)

    def fill(records: jobs_records.Records) -> None:
        pages = records._db.execute("PRAGMA page_count").fetchone()[0]
        records._db.execute(f"PRAGMA max_page_count = {pages}")

    await store._run(fill)
    with pytest.raises(StorageFull) as caught:
        await store.replace(seen, seen=seen.version, event="note", detail="x" * 1_000_000)
    assert "ROWMILL_HOME" in caught.value.hint
    assert await store.get(JOB) == seen
    assert len(await store.events(JOB)) == 3
    await store._run(lambda records: records._db.execute("PRAGMA max_page_count = 1000000"))
    await store.replace(seen, seen=seen.version, event="note", detail="x" * 1_000_000)
    await store.close()


async def test_a_store_held_by_somebody_else_is_busy_and_no_conflict(path: Path) -> None:
    await filled(path)
    store = opened(path, busy_s=0.0)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="another process"):
        await store.begin_attempt(JOB)
    assert (await store.get(JOB)).attempt == 1  # reading goes on
    holder.execute("ROLLBACK")
    holder.close()
    await store.begin_attempt(JOB)
    await store.close()


def test_every_kind_of_fault_has_a_hint() -> None:
    for name in ("FULL", "READONLY", "IOERR", "CORRUPT", "NOTADB", "CANTOPEN", "MISUSE"):
        error = sqlite3.OperationalError("x")
        error.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{name}") | (3 << 8)  # a finer code
        assert database_fault(error).hint


async def test_a_process_killed_after_the_answer_has_lost_nothing(path: Path) -> None:
    script = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.storage.records import Ticking
from tests.storage.test_every_job_store import chunk, running
from src.storage.jobs.store import SqliteJobStore

async def main():
    store = SqliteJobStore(Path(sys.argv[1]), clock=Ticking())
    await running(store)
    for index in range(5):
        await store.commit_chunk(chunk(index))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", script, str(path))
    assert await killed.wait() == -9
    assert os.path.exists(f"{path}-wal")
    store = opened(path)
    assert await store.stored(JOB) == {0, 1, 2, 3, 4}
    await store.close()


@pytest.mark.parametrize("version", [1, 2])
async def test_a_file_of_an_older_format_is_brought_up_to_date_and_keeps_everything(
    version: int, path: Path
) -> None:
    write_store(path, job(), format=version)
    for _ in range(2):
        store = opened(path)
        found = await store.get(JOB)
        assert (found.state, found.version, found.attempt) == (JobState.GENERATING, 2, 1)
        assert found.spec == job().spec
        assert list(await store.chunks(JOB)) == [chunk(0), chunk(1), chunk(2)]
        assert await store.next_owed(JOB, 100) == 3
        assert [event.event for event in await store.events(JOB)] == ["create", "attempt", "start"]
        assert await store.schema("sch_1") == {"name": "x"}
        assert await store.answer("key") == Answer(((0, ("paid for",)),))
        assert (await store.tally(JOB)).rejected == (("type", 2),)
        await store.record_usage(JOB, Usage(1, 10, 1), table="t", fields=["note"])
        tally = await store.tally(JOB)
        await store.check()
        await store.close()
    assert tally.usage == Usage(5, 420, 52)
    assert [part[:2] for part in tally.usage_by] == [("", ""), ("t", "note")]
    assert format_of(path) == str(FORMAT)


async def test_what_an_older_rowmill_kept_in_its_file_alone_gets_its_copies(path: Path) -> None:
    write_store(path, job(), format=2)
    store = opened(path)
    await store.get(JOB)
    await store.close()
    folder = path.parent / "temp" / JOB
    assert {file.name for file in folder.iterdir()} == {"job.spec.json", "job.journal.jsonl"}
    assert b"paid for" in (path.parent / "rowmill.journal.jsonl").read_bytes()


def format_of(path: Path) -> str:
    with sqlite3.connect(path) as db:
        (found,) = db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    db.close()
    return str(found)
