"""Which tables a request names, where it names more than one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .counting import NOISE, counted, subject
from .lexicon import entries as lexicon
from .lexicon import subjects as s
from .saying.meanings import Context
from .text import Clause
from .words import word_set

_MEASURES = word_set(
    "nights words digits characters letters years days points stars pieces decimals rooms classes "
    "options levels categories values types arms groups items places cases times percent euros "
    "dollars minutes hours households intervals"
)
"""Plurals that a number measures; a table of these is asked for by more than their number."""
_LISTED = re.compile(r" ?\([^()]{0,300}\)| with .*| having .*| mit .*|:.*")
_NUMBERED = re.compile(r"(?P<name>[^\W\d]\w{2,30}) \(\d[\d.,]{0,9}k?(?: rows)?\)", re.IGNORECASE)
_FEWEST = 10
"""Rows of a table whose noun is no known one."""


def counted_subject(text: str, context: Context) -> bool:
    """ "500 orders with id"; not "device id out of 20 devices"."""
    count = counted(text, context)
    if not count or not set(text[: count[1]].casefold().split()) <= NOISE:
        return False
    noun = _LISTED.sub("", text[count[2] :]).strip()
    return s.is_subject(subject(noun)) or (count[0] >= _FEWEST and _is_plural(noun))


def _is_plural(noun: str) -> bool:
    """ "600 actors": whatever they are; no measures, and no fields of a row."""
    words = noun.split()
    if not 0 < len(words) <= 3 or not all(word.isalpha() for word in words):
        return False
    last = words[-1].casefold()
    is_many = last.endswith(("s", "x")) and not last.endswith("ss")
    return is_many and last not in _MEASURES and lexicon.exact(noun) is None


def tables(listing: Sequence[Clause], context: Context) -> tuple[str, ...]:
    """Subjects of several tables: counted ones, or bare ones that begin the request."""
    found: list[str] = []
    for place, clause in enumerate(listing[:50]):
        bare = s.is_subject(clause.text.split(" ")[-1]) and len(clause.text.split()) <= 3
        leading = len(found) == place
        numbered = _NUMBERED.fullmatch(clause.text)
        if numbered:
            found.append(numbered["name"])
        elif counted_subject(clause.text, context) or (bare and leading):
            found.append(subject(_LISTED.sub("", clause.text)))
    return tuple(dict.fromkeys(found))


def first_table(
    words: str, listing: Sequence[Clause], name: str, context: Context
) -> tuple[str, int | None]:
    """The clause that names the first of several tables, and its row count."""
    for clause in (Clause(words, ""), *listing[:50]):
        if subject(_LISTED.sub("", clause.text)) == name:
            count = counted(clause.text, context)
            return clause.text, count[0] if count else None
    return "", None
