"""Many chunks at once, in the background, to the limit."""

import asyncio

import pytest

from src.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidArgument,
    LimitExceeded,
    StorageError,
    StorageFull,
)
from src.core.models import JobState
from src.core.states import Event

from .conftest import JOB

S = JobState


async def arrivals(gate, count):
    """Wait until `count` chunks stand at the gate."""
    for _ in range(count):
        assert await asyncio.to_thread(gate.arrived.acquire, True, 20)


async def started(bench, runner, job_id=JOB, **changes):
    await bench.job(job_id, **changes)
    await runner.move(job_id, Event.START, wanted=True)
    return runner.launch(job_id)


async def test_a_started_job_makes_every_row_once_and_is_completed(bench):
    runner = bench.runner()
    job = await (await started(bench, runner, rows=35))
    assert job.state is S.COMPLETED
    assert sorted(bench.encoded) == [5, 10, 10, 10]
    assert (await bench.jobs.tally(JOB)).rows == 35
    assert bench.finished == [JOB]


async def test_a_job_without_rows_is_completed_too(bench):
    job = await (await started(bench, bench.runner(), rows=0))
    assert job.state is S.COMPLETED


async def test_as_many_chunks_as_allowed_are_made_at_once_and_no_more(bench):
    bench.gate.closed = True
    runner = bench.runner(parallel=3)
    task = await started(bench, runner, rows=100)
    await arrivals(bench.gate, 3)
    assert not await asyncio.to_thread(bench.gate.arrived.acquire, True, 0.05)
    bench.gate.open()
    assert (await task).state is S.COMPLETED


async def test_no_more_chunks_than_cores_are_made_at_once_by_code_alone(bench):
    bench.gate.closed = True
    task = await started(bench, bench.runner(parallel=8, cores=2), rows=100)
    await arrivals(bench.gate, 2)
    assert not await asyncio.to_thread(bench.gate.arrived.acquire, True, 0.05)
    bench.gate.open()
    assert (await task).state is S.COMPLETED


async def test_nor_by_all_jobs_of_a_process_together(bench):
    """More threads than cores take turns at the interpreter: whoever asks waits for them all."""
    bench.gate.closed = True
    runner = bench.runner(parallel=8, cores=2)
    both = [await started(bench, runner, job_id) for job_id in (JOB, "job_" + "b" * 16)]
    await arrivals(bench.gate, 2)
    assert not await asyncio.to_thread(bench.gate.arrived.acquire, True, 0.05)
    bench.gate.open()
    assert {(await task).state for task in both} == {S.COMPLETED}


async def test_a_pause_keeps_what_is_in_flight_and_starts_nothing_new(bench):
    bench.gate.closed = True
    runner = bench.runner(parallel=2)
    task = await started(bench, runner, rows=100)
    await arrivals(bench.gate, 2)
    await runner.move(JOB, Event.PAUSE, wanted=False)
    bench.gate.open()
    assert (await task).state is S.PAUSED
    assert await bench.jobs.stored(JOB) == {0, 1}
    assert not bench.leases.held(JOB)


async def test_a_paused_job_goes_on_with_what_it_owes(bench):
    bench.gate.closed = True
    runner = bench.runner(parallel=2)
    task = await started(bench, runner, rows=50)
    await arrivals(bench.gate, 2)
    await runner.move(JOB, Event.PAUSE, wanted=False)
    bench.gate.open()
    await task
    await runner.move(JOB, Event.RESUME, wanted=True)
    assert (await runner.launch(JOB)).state is S.COMPLETED
    assert len(bench.encoded) == 5


async def test_a_job_resumed_while_its_pause_is_still_draining_goes_on(bench):
    bench.gate.closed = True
    runner = bench.runner(parallel=2)
    task = await started(bench, runner, rows=50)
    await arrivals(bench.gate, 2)
    await runner.move(JOB, Event.PAUSE, wanted=False)
    await runner.move(JOB, Event.RESUME, wanted=True)
    assert runner.launch(JOB) is task
    bench.gate.open()
    assert (await task).state is S.COMPLETED


async def test_a_pause_that_catches_only_the_last_chunks_completes_the_job(bench):
    bench.gate.closed = True
    runner = bench.runner(parallel=2)
    task = await started(bench, runner, rows=20)
    await arrivals(bench.gate, 2)
    await runner.move(JOB, Event.PAUSE, wanted=False)
    bench.gate.open()
    assert (await task).state is S.COMPLETED


