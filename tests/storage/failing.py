"""File operations that fail at a chosen step, or are the last thing a process does."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from src.storage.files import Files


class Died(BaseException):
    """The process is gone: nothing after this step happens."""


class FailingFiles(Files):
    """Counts steps; step `at` (from 0) fails with `error`, or is the last where `error` is None.

    A failing write leaves half of its bytes behind. After death every step dies.
    """

    def __init__(self, at: int | None = None, error: int | None = errno.ENOSPC) -> None:
        self.at = at
        self.error = error
        self.steps: list[str] = []

    def _step(self, name: str) -> None:
        number = len(self.steps)
        self.steps.append(name)
        if self.at is None or number < self.at or (self.error and number > self.at):
            return
        if self.error:
            raise OSError(self.error, os.strerror(self.error))
        raise Died

    def create(self, path: Path) -> int:
        self._step("create")
        return super().create(path)

    def append(self, path: Path) -> int:
        self._step("append")
        return super().append(path)

    def write(self, descriptor: int, data: bytes | memoryview) -> None:
        if len(self.steps) == self.at:
            super().write(descriptor, memoryview(data)[: len(data) // 2])
        self._step("write")
        super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self._step("sync")
        super().sync(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        self._step("replace")
        super().replace(source, target)

    def link(self, source: Path, target: Path) -> None:
        self._step("link")
        super().link(source, target)

    def remove(self, path: Path) -> None:
        if self.at is not None and self.error is None and len(self.steps) > self.at:
            raise Died
        super().remove(path)

    def make_folder(self, folder: Path) -> None:
        self._step("make_folder")
        super().make_folder(folder)

    def sync_folder(self, folder: Path) -> None:
        self._step("sync_folder")
        super().sync_folder(folder)
