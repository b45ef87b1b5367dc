"""Sets of words, written as running text."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """Each word of the text."""
    return frozenset(text.split())
