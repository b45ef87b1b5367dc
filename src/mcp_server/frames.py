"""One line from a client: a message, or the error that answers it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mcp_types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    RequestId,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError
from pydantic_core import from_json

from ..utils.text import clean

EDGE = 65_536
"""How much of a bad frame is searched for the id of its request, at each end."""
LIMIT_SETTING = "MCP_MAX_FRAME_BYTES"
_WHAT_NOW = "send one JSON-RPC 2.0 message a line, in UTF-8"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to what is no message; without an id where none could be found."""

    error: JSONRPCError


@dataclass(frozen=True, slots=True)
class TooLong:
    """A frame above the limit: its size, and what was kept of it."""

    size: int
    head: bytes
    tail: bytes


@dataclass(slots=True)
class Frames:
    """Blocks of bytes cut into lines. Of a line above `limit` bytes only the edges are kept."""

    limit: int
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0
    _head: bytes = b""
    _tail: bytes = b""

    def cut(self, block: bytes) -> Iterator[bytes | TooLong]:
        *ends, rest = block.split(b"\n")
        for end in ends:
            self._keep(end)
            yield self._line()
        self._keep(rest)

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size <= self.limit:
            self._pieces.append(piece)
            return
        if self._pieces:
            self._head = self._tail = b"".join(self._pieces)
            self._pieces.clear()
        self._head = (self._head + piece[:EDGE])[:EDGE]
        self._tail = (self._tail[-EDGE:] + piece)[-EDGE:]

    def _line(self) -> bytes | TooLong:
        long = self._size > self.limit
        line = TooLong(self._size, self._head, self._tail) if long else b"".join(self._pieces)
        self._pieces, self._size, self._head, self._tail = [], 0, b"", b""
        return line


def read_frame(line: bytes | TooLong, limit: int) -> JSONRPCMessage | Refusal | None:
    """None for an empty line."""
    if isinstance(line, TooLong):
        text = f"the message has {line.size:,} bytes, {limit:,} are allowed"
        hint = f"send less at once, or raise {LIMIT_SETTING}"
        return _refusal(INVALID_REQUEST, text, hint, request_id(line.head, line.tail))
    if not line.strip():
        return None
    try:
        document = from_json(line, allow_inf_nan=False)
    except ValueError as exc:
        return _unreadable(line, str(exc))
    return _message(document)


def id_in_use(known: RequestId) -> Refusal:
    """For a request whose id another one has that is not answered yet."""
    text = f"a request with the id {clean(str(known), 60)} is being worked on"
    return _refusal(INVALID_REQUEST, text, "give each request an id of its own", known)


def _unreadable(line: bytes, why: str) -> Refusal:
    found = request_id(line[:EDGE], line[-EDGE:])
    if "recursion limit" in why:
        hint = "no schema, and no other argument, is as deep"
        return _refusal(PARSE_ERROR, "the message is nested more than 200 deep", hint, found)
    return _refusal(PARSE_ERROR, f"the message is not JSON: {clean(why, 120)}", _WHAT_NOW, found)


def _message(document: object) -> JSONRPCMessage | Refusal:
    if not isinstance(document, dict):
        what = "a batch" if isinstance(document, list) else "no object"
        return _refusal(INVALID_REQUEST, f"the message is {what}", _WHAT_NOW, None)
    known = document.get("id")
    usable = known if type(known) in (int, str) else None
    if "id" in document and usable is None and "method" in document:
        # The SDK would take it for a notification, and its sender would wait for ever.
        hint = "number your requests"
        return _refusal(INVALID_REQUEST, "an id is a whole number or text", hint, None)
    try:
        return jsonrpc_message_adapter.validate_python(document, by_name=False)
    except ValidationError:
        hint = 'a request has "jsonrpc": "2.0", an "id", a "method" and "params" as an object'
        return _refusal(INVALID_REQUEST, "the message is not JSON-RPC 2.0", hint, usable)


def _refusal(code: int, what: str, now: str, known: RequestId | None) -> Refusal:
    error = ErrorData(code=code, message=f"{what} ({now})")
    return Refusal(JSONRPCError(jsonrpc="2.0", id=known, error=error))


# ── whose call a bad frame is ─────────────────────────────────────────────────────────────────

# Both take any text in one pass: strings end at the end, and nothing is tried twice.
_STRING = rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)'
_TOKEN = re.compile(_STRING + rb"|[\[{]|[\]}]", re.DOTALL)
_VALUE = re.compile(rb"\s*:\s*(-?\d{1,30}(?=\s*[,}])|" + _STRING + rb")", re.DOTALL)
_LAST = re.compile(rb'"id"\s*:\s*(-?\d{1,30}|"[^"\\]{0,200}")\s*\}\s*\Z')


def request_id(head: bytes, tail: bytes) -> RequestId | None:
    """The id at the top of an object of which only the beginning and the end are known."""
    depth = 0
    for token in _TOKEN.finditer(head):
        text = token[0]
        depth += (text in b"[{") - (text in b"]}")
        if depth == 1 and text == b'"id"' and (value := _VALUE.match(head, token.end())):
            return _scalar(value[1])
    # What closes last is the outermost object, so the key before it is one of its own.
    last = _LAST.search(tail)
    return _scalar(last[1]) if last else None


def _scalar(text: bytes) -> RequestId | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if type(value) in (int, str) else None
