"""Calls to a model that wait for the same disk are recorded in one go, each as if it were alone."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from src.core.errors import NotFound
from src.core.models import Usage
from src.core.ports import Answer
from src.storage.files import Files
from src.storage.jobs.store import SqliteJobStore
from src.storage.jobs.together import Call, Together

from .records import JOB, Ticking, job

OTHER, UNKNOWN = "job_" + "b" * 16, "job_" + "z" * 16


class SlowDisk(Files):
    """The next sync after `hold` lasts until `release`; each is counted."""

    def __init__(self) -> None:
        self.syncs = 0
        self.begun, self._go_on = threading.Event(), threading.Event()
        self._go_on.set()

    def hold(self) -> None:
        self.begun.clear()
        self._go_on.clear()

    def release(self) -> None:
        self._go_on.set()

    def sync(self, descriptor: int) -> None:
        self.syncs += 1
        self.begun.set()
        assert self._go_on.wait(30)
        super().sync(descriptor)


@pytest.fixture
def disk() -> SlowDisk:
    return SlowDisk()


@pytest.fixture
async def store(tmp_path: Path, disk: SlowDisk) -> AsyncIterator[SqliteJobStore]:
    opened = SqliteJobStore(tmp_path / "rowmill.db", clock=Ticking(), files=disk)
    await opened.create(job(JOB))
    await opened.create(job(OTHER))
    yield opened
    disk.release()
    await opened.close()


def said(text: str) -> Answer:
    return Answer(((0, (text,)),))


Waiting = Callable[..., Coroutine[Any, Any, list[Any]]]


@pytest.fixture
def waiting(store: SqliteJobStore, disk: SlowDisk) -> Waiting:
    """Calls that come while another one is on its way to the disk."""

    async def all_of(*calls: Coroutine[Any, Any, Any]) -> list[Any]:
        disk.hold()
        first = asyncio.create_task(store.record_usage(JOB, Usage(1), answers={"first": said("")}))
        await asyncio.to_thread(disk.begun.wait, 30)
        disk.syncs = 0
        tasks = [asyncio.create_task(call) for call in calls]
        await asyncio.sleep(0)  # each of them has got in line
        disk.release()
        await first
        return await asyncio.gather(*tasks, return_exceptions=True)

    return all_of


async def test_ten_calls_that_wait_share_one_sync_and_each_gets_its_own_answer(
    store: SqliteJobStore, disk: SlowDisk, waiting: Waiting
) -> None:
    kept = await waiting(
        *(
            store.record_usage(
                (JOB, OTHER)[n % 2], Usage(1, n, 1), {"bad": 1}, table="t", fields=["a", "b"],
                by_field={"a": Usage(0, 10), "b": Usage(0, n)}, answers={f"key {n}": said(f"{n}")},
            )
            for n in range(10)
        )
    )  # fmt: skip
    assert disk.syncs == 1
    assert kept == [{f"key {n}": said(f"{n}")} for n in range(10)]
    tally = await store.tally(JOB)
    assert tally.usage == Usage(6, 50 + 20 + 20, 5)
    assert ("t", "b", Usage(0, 20)) in tally.usage_by
    assert tally.rejected == (("bad", 5),)
    assert (await store.tally(OTHER)).usage == Usage(5, 50 + 25 + 25, 5)


async def test_an_error_is_that_of_one_call_and_not_of_those_beside_it(
    store: SqliteJobStore, waiting: Waiting
) -> None:
    jobs = [JOB, UNKNOWN, JOB]
    kept = await waiting(
        *(
            store.record_usage(job_id, Usage(1, 10), answers={f"key {n}": said(f"{n}")})
            for n, job_id in enumerate(jobs)
        )
    )
    assert isinstance(kept[1], NotFound)
    assert [kept[0], kept[2]] == [{"key 0": said("0")}, {"key 2": said("2")}]
    assert await store.answer("key 1") is None
    assert (await store.tally(JOB)).usage == Usage(3, 20)


class Held:
    """The lane of a store that another process holds; how many calls were tried at a time."""

    def __init__(self) -> None:
        self.tried: list[int] = []

    def record_usage(self, calls: list[Call]) -> None:
        self.tried.append(len(calls))
        raise sqlite3.OperationalError("database is locked")

    async def run(self, action: Callable[[Held], Any]) -> Any:
        await asyncio.sleep(0)
        return action(self)


async def test_a_store_that_is_held_is_waited_for_once_a_call() -> None:
    held: Any = Held()
    together = Together(held)
    calls = (together.record(Call(JOB, (), {}, {})) for _ in range(3))
    found = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(error) for error in found] == [sqlite3.OperationalError] * 3
    assert held.tried == [3, 1, 1]


async def test_of_two_answers_to_one_question_the_first_is_everybodys(
    store: SqliteJobStore, waiting: Waiting
) -> None:
    await store.record_answer("old", said("old"))
    kept = await waiting(
        *(
            store.record_usage(JOB, Usage(1), answers={"key": said(text), "old": said(text)})
            for text in "xyz"
        )
    )
    assert kept == [{"key": said("x"), "old": said("old")}] * 3
    assert await store.answer("key") == said("x")


async def test_a_call_is_recorded_though_whoever_made_it_gives_up_or_the_store_is_closed(
    disk: SlowDisk, tmp_path: Path
) -> None:
    store = SqliteJobStore(tmp_path / "rowmill.db", clock=Ticking(), files=disk)
    await store.create(job(JOB))
    disk.hold()
    first = asyncio.create_task(store.record_answer("first", said("")))
    await asyncio.to_thread(disk.begun.wait, 30)
    paid = asyncio.create_task(store.record_usage(JOB, Usage(1, 5), answers={"paid": said("x")}))
    await asyncio.sleep(0)
    paid.cancel()
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    disk.release()
    await asyncio.wait([first, paid, closing])
    again = SqliteJobStore(tmp_path / "rowmill.db", clock=Ticking())
    assert await again.answer("paid") == said("x")
    assert (await again.tally(JOB)).usage == Usage(1, 5)
    await again.close()


async def test_after_a_restart_everything_is_there(
    store: SqliteJobStore, tmp_path: Path, waiting: Waiting
) -> None:
    await waiting(
        *(store.record_usage(JOB, Usage(1), answers={f"{n}": said("x")}) for n in range(5))
    )
    again = SqliteJobStore(tmp_path / "rowmill.db", clock=Ticking())
    assert len(await again.answers([f"{n}" for n in range(5)])) == 5
    assert (await again.tally(JOB)).usage == Usage(6)
    await again.check()
    await again.close()
