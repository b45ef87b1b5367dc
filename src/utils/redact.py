"""Secrets taken out of text before it is written anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MARK = "[redacted]"
SHORTEST = 8
# Google's API keys, old and new, and its access tokens. No `\b` in front: they may follow a letter
# in a URL or a repr.
_SHAPES = (
    r"AIza[0-9A-Za-z_-]{35}",
    r"AQ\.[0-9A-Za-z_-]{30,200}",
    r"ya29\.[0-9A-Za-z_-]{20,500}",
)


class Redactor:
    """Text → text without the given secrets, as they are or URL-encoded, and without what has the
    shape of a Google key.

    A secret of fewer than `SHORTEST` characters is ignored: no service gives out such keys, and
    replacing one ("k", for a service that takes any) would destroy every text.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._spellings: frozenset[str] = frozenset()
        self.hide(secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """From now on these too."""
        self._spellings |= {
            spelling
            for secret in secrets
            if len(secret.strip()) >= SHORTEST
            for spelling in (secret, secret.strip(), quote(secret, safe=""), quote_plus(secret))
        }
        # Longest first, so that a secret which contains another goes whole.
        known = sorted(map(re.escape, self._spellings), key=len, reverse=True)
        self._secret = re.compile("|".join([*known, *_SHAPES]))

    def __call__(self, text: str) -> str:
        return self._secret.sub(MARK, text)


redacted = Redactor()
"""Without any secret of this process: whoever reads one from the settings hides it here, and
whatever is shown, logged or recorded goes through here. One for the process, since a text that
leaks does not know whose key it holds."""
