"""Batches are worked on a little ahead of who asks for them, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from src.storage.merging.ahead import side_by_side


def test_what_is_made_comes_in_the_order_of_the_items() -> None:
    second_is_done = Event()

    def work(item: int) -> int:
        if item == 1:
            second_is_done.set()
        assert item or second_is_done.wait(10)  # the first is done after the second
        return item * 10

    assert list(side_by_side(range(7), work, 2)) == [0, 10, 20, 30, 40, 50, 60]


@pytest.mark.parametrize("threads", [0, 1, 2, 3])
def test_no_more_items_are_taken_than_there_are_threads_beside_the_one_in_use(threads: int) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(20):
            taken.append(item)
            yield item

    for made in side_by_side(items(), lambda item: item, threads):
        assert len(taken) <= made + 1 + threads


def test_what_goes_wrong_in_a_thread_is_raised_in_its_turn_and_nothing_runs_on() -> None:
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        return 6 // (2 - item)

    made = side_by_side(range(100), work, 2)
    assert [next(made), next(made)] == [3, 6]
    with pytest.raises(ZeroDivisionError):
        next(made)
    assert len(begun) <= 5


def test_who_asks_no_further_leaves_nothing_running() -> None:
    begun: list[int] = []
    made = side_by_side(range(100), begun.append, 2)
    next(made)
    made.close()  # type: ignore[attr-defined]  # a generator, whatever it is called
    assert len(begun) <= 4
