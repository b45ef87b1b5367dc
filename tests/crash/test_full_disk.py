"""A disk that fills in the middle of a job, and then has room again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from src.core.models import JobState

from .world import Process, World, created, quietly

ROWS = 16_000


def _mount(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() or not _mount(folder, "size=1m"):
        pytest.skip("NOT PROVED HERE: a full disk needs root and a tmpfs that may be mounted")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def job_on(process: Process) -> str:
    return await created(process, row_count=ROWS, chunk_size=2_000)


async def test_a_full_disk_is_said_and_with_room_again_the_job_goes_on(
    small_disk: Path, homes
) -> None:
    undisturbed = World(homes())
    async with undisturbed.process() as process:
        job_id = await job_on(process)
        await process.drain(job_id)
        await process.merged(job_id)

    world = World(small_disk)
    async with world.process() as process:
        assert await job_on(process) == job_id
        await process.manager.control(job_id, "start")
        await quietly(process.manager.run(job_id))
        progress = await process.manager.progress(job_id)
        assert progress.problem
        assert progress.problem.startswith("[storage_full] ")
        assert "free some space" in progress.problem
        assert not progress.running
        stored = await process.jobs.stored(job_id)
        assert progress.state is not JobState.COMPLETED
        await quietly(process.drain_once(job_id))  # still full: nothing gets worse
        assert stored <= await process.jobs.stored(job_id)

        assert _mount(small_disk, "remount,size=64m")
        assert (await process.drain(job_id)).state is JobState.COMPLETED
        await process.merged(job_id)
    assert world.files() == undisturbed.files()
    assert not world.provider.twice, "what was recorded was paid for again"
