"""A host's web server on this machine: it serves the page as hosts do and calls the real server."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from mcp import Client

from src.config import Settings
from src.mcp_server.apps.page import URI
from src.mcp_server.serving import build_server

# What a host must send where a page declares no domains (SEP-1865, "Restrictive Default").
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' data:; connect-src 'none'"
)
HOST = Path(__file__).with_name("host.html")


class Stage:
    """The real rowmill behind a host. `canned` answers stand in for a tool, or for a resource."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._client: Client
        self.canned: dict[str, Any] = {}
        self.opening: dict[str, Any] = {}
        self.url = ""

    def call(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """A tool's answer as a host passes it on."""
        if name in self.canned:
            return self.canned[name]
        result = self._run(self._client.call_tool(name, arguments))
        return result.model_dump(mode="json", by_alias=True, exclude_none=True)

    def open(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """The call with whose answer the page will be opened."""
        result = self.call(name, **arguments)
        self.opening = {"name": name, "arguments": arguments, "result": result}
        return result.get("structuredContent", {})

    def read(self, uri: str) -> dict[str, Any]:
        if uri in self.canned:
            return self.canned[uri]
        result = self._run(self._client.read_resource(uri))
        return result.model_dump(mode="json", by_alias=True, exclude_none=True)

    @contextmanager
    def running(self) -> Iterator[Stage]:
        running = threading.Thread(target=self._loop.run_forever, daemon=True)
        running.start()
        closing, opened = asyncio.Event(), threading.Event()

        async def connected() -> None:
            async with Client(build_server(self._settings)) as self._client:
                opened.set()
                await closing.wait()

        connection = asyncio.run_coroutine_threadsafe(connected(), self._loop)
        assert opened.wait(30), connection
        server = _Server(("127.0.0.1", 0), _Handler)
        server.stage = self
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        self.url = f"http://127.0.0.1:{server.server_port}/"
        try:
            yield self
        finally:
            server.shutdown()
            serving.join()
            server.server_close()
            self._loop.call_soon_threadsafe(closing.set)
            connection.result(30)
            self._loop.call_soon_threadsafe(self._loop.stop)
            running.join()
            self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


class _Server(ThreadingHTTPServer):
    stage: Stage


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        if self.path == "/page":
            page = self.server.stage.read(URI)["contents"][0]
            self._send(page["text"].encode(), "text/html; charset=utf-8", POLICY)
        elif self.path.split("?")[0] == "/":
            self._send(HOST.read_bytes(), "text/html; charset=utf-8")
        else:
            self._send(b"", "image/x-icon")

    def do_POST(self) -> None:
        stage = self.server.stage
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/call":
            answer = stage.call(asked["name"], **asked["arguments"])
        else:
            answer = stage.opening if self.path == "/opening" else stage.read(asked["uri"])
        self._send(json.dumps(answer).encode(), "application/json")

    def _send(self, body: bytes, kind: str, policy: str | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""
