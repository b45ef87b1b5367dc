"""A job store that lies is found out, whatever in it changed."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from src.core.errors import StoreDamaged
from src.core.models import JobState, Usage
from src.core.ports import Answer
from src.storage.jobs.store import SqliteJobStore

from .records import JOB, Ticking, chunk_key, job, metadata

OTHER = "job_" + "b" * 16
ANSWER = Answer(((0, ("what was paid for", 1.5, None)),))
FLIPS, CUTS = 150, 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rowmill.db"


def opened(path: Path) -> SqliteJobStore:
    return SqliteJobStore(path, clock=Ticking())


async def filled(path: Path) -> None:
    """Two jobs, one of them with something in every table."""
    store = opened(path)
    await store.create(job())
    await store.create(job(OTHER))
    begun = await store.begin_attempt(JOB)
    await store.replace(begun.evolve(state=JobState.GENERATING), seen=begun.version, event="start")
    for index in (*range(12), 50):
        await store.commit_chunk(metadata(chunk_key(index), b"data"))
    await store.save_schema("sch_1", {"name": "x"})
    await store.record_usage(
        JOB, Usage(1, 2, 3), {"bad": 3}, table="t", fields=["f"], answers={"key": ANSWER}
    )
    await store.close()


async def told(path: Path) -> list[Any]:
    """All that a store can be asked."""
    store = opened(path)
    try:
        await store.check()
        jobs, _ = await store.page(state=None, limit=10, cursor=None)
        found: list[Any] = [*jobs, await store.schema("sch_1"), await store.answers(["key"])]
        for job_id in (JOB, OTHER):
            found += [await store.chunks(job_id), await store.events(job_id)]
            found += [await store.tally(job_id), await store.next_owed(job_id, 100)]
        return found
    finally:
        await store.close()


def lay(path: Path, data: bytes) -> None:
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    path.write_bytes(data)


async def test_of_many_flipped_bits_none_goes_unnoticed(path: Path) -> None:
    """SQLite itself lets a third of them pass."""
    await filled(path)
    whole, data = await told(path), path.read_bytes()
    hints = []
    at = random.Random(6)
    used = [place for place, byte in enumerate(data) if byte]
    for place in at.sample(used, FLIPS):
        flipped = bytearray(data)
        flipped[place] ^= 1 << at.randrange(8)
        lay(path, bytes(flipped))
        try:
            assert await told(path) == whole, f"byte {place}"
        except StoreDamaged as exc:
            hints.append(exc.hint)
    assert len(hints) > FLIPS / 2
    assert all("rowmill doctor --rebuild" in hint for hint in hints)


async def test_a_file_cut_anywhere_is_damaged(path: Path) -> None:
    await filled(path)
    data = path.read_bytes()
    at = random.Random(7)
    pages = list(range(4096, len(data), 4096))
    for size in (*pages, *(at.randrange(1, len(data)) for _ in range(CUTS))):
        lay(path, data[:size])
        with pytest.raises(StoreDamaged) as caught:
            await told(path)
        assert "rowmill doctor --rebuild" in caught.value.hint


CHANGES = {
    "job": "UPDATE job SET attempt = attempt + 1",
    "state": "UPDATE job SET state = 'COMPLETED'",
    "specification": "UPDATE specification SET document = replace(document, 'things', 'thingz')",
    "chunk": "UPDATE chunk SET stop = stop + 1 WHERE chunk_index = 3",
    "chunk present": "UPDATE chunk SET present = 0 WHERE chunk_index = 3",
    "chunk gone": "DELETE FROM chunk WHERE chunk_index = 3",
    "chunk gone that came early": "DELETE FROM chunk WHERE chunk_index = 50",
    "sums": "UPDATE chunk_sum SET rows = rows + 1",
    "front": "UPDATE chunk_front SET first = first + 1",
    "event": "UPDATE job_event SET detail = 'x' WHERE event_number = 2",
    "event gone": "DELETE FROM job_event WHERE event_number = 2",
    "usage": "UPDATE model_usage SET calls = 0",
    "rejected": "UPDATE rejected SET rows = 0",
    "schema": "UPDATE schema_document SET document = '{}'",
    "answer": "UPDATE answer SET rows = '[[0,[\"another\",1.5,null]]]'",
}


@pytest.mark.parametrize("what", CHANGES)
async def test_a_record_that_changed_by_itself_is_not_believed(what: str, path: Path) -> None:
    await filled(path)
    with sqlite3.connect(path) as db:
        db.execute(CHANGES[what])
    db.close()
    store = opened(path)
    with pytest.raises(StoreDamaged, match="in the job store is damaged") as caught:
        await store.check()
    await store.close()
    assert not caught.value.retryable


async def test_no_chunk_is_skipped_by_a_record_that_changed(path: Path) -> None:
    await filled(path)
    with sqlite3.connect(path) as db:
        db.execute(CHANGES["front"])
    db.close()
    store = opened(path)
    with pytest.raises(StoreDamaged):
        await store.next_owed(JOB, 20)
    await store.close()


async def test_reading_alone_finds_a_changed_record_too(path: Path) -> None:
    await filled(path)
    with sqlite3.connect(path) as db:
        for what in ("state", "chunk", "sums", "event", "answer", "schema", "front"):
            db.execute(CHANGES[what])
    db.close()
    store = opened(path)
    for asked in (
        store.get(JOB), store.chunk(JOB, 3), store.chunks(JOB), store.tally(JOB),
        store.events(JOB), store.answer("key"), store.schema("sch_1"), store.next_owed(JOB, 20),
        store.commit_chunk(metadata(chunk_key(12), b"data")), store.begin_attempt(JOB),
        store.record_answer("key", ANSWER), store.page(state=None, limit=5, cursor=None),
    ):  # fmt: skip
        with pytest.raises(StoreDamaged):
            await asked
    await store.close()
