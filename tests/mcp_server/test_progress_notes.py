"""What a waiting client hears: steps forward, and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio
import pytest

from src.core.models import JobProgress, JobState, Usage
from src.mcp_server.caller import Caller as Behind
from src.mcp_server.caller import Step

from .conftest import Connect

JOB = "job_" + "a" * 16


def at(rows: int) -> JobProgress:
    return JobProgress(
        JOB, "t", JobState.GENERATING, True, rows, 100, 1, 2, float(rows), None, None, Usage(),
        None, (), None,
    )  # fmt: skip


@dataclass
class Running:
    """A job's manager: waiting lasts until the gate opens, a look never waits."""

    rows: list[int]
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waited_for: asyncio.Event = field(default_factory=asyncio.Event)
    looked: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    @property
    def manager(self) -> Running:
        return self

    async def progress(self, job_id: str, *, wait_s: float = 0.0) -> JobProgress:
        if not wait_s:
            self.looked.append(self.rows[0])
            return at(self.rows.pop(0) if len(self.rows) > 1 else self.rows[0])
        self.waited_for.set()
        try:
            await self.gate.wait()
        finally:
            self.ended.append("waiting")
        return at(100)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a call that waits asks for {name}")

    async def go_on(self) -> list[str]:
        return []


@dataclass
class Line:
    """The client's end: what reached it."""

    told: list[tuple[float, float, str]] = field(default_factory=list)

    @property
    def request_context(self) -> Line:
        return self

    @property
    def session(self) -> Line:
        return self

    async def report_progress(self, done: float, total: float, message: str) -> None:
        self.told.append((done, total, message))


async def test_a_client_with_a_token_is_told_how_far_the_job_is(connect: Connect, era: str) -> None:
    told: list[Any] = []
    app = Running([40, 100])

    async def hear(done: float, total: float | None, message: str | None) -> None:
        told.append((done, total, message))
        app.gate.set()

    async with connect(app, era) as call:
        await call.client.call_tool("get_job_progress", {"job_id": JOB}, progress_callback=hear)
    assert told == [(40, 100, "40 of 100 rows"), (100, 100, "100 of 100 rows")]


async def test_a_client_without_a_token_is_told_nothing(connect: Connect, era: str) -> None:
    heard: list[Any] = []

    async def hear(message: Any) -> None:
        heard.append(message)

    app = Running([40, 100])
    app.gate.set()
    async with connect(app, era, message_handler=hear) as call:
        await call("get_job_progress", job_id=JOB)
    assert heard == []


async def test_where_nothing_moves_nothing_is_said(connect: Connect, era: str) -> None:
    told: list[Any] = []

    async def hear(*step: Any) -> None:
        told.append(step)

    app = Running([0])
    app.gate.set()
    async with connect(app, era) as call:
        await call.client.call_tool("get_job_progress", {"job_id": JOB}, progress_callback=hear)
    assert len(app.looked) > 1
    assert told == []


async def test_a_call_that_does_not_wait_looks_once(connect: Connect, era: str) -> None:
    """Nothing can move meanwhile, and each look takes its turn behind whoever computes."""
    app = Running([40, 50])
    async with connect(app, era) as call:
        answer = await call("get_job_progress", job_id=JOB, wait_s=0)
    assert answer["rows_done"] == 40
    assert app.looked == [40]


async def test_a_cancelled_wait_ends_at_once_and_asks_for_nothing_more(
    connect: Connect, era: str
) -> None:
    app = Running([40])
    async with connect(app, era) as call:
        async with anyio.create_task_group() as group:
            group.start_soon(partial(call, "get_job_progress", job_id=JOB))
            await app.waited_for.wait()
            group.cancel_scope.cancel()
        await call.client.list_tools()
        assert app.ended == ["waiting"]
        app.gate.set()


async def test_only_steps_forward_are_told() -> None:
    line, steps = Line(), [5, 5, 4, 9]
    told = 0.0
    for done in steps:
        told = await Behind(line)._told(Step(done, 10, ""), told)
    assert [done for done, *_ in line.told] == [5, 9]


async def test_who_is_gone_is_told_nothing() -> None:
    line = Line()
    caller = Behind(line)
    caller.leave()

    async def look() -> Step:
        return Step(5, 10, "")

    assert await caller.following(asyncio.sleep(0, "done"), look) == "done"
    assert line.told == []


async def test_what_went_wrong_is_raised_to_the_caller() -> None:
    async def fails() -> None:
        raise LookupError

    async def look() -> None:
        return None

    with pytest.raises(LookupError):
        await Behind(Line()).following(fails(), look)
