"""What a process of ours does without."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

FULL_COLLECTIONS = 100
"""Younger collections between two that look at everything."""


def be_lean() -> None:
    """For processes that are ours alone: whoever imports the library decides for themselves."""
    leave_out_pandas()
    collect_seldom()


def collect_seldom() -> None:
    """With Python's own ten, full collections of the objects of our libraries stop all threads for
    60 to 90 ms each, and take a tenth of the processor's time of a job that a model writes."""
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FULL_COLLECTIONS)


def leave_out_pandas() -> None:
    """Arrow imports pandas with the first array it makes, to know a pandas object if it sees one:
    0.2 s and 35 MB, for nothing in a process that has none. Only the library's callers have some.
    """
    sys.meta_path.insert(0, _LeftOut())


class _LeftOut(MetaPathFinder, Loader):
    """Finds pandas, for those who only look, and does not load it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        return ModuleSpec(fullname, self) if fullname == "pandas" else None

    def exec_module(self, module: ModuleType) -> None:
        raise ModuleNotFoundError(f"{module.__name__} is left out of this process", name="pandas")
