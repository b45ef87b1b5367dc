"""From a sentence to a checked file, through the tools alone."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from src.config import Settings

from .conftest import Caller, Connect

SENTENCE = (
    "500 customers with name, email, age between 18 and 80, country (US, UK, DE), "
    "signup date in 2024"
)


def content(path: str) -> bytes:
    return Path(path).read_bytes()


async def until_done(call: Caller, job_id: str) -> dict[str, Any]:
    for _ in range(50):
        now = await call("get_job_progress", job_id=job_id)
        if now["status"] in ("COMPLETED", "FAILED"):
            return now
    raise AssertionError(now)


async def test_a_sentence_becomes_a_file(connect: Connect, settings: Settings, era: str) -> None:
    async with connect(mode=era) as call:
        read = await call("extract_schema", description=SENTENCE)
        assert read["engine"] == "local"
        assert [field["name"] for field in read["schema"]["fields"]][:2] == ["name", "email"]
        assert len(read["preview"]["customers"]) == 3

        checked = await call("validate_schema", schema_id=read["schema_id"])
        assert checked["valid"] is True
        assert checked["estimate"]["rows"] == 500

        job = await call(
            "create_job", schema_id=read["schema_id"], output_format="jsonl", seed=7, start=True
        )
        done = await until_done(call, job["job_id"])
        assert (done["status"], done["percent"], done["rows_owed"]) == ("COMPLETED", 100.0, 0)
        assert done["next"] == "merge_and_download"

        result = await call.result("merge_and_download", job_id=job["job_id"])
        merged = result.structured_content
        assert json.loads(result.content[0].text) == merged
        assert merged["path"] == str(settings.output_dir / f"{job['job_id']}.jsonl")
        data = content(merged["path"])
        assert merged["sha256"] == hashlib.sha256(data).hexdigest()
        assert merged["rows"] == len(data.splitlines()) == 500
        assert merged["verdict"] == f"{len(merged['verdicts'])} of {len(merged['verdicts'])} hold"

        link = result.content[1]
        assert link.type == "resource_link"
        assert content(unquote(urlsplit(str(link.uri)).path)) == data
        assert (link.size, link.name) == (merged["bytes"], "customers.jsonl")

        again = await call("merge_and_download", job_id=job["job_id"])
        assert again["sha256"] == merged["sha256"]

        (line,) = (await call("list_jobs"))["jobs"]
        assert (line["job_id"], line["status"], line["rows"]) == (job["job_id"], "COMPLETED", 500)


async def test_a_schema_of_ones_own_in_any_spelling_and_chunk_by_chunk(connect: Connect) -> None:
    schema = {"name": "t", "fields": {"id": {"type": "integer", "unique": True}, "note": "text"}}
    async with connect() as call:
        job = await call("create_job", schema=schema, row_count=25, chunk_size=10, name="by hand")
        assert (job["status"], job["plan"]["chunks"]) == ("PENDING", 3)
        made = [await call("generate_chunk", job_id=job["job_id"]) for _ in range(3)]
        assert [(chunk["chunk_index"], chunk["rows"]) for chunk in made] == [
            (0, 10),
            (1, 10),
            (2, 5),
        ]
        again = await call("generate_chunk", job_id=job["job_id"], chunk_index=1)
        assert {**again, "next": None} == {**made[1], "next": None}
        assert made[1]["next"].startswith("1 chunk is still owed: control_job with action=start")
        assert again["next"] == "merge_and_download"
        assert (await until_done(call, job["job_id"]))["status"] == "COMPLETED"
        text = await call.error("generate_chunk", job_id=job["job_id"])
        assert text.startswith("[illegal_transition]")
        assert "merge_and_download" in text


async def test_a_job_is_paused_resumed_and_deleted(connect: Connect) -> None:
    schema = {"name": "t", "fields": [{"name": "id", "type": "integer"}]}
    async with connect() as call:
        job_id = (await call("create_job", schema=schema, row_count=20, chunk_size=10))["job_id"]
        await call("generate_chunk", job_id=job_id)
        paused = await call("control_job", job_id=job_id, action="pause")
        assert (paused["before"], paused["after"]) == ("GENERATING", "PAUSED")
        assert paused["allowed"] == ["resume", "cancel", "delete"]
        assert paused["next"] == "control_job with action=resume goes on with it"
        await call("control_job", job_id=job_id, action="resume")
        assert (await until_done(call, job_id))["rows_done"] == 20
        gone = await call("control_job", job_id=job_id, action="delete")
        assert gone["after"] is None
        assert "[not_found]" in await call.error("get_job_progress", job_id=job_id)


async def test_every_problem_of_a_schema_is_named_at_once(connect: Connect) -> None:
    fields = [
        {"name": "a", "type": "integer", "generator": {"kind": "unifrm"}},
        {"name": "b", "type": "string", "generator": {"kind": "categry", "values": ["x"]}},
    ]
    async with connect() as call:
        answer = await call("validate_schema", schema={"name": "t", "fields": fields}, row_count=9)
        assert answer["valid"] is False
        hints = [problem["hint"] for problem in answer["problems"]]
        assert hints == ["did you mean 'uniform'?", "did you mean 'category'?"]
        assert answer["warnings"][0].startswith("these may hide more: validate again")
        text = await call.error("create_job", schema={"fields": fields}, row_count=9)
        assert text.startswith("[invalid_schema]")


async def test_the_number_of_rows_may_be_said_when_the_job_is_created(connect: Connect) -> None:
    schema = {"name": "t", "fields": [{"name": "id", "type": "integer"}]}
    async with connect() as call:
        answer = await call("validate_schema", schema=schema)
        assert (answer["valid"], answer["problems"], answer["estimate"]) == (True, [], None)
        assert answer["warnings"] == [
            "'id' was made as its name says",
            "the number of rows is open: give row_count to create_job",
        ]
        assert len(answer["preview"]["t"]) == 3
        assert "rows" in await call.error("create_job", schema_id=answer["schema_id"])


async def test_one_question_is_enough_to_see_a_small_job_done(connect: Connect) -> None:
    schema = {"name": "t", "fields": [{"name": "id", "type": "integer"}]}
    async with connect() as call:
        job = await call("create_job", schema=schema, row_count=40, chunk_size=10, start=True)
        assert (await call("get_job_progress", job_id=job["job_id"]))["rows_done"] >= 10
        assert (await until_done(call, job["job_id"]))["rows_done"] == 40
        job = await call("create_job", schema=schema, row_count=40, start=True)
        assert (await call("get_job_progress", job_id=job["job_id"]))["status"] == "COMPLETED"


async def test_pages_of_jobs_follow_each_other(connect: Connect) -> None:
    schema = {"name": "t", "fields": [{"name": "id", "type": "integer"}]}
    async with connect() as call:
        made = [(await call("create_job", schema=schema, row_count=1))["job_id"] for _ in range(3)]
        first = await call("list_jobs", limit=2)
        rest = await call("list_jobs", limit=2, cursor=first["next_cursor"])
        assert [job["job_id"] for job in first["jobs"] + rest["jobs"]] == made[::-1]
        assert rest["next_cursor"] is None
        assert (await call("list_jobs", status="COMPLETED"))["jobs"] == []
        assert "[invalid_argument]" in await call.error("list_jobs", cursor="nonsense")


async def test_merging_too_early_and_over_a_file_is_refused(connect: Connect) -> None:
    schema = {"name": "t", "fields": [{"name": "id", "type": "integer"}]}
    async with connect() as call:
        jobs = [
            (await call("create_job", schema=schema, row_count=5, seed=n))["job_id"]
            for n in range(2)
        ]
        text = await call.error("merge_and_download", job_id=jobs[0])
        assert text.startswith("[illegal_transition] cannot merge a job that is PENDING")
        for job_id in jobs:
            await call("generate_chunk", job_id=job_id)
        named = {"file_name": "mine.csv"}
        await call("merge_and_download", job_id=jobs[0], **named)
        assert "[already_exists]" in await call.error("merge_and_download", job_id=jobs[1], **named)
        await call("merge_and_download", job_id=jobs[1], **named, overwrite=True)
        outside = await call.error("merge_and_download", job_id=jobs[0], file_name="../x.csv")
        assert "[invalid_argument]" in outside


async def test_cloud_storage_says_that_it_is_not_configured(connect: Connect) -> None:
    schema = {"name": "t", "fields": [{"name": "id", "type": "integer"}]}
    async with connect() as call:
        text = await call.error("create_job", schema=schema, row_count=5, storage="cloud")
        assert text.startswith("[not_configured]")
        assert (await call("list_jobs"))["jobs"] == []


async def test_a_job_that_is_just_paused_may_be_resumed_and_one_that_is_done_runs_no_more(
    connect: Connect,
) -> None:
    schema = {"name": "t", "fields": [{"name": "id", "type": "integer"}]}
    async with connect() as call:
        job_id = (await call("create_job", schema=schema, row_count=500_000, start=True))["job_id"]
        paused = await call("control_job", job_id=job_id, action="pause")
        assert "resume" in paused["allowed"]  # though what is in flight may not be down yet
        resumed = await call("control_job", job_id=job_id, action="resume")
        assert resumed["next"] == "get_job_progress again"
        assert (await until_done(call, job_id))["running"] is False
        assert (await call("control_job", job_id=job_id, action="delete"))["after"] is None


@pytest.mark.parametrize(
    ("request_", "following"),
    [
        ("30 cats with name, as JSON lines",
         r"show the user the schema, then create_job with schema_id=sch_\w+, output_format=jsonl "),
        ("cats with name",
         r"the schema with the assumptions and questions, then create_job with schema_id=sch_\w+, "
         r"row_count and start=true"),
        ("A web shop: 20 customers, 50 orders with 1-6 lines each",
         r"what stands in not_understood is missing: add it to the schema \(validate_schema"),
    ],
)  # fmt: skip
async def test_what_was_read_names_the_next_call_with_what_it_takes(
    connect: Connect, request_: str, following: str
) -> None:
    async with connect() as call:
        assert re.search(following, (await call("extract_schema", description=request_))["next"])


async def test_a_broken_promise_is_to_be_told(connect: Connect) -> None:
    promise = {"check": "share", "field": "a", "value": "x", "equals": 0.5, "tolerance": 0.01}
    fields = [{"name": "a", "type": "string", "generator": {"kind": "category", "values": ["x"]}}]
    async with connect() as call:
        schema = {"name": "t", "fields": fields, "expectations": [promise]}
        merged = await call(
            "merge_and_download", job_id=await call.completed(schema=schema, row_count=9)
        )
    assert "say which expectations are broken" in merged["next"]
