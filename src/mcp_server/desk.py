"""What tools work with: the use cases, opened when first needed, and work under way."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from ..core.errors import RowmillError
from .extras.watching import Watch
from .waiting import Works

if TYPE_CHECKING:
    from ..config import Settings
    from ..core.models import JobProgress
    from ..wiring import App

log = logging.getLogger("rowmill.mcp")

HEAD_START_S = 0.05
"""What a client's first answer is given before the start-up work takes the processor."""
DAY_S = 86_400.0
AT_ONCE = 128
"""Calls that change something and are worked on, those whose caller has gone among them."""
KEPT_IDS = 20
"""Schema ids told last, for callers that forget theirs."""

Opener = Callable[["Settings"], AbstractAsyncContextManager["App"]]


@asynccontextmanager
async def open_wired(settings: Settings) -> AsyncIterator[App]:
    """The real use cases. Their modules are imported here, off the event loop."""
    open_app = await asyncio.to_thread(_open_app)
    async with open_app(settings) as app:
        yield app


def _open_app() -> Callable[[Settings], AbstractAsyncContextManager[App]]:
    from ..wiring import open_app

    return open_app


class Desk:
    """Opening happens off the path of the first answer, and again where it failed."""

    def __init__(self, settings: Settings, opener: Opener = open_wired) -> None:
        self.settings = settings
        self.works = Works(time.monotonic)
        self.watch = Watch(self._look)
        self.room = asyncio.Semaphore(AT_ONCE)
        self.schema_ids: deque[str] = deque(maxlen=KEPT_IDS)
        self._opener = opener
        self._ready: asyncio.Future[App] | None = None
        self._holder: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def app(self) -> App:
        """The use cases, with the jobs that were left under way again.

        Raises: whatever opening raised; the next call tries again.
        """
        if self._ready is None or _failed(self._ready):
            self._ready = asyncio.get_running_loop().create_future()
            self._holder = asyncio.create_task(self._hold(self._ready), name="rowmill-app")
        return await asyncio.shield(self._ready)

    def told_schemas(self, *ids: str | None) -> None:
        """A client has these ids now, the last the newest."""
        self.schema_ids.extend(one for one in ids if one and one not in self.schema_ids)

    async def _look(self, job_id: str, wait_s: float) -> JobProgress:
        app = await self.app()
        return await app.manager.progress(job_id, wait_s=wait_s)

    async def _hold(self, ready: asyncio.Future[App]) -> None:
        """Opened and closed by one task, whoever asked."""
        try:
            async with self._opener(self.settings) as app:
                await self._go_on(app)
                ready.set_result(app)
                await self._closing.wait()
        except Exception as exc:
            if ready.done():
                log.exception("event=close-failed")
            else:
                ready.set_exception(exc)

    async def _go_on(self, app: App) -> None:
        """Before any tool answers, so that a client which asks once sees its job run."""
        if self.settings.job.auto_resume == "none":
            return
        try:
            taken = await app.manager.go_on()
        except RowmillError as exc:
            log.warning("event=go-on-failed problem=%s", exc)
        else:
            log.info("event=go-on jobs=%d", len(taken))

    def begin(self) -> None:
        """Open, go on with what was left, clean up: in the background, once."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._begin(), name="rowmill-begin")

    async def _begin(self) -> None:
        await asyncio.sleep(HEAD_START_S)
        try:
            app = await self.app()
            if self.settings.job.retention_days:
                gone = await app.manager.clean_up(self.settings.job.retention_days * DAY_S)
                log.info("event=clean-up deleted=%d", len(gone))
        except Exception:
            # The next tool call meets the same fault and says so to the client.
            log.exception("event=begin-failed")

    async def close(self) -> None:
        """Every job is left resumable."""
        if self._starting is not None:
            self._starting.cancel()
            with suppress(asyncio.CancelledError):
                await self._starting
        await self.watch.close()
        await self.works.close()
        self._closing.set()
        if self._holder is not None:
            await self._holder


def _failed(ready: asyncio.Future[App]) -> bool:
    return ready.done() and (ready.cancelled() or ready.exception() is not None)
