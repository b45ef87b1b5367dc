"""What a client may send that is no call, and each planned answer to it."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.patience import OUT_S

from .conftest import NUMBERS

PARSE_ERROR, INVALID_REQUEST = -32700, -32600
CALL = b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":'


def deep(levels: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return CALL + opening * levels + b"1" + closing * levels + b"}\n"


BAD = (
    (b"this is no frame {\n", PARSE_ERROR, None, "is not JSON"),
    (CALL + b'{"name":"list_jobs"\n', PARSE_ERROR, 7, "is not JSON"),
    (CALL + b'{"name":"\xff\xfe"}}\n', PARSE_ERROR, 7, "invalid unicode"),
    (CALL + b'{"name":"\\ud800"}}\n', PARSE_ERROR, 7, "is not JSON"),
    (CALL + b'{"name":NaN}}\n', PARSE_ERROR, 7, "is not JSON"),
    *(
        (deep(levels), PARSE_ERROR, 7, "nested more than 200 deep")
        for levels in (201, 1_000, 100_000)
    ),
    (deep(50_000, b'{"a":', b"}"), PARSE_ERROR, 7, "nested more than 200 deep"),
    # As JavaScript clients write it: the id comes last.
    (
        b'{"params":' + b"[" * 90_000 + b"]" * 90_000 + b',"jsonrpc":"2.0","id":"x"}\n',
        PARSE_ERROR,
        "x",
        "nested more than 200 deep",
    ),
    (b"[]\n", INVALID_REQUEST, None, "is a batch"),
    (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]\n', INVALID_REQUEST, None, "is a batch"),
    (b"5\n", INVALID_REQUEST, None, "is no object"),
    (b'{"jsonrpc":"2.0","method":5}\n', INVALID_REQUEST, None, "is not JSON-RPC 2.0"),
    (b'{"jsonrpc":"1.0","id":3,"method":"ping"}\n', INVALID_REQUEST, 3, "is not JSON-RPC"),
    (b'{"jsonrpc":"2.0","id":4,"method":"ping","params":[1]}\n', INVALID_REQUEST, 4, "params"),
    *(
        (b'{"jsonrpc":"2.0","id":' + bad + b',"method":"ping"}\n', INVALID_REQUEST, None, "an id")
        for bad in (b"null", b"true", b"1.5", b"{}", b"[1]")
    ),
)


def test_every_bad_frame_is_answered_and_the_server_goes_on(start: Any) -> None:
    server = start()
    for sent, code, number, said in BAD:
        server.raw(sent)
        answer = server.next()
        assert (answer["id"], answer["error"]["code"]) == (number, code), sent[:80]
        assert said in answer["error"]["message"], sent[:80]
        assert len(answer["error"]["message"]) < 300
    server.raw(b"\n\r\n   \n")  # empty lines are no frames
    assert server.call("list_jobs") == {"jobs": [], "next_cursor": None}
    server.child.stdin.close()
    assert server.gone() < OUT_S
    assert server.child.stdout.read() == b""


def test_deep_arguments_below_the_limit_are_a_tool_s_error(start: Any) -> None:
    server = start()
    nested: Any = []
    for _ in range(180):
        nested = [nested]
    for value in (nested, {"fields": nested}, {"fields": [{"name": "a", "items": nested}]}):
        server.send(server.tool(9, "validate_schema", schema=value))
        answer = server.next()
        result = answer["result"]
        assert result["isError"] or result["structuredContent"]["valid"] is False


def test_a_frame_of_50_mb_is_refused_by_its_setting_and_not_held(start: Any) -> None:
    server = start()
    server.call("list_jobs")
    before = server.megabytes()
    for _ in range(2):
        server.raw(CALL + b'{"name":"list_jobs","arguments":{"cursor":"')
        for _ in range(50):
            server.raw(b"x" * 1_000_000)
        server.raw(b'"}}}\n')
        error = server.next()
        assert error["id"] == 7
        assert error["error"]["code"] == INVALID_REQUEST
        assert "50,000,102 bytes, 4,194,304 are allowed" in error["error"]["message"]
        assert "MCP_MAX_FRAME_BYTES" in error["error"]["message"]
    assert server.megabytes() - before < 20
    assert server.call("list_jobs")["jobs"] == []


def test_a_thousand_calls_sent_before_any_answer_is_read_are_all_answered(start: Any) -> None:
    server = start()
    for number in range(1_000):
        server.send(server.tool(1_000 + number, "list_jobs"))
    answers = [server.next() for _ in range(1_000)]
    assert sorted(answer["id"] for answer in answers) == list(range(1_000, 2_000))
    assert all(answer["result"]["isError"] is False for answer in answers)


def test_an_id_is_one_request_s_until_it_is_answered(start: Any) -> None:
    server = start()
    long = {"schema": NUMBERS, "row_count": 5_000_000, "chunk_size": 500, "start": True}
    about = {"job_id": server.call("create_job", **long)["job_id"]}
    while server.call("get_job_progress", **about)["status"] != "GENERATING":
        pass
    server.send(server.tool(7, "get_job_progress", **about, wait_s=1))
    for _ in range(2):
        server.send(server.tool(7, "list_jobs"))
        refused = server.next()
        assert refused["id"] == 7
        assert "the id 7 is being worked on" in refused["error"]["message"]
    assert server.next()["result"]["structuredContent"]["status"] == "GENERATING"
    server.call("control_job", **about, action="cancel")
    for _ in range(50):
        server.send(server.tool(7, "list_jobs"))
        assert "result" in server.next()


def test_a_client_that_stops_reading_loses_no_job_and_makes_nothing_grow(start: Any) -> None:
    server = start()
    job = server.call("create_job", schema=NUMBERS, row_count=2_000, chunk_size=500, start=True)
    pipe = server.child.stdin.fileno()
    os.set_blocking(pipe, False)
    calls = [server.tool(5 if number % 2 else number, "list_jobs") for number in range(2_000)]
    flood = b"".join(json.dumps(call).encode() + b"\n" for call in calls)
    before, sent = server.megabytes(), 0
    while select.select([], [pipe], [], 1.0)[1] and sent < 200_000_000:
        sent += os.write(pipe, flood)
    assert sent < 100_000_000, "the server took all that was sent"
    grown = server.megabytes() - before
    assert grown < 150
    server.child.kill()
    server.child.wait()

    again = start()
    done = again.ended(20, job["job_id"])
    assert (done["status"], done["rows_done"]) == ("COMPLETED", 2_000)


def test_a_cancelled_call_is_not_answered_and_its_job_goes_on(start: Any) -> None:
    server = start()
    job = server.call("create_job", schema=NUMBERS, row_count=2_000, chunk_size=20, start=True)
    server.send(server.tool("w", "get_job_progress", job_id=job["job_id"], wait_s=25))
    server.send(server.tool("m", "generate_chunk", job_id=job["job_id"], chunk_index=99))
    for number in ("w", "m"):
        note = {"jsonrpc": "2.0", "method": "notifications/cancelled"}
        server.send({**note, "params": {"requestId": number, "reason": "changed my mind"}})
    done = server.ended(30, job["job_id"])
    assert (done["status"], done["rows_done"]) == ("COMPLETED", 2_000)


def test_a_client_that_is_killed_ends_the_server_in_time_and_its_job_can_go_on(
    start: Any, tmp_path: Path
) -> None:
    server = start()
    job = server.call("create_job", schema=NUMBERS, row_count=3_000, chunk_size=100, start=True)
    server.child.stdout.close()  # both pipes at once, as when a process dies
    server.child.stdin.close()
    assert server.gone() < OUT_S

    again = start()
    done = again.ended(30, job["job_id"])
    assert (done["status"], done["rows_done"]) == ("COMPLETED", 3_000)


def test_a_closed_stdin_is_one_clear_line(tmp_path: Path) -> None:
    code = "import os, sys; os.close(0); from src.mcp_server.running import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "ROWMILL_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("rowmill: [invalid_argument] stdin or stdout is")
    assert done.stdout == ""


NOISY = """
import subprocess, sys
from src.mcp_server import tools, toolbox
from src.mcp_server.running import main

real = tools.list_jobs

async def noisy(*asked):
    print("a library prints")
    sys.stdout.write("and writes\\n")
    sys.stdout.flush()
    subprocess.run([sys.executable, "-c", "print('a child prints')"])
    subprocess.run(["cat"])  # would read the client's frames
    sys.__stdout__.write("still in a buffer at the end")
    return await real(*asked)

import dataclasses
toolbox.TOOLBOX["list_jobs"] = dataclasses.replace(toolbox.TOOLBOX["list_jobs"], run=noisy)
sys.exit(main())
"""


def test_what_a_tool_or_its_child_prints_never_reaches_the_client(start: Any) -> None:
    server = start(NOISY)
    for _ in range(2):
        assert server.call("list_jobs")["jobs"] == []  # each line was a frame
    server.child.stdin.close()
    assert server.gone() < OUT_S
    assert server.child.stdout.read() == b""
    said = server.child.stderr.read()
    assert said.count(b"a library prints") == said.count(b"a child prints") == 2
