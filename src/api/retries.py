"""When a failed call is tried again, and how long until then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from ..core.errors import ProviderBlocked, ProviderBusy, RowmillError

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
LONGEST_ASKED_S = 120.0
"""Asked to wait longer, we give the call up and say so: the job can pause, a call cannot."""
BLOCKED_TRIES = 2
"""A refusal may be a whim; twice is an answer."""

Random = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


def retrying(max_attempts: int, *, sleep: Sleep, random: Random) -> AsyncRetrying:
    """Exponential backoff with jitter, at least what the service asked for. Built for each call,
    because its statistics are its state."""
    return AsyncRetrying(
        stop=lambda state: state.attempt_number >= _tries(_error(state), max_attempts),
        retry=retry_if_exception(worth_another_try),
        wait=lambda state: wait_s(state.attempt_number, _error(state), random),
        sleep=sleep,
        reraise=True,
    )


def worth_another_try(error: BaseException) -> bool:
    if isinstance(error, ProviderBusy):
        return asked_wait_s(error) <= LONGEST_ASKED_S
    return isinstance(error, RowmillError) and (
        error.retryable or isinstance(error, ProviderBlocked)
    )


def wait_s(attempt: int, error: BaseException | None, random: Random) -> float:
    """Seconds after the `attempt`-th try (from 1): half of the backoff is chance."""
    backoff: float = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (attempt - 1))
    jittered = backoff * (0.5 + 0.5 * random())
    asked = asked_wait_s(error)
    # Those who were all told the same number do not come back all at once.
    return jittered if not asked else asked + min(jittered, FIRST_WAIT_S)


def asked_wait_s(error: BaseException | None) -> float:
    return (error.retry_after_s or 0.0) if isinstance(error, ProviderBusy) else 0.0


def _tries(error: BaseException | None, max_attempts: int) -> int:
    return min(max_attempts, BLOCKED_TRIES) if isinstance(error, ProviderBlocked) else max_attempts


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
