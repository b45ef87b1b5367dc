"""A Ctrl-C is the main thread's to answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import Conflict


@contextmanager
def left_to_the_main_thread() -> Iterator[None]:
    """Around work in threads, also as a decorator.

    polars raises KeyboardInterrupt in whatever thread it works in, though the signal's own handler
    has run in the main thread too. Let through, it would tear down the event loop before the
    handler's decision (pause the job, say how to go on) is carried out.

    Raises:
        Conflict: instead, in any thread but the main one.
    """
    try:
        yield
    except KeyboardInterrupt:
        if threading.current_thread() is threading.main_thread():
            raise
        raise Conflict("interrupted by a signal", hint="go on with the job") from None
