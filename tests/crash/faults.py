"""A process that dies, or whose disk fails, at its k-th operation."""

from __future__ import annotations

import errno
import inspect
import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from src.core.ports import JobStore
from src.storage.jobs.faults import database_fault
from tests.storage.failing import Died, SteppedFiles

Way = Literal["die", "tear", "EIO", "ENOSPC"]
WAYS: tuple[Way, ...] = ("die", "tear", "EIO", "ENOSPC")

_SQLITE = {"EIO": sqlite3.SQLITE_IOERR, "ENOSPC": sqlite3.SQLITE_FULL}


@dataclass
class Fate:
    """What one process meets: at operation `at` (from 0; None: never) it goes the way of `way`.

    An operation that is torn does half of its work. After death every operation dies.
    """

    at: int | None = None
    way: Way = "die"
    steps: list[str] = field(default_factory=list)
    is_dead: bool = False
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def meet(self, name: str, half: Callable[[], object] = lambda: None) -> None:
        """Raises: Died, OSError."""
        with self._turn:
            self.steps.append(name)
            if self.is_dead:
                raise Died
            if len(self.steps) - 1 != self.at:
                return
            if self.way == "die":
                self.is_dead = True
                raise Died
            half()
            if self.way == "tear":
                self.is_dead = True
                raise Died
            number = getattr(errno, self.way)
            raise OSError(number, os.strerror(number))


class FatedFiles(SteppedFiles):
    """Every durable step is an operation; a write that fails or is torn leaves half its bytes."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate

    def meet(self, step: str, half: Callable[[], object] = lambda: None) -> None:
        self._fate.meet(step, half)


WRITES = frozenset(
    {
        "create", "replace", "begin_attempt", "delete", "commit_chunk", "forget_chunk",
        "save_schema", "record_answer", "record_usage",
    }
)  # fmt: skip


class FatedStore:
    """A job store whose every commit is two operations: one before it, one between it and its
    answer. One before that fails is what SQLite reports; after it nothing can fail, only die."""

    def __init__(self, jobs: JobStore, fate: Fate) -> None:
        self._jobs = jobs
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._jobs, name)
        return self._fated(name, method) if inspect.iscoroutinefunction(method) else method

    def _fated(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        async def fated(*args: Any, **kwargs: Any) -> Any:
            if name not in WRITES:
                if self._fate.is_dead and name != "close":
                    raise Died
                return await method(*args, **kwargs)
            self._before(f"db.{name}")
            done = await method(*args, **kwargs)
            if self._fate.way in ("die", "tear"):
                self._fate.meet(f"db.{name} done")
            return done

        return fated

    def _before(self, name: str) -> None:
        try:
            self._fate.meet(name)
        except OSError as exc:
            fault = sqlite3.OperationalError(str(exc))
            fault.sqlite_errorcode = _SQLITE[self._fate.way]
            raise database_fault(fault) from exc
