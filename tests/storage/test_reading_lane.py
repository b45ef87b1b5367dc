"""Who looks into the job store waits for no commit, sees each that returned, and writes nothing."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from src.core.errors import Conflict, StorageError
from src.core.models import JobState
from src.storage.files import Files
from src.storage.jobs.home import alone
from src.storage.jobs.records import Records
from src.storage.jobs.store import SqliteJobStore

from .records import JOB, Ticking, job
from .test_every_job_store import chunk, running


class Stalling(Files):
    """A disk that takes as long over what is made durable as it is told to."""

    def __init__(self) -> None:
        self.going = threading.Event()
        self.going.set()
        self.arrived = threading.Event()

    def append(self, path: Path) -> int:
        self.arrived.set()
        assert self.going.wait(20), "nobody let the disk go on"
        return super().append(path)


class Steady(Ticking):
    """Its seconds pass only when somebody says so."""

    passed = 0.0

    def monotonic(self) -> float:
        return self.passed


def opened(tmp_path: Path, files: Files | None = None) -> SqliteJobStore:
    return SqliteJobStore(tmp_path / "rowmill.db", clock=Ticking(), files=files)


async def test_where_a_job_stands_is_said_while_a_commit_lasts(tmp_path: Path) -> None:
    disk = Stalling()
    store = opened(tmp_path, disk)
    seen = await running(store)
    await store.commit_chunk(chunk(0))
    disk.arrived.clear()
    disk.going.clear()
    paused = seen.evolve(state=JobState.PAUSED)
    pausing = asyncio.create_task(store.replace(paused, seen=seen.version, event="pause"))
    await asyncio.to_thread(disk.arrived.wait, 20)
    async with asyncio.timeout(20):
        found, tally = await store.standing(JOB)
        assert (found.state, tally.chunks) == (JobState.GENERATING, 1)
        assert await store.tallies([JOB]) == {JOB: tally}
        assert [one.job_id for one in (await store.page(state=None, limit=5, cursor=None))[0]]
    assert not pausing.done()
    disk.going.set()
    assert (await pausing).state is JobState.PAUSED
    await store.close()


@pytest.mark.parametrize(("passed_s", "left_ms"), [(0.0, 10_000), (8.0, 2_000), (60.0, 500)])
async def test_who_waited_for_their_turn_wait_that_much_less_for_other_processes(
    passed_s: float, left_ms: int, tmp_path: Path
) -> None:
    """Where one hangs that holds the store, many who ask are not told so one after the other."""
    disk, clock = Stalling(), Steady()
    store = SqliteJobStore(tmp_path / "rowmill.db", clock=clock, files=disk, busy_s=10.0)
    seen = await running(store)
    disk.arrived.clear()
    disk.going.clear()
    first = asyncio.create_task(store.replace(seen, seen=seen.version, event="turn"))
    await asyncio.to_thread(disk.arrived.wait, 20)

    def patience(records: Records) -> int:
        (found,) = records._db.execute("PRAGMA busy_timeout").fetchone()
        return int(found)

    second = asyncio.create_task(store._run(patience))
    await asyncio.sleep(0)
    clock.passed = passed_s
    disk.going.set()
    await first
    assert await second == left_ms
    await store.close()


async def test_what_returned_is_seen_by_whoever_comes_after(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await running(store)
    for index in range(30):
        await store.commit_chunk(chunk(index))
        _, tally = await store.standing(JOB)
        assert (tally.chunks, await store.next_owed(JOB, 100)) == (index + 1, index + 1)
    await store.delete(JOB)
    assert await store.tallies([JOB]) == {}
    await store.close()


async def test_what_another_process_wrote_is_seen(tmp_path: Path) -> None:
    one, other = opened(tmp_path), opened(tmp_path)
    await running(one)
    for index in range(5):
        await one.commit_chunk(chunk(index))
        assert (await other.standing(JOB))[1].chunks == index + 1
    await one.close()
    assert (await other.standing(JOB))[1].chunks == 5
    await other.close()


async def test_who_looks_cannot_write(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await running(store)
    with pytest.raises(StorageError, match="read-only"):
        await store._look(lambda records: records.delete(JOB))
    with pytest.raises(StorageError, match="read-only"):
        await store._look(lambda records: records.create(job("job_" + "b" * 16)))
    assert (await store.get(JOB)).job_id == JOB
    await store.close()


async def test_a_look_is_all_it_takes_to_open_a_store(tmp_path: Path) -> None:
    """The folder is in use from then on, and free again when the store is closed."""
    store = opened(tmp_path)
    assert await store.tallies(["job_" + "c" * 16]) == {}
    with pytest.raises(Conflict), alone(tmp_path):
        pass
    await store.close()
    with alone(tmp_path):
        left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["rowmill.db", "rowmill.format.json", "rowmill.lock"]


async def test_a_store_that_cannot_be_opened_says_so_to_who_looks(tmp_path: Path) -> None:
    (tmp_path / "rowmill.db").mkdir()
    store = opened(tmp_path)
    with pytest.raises(StorageError, match="cannot be opened"):
        await store.get(JOB)
    (tmp_path / "rowmill.db").rmdir()
    assert await store.tallies([JOB]) == {}  # and the next one tries again
    await store.close()


async def test_whoever_looks_while_a_store_closes_does_not_open_it_again(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await store.create(job(JOB))
    await store.get(JOB)
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    late = asyncio.create_task(store.get(JOB))
    await asyncio.wait([closing, late])
    assert isinstance(late.exception(), RuntimeError)
    assert closing.exception() is None
    assert not (tmp_path / "rowmill.db-wal").exists()
    with alone(tmp_path):  # nobody uses the folder any more
        pass
