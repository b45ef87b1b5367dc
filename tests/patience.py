"""How long a test waits for a process of its own."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE_S = 60.0
OUT_S = 20.0
"""A process is promised to end within two seconds. Where tests run the machine may be busy with
other things; what does not end by itself waits for its stdin for ever, and is told apart."""


@contextmanager
def patience(child: subprocess.Popen[Any], seconds: float = PATIENCE_S) -> Iterator[None]:
    """A child that holds up the block for longer is killed: a read of its pipe ends, empty."""
    timer = threading.Timer(seconds, child.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
