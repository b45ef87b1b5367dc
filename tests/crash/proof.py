"""What a person does with a data folder, and what must be true whatever happened to it before."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress

from src.core.models import JobState
from src.core.planning import ChunkPlan
from src.core.ports import Dataset

from .faults import Died, Fate
from .world import CHUNKS, Process, World, created, quietly

PARALLEL = 2
UNRECORDED = 2
"""Calls that are answered and not yet recorded, at the most."""


async def live(world: World, fate: Fate) -> None:
    """One process: somebody has a dataset made, as far as it comes."""
    with suppress(Died):
        async with world.process(fate, parallel=PARALLEL) as process:
            await quietly(made(process))


async def made(process: Process) -> Dataset:
    """The job there is, or else a new one, brought to its dataset."""
    jobs, _ = await process.manager.page()
    job_id = jobs[0].job_id if jobs else await created(process)
    await process.drain(job_id)
    return await process.merged(job_id)


async def ended(world: World) -> str:
    """The last process: nothing disturbs it. Whatever happened before, all is as it should be."""
    async with world.process(parallel=PARALLEL) as process:
        jobs, _ = await process.manager.page()
        for job in jobs:
            stored = await process.jobs.stored(job.job_id)
            assert world.acknowledged.get(job.job_id, set()) <= stored, "an answer was taken back"
            assert not job.running
        job_id = (await made(process)).job_id
        job = await process.manager.get(job_id)
        assert job.state is JobState.COMPLETED
        assert await process.datasets.verify(job) == ()
        chunks = await process.jobs.chunks(job_id)
        assert [chunk.key for chunk in chunks] == [
            ChunkPlan(job_id, job.spec).chunk(index) for index in range(CHUNKS)
        ]
        assert await process.datasets.damaged_files(job) == ()
    return job_id


async def judge(world: World, expected: bytes, lives: int) -> None:
    job_id = await ended(world)
    files = world.files()
    assert files.pop(f"{job_id}.csv") == expected
    manifest = json.loads(files.pop(f"{job_id}.csv.manifest.json"))
    assert manifest["files"][0]["sha256"] == hashlib.sha256(expected).hexdigest()
    assert files == {}
    assert not world.provider.twice, "what was recorded was paid for again"
    assert world.provider.calls <= CHUNKS + lives * UNRECORDED


async def undisturbed(world: World) -> tuple[bytes, list[str]]:
    """The dataset, and the operations it took."""
    fate = Fate()
    async with world.process(fate, parallel=PARALLEL) as process:
        dataset = await made(process)
    return world.files()[f"{dataset.job_id}.csv"], fate.steps
