"""What calls to a model used and answered, recorded in one go where several wait for the disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from .lanes import Lane
from .records import Records
from .spending import Spent


@dataclass(eq=False, slots=True)
class Call:
    """`answers` are texts by key; `kept` those that stand there, once the call is recorded."""

    job_id: str
    spent: Sequence[Spent]
    rejected: Mapping[str, int]
    answers: Mapping[str, str]
    kept: Mapping[str, str] | None = None


class Together:
    """While one commit is on its way to the disk others come; all of them share the next one. The
    more calls at once and the slower the disk, the more share it."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._waiting: deque[Call] = deque()

    async def record(self, call: Call) -> Mapping[str, str]:
        """What stands under the call's keys, durable. Recorded though nobody waits for it any
        more: it is paid for."""
        self._waiting.append(call)
        return await asyncio.shield(self._lane.run(partial(self._recorded, call)))

    def _recorded(self, call: Call, records: Records) -> Mapping[str, str]:
        if call.kept is None:
            self._record(call, records)
        return call.kept or {}

    def _record(self, call: Call, records: Records) -> None:
        """With all that wait. Where that fails, each by itself when its turn comes: an error
        belongs to one of them, or to all."""
        others = [one for one in self._taken() if one is not call]
        try:
            records.record_usage([call, *others])
        except Exception as exc:
            # A store that is held would be waited for anew, and is not one call's fault.
            if not others or isinstance(exc, sqlite3.OperationalError):
                raise
            records.record_usage([call])

    def _taken(self) -> list[Call]:
        """One by one, because more may come meanwhile."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]
