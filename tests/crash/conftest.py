"""Where data folders of these tests lie."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def fast_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where the system has such a place: no process really dies in these tests, so that
    waiting for a disk a hundred thousand times would show nothing."""
    if not os.access(SHARED_MEMORY, os.W_OK):
        yield tmp_path_factory.mktemp("fast")
        return
    folder = Path(tempfile.mkdtemp(prefix="rowmill-crash-", dir=SHARED_MEMORY))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def homes(fast_folder: Path) -> Iterator[HomeMaker]:
    """Call it for a data folder that nobody used."""
    maker = HomeMaker(fast_folder)
    yield maker
    maker.clear()


class HomeMaker:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[Path] = []

    def __call__(self) -> Path:
        home = Path(tempfile.mkdtemp(dir=self._folder))
        self._made.append(home)
        return home

    def clear(self) -> None:
        for home in self._made:
            shutil.rmtree(home, ignore_errors=True)
