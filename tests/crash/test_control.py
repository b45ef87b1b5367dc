"""What a person asks for is done, and durable, when it is answered."""

from __future__ import annotations

import asyncio

import pytest

from src.core.errors import IllegalTransition, NotFound
from src.core.models import JobState

from .faults import Fate
from .test_clocks import Waiting
from .world import Process, World, created


async def at_the_provider(world: World, process: Process) -> str:
    """A job whose first questions nobody answers yet."""
    job_id = await created(process, start=True)
    async with asyncio.timeout(30):
        await world.provider.asked.wait()
    return job_id


@pytest.mark.parametrize(
    ("action", "state"), [("pause", JobState.PAUSED), ("cancel", JobState.CANCELLED)]
)
async def test_an_answer_survives_a_crash_in_the_next_moment(action, state, homes) -> None:
    world = World(homes(), provider=Waiting())
    async with world.process(fate := Fate()) as process:
        job_id = await at_the_provider(world, process)
        await process.manager.control(job_id, action)
        fate.is_dead = True
    async with world.process() as process:
        job = await process.manager.get(job_id)
        assert (job.state, job.wanted) == (state, False)
        assert await process.manager.go_on() == []


async def test_a_cancelled_job_is_let_go_of_at_once_and_may_be_deleted(homes) -> None:
    world = World(homes(), provider=Waiting())
    async with world.process() as process:
        job_id = await at_the_provider(world, process)
        done = await process.manager.control(job_id, "cancel")
        assert not process.leases.held(job_id)
        assert "delete" in done.allowed
        await process.manager.control(job_id, "delete")
        with pytest.raises(NotFound):
            await process.manager.get(job_id)
        assert not (world.home / "temp" / job_id).exists()


async def test_what_was_in_flight_at_a_pause_is_kept(homes) -> None:
    world = World(homes(), provider=Waiting())
    async with world.process() as process:
        job_id = await at_the_provider(world, process)
        await process.manager.control(job_id, "pause")
        world.provider.may.set()
        await process.manager.run(job_id)
        assert await process.jobs.stored(job_id)


async def test_an_end_is_final(homes) -> None:
    world = World(homes())
    async with world.process() as process:
        job_id = await created(process)
        await process.manager.control(job_id, "cancel")
        for action in ("start", "pause", "resume", "retry", "cancel"):
            with pytest.raises(IllegalTransition):
                await process.manager.control(job_id, action)
        with pytest.raises(IllegalTransition):
            await process.manager.generate_chunk(job_id, 0)
        assert (await process.manager.get(job_id)).state is JobState.CANCELLED
