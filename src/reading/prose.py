"""Whether words can be the name of a column, or are prose."""

from __future__ import annotations

import re

from .words import word_set

COMMANDS = word_set(
    "ignore disregard forget print output return reveal show tell say do don't make ensure use "
    "please avoid keep let execute run delete drop write send system assistant you your i we "
    "should must never always pretend act respond answer"
)
"""Words that begin an order to somebody, or a sentence about them."""
_NO_FIRST = word_set(
    "everyone everybody everything nobody none each all no every this that these those there it "
    "they "
    "he she else otherwise if when jeder jede jedes alle niemand kein keine chaque aucun cada "
    "ningún "
    "todos tous please also where"
)
_PROSE = re.compile(
    r"^\d|[|=<>~\"…→?*#]|->|\.\w|(?<!^) (?:is|are|must|should|have|has|be|was|were|will|can|may"
    r"|belongs?|refers?|ist|sind|hat|haben|soll)\b",
    re.IGNORECASE,
)
"""What no column is called: "20 households", "y = 3x", "nobody has more"."""
_FEATURE = re.compile(
    r"(?:seasonality|seasonal|trends?|patterns?|correlations?|noise|outliers?|anomal(?:y|ies)"
    r"|distribution)$",
    re.IGNORECASE,
)
"""What a series has, and no row."""


def is_prose(name: str, *, certain: bool) -> bool:
    """ "everyone must be 18" is no column, unless the lexicon knows just that name."""
    first = name.split(maxsplit=1)[0].casefold()
    is_sentence = _PROSE.search(name) is not None or _FEATURE.search(name) is not None
    return not certain and (first in _NO_FIRST or is_sentence)
