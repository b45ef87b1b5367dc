"""The page that hosts show beside answers: one file, put together when it is read.

Its parts lie in `page/`. The page brings its own content policy: nothing is fetched, and only the
script and the style that were put in here run, whatever a host would allow (their hashes say so).
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from mcp.server.apps import APP_MIME_TYPE, Apps, ResourceCsp
from mcp.server.mcpserver.resources import Resource

from ... import __version__

URI = "ui://rowmill/page.html"
PARTS = Path(__file__).with_name("page")
TOOLS = frozenset({"extract_schema", "validate_schema", "create_job", "merge_and_download"})
"""Whose answers open the page. Not get_job_progress: models ask it again and again, and the page
that create_job opened follows its job by itself."""

SCRIPTS = (
    "host.js", "elements.js", "words.js", "made.js", "edits.js", "panel.js", "schema.js",
    "charts.js", "dataset.js", "job.js", "main.js",
)  # fmt: skip


class PageResource(Resource):
    """Nothing is read before a host asks."""

    async def read(self) -> str:
        return page()


def page() -> str:
    """The whole page."""
    script = "\n".join(_part(name) for name in SCRIPTS)
    script = f"(() => {{\n'use strict';\n{script}\n}})();"
    style = _part("style.css")
    parts = {
        "{{policy}}": _policy(script, style),
        "{{version}}": __version__,
        "{{style}}": style,
        "{{script}}": script,
    }
    html = _part("page.html")
    for place, text in parts.items():
        html = html.replace(place, text, 1)
    return html


def _part(name: str) -> str:
    return (PARTS / name).read_text("utf-8")


def _policy(script: str, style: str) -> str:
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    """As a content policy names an inline element (CSP level 2)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()


def tool_meta(name: str) -> dict[str, Any] | None:
    """What a tool's listing says of the page, if its answers are shown there."""
    return {"ui": {"resourceUri": URI}} if name in TOOLS else None


def page_extension() -> Apps:
    """MCP Apps, with the page as its one resource."""
    apps = Apps()
    ui = {"csp": ResourceCsp().model_dump(by_alias=True, exclude_none=True), "prefersBorder": True}
    apps.add_resource(
        PageResource(
            uri=URI,
            name="rowmill-page",
            title="rowmill",
            description="A schema to edit, a job to watch, a dataset with its proof.",
            mime_type=APP_MIME_TYPE,
            meta={"ui": ui},
        )
    )
    return apps
