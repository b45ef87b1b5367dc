"""Stdin and stdout as a client's line: bounded both ways, and nobody else writes on it."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import (
    INTERNAL_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
)
from pydantic_core import PydanticSerializationError

from .frames import EDGE, Frames, Refusal, TooLong, id_in_use, read_frame

log = logging.getLogger("rowmill.mcp")

UNANSWERED = 128
"""Requests worked on at once: answers that nobody reads are no more than these."""
ENDLESS = "subscriptions/listen"
"""It is answered when it ends, and who listens may ask besides: it takes none of these places."""
WAITING_BYTES = 32 * 1024 * 1024
"""What is read beyond them, for clients that write all before they read any. More waits in the
pipe, and its sender with it: neither a flood nor a client that no longer reads makes us grow."""
BLOCK = 65_536

ToServer = MemoryObjectSendStream[SessionMessage | Exception]
FromServer = MemoryObjectReceiveStream[SessionMessage]


@dataclass(frozen=True, slots=True)
class Line:
    """What a server reads from and writes to."""

    incoming: MemoryObjectReceiveStream[SessionMessage | Exception]
    outgoing: MemoryObjectSendStream[SessionMessage]


def claim_standard_streams() -> tuple[int, int]:
    """The client's two descriptors, under other numbers.

    From now on 0 is empty and 1 is stderr, for this process and its children: what a library
    prints never reaches the client.

    Raises:
        OSError: stdin or stdout is closed.
    """
    if sys.__stdin__ is None or sys.__stdout__ is None:  # a log may have taken the free number
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return _claimed(0, lambda: os.open(os.devnull, os.O_RDONLY)), _claimed(1, _stderr_or_nothing)


class _Refused(SessionMessage):
    """The answer to a frame that was never a request's: it settles none."""


@asynccontextmanager
async def line(
    source: int, target: int, limit: int, *, ended: Callable[[], object]
) -> AsyncIterator[Line]:
    """The client at two descriptors; frames of at most `limit` bytes.

    `ended` is told when the client has closed its end of `source`; what it sent before is still
    handed over. `incoming` ends after that, or when the client has closed its end of `target`.
    """
    to_server, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    outgoing, from_server = anyio.create_memory_object_stream[SessionMessage](0)
    client = _Client(to_server, outgoing.clone())
    backlog = _Backlog()
    pen = ThreadPoolExecutor(1, thread_name_prefix="rowmill-stdout")
    writing = asyncio.create_task(client.write(from_server, target, pen), name="rowmill-stdout")
    loop = asyncio.get_running_loop()

    def read() -> None:
        _read(source, limit, backlog)
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(ended)

    for work in (read, lambda: _hand_over(backlog, limit, client, loop)):
        threading.Thread(target=work, name="rowmill-stdin", daemon=True).start()
    try:
        yield Line(incoming, outgoing)
    finally:
        to_server.close()
        client.refusals.close()
        await writing
        pen.shutdown(wait=False)  # it may hang in a write to a client that reads no more


