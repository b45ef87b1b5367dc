"""Text from anywhere, made safe to show."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from .redact import redacted

# Control characters, invisible format characters (bidirectional overrides among them), lone
# surrogates, private use and unassigned code points, line and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# What joins the parts of an emoji or shapes Persian and Indic words is no disguise.
_JOINERS = frozenset("\u200c\u200d")
_CUT = "…"
LONGEST_SECRET = 512


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` ≥ 1 characters: hidden characters become a space or nothing, and
    this process's secrets a mark."""
    # Only so much is looked at, so that a cell of a gigabyte costs nothing; a secret at the end of
    # it is seen whole.
    text = redacted(text[: 4 * limit + 16 + LONGEST_SECRET])
    shown = "".join(_visible(character) for character in text[: 4 * limit + 16])
    line = " ".join(shown.split())
    if len(line) > limit or len(text) > 4 * limit + 16:
        return line[: limit - 1].rstrip() + _CUT
    return line


def is_unicode(text: str) -> bool:
    """Whether it has no half of a surrogate pair, which JSON can say and no file can hold."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def count(number: int, word: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def as_json(document: Any) -> str:
    """A JSON document for people and programs alike: characters as they are, but for the hidden
    ones, which a terminal would act on; escaped, they mean the same."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
    return "".join(_escaped(character) for character in text) if not text.isascii() else text


def _escaped(character: str) -> str:
    if character == "\n" or _visible(character) == character:
        return character
    return json.dumps(character)[1:-1]


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
