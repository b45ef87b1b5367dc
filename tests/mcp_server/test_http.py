"""Streamable HTTP, for this machine only."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp_types import ElicitResult

from src.config import Settings
from src.core.errors import InvalidArgument
from src.mcp_server import run_http
from tests.patience import OUT_S, PATIENCE_S

from .conftest import UNDER_WAY
from .test_process import HELLO


async def test_a_job_runs_over_http_and_a_signal_ends_the_server_in_time(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    child, url = served
    schema = {"name": "t", "fields": [{"name": "id", "type": "integer"}]}
    for mode in ("auto", "legacy"):
        async with Client(url, mode=mode) as client:
            assert len((await client.list_tools()).tools) == 8
            job = await client.call_tool("create_job", {"schema": schema, "row_count": 9})
            job_id = job.structured_content["job_id"]
            await client.call_tool("generate_chunk", {"job_id": job_id})
            merged = await client.call_tool("merge_and_download", {"job_id": job_id})
            assert merged.structured_content["rows"] == 9
    async with Client(url, mode="legacy"):  # still connected when the signal comes
        began = time.monotonic()
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=PATIENCE_S) == 0
        assert time.monotonic() - began < OUT_S
    assert child.stdout.read() == ""


def test_foreign_hosts_and_origins_are_refused(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    _, url = served
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}
    accept = {"Accept": "application/json, text/event-stream"}

    def status(**headers: str) -> int:
        return httpx2.post(url, json=message, headers={**accept, **headers}).status_code

    assert status() == 200
    assert status(Host="evil.example") == 421
    assert status(Origin="http://evil.example") == 403


def test_a_taken_port_is_a_clear_error(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InvalidArgument, match="cannot be used"):
            run_http(settings, taken.getsockname()[1])


async def test_a_person_is_asked_and_a_waiting_client_is_told_over_http(
    served: tuple[subprocess.Popen[str], str], era: str
) -> None:
    _, url = served
    told: list[float] = []

    async def answer(_: Any, form: Any) -> ElicitResult:
        (name,) = form.requested_schema["properties"]
        return ElicitResult(action="accept", content={name: "40000"})

    async def hear(done: float, total: float | None, message: str | None) -> None:
        told.append(done)

    async with Client(url, mode=era, elicitation_callback=answer) as client:
        read = await client.call_tool("extract_schema", {"description": "people with name, age"})
        assert read.structured_content["answered"] == ["How many rows? 40000"]
        job = await client.call_tool(
            "create_job",
            {"schema_id": read.structured_content["schema_id"], "chunk_size": 2_000, "start": True},
        )
        job_id, status = job.structured_content["job_id"], UNDER_WAY[0]
        while status in UNDER_WAY:
            now = await client.call_tool(
                "get_job_progress", {"job_id": job_id}, progress_callback=hear
            )
            status = now.structured_content["status"]
    assert told == sorted(told)
    assert told[-1] == 40_000
