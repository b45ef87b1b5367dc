"""Work in threads, a little ahead of whoever asks for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


def side_by_side(items: Iterable[S], work: Callable[[S], T], threads: int) -> Iterator[T]:
    """What `work` makes of each item, in order; so many are worked on, or wait, while one is used.

    What `work` raises is raised here. The threads have ended when this ends. Without threads each
    item is worked on when it is asked for.
    """
    if not threads:
        yield from map(work, items)
        return
    under_way: deque[Future[T]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="rowmill-merge") as pool:
        for item in items:
            if len(under_way) < threads:
                under_way.append(pool.submit(work, item))
                continue
            made = under_way.popleft().result()
            under_way.append(pool.submit(work, item))
            yield made
            del made  # before the next one is waited for
        while under_way:
            yield under_way.popleft().result()
