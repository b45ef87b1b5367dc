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
)
def serve(transport: str, port: int | None) -> int:
    """Serve the eight tools to Claude and other MCP clients.

    \b
    Examples:
      rowmill serve
      rowmill serve --transport http --port 8765

    \b
    An entry in a client's configuration:
      {"mcpServers": {"rowmill": {"command": "rowmill", "args": ["serve"]}}}
    """
    from ..config import Settings

    settings = Settings.load()
    from ..mcp_server import run_http, run_stdio

    if transport == "http":
        run_http(settings, settings.mcp.http_port if port is None else port)
    else:
        if port is not None:
            raise click.UsageError("--port goes with --transport http.")
        run_stdio(settings)
    return 0
