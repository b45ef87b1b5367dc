"""A connection to the job store, in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..base import RECORDS, refusals_mapped
from .faults import database_faults_mapped
from .records import Records

LEAST = 0.05
"""Of the patience with other processes, however long somebody waited for their turn."""
_T = TypeVar("_T")


class Lane:
    """What is asked of it is done one after the other; `opened` connects, at the first call.

    Another process that writes is waited for `busy_s` seconds from when something was asked, so
    that many who ask while it hangs do not wait one after the other. `monotonic` gives seconds.
    """

    def __init__(
        self,
        name: str,
        opened: Callable[[], Records],
        busy_s: float,
        monotonic: Callable[[], float],
    ) -> None:
        self._opened = opened
        self._busy_s = self._patience_s = busy_s
        self._monotonic = monotonic
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._records: Records | None = None

    async def run(self, action: Callable[[Records], _T]) -> _T:
        loop = asyncio.get_running_loop()
        asked = self._monotonic()
        return await loop.run_in_executor(self._thread, self._in_thread, action, asked)

    def ready(self) -> Records:
        """Those of this lane, once it is connected; for other threads, to connect as it did."""
        if self._records is not None:
            return self._records
        return self._thread.submit(self._in_thread, _itself, self._monotonic()).result()

    async def close(self) -> None:
        """What was asked for before is done first."""
        closed = asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)  # now: whoever came in between would open it again
        await closed

    def _in_thread(self, action: Callable[[Records], _T], asked: float) -> _T:
        with database_faults_mapped(), refusals_mapped(RECORDS):
            if self._records is None:
                self._records = self._opened()
            self._be_patient(self._records, asked)
            return action(self._records)

    def _be_patient(self, records: Records, asked: float) -> None:
        """In whole seconds: it is seldom another than for the one before."""
        left = self._busy_s - int(self._monotonic() - asked)
        patience_s = max(LEAST * self._busy_s, left)
        if patience_s != self._patience_s:
            records.wait_for_others(patience_s)
            self._patience_s = patience_s

    def _close(self) -> None:
        if self._records is not None:
            self._records.close()
            self._records = None


def _itself(records: Records) -> Records:
    return records
