"""An error of ours as one of the protocol's, in the words of the tools' errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS

from ..core.errors import CallerError, RowmillError
from ..utils.redact import redacted


@contextmanager
def refusable() -> Iterator[None]:
    """What the block refuses. Raises: MCPError."""
    try:
        yield
    except RowmillError as exc:
        code = INVALID_PARAMS if isinstance(exc, CallerError) else INTERNAL_ERROR
        raise MCPError(code=code, message=redacted(str(exc))) from exc
