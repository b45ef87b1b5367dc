"""A lost or damaged job store comes back from the files beside it and beside the chunks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from src.core.chunk_about import ChunkAbout
from src.core.errors import ChunkDamaged, Conflict, NewerFormat, StorageError, StoreDamaged
from src.core.models import ChunkMetadata, JobState, Usage
from src.core.ports import Answer, StorageHandler
from src.storage.abouts import written
from src.storage.cloud import CloudStorageHandler
from src.storage.disk import DiskStorageHandler
from src.storage.files import Files
from src.storage.jobs.leases import FileLeases
from src.storage.jobs.rebuilding import Rebuild, Rebuilt
from src.storage.jobs.store import SqliteJobStore
from src.storage.manifest import job_manifest
from src.storage.memory import MemoryStorageHandler
from src.storage.outputs import DiskOutputs
from src.utils.checksums import canonical_sha256

from .failing import Died, FailingFiles
from .older import write_store
from .records import JOB, SCHEMA, Ticking, chunk_key, job, metadata
from .s3 import endpoint

OTHER = "job_" + "b" * 16
CHUNKS = 100
ANSWER = Answer(((0, ("paid for",)),))


def opened(home: Path) -> SqliteJobStore:
    return SqliteJobStore(home / "rowmill.db", clock=Ticking())


def disk(home: Path) -> DiskStorageHandler:
    return DiskStorageHandler(home / "temp", home / "output")


def rebuild(
    home: Path, files: Files | None = None, storage: StorageHandler | None = None
) -> Rebuilt:
    return Rebuild(
        home / "rowmill.db",
        home / "temp",
        lambda kind: storage or disk(home),
        FileLeases(home / "leases"),
        Ticking(5000.0),
        files or Files(),
    ).run()


def rows(index: int) -> bytes:
    return b"rows of chunk %d" % index


async def filled(
    home: Path,
    *,
    chunks: int = CHUNKS,
    end: JobState | None = None,
    storage: StorageHandler | None = None,
) -> None:
    """A job with so many of its 100 chunks stored, in its second attempt; then perhaps moved."""
    store, storage = opened(home), storage or disk(home)
    await store.create(job())
    await store.begin_attempt(JOB)
    seen = await store.begin_attempt(JOB)
    seen = await store.replace(
        seen.evolve(state=JobState.GENERATING, wanted=True), seen=seen.version, event="start"
    )
    for index in range(chunks):
        key, data = chunk_key(index), rows(index)
        schema = canonical_sha256(SCHEMA.document())
        storage.put_chunk(key, data, schema_sha256=schema, attempt=2)
        await store.commit_chunk(metadata(key, data, attempt=2))
    await store.record_usage(JOB, Usage(1, 2, 3), {"bad": 1}, table="t", answers={"key": ANSWER})
    if end:
        await store.replace(seen.evolve(state=end, wanted=False), seen=seen.version, event="end")
    await store.close()


def damage(home: Path) -> bytes:
    path = home / "rowmill.db"
    data = path.read_bytes()[: -path.stat().st_size // 2]
    path.write_bytes(data)
    return data


def known(chunk: ChunkMetadata) -> tuple[object, ...]:
    return chunk.key, chunk.bytes, chunk.sha256, chunk.attempt


async def test_a_job_whose_chunks_are_all_right_comes_back_completed(tmp_path: Path) -> None:
    await filled(tmp_path)
    store = opened(tmp_path)
    before, chunks = await store.get(JOB), await store.chunks(JOB)
    events, tally = await store.events(JOB), await store.tally(JOB)
    await store.close()
    damage(tmp_path)
    (restored,) = rebuild(tmp_path).jobs
    assert (restored.job_id, restored.state) == (JOB, JobState.COMPLETED)
    assert (restored.chunks, restored.owed, restored.lost) == (CHUNKS, 0, ())
    store = opened(tmp_path)
    after = await store.get(JOB)
    assert (after.spec, after.name, after.owner) == (before.spec, before.name, before.owner)
    assert (after.attempt, after.version) == (before.attempt, before.version + 1)
    assert (after.problem, after.wanted) == (None, False)
    assert [known(chunk) for chunk in await store.chunks(JOB)] == [known(one) for one in chunks]
    assert (await store.events(JOB))[1 : len(events)] == events[1:]
    assert (await store.events(JOB))[-1].event == "rebuild"
    assert await store.tally(JOB) == tally
    await store.check()
    manifest = job_manifest(after, await store.chunks(JOB))
    assert (tmp_path / "temp" / JOB / "manifest.json").read_bytes() == manifest
    await store.close()


async def test_what_models_answered_comes_back(tmp_path: Path) -> None:
    await filled(tmp_path, chunks=1)
    store = opened(tmp_path)
    await store.save_schema("sch_1", {"name": "x"})
    await store.close()
    damage(tmp_path)
    made = rebuild(tmp_path)
    assert (made.answers, made.schemas, made.lost) == (1, 1, ())
    store = opened(tmp_path)
    assert await store.answer("key") == ANSWER
    assert await store.schema("sch_1") == {"name": "x"}
    await store.close()


async def test_a_job_under_way_comes_back_paused_with_what_it_owes(tmp_path: Path) -> None:
    await filled(tmp_path, chunks=40)
    (tmp_path / "rowmill.db").unlink()
    (restored,) = rebuild(tmp_path).jobs
    assert (restored.state, restored.chunks, restored.owed) == (JobState.PAUSED, 40, 60)
    store = opened(tmp_path)
    after = await store.get(JOB)
    assert not after.wanted
    assert "60 chunks are owed" in (after.problem or "")
    assert await store.next_owed(JOB, CHUNKS) == 40
    await store.close()


class OutOfReach(MemoryStorageHandler):
    """A bucket whose service is down."""

    def abouts(self, job_id: str) -> Iterator[ChunkAbout]:
        raise StorageError("the bucket does not answer")


async def test_a_rebuild_while_the_chunks_are_out_of_reach_is_made_good_by_another(
    tmp_path: Path,
) -> None:
    await filled(tmp_path, end=JobState.COMPLETED)
    damage(tmp_path)
    down = OutOfReach(DiskOutputs(tmp_path / "output"), max_bytes=1, max_chunks=1)
    (restored,) = rebuild(tmp_path, storage=down).jobs
    assert (restored.state, restored.owed) == (JobState.PAUSED, CHUNKS)
    (told,) = restored.lost
    assert "the bucket does not answer; rebuild again when they can" in told
    (restored,) = rebuild(tmp_path).jobs
    assert (restored.state, restored.owed, restored.lost) == (JobState.COMPLETED, 0, ())


@pytest.mark.parametrize("how", ["gone", "flipped", "another chunk's", "without a word"])
async def test_a_chunk_that_is_not_right_is_owed_and_named(how: str, tmp_path: Path) -> None:
    await filled(tmp_path, end=JobState.COMPLETED)
    path = tmp_path / "temp" / JOB / chunk_key(7).file_name
    if how == "gone":
        path.unlink()
    elif how == "flipped":
        path.write_bytes(rows(7).swapcase())
    elif how == "another chunk's":
        path.write_bytes(rows(3))
    else:
        (path.parent / "about_000007.csv.json").write_bytes(b"{}")
    damage(tmp_path)
    (restored,) = rebuild(tmp_path).jobs
    assert (restored.state, restored.owed) == (JobState.PAUSED, 1)
    store = opened(tmp_path)
    assert await store.next_owed(JOB, CHUNKS) == 7
    late = metadata(chunk_key(7), b"other rows", attempt=2)
    if how == "without a word":
        assert restored.lost == ()
    else:
        assert "chunk 7" in restored.lost[0]
        with pytest.raises(ChunkDamaged):  # its bytes are remembered
            await store.commit_chunk(late)
    await store.commit_chunk(metadata(chunk_key(7), rows(7), attempt=2))
    await store.close()


@pytest.mark.parametrize("words", ["chunk", "schema"])
async def test_words_about_another_job_s_chunk_are_not_taken(words: str, tmp_path: Path) -> None:
    await filled(tmp_path, chunks=3)
    other = job(OTHER).spec.schema.document()
    key = chunk_key(1, job_id=OTHER) if words == "chunk" else chunk_key(1)
    schema = canonical_sha256({**other, "name": "x"} if words == "schema" else other)
    disk(tmp_path).put_chunk(key, rows(1), schema_sha256=schema, attempt=9)
    if words == "chunk":
        name = "about_000001.csv.json"
        (tmp_path / "temp" / OTHER / name).replace(tmp_path / "temp" / JOB / name)
        (tmp_path / "temp" / OTHER / key.file_name).unlink()
        (tmp_path / "temp" / OTHER).rmdir()
    damage(tmp_path)
    (restored,) = rebuild(tmp_path).jobs
    assert (restored.chunks, restored.lost) == (2, ("what lies beside chunk 1 is not this job's",))


@pytest.mark.parametrize("copy", ["about_000000.copy.json", "about_000009.copy.json"])
async def test_of_two_words_about_one_chunk_the_true_ones_win(copy: str, tmp_path: Path) -> None:
    """Whichever of them is read first."""
    await filled(tmp_path, chunks=3)
    about = disk(tmp_path).about(chunk_key(1))
    assert about
    other = written(replace(about, sha256="0" * 64))
    (tmp_path / "temp" / JOB / copy).write_bytes(other)
    damage(tmp_path)
    (restored,) = rebuild(tmp_path).jobs
    assert restored.chunks == 3


async def test_attempts_that_only_chunks_tell_of_are_not_counted_again(tmp_path: Path) -> None:
    """A holder that slept since then could write as if it were the next one."""
    await filled(tmp_path, chunks=3)
    (tmp_path / "temp" / JOB / "job.journal.jsonl").unlink()
    damage(tmp_path)
    rebuild(tmp_path)
    store = opened(tmp_path)
    assert (await store.begin_attempt(JOB)).attempt == 3
    await store.close()


async def test_a_cancelled_job_stays_cancelled_and_a_new_one_pending(tmp_path: Path) -> None:
    await filled(tmp_path, end=JobState.CANCELLED)
    store = opened(tmp_path)
    await store.create(job(OTHER))
    await store.close()
    damage(tmp_path)
    states = {restored.job_id: restored.state for restored in rebuild(tmp_path).jobs}
    assert states == {JOB: JobState.CANCELLED, OTHER: JobState.PENDING}


async def test_the_damaged_store_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    await filled(tmp_path, chunks=1)
    (tmp_path / "rowmill.db.damaged-1").write_bytes(b"of another day")
    data = damage(tmp_path)
    (tmp_path / "rowmill.db-wal").write_bytes(b"what was not yet in it")
    made = rebuild(tmp_path)
    aside = tmp_path / "rowmill.db.damaged-2"
    assert set(made.kept_aside) == {str(aside), f"{aside}-wal"}
    assert aside.read_bytes() == data
    assert Path(f"{aside}-wal").read_bytes() == b"what was not yet in it"
    store = opened(tmp_path)
    await store.check()
    await store.close()


async def test_a_job_that_cannot_be_told_is_named_and_the_others_come_back(tmp_path: Path) -> None:
    await filled(tmp_path, chunks=1)
    store = opened(tmp_path)
    await store.create(job(OTHER))
    await store.close()
    (tmp_path / "temp" / OTHER / "job.spec.json").write_bytes(b"{}")
    journal = tmp_path / "temp" / JOB / "job.journal.jsonl"
    journal.write_bytes(journal.read_bytes() + b"\nhalf a li")
    damage(tmp_path)
    made = rebuild(tmp_path)
    assert [restored.job_id for restored in made.jobs] == [JOB]
    assert made.jobs[0].lost == ("1 lines of its journal are damaged",)
    assert [text.partition(":")[0] for text in made.lost] == [OTHER]


async def test_nothing_is_rebuilt_while_somebody_uses_it(tmp_path: Path) -> None:
    await filled(tmp_path, chunks=1)
    store = opened(tmp_path)
    await store.get(JOB)
    with pytest.raises(Conflict, match="another rowmill process"):
        rebuild(tmp_path)
    await store.close()
    lease = FileLeases(tmp_path / "leases").acquire(JOB)
    assert lease
    with pytest.raises(Conflict, match=f"{JOB} is running"):
        rebuild(tmp_path)
    lease.release()
    assert len(rebuild(tmp_path).jobs) == 1


async def test_what_a_newer_rowmill_wrote_is_not_rebuilt(tmp_path: Path) -> None:
    write_store(tmp_path / "rowmill.db", job(), format=99)
    before = {path: path.read_bytes() for path in tmp_path.glob("rowmill.db*")}
    with pytest.raises(NewerFormat):
        rebuild(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.glob("rowmill.db*")} == before


async def test_whatever_is_wrong_with_the_store_a_rebuild_brings_everything_back(
    tmp_path: Path,
) -> None:
    await filled(tmp_path, chunks=5)
    path = tmp_path / "rowmill.db"
    data, at = path.read_bytes(), Random(9)
    used = [place for place, byte in enumerate(data) if byte]
    damages = [(place, 1 << at.randrange(8)) for place in at.sample(used, 30)]
    for place, bit in damages:
        path.write_bytes(data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :])
        (restored,) = rebuild(tmp_path).jobs
        assert (restored.chunks, restored.lost) == (5, ()), f"byte {place}, bit {bit}"
        store = opened(tmp_path)
        await store.check()
        assert await store.answer("key") == ANSWER
        assert (await store.tally(JOB)).usage == Usage(1, 2, 3)
        await store.close()
    assert len(list(tmp_path.glob("rowmill.db.damaged-*"))) == len(damages)


STEPS = 7
"""Of a rebuild of one job: each can fail, and each can be the last."""


async def test_a_rebuild_is_so_many_steps(tmp_path: Path) -> None:
    await filled(tmp_path, end=JobState.COMPLETED)
    damage(tmp_path)
    files = FailingFiles()
    rebuild(tmp_path, files)
    assert len(files.steps) == STEPS


async def test_while_a_rebuild_is_not_finished_nobody_opens_what_there_is(tmp_path: Path) -> None:
    """Even where it can be read: what was not yet in it may have been moved away already."""
    await filled(tmp_path, chunks=1)
    (tmp_path / "rowmill.db.rebuilding").write_bytes(b"")
    store = opened(tmp_path)
    with pytest.raises(StoreDamaged, match="interrupted") as caught:
        await store.get(JOB)
    assert "rowmill doctor --rebuild" in caught.value.hint
    rebuild(tmp_path)
    assert (await store.get(JOB)).state is JobState.PAUSED
    await store.close()


@pytest.mark.parametrize("error", [None, 28])
@pytest.mark.parametrize("step", range(STEPS))
async def test_a_rebuild_that_dies_or_fails_anywhere_is_finished_by_the_next(
    step: int, error: int | None, tmp_path: Path
) -> None:
    await filled(tmp_path, end=JobState.COMPLETED)
    damage(tmp_path)
    with suppress(Died, StorageError):
        rebuild(tmp_path, FailingFiles(step, error))
    store = opened(tmp_path)
    try:
        assert (await store.get(JOB)).state is JobState.COMPLETED  # it was done already
        await store.check()
        return
    except StoreDamaged as exc:
        assert "rowmill doctor --rebuild" in exc.hint  # noqa: PT017 - either way is right
    finally:
        await store.close()
    (restored,) = rebuild(tmp_path).jobs
    assert (restored.state, restored.owed) == (JobState.COMPLETED, 0)
    assert not list(tmp_path.glob("*.rebuilding*"))
    store = opened(tmp_path)
    await store.check()
    await store.close()


async def test_chunks_in_a_bucket_are_found_again(tmp_path: Path) -> None:
    server = endpoint()
    bucket = CloudStorageHandler(server.open(f"s3://{server.new_bucket()}/rowmill"))
    await filled(tmp_path, chunks=3, storage=bucket)
    (tmp_path / "rowmill.db").unlink()
    (restored,) = rebuild(tmp_path, storage=bucket).jobs
    assert (restored.state, restored.chunks, restored.lost) == (JobState.PAUSED, 3, ())


async def test_chunks_in_memory_are_owed_again(tmp_path: Path) -> None:
    memory = MemoryStorageHandler(DiskOutputs(tmp_path), max_bytes=1 << 20, max_chunks=100)
    await filled(tmp_path, chunks=3)
    (tmp_path / "rowmill.db").unlink()
    (restored,) = rebuild(tmp_path, storage=memory).jobs
    assert (restored.state, restored.owed, restored.lost) == (JobState.PAUSED, CHUNKS, ())


async def test_a_link_in_place_of_a_job_folder_is_not_taken_in(tmp_path: Path) -> None:
    await filled(tmp_path, chunks=1)
    os.symlink(tmp_path / "temp" / JOB, tmp_path / "temp" / OTHER)
    damage(tmp_path)
    assert [restored.job_id for restored in (await asyncio.to_thread(rebuild, tmp_path)).jobs] == [
        JOB
    ]
