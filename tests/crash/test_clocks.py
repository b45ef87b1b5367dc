"""A wall clock that jumps changes nothing but the times that are shown."""

from __future__ import annotations

import asyncio
from itertools import cycle

from src.core.models import JobState

from .world import FREE, MovingClock, Provider, World, created


class JumpingClock(MovingClock):
    """Thirty years on, thirty years back, each time it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self._jumps = cycle([1e9, -2e9, 1e9])

    def now(self) -> float:
        self.wall += next(self._jumps)
        return self.wall


class Waiting(Provider):
    """Answers nobody before it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()
        self.asked = asyncio.Event()

    async def generate_data_chunk(self, request):
        self.asked.set()
        await self.may.wait()
        return await super().generate_data_chunk(request)


async def test_a_job_under_a_jumping_clock_is_made_and_timed_as_ever(homes) -> None:
    steady, jumping = World(homes()), World(homes(), clock=JumpingClock())
    for world in (steady, jumping):
        async with world.process() as process:
            job_id = await created(process)
            assert (await process.drain(job_id)).state is JobState.COMPLETED
            await process.merged(job_id)
            assert all(0 < chunk.seconds < 10 for chunk in await process.jobs.chunks(job_id))
    assert steady.files() == jumping.files()


async def test_whoever_waits_waits_as_long_as_was_said(homes) -> None:
    world = World(homes(), provider=Waiting(), clock=JumpingClock())
    async with world.process() as process:
        job_id = await created(process, start=True)
        began = world.clock.steady
        async with asyncio.timeout(30):
            progress = await process.manager.progress(job_id, wait_s=0.02)
        assert progress.running
        assert 0.02 <= world.clock.steady - began < 0.2
        world.provider.may.set()
        await process.manager.run(job_id)


async def test_the_pace_that_is_shown_is_never_absurd(homes) -> None:
    world, seen = World(homes(), clock=JumpingClock()), []
    async with world.process() as process:
        job_id = await created(process, FREE, row_count=400, chunk_size=20, start=True)
        while process.runner.running_here(job_id):
            await process.runner.wait_changed(0.01)
            seen.append((await process.manager.progress(job_id)).rows_per_s)
    told = [pace for pace in seen if pace is not None]
    assert told
    assert all(100 < pace < 1e6 for pace in told)


async def test_the_order_of_jobs_and_of_their_events_is_that_in_which_they_came(homes) -> None:
    world = World(homes(), clock=JumpingClock())
    async with world.process() as process:
        made = [await created(process, FREE, seed=seed) for seed in range(5)]
        listed, _ = await process.manager.page()
        assert [job.job_id for job in listed] == made[::-1]
        await process.drain(made[0])
        events = [event.event for event in await process.manager.events(made[0])]
        assert events == ["create", "start", "attempt", "accept", "finish"]


async def test_a_clock_that_was_wrong_at_the_start_lets_a_job_go_on_later(homes) -> None:
    world = World(homes())
    async with world.process() as process:
        job_id = await created(process, FREE)
        await process.manager.control(job_id, "start")
    for wall in (0.0, 4e9):
        world.clock.wall = wall
        async with world.process() as process:
            await process.manager.go_on()
            await process.runner.wait_changed(0.01)
    async with world.process() as process:
        assert (await process.drain(job_id)).state is JobState.COMPLETED
