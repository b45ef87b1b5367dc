"""A Ctrl-C is the main thread's to answer, whatever a library does with it in others."""

import asyncio

import pytest

from src.core.errors import Conflict
from src.core.interrupts import left_to_the_main_thread


@left_to_the_main_thread()
def interrupted():
    raise KeyboardInterrupt


async def test_in_another_thread_an_interrupt_is_a_conflict():
    with pytest.raises(Conflict):
        await asyncio.to_thread(interrupted)


def test_in_the_main_thread_it_stays_what_it_is():
    with pytest.raises(KeyboardInterrupt):
        interrupted()
