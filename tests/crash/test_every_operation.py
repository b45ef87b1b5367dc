"""A job with its merge, interrupted at every single operation: always the same dataset."""

from __future__ import annotations

from random import Random

import pytest

from .faults import WAYS, Fate
from .proof import judge, live, undisturbed
from .world import World

SAMPLED_PAIRS = 150
SHARDS = 2


def told(*fates: Fate) -> str:
    return "; then ".join(f"{f.way} at {f.at}, {f.steps[f.at or 0 :][:1]}" for f in fates)


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("way", WAYS)
async def test_at_whatever_operation_it_is_interrupted_the_dataset_is_the_same(
    way, shard, homes
) -> None:
    expected, steps = await undisturbed(World(homes()))
    assert len(steps) > 60
    for at in range(shard, len(steps), SHARDS):
        world, fate = World(homes()), Fate(at, way)
        await live(world, fate)
        try:
            await judge(world, expected, lives=1)
        except BaseException as exc:
            exc.add_note(told(fate))
            raise


@pytest.mark.parametrize("shard", range(SHARDS))
async def test_an_interrupted_recovery_is_recovered_from_too(shard, homes) -> None:
    """Pairs of operations, the second one in the recovery from the first: a seeded sample."""
    expected, steps = await undisturbed(World(homes()))
    chance = Random(shard)
    for _ in range(SAMPLED_PAIRS // SHARDS):
        world = World(homes())
        first = Fate(chance.randrange(len(steps)), chance.choice(WAYS))
        second = Fate(chance.randrange(len(steps) - (first.at or 0) + 2), chance.choice(WAYS))
        await live(world, first)
        await live(world, second)
        try:
            await judge(world, expected, lives=2)
        except BaseException as exc:
            exc.add_note(told(first, second))
            raise


@pytest.mark.parametrize("shard", range(SHARDS))
async def test_after_a_death_at_any_operation_the_store_can_be_rebuilt_from_the_files(
    shard, homes
) -> None:
    """What the store had answered stands in files of its own."""
    expected, steps = await undisturbed(World(homes()))
    for at in range(shard, len(steps), SHARDS):
        world, fate = World(homes()), Fate(at, "die" if at % 4 < 2 else "tear")
        await live(world, fate)
        for part in world.home.glob("rowmill.db*"):
            part.unlink()
        try:
            world.rebuild()
            await judge(world, expected, lives=1)
        except BaseException as exc:
            exc.add_note(told(fate))
            raise
