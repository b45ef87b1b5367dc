"""Names as they stand in addresses: lower-case ASCII letters, digits and hyphens."""

from __future__ import annotations

import unicodedata

# What decomposition leaves whole.
LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
KEPT = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def slug(text: str, language: str = "") -> str:
    """`Müller-Lüdenscheidt` is mueller-luedenscheidt in German; empty where no letter is Latin.

    German writes an umlaut as two letters; elsewhere the same dots are dropped.
    """
    lowered = unicodedata.normalize("NFC", text).lower()
    if language == "de":
        lowered = lowered.translate(UMLAUTS)
    plain = unicodedata.normalize("NFKD", lowered.translate(LETTERS))
    if any(unicodedata.category(c)[0] == "L" and c not in KEPT for c in plain):
        return ""  # half a name in an address would be another name
    return "".join(c for c in plain if c in KEPT).strip("-")
