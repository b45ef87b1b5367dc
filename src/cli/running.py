"""Use cases run in the foreground: one event loop, a clean way out when interrupted."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .failures import INTERRUPTED, interrupted
from .screen import Screen

if TYPE_CHECKING:
    from ..config import Settings
    from ..wiring import App

TIDY_S = 1.5
"""How long an interrupted command may tidy up. After that it leaves as it is: all that was said to
be stored is durable at any moment, so nothing is lost by it."""

log = logging.getLogger("rowmill.cli")


@dataclass(slots=True)
class Here:
    """What a command is at: `job_id` is the job it runs, `how_to_go_on` the command that goes on
    with it, `then` the one that follows once the job is done."""

    app: App
    screen: Screen
    job_id: str | None = None
    how_to_go_on: str = ""
    then: str = ""

    def runs(self, job_id: str) -> None:
        """Said before the job is started: a Ctrl-C from then on pauses it."""
        self.job_id = job_id
        self.how_to_go_on = self.again(job_id, "resume")

    def again(self, job_id: str, action: str) -> str:
        """The line of the shell that ends what this command began."""
        then = f" && {self.then}" if self.then else ""
        return f"rowmill jobs {action} {job_id} --wait{then}"


Work = Callable[[Here], Awaitable[int]]


def configured() -> Settings:
    """The settings, with logs going where they say."""
    from .. import logs
    from ..config import Settings

    settings = Settings.load()
    logs.configure(settings, errors_on_stderr=False)
    return settings


def run_here(work: Work, screen: Screen) -> int:
    """The exit code of `work`, which gets the wired use cases."""
    return asyncio.run(_run(configured(), work, screen))


async def _run(settings: Settings, work: Work, screen: Screen) -> int:
    from ..wiring import open_app

    caught = _Signals()
    async with open_app(settings) as app:
        here = Here(app, screen)
        try:
            return await work(here)
        except asyncio.CancelledError:
            if caught.by_a_person:
                await _pause(here)
            return interrupted(here.how_to_go_on, screen.as_json)


async def _pause(here: Here) -> None:
    """A person's Ctrl-C pauses the job; a SIGTERM leaves it wanted, to be taken up later."""
    from ..core.errors import RowmillError

    if here.job_id is not None:
        with suppress(RowmillError):
            await here.app.manager.control(here.job_id, "pause")


class _Signals:
    """The first SIGINT or SIGTERM cancels the current task, the second leaves at once."""

    def __init__(self) -> None:
        self._first: signal.Signals | None = None
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # Windows: asyncio.run turns Ctrl-C into a cancel
                loop.add_signal_handler(number, self._caught, number)

    @property
    def by_a_person(self) -> bool:
        return self._first is not signal.SIGTERM

    def _caught(self, number: signal.Signals) -> None:
        if self._first is not None or self._task is None:
            os._exit(INTERRUPTED)
        self._first = number
        log.info("event=interrupted signal=%s", number.name)
        # A thread in the middle of a chunk cannot be stopped, and leaving waits for threads.
        timer = threading.Timer(TIDY_S, os._exit, (INTERRUPTED,))
        timer.daemon = True
        timer.start()
        self._task.cancel()
