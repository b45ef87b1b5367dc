"""What a process of ours does without."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, NoReturn

YOUNG_OBJECTS = 10_000
"""New objects between two collections of the youngest; Python's own 700 are made in a moment."""
FULL_COLLECTIONS = 100
"""Younger collections between two that look at everything."""
_MALLOPT = (
    (-3, 8 << 20),  # M_MMAP_THRESHOLD: larger blocks come from the system, and go back to it
    (-1, 64 << 20),  # M_TRIM_THRESHOLD: so much may lie unused at the end of a heap
    (-8, 2),  # M_ARENA_MAX: heaps in all, so that it lies unused only twice
)
PIPE_BROKEN = 120
"""What Python itself says where nobody reads what was written last."""


def be_lean() -> None:
    """For processes that are ours alone: whoever imports the library decides for themselves."""
    leave_out_pandas()
    leave_out_other_arrays()
    leave_out_waiting_threads()
    collect_seldom()
    keep_memory()


def collect_seldom() -> None:
    """With Python's own thresholds collections take a twentieth of the processor's time of a job
    that code makes; full ones stop all threads for 60 to 90 ms each where a model writes."""
    _, middle, _ = gc.get_threshold()
    gc.set_threshold(YOUNG_OBJECTS, middle, FULL_COLLECTIONS)


def keep_memory() -> None:
    """glibc gives what is freed back to the system at once, to fetch it anew for the next column: a
    third of the page faults of a job, for about 40 MB."""
    if sys.platform != "linux":
        return
    from ctypes import CDLL

    with suppress(OSError, AttributeError):  # other C libraries have no such call
        tune = CDLL(None).mallopt
        for number, value in _MALLOPT:
            tune(number, value)


def leave_out_waiting_threads() -> None:
    """NumPy's and SciPy's OpenBLAS each start a thread a core, which spins for 0.1 s in case a
    large matrix comes. Ours are a few numbers wide."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def leave_out_pandas() -> None:
    """Arrow imports pandas with the first array it makes, to know a pandas object if it sees one:
    0.2 s and 35 MB, for nothing in a process that has none. Only the library's callers have some.
    """
    sys.meta_path.insert(0, _NoPandas())


def leave_out_other_arrays() -> None:
    """scipy.special brings what makes its functions take JAX's and PyTorch's arrays, and with it
    all of NumPy: 0.07 s beside the 0.006 s of the functions themselves."""
    sys.meta_path.insert(0, _FewSpecial())


def leave(code: int) -> NoReturn:
    """The process ends at once: taking its modules apart, one by one, costs 0.15 s, and nothing is
    left to be closed."""
    for stream in filter(None, (sys.stdout, sys.stderr)):  # closed ones are None
        try:
            stream.flush()
        except OSError:
            code = PIPE_BROKEN
    os._exit(code)


class _NoPandas(MetaPathFinder, Loader):
    """Finds pandas, for those who only look, and does not load it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        return ModuleSpec(fullname, self) if fullname == "pandas" else None

    def exec_module(self, module: ModuleType) -> None:
        raise ModuleNotFoundError(f"{module.__name__} is left out of this process", name="pandas")


class _FewSpecial(MetaPathFinder, Loader):
    """Loads of scipy.special the functions that are compiled, the same objects that it has itself;
    the rest comes as soon as somebody asks for it."""

    def __init__(self) -> None:
        self._whole: Loader | None = None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = None
        if fullname == "scipy.special":
            spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None:
            self._whole, spec.loader = spec.loader, self
        return spec

    def exec_module(self, module: ModuleType) -> None:
        compiled = import_module("scipy.special._ufuncs")

        def found(name: str) -> Any:
            if name.startswith("__") or self._whole is None:
                raise AttributeError(name)
            vars(module).pop("__getattr__", None)
            self._whole.exec_module(module)
            return getattr(module, name)

        vars(module).update({name: getattr(compiled, name) for name in compiled.__all__})
        vars(module)["__getattr__"] = found
