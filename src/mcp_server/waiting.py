"""Work that outlives the call that asked for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from ..core.errors import Conflict, LimitExceeded
from ..utils.checksums import canonical_sha256

log = logging.getLogger("rowmill.mcp")

AT_ONCE = 64
KEPT = 64
KEPT_S = 600.0

_T = TypeVar("_T")


def identity(tool: str, arguments: BaseModel) -> str:
    """The same for two calls that want the same, however long each is ready to wait."""
    said = arguments.model_dump(mode="json", exclude={"wait_s"})
    return f"{tool} {canonical_sha256(said)}"


class StillWorking(Exception):
    """The time to wait is over and the work goes on."""


@dataclass(slots=True)
class _Work:
    task: asyncio.Task[Any]
    ended: float | None = None
    rows: int = 0


@dataclass(slots=True)
class Works:
    """Running and finished work by key, until somebody has had the result.

    `monotonic` gives seconds that never jump. A result nobody asked for again is kept for
    `KEPT_S` seconds, the newest `KEPT` of them at most.
    """

    monotonic: Callable[[], float]
    _works: dict[str, _Work] = field(default_factory=dict)

    async def result(
        self,
        key: str,
        begin: Callable[[], Coroutine[Any, Any, _T]],
        wait_s: float,
        *,
        keep: bool = False,
    ) -> _T:
        """What the work under `key` gave; `begin` starts it where there is none yet.

        The caller's cancellation, and the end of its patience, leave the work alone. With `keep`
        the result (not an error) stays for the same call again, until `forget`.

        Raises:
            StillWorking: not done after `wait_s`; the same call again waits on.
            LimitExceeded: too much is under way.
            Whatever the work raised, once.
        """
        self._forget_old()
        work = self._works.get(key) or self._begun(key, begin)
        await asyncio.wait({work.task}, timeout=wait_s)
        if not work.task.done():
            raise StillWorking
        if not keep or work.task.cancelled() or work.task.exception() is not None:
            self.forget(key)
        if work.task.cancelled():
            raise Conflict("the work was stopped", hint="call again with the same arguments")
        result: _T = work.task.result()
        return result

    def forget(self, key: str) -> None:
        """The result under `key` is of no use any more."""
        self._works.pop(key, None)

    def known(self, key: str) -> bool:
        """Whether there is work under `key`, or a result nobody had yet."""
        return key in self._works

    def mark(self, key: str, rows: int) -> None:
        """The work under `key` has come so far. Safe from any thread."""
        if work := self._works.get(key):
            work.rows = rows

    def marked(self, key: str) -> int:
        """How far the work under `key` said it is."""
        work = self._works.get(key)
        return work.rows if work else 0

    def under_way(self, prefix: str) -> tuple[str, ...]:
        """The keys that start like this and are not done, without the prefix."""
        return tuple(
            key.removeprefix(prefix)
            for key, work in self._works.items()
            if key.startswith(prefix) and not work.task.done()
        )

    async def close(self) -> None:
        tasks = [work.task for work in self._works.values()]
        self._works.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begun(self, key: str, begin: Callable[[], Coroutine[Any, Any, Any]]) -> _Work:
        running = sum(not work.task.done() for work in self._works.values())
        if running >= AT_ONCE:
            raise LimitExceeded(
                f"{running} calls are being worked on already",
                hint="wait for one of them: call it again with the same arguments",
            )
        work = _Work(asyncio.create_task(begin(), name=f"rowmill-{key[:60]}"))
        work.task.add_done_callback(lambda _: self._ended(work))
        self._works[key] = work
        return work

    def _ended(self, work: _Work) -> None:
        work.ended = self.monotonic()
        if not work.task.cancelled():
            work.task.exception()  # heard: asyncio need not complain if nobody asks again

    def _forget_old(self) -> None:
        ended = sorted(
            (work.ended, key) for key, work in self._works.items() if work.ended is not None
        )
        now = self.monotonic()
        for place, (when, key) in enumerate(ended):
            if now - when > KEPT_S or place < len(ended) - KEPT:
                del self._works[key]
                log.info("event=result-forgotten key=%s", key[:60])
