"""How much a column's texts repeat each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..utils.likeness import Seen, sayings
from .model import Diversity

WORDS = 3
"""Texts of fewer words on average are names and codes: to repeat is what they are for."""
ALIKE = 0.85
"""The share of word pairs that near-duplicates have in common; the schema language's default."""


def diversity(texts: Sequence[str]) -> Diversity | None:
    """None where these are no texts to speak of."""
    words = [text.casefold().split() for text in texts]
    if not texts or sum(map(len, words)) < WORDS * len(texts):
        return None
    seen, repeated = Seen(), 0
    for said in sayings(texts):
        repeated += seen.resembles(said, ALIKE)
        seen.add(said)
    pairs = [pair for each in words for pair in pairwise(each)]
    distinct = len(set(pairs)) / len(pairs) if pairs else None
    return Diversity(len(texts), repeated / len(texts), distinct)
