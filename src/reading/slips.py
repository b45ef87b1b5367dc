"""Names of fields with a slip of the fingers: "emial", "phoen number", "adress"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from .lexicon import entries as lexicon
from .lexicon import subjects

SHORTEST = 4
"""Letters of a word that is mended: "cty" could be anything."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def mended(name: str) -> str | None:
    """The known English name that this one was meant to be, where there is exactly one."""
    words = name.split()
    if not 0 < len(words) <= 4 or lexicon.find(name) is not None:
        return None
    fixed = [word if _is_known(word) else _of_lexicon(word) for word in words]
    found = " ".join(word for word in fixed if word)
    return found if None not in fixed and lexicon.exact(found) else None


def subject(word: str) -> str | None:
    """ "emploees" → "employees": what a row is, where only one such thing was meant."""
    plain = word.casefold()
    if not plain or subjects.is_subject(word) or lexicon.singular(plain) in subjects.SUBJECTS:
        return None
    return _nearest(plain, lambda one: one.endswith("s") and subjects.is_subject(one))


def _is_known(word: str) -> bool:
    return lexicon.words_of(word)[:1] in _words() or len(word) < SHORTEST


@cache
def _words() -> frozenset[tuple[str, ...]]:
    return frozenset((word,) for word in lexicon.vocabulary())


@cache
def _english() -> frozenset[str]:
    names = (name for room in lexicon.ROOMS for some in room for name in some.split("|"))
    return frozenset(word for name in names for word in lexicon.words_of(name))


def _of_lexicon(word: str) -> str | None:
    return _nearest(word.casefold(), lambda one: lexicon.singular(one) in _english())


def _nearest(plain: str, is_known: Callable[[str], bool]) -> str | None:
    """The one known word that is one letter away; a neighbour swapped counts first."""
    if not plain.isascii() or not plain.isalpha() or not SHORTEST <= len(plain) <= 20:
        return None
    for some in (_swapped(plain), _missing(plain), _doubled(plain), _replaced(plain)):
        known = {one for one in some if len(one) >= SHORTEST and is_known(one)}
        if known:
            return known.pop() if len(known) == 1 else None
    return None


def _swapped(word: str) -> Iterator[str]:
    for n in range(len(word) - 1):
        yield word[:n] + word[n + 1] + word[n] + word[n + 2 :]


def _missing(word: str) -> Iterator[str]:
    for n in range(1, len(word) + 1):
        yield from (word[:n] + letter + word[n:] for letter in _LETTERS)


def _doubled(word: str) -> Iterator[str]:
    """A letter too many; the first one is seldom wrong."""
    yield from (word[:n] + word[n + 1 :] for n in range(1, len(word)))


def _replaced(word: str) -> Iterator[str]:
    if len(word) > 5:
        for n in range(1, len(word)):
            yield from (word[:n] + letter + word[n + 1 :] for letter in _LETTERS)
