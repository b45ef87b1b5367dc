"""Log lines for a client of the older protocol that asks for them (`logging/setLevel`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...utils.text import clean

if TYPE_CHECKING:
    from mcp.server.connection import Connection
    from mcp.server.context import ServerRequestContext

    from ..desk import Desk

STATE = "rowmill.log"
LOGGER = "rowmill"
LINE = 2_000
LEVELS: Mapping[str, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "notice": logging.INFO + 1,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "alert": logging.CRITICAL + 1,
    "emergency": logging.CRITICAL + 2,
}


def set_level(ctx: ServerRequestContext[Desk, Any], level: str) -> None:
    """From now on the client gets what is logged at this level and above, until it is gone."""
    connection = ctx.session._connection
    handler = connection.state.get(STATE)
    if handler is None:
        handler = connection.state[STATE] = _ToClient(connection)
        logging.getLogger(LOGGER).addHandler(handler)
        connection.exit_stack.callback(logging.getLogger(LOGGER).removeHandler, handler)
    handler.setLevel(LEVELS[level])


class _ToClient(logging.Handler):
    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._sending: set[asyncio.Task[None]] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """In whichever thread something is logged."""
        params = {
            "level": _named(record.levelno),
            "logger": record.name,
            "data": clean(record.getMessage(), LINE),
        }
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._send, params)

    def _send(self, params: dict[str, Any]) -> None:
        task = asyncio.ensure_future(self._connection.notify("notifications/message", params))
        self._sending.add(task)  # the loop itself keeps no hold of it
        task.add_done_callback(self._sending.discard)


def _named(number: int) -> str:
    """The protocol's word for a level of the standard library."""
    return next((word for word, at in reversed(tuple(LEVELS.items())) if at <= number), "debug")
