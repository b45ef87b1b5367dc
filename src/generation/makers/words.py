"""Words of a language side by side: every combination of them by its number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..briefs import Brief
from ..draws import arrays
from ..draws.cells import Rows
from .domains import LARGEST, Domain
from .slugs import slug

SPELLING = (
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett",
    "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango",
    "uniform", "victor", "whiskey", "xray", "yankee", "zulu",
)  # fmt: skip
"""Stands in for the words of a language without Latin letters."""


@dataclass(frozen=True)
class Combinations:
    """`count` words out of `vocabulary`, order and repetition counting."""

    vocabulary: pa.Array
    count: int
    separator: str

    @property
    def size(self) -> int:
        return int(len(self.vocabulary) ** self.count)

    @cached_property
    def domain(self) -> Domain:
        return Domain(self.size, self.at)

    def at(self, indexes: Rows) -> pa.Array:
        picks = np.empty((len(indexes), self.count), np.int64)
        for place in reversed(range(self.count)):
            indexes, picks[:, place] = np.divmod(indexes, len(self.vocabulary))
        offsets = np.arange(len(indexes) + 1, dtype=np.int32) * np.int32(self.count)
        written = arrays.chosen(self.vocabulary, picks.ravel())
        return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), written), self.separator)


def enough(vocabulary: pa.Array, fewest: int, most: int, separator: str, room: int) -> Combinations:
    """The fewest words that make `room` combinations, as far as `most` words and a number reach."""
    count, base = fewest, max(len(vocabulary), 2)
    while count < most and base**count < room and base ** (count + 1) <= LARGEST:
        count += 1
    return Combinations(vocabulary, count, separator)


def slugs_of(brief: Brief) -> pa.Array:
    """The language's words as they can stand in addresses, each once."""
    pool = brief.pool()
    found = dict.fromkeys(slug(word, pool.language) for word in pool.words)
    found.pop("", None)
    return arrays.texts(tuple(found) or SPELLING)
