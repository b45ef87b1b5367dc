"""Cancelled at whatever await: nothing leaks, and the job still comes to its dataset."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from .world import Process, World, created

PATIENCE_S = 30
SHARDS = 2
Moment = Literal["waiting", "answered"]


@dataclass
class Canceller:
    """Cancels whichever task comes to the `at`-th suspension of all: while it waits, or when what
    it waits for has come and it does not know yet."""

    at: int | None = None
    moment: Moment = "waiting"
    seen: int = 0

    def factory(
        self, loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **kwargs: Any
    ) -> asyncio.Task[Any]:
        return asyncio.Task(Driven(coro, self.met), loop=loop, **kwargs)

    def met(self, waited: Any) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self.seen == self.at:
            if waited is None or self.moment == "waiting":
                task.cancel()
            else:  # before the task itself hears of it
                waited.add_done_callback(lambda _: task.cancel())
        self.seen += 1


@dataclass
class Driven(Coroutine[Any, Any, Any]):
    """A coroutine that tells of each of its suspensions."""

    inner: Coroutine[Any, Any, Any]
    met: Callable[[Any], None]

    def send(self, value: Any) -> Any:
        return self._told(self.inner.send(value))

    def throw(self, *exc: Any) -> Any:
        return self._told(self.inner.throw(*exc))

    def close(self) -> None:
        self.inner.close()

    def __await__(self) -> Iterator[Any]:
        return self.inner.__await__()

    def _told(self, waited: Any) -> Any:
        self.met(waited)
        return waited


@contextmanager
def cancelling(canceller: Canceller) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(canceller.factory)
    try:
        yield
    finally:
        loop.set_task_factory(None)


async def made(process: Process, job_id: str) -> None:
    """The whole way, in a task of its own that may be cancelled like any other."""

    async def whole() -> None:
        await process.drain(job_id)
        await process.merged(job_id)

    await asyncio.create_task(whole())


async def at_rest() -> None:
    """Until no task and no thread is under way."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


async def survive(world: World, canceller: Canceller) -> bytes:
    loop, threads = asyncio.get_running_loop(), ThreadPoolExecutor(4)
    loop.set_default_executor(threads)
    async with world.process() as process:
        job_id = await created(process)
        with cancelling(canceller), suppress(asyncio.CancelledError):
            await made(process, job_id)
        async with asyncio.timeout(PATIENCE_S):
            await at_rest()
        threads.shutdown()
        loop.set_default_executor(ThreadPoolExecutor(4))
        assert not process.leases.held(job_id), "a lease leaked"
        assert not process.runner.running_here(job_id)
        litter = [path.name for path in world.home.rglob(".rowmill-*")]
        assert litter == [], "a temporary file leaked"
        async with asyncio.timeout(PATIENCE_S):  # a slot that leaked would be waited for
            await made(process, job_id)
    return world.files()[f"{job_id}.csv"]


async def counted(world: World) -> int:
    canceller = Canceller()
    await survive(world, canceller)
    return canceller.seen


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("moment", ["waiting", "answered"])
async def test_cancelled_at_any_await_it_leaks_nothing_and_goes_on(moment, shard, homes) -> None:
    expected = await survive(World(homes()), Canceller())
    awaits = await counted(World(homes()))
    assert awaits > 60
    for at in range(shard, awaits, SHARDS):
        world, canceller = World(homes()), Canceller(at, moment)
        try:
            assert await survive(world, canceller) == expected
            assert not world.provider.twice, "what was recorded was paid for again"
        except BaseException as exc:
            exc.add_note(f"cancelled at {at} of {awaits}, {moment}")
            raise