async def test_a_chunk_that_fails_after_a_pause_does_not_undo_the_pause(bench):
    bench.gate.closed = True
    runner = bench.runner(parallel=1, chunk_attempts=1)
    task = await started(bench, runner, rows=50)
    await arrivals(bench.gate, 1)
    await runner.move(JOB, Event.PAUSE, wanted=False)
    bench.failures += [StorageError("no")]
    bench.gate.open()
    job = await task
    assert (job.state, job.problem, runner.trouble(JOB)) == (S.PAUSED, None, None)


async def test_what_is_in_flight_when_a_job_is_cancelled_is_not_recorded(bench):
    bench.gate.closed = True
    runner = bench.runner(parallel=2)
    await started(bench, runner, rows=50)
    await arrivals(bench.gate, 2)
    await runner.move(JOB, Event.CANCEL, wanted=False)
    await runner.halt(JOB)
    bench.gate.open()
    assert await bench.jobs.stored(JOB) == frozenset()
    assert (await bench.jobs.get(JOB)).state is S.CANCELLED
    assert not bench.leases.held(JOB)


async def test_a_cancel_by_another_process_ends_the_run_at_the_next_chunk(bench):
    bench.gate.closed = True
    task = await started(bench, bench.runner(parallel=2), rows=100)
    await arrivals(bench.gate, 2)
    await bench.runner().move(JOB, Event.CANCEL, wanted=False)
    bench.gate.open()
    assert (await task).state is S.CANCELLED
    assert len(bench.encoded) == 2


async def test_only_one_of_two_processes_runs_a_job(bench):
    bench.gate.closed = True
    runner, other = bench.runner(), bench.runner()
    task = await started(bench, runner, rows=50)
    await arrivals(bench.gate, 2)
    with pytest.raises(Conflict, match="another process"):
        await other.launch(JOB)
    assert await other.running(JOB)
    bench.gate.open()
    assert (await task).state is S.COMPLETED
    assert len(bench.encoded) == 5


async def test_a_stopped_runner_leaves_its_jobs_to_be_gone_on_with(bench):
    bench.gate.closed = True
    runner = bench.runner()
    await started(bench, runner, rows=50)
    await arrivals(bench.gate, 2)
    stopping = asyncio.create_task(runner.stop())
    bench.gate.open()
    await stopping
    job = await bench.jobs.get(JOB)
    assert (job.state, job.wanted) == (S.GENERATING, True)
    assert not await bench.runner().running(JOB)
    assert (await bench.runner().launch(JOB)).state is S.COMPLETED


async def test_a_chunk_is_tried_again_and_the_job_completes(bench):
    bench.failures += [StorageError("no"), StorageError("still no")]
    job = await (await started(bench, bench.runner(parallel=1), rows=20))
    assert job.state is S.COMPLETED
    assert len(bench.encoded) == 4


async def test_a_chunk_that_cannot_be_stored_fails_the_job_with_the_reason(bench):
    bench.failures += [StorageFull("the disk is full", hint="make room") for _ in range(3)]
    job = await (await started(bench, bench.runner(parallel=1), rows=20))
    assert job.state is S.FAILED
    assert job.problem == "[storage_full] the disk is full (make room)"


async def test_a_failed_job_that_is_retried_makes_only_what_it_owes(bench):
    bench.failures += [StorageFull("full")]
    runner = bench.runner(parallel=1, chunk_attempts=1)
    await (await started(bench, runner, rows=30))
    await runner.move(JOB, Event.RETRY, wanted=True, problem=None)
    job = await runner.launch(JOB)
    assert (job.state, job.problem) == (S.COMPLETED, None)
    assert len(bench.encoded) == 4


async def test_a_limit_pauses_the_job_for_somebody_to_decide(bench):
    bench.failures += [LimitExceeded("memory is full", hint="use disk")]
    job = await (await started(bench, bench.runner(parallel=1), rows=20))
    assert job.state is S.PAUSED
    assert "memory is full" in job.problem


async def test_a_job_whose_chunk_somebody_else_was_quicker_with_goes_on(bench):
    bench.failures += [Conflict("somebody was quicker")]
    job = await (await started(bench, bench.runner(parallel=1), rows=20))
    assert job.state is S.COMPLETED


async def test_a_fault_of_our_own_fails_the_job_and_is_named(bench):
    bench.failures += [ZeroDivisionError("by zero")]
    job = await (await started(bench, bench.runner(parallel=1), rows=20))
    assert job.state is S.FAILED
    assert job.problem.startswith("[internal_error] ZeroDivisionError: by zero")


