"""What a client of the older protocol gets of the log once it asks for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from mcp_types import LoggingMessageNotification

from src.mcp_server.extras.client_logs import LEVELS, _named

from .conftest import Connect

LOGGER = logging.getLogger("rowmill.test")
pytestmark = pytest.mark.filterwarnings("ignore:(The logging|logging/)")


@pytest.fixture(autouse=True)
def all_levels() -> Iterator[None]:
    """As a server has them, whatever another test left."""
    root = logging.getLogger("rowmill")
    before = root.level
    root.setLevel(logging.DEBUG)
    yield
    root.setLevel(before)


async def test_lines_from_the_level_up_reach_the_client_without_keys(connect: Connect) -> None:
    heard: list[tuple[str, str]] = []
    more = asyncio.Event()

    async def hear(message: Any) -> None:
        if isinstance(message, LoggingMessageNotification) and message.params.logger == LOGGER.name:
            heard.append((message.params.level, message.params.data))
            more.set()

    handlers = len(logging.getLogger("rowmill").handlers)
    async with connect(mode="legacy", message_handler=hear) as call:
        LOGGER.warning("before anybody asked")
        await call.client.set_logging_level("error")
        await call.client.set_logging_level("warning")
        LOGGER.info("too little")
        await asyncio.to_thread(LOGGER.warning, "key=%s\nnext", "AIza" + "x" * 35)
        with anyio.fail_after(5):
            await more.wait()
    assert heard == [("warning", "key=[redacted] next")]
    assert len(logging.getLogger("rowmill").handlers) == handlers


async def test_nobody_who_did_not_ask_gets_lines(connect: Connect, era: str) -> None:
    heard: list[Any] = []

    async def hear(message: Any) -> None:
        heard.append(message)

    async with connect(mode=era, message_handler=hear) as call:
        LOGGER.error("to the file")
        await call("list_jobs")
    assert heard == []


def test_each_level_is_named_as_the_protocol_does() -> None:
    assert [_named(number) for number in LEVELS.values()] == list(LEVELS)
    assert _named(logging.INFO + 5) == "notice"
    assert _named(1) == "debug"
