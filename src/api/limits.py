"""How much may be sent when: requests and input tokens a minute, and calls at once."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiolimiter import AsyncLimiter

PERIOD_S = 60.0
MARGIN_S = 0.25
"""A start is remembered this much longer: requests overtake each other on their way."""
NAP_S = 0.25
"""The longest sleep between two looks, because a settled estimate may free tokens meanwhile."""
SPREAD = 50
"""The whole quota takes at least a fiftieth of its period: no thousand handshakes at once."""

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class RequestLog:
    """The last `limit` starts. One more may start when the oldest has left the window."""

    def __init__(self, limit: int, period_s: float = PERIOD_S) -> None:
        self._starts: deque[float] = deque(maxlen=limit)
        self._keep_s = period_s + MARGIN_S

    def wait_s(self, now: float) -> float:
        if len(self._starts) < (self._starts.maxlen or 0):
            return 0.0
        return max(0.0, self._starts[0] + self._keep_s - now)

    def start(self, now: float) -> None:
        self._starts.append(now)


@dataclass(slots=True)
class Spent:
    """Tokens of one request: the estimate until the real count is known."""

    at: float
    tokens: int
    forgotten: bool = False


class TokenBudget:
    """Tokens in a sliding window.

    A request larger than the whole budget starts when nothing else is in the window and is then
    remembered for as many periods as it fills: a debt that is paid off before the next one.
    """

    def __init__(self, limit: int, period_s: float = PERIOD_S) -> None:
        self._limit = limit
        self._period_s = period_s
        self._log: deque[Spent] = deque()
        self._used = 0

    def wait_s(self, now: float, tokens: int) -> float:
        self._forget(now)
        used, wait = self._used, 0.0
        for spent in self._log:
            if used + tokens <= self._limit:
                break
            used -= spent.tokens
            wait = max(wait, self._until(spent) - now)
        return wait

    def start(self, now: float, tokens: int) -> Spent:
        spent = Spent(now, tokens)
        self._log.append(spent)
        self._used += tokens
        return spent

    def settle(self, spent: Spent, tokens: int) -> None:
        if not spent.forgotten:
            self._used += tokens - spent.tokens
            spent.tokens = tokens

    def _forget(self, now: float) -> None:
        while self._log and self._until(self._log[0]) <= now:
            spent = self._log.popleft()
            spent.forgotten = True
            self._used -= spent.tokens

    def _until(self, spent: Spent) -> float:
        return spent.at + self._period_s * max(1.0, spent.tokens / self._limit) + MARGIN_S


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to send one request now."""

    _budget: TokenBudget
    _spent: Spent

    def settle(self, tokens: int) -> None:
        """Replace the estimate by what the service counted."""
        self._budget.settle(self._spent, tokens)


class Limiter:
    """One key's quota, first come first served, for the tasks of one event loop.

    The logs decide, so that no window of `period_s` ever holds more than the quota; aiolimiter
    spreads what they let through. A request that was let through counts, whatever becomes of it:
    the service may have counted it too.
    """

    def __init__(
        self,
        *,
        requests: int,
        tokens: int,
        concurrency: int,
        period_s: float = PERIOD_S,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        burst = max(1, requests // 10)
        self._pace = AsyncLimiter(burst, period_s * burst / requests / SPREAD)
        self._requests = RequestLog(requests, period_s)
        self._tokens = TokenBudget(tokens, period_s)
        self._at_once = asyncio.Semaphore(concurrency)
        self._turn = asyncio.Lock()  # fair: waiters get it in the order in which they came
        self._paused_until = 0.0
        self._clock = clock
        self._sleep = sleep

    @asynccontextmanager
    async def slot(self, tokens: int) -> AsyncIterator[Ticket]:
        """Wait for a place among the calls at once and for the quota, then hold the place."""
        async with self._at_once:
            yield await self._admit(tokens)

    def pause(self, seconds: float) -> None:
        """Nobody starts before `seconds` have passed, because the service said so."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    async def _admit(self, tokens: int) -> Ticket:
        async with self._turn:
            await self._pace.acquire()
            while (wait := self._wait_s(tokens)) > 0:
                await self._sleep(min(max(wait, 0.001), NAP_S))
            now = self._clock()
            self._requests.start(now)
            return Ticket(self._tokens, self._tokens.start(now, tokens))

    def _wait_s(self, tokens: int) -> float:
        now = self._clock()
        return max(
            self._requests.wait_s(now),
            self._tokens.wait_s(now, tokens),
            self._paused_until - now,
        )
