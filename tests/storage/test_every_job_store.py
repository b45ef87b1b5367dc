"""What every job store does; a new one joins by one entry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from src.core.errors import AlreadyExists, ChunkDamaged, Conflict, InvalidArgument, NotFound
from src.core.models import ChunkMetadata, Job, JobState, Tally, Usage
from src.core.ports import Answer, JobStore
from src.storage.jobs.store import PAGE, SqliteJobStore

from .records import JOB, Ticking, chunk_key, job, metadata

UNKNOWN = "job_" + "z" * 16


@pytest.fixture(params=["file", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[JobStore]:
    path = ":memory:" if request.param == "memory" else tmp_path / "home" / "rowmill.db"
    store = SqliteJobStore(path, clock=Ticking())
    yield store
    await store.close()


async def running(store: JobStore, job_id: str = JOB) -> Job:
    """A job that takes chunks, in its first attempt."""
    await store.create(job(job_id))
    begun = await store.begin_attempt(job_id)
    return await store.replace(
        begun.evolve(state=JobState.GENERATING), seen=begun.version, event="start"
    )


def chunk(index: int, data: bytes = b"data", **key: str) -> ChunkMetadata:
    return metadata(chunk_key(index, **key), data)


# ── jobs ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_job_comes_back_as_it_was_created(store: JobStore) -> None:
    created = await store.create(job())
    assert created == await store.get(JOB)
    assert created == job().evolve(updated_at=created.updated_at)
    (field,) = [field for field in created.spec.schema.tables[0].fields if field.name == "part"]
    assert list(field.generator.values) == ["z", "a"]  # the order may decide what is generated


async def test_an_id_is_taken_once(store: JobStore) -> None:
    await store.create(job())
    with pytest.raises(AlreadyExists):
        await store.create(job())


async def test_a_move_writes_the_next_version_and_its_event(store: JobStore) -> None:
    seen = await store.create(job())
    moved = await store.replace(
        seen.evolve(state=JobState.FAILED, problem="no", wanted=True, name="b"),
        seen=seen.version, event="fail", detail="why",
    )  # fmt: skip
    assert moved == await store.get(JOB)
    assert (moved.state, moved.problem, moved.wanted, moved.name) == ("FAILED", "no", True, "b")
    assert moved.version == seen.version + 1
    assert moved.updated_at > seen.updated_at
    first, second = await store.events(JOB)
    assert (first.number, first.event, first.state) == (1, "create", JobState.PENDING)
    assert (second.number, second.event, second.detail) == (2, "fail", "why")
    assert second.state == JobState.FAILED
    assert second.at > first.at


async def test_a_move_on_an_old_version_changes_nothing(store: JobStore) -> None:
    seen = await store.create(job())
    await store.replace(seen.evolve(name="first"), seen=seen.version, event="rename")
    with pytest.raises(Conflict):
        await store.replace(seen.evolve(name="second"), seen=seen.version, event="rename")
    assert (await store.get(JOB)).name == "first"
    assert len(await store.events(JOB)) == 2


async def test_of_many_racing_moves_exactly_one_wins(store: JobStore) -> None:
    seen = await store.create(job())
    moves = (
        store.replace(seen.evolve(name=str(number)), seen=seen.version, event="rename")
        for number in range(20)
    )
    results = await asyncio.gather(*moves, return_exceptions=True)
    (winner,) = [result for result in results if isinstance(result, Job)]
    assert sum(isinstance(result, Conflict) for result in results) == 19
    assert await store.get(JOB) == winner


async def test_a_new_attempt_makes_old_views_old(store: JobStore) -> None:
    seen = await store.create(job())
    begun = await store.begin_attempt(JOB)
    assert begun.attempt == 1
    with pytest.raises(Conflict):
        await store.replace(seen, seen=seen.version, event="pause")
    moved = await store.replace(begun.evolve(attempt=0), seen=begun.version, event="pause")
    assert moved.attempt == 1  # attempts only ever grow, and only by that way
    assert [event.event for event in await store.events(JOB)] == ["create", "attempt", "pause"]


async def test_what_is_asked_of_an_unknown_job_is_not_found(store: JobStore) -> None:
    for asked in (
        store.get(UNKNOWN),
        store.replace(job(UNKNOWN), seen=0, event="x"),
        store.begin_attempt(UNKNOWN),
        store.delete(UNKNOWN),
        store.commit_chunk(chunk(0, job_id=UNKNOWN)),
        store.forget_chunk(UNKNOWN, 0),
        store.chunks(UNKNOWN),
        store.tally(UNKNOWN),
        store.events(UNKNOWN),
        store.record_usage(UNKNOWN, Usage(1, 1, 1), {}),
        store.schema("sch_unknown"),
    ):
        with pytest.raises(NotFound):
            await asked


async def test_pages_are_newest_first_and_meet_each_job_once(store: JobStore) -> None:
    ids = [f"job_{number:016d}" for number in range(7)]
    for job_id in ids:
        await store.create(job(job_id))
    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page, cursor = await store.page(state=None, limit=3, cursor=cursor)
        seen += [job.job_id for job in page]
        pages += 1
        if pages == 1:
            await store.create(job(UNKNOWN))  # what is new does not shift the pages that follow
    assert seen == ids[::-1]
    assert pages == 3


async def test_a_full_last_page_has_no_next(store: JobStore) -> None:
    for number in range(4):
        await store.create(job(f"job_{number:016d}"))
    _, cursor = await store.page(state=None, limit=2, cursor=None)
    page, cursor = await store.page(state=None, limit=2, cursor=cursor)
    assert len(page) == 2
    assert cursor is None


async def test_pages_can_hold_one_state_only(store: JobStore) -> None:
    await running(store)
    await store.create(job(UNKNOWN))
    page, cursor = await store.page(state=JobState.GENERATING, limit=10, cursor=None)
    assert [found.job_id for found in page] == [JOB]
    assert cursor is None


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "ajE", "🙂", "j1", "ai0x", "ag==", "a" * 1000, "ajk5OTk5OTk5OTk5OTk5OTk5OTk5"],
)
async def test_a_cursor_that_is_not_ours_is_refused(store: JobStore, cursor: str) -> None:
    with pytest.raises(InvalidArgument):
        await store.page(state=None, limit=10, cursor=cursor)


async def test_deleting_forgets_the_job_and_keeps_what_was_paid_for(store: JobStore) -> None:
    await running(store)
    await store.commit_chunk(chunk(0))
    await store.record_usage(JOB, Usage(1, 2, 3), {"bad": 1})
    await store.record_answer("key", Answer(rows=((0, ("x",)),)))
    await store.delete(JOB)
    with pytest.raises(NotFound):
        await store.get(JOB)
    assert await store.answer("key") is not None
    await running(store)
    assert await store.tally(JOB) == Tally()
    assert await store.chunks(JOB) == ()
    assert len(await store.events(JOB)) == 3


# ── chunks ────────────────────────────────────────────────────────────────────────────────────


async def test_a_committed_chunk_is_stored_and_counted(store: JobStore) -> None:
    before = await running(store)
    for index in (1, 0, 12):
        assert await store.commit_chunk(chunk(index)) == before
    assert await store.chunk(JOB, 12) == chunk(12)
    assert await store.chunk(JOB, 5) is None
    assert list(await store.chunks(JOB)) == [chunk(0), chunk(1), chunk(12)]
    assert await store.stored(JOB) == {0, 1, 12}
    assert await store.tally(JOB) == Tally(3, 30, 12, rows_by_table=(("things", 30),))


async def test_a_chunk_committed_twice_is_one(store: JobStore) -> None:
    await running(store)
    await store.commit_chunk(chunk(0))
    await store.commit_chunk(metadata(chunk_key(0), b"data"))
    assert (await store.tally(JOB)).chunks == 1


async def test_a_chunk_with_other_bytes_than_recorded_is_refused(store: JobStore) -> None:
    await running(store)
    await store.commit_chunk(chunk(0))
    with pytest.raises(ChunkDamaged, match="chunk 0"):
        await store.commit_chunk(chunk(0, b"other"))
    assert await store.chunk(JOB, 0) == chunk(0)


async def test_a_forgotten_chunk_is_owed_and_its_hash_remembered(store: JobStore) -> None:
    await running(store)
    for index in (0, 1):
        await store.commit_chunk(chunk(index))
    await store.forget_chunk(JOB, 0)
    await store.forget_chunk(JOB, 0)
    assert await store.stored(JOB) == {1}
    assert await store.chunk(JOB, 0) is None
    assert (await store.tally(JOB)).rows == 10
    with pytest.raises(ChunkDamaged):
        await store.commit_chunk(chunk(0, b"other"))
    await store.commit_chunk(chunk(0))
    assert await store.stored(JOB) == {0, 1}
    assert (await store.tally(JOB)).bytes == 8
    assert [event.event for event in await store.events(JOB)].count("forget_chunk") == 1


async def test_a_worker_of_an_earlier_attempt_cannot_commit(store: JobStore) -> None:
    await running(store)
    await store.begin_attempt(JOB)
    with pytest.raises(Conflict, match="attempt 1"):
        await store.commit_chunk(chunk(0))
    assert await store.stored(JOB) == frozenset()


@pytest.mark.parametrize("state", JobState)
async def test_only_a_job_under_way_takes_chunks(store: JobStore, state: JobState) -> None:
    before = await running(store)
    await store.replace(before.evolve(state=state), seen=before.version, event="move")
    if state in ("SCHEMA_VALIDATION", "GENERATING", "PAUSED"):
        await store.commit_chunk(chunk(0))
        assert await store.stored(JOB) == {0}
    else:
        with pytest.raises(Conflict, match=str(state)):
            await store.commit_chunk(chunk(0))
        assert await store.stored(JOB) == frozenset()


async def test_chunks_do_not_race_whoever_moves_the_job(store: JobStore) -> None:
    seen = await running(store)
    await store.commit_chunk(chunk(0))
    await store.replace(seen.evolve(state=JobState.PAUSED), seen=seen.version, event="pause")


async def test_sums_are_by_table(store: JobStore) -> None:
    await running(store)
    for index, table in enumerate(["b", "a", "b"]):
        await store.commit_chunk(chunk(index, table=table))
    assert (await store.tally(JOB)).rows_by_table == (("a", 10), ("b", 20))


async def test_the_next_chunk_is_the_lowest_that_is_not_stored(store: JobStore) -> None:
    await running(store)
    assert await store.next_owed(JOB, 5) == 0
    for index in (0, 1, 3):
        await store.commit_chunk(chunk(index))
    assert await store.next_owed(JOB, 5) == 2
    assert await store.next_owed(JOB, 5, besides={2}) == 4
    assert await store.next_owed(JOB, 5, besides=[2, 4]) is None
    await store.commit_chunk(chunk(2))
    await store.commit_chunk(chunk(4))
    assert await store.next_owed(JOB, 5) is None
    await store.forget_chunk(JOB, 1)
    assert await store.next_owed(JOB, 6) == 1
    assert await store.next_owed(JOB, 6, besides={1}) == 5
    assert await store.next_owed(JOB, 5, besides={1}) is None
    await store.commit_chunk(chunk(1))
    assert await store.next_owed(JOB, 6) == 5


async def test_chunks_come_whole_however_many_pages_they_are(store: JobStore) -> None:
    await running(store)
    many = [chunk(index) for index in range(PAGE + 3)]
    for one in reversed(many):
        await store.commit_chunk(one)
    assert await store.chunks(JOB) == tuple(many)
    assert await store.next_owed(JOB, PAGE + 4) == PAGE + 3


async def test_many_jobs_are_summed_up_at_once(store: JobStore) -> None:
    await running(store)
    await store.create(job(UNKNOWN))
    await store.commit_chunk(chunk(0))
    await store.record_usage(JOB, Usage(1, 2, 3), {"bad": 1}, table="t", fields=["a", "b"])
    found = await store.tallies([UNKNOWN, "job_" + "y" * 16, JOB])
    assert list(found) == [UNKNOWN, JOB]
    assert found == {UNKNOWN: Tally(), JOB: await store.tally(JOB)}
    assert await store.tallies([]) == {}


# ── schemas, answers, usage ───────────────────────────────────────────────────────────────────


async def test_usage_and_rejections_add_up(store: JobStore) -> None:
    await running(store)
    await store.record_usage(JOB, Usage(1, 10, 100), {"type": 2})
    await store.record_usage(JOB, Usage(2, 20, 200), {"type": 1, "range": 5})
    await store.record_usage(JOB, Usage(1, 1, 1))
    tally = await store.tally(JOB)
    assert tally.usage == Usage(4, 31, 301)
    assert tally.rejected == (("range", 5), ("type", 3))


async def test_what_a_call_used_and_what_it_answered_are_kept_together(store: JobStore) -> None:
    await running(store)
    first, second = Answer(((0, ("x",)),)), Answer(((1, ("y",)),))
    await store.record_answer("old", first)
    kept = await store.record_usage(
        JOB, Usage(1), table="t", fields=["a", "b"], by_field={"a": Usage(0, 5), "b": Usage(0, 7)},
        answers={"old": second, "new": second},
    )  # fmt: skip
    assert kept == {"old": first, "new": second}
    assert await store.answers(["new", "none", "old"]) == {"old": first, "new": second}
    tally = await store.tally(JOB)
    assert tally.usage == Usage(1, 12)
    assert tally.usage_by == (
        ("t", "a", Usage(0, 5)), ("t", "a, b", Usage(1)), ("t", "b", Usage(0, 7)),
    )  # fmt: skip
    with pytest.raises(NotFound):
        await store.record_usage(UNKNOWN, Usage(1), answers={"lost": first})
    assert await store.answer("lost") is None


async def test_the_first_answer_to_a_question_stays(store: JobStore) -> None:
    first = Answer(rows=((3, ("x", 1.5, None, True)), (4, ("😀", -1, ["a"], {"k": 1}))))
    assert await store.answer("key") is None
    assert await store.record_answer("key", first) == first
    assert await store.record_answer("key", Answer(rows=((3, ("y",)),))) == first
    assert await store.answer("key") == first


async def test_an_answer_that_json_cannot_say_is_refused(store: JobStore) -> None:
    for value in (object(), float("nan")):
        with pytest.raises(InvalidArgument):
            await store.record_answer("key", Answer(rows=((0, (value,)),)))
    assert await store.answer("key") is None


async def test_a_schema_is_kept_under_its_id(store: JobStore) -> None:
    document = {"name": "x", "fields": [{"name": "é"}]}
    await store.save_schema("sch_1", document)
    await store.save_schema("sch_1", document)
    assert await store.schema("sch_1") == document
