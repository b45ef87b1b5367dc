"""Which language a text is in, as far as it can be told."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

SURE = 0.6
"""The confidence below which a text says too little."""
LONGEST = 2_000
"""Characters of a text that are looked at."""


def likeliest(text: str) -> str | None:
    """ISO 639-1, None where it cannot be told."""
    language, confidence = _identifier().classify(text[:LONGEST])
    return str(language) if confidence >= SURE else None


def known() -> Collection[str]:
    """The languages that are told apart."""
    found: Collection[str] = _identifier().labels
    return found


@cache
def _identifier() -> Any:
    """Half a second and 90 MB, paid by the first who asks."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
