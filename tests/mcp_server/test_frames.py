"""One line from a client: cut where it ends, and answered under its own id whatever is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp_types import JSONRPCRequest

from src.mcp_server.frames import EDGE, Frames, Refusal, TooLong, read_frame, request_id

LIMIT = 40


def cut(*blocks: bytes) -> list[bytes | TooLong]:
    frames = Frames(LIMIT)
    return [frame for block in blocks for frame in frames.cut(block)]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_lines_come_out_whole_whatever_the_blocks_are(size: int) -> None:
    text = b"one\n\n" + b"x" * LIMIT + b"\nlast\n"
    blocks = [text[start : start + size] for start in range(0, len(text), size)]
    assert cut(*blocks) == [b"one", b"", b"x" * LIMIT, b"last"]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_line_above_the_limit_keeps_its_edges_and_spoils_no_other(size: int) -> None:
    text = b"a" * LIMIT + b"b\nfine\n"
    blocks = [text[start : start + size] for start in range(0, len(text), size)]
    whole = b"a" * LIMIT + b"b"
    assert cut(*blocks) == [TooLong(LIMIT + 1, whole, whole), b"fine"]


def test_of_a_line_without_end_only_the_edges_are_kept() -> None:
    (long,) = cut(b"x" * EDGE, b"y" * 3 * EDGE, b"z" * EDGE, b"\n")
    assert long == TooLong(5 * EDGE, b"x" * EDGE, b"z" * EDGE)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"id": 7, "method": "x", "params": {', 7),
        ('{"method": "x", "id": "a\\"b", "params": {', 'a"b'),
        ('{"params": {"id": 3, "more": [{"id": 4}]}, "id": 7, "x": "', 7),
        ('{"params": {"id": 3}, "method": "', None),
        ('{"method": "id", "x": "\\"id\\": 3", "y": [', None),
        ('[{"id": 3}', None),
        ('{"id": 1.5, "x": "', None),
        ('{"id": true, "x": "', None),
        ('{"id": -12}', -12),
        ("", None),
    ],
)
def test_the_id_of_a_request_is_found_at_the_top_and_nowhere_else(text: str, found: Any) -> None:
    assert request_id(text.encode(), b"") == found


def test_an_id_at_the_end_is_found_too() -> None:
    assert request_id(b'{"params": {"a": "', b'"}, "id": 9 }\n') == 9
    assert request_id(b'{"params": {"a": "', b'"}, "id": 9, "x": "') is None


def refused(line: bytes | TooLong) -> Refusal:
    found = read_frame(line, LIMIT)
    assert isinstance(found, Refusal)
    return found


@pytest.mark.parametrize(
    ("line", "known"),
    [
        (b'{"jsonrpc": "2.0", "id": 5, "method": "x", "params": {"n": NaN}}', 5),
        (b'{"jsonrpc": "2.0", "id": 5, "method": "\xff"}', 5),
        (b'{"jsonrpc": "1.0", "id": 5, "method": "x"}', 5),
        (b'{"jsonrpc": "2.0", "id": true, "method": "x"}', None),
        (b'{"jsonrpc": "2.0", "id": null, "method": "x"}', None),
        (b'[{"jsonrpc": "2.0", "id": 5, "method": "x"}]', None),
        (b"[" * 1000, None),
    ],
)
def test_what_is_no_message_is_refused_under_its_id(line: bytes, known: int | None) -> None:
    assert refused(line).error.id == known


def test_a_line_that_is_too_long_is_refused_under_its_id_with_the_setting() -> None:
    error = refused(TooLong(99, b'{"id": 5, "params": "', b'x"}')).error
    assert error.id == 5
    assert "MCP_MAX_FRAME_BYTES" in error.error.message


def test_a_message_is_what_it_says_and_an_empty_line_nothing() -> None:
    document = {"jsonrpc": "2.0", "id": "a", "method": "x", "params": {"n": 1}}
    found = read_frame(json.dumps(document).encode(), LIMIT)
    assert isinstance(found, JSONRPCRequest)
    assert (found.id, found.method, found.params) == ("a", "x", {"n": 1})
    assert read_frame(b" \r", LIMIT) is None
