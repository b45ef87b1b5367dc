"""The real server as a child process, driven by raw bytes in both protocol eras."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Fixtures of those who test the same doors with friendly words.
from tests.cli.conftest import home, run  # noqa: F401
from tests.mcp_server.conftest import connect, settings  # noqa: F401
from tests.patience import PATIENCE_S, patience

ROOT = Path(__file__).parents[2]
CLIENT = {"name": "test", "version": "0"}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}
NUMBERS = {"name": "t", "as_of": "2026-01-31", "fields": [{"name": "n", "type": "integer"}]}


class Server:
    """Everything on its stdout must be a frame."""

    def __init__(self, place: Path, era: str, command: list[str], **environment: str) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("GEMINI", "ROWMILL"))}
        self.era, self.home = era, place
        self.child = subprocess.Popen(
            command,
            cwd=place.parent,
            env={**clean, "PYTHONPATH": str(ROOT), "ROWMILL_HOME": str(place), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._number = 0
        if era == "legacy":
            hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": CLIENT}
            self.ask("initialize", **hello)
            self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def raw(self, data: bytes) -> None:
        with patience(self.child):
            self.child.stdin.write(data)
            self.child.stdin.flush()

    def send(self, frame: Any) -> None:
        self.raw(json.dumps(frame).encode() + b"\n")

    def frame(self, number: Any, method: str, **params: Any) -> dict[str, Any]:
        said = params if self.era == "legacy" else {**params, "_meta": MODERN}
        return {"jsonrpc": "2.0", "id": number, "method": method, "params": said}

    def tool(self, number: Any, name: str, **arguments: Any) -> dict[str, Any]:
        return self.frame(number, "tools/call", name=name, arguments=arguments)

    def next(self) -> dict[str, Any]:
        with patience(self.child):
            line = self.child.stdout.readline()
        assert line, "the server says nothing"
        return json.loads(line)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        self.send(self.frame(self._number, method, **params))
        while (frame := self.next()).get("id") != self._number:
            pass
        return frame

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        result = self.ask("tools/call", name=name, arguments=arguments)["result"]
        assert not result["isError"], result
        return result["structuredContent"]

    def ended(self, number: int, job_id: str) -> dict[str, Any]:
        """The job's progress once it is over; `number` calls at most."""
        for _ in range(number):
            now = self.call("get_job_progress", job_id=job_id)
            if now["status"] in ("COMPLETED", "FAILED", "CANCELLED"):
                return now
        raise AssertionError(now)

    def megabytes(self) -> int:
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) // 1024

    def gone(self) -> float:
        """Seconds until the process has ended by itself, with 0."""
        began = time.monotonic()
        assert self.child.wait(timeout=PATIENCE_S) == 0
        return time.monotonic() - began

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout, self.child.stderr):
            pipe.close()


@pytest.fixture(params=["modern", "legacy"])
def era(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def start(tmp_path: Path, era: str) -> Iterator[Any]:
    started: list[Server] = []

    def starter(code: str | None = None, **environment: str) -> Server:
        """`code`: Python to run in place of the server's own module."""
        command = [sys.executable, *(["-m", "src.mcp_server"] if code is None else ["-c", code])]
        server = Server(tmp_path / "home", era, command, **environment)
        started.append(server)
        return server

    yield starter
    for server in started:
        server.close()
