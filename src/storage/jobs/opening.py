"""The job store's file, opened: made where there is none, brought up to date, or refused."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import Conflict, StoreDamaged
from ..files import Files
from .home import alone, enter
from .seals import REBUILD
from .tables import is_current, is_empty, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY_S = 10.0
"""How long others that write are waited for."""
TURN_S = 0.02
"""Between two looks at a folder that another process brings up to date."""


@dataclass(slots=True)
class OpenStore:
    """`lock` shows other processes that the folder is in use; `path` is where they look for what
    is open here as `file`. None for a store that no other process can reach."""

    db: sqlite3.Connection
    lock: int | None = None
    path: Path | None = None
    file: os.stat_result | None = None

    def __post_init__(self) -> None:
        if self.path is not None and self.file is None:
            self.file = os.stat(self.path)

    def again(self, busy_s: float) -> OpenStore:
        """A second connection, for another thread, that cannot write."""
        assert self.path is not None  # noqa: S101 - who has the store alone needs no second one
        self.refuse_if_gone()
        place = f"{self.path.as_uri()}?mode=ro"
        db = sqlite3.connect(place, uri=True, isolation_level=None, timeout=busy_s)
        return OpenStore(db, path=self.path, file=self.file)

    def refuse_if_gone(self) -> None:
        """What is written into a file that has lost its name is lost with this process.

        Raises: StoreDamaged.
        """
        if self.path is None or self.file is None:
            return
        try:
            in_place = os.path.samestat(os.stat(self.path), self.file)
        except FileNotFoundError:
            in_place = False
        if not in_place:
            text = "the job store's file was removed or replaced while rowmill used it"
            hint = f"put it back, or stop all rowmill processes and restore it with: {REBUILD}"
            raise StoreDamaged(text, hint=hint)

    def close(self) -> None:
        self.db.close()
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


def in_memory() -> OpenStore:
    db = connected(":memory:")
    prepare(db)
    return OpenStore(db)


def rebuilding(path: Path) -> Path:
    """Where a store is made that will take the place of a damaged one."""
    return path.with_name(path.name + ".rebuilding")


def opened_store(
    path: Path, files: Files, bring_up: Callable[[sqlite3.Connection], None], busy_s: float
) -> OpenStore:
    """`bring_up` makes what is new in this format from what the older ones hold; alone. Others
    are waited for `busy_s` long, now and later.

    Raises:
        NewerFormat, StorageError, StoreDamaged, Conflict, sqlite3.Error
    """
    until = time.monotonic() + busy_s
    while True:
        try:
            store = _opened(path, files, busy_s)
            if store is not None:
                return store
            with alone(path.parent), _closing(connected(path, busy_s)) as db:
                prepare(db)
                bring_up(db)
        except Conflict:  # another process is doing just that
            if time.monotonic() >= until:
                raise
            time.sleep(TURN_S)


def _opened(path: Path, files: Files, busy_s: float) -> OpenStore | None:
    """None where it has to be brought up to date first."""
    lock = enter(path.parent, files)
    store = None
    try:
        if rebuilding(path).exists():
            text = "a rebuild of the job store was interrupted"
            raise StoreDamaged(text, hint=f"finish it with: {REBUILD}")
        store = OpenStore(connected(path, busy_s), lock, path)
        if is_empty(store.db) or is_current(store.db):
            prepare(store.db)
            return store
    except BaseException:
        if store is not None:
            store.db.close()
        _let_go(lock)
        raise
    store.close()
    return None


def connected(path: Path | str, busy_s: float = BUSY_S) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=busy_s)


@contextmanager
def _closing(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    try:
        yield db
    finally:
        db.close()


def _let_go(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)
