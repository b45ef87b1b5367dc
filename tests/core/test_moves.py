"""Moves of a job, where others write too."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from src.core.errors import IllegalTransition, StoreBusy
from src.core.models import Job, JobState
from src.core.running.moves import Moves
from src.core.states import Event
from src.storage.jobs.store import SqliteJobStore
from tests.storage.records import JOB, Ticking, job


async def test_a_move_is_given_up_where_another_process_never_lets_go(tmp_path: Path) -> None:
    """One that was put to sleep while it wrote, for instance: to decide again would not end."""
    store = SqliteJobStore(tmp_path / "rowmill.db", clock=Ticking(), busy_s=0.0)
    await store.create(job())
    asleep = sqlite3.connect(tmp_path / "rowmill.db", isolation_level=None)
    asleep.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        async with asyncio.timeout(30):
            await Moves(store).make(JOB, Event.START)
    asleep.execute("ROLLBACK")
    asleep.close()
    assert (await Moves(store).make(JOB, Event.START)).state is JobState.SCHEMA_VALIDATION
    await store.close()


class Overtaken:
    """A job store where somebody else cancels the job while the first who looks makes up his
    mind."""

    def __init__(self, store: SqliteJobStore) -> None:
        self._store = store
        self._looks = 0
        self.replace = store.replace

    async def get(self, job_id: str) -> Job:
        seen = await self._store.get(job_id)
        self._looks += 1
        if self._looks == 1:
            await Moves(self._store).make(job_id, Event.CANCEL)
        return seen


async def test_what_was_decided_on_an_older_state_is_decided_again() -> None:
    store = SqliteJobStore(":memory:", clock=Ticking())
    await store.create(job())
    with pytest.raises(IllegalTransition):
        await Moves(Overtaken(store)).make(JOB, Event.START)
    assert (await store.get(JOB)).state is JobState.CANCELLED
    await store.close()
