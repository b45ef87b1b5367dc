"""Settings in a folder of their own, and clients of both protocol eras."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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

ERAS = ("auto", "legacy")


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


Connect = Callable[..., AbstractAsyncContextManager[Caller]]


@pytest.fixture
def connect(settings: Settings) -> Connect:
    """`async with connect(app) as call`: a client of a server that works with `app`."""

    @asynccontextmanager
    async def connected(app: Any = None, mode: str = "auto") -> AsyncIterator[Caller]:
        @asynccontextmanager
        async def given(_: Settings) -> AsyncIterator[Any]:
            yield app

        server = build_server(settings) if app is None else build_server(settings, opener=given)
        async with Client(server, mode=mode) as client:
            yield Caller(client)

    return connected
