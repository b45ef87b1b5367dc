"""`rowmill serve`: the MCP server."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--transport",
    type=click.Choice(["stdio", "http"]),
    default="stdio",
    show_default=True,
    help="stdio for clients that start the server, http for those that connect to it.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="With http: the port on this machine. Without it: MCP_HTTP_PORT.",
    metavar="N",
)
def serve(transport: str, port: int | None) -> int:
    """Serve the eight tools to Claude and other MCP clients.

    \b
    Examples:
      rowmill serve
      rowmill serve --transport http --port 8765

    A client's configuration gets its entry from rowmill install CLIENT; --print shows it.
    """
    if port is not None and transport != "http":
        raise click.UsageError("--port goes with --transport http.")
    from ..config import Settings
    from ..mcp_server import run_http, run_stdio

    settings = Settings.load()
    if transport == "http":
        run_http(settings, port)
    else:
        run_stdio(settings)
    return 0
