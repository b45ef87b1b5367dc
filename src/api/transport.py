"""The way to the service: answers of a bounded size, redirects not followed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from typing import cast

import httpx2


def _nobody() -> None:
    """Nobody asked to be told."""


SENDING: ContextVar[Callable[[], None]] = ContextVar("sending", default=_nobody)
"""Called when a request of this task is about to leave."""


class BodyTooLarge(httpx2.TransportError):
    """More came than any answer holds."""


class _Counted(httpx2.AsyncByteStream):
    """Another stream, which ends with an error where it passes the bound."""

    def __init__(self, stream: httpx2.AsyncByteStream, max_bytes: int) -> None:
        self._stream = stream
        self._max_bytes = max_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > self._max_bytes:
                raise BodyTooLarge(f"the answer is longer than {self._max_bytes:,} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


class Bounded(httpx2.AsyncBaseTransport):
    """Another transport, its answers bounded; compressed ones are refused, because a few bytes
    of them may become any number."""

    def __init__(self, transport: httpx2.AsyncBaseTransport, max_bytes: int) -> None:
        self._transport = transport
        self._max_bytes = max_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["accept-encoding"] = "identity"
        SENDING.get()()
        response = await self._transport.handle_async_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise BodyTooLarge("the answer is compressed, which was not asked for")
        stream = cast("httpx2.AsyncByteStream", response.stream)
        response.stream = _Counted(stream, self._max_bytes)
        return response

    async def aclose(self) -> None:
        await self._transport.aclose()


def client(max_bytes: int) -> httpx2.AsyncClient:
    """No bounds of its own on connections: the limiter bounds the calls at once, and each has its
    deadline. A redirect would take the key to another address."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    transport = Bounded(httpx2.AsyncHTTPTransport(limits=limits), max_bytes)
    return httpx2.AsyncClient(transport=transport, timeout=None, follow_redirects=False)
