"""When a failed call is tried again, and how long until then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from ..core.errors import ProviderBlocked, ProviderBusy, ProviderError, RowmillError

FIRST_WAIT_S, GROWTH = 0.4, 3.0
"""One refusal is soon mended, for the whole job may wait for its last row; a second is not."""
LONGEST_WAIT_S = 60.0
LONGEST_ASKED_S = 120.0
"""Asked to wait longer, we give the call up and say so: the job can pause, a call cannot."""
BLOCKED_TRIES = 2
"""A refusal may be a whim; twice is an answer."""

Random = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]
_T = TypeVar("_T")


async def retried(
    call: Callable[[], Awaitable[_T]], max_attempts: int, *, sleep: Sleep, random: Random
) -> _T:
    """Exponential backoff with jitter, at least what the service asked for.

    Raises: the last error, as it came.
    """
    attempt = 1
    while True:
        try:
            return await call()
        except ProviderError as error:
            if attempt >= _tries(error, max_attempts) or not worth_another_try(error):
                raise
            wait = wait_s(attempt, error, random)
        await sleep(wait)
        attempt += 1


def worth_another_try(error: BaseException) -> bool:
    if isinstance(error, ProviderBusy):
        return asked_wait_s(error) <= LONGEST_ASKED_S
    return isinstance(error, RowmillError) and (
        error.retryable or isinstance(error, ProviderBlocked)
    )


def wait_s(attempt: int, error: BaseException | None, random: Random) -> float:
    """Seconds after the `attempt`-th try (from 1): half of the backoff is chance."""
    backoff = min(LONGEST_WAIT_S, FIRST_WAIT_S * GROWTH ** (attempt - 1))
    jittered = backoff * (0.5 + 0.5 * random())
    asked = asked_wait_s(error)
    # Those who were all told the same number do not come back all at once.
    return jittered if not asked else asked + min(jittered, FIRST_WAIT_S)


def asked_wait_s(error: BaseException | None) -> float:
    return (error.retry_after_s or 0.0) if isinstance(error, ProviderBusy) else 0.0


def _tries(error: BaseException, max_attempts: int) -> int:
    return min(max_attempts, BLOCKED_TRIES) if isinstance(error, ProviderBlocked) else max_attempts
