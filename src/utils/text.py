"""Text from anywhere, made safe to show."""

from __future__ import annotations

import unicodedata
from typing import Any

# Control characters, invisible format characters (bidirectional overrides among them), lone
# surrogates, private use and unassigned code points, line and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# What joins the parts of an emoji or shapes Persian and Indic words is no disguise.
_JOINERS = frozenset("\u200c\u200d")
_CUT = "…"


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` ≥ 1 characters: hidden characters become a space or nothing."""
    # Only so much is looked at, so that a cell of a gigabyte costs nothing.
    shown = "".join(_visible(character) for character in text[: 4 * limit + 16])
    line = " ".join(shown.split())
    if len(line) > limit or len(text) > 4 * limit + 16:
        return line[: limit - 1].rstrip() + _CUT
    return line


def shown(value: Any, limit: int = 40) -> str:
    """A cell's value as a message quotes it: text in quotes, an empty cell as `null`."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return f'"{clean(value, limit)}"'
    return clean(str(value), limit)


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN or character in _JOINERS:
        return character
    return " " if character in "\t\n\r\v\f\u2028\u2029\x85" else ""
