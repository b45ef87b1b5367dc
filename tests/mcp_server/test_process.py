"""The server as a process: clean pipes, out in time, jobs that survive it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from src.mcp_server.wire import UNANSWERED
from tests.patience import OUT_S, PATIENCE_S, patience

from .conftest import UNDER_WAY

ROOT = Path(__file__).parents[2]
ROWS = 20_000
CHUNK = 50
HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "0"},
}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "0"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class Server:
    """A server on stdio, spoken to in raw frames; everything it writes on stdout must be one."""

    def __init__(self, home: Path, cwd: Path, **environment: str) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("GEMINI", "ROWMILL"))}
        self.child = subprocess.Popen(
            [sys.executable, "-m", "src.mcp_server"],
            cwd=cwd,
            env={**clean, "PYTHONPATH": str(ROOT), "ROWMILL_HOME": str(home), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._number = 0

    def send(self, line: str) -> None:
        self.child.stdin.write(line.encode() + b"\n")
        self.child.stdin.flush()

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        asked = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}
        with patience(self.child):
            self.send(json.dumps(asked))
            while True:
                line = self.child.stdout.readline()
                assert line, f"{method} was not answered"
                frame = json.loads(line)
                if frame.get("id") == self._number:
                    return frame

    def hello(self) -> dict[str, Any]:
        answer = self.ask("initialize", **HELLO)
        self.send(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        return answer["result"]

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.ask("tools/call", name=tool, arguments=arguments)["result"]
        assert not result["isError"], result
        return result["structuredContent"]

    def gone(self) -> float:
        """Seconds until the process has ended by itself, with 0."""
        began = time.monotonic()
        assert self.child.wait(timeout=PATIENCE_S) == 0
        return time.monotonic() - began

    def rest(self) -> bytes:
        return self.child.stdout.read()

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout, self.child.stderr):
            pipe.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    started: list[Server] = []

    def starter(**environment: str) -> Server:
        server = Server(tmp_path / "no" / "home" / "yet", tmp_path, **environment)
        started.append(server)
        return server

    yield starter
    for server in started:
        server.close()


def test_garbage_is_survived_and_the_end_of_input_is_the_end(start: Any) -> None:
    server = start()
    server.send("this is no frame {")
    server.send('{"jsonrpc": "2.0", "method": 5}')
    assert server.hello()["serverInfo"]["name"] == "rowmill"
    assert server.call("list_jobs") == {"jobs": [], "next_cursor": None}
    server.child.stdin.close()
    assert server.gone() < OUT_S
    assert server.rest() == b""


def test_who_listens_much_may_still_ask(start: Any) -> None:
    server = start()
    for number in range(1_000, 1_000 + UNANSWERED + 1):
        listen = {"_meta": MODERN, "notifications": {"resourcesListChanged": True}}
        asked = {"jsonrpc": "2.0", "id": number, "method": "subscriptions/listen", "params": listen}
        server.send(json.dumps(asked))
    named = {"_meta": MODERN, "name": "list_jobs", "arguments": {}}
    assert server.ask("tools/call", **named)["result"]["isError"] is False


def test_a_client_that_says_nothing_and_leaves_is_no_problem(start: Any) -> None:
    server = start()
    server.child.stdin.close()
    assert server.child.wait(timeout=PATIENCE_S) == 0
    assert server.rest() == b""


def a_long_job(server: Server) -> str:
    schema = {"name": "t", "fields": [{"name": "id", "type": "integer", "unique": True}]}
    job = server.call(
        "create_job", schema=schema, row_count=ROWS, chunk_size=CHUNK, seed=1, start=True
    )
    for _ in range(200):
        now = server.call("get_job_progress", job_id=job["job_id"], wait_s=0.1)
        if now["chunks_done"]:
            assert now["rows_done"] < ROWS  # in the middle of it
            return job["job_id"]
    raise AssertionError("nothing was made")


def finished(server: Server, job_id: str) -> dict[str, Any]:
    for _ in range(100):
        now = server.call("get_job_progress", job_id=job_id)
        if now["status"] not in UNDER_WAY:
            return now
    raise AssertionError(now)


@pytest.mark.parametrize(
    "how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL, "end of input"], ids=str
)
def test_a_job_goes_on_at_the_next_start_to_exactly_its_rows(start: Any, how: Any) -> None:
    server = start()
    server.hello()
    job_id = a_long_job(server)
    if how == "end of input":
        server.child.stdin.close()
    else:
        server.child.send_signal(how)
    if how is signal.SIGKILL:
        server.child.wait()
    else:
        assert server.gone() < OUT_S

    server = start()
    server.hello()
    done = finished(server, job_id)  # nobody resumed it
    assert (done["status"], done["rows_done"]) == ("COMPLETED", ROWS)
    merged = server.call("merge_and_download", job_id=job_id)
    lines = Path(merged["path"]).read_text("utf-8").splitlines()
    assert len(lines) == 1 + ROWS
    assert len(set(lines)) == 1 + ROWS


def test_a_setting_that_does_not_fit_is_one_clear_line_and_2(start: Any) -> None:
    server = start(JOB_MAX_ROWS="many")
    assert server.child.wait(timeout=PATIENCE_S) == 2
    (line,) = server.child.stderr.read().decode().splitlines()
    assert line.startswith("rowmill: [invalid_argument] the setting JOB_MAX_ROWS does not fit")
    assert server.rest() == b""


def test_a_home_that_cannot_be_written_is_a_tool_error_not_a_crash(
    start: Any, tmp_path: Path
) -> None:
    (tmp_path / "no").write_text("a file where the home's parent should be")
    server = start()
    server.hello()
    result = server.ask("tools/call", name="list_jobs", arguments={})["result"]
    assert result["isError"]
    assert result["content"][0]["text"].startswith("[storage_error] ")
    server.child.stdin.close()
    assert server.gone() < OUT_S
