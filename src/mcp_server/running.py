"""From a process's start to its end: stdio and loopback HTTP, out in time, nothing lost."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ..core.errors import InvalidArgument, RowmillError
from .precedence import answers_first

if TYPE_CHECKING:
    from ..config import Settings

HOST = "127.0.0.1"
OUT_S = 1.5
"""The longest a shutdown may take; clients kill after two seconds."""

EXIT_SETTINGS = 2


def main() -> int:
    """`python -m src.mcp_server`: stdio, with settings from the environment."""
    from ..config import Settings

    try:
        run_stdio(Settings.load())
    except RowmillError as exc:
        print(f"rowmill: {exc}", file=sys.stderr)  # noqa: T201 - the one line before logs exist
        return EXIT_SETTINGS
    return 0


def run_stdio(settings: Settings) -> None:
    """Serve one client over stdin and stdout; ends the process when it is gone.

    Raises:
        InvalidArgument: stdin or stdout is closed.
    """
    from .wire import claim_standard_streams

    _configure_logs(settings)
    try:
        source, target = claim_standard_streams()
    except OSError as exc:
        hint = "let an MCP client start it, or use --transport http"
        raise InvalidArgument("stdin or stdout is closed", hint=hint) from exc
    asyncio.run(_serve_stdio(settings, source, target))


def run_http(settings: Settings, port: int | None = None) -> None:
    """Serve streamable HTTP at http://127.0.0.1:PORT/mcp, for this machine only.

    `port` defaults to MCP_HTTP_PORT; 0 takes a free one. Ends the process on SIGTERM or SIGINT.

    Raises:
        InvalidArgument: the port is taken.
    """
    listening = _listen(settings.mcp.http_port if port is None else port)
    _configure_logs(settings)
    asyncio.run(_serve_http(settings, listening))


def _configure_logs(settings: Settings) -> None:
    from .. import logs

    logs.configure(settings)
    # Before the SDK's own: plain lines on stderr, and only what somebody should look at.
    others = logging.StreamHandler(sys.stderr)
    others.setFormatter(logs.OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[others])
    sys.excepthook = _log_crash


def _log_crash(*raised: Any) -> None:
    """A traceback quotes what it was about: it goes where secrets are taken out."""
    logging.getLogger("rowmill").critical("event=crash", exc_info=raised)


# ── stdio ─────────────────────────────────────────────────────────────────────────────────────


async def _serve_stdio(settings: Settings, source: int, target: int) -> None:
    from .serving import build_server
    from .wire import line

    serving = asyncio.current_task()
    assert serving is not None  # noqa: S101 - a coroutine runs in a task
    answers_first(asyncio.get_running_loop())

    def stop() -> None:
        _leave_at_the_latest()
        serving.cancel()

    _on_signals(asyncio.get_running_loop(), stop)
    # What `run_stdio_async` does, on a line of our own: the SDK's answers no bad frame, and takes
    # in all that a client sends at once.
    kernel = build_server(settings)._lowlevel_server
    limit = settings.mcp.max_frame_bytes
    # A signal has saved everything by the time it arrives here.
    with suppress(asyncio.CancelledError):
        async with line(source, target, limit, ended=_leave_at_the_latest) as client:
            options = kernel.create_initialization_options()
            await kernel.run(client.incoming, client.outgoing, options)
    _leave()


# ── HTTP ──────────────────────────────────────────────────────────────────────────────────────


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()  # who reads the address may connect at once
    except OSError as exc:
        listening.close()
        raise InvalidArgument(
            f"port {port} cannot be used: {exc.strerror}",
            hint="choose another with MCP_HTTP_PORT; 0 takes a free one",
        ) from exc
    return listening


async def _serve_http(settings: Settings, listening: socket.socket) -> None:
    import uvicorn
    from mcp.server.transport_security import TransportSecuritySettings

    from .serving import build_server

    class Uvicorn(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Ours end the process with 0; uvicorn would raise the signal again."""
            yield

    answers_first(asyncio.get_running_loop())
    port = listening.getsockname()[1]
    names = [f"{HOST}:{port}", f"localhost:{port}"]
    app = build_server(settings, begin_at_once=True).streamable_http_app(
        host=HOST,
        max_request_body_size=settings.mcp.max_frame_bytes,
        transport_security=TransportSecuritySettings(
            allowed_hosts=names, allowed_origins=[f"http://{name}" for name in names]
        ),
    )
    web = Uvicorn(
        uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=1
        )
    )

    def stop() -> None:
        _leave_at_the_latest()
        web.should_exit = True

    _on_signals(asyncio.get_running_loop(), stop)
    print(f"rowmill: MCP at http://{HOST}:{port}/mcp", file=sys.stderr, flush=True)  # noqa: T201
    await web.serve(sockets=[listening])
    _leave()


# ── the way out ───────────────────────────────────────────────────────────────────────────────


def _on_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], object]) -> None:
    if sys.platform == "win32":  # its event loop knows no signal handlers
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _once(stop))


def _once(stop: Callable[[], object]) -> Callable[[], None]:
    asked = threading.Event()

    def handler() -> None:
        if not asked.is_set():
            asked.set()
            stop()

    return handler


def _leave_at_the_latest() -> None:
    """Whatever hangs: what was acknowledged is durable, so leaving now loses nothing."""
    timer = threading.Timer(OUT_S, _leave)
    timer.daemon = True
    timer.start()


def _leave() -> None:
    """Without waiting for threads: a chunk half made is made again next time."""
    sys.stderr.flush()
    os._exit(0)
