"""The eight tools, served over stdio and HTTP."""

from .running import run_http, run_stdio

__all__ = ["run_http", "run_stdio"]
