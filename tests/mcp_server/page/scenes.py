"""What the page is opened with, and how to know that it is ready."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from src.mcp_server.answers import Progress, Spending
from tests.mcp_server.conftest import UNDER_WAY

from .browser import Page
from .stage import Stage

SENTENCE = (
    "500 hotel bookings: 1–14 nights, 60–450 € a night, total, status; cancelled_at only if "
    "cancelled; 12 % cancelled, 3 % no-show. CSV."
)
EXAMPLES = Path(__file__).parents[3] / "examples"
SETTLED = "document.querySelector('#estimate')?.textContent"
"""The schema is shown, and the server has said what it thinks of it."""
HOLD = "gate = new Promise((open) => { globalThis.release = open; }); 0"
"""For the host: answers wait until it says release()."""


def example(name: str) -> dict[str, Any]:
    return json.loads((EXAMPLES / f"{name}.schema.json").read_text("utf-8"))


def completed(stage: Stage, schema: dict[str, Any], **arguments: Any) -> str:
    job = stage.call("create_job", schema=schema, start=True, **arguments)["structuredContent"]
    status = UNDER_WAY[0]
    while status in UNDER_WAY:
        now = stage.call("get_job_progress", job_id=job["job_id"])["structuredContent"]
        status = now["status"]
    assert status == "COMPLETED", now
    return job["job_id"]


def under_way(job_id: str) -> dict[str, Any]:
    """What a job that a model writes would say of itself half way."""
    now = Progress(
        job_id=job_id, name="tickets", status="GENERATING", running=True,
        rows_done=3_420, rows_owed=6_580, rows_total=10_000,
        chunks_done=17, chunks_owed=33, chunks_total=50, percent=34.2,
        rows_per_s=41.3, seconds_left=159, calls=171, input_tokens=88_123, output_tokens=412_340,
        cost_usd=0.0413, expected_cost_usd=0.121,
        spending=[Spending(
            table="tickets", fields="subject, body", calls=171, input_tokens=88_123,
            output_tokens=412_340, thinking_tokens=0, cached_tokens=0, cost_usd=0.0413,
        )],
        rejected_rows={"too short": 12}, last_problem=None, allowed=["pause", "cancel"], next="",
    )  # fmt: skip
    return {"content": [], "structuredContent": now.document()}


def called(page: Page, *, times: int) -> list[dict[str, Any]]:
    """The tool calls of the page, once there are so many."""
    return page.host(
        "new Promise((done) => { const look = setInterval(() => {"
        f" if (seen.calls.length < {times}) return;"
        " clearInterval(look); done(seen.calls); }, 9); })"
    )


def schema_view(stage: Stage) -> str:
    stage.open("extract_schema", description=SENTENCE)
    return SETTLED


def several_tables(stage: Stage) -> str:
    stage.open("validate_schema", schema=example("shop"))
    return SETTLED


def problems(stage: Stage) -> str:
    schema = example("hotel_bookings")
    schema["fields"][4]["constraints"] = {"minimum": 20, "maximum": 14}
    schema["expectations"] = []
    stage.open("validate_schema", schema=schema)
    return "document.querySelector('.problem')"


def running(stage: Stage) -> str:
    job = stage.open("create_job", schema=example("hotel_bookings"))
    stage.canned["get_job_progress"] = under_way(job["job_id"])
    return "document.querySelector('#act-pause')"


def dataset(stage: Stage) -> str:
    stage.open("merge_and_download", job_id=completed(stage, example("shop")))
    return "document.querySelector('figure')"


def broken(stage: Stage) -> str:
    answer = stage.open("merge_and_download", job_id=completed(stage, example("hotel_bookings")))
    answer["verdicts"][0] |= {"held": False, "measured": "9,998 rows"}
    answer["verdict"] = "24 of 25 hold; not: row_count bookings"
    return "document.querySelector('.broken') && document.querySelector('figure')"
