"""Places among the calls at once are never lost."""

from __future__ import annotations

import asyncio
import random

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


async def test_those_who_wait_are_let_in_as_they_came() -> None:
    gate, order = Gate(1), []

    async def enter(number: int) -> None:
        await gate.enter()
        order.append(number)
        gate.leave()

    await gate.enter()
    waiting = [asyncio.create_task(enter(number)) for number in range(4)]
    await asyncio.sleep(0)
    gate.leave()
    await asyncio.gather(*waiting)
    assert order == [0, 1, 2, 3]


class Callers:
    """Some give up while they wait, some between being let in and waking, some once inside."""

    def __init__(self, gate: Gate, seed: int) -> None:
        self._gate, self._chance = gate, random.Random(seed)
        self.all: list[asyncio.Task[None]] = []
        self.entered: list[int] = []
        self.waited: list[int] = []
        self.overtook: list[int] = []
        self.inside: dict[int, asyncio.Event] = {}

    async def _caller(self, number: int) -> None:
        full, queue = not self._gate._is_open(), [*self._gate._waiting]
        await self._gate.enter()
        self.entered.append(number)
        if full:
            self.waited.append(number)
        elif not all(turn.done() for turn in queue):
            self.overtook.append(number)
        self.inside[number] = leaves = asyncio.Event()
        try:
            await leaves.wait()
        finally:
            del self.inside[number]
            self._gate.leave()

    async def step(self) -> None:
        move = self._chance.choice((self._come, self._come, self._go, self._give_up, self._turn))
        await move()
        if self._chance.random() < 0.5:
            await asyncio.sleep(0)

    async def _come(self) -> None:
        self.all.append(asyncio.create_task(self._caller(len(self.all))))
        await asyncio.sleep(0)  # whoever has not asked yet has not come

    async def _go(self) -> None:
        if self.inside:
            self.inside[self._chance.choice(list(self.inside))].set()

    async def _give_up(self) -> None:
        if self.all:
            self._chance.choice(self.all).cancel()

    async def _turn(self) -> None:
        if self._chance.random() < 0.5:
            self._gate.narrow(self._gate.spell)
        else:
            self._gate.widen()

    async def settled(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def all_leave(self) -> None:
        while not all(task.done() for task in self.all):
            for leaves in self.inside.values():
                leaves.set()
            await self.settled()


@pytest.mark.parametrize("seed", range(60))
async def test_whatever_happens_callers_get_in_as_they_came_and_no_place_is_lost(seed: int) -> None:
    gate = Gate(4)
    callers = Callers(gate, seed)
    for _ in range(80):
        await callers.step()
        assert len(callers.inside) <= 4
    await callers.settled()
    assert (
        callers.inside.keys() | {n for n, task in enumerate(callers.all) if task.done()}
        == {*range(len(callers.all))}
        or not gate._is_open()
    )
    async with asyncio.timeout(5):
        await callers.all_leave()
    assert callers.waited == sorted(callers.waited)
    assert not callers.overtook
    assert gate._inside == 0
    gave_up = {n for n, task in enumerate(callers.all) if task.cancelled()}
    assert {*callers.entered} | gave_up == {*range(len(callers.all))}


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
