"""Bytes that changed, were cut, went missing or came from elsewhere: always seen, always mended."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from src.core.errors import ChunkDamaged, ChunkMissing, NotFound, RowmillError, StoreDamaged
from src.core.models import JobState
from src.storage.disk import DiskStorageHandler

from .proof import made
from .world import Process, World, created

CUTS = 200
FLIPS = 150
PAGE = 4096


@pytest.fixture
async def done(homes) -> tuple[World, str]:
    """A folder with a job that is completed and merged, and its id."""
    world = World(homes())
    async with world.process() as process:
        job_id = (await made(process)).job_id
    return world, job_id


def chunk_path(world: World, job_id: str, index: int) -> Path:
    (path,) = (world.home / "temp" / job_id).glob(f"chunk_{index:06d}.*")
    return path


@pytest.mark.parametrize("target", ["csv", "parquet", "json", "jsonl"])
async def test_every_flipped_byte_of_a_chunk_is_seen(target: str, homes) -> None:
    world = World(homes())
    async with world.process() as process:
        job_id = await created(process, output_format=target, row_count=8, chunk_size=2)
        await process.drain(job_id)
        chunk = (await process.jobs.chunks(job_id))[0]
    disk = DiskStorageHandler(world.home / "temp", world.home / "output")
    path = chunk_path(world, job_id, 0)
    good = path.read_bytes()
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 0x40]) + good[place + 1 :])
        with pytest.raises(ChunkDamaged, match="chunk 0"):
            disk.read_recorded(chunk)
    path.write_bytes(good)
    assert disk.read_recorded(chunk) == good


async def test_every_flipped_byte_of_the_words_beside_a_chunk_is_seen(homes) -> None:
    """A rebuild believes them: rows, size and hash."""
    world = World(homes())
    async with world.process() as process:
        job_id = await created(process, row_count=8, chunk_size=2)
        await process.drain(job_id)
        chunk = (await process.jobs.chunks(job_id))[0]
    disk = DiskStorageHandler(world.home / "temp", world.home / "output")
    (path,) = (world.home / "temp" / job_id).glob("about_000000.*")
    good, said = path.read_bytes(), disk.about(chunk.key)
    assert said is not None
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        assert disk.about(chunk.key) in (None, said), f"byte {place}"


def deleted(world: World, job_id: str, other: str) -> list[int]:
    chunk_path(world, job_id, 1).unlink()
    return [1]


def swapped(world: World, job_id: str, other: str) -> list[int]:
    one, two = chunk_path(world, job_id, 1), chunk_path(world, job_id, 2)
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    return [1, 2]


def from_another_job(world: World, job_id: str, other: str) -> list[int]:
    shutil.copy(chunk_path(world, other, 3), chunk_path(world, job_id, 3))
    return [3]


def emptied(world: World, job_id: str, other: str) -> list[int]:
    chunk_path(world, job_id, 0).write_bytes(b"")
    return [0]


DAMAGES = [deleted, swapped, from_another_job, emptied]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_chunk_that_is_not_what_was_recorded_is_named_and_mended(damage, done) -> None:
    world, job_id = done
    async with world.process() as process:
        other = await created(process, seed=8)
        await process.drain(other)
        paid = world.provider.calls
        expected = world.files()[f"{job_id}.csv"]
        (world.home / "output" / f"{job_id}.csv").unlink()
        (world.home / "output" / f"{job_id}.csv.manifest.json").unlink()
        broken = damage(world, job_id, other)

        job = await process.manager.get(job_id)
        assert [found.index for found in await process.datasets.verify(job)] == broken
        with pytest.raises((ChunkDamaged, ChunkMissing), match=f"chunk {broken[0]}"):
            await process.merged(job_id)
        for index in broken:
            await process.manager.generate_chunk(job_id, index)
        await process.merged(job_id)
        assert (await process.manager.get(job_id)).state is JobState.COMPLETED
    assert world.files()[f"{job_id}.csv"] == expected
    assert world.provider.calls == paid


@pytest.mark.parametrize("damage", DAMAGES)
async def test_damage_to_a_job_that_is_not_over_is_mended_by_going_on(damage, homes) -> None:
    world = World(homes())
    async with world.process() as process:
        job_id, other = await created(process), await created(process, seed=8)
        await process.drain(other)
        await process.manager.generate_chunk(job_id, 0)
        await process.manager.generate_chunk(job_id, 1)
        await process.manager.generate_chunk(job_id, 2)
    if damage is not from_another_job:  # its chunk 3 is not made yet
        damage(world, job_id, other)
    async with world.process() as process:
        await process.drain(job_id)
        assert await process.datasets.verify(await process.manager.get(job_id)) == ()


# ── the job store ─────────────────────────────────────────────────────────────────────────────


async def facts(process: Process, job_id: str) -> dict[str, Any]:
    """All that was ever answered of the job, but how often it was run."""
    job = await process.manager.get(job_id)
    events = await process.jobs.events(job_id)
    return {
        "job": job.evolve(version=0, attempt=0, updated_at=0.0),
        "chunks": await process.jobs.chunks(job_id),
        "tally": await process.jobs.tally(job_id),
        "events": [(event.event, event.state) for event in events],
        "merged": [file.sha256 for file in (await process.merged(job_id)).files],
    }


async def survives(world: World, job_id: str, known: dict[str, Any]) -> None:
    """The damage is seen, or it changed nothing; and a rebuild brings everything back."""
    paid, files = world.provider.calls, world.files()
    said, there = None, None
    async with world.process() as process:
        try:
            there = await facts(process, job_id)
        except RowmillError as exc:
            said = exc
    if said is None:
        assert there == known, "a lie that nobody saw"
    else:
        assert isinstance(said, (StoreDamaged, NotFound)), said  # an empty file knows no job
        assert "doctor --rebuild" in said.hint
    world.rebuild()
    async with world.process() as process:
        restored = await facts(process, job_id)
        for what in ("job", "tally", "merged"):
            assert restored[what] == known[what], what
        assert [chunk.sha256 for chunk in restored["chunks"]] == [
            chunk.sha256 for chunk in known["chunks"]
        ]
    assert (world.provider.calls, world.files()) == (paid, files)


@pytest.fixture
async def known(done) -> dict[str, Any]:
    world, job_id = done
    async with world.process() as process:
        return await facts(process, job_id)


def copies(world: World, homes, count: int) -> Iterator[tuple[int, World, Path]]:
    for number in range(count):
        home = homes()
        shutil.copytree(world.home, home, dirs_exist_ok=True)
        yield number, World(home, provider=world.provider), home / "rowmill.db"


@pytest.mark.parametrize("shard", range(2))
async def test_a_store_that_was_cut_anywhere_is_seen_and_rebuilt(shard, done, known, homes) -> None:
    world, job_id = done
    size = (world.home / "rowmill.db").stat().st_size
    chance = Random(shard)
    places = [
        *range(shard * PAGE, size, 2 * PAGE),
        *(chance.randrange(size) for _ in range(CUTS // 2)),
    ]
    for number, copy, database in copies(world, homes, len(places)):
        with database.open("r+b") as file:
            file.truncate(places[number])
        try:
            await survives(copy, job_id, known)
        except BaseException as exc:
            exc.add_note(f"cut at {places[number]} of {size}")
            raise


async def test_a_flipped_bit_in_the_store_never_gives_wrong_rows(done, known, homes) -> None:
    """Anywhere where there is something, and half of the time in the hash of a chunk."""
    world, job_id = done
    data = (world.home / "rowmill.db").read_bytes()
    hashes = [data.index(chunk.sha256.encode()) for chunk in known["chunks"]]
    written = [place for place, byte in enumerate(data) if byte]
    chance = Random(5)
    for number, copy, database in copies(world, homes, FLIPS):
        place = (
            chance.choice(hashes) + chance.randrange(64) if number % 2 else chance.choice(written)
        )
        bit = chance.randrange(8)
        database.write_bytes(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])
        try:
            await survives(copy, job_id, known)
        except BaseException as exc:
            exc.add_note(f"bit {bit} of byte {place}")
            raise
