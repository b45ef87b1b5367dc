"""Work in threads that is waited for to its end."""

from __future__ import annotations

import asyncio
import threading

import pytest

from src.core.running.threads import to_its_end


async def test_it_gives_what_the_work_gives() -> None:
    assert await to_its_end(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await to_its_end(divmod, 7, 0)


async def test_a_cancelled_caller_goes_when_the_thread_is_done() -> None:
    begun, may, ended = threading.Event(), threading.Event(), []

    def work() -> None:
        begun.set()
        assert may.wait(20)
        ended.append(True)

    task = asyncio.create_task(to_its_end(work))
    await asyncio.to_thread(begun.wait, 20)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    may.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended
