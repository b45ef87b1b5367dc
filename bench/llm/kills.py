"""kill -9 again and again, and what was paid for."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from src.core.job_manager import JobRequest
from src.core.models import JobState
from src.core.schemas import Given

from .world import SCHEMA, app, bytes_of, job, say, service

KILLS = 20
KILL_ROWS = 6000


def kills() -> None:
    """One job, killed again and again; the journal is read from outside after each kill, and what
    stands in it must never be asked for again."""
    import google.genai  # noqa: F401 - before the forks, so that each child starts at once

    chance = random.Random(5)
    options = ("--latency-ms", "150", "--ms-per-token", "0.05", "--rates", "cut=0.05,row=0.02")
    with service(*options) as gemini, tempfile.TemporaryDirectory() as home:
        name = _in_child(lambda: _create(gemini.url, home))
        again = killed = 0
        for _ in range(KILLS):
            before = {int(row): count for row, count in gemini.get("/asked")}
            kept = _journaled(home)
            pid = _forked(lambda: _resume(gemini.url, home, name))
            time.sleep(chance.uniform(0.15, 0.9))
            killed += os.waitpid(pid, os.WNOHANG)[0] == 0
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
            after = {int(row): count for row, count in gemini.get("/asked")}
            again += sum(after.get(row, 0) > before.get(row, 0) for row in kept)
        first = _in_child(lambda: _finish(gemini.url, home, name))
        paid = gemini.get("/calls")["calls"]
        second = _in_child(lambda: _rerun(gemini.url, home))
        paid_after = gemini.get("/calls")["calls"]
    say(f"kill -9 at {KILLS} moments ({killed} while it ran): asked again", str(again), "0")
    say(
        "  rows; the rerun with another chunk size: calls",
        f"{first[1]}; {paid_after - paid}",
        f"{KILL_ROWS}; 0",
    )
    say("  same bytes", str(first[0] == second[0]), "True")


def _journaled(home: str) -> list[int]:
    """The ids of the rows that the job's journal holds (row n has id n + 1)."""
    with contextlib.closing(sqlite3.connect(Path(home) / "rowmill.db", timeout=10)) as db:
        texts = db.execute("SELECT rows FROM answer").fetchall()
    return [row + 1 for (text,) in texts for row, _ in json.loads(text)]


def _forked(work: Any) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(work())
        finally:
            os._exit(0)
    return pid


def _in_child(work: Any) -> Any:
    """What a forked child's coroutine returns: the parent stays without threads."""
    come, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(come)
        with os.fdopen(go, "w") as out:
            json.dump(asyncio.run(work()), out)
        os._exit(0)
    os.close(go)
    with os.fdopen(come) as said:
        text = said.read()
    os.waitpid(pid, 0)
    return json.loads(text)


async def _create(url: str, home: str) -> str:
    async with app(url, home, at_once=8) as opened:
        request = JobRequest(Given(SCHEMA), row_count=KILL_ROWS, generation="llm", seed=7)
        return (await opened.manager.create(request)).job.job_id


async def _resume(url: str, home: str, name: str) -> None:
    async with app(url, home, at_once=8) as opened:
        state = (await opened.manager.get(name)).state
        if state is not JobState.COMPLETED:
            await opened.manager.control(name, "start" if state is JobState.PENDING else "resume")
            await opened.manager.run(name)


async def _finish(url: str, home: str, name: str) -> tuple[str, int]:
    await _resume(url, home, name)
    async with app(url, home, at_once=8) as opened:
        done = await opened.manager.get(name)
        return await bytes_of(opened, done), (await opened.datasets.merge(done)).rows


async def _rerun(url: str, home: str) -> tuple[str, int]:
    async with app(url, home, at_once=8) as opened:
        done, *_ = await job(opened, SCHEMA, KILL_ROWS, chunk_size=37)
        return await bytes_of(opened, done), 0