async def test_a_key_in_a_failure_is_not_recorded(bench):
    bench.failures += [ZeroDivisionError("with key AIza" + "k" * 35)]
    job = await (await started(bench, bench.runner(parallel=1), rows=20))
    events = await bench.jobs.events(JOB)
    assert "[redacted]" in job.problem
    assert not any("kkkk" in text for text in (job.problem, *(event.detail for event in events)))


async def test_a_job_resumed_while_its_lease_is_given_back_goes_on(bench):
    class Resumed:
        """Somebody resumes the job right after the runner saw that it is paused."""

        resumed = False

        def __getattr__(self, name):
            return getattr(bench.jobs, name)

        async def get(self, job_id):
            job = await bench.jobs.get(job_id)
            if job.state is S.PAUSED and not self.resumed:
                self.resumed = True
                await bench.runner().move(JOB, Event.RESUME, wanted=True)
            return job

    bench.gate.closed = True
    runner = bench.runner(parallel=1)
    runner.jobs = Resumed()
    task = await started(bench, runner, rows=30)
    await arrivals(bench.gate, 1)
    await bench.runner().move(JOB, Event.PAUSE, wanted=False)
    bench.gate.open()
    assert (await task).state is S.COMPLETED


async def test_a_failure_leaves_no_other_chunk_in_flight(bench):
    bench.gate.closed = True
    bench.failures += [ZeroDivisionError("by zero")]
    runner = bench.runner(parallel=3)
    task = await started(bench, runner, rows=100)
    await arrivals(bench.gate, 3)
    bench.gate.open()
    assert (await task).state is S.FAILED
    assert not runner.running_here(JOB)


# ── one chunk at a time ───────────────────────────────────────────────────────────────────────


async def the_next(runner):
    return (await runner.one(JOB, await runner.next_owed(JOB))).key.index


async def test_chunk_by_chunk_a_job_is_completed_too(bench):
    await bench.job(rows=25)
    runner = bench.runner()
    made = [await the_next(runner) for _ in range(3)]
    assert made == [0, 1, 2]
    assert await runner.next_owed(JOB) is None
    assert (await bench.jobs.get(JOB)).state is S.COMPLETED


async def test_a_chunk_asked_for_twice_is_made_once(bench):
    await bench.job()
    runner = bench.runner()
    first = await runner.one(JOB, 2)
    assert await runner.one(JOB, 2) == first
    assert bench.encoded == [10]


async def test_of_many_who_ask_for_one_chunk_at_once_one_makes_it(bench):
    await bench.job()
    runner = bench.runner()
    chunks = await asyncio.gather(*(runner.one(JOB, 1) for _ in range(5)))
    assert len(set(chunks)) == 1
    assert bench.encoded == [10]


async def test_the_next_chunk_is_none_that_is_being_made_or_spoken_for(bench):
    bench.gate.closed = True
    await bench.job()
    runner = bench.runner()
    first = asyncio.create_task(runner.one(JOB, 0))
    await arrivals(bench.gate, 1)
    assert await runner.next_owed(JOB) == 1
    assert await runner.next_owed(JOB, besides={1, 3}) == 2
    bench.gate.open()
    await first


async def test_the_next_chunk_is_known_without_counting_what_is_stored(bench):
    """Its cost must not grow with the job."""

    class Counting:
        counted = 0

        def __getattr__(self, name):
            self.counted += name in ("stored", "chunks", "next_owed")
            return getattr(bench.jobs, name)

    await bench.job(rows=100)
    counting = Counting()
    runner = bench.runner(jobs=counting)
    assert [await the_next(runner) for _ in range(8)] == list(range(8))
    assert counting.counted == 8  # next_owed, which costs the same for the first and the last


async def test_what_another_process_made_meanwhile_is_not_owed(bench):
    await bench.job()
    runner = bench.runner()
    assert await the_next(runner) == 0
    assert await the_next(bench.runner()) == 1
    assert await the_next(runner) == 2


async def test_a_chunk_by_chunk_job_can_be_left_to_run_by_itself(bench):
    await bench.job()
    runner = bench.runner()
    await runner.one(JOB, 1)
    await runner.move(JOB, Event.RESUME, wanted=True)
    assert (await runner.launch(JOB)).state is S.COMPLETED
    assert len(bench.encoded) == 4


async def test_a_caller_who_gives_up_does_not_stop_the_chunk(bench):
    bench.gate.closed = True
    await bench.job()
    runner = bench.runner()
    impatient = asyncio.create_task(runner.one(JOB, 0))
    await arrivals(bench.gate, 1)
    patient = asyncio.create_task(runner.one(JOB, 0))
    await asyncio.sleep(0)
    impatient.cancel()
    bench.gate.open()
    assert (await patient).key.index == 0
    assert bench.encoded == [10]


