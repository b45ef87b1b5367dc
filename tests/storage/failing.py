"""File operations that fail at a chosen step, or are the last thing a process does."""

from __future__ import annotations

import errno
import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from src.storage.files import Files


class Died(BaseException):
    """The process is gone: nothing after this step happens."""


class SteppedFiles(Files, ABC):
    """Every durable step is announced before it is done."""

    @abstractmethod
    def meet(self, step: str, half: Callable[[], object] = lambda: None) -> None:
        """`half` is what a step that breaks off leaves done. Raises: Died, OSError."""

    def create(self, path: Path) -> int:
        self.meet("create")
        return super().create(path)

    def append(self, path: Path) -> int:
        self.meet("append")
        return super().append(path)

    def write(self, descriptor: int, data: bytes | memoryview) -> None:
        whole = memoryview(data)
        self.meet("write", lambda: os.write(descriptor, whole[: len(whole) // 2]))
        super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self.meet("sync")
        super().sync(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        self.meet("replace", lambda: os.replace(source, target))
        super().replace(source, target)

    def link(self, source: Path, target: Path) -> None:
        self.meet("link")
        super().link(source, target)

    def remove(self, path: Path) -> None:
        self.meet("remove")
        super().remove(path)

    def make_folder(self, folder: Path) -> None:
        self.meet("make_folder")
        super().make_folder(folder)

    def sync_folder(self, folder: Path) -> None:
        self.meet("sync_folder")
        super().sync_folder(folder)


class FailingFiles(SteppedFiles):
    """Counts steps; step `at` (from 0) fails with `error`, or is the last where `error` is None.

    A failing write leaves half of its bytes behind. After death every step dies. To remove a file
    is no step, but the dead do not do that either.
    """

    def __init__(self, at: int | None = None, error: int | None = errno.ENOSPC) -> None:
        self.at = at
        self.error = error
        self.steps: list[str] = []

    def meet(self, step: str, half: Callable[[], object] = lambda: None) -> None:
        number = len(self.steps)
        if step == "remove":
            if self.at is not None and self.error is None and number > self.at:
                raise Died
            return
        self.steps.append(step)
        if self.at is None or number < self.at or (self.error and number > self.at):
            return
        if step == "write" and number == self.at:
            half()
        if self.error:
            raise OSError(self.error, os.strerror(self.error))
        raise Died
