"""rowmill's page in the conversation (MCP Apps), for hosts that show one."""

from .page import page_extension, tool_meta

__all__ = ["page_extension", "tool_meta"]
