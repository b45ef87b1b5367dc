"""How calls wait, fail and are cancelled, whatever the use cases do."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from src.config import GeminiSettings, JobSettings, Settings
from src.core.errors import InvalidSchema, NotFound, Problem, ProviderBusy
from src.core.job_manager import Controlled
from src.core.models import ChunkKey, ChunkMetadata, JobProgress, JobState, Reading, Usage
from src.core.parsing import parse_schema
from src.core.schemas import Extracted
from src.mcp_server.desk import AT_ONCE, Desk

from .conftest import Connect

JOB = "job_" + "a" * 16
SCHEMA = parse_schema({"name": "t", "fields": [{"name": "id", "type": "integer"}]})
EXTRACTED = Extracted("sch_1", SCHEMA, Reading({}, "local"), (), (), {"t": [{"id": 1}]})


@dataclass
class UseCases:
    """Plain values behind a gate; stands for schemas, manager and datasets at once."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    went_on: asyncio.Event = field(default_factory=asyncio.Event)
    cleaned: asyncio.Event = field(default_factory=asyncio.Event)
    fault: BaseException | None = None
    printed: str | None = None
    calls: list[Any] = field(default_factory=list)
    finished: list[Any] = field(default_factory=list)

    @property
    def schemas(self) -> UseCases:
        return self

    @property
    def manager(self) -> UseCases:
        return self

    async def _do(self, call: Any) -> None:
        self.calls.append(call)
        self.begun.set()
        await self.gate.wait()
        if self.printed:
            print(self.printed)  # noqa: T201 - the very thing a library may do
        if self.fault:
            raise self.fault
        self.finished.append(call)

    async def extract(self, description: str, **rest: Any) -> Extracted:
        await self._do(description)
        return EXTRACTED

    async def control(self, job_id: str, action: str) -> Controlled:
        await self._do(action)
        return Controlled(job_id, JobState.PENDING, JobState.CANCELLED, ())

    async def get(self, job_id: str) -> Any:
        raise NotFound("there is no such job")

    async def progress(self, job_id: str, *, wait_s: float = 0.0) -> JobProgress:
        return JobProgress(
            job_id, "t", JobState.GENERATING, True, 5, 10, 1, 2, 50.0, None, None, Usage(), None,
            (), None,
        )  # fmt: skip

    async def next_owed(self, job_id: str, *, besides: Any) -> int:
        return next(n for n in range(100) if n not in besides)

    async def generate_chunk(self, job_id: str, index: int) -> ChunkMetadata:
        await self._do(index)
        return ChunkMetadata(ChunkKey(job_id, index, "t", 0, 5, "csv"), 9, "f" * 64, 1, 0.5, 0.0)

    async def page(self, **asked: Any) -> Any:
        self.calls.append(asked)
        return [], None

    async def go_on(self) -> list[str]:
        self.calls.append("go_on")
        self.went_on.set()
        return []

    async def clean_up(self, older_than_s: float) -> list[str]:
        self.calls.append(("clean_up", older_than_s))
        self.cleaned.set()
        return []


@pytest.fixture
async def app() -> UseCases:
    return UseCases()


async def test_work_that_takes_longer_is_answered_as_working_and_goes_on(
    connect: Connect, app: UseCases, era: str
) -> None:
    async with connect(app, era) as call:
        async with asyncio.timeout(15):  # what the call says, not the setting, which is 20 s
            answer = await call("extract_schema", description="d", wait_s=0)
        assert answer == {"state": "working", "next": "call again with the same arguments"}
        app.gate.set()
        answer = await call("extract_schema", description="d", wait_s=25)
        assert answer["state"] == "done"
        assert app.calls.count("d") == 1


async def test_the_fault_of_work_in_the_background_meets_the_next_same_call(
    connect: Connect, app: UseCases
) -> None:
    app.fault = ProviderBusy("the service is busy", hint="wait a minute")
    async with connect(app) as call:
        await call("extract_schema", description="d", wait_s=0)
        app.gate.set()
        text = await call.error("extract_schema", description="d")
        assert text == "[provider_busy] the service is busy (wait a minute)"
        app.fault = None
        assert (await call("extract_schema", description="d"))["state"] == "done"


async def test_a_chunk_that_takes_longer_is_named_so_that_it_can_be_asked_for(
    connect: Connect, app: UseCases
) -> None:
    async with connect(app) as call:
        first = await call("generate_chunk", job_id=JOB, wait_s=0)
        assert first["state"] == "working"
        assert first["chunk_index"] == 0
        assert first["next"] == "call with chunk_index=0"
        second = await call("generate_chunk", job_id=JOB, wait_s=0)
        assert second["chunk_index"] == 1
        app.gate.set()
        assert (await call("generate_chunk", job_id=JOB, chunk_index=0))["rows"] == 5
        assert app.calls.count(0) == 1


@pytest.mark.parametrize("tool", ["extract_schema", "control_job", "generate_chunk"])
async def test_a_cancelled_call_touches_nothing(
    connect: Connect, app: UseCases, era: str, tool: str
) -> None:
    arguments = {
        "extract_schema": {"description": "d"},
        "control_job": {"job_id": JOB, "action": "cancel"},
        "generate_chunk": {"job_id": JOB, "chunk_index": 3},
    }[tool]
    async with connect(app, era) as call:
        async with anyio.create_task_group() as group:
            group.start_soon(partial(call, tool, **arguments))
            await app.begun.wait()
            group.cancel_scope.cancel()
        assert app.finished == []
        app.gate.set()
        await call("list_jobs")
        assert len(app.finished) == 1


