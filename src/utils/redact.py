"""Secrets taken out of text before it is written anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MARK = "[redacted]"
# A Google API key: AIza and 35 more. No `\b` in front: it may follow a letter in a URL or a repr.
_GOOGLE_KEY = r"AIza[0-9A-Za-z_-]{35}"


class Redactor:
    """Text → text without the given secrets, as they are or URL-encoded, and without Google keys.

    A secret that is empty or blank is ignored: replacing it would destroy every text.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings = {
            spelling
            for secret in secrets
            if secret.strip()
            for spelling in (secret, secret.strip(), quote(secret, safe=""), quote_plus(secret))
        }
        # Longest first, so that a secret which contains another goes whole.
        known = sorted(map(re.escape, spellings), key=len, reverse=True)
        self._secret = re.compile("|".join([*known, _GOOGLE_KEY]))

    def __call__(self, text: str) -> str:
        return self._secret.sub(MARK, text)
