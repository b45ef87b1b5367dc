"""How far a job is: a live bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from .screen import Screen

LINE_EVERY_S = 5.0


class Follower(Protocol):
    def __call__(self, done: int, extra: str = "") -> None:
        """`done` rows of the total are there."""


@contextmanager
def following(screen: Screen, what: str, total: int) -> Iterator[Follower]:
    """Something of `total` rows that goes on while the block runs."""
    if not screen.err.is_terminal:
        yield _Lines(screen, what, total)
        return
    with _bar(screen) as bar:
        yield _Bar(bar, bar.add_task(what, total=total, extra=""))


def _bar(screen: Screen) -> Progress:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    rows = "{task.completed:,.0f} of {task.total:,.0f} rows {task.fields[extra]}"
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn(rows, markup=False),
        TimeElapsedColumn(),
        console=screen.err,
    )


class _Bar:
    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar, self._task = bar, task

    def __call__(self, done: int, extra: str = "") -> None:
        self._bar.update(self._task, completed=done, extra=extra)


class _Lines:
    """For logs and pipes: a line every few seconds, none for what is over before."""

    def __init__(self, screen: Screen, what: str, total: int) -> None:
        self._screen, self._what, self._total = screen, what, total
        self._next = time.monotonic() + LINE_EVERY_S

    def __call__(self, done: int, extra: str = "") -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + LINE_EVERY_S
        share = 100 * done / self._total if self._total else 100
        self._screen.note(f"{self._what}: {done:,} of {self._total:,} rows ({share:.0f} %) {extra}")