async def test_what_is_asked_and_cancelled_again_and_again_does_not_pile_up(
    connect: Connect, app: UseCases, era: str
) -> None:
    async with connect(app, era) as call:
        async with anyio.create_task_group() as group:
            for _ in range(AT_ONCE + 40):
                group.start_soon(partial(call, "control_job", job_id=JOB, action="cancel"))
            while len(app.calls) < AT_ONCE:
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        await call("list_jobs")  # by now the server knows of every cancellation
        app.gate.set()
        assert (await call("control_job", job_id=JOB, action="pause"))["after"] == "CANCELLED"
    assert app.finished == ["cancel"] * AT_ONCE + ["pause"]


async def test_errors_are_the_code_what_happened_and_what_to_do(
    connect: Connect, app: UseCases, era: str
) -> None:
    app.gate.set()
    app.fault = NotFound("there is no such job", hint="list_jobs shows the ones there are")
    async with connect(app, era) as call:
        text = await call.error("control_job", job_id=JOB, action="start")
    assert text == "[not_found] there is no such job (there are no jobs yet: create_job makes one)"


async def test_a_fault_of_ours_is_logged_and_said_to_be_ours(
    connect: Connect, app: UseCases, caplog: pytest.LogCaptureFixture
) -> None:
    app.gate.set()
    app.fault = RuntimeError("secret detail")
    logging.getLogger("rowmill").propagate = True
    async with connect(app) as call:
        text = await call.error("control_job", job_id=JOB, action="start")
    assert text == "[internal_error] a fault in rowmill: RuntimeError (the log has the details)"
    assert "secret detail" in caplog.text


async def test_a_key_never_reaches_an_error(
    connect: Connect, app: UseCases, settings: Settings
) -> None:
    app.gate.set()
    app.fault = NotFound("looked in AIza" + "x" * 35)
    async with connect(app) as call:
        text = await call.error("control_job", job_id=JOB, action="start")
    assert text.startswith("[not_found] looked in [redacted] (")


async def test_every_problem_of_a_schema_is_told(connect: Connect, app: UseCases) -> None:
    app.gate.set()
    app.fault = InvalidSchema((Problem("fields[0]", "c", "wrong"), Problem("", "c", "bad")))
    async with connect(app) as call:
        text = await call.error("extract_schema", description="d")
    assert text.startswith("[invalid_schema] the schema has 2 problems: fields[0]: wrong; bad")


async def test_an_unknown_tool_is_answered_with_the_one_that_was_meant(
    connect: Connect, app: UseCases, era: str
) -> None:
    async with connect(app, era) as call:
        assert "did you mean list_jobs?" in await call.error("list_job")
        assert "the tools are extract_schema" in await call.error("xyzzy")


async def test_wrong_arguments_reach_no_use_case(connect: Connect, app: UseCases, era: str) -> None:
    async with connect(app, era) as call:
        text = await call.error("list_jobs", limit="5", sort="name")
    assert 'limit is text ("5"), a whole number belongs there' in text
    assert "sort is not an argument" in text
    assert not any(isinstance(made, dict) for made in app.calls)


async def test_an_answer_is_data_and_the_same_as_compact_text(
    connect: Connect, app: UseCases, era: str
) -> None:
    async with connect(app, era) as call:
        result = await call.result("list_jobs")
    assert result.content[0].text == '{"jobs":[],"next_cursor":null}'
    assert result.structured_content == {"jobs": [], "next_cursor": None}


async def test_what_was_left_is_gone_on_with_after_the_first_answer(
    connect: Connect, app: UseCases, era: str
) -> None:
    async with connect(app, era) as call:
        assert "go_on" not in app.calls
        await call.client.list_tools()
        with anyio.fail_after(5):
            await app.went_on.wait()
    assert not app.cleaned.is_set()


async def test_what_was_left_runs_before_a_tool_answers(connect: Connect, app: UseCases) -> None:
    async with connect(app) as call:
        await call("list_jobs")
        assert app.calls[0] == "go_on"


async def test_old_jobs_are_cleaned_up_where_that_is_wanted(
    app: UseCases, settings: Settings
) -> None:
    wanted = replace(settings, job=JobSettings(auto_resume="none", retention_days=2))
    desk = Desk(wanted, lambda _: _Open(app))
    desk.begin()
    with anyio.fail_after(5):
        await app.cleaned.wait()
    assert app.calls == [("clean_up", 2 * 86_400.0)]
    await desk.close()


class _Open:
    """A context manager around what is there already, or around a fault."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __aenter__(self) -> Any:
        if isinstance(self.app, Exception):
            raise self.app
        return self.app

    async def __aexit__(self, *_: object) -> None:
        self.app = None


async def test_what_is_printed_never_reaches_stdout(
    connect: Connect, app: UseCases, era: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app.gate.set()
    app.printed = "stray"
    async with connect(app, era) as call:
        await call("control_job", job_id=JOB, action="start")
    assert capsys.readouterr() == ("", "stray\n")


async def test_what_cannot_be_opened_is_tried_again_with_the_next_call(
    app: UseCases, settings: Settings
) -> None:
    tries = [OSError("read-only"), app]
    desk = Desk(settings, lambda _: _Open(tries.pop(0)))
    with pytest.raises(OSError, match="read-only"):
        await desk.app()
    assert await desk.app() is app
    await desk.close()


def test_the_fixture_keeps_keys_of_the_environment_out(settings: Settings) -> None:
    assert GeminiSettings(api_key=None, api_keys=()).keys == settings.gemini.keys == ()
