"""Mistakes that models make: what each is told is enough for the next call to be right.

A sequence is what a model did, call by call. A wrong call names what its refusal must say; where
the next call takes something out of the refusal, `{0}` stands for the pattern's first group.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from src.mcp_server.advising import MEANT, MEANT_BY, advised
from src.mcp_server.arguments import Action, Status
from src.mcp_server.toolbox import TOOLBOX

from .conftest import UNDER_WAY, Caller, Connect

IDS = {"name": "t", "fields": [{"name": "id", "type": "integer", "constraints": {"unique": True}}]}


@dataclass(frozen=True)
class Wrong:
    tool: str
    said: dict[str, Any]
    told: str


@dataclass(frozen=True)
class Right:
    tool: str
    said: dict[str, Any] = field(default_factory=dict)
    got: dict[str, Any] = field(default_factory=dict)


JOB = {"job_id": "{job}"}
MADE = Right("create_job", {"schema": IDS, "row_count": 30, "chunk_size": 10, "seed": 7})
STARTED = Right("create_job", {"schema": IDS, "row_count": 30, "start": True})
DONE = Right("get_job_progress", JOB, {"status": "COMPLETED"})

SEQUENCES: dict[str, list[Wrong | Right]] = {
    "the request under another name": [
        Wrong("extract_schema", {"prompt": "5 cats with name", "rows": 5},
              "description takes the request in the user's words; say the number of rows in "),
        Right("extract_schema", {"description": "5 cats with name"}, {"state": "done"}),
    ],
    "a job from words": [
        Wrong("create_job", {"description": "5 cats with name"},
              "extract_schema turns words into a schema_id first"),
        Right("extract_schema", {"description": "5 cats with name"}),
        Right("create_job", {"schema_id": "{schema}"}, {"status": "PENDING"}),
    ],
    "words where a schema belongs": [
        Wrong("create_job", {"schema": "customers with names", "row_count": 5},
              r"an object belongs there \(extract_schema turns words into a schema"),
        Right("extract_schema", {"description": "customers with names"}),
        Right("create_job", {"schema_id": "{schema}", "row_count": 5}),
    ],
    "an id where a schema belongs": [
        Right("validate_schema", {"schema": IDS}),
        Wrong("create_job", {"schema": "{schema}", "row_count": 5}, "give it as schema_id"),
        Right("create_job", {"schema_id": "{schema}", "row_count": 5}),
    ],
    "a schema as text": [
        Right("create_job", {"schema": json.dumps(IDS), "row_count": 5}, {"status": "PENDING"}),
    ],
    "a schema as broken text": [
        Wrong("validate_schema", {"schema": json.dumps(IDS)[:-1]}, "schema is not JSON: "),
        Right("validate_schema", {"schema": IDS}, {"valid": True}),
    ],
    "row_count as text": [
        Wrong("create_job", {"schema": IDS, "row_count": "500"},
              r'row_count is text \("500"\), a whole number belongs there'),
        Right("create_job", {"schema": IDS, "row_count": 500}),
    ],
    "no number of rows": [
        Wrong("create_job", {"schema": IDS}, r"how many rows .* \(give row_count"),
        Right("create_job", {"schema": IDS, "row_count": 500}),
    ],
    "arguments of another spelling": [
        MADE,
        Wrong("get_job_progress", {"jobId": "{job}"}, "did you mean job_id?"),
        Right("get_job_progress", {**JOB, "wait_s": 0}),
    ],
    "words of everyday for a state": [
        Wrong("list_jobs", {"status": "done"}, r"\(for status say (\w+);"),
        Right("list_jobs", {"status": "{0}"}, {"jobs": []}),
        Wrong("list_jobs", {"status": "running"}, r"\(for status say (\w+);"),
        Right("list_jobs", {"status": "{0}"}),
    ],
    "words of everyday for an action": [
        MADE,
        Wrong("control_job", {**JOB, "action": "run"}, r"\(for action say (\w+);"),
        Right("control_job", {**JOB, "action": "{0}"}, {"before": "PENDING"}),
        DONE,
        Wrong("control_job", {**JOB, "action": "stop"}, "for action say pause "),
    ],
    "a format that is none": [
        Wrong("create_job", {"schema": IDS, "row_count": 5, "output_format": "excel",
                             "generation": "gemini"},
              "for generation say llm; for output_format say csv"),
        Right("create_job", {"schema": IDS, "row_count": 5, "output_format": "csv"}),
    ],
    "the file before the rows": [
        MADE,
        Wrong("merge_and_download", JOB, "cannot merge a job that is PENDING .control_job with "
              r"action=(start)\)"),
        Right("control_job", {**JOB, "action": "{0}"}),
        DONE,
        Right("merge_and_download", JOB, {"rows": 30}),
    ],
    "a paused job merged": [
        MADE,
        Right("generate_chunk", JOB),
        Right("control_job", {**JOB, "action": "pause"}),
        Wrong("merge_and_download", JOB, "that is PAUSED .control_job with action=(resume)"),
        Right("control_job", {**JOB, "action": "{0}"}),
        DONE,
        Right("merge_and_download", JOB, {"rows": 30}),
    ],
    "cancelled, then resumed": [
        MADE,
        Right("control_job", {**JOB, "action": "cancel"}, {"after": "CANCELLED"}),
        Wrong("control_job", {**JOB, "action": "resume"},
              r"job is over; create_job with schema_id=(sch_\w+), row_count=30, seed=7"),
        Right("create_job", {"schema_id": "{0}", "row_count": 30, "seed": 7, "start": True}),
        DONE,
        Right("merge_and_download", JOB, {"rows": 30}),
    ],
    "cancelled, then merged": [
        MADE,
        Right("control_job", {**JOB, "action": "cancel"}),
        Wrong("merge_and_download", JOB, r"create_job with schema_id=(sch_\w+), row_count=30"),
        Right("create_job", {"schema_id": "{0}", "row_count": 30}),
    ],
    "cancelled, then stepped": [
        MADE,
        Right("control_job", {**JOB, "action": "cancel"}),
        Wrong("generate_chunk", JOB, r"create_job with schema_id=(sch_\w+), row_count=30"),
        Right("create_job", {"schema_id": "{0}", "row_count": 30}),
    ],
    "started twice": [
        STARTED, DONE,
        Wrong("control_job", {**JOB, "action": "start"},
              r"cannot start a job that is COMPLETED \(merge_and_download\)"),
        Right("merge_and_download", JOB, {"rows": 30}),
    ],
    "a forgotten job": [
        STARTED, DONE,
        Wrong("merge_and_download", {"job_id": "job_the_customers"},
              r"the latest jobs: (job_\w+) \(t, COMPLETED\)"),
        Right("merge_and_download", {"job_id": "{0}"}, {"rows": 30}),
    ],
    "a misspelt job": [
        STARTED, DONE,
        Wrong("merge_and_download", {"job_id": "{job}x"}, r"did you mean (job_\w+)\?"),
        Right("merge_and_download", {"job_id": "{0}"}, {"rows": 30}),
    ],
    "a job where there is none": [
        Wrong("get_job_progress", {"job_id": "job_1"}, "there are no jobs yet: create_job makes"),
        MADE,
    ],
    "a forgotten schema": [
        Right("validate_schema", {"schema": IDS}),
        Wrong("create_job", {"schema_id": "sch_customers", "row_count": 5},
              r"the latest schema ids: (sch_\w+)"),
        Right("create_job", {"schema_id": "{0}", "row_count": 5}),
    ],
    "a misspelt schema": [
        Right("validate_schema", {"schema": IDS}),
        Wrong("create_job", {"schema_id": "{schema}0", "row_count": 5},
              r"did you mean (sch_\w+)\?"),
        Right("create_job", {"schema_id": "{0}", "row_count": 5}),
    ],
    "a schema nobody was told of": [
        Wrong("create_job", {"schema_id": "sch_1", "row_count": 5}, "or pass the schema itself"),
        Right("create_job", {"schema": IDS, "row_count": 5}),
    ],
    "one call per chunk": [
        MADE,
        Right("generate_chunk", JOB, {"next": "2 chunks are still owed: control_job with "
                                              "action=start makes all of them by itself"}),
        Right("control_job", {**JOB, "action": "start"}),
        DONE,
        Wrong("generate_chunk", JOB, r"every chunk of this job is made \(merge_and_download\)"),
        Right("merge_and_download", JOB, {"rows": 30}),
    ],
    "ten rows per call": [
        MADE,
        Wrong("generate_chunk", {**JOB, "rows": 10},
              r"settled by create_job .* control_job with action=(start)"),
        Right("control_job", {**JOB, "action": "{0}"}),
        DONE,
    ],
    "a chunk that is none": [
        MADE,
        Wrong("generate_chunk", {**JOB, "chunk_index": 3}, r"has chunks 0 to (\d)"),
        Right("generate_chunk", {**JOB, "chunk_index": 2}),
    ],
    "the dataset asked for in the answer": [
        STARTED, DONE,
        Wrong("get_job_progress", {**JOB, "include_rows": True},
              "merge_and_download writes the dataset; rows are never in an answer"),
        Wrong("merge_and_download", {**JOB, "return_data": True, "limit": 500},
              "the file at path has them, give the user that"),
        Right("merge_and_download", JOB, {"rows": 30}),
    ],
    "a path of its own": [
        STARTED, DONE,
        Wrong("merge_and_download", {**JOB, "format": "csv", "path": "/tmp/x.csv"},
              r"did you mean output_format\?.*file_name names the file, below the output folder"),
        Wrong("merge_and_download", {**JOB, "file_name": "/tmp/x.csv"}, "."),
        Right("merge_and_download", {**JOB, "file_name": "x.csv"}, {"rows": 30}),
    ],
    "a tool that is none": [
        Wrong("get_job_status", {"job_id": "x"}, r"did you mean (get_job_progress)\?"),
        MADE,
        Right("get_job_progress", {**JOB, "wait_s": 0}),
    ],
    "several tables and one row_count": [
        Wrong("create_job",
              {"schema": {"name": "s", "tables": [{**IDS, "name": "a"}, {**IDS, "name": "b"}]},
               "row_count": 5}, "give each table its own rows in the schema"),
        Right("create_job",
              {"schema": {"name": "s", "tables": [{**IDS, "name": "a", "rows": 5},
                                                  {**IDS, "name": "b", "rows": 6}]}}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SEQUENCES)
async def test_the_next_call_is_right(connect: Connect, name: str) -> None:
    known: dict[str, str] = {}
    async with connect() as call:
        for step in SEQUENCES[name]:
            said = _filled(step.said, known)
            if isinstance(step, Wrong):
                text = await call.error(step.tool, **said)
                found = re.search(step.told, text)
                assert found, text
                assert len(text) < 1_000
                known["0"] = found[1] if found.groups() else ""
                continue
            answer = await _answered(call, step, said)
            known["job"] = answer.get("job_id", known.get("job"))
            known["schema"] = answer.get("schema_id", known.get("schema"))
            assert {key: answer.get(key) for key in step.got} == step.got


async def _answered(call: Caller, step: Right, said: dict[str, Any]) -> dict[str, Any]:
    answer = await call(step.tool, **said)
    while step is DONE and answer["status"] in UNDER_WAY:
        answer = await call(step.tool, **said)
    return answer


def _filled(node: Any, known: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, known) for key, value in node.items()}
    if isinstance(node, str) and re.match(r"\{(0|job|schema)\}", node):
        return re.sub(r"\{(\w+)\}", lambda match: known[match[1]], node)
    return node


async def test_a_path_outside_is_refused_and_nothing_is_written(connect: Connect) -> None:
    async with connect() as call:
        job = await call("create_job", schema=IDS, row_count=5)
        await call("generate_chunk", job_id=job["job_id"])
        for name in ("/tmp/rowmill-x.csv", "../x.csv", "folder/", ".csv"):
            text = await call.error("merge_and_download", job_id=job["job_id"], file_name=name)
            assert text.startswith("[invalid_argument]")
    assert not Path("/tmp/rowmill-x.csv").exists()


def test_advice_is_for_what_a_tool_does_not_have() -> None:
    for tool, meant in MEANT.items():
        assert tool in TOOLBOX
        assert meant
    assert set(MEANT_BY["status"].values()) <= set(Status.__args__)
    first = {words.split()[0].rstrip(",") for words in MEANT_BY["action"].values()}
    assert first <= set(Action.__args__)


def test_a_refusal_without_advice_is_as_it_was() -> None:
    from src.core.errors import InvalidArgument

    refused = InvalidArgument("no", hint="mend it")
    assert advised("list_jobs", frozenset({"limit"}), {"limit": "x"}, refused) is refused
