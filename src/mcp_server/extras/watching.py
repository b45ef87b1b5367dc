"""Whoever subscribed to a job hears when it changes."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...core.errors import LimitExceeded, NotFound, RowmillError
from ...core.models import JobState
from ...core.states import FINAL
from .resources import job_of

if TYPE_CHECKING:
    from ...core.models import JobProgress

log = logging.getLogger("rowmill.mcp")

WAIT_S = 20.0
"""How long one look at a running job waits for news."""
IDLE_S = 1.0
"""Between two looks at a job that does not run: another process may take it up."""
MOST = 1_000

Look = Callable[[str, float], Awaitable["JobProgress"]]
Tell = Callable[[str], Awaitable[None]]
_Seen = tuple[JobState, bool, int, str | None]


@dataclass(slots=True)
class Watch:
    """`look(job_id, wait_s)` says where a job stands, at once or when there is news.

    Each job is looked at by one task, whoever wants to hear of it, until it is over.
    """

    look: Look
    _listeners: Counter[tuple[str, Tell]] = field(default_factory=Counter)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def add(self, uri: str, tell: Tell) -> None:
        """`tell(uri)` is called after each change of the job; added twice it is called once.

        Raises: LimitExceeded.
        """
        if len(self._listeners) >= MOST:
            raise LimitExceeded(f"{MOST:,} subscriptions are open", hint="end some of them first")
        self._listeners[uri, tell] += 1
        job_id = job_of(uri)
        if job_id is not None and job_id not in self._tasks:
            task = asyncio.create_task(self._watch(job_id), name=f"rowmill-watch-{job_id[:40]}")
            self._tasks[job_id] = task
            task.add_done_callback(lambda done: self._ended(job_id, done))

    def remove(self, uri: str, tell: Tell) -> None:
        """As often as it was added; silent where it was not."""
        self._listeners[uri, tell] -= 1
        if self._listeners[uri, tell] > 0:
            return
        del self._listeners[uri, tell]
        job_id = job_of(uri)
        if job_id in self._tasks and not self._of(job_id):
            # Not its task any more: whoever listens next needs one that goes on.
            self._tasks.pop(job_id).cancel()

    async def changed(self, job_id: str) -> None:
        """Something about the job is new that its progress does not show."""
        for uri, tell in self._of(job_id):
            try:
                await tell(uri)
            except Exception as exc:  # its client is gone, which nobody else should notice
                log.info("event=subscriber-gone problem=%r", exc)
                self._listeners.pop((uri, tell), None)

    async def close(self) -> None:
        self._listeners.clear()
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, job_id: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(job_id) is task:
            del self._tasks[job_id]

    def _of(self, job_id: str) -> list[tuple[str, Tell]]:
        return [(uri, tell) for uri, tell in self._listeners if job_of(uri) == job_id]

    async def _watch(self, job_id: str) -> None:
        before = await self._seen(job_id, 0.0)
        while before is not None and before[0] not in FINAL and self._of(job_id):
            running = before[1]
            if not running:
                await asyncio.sleep(IDLE_S)
            now = await self._seen(job_id, WAIT_S if running else 0.0)
            if now != before:
                await self.changed(job_id)
            before = now

    async def _seen(self, job_id: str, wait_s: float) -> _Seen | None:
        """What a change shows in; None where there is no such job (any more)."""
        try:
            now = await self.look(job_id, wait_s)
        except NotFound:
            return None
        except RowmillError as exc:
            log.warning("event=watch-failed problem=%s", exc)
            return None
        return (now.state, now.running, now.rows_done, now.problem)
