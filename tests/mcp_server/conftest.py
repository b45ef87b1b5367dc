"""Settings in a folder of their own, and clients of both protocol eras."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from src.config import (
    GeminiSettings,
    JobSettings,
    LogSettings,
    McpSettings,
    Settings,
    StorageSettings,
)
from src.mcp_server.serving import build_server
from tests.patience import PATIENCE_S, patience

ERAS = ("auto", "legacy")
UNDER_WAY = ("SCHEMA_VALIDATION", "GENERATING")


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    """`auto` opens with the protocol of 2026, `legacy` with `initialize`."""
    return request.param


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults, whatever the environment says; the home does not exist yet."""
    return Settings(
        home=tmp_path / "home",
        gemini=GeminiSettings(api_key=None, api_keys=()),
        storage=StorageSettings(backend="disk", temp_dir=None, output_dir=None),
        job=JobSettings(auto_resume="free", retention_days=0),
        mcp=McpSettings(wait_s=20),
        log=LogSettings(level="INFO", dir=None),
    )


@dataclass(frozen=True)
class Caller:
    client: Client

    async def result(self, tool: str, **arguments: Any) -> Any:
        return await self.client.call_tool(tool, arguments)

    async def __call__(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = await self.result(tool, **arguments)
        assert not result.is_error, result.content[0].text
        return result.structured_content

    async def error(self, tool: str, **arguments: Any) -> str:
        result = await self.result(tool, **arguments)
        assert result.is_error, result.structured_content
        assert result.structured_content is None  # it would break the output schema
        return result.content[0].text

    async def completed(self, **wish: Any) -> str:
        """The id of a job that is asked for, started and done."""
        job_id = (await self("create_job", start=True, **wish))["job_id"]
        await self.until_completed(job_id)
        return job_id

    async def until_completed(self, job_id: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while (now := await self("get_job_progress", job_id=job_id))["status"] in UNDER_WAY:
                pass
        assert now["status"] == "COMPLETED", now


Connect = Callable[..., AbstractAsyncContextManager[Caller]]


def connecting(settings: Settings) -> Connect:
    """`async with connecting(settings)(app) as call`: a client of a server that works with `app`,
    or with the real use cases; `client_options` are the client's."""

    @asynccontextmanager
    async def connected(
        app: Any = None, mode: str = "auto", **client_options: Any
    ) -> AsyncIterator[Caller]:
        @asynccontextmanager
        async def given(_: Settings) -> AsyncIterator[Any]:
            yield app

        server = build_server(settings) if app is None else build_server(settings, opener=given)
        async with Client(server, mode=mode, **client_options) as client:
            yield Caller(client)

    return connected


@pytest.fixture
def connect(settings: Settings) -> Connect:
    return connecting(settings)


# ── the server as a process, over HTTP ────────────────────────────────────────────────────────

ROOT = Path(__file__).parents[2]
SERVE = (
    "from src.config import Settings; from src.mcp_server import run_http; "
    "run_http(Settings.load(), 0)"
)


@contextmanager
def http_server(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address, with everything of it below `folder`."""
    child = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "ROWMILL_HOME": str(folder / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with patience(child):
            line = child.stderr.readline()
        assert line.startswith("rowmill: MCP at http://127.0.0.1:"), line
        yield child, line.split()[-1]
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        child.stderr.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with http_server(tmp_path) as (child, url):
        yield child, url
