"""Which clients there are, where each keeps its MCP servers, and what it wants said of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "rowmill"


@dataclass(frozen=True, slots=True)
class Machine:
    """What paths depend on. `system` is spelled as in `sys.platform`."""

    system: str
    home: Path
    environment: Mapping[str, str]

    def settings_folder(self) -> Path:
        """Where applications keep a user's settings on this system."""
        if self.system == "darwin":
            return self.home / "Library" / "Application Support"
        if self.system == "win32":
            return Path(self.environment.get("APPDATA") or self.home / "AppData" / "Roaming")
        return Path(self.environment.get("XDG_CONFIG_HOME") or self.home / ".config")


@dataclass(frozen=True, slots=True)
class Client:
    """`key` holds the servers in the client's file; `typed`: an entry says that it is stdio.

    `project` is the file of one project, below its folder, for clients that have such a file.
    """

    title: str
    key: str
    project: str | None
    typed: bool
    afterwards: str


CLIENTS: Mapping[str, Client] = {
    "claude-desktop": Client(
        "Claude Desktop", "mcpServers", None, False, "Quit Claude Desktop and start it again."
    ),
    "claude-code": Client(
        "Claude Code", "mcpServers", ".mcp.json", True, "Look at it with: claude mcp list"
    ),
    "cursor": Client(
        "Cursor", "mcpServers", ".cursor/mcp.json", False, "Switch it on in Cursor's MCP settings."
    ),
    "vscode": Client(
        "VS Code", "servers", ".vscode/mcp.json", True, "Start it from the list of MCP servers."
    ),
}


def config_file(client: str, machine: Machine) -> Path:
    """The file that holds for all of a user's work."""
    if client == "claude-code":
        folder = machine.environment.get("CLAUDE_CONFIG_DIR")
        return Path(folder or machine.home) / ".claude.json"
    if client == "cursor":
        return machine.home / ".cursor" / "mcp.json"
    settings = machine.settings_folder()
    if client == "vscode":
        return settings / "Code" / "User" / "mcp.json"
    return settings / "Claude" / "claude_desktop_config.json"


def entry(client: Client, command: list[str], key: str | None = None) -> dict[str, Any]:
    """What the client's file says of rowmill; with `key`, the key stands in it."""
    said: dict[str, Any] = {"type": "stdio"} if client.typed else {}
    said |= {"command": command[0], "args": [*command[1:], "serve"]}
    return {**said, "env": {"GEMINI_API_KEY": key}} if key else said


def command_here(called_as: str, interpreter: str, uvx: str | None) -> list[str] | None:
    """How a client starts this rowmill from any folder; None where only a checkout is run.

    A client's working folder and PATH are not ours, so the command is named in full. What uvx runs
    lies in its cache and may be swept away: there, uvx itself is named.
    """
    beside = Path(interpreter).parent
    for script in (Path(called_as), beside / NAME, beside / f"{NAME}.exe"):
        if script.stem == NAME and script.is_file():
            cached = any(part.startswith("archive-v") for part in script.absolute().parts)
            return [uvx, NAME] if cached and uvx else [str(script.absolute())]
    return None
