"""When a call is tried again, and after how long."""

from __future__ import annotations

import pytest

from src.api.retries import FIRST_WAIT_S, LONGEST_WAIT_S, retried, wait_s, worth_another_try
from src.core.errors import (
    BadAnswer,
    ProviderBlocked,
    ProviderBusy,
    ProviderDown,
    ProviderError,
    ProviderRefused,
    QuotaExhausted,
)


def busy(seconds: float | None) -> ProviderBusy:
    return ProviderBusy("busy", retry_after_s=seconds)


async def tried(errors: list[Exception], max_attempts: int = 5) -> tuple[object, list[float]]:
    """What came of a call that fails so and then succeeds, and the waits in between."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def call() -> str:
        if errors:
            raise errors.pop(0)
        return "done"

    try:
        return await retried(call, max_attempts, sleep=sleep, random=lambda: 1.0), waits
    except ProviderError as exc:
        return exc, waits


async def test_waits_grow_from_try_to_try():
    outcome, waits = await tried([ProviderDown("down") for _ in range(4)])
    assert outcome == "done"
    assert waits == pytest.approx([0.4, 1.2, 3.6, 10.8])


async def test_the_last_error_comes_out_as_it_is():
    last = ProviderDown("the fifth")
    outcome, waits = await tried([*(ProviderDown("down") for _ in range(4)), last])
    assert outcome is last
    assert len(waits) == 4


async def test_one_attempt_means_none_more():
    outcome, waits = await tried([ProviderDown("down")], max_attempts=1)
    assert isinstance(outcome, ProviderDown)
    assert waits == []


def test_chance_halves_a_wait_at_most_and_no_wait_grows_without_end():
    assert wait_s(3, None, lambda: 0.0) == pytest.approx(1.8)
    assert wait_s(3, None, lambda: 1.0) == pytest.approx(3.6)
    assert wait_s(40, None, lambda: 1.0) == LONGEST_WAIT_S


def test_the_wait_that_the_service_asks_for_is_kept_and_spread_a_little():
    waits = {wait_s(1, busy(17.0), lambda share=share: share) for share in (0.0, 0.5, 1.0)}
    assert len(waits) == 3
    assert all(17 < wait <= 17 + FIRST_WAIT_S for wait in waits)


async def test_asked_to_wait_for_very_long_the_call_gives_up_at_once():
    outcome, waits = await tried([busy(3600)])
    assert isinstance(outcome, ProviderBusy)
    assert outcome.retry_after_s == 3600
    assert waits == []


async def test_a_blocked_prompt_gets_one_more_try():
    assert (await tried([ProviderBlocked("no")]))[0] == "done"
    outcome, waits = await tried([ProviderBlocked("no"), ProviderBlocked("no")])
    assert isinstance(outcome, ProviderBlocked)
    assert len(waits) == 1


@pytest.mark.parametrize("error", [ProviderRefused("no"), QuotaExhausted("no"), ValueError("ours")])
def test_what_will_not_change_is_not_tried_again(error):
    assert not worth_another_try(error)


@pytest.mark.parametrize("error", [busy(None), busy(5), ProviderDown("x"), BadAnswer("x")])
def test_what_may_change_is_tried_again(error):
    assert worth_another_try(error)
