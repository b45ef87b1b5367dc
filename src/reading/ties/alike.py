"""Texts that must not repeat each other: "no two comments alike", "no near-duplicates"."""

from __future__ import annotations

import re

from .row import Row

_ALIKE = re.compile(
    r"(?:with |and )?no (?:two(?: (?P<name>[^\W\d][\w ]{0,40}?))?(?: (?:are|may be|should be))?"
    r" (?:alike|the same|identical)"
    r"|near[- ]?duplicates?(?: (?:in|of|among) (?:the )?(?P<of>[^\W\d][\w ]{0,40}))?)",
    re.IGNORECASE,
)


def alike(text: str) -> str | None:
    """The name of what must not be alike, empty where it is not named; None: another clause."""
    match = _ALIKE.fullmatch(text.strip(" .;"))
    return (match["name"] or match["of"] or "") if match else None


def unlike(row: Row, name: str, words: str) -> bool:
    """A check of the text that is meant; of other fields it is not clear what it says."""
    texts = [one.name for one in row.fields if one.field.get("generator", {}).get("kind") == "text"]
    found = row.find(name) if name else row.find(texts[0]) if len(texts) == 1 else None
    if found is None or found.name not in texts:
        return False
    check = {"check": "near_duplicates", "field": found.name, "because": words[:300]}
    row.checks.append(check)
    return True
