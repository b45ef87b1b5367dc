"""How much may be sent when: requests and input tokens a minute of every key, and calls at once."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from aiolimiter import AsyncLimiter

PERIOD_S = 60.0
MARGIN_S = 0.4
"""A start is remembered this much longer: requests overtake each other on their way."""
NAP_S = 0.25
"""The longest sleep between two looks, because a settled estimate may free tokens meanwhile."""
SPREAD = 50
"""The whole quota takes at least a fiftieth of its period: no thousand handshakes at once."""
NARROWER = 0.7
"""Of the calls at once are left after the service said that it is too much."""

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Spent:
    """One request: when it was sent (until it is: when it was allowed to be), and its tokens (the
    estimate until the real count is known)."""

    at: float
    tokens: int
    forgotten: bool = False


class RequestLog:
    """The last `limit` starts. One more may start when the oldest has left the window."""

    def __init__(self, limit: int, period_s: float = PERIOD_S) -> None:
        self._starts: deque[Spent] = deque(maxlen=limit)
        self._keep_s = period_s + MARGIN_S

    def wait_s(self, now: float) -> float:
        if len(self._starts) < (self._starts.maxlen or 0):
            return 0.0
        return max(0.0, self._starts[0].at + self._keep_s - now)

    def start(self, spent: Spent) -> None:
        self._starts.append(spent)


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


class Quota:
    """One key's share: what it sent in the last period, and until when it is to keep still."""

    def __init__(self, requests: int, tokens: int, period_s: float) -> None:
        self._requests = RequestLog(requests, period_s)
        self._tokens = TokenBudget(tokens, period_s)
        self._paused_until = -math.inf
        self.turn = 0
        self.is_aside = False

    def wait_s(self, now: float, tokens: int) -> float:
        return max(
            self._requests.wait_s(now),
            self._tokens.wait_s(now, tokens),
            self._paused_until - now,
            0.0,
        )

    def start(self, now: float, tokens: int) -> Spent:
        spent = self._tokens.start(now, tokens)
        self._requests.start(spent)
        return spent

    def settle(self, spent: Spent, tokens: int) -> None:
        self._tokens.settle(spent, tokens)

    def pause(self, until: float) -> None:
        self._paused_until = max(self._paused_until, until)


class Gate:
    """At most `limit` calls at once, fewer while the service is overloaded; first come first
    served. Each call that is answered makes room for one more again, so that a whole round of
    answers doubles the width and a short spell costs little."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._width = float(limit)
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.spell = 0

    async def enter(self) -> None:
        if self._is_open():  # then nobody waits: whatever opens it lets in who does
            self._inside += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # let in at the very moment in which it gave up
                self.leave()
            raise  # who gave up before is passed over when its turn comes

    def leave(self) -> None:
        self._inside -= 1
        self._let_in()

    def narrow(self, spell: int) -> None:
        """Too much: once for all the calls that were sent into the same spell of overload."""
        if spell == self.spell:
            self.spell += 1
            self._width = max(1.0, self._width * NARROWER)

    def widen(self) -> None:
        self._width = min(float(self._limit), self._width + 1)
        self._let_in()

    def _is_open(self) -> bool:
        return self._inside < int(self._width)

    def _let_in(self) -> None:
        while self._waiting and self._is_open():
            turn = self._waiting.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)


class Learned:
    """How much of a cautious estimate the service really counts, as its last answers show."""

    KEPT = 20
    SPARE = 1.02

    def __init__(self) -> None:
        self._shares: deque[float] = deque(maxlen=self.KEPT)

    def of(self, at_most: int) -> int:
        share = min(1.0, max(self._shares) * self.SPARE) if self._shares else 1.0
        return max(1, math.ceil(at_most * share))

    def note(self, at_most: int, counted: int) -> None:
        self._shares.append(counted / max(1, at_most))


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to send one request now, with the key of that number."""

    key: int
    _quota: Quota
    _spent: Spent
    _gate: Gate
    _spell: int
    _clock: Clock

    def sent(self) -> None:
        """Now it leaves: a busy moment may have passed since it was allowed to."""
        self._spent.at = self._clock()

    def settle(self, tokens: int) -> None:
        """Replace the estimate by what the service counted."""
        self._quota.settle(self._spent, tokens)

    def answered(self) -> None:
        self._gate.widen()

    def overloaded(self) -> None:
        self._gate.narrow(self._spell)


class Limiter:
    """The quotas of one or several keys, first come first served, for the tasks of one event loop.

    The logs decide, so that no window of `period_s` ever holds more than a key's quota; aiolimiter
    spreads what they let through. A request that was let through counts, whatever becomes of it:
    the service may have counted it too. `requests` and `tokens` are those of each key.
    """

    def __init__(
        self,
        *,
        requests: int,
        tokens: int,
        concurrency: int,
        keys: int = 1,
        period_s: float = PERIOD_S,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        burst = max(1, requests * keys // 10)
        self._pace = AsyncLimiter(burst, period_s * burst / (requests * keys) / SPREAD)
        self._quotas = tuple(Quota(requests, tokens, period_s) for _ in range(keys))
        self._gate = Gate(concurrency)
        self._turn = asyncio.Lock()  # fair: waiters get it in the order in which they came
        self._turns = count(1)
        self._clock = clock
        self._sleep = sleep

    @asynccontextmanager
    async def slot(self, tokens: int) -> AsyncIterator[Ticket]:
        """Wait for a place among the calls at once and for a key's quota, then hold the place."""
        await self._gate.enter()
        try:
            yield await self._admit(tokens)
        finally:
            self._gate.leave()

    def pause(self, seconds: float, key: int = 0) -> None:
        """Nobody starts with this key before `seconds` have passed: the service said so."""
        self._quotas[key].pause(self._clock() + seconds)

    def set_aside(self, key: int) -> bool:
        """Use the key no more; False where no other is left, and then all are taken up again for
        whoever comes next: a person may have mended what was wrong."""
        self._quotas[key].is_aside = True
        if not all(quota.is_aside for quota in self._quotas):
            return True
        for quota in self._quotas:
            quota.is_aside = False
        return False

    async def _admit(self, tokens: int) -> Ticket:
        async with self._turn:
            await self._pace.acquire()
            while True:
                now = self._clock()
                key, quota = self._soonest(now, tokens)
                wait = quota.wait_s(now, tokens)
                if wait <= 0:
                    spent, quota.turn = quota.start(now, tokens), next(self._turns)
                    return Ticket(key, quota, spent, self._gate, self._gate.spell, self._clock)
                await self._sleep(min(max(wait, 0.001), NAP_S))

    def _soonest(self, now: float, tokens: int) -> tuple[int, Quota]:
        """The key that may send first; among several, the one that rested longest."""
        usable = [(key, quota) for key, quota in enumerate(self._quotas) if not quota.is_aside]
        return min(usable, key=lambda each: (each[1].wait_s(now, tokens), each[1].turn))