@dataclass(slots=True)
class _Client:
    """Who is owed answers, and to which requests."""

    to_server: ToServer
    refusals: MemoryObjectSendStream[SessionMessage]
    _unanswered: set[object] = field(default_factory=set)
    _listening: set[object] = field(default_factory=set)
    _room: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, said: JSONRPCMessage | Refusal) -> None:
        """Returns once there is room for more."""
        if isinstance(said, JSONRPCRequest) and said.id in self._unanswered:
            said = id_in_use(said.id)  # or a flood of one id would count as one request
        if isinstance(said, Refusal):
            await self.refusals.send(_Refused(said.error))
            return
        if isinstance(said, JSONRPCRequest):
            await self._begin(said)
        elif isinstance(said, JSONRPCNotification) and said.method == "notifications/cancelled":
            known = (said.params or {}).get("requestId")
            self._settle(known if isinstance(known, int | str) else None)  # it is never answered
        await self.to_server.send(SessionMessage(said))

    async def _begin(self, request: JSONRPCRequest) -> None:
        if request.method == ENDLESS:
            self._listening.add(request.id)
        else:
            while len(self._unanswered) - len(self._listening) >= UNANSWERED:
                self._room.clear()
                await self._room.wait()
        self._unanswered.add(request.id)

    async def write(self, answers: FromServer, target: int, pen: ThreadPoolExecutor) -> None:
        """Every answer, one at a time; to a client that is gone, none."""
        loop = asyncio.get_running_loop()
        try:
            async for answer in answers:
                if not isinstance(answer, _Refused):
                    # Before it is out: who has read it may use its id again at once.
                    self._settle(getattr(answer.message, "id", None))
                await loop.run_in_executor(pen, _write_all, target, encoded(answer.message))
        except OSError as exc:
            log.info("event=client-gone problem=%s", exc.strerror)
            self.to_server.close()
        finally:
            answers.close()

    def _settle(self, request_id: object) -> None:
        self._unanswered.discard(request_id)
        self._listening.discard(request_id)
        self._room.set()


# ── in threads ────────────────────────────────────────────────────────────────────────────────


class _Backlog:
    """Frames read and not yet handed over; None is the end of input."""

    def __init__(self) -> None:
        self._frames: deque[bytes | TooLong | None] = deque()
        self._bytes = 0
        self._changed = threading.Condition()

    def put(self, frame: bytes | TooLong | None) -> None:
        """Waits while there is too much."""
        with self._changed:
            self._changed.wait_for(lambda: self._bytes < WAITING_BYTES)
            self._frames.append(frame)
            self._bytes += _weight(frame)
            self._changed.notify_all()

    def get(self) -> bytes | TooLong | None:
        """Waits while there is nothing."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._frames))
            frame = self._frames.popleft()
            self._bytes -= _weight(frame)
            self._changed.notify_all()
            return frame


FRAME_BYTES = 100
"""What a frame costs besides its text: empty lines are a flood too."""


def _weight(frame: bytes | TooLong | None) -> int:
    return FRAME_BYTES + (len(frame) if isinstance(frame, bytes) else 2 * EDGE if frame else 0)


def _read(source: int, limit: int, backlog: _Backlog) -> None:
    frames = Frames(limit)
    with suppress(OSError):  # a broken pipe is an end too
        while block := os.read(source, BLOCK):
            for frame in frames.cut(block):
                backlog.put(frame)
    for frame in frames.cut(b"\n"):  # a last line without its end
        backlog.put(frame)
    backlog.put(None)


def _hand_over(
    backlog: _Backlog, limit: int, client: _Client, loop: asyncio.AbstractEventLoop
) -> None:
    """No faster than the server takes it."""
    # Errors: the server's side is closed, or its loop; there is nobody to read for.
    with suppress(RuntimeError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        while (frame := backlog.get()) is not None:
            said = read_frame(frame, limit)
            if said is not None:
                asyncio.run_coroutine_threadsafe(client.take(said), loop).result()
        loop.call_soon_threadsafe(client.to_server.close)


def encoded(message: JSONRPCMessage) -> bytes:
    """A message as a line."""
    try:
        text = message.model_dump_json(by_alias=True, exclude_unset=True)
    except PydanticSerializationError:
        # A lone surrogate, say in a file's name: one bad answer must not end the server.
        error = ErrorData(code=INTERNAL_ERROR, message="the answer cannot be written in UTF-8")
        refusal = JSONRPCError(jsonrpc="2.0", id=getattr(message, "id", None), error=error)
        text = refusal.model_dump_json(by_alias=True)
    return text.encode() + b"\n"


def _write_all(target: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(target, rest) :]


def _claimed(descriptor: int, instead: Callable[[], int]) -> int:
    wire = os.dup(descriptor)  # which no child process inherits
    replacement = instead()
    os.dup2(replacement, descriptor)
    os.close(replacement)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(wire, os.O_BINARY)
    return wire


def _stderr_or_nothing() -> int:
    try:
        return os.dup(2)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)
