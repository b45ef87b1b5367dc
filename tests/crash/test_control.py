"""What a person asks for is done, and durable, when it is answered."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from src.core.errors import Conflict, IllegalTransition, NotFound
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


async def test_a_job_that_costs_money_goes_on_only_when_somebody_says_so(homes) -> None:
    world = World(homes(), provider=Waiting())
    async with world.process(fate := Fate()) as process:
        job_id = await at_the_provider(world, process)
        fate.is_dead = True
    async with world.process() as process:
        assert [job.job_id for job in await process.manager.orphans()] == [job_id]
        assert await process.manager.go_on() == []


async def test_a_job_that_is_resumed_has_its_old_problem_no_more(homes) -> None:
    world = World(homes())
    async with world.process() as process:
        job_id = await created(process, start=True)
        await process.manager.control(job_id, "pause")
        job = await process.manager.run(job_id)
        told = job.evolve(problem="[provider_busy] come back later")
        await process.jobs.replace(told, seen=job.version, event="pause")
        await process.manager.control(job_id, "resume", here=False)
        assert (await process.manager.get(job_id)).problem is None


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


async def test_a_paused_job_is_deleted_though_its_last_chunk_is_still_made(homes) -> None:
    world = World(homes(), provider=Waiting())
    async with world.process() as process:
        job_id = await at_the_provider(world, process)
        await process.manager.control(job_id, "pause")
        assert process.leases.held(job_id)
        await process.manager.control(job_id, "delete")
        assert not (world.home / "temp" / job_id).exists()


async def test_a_job_that_runs_is_not_deleted(homes) -> None:
    world = World(homes(), provider=Waiting())
    async with world.process() as process:
        job_id = await at_the_provider(world, process)
        with pytest.raises(IllegalTransition, match="running"):
            await process.manager.control(job_id, "delete")
        world.provider.may.set()
        assert (await process.manager.run(job_id)).state is JobState.COMPLETED


async def test_a_job_is_deleted_under_its_lease(homes) -> None:
    """Whoever took it up meanwhile would store chunks of a job that is gone."""
    world, seen = World(homes()), []
    async with world.process() as process:
        job_id = await created(process)
        disk = process.manager.storage("disk")

        class Watched:
            def delete_job(self, job_id: str) -> None:
                seen.append(process.leases.held(job_id))
                disk.delete_job(job_id)

        manager = replace(process.manager, storage=lambda kind: Watched())
        await manager.control(job_id, "delete")
        assert seen == [True]
        assert not process.leases.held(job_id)


async def test_a_job_that_somebody_took_up_in_between_is_not_deleted(homes) -> None:
    world = World(homes())
    async with world.process() as process, world.process() as other:
        job_id = await created(process)
        async with other.runner.alone(job_id):
            with pytest.raises(Conflict, match="another process"):
                async with process.runner.alone(job_id):
                    pass
            with pytest.raises(Conflict, match="another process"):
                await process.manager.run(job_id)
        await process.manager.control(job_id, "delete")


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
