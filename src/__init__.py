"""One sentence in, a checked dataset out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .library import generate, load, report, schema_of, trace

__version__ = "0.1.0"
__all__ = ["__version__", "generate", "load", "report", "schema_of", "trace"]


def __getattr__(name: str) -> object:
    # At first use: `import rowmill` and `rowmill --help` need none of it.
    if name in ("generate", "load", "report", "schema_of", "trace"):
        from . import library

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
