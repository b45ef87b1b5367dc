"""What identifies a document or a file: SHA-256 over its bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SCHEMA_ID_DIGITS = 16
"""64 bits: two of a million schemas share an id with a chance of 3 in 10⁸."""


def sha256(data: bytes) -> str:
    """64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def canonical_json(document: Any) -> bytes:
    """The one way to write a document: keys sorted, no spaces, UTF-8.

    Raises:
        ValueError: NaN or an infinity is in it, which JSON cannot say.
    """
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    # A lone surrogate can stand in a JSON document (as \ud800) but not in UTF-8.
    return text.encode("utf-8", errors="surrogatepass")


def canonical_sha256(document: Any) -> str:
    return sha256(canonical_json(document))


def schema_id(document: Mapping[str, Any]) -> str:
    """`sch_` and 16 hex digits: the same document has the same id, wherever and whenever."""
    return f"sch_{canonical_sha256(document)[:SCHEMA_ID_DIGITS]}"
