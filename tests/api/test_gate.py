"""Places among the calls at once are never lost."""

from __future__ import annotations

import asyncio

import pytest

from src.api.limits import MARGIN_S, Gate, RequestLog, Spent


async def test_a_place_that_comes_while_its_caller_gives_up_is_passed_on() -> None:
    gate = Gate(1)
    await gate.enter()
    waiting = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    gate.leave()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(5):
        await gate.enter()


async def test_whoever_gave_up_before_its_turn_is_passed_over() -> None:
    gate = Gate(1)
    await gate.enter()
    gone, waiting = asyncio.create_task(gate.enter()), asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])
    gate.leave()
    async with asyncio.timeout(5):
        await waiting
    assert not gate._is_open()


async def test_nobody_overtakes_those_who_wait() -> None:
    gate, order = Gate(1), []

    async def enter(name: str) -> None:
        await gate.enter()
        order.append(name)

    await gate.enter()
    first = asyncio.create_task(enter("first"))
    await asyncio.sleep(0)
    gate.leave()
    second = asyncio.create_task(enter("second"))
    await first
    gate.leave()
    await second
    assert order == ["first", "second"]


async def test_answers_never_widen_it_beyond_its_limit() -> None:
    gate = Gate(2)
    for _ in range(5):
        gate.widen()
    await gate.enter()
    await gate.enter()
    third = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    assert not third.done()
    gate.leave()
    await third


def test_a_start_is_remembered_a_little_longer_than_the_period() -> None:
    """Requests overtake each other on their way to the service."""
    log = RequestLog(1, 60.0)
    log.start(Spent(0.0, 1))
    assert log.wait_s(60.0) > 0
    assert log.wait_s(60.0 + 2 * MARGIN_S) == 0
