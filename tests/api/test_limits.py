"""The quota is never passed in any window, and nearly used up."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_left
from collections.abc import Sequence

import pytest

from src.api.limits import MARGIN_S, Learned, Limiter

from .virtual import clock, run

WINDOW_S = 20.0


def limiter(requests: int = 10_000, tokens: int = 10**9, concurrency: int = 10_000) -> Limiter:
    return Limiter(
        requests=requests, tokens=tokens, concurrency=concurrency, period_s=WINDOW_S, clock=clock
    )


def most_in_a_window(starts: Sequence[tuple[float, int]]) -> int:
    """The most tokens (or requests, at 1 each) in any [t, t + WINDOW_S)."""
    times = [at for at, _ in starts]
    return max(
        sum(amount for _, amount in starts[n : bisect_left(times, at + WINDOW_S)])
        for n, at in enumerate(times)
    )


def soonest(amounts: Sequence[int], quota: int) -> float:
    """When the last of these may start at the earliest, first come first served."""
    now, log = 0.0, []
    for amount in amounts:
        while sum(tokens for _, tokens in log) + amount > quota:
            at, _ = log.pop(0)
            now = max(now, at + WINDOW_S)
        log.append((now, amount))
    return now


async def starts_of(
    limits: Limiter, amounts: Sequence[int], seconds: float = 1.0
) -> list[tuple[float, int]]:
    """When each of many racing calls started, in that order."""
    started: list[tuple[float, int]] = []

    async def call(amount: int) -> None:
        async with limits.slot(amount):
            started.append((clock(), amount))
            await asyncio.sleep(seconds)

    await asyncio.gather(*map(call, amounts))
    return started


@pytest.mark.parametrize("quota", [1, 15, 200])
def test_no_window_holds_more_requests_than_the_quota_and_nearly_all_of_it_is_used(quota):
    async def main():
        began = clock()
        starts = await starts_of(limiter(requests=quota), [1] * (quota * 5))
        assert most_in_a_window([(at, 1) for at, _ in starts]) <= quota
        # Five quotas need four windows; the first goes at once.
        assert (starts[-1][0] - began) * 0.95 <= 4 * WINDOW_S

    run(main())


def test_tokens_count_a_moment_longer_than_the_window():
    """Requests overtake each other on their way: the service's window is not quite ours."""

    async def main():
        (first, _), (second, _) = await starts_of(limiter(tokens=1000), [1000, 1000])
        assert second - first >= WINDOW_S + MARGIN_S

    run(main())


@pytest.mark.parametrize("seed", range(5))
def test_no_window_holds_more_tokens_than_the_quota_and_nearly_all_of_it_is_used(seed):
    chance = random.Random(seed)
    amounts = [chance.choice((50, 120, 300)) for _ in range(300)]

    async def main():
        began = clock()
        starts = await starts_of(limiter(tokens=3000), amounts)
        assert most_in_a_window(starts) <= 3000
        assert (starts[-1][0] - began) * 0.95 <= soonest(amounts, 3000)

    run(main())


def test_first_come_first_served_whatever_the_size():
    amounts = [900, 50, 50, 900, 50, 700, 50]
    starts = run(starts_of(limiter(tokens=1000), amounts))
    assert [amount for _, amount in starts] == amounts


def test_a_request_above_the_whole_budget_goes_alone_and_is_paid_off_before_the_next():
    async def main():
        began = clock()
        starts = await starts_of(limiter(tokens=1000), [100, 2500, 100])
        assert [amount for _, amount in starts] == [100, 2500, 100]
        alone, after = starts[1][0] - began, starts[2][0] - starts[1][0]
        assert alone == pytest.approx(WINDOW_S, abs=1)
        assert after == pytest.approx(2.5 * WINDOW_S, abs=1)

    run(main())


def test_tokens_that_were_not_needed_are_free_again_at_once():
    async def main():
        limits, began = limiter(tokens=1000), clock()
        async with limits.slot(900) as ticket:
            ticket.settle(300)
        async with limits.slot(700):
            assert clock() - began < 1
        async with limits.slot(10):
            assert clock() - began >= WINDOW_S

    run(main())


def test_a_waiter_learns_of_freed_tokens_while_it_waits():
    async def main():
        limits, began = limiter(tokens=1000), clock()

        async def first() -> None:
            async with limits.slot(900) as ticket:
                await asyncio.sleep(3)
                ticket.settle(100)

        async def second() -> None:
            async with limits.slot(500):
                assert 3 <= clock() - began < 4

        await asyncio.gather(first(), second())

    run(main())


def test_an_estimate_that_was_too_low_delays_those_who_follow():
    async def main():
        limits, began = limiter(tokens=1000), clock()
        async with limits.slot(100) as ticket:
            ticket.settle(950)
        async with limits.slot(100):
            assert clock() - began >= WINDOW_S

    run(main())


def test_what_was_counted_leaves_the_window_not_what_was_estimated():
    async def main():
        limits, sent = limiter(tokens=1000), []
        for _ in range(40):
            async with limits.slot(300) as ticket:
                sent.append((clock(), 100))
                ticket.settle(100)
        assert most_in_a_window(sent) <= 1000

    run(main())


