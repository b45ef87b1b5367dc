"""No answer over 20 kB and none that takes long, at the widest schema there can be."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from src.mcp_server.arguments import MAX_WAIT_S
from src.mcp_server.caller import ASK_S, LONGEST_CALL_S, Question
from src.mcp_server.caller import Caller as Behind
from src.mcp_server.toolbox import TOOLBOX

from .conftest import Caller, Connect

LIMIT = 20_000
QUICK_S = 2.0
MAX_FIELDS = 200


def wide(fields: int, **more: Any) -> dict[str, Any]:
    held = [
        {
            "name": f"{'ß' * 40}{n:03d}",
            "type": "string",
            "description": "漢" * 40,
            "generator": {"kind": "category", "values": ["ä" * 40, "ö" * 20]},
        }
        for n in range(fields)
    ]
    return {"name": "wide", "fields": held, **more}


def tables(count: int) -> dict[str, Any]:
    return {
        "name": "many",
        "tables": [{**wide(5, rows=3), "name": f"{'ü' * 50}{n:02d}"} for n in range(count)],
    }


class Measured(Caller):
    """Calls whose answers must be small, and must cost little time of the processor.

    Processor time, so that a busy machine does not count."""

    async def __call__(self, tool: str, **arguments: Any) -> dict[str, Any]:
        began = time.process_time()
        result = await self.result(tool, **arguments)
        took = time.process_time() - began
        text = "".join(part.text for part in result.content if part.type == "text")
        assert len(text.encode()) < LIMIT, tool
        if "wait_s" not in TOOLBOX[tool].arguments.model_fields:
            assert took < QUICK_S, (tool, took)
        assert not result.is_error, text
        return result.structured_content


SCHEMAS = {"widest": (wide(MAX_FIELDS), {"row_count": 20}), "most tables": (tables(40), {})}


@pytest.mark.parametrize("kind", SCHEMAS)
async def test_every_tool_answers_small_and_soon(connect: Connect, kind: str) -> None:
    schema, rows = SCHEMAS[kind]
    async with connect() as call:
        await call("list_jobs")  # the libraries are loaded once
        await call("validate_schema", schema={"name": "t", "fields": [{"name": "id"}]})
        ask = Measured(call.client)
        checked = await ask("validate_schema", schema=schema, **rows)
        assert checked["valid"] is True
        read = await ask(
            "extract_schema", description="add note", current_schema=checked["schema_id"]
        )
        assert read["schema_id"]
        job = await ask("create_job", schema=schema, name="漢" * 100, **rows)
        started = await ask("control_job", job_id=job["job_id"], action="start")
        assert started["before"] == "PENDING"
        await ask.until_completed(job["job_id"])
        chunk = await ask("generate_chunk", job_id=job["job_id"], chunk_index=0)
        assert chunk["rows"]
        merged = await ask("merge_and_download", job_id=job["job_id"], output_format="jsonl")
        assert merged["file_count"] == len(job["plan"]["tables"])
        assert (await ask("list_jobs"))["jobs"]


async def test_a_full_page_of_jobs_is_small_and_soon(connect: Connect) -> None:
    async with connect() as call:
        for _ in range(50):
            await call("create_job", schema=wide(1), row_count=1, name="漢" * 100)
        page = await Measured(call.client)("list_jobs", limit=50)
    assert len(page["jobs"]) == 50


async def test_as_many_problems_as_there_are_fields_are_small_and_soon(connect: Connect) -> None:
    wrong = wide(MAX_FIELDS)
    for field in wrong["fields"]:
        field["constraints"] = {"minLength": 9, "maxLength": 1}
    async with connect() as call:
        await call("validate_schema", schema=wide(1))
        found = await Measured(call.client)("validate_schema", schema=wrong)
        assert found["problem_count"] >= MAX_FIELDS
        text = await call.error("create_job", schema=wrong, row_count=5)
    assert len(text.encode()) < LIMIT


def test_no_wait_is_longer_than_clients_bear() -> None:
    assert MAX_WAIT_S <= LONGEST_CALL_S == 25
    assert ASK_S < LONGEST_CALL_S


async def test_a_person_who_does_not_answer_holds_no_call_for_longer() -> None:
    now = [0.0]

    class Silent:
        """A client of the older protocol whose user is away."""

        protocol_version = "2025-11-25"
        request_id = "1"

        @property
        def request_context(self) -> Silent:
            return self

        @property
        def session(self) -> Silent:
            return self

        async def elicit_form(self, *_: Any) -> None:
            await asyncio.Event().wait()

    caller = Behind(Silent(), lambda: now[0])
    assert caller.left(99) == LONGEST_CALL_S
    now[0] = ASK_S
    assert (await caller.ask(Question("?", {}))).action == "none"
    assert caller.left(20) == 0
