"""Our server beside a bare one of the same SDK: start, memory, one call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .timing import median, ratio

ROOT = Path(__file__).parents[1]
OURS = (sys.executable, "-m", "src.mcp_server")
BARE = (sys.executable, str(ROOT / "bench" / "bare_server.py"))
STARTS = 7
CALLS = 300


class Server:
    """A server on stdio, spoken to in raw frames."""

    def __init__(self, command: Sequence[str], home: str) -> None:
        began = time.perf_counter()
        self._child = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "ROWMILL_HOME": home},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._number = 0
        client = {"name": "bench", "version": "0"}
        self.ask(
            "initialize",
            {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client},
        )
        self.start_s = time.perf_counter() - began
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def ask(self, method: str, params: dict) -> dict:
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        while True:
            answer = json.loads(self._child.stdout.readline())
            if answer.get("id") == self._number:
                return answer

    def call_ms(self, tool: str, arguments: dict) -> float:
        began = time.perf_counter()
        answer = self.ask("tools/call", {"name": tool, "arguments": arguments})
        assert not answer["result"].get("isError"), answer
        return (time.perf_counter() - began) * 1000

    def rss_mb(self) -> float:
        status = Path(f"/proc/{self._child.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def close(self) -> None:
        self._child.stdin.close()
        self._child.wait()
        self._child.stdout.close()

    def _send(self, frame: dict) -> None:
        self._child.stdin.write(json.dumps(frame).encode() + b"\n")
        self._child.stdin.flush()


def run() -> None:
    with tempfile.TemporaryDirectory() as home:
        starts: dict[tuple[str, ...], list[float]] = {OURS: [], BARE: []}
        memory: dict[tuple[str, ...], list[float]] = {OURS: [], BARE: []}
        for turn in range(STARTS + 1):
            for command in (OURS, BARE):
                server = Server(command, home)
                if turn:  # the first warms the caches
                    starts[command].append(server.start_s)
                    memory[command].append(server.rss_mb())
                server.close()
        ours, bare = Server(OURS, home), Server(BARE, home)
        ours.call_ms("list_jobs", {})
        bare.call_ms("ping", {})
        pairs = [(ours.call_ms("list_jobs", {}), bare.call_ms("ping", {})) for _ in range(CALLS)]
        ours.close()
        bare.close()
    _print("start → initialize, s", starts[OURS], starts[BARE])
    _print("memory at rest, MB", memory[OURS], memory[BARE])
    _print("list_jobs beside a trivial tool, ms", *zip(*pairs, strict=True))


def _print(what: str, ours: Sequence[float], bare: Sequence[float]) -> None:
    print(
        f"{what:40} rowmill {median(ours):8.2f}   bare server {median(bare):8.2f}   "
        f"ratio {ratio(ours, bare):5.2f}"
    )