def test_settling_what_has_left_the_window_changes_nothing():
    async def main():
        limits = limiter(tokens=1000)
        async with limits.slot(1000) as late:
            await asyncio.sleep(2 * WINDOW_S)
        async with limits.slot(1000):
            began = clock()
        late.settle(5)
        async with limits.slot(500):
            assert clock() - began >= WINDOW_S

    run(main())


def test_a_pause_holds_everybody_back_until_it_is_over():
    async def main():
        limits, began = limiter(), clock()
        limits.pause(7)
        limits.pause(3)
        starts = await starts_of(limits, [1] * 5)
        assert all(at - began >= 7 for at, _ in starts)
        assert starts[-1][0] - began < 8

    run(main())


def test_no_more_calls_at_once_than_allowed():
    async def main():
        limits, at_once, most = limiter(concurrency=3), 0, 0

        async def call() -> None:
            nonlocal at_once, most
            async with limits.slot(1):
                at_once += 1
                most = max(most, at_once)
                await asyncio.sleep(1)
                at_once -= 1

        await asyncio.gather(*(call() for _ in range(20)))
        assert most == 3

    run(main())


def test_those_who_are_cancelled_while_they_wait_leave_nothing_behind():
    async def main():
        limits, began = limiter(requests=2, tokens=1000, concurrency=4), clock()
        async with limits.slot(1):
            pass
        async with limits.slot(1):
            pass

        async def call() -> float:
            async with limits.slot(400):
                return clock() - began

        waiting = [asyncio.ensure_future(call()) for _ in range(8)]
        await asyncio.sleep(5)
        for task in waiting[:7]:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert all(task.cancelled() for task in waiting[:7])
        # Neither a place, nor a start, nor tokens went to the seven.
        assert WINDOW_S <= waiting[7].result() < WINDOW_S + 1
        second = await call()
        assert second < WINDOW_S + 2

    run(main())


def test_a_call_that_fails_gives_its_place_back():
    async def main():
        limits = limiter(concurrency=1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                async with limits.slot(1):
                    raise ZeroDivisionError

    run(main())


# ── several keys ──────────────────────────────────────────────────────────────────────────────


def test_three_keys_give_three_quotas_and_none_passes_its_own():
    async def main():
        began, starts = clock(), []
        limits = Limiter(
            requests=15, tokens=10**9, concurrency=99, keys=3, period_s=WINDOW_S, clock=clock
        )

        async def call() -> None:
            async with limits.slot(1) as ticket:
                starts.append((clock(), ticket.key))
                await asyncio.sleep(1)

        await asyncio.gather(*(call() for _ in range(15 * 3 * 4)))
        for key in range(3):
            assert most_in_a_window([(at, 1) for at, used in starts if used == key]) <= 15
        assert (starts[-1][0] - began) * 0.95 <= 3 * WINDOW_S

    run(main())


def test_a_pause_of_one_key_leaves_the_others_at_work():
    async def main():
        limits = Limiter(
            requests=100, tokens=10**9, concurrency=9, keys=2, period_s=WINDOW_S, clock=clock
        )
        limits.pause(10, 0)
        for _ in range(5):
            async with limits.slot(1) as ticket:
                assert ticket.key == 1

    run(main())


def test_a_key_set_aside_rests_while_another_is_left_and_all_come_back_after_the_last():
    async def main():
        limits = Limiter(requests=99, tokens=10**9, concurrency=9, keys=2, clock=clock)
        assert limits.set_aside(0)
        for _ in range(3):
            async with limits.slot(1) as ticket:
                assert ticket.key == 1
        assert not limits.set_aside(1)
        used = set()
        for _ in range(4):
            async with limits.slot(1) as ticket:
                used.add(ticket.key)
        assert used == {0, 1}

    run(main())


# ── fewer at once ─────────────────────────────────────────────────────────────────────────────


def test_overload_narrows_once_for_all_calls_of_a_spell_and_answers_widen_again():
    async def main():
        limits = limiter(concurrency=10)

        async def at_once() -> int:
            """How many of many get in before one leaves."""
            inside, leave = 0, asyncio.Event()

            async def call() -> None:
                nonlocal inside
                async with limits.slot(1):
                    inside += 1
                    await leave.wait()

            calls = [asyncio.ensure_future(call()) for _ in range(20)]
            await asyncio.sleep(5)
            seen = inside
            leave.set()
            await asyncio.gather(*calls)
            return seen

        async with limits.slot(1) as one, limits.slot(1) as other:
            one.overloaded()
            other.overloaded()
        assert await at_once() == 7
        for _ in range(2):
            async with limits.slot(1) as ticket:
                ticket.answered()
        assert await at_once() == 9
        for _ in range(9):
            async with limits.slot(1) as ticket:
                ticket.overloaded()
        assert await at_once() == 1

    run(main())


def test_what_leaves_late_counts_from_when_it_left():
    async def main():
        limits = limiter(requests=1)
        async with limits.slot(1) as ticket:
            await asyncio.sleep(5)
            ticket.sent()
            left = clock()
        async with limits.slot(1):
            assert clock() - left >= WINDOW_S

    run(main())


def test_a_cautious_estimate_shrinks_to_what_the_service_counts():
    learned = Learned()
    assert learned.of(1000) == 1000
    for counted in (500, 600, 400):
        learned.note(1000, counted)
    assert learned.of(1000) == 612
    learned.note(1000, 1500)
    assert learned.of(1000) == 1000
