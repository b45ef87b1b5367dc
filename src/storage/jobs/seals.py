"""A checksum in every record, because a database file that opens may still lie."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from typing import Any

from ...core.errors import StoreDamaged

REBUILD = "rowmill doctor --rebuild"

_Row = tuple[Any, ...]


def seal(*values: Any) -> int:
    """CRC-32 of a record's values, in the very types that SQLite gives back: text, whole numbers
    and floats as their columns say, None."""
    return zlib.crc32(repr(values).encode("utf-8", "surrogatepass"))


def sealed(values: Sequence[Any]) -> _Row:
    """The values with their seal behind them."""
    return (*values, seal(*values))


def opened(row: _Row, what: str) -> _Row:
    """The values of a sealed row. Raises: StoreDamaged."""
    if seal(*row[:-1]) != row[-1]:
        raise damaged(f"the record of {what}")
    return row[:-1]


def damaged(what: str) -> StoreDamaged:
    """One of our own checks found it."""
    text = f"{what} in the job store is damaged"
    return StoreDamaged(text, hint=f"restore it from the files beside the chunks with: {REBUILD}")


def teach(db: sqlite3.Connection) -> None:
    """Lets the migrations seal what older formats hold."""
    db.create_function("seal", -1, seal, deterministic=True)