async def test_no_chunk_is_made_of_a_job_that_waits_for_a_decision(bench):
    await bench.job(state=S.PAUSED)
    with pytest.raises(IllegalTransition, match="resume"):
        await bench.runner().one(JOB, 0)


async def test_a_chunk_that_is_not_planned_is_refused(bench):
    await bench.job()
    with pytest.raises(InvalidArgument, match="chunks 0 to 3"):
        await bench.runner().one(JOB, 4)


async def test_a_chunk_of_a_job_that_another_process_runs_is_not_made_here(bench):
    bench.gate.closed = True
    task = await started(bench, bench.runner(), rows=50)
    await arrivals(bench.gate, 2)
    with pytest.raises(Conflict, match="another process"):
        await bench.runner().one(JOB, 4)
    bench.gate.open()
    await task


# ── moves ─────────────────────────────────────────────────────────────────────────────────────


async def test_of_two_moves_at_once_the_second_is_decided_on_what_the_first_left(bench):
    await bench.job()
    runner = bench.runner()
    outcomes = await asyncio.gather(
        runner.move(JOB, Event.CANCEL), runner.move(JOB, Event.START), return_exceptions=True
    )
    assert (await bench.jobs.get(JOB)).state is S.CANCELLED
    assert isinstance(outcomes[1], IllegalTransition) or outcomes[1].state is S.SCHEMA_VALIDATION


async def test_every_move_is_in_the_audit_trail(bench):
    await (await started(bench, bench.runner(), rows=10))
    events = [(event.event, event.state) for event in await bench.jobs.events(JOB)]
    moves = [event for event in events if event[0] in set(Event)]
    assert moves == [
        ("start", S.SCHEMA_VALIDATION),
        ("accept", S.GENERATING),
        ("finish", S.COMPLETED),
    ]


async def test_whoever_waits_for_a_change_is_woken_by_it(bench):
    await bench.job()
    runner = bench.runner()
    waiting = asyncio.create_task(runner.wait_changed(20))
    await asyncio.sleep(0)
    await runner.move(JOB, Event.START)
    await asyncio.wait_for(waiting, 5)


async def test_whoever_waits_is_not_woken_for_each_chunk(bench):
    """Where many wait, a look of each would take longer than the chunk."""
    await bench.job()
    runner = bench.runner()
    await runner.one(JOB, 0)
    waiting = asyncio.create_task(runner.wait_changed(20))
    await asyncio.sleep(0)
    await runner.one(JOB, 1)
    assert not waiting.done()
    await runner.move(JOB, Event.PAUSE)
    await asyncio.wait_for(waiting, 5)


# ── somebody else runs it ─────────────────────────────────────────────────────────────────────


async def test_one_that_slept_through_its_lease_cannot_write(bench):
    bench.gate.closed = True
    asleep = await started(bench, bench.runner(parallel=1), rows=30)
    await arrivals(bench.gate, 1)
    for lock in bench.leases._folder.iterdir():  # what a network disk does to one that is away
        lock.unlink()
    other = bench.runner(parallel=1).launch(JOB)
    await arrivals(bench.gate, 1)
    bench.gate.open()
    await asyncio.wait([asleep])
    assert (await other).state is S.COMPLETED
    assert {chunk.attempt for chunk in await bench.jobs.chunks(JOB)} == {2}


async def test_one_that_slept_through_its_lease_cannot_fail_the_job_either(bench):
    bench.gate.closed = True
    asleep = await started(bench, bench.runner(parallel=1, chunk_attempts=1), rows=30)
    await arrivals(bench.gate, 1)
    bench.failures.append(StorageFull("the disk is full"))
    await bench.jobs.begin_attempt(JOB)
    bench.gate.open()
    await asyncio.wait([asleep])
    assert "fail" not in [event.event for event in await bench.jobs.events(JOB)]
    assert (await bench.jobs.get(JOB)).problem is None


# ── when even the record cannot be written ────────────────────────────────────────────────────


async def test_a_run_that_could_not_record_its_end_is_still_explained(bench):
    class FullDisk:
        def __getattr__(self, name):
            return getattr(bench.jobs, name)

        async def replace(self, job, **how):
            raise StorageFull("the disk that holds the job store is full", hint="make room")

    await bench.job()
    await bench.runner().move(JOB, Event.START, wanted=True)
    runner = bench.runner(jobs=FullDisk())
    await asyncio.wait([runner.launch(JOB)])
    assert runner.trouble(JOB).startswith("[storage_full] the disk that holds the job store")
    assert bench.runner().trouble(JOB) is None
    assert not bench.leases.held(JOB)
