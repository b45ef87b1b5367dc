"""Each limit is said in words, with the setting to raise where there is one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client

from src.config import JobSettings
from src.mcp_server.serving import build_server
from tests.mcp_server.conftest import Caller, http_server

from .conftest import MODERN, NUMBERS

LARGE = 300_000


def field(**said: Any) -> dict[str, Any]:
    return {"name": "t", "rows": 3, "fields": [{"name": "a", **said}]}


def nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"name": "x", "type": "string"}
    for _ in range(depth):
        inner = {"name": "o", "type": "object", "fields": [inner]}
    return {"name": "t", "rows": 3, "fields": [inner]}


TOO_MUCH = (
    (field(description="x" * LARGE), "262,144 are allowed"),
    (field(constraints={"pattern": "a" * 1_001}), "1000"),
    (field(constraints={"enum": [str(n) for n in range(10_001)]}), "10,000|10000"),
    (field(constraints={"minLength": 10**12}), "1000000000|1,000,000,000"),
    (field(generator={"kind": "expression", "expr": "1" + "+1" * 600}), "1,000|1000"),
    (field(generator={"kind": "expression", "expr": "1" + "+1" * 100}), "64"),
    (field(name="n" * 65), "64"),
    ({"name": "t", "fields": [{"name": f"f{n}"} for n in range(50_000)]}, "262,144 are allowed"),
    (nested(6), "nested more than 5 deep"),
    (nested(40), "nested"),
    ({"name": "t", "rows": 10**13, "fields": [{"name": "a"}]}, "1000000000000|1,000,000,000,000"),
)


@pytest.mark.parametrize(("schema", "said"), TOO_MUCH, ids=[said for _, said in TOO_MUCH])
async def test_too_much_of_a_schema_is_refused_with_the_limit(
    connect: Any, schema: Any, said: str
) -> None:
    async with connect() as call:
        result = await call.result("validate_schema", schema=schema)
        text = result.content[0].text
        assert result.is_error or not result.structured_content["valid"]
        assert any(part in text for part in said.split("|")), text[:500]
        assert len(text) < 20_000


async def test_too_many_rows_or_chunks_name_their_settings(settings: Any) -> None:
    small = replace(settings, job=JobSettings(max_rows=1_000, max_chunks=10))
    async with Client(build_server(small)) as client:
        call = Caller(client)
        text = await call.error("create_job", schema=NUMBERS, row_count=1_001)
        assert "JOB_MAX_ROWS" in text
        text = await call.error("create_job", schema=NUMBERS, row_count=100, chunk_size=1)
        assert "JOB_MAX_CHUNKS" in text
        text = await call.error("extract_schema", description="x" * 20_001)
        assert "20,000" in text


def test_loopback_http_refuses_strangers_and_answers_every_bad_body(tmp_path: Path) -> None:
    call = {"name": "list_jobs", "arguments": {}, "_meta": MODERN}
    frame = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    with http_server(tmp_path) as (_, url):
        names = {
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": "tools/call",
            "Mcp-Name": "list_jobs",
        }

        def post(body: bytes, **headers: str) -> httpx2.Response:
            return httpx2.post(url, content=body, headers={**names, **headers}, timeout=20)

        good = json.dumps(frame).encode()
        assert post(good).status_code == 200
        for header, value in (
            ("Host", "evil.example"),
            ("Host", "127.0.0.1.evil.example"),
            ("Origin", "http://evil.example"),
            ("Origin", "null"),
            ("Origin", "https://127.0.0.1"),
        ):
            assert post(good, **{header: value}).status_code in (403, 421), (header, value)
        for bad in (b"garbage", b"\xff\xfe", b"[" * 100_000, b"[]", b"", b'{"jsonrpc":"2.0"}'):
            answer = post(bad)
            assert answer.status_code == 400, (bad[:20], answer.status_code)
            assert "Traceback" not in answer.text
        assert post(b" " * 5_000_000).status_code == 413
        assert post(good, **{"Content-Type": "text/plain"}).status_code in (400, 415)
        assert post(good).status_code == 200
