"""Names that a schema accepts, made from names that other languages allow."""

from __future__ import annotations

import re

LONGEST = 64
_ODD = re.compile(r"\W+")


def legal(name: str, fallback: str = "field") -> str:
    """The name itself where it is one; else its words joined: Order Details → Order_Details."""
    text = _ODD.sub("_", name[: 4 * LONGEST])
    if text != name:
        text = text.strip("_")
    text = text[:LONGEST].rstrip("_") if len(text) > LONGEST else text
    if not text:
        return fallback
    return text if text[0] == "_" or text[0].isalpha() else f"_{text}"[:LONGEST]


class Names:
    """Legal names of one table's fields, or of a schema's tables: no two alike."""

    def __init__(self, fallback: str = "field") -> None:
        self._fallback = fallback
        self._by_original: dict[str, str] = {}
        self._taken: set[str] = set()

    def take(self, original: str) -> str:
        """A name for a new member; the second one called `a` is `a_2`."""
        name = stem = legal(original, self._fallback)
        number = 1
        while name.casefold() in self._taken:  # SQL does not tell A from a
            number += 1
            tail = f"_{number}"
            name = stem[: LONGEST - len(tail)] + tail
        self._taken.add(name.casefold())
        self._by_original.setdefault(original, name)
        return name

    def of(self, original: str) -> str:
        """The name that a member got; other letter cases and unknown members included."""
        found = self._by_original.get(original)
        if found is not None:
            return found
        folded = original.casefold()
        known = (name for given, name in self._by_original.items() if given.casefold() == folded)
        return next(known, legal(original, self._fallback))
