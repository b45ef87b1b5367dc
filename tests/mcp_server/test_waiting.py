"""Work that outlives the call that asked for it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from src.core.errors import Conflict, LimitExceeded, NotFound
from src.mcp_server.arguments import ExtractSchema
from src.mcp_server.waiting import AT_ONCE, KEPT, KEPT_S, StillWorking, Works, identity


class Errand:
    """Work that ends when it is told to; counts how often it was begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.gate = asyncio.Event()
        self.fault: Exception | None = None

    async def __call__(self) -> str:
        self.begun += 1
        await self.gate.wait()
        if self.fault:
            raise self.fault
        return f"result {self.begun}"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def works(clock: Clock) -> Works:
    return Works(clock)


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_the_same_call_again_picks_up_the_same_work(works: Works) -> None:
    errand = Errand()
    with pytest.raises(StillWorking):
        await works.result("k", errand, 0)
    errand.gate.set()
    assert await works.result("k", errand, 5) == "result 1"


async def test_two_callers_at_once_share_one_work_and_both_get_its_result(works: Works) -> None:
    errand = Errand()
    both = asyncio.gather(works.result("k", errand, 5), works.result("k", errand, 5))
    await settle()
    errand.gate.set()
    assert await both == ["result 1", "result 1"]


async def test_a_result_that_was_had_is_not_kept(works: Works) -> None:
    errand = Errand()
    errand.gate.set()
    assert await works.result("k", errand, 5) == "result 1"
    assert await works.result("k", errand, 5) == "result 2"


async def test_a_cancelled_caller_leaves_the_work_alone(works: Works) -> None:
    errand = Errand()
    caller = asyncio.create_task(works.result("k", errand, 5))
    await settle()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    errand.gate.set()
    assert await works.result("k", errand, 5) == "result 1"


async def test_what_went_wrong_meanwhile_is_told_once_to_the_next_same_call(works: Works) -> None:
    errand = Errand()
    with pytest.raises(StillWorking):
        await works.result("k", errand, 0)
    errand.fault = NotFound("gone")
    errand.gate.set()
    with pytest.raises(NotFound):
        await works.result("k", errand, 5)
    errand.fault = None
    assert await works.result("k", errand, 5) == "result 2"


async def test_a_result_may_be_kept_for_the_same_call_again_and_a_fault_is_not(
    works: Works,
) -> None:
    errand = Errand()
    errand.gate.set()
    errand.fault = NotFound("gone")
    with pytest.raises(NotFound):
        await works.result("k", errand, 5, keep=True)
    errand.fault = None
    for _ in range(2):
        assert await works.result("k", errand, 5, keep=True) == "result 2"
    works.forget("k")
    assert await works.result("k", errand, 5, keep=True) == "result 3"


async def test_a_result_nobody_asks_for_is_forgotten_in_time(works: Works, clock: Clock) -> None:
    errand = Errand()
    with pytest.raises(StillWorking):
        await works.result("k", errand, 0)
    errand.gate.set()
    await settle()
    clock.now += KEPT_S + 1
    assert await works.result("k", errand, 5) == "result 2"


async def test_only_so_many_results_are_kept_the_newest_of_them(works: Works, clock: Clock) -> None:
    errands = [Errand() for _ in range(KEPT + 1)]
    for n, errand in enumerate(errands):
        clock.now += 1
        with pytest.raises(StillWorking):
            await works.result(str(n), errand, 0)
        errand.gate.set()
        await settle()
    assert await works.result("1", errands[1], 5) == "result 1"
    assert await works.result("0", errands[0], 5) == "result 2"


async def test_too_much_at_once_is_refused(works: Works) -> None:
    errand = Errand()
    for n in range(AT_ONCE):
        with pytest.raises(StillWorking):
            await works.result(f"k{n}", errand, 0)
    with pytest.raises(LimitExceeded):
        await works.result("one more", errand, 0)
    assert errand.begun == AT_ONCE
    await works.close()


async def test_work_that_was_stopped_says_so(works: Works) -> None:
    async def stopped() -> Any:
        raise asyncio.CancelledError

    with pytest.raises(Conflict):
        await works.result("k", stopped, 5)


async def test_closing_ends_all_work(works: Works) -> None:
    errand = Errand()
    with pytest.raises(StillWorking):
        await works.result("a 1", errand, 0)
    assert works.under_way("a ") == ("1",)
    await works.close()
    assert works.under_way("a ") == ()


def test_how_long_a_call_waits_is_no_part_of_what_it_wants() -> None:
    calls = [ExtractSchema(description="d", wait_s=wait) for wait in (None, 3.0)]
    assert len({identity("t", call) for call in calls}) == 1
    assert identity("t", calls[0]) != identity("t", ExtractSchema(description="e"))
