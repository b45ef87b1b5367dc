"""How a reading quotes what it did not understand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core.models import Reading
from .tongue import Wording

MOST_CLAUSES = 600
"""Pieces of a request that are read; whatever comes after them is quoted."""
MOST_LEFT = 40
"""Pieces of the request quoted back; the rest is counted."""


def quoted(left: Sequence[str]) -> tuple[str, ...]:
    """The words not understood, each once and short; beyond forty they are counted."""
    pieces = dict.fromkeys(piece.strip() for piece in left if piece.strip())
    shown = [
        piece if len(piece) <= 200 else piece[:199] + "…" for piece in list(pieces)[:MOST_LEFT]
    ]
    more = len(pieces) - len(shown)
    return (*shown, f"… and {more} more pieces of the request") if more else tuple(shown)


def in_own_words(reading: Reading, wording: Wording) -> Reading:
    """What is quoted of the request stands as the user wrote it."""
    checks = [
        {**check, "because": wording.own(check["because"])[:300]} if "because" in check else check
        for check in reading.document.get("expectations", ())
    ]
    more = {"expectations": checks} if checks else {}
    left = tuple(
        (words if len(words) <= 200 else f"{words[:199]}…")
        for words in map(wording.own, reading.not_understood)
    )
    return replace(reading, document={**reading.document, **more}, not_understood=left)
