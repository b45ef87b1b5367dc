"""Who computes gives way, and to nobody's harm."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import pytest

from src.mcp_server.precedence import NICENESS, _give_way, answers_first

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@LINUX
async def test_threads_that_compute_are_nicer_than_the_loop() -> None:
    answers_first(asyncio.get_running_loop())
    before = niceness()
    assert await asyncio.to_thread(niceness) == min(19, before + NICENESS)
    assert niceness() == before


@LINUX
async def test_a_server_that_was_started_nicer_than_that_stays_so() -> None:
    """To lower it again is forbidden to users, and a pool whose threads cannot start is broken."""
    found: list[int] = []

    def started_with_nice() -> None:
        os.nice(max(0, 15 - niceness()))
        _give_way()
        found.append(niceness())

    thread = threading.Thread(target=started_with_nice)
    thread.start()
    await asyncio.to_thread(thread.join)
    assert found == [19]
