"""Builders of plain text: words of the schema's language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import kinds
from ..briefs import Brief
from ..draws import arrays
from ..draws.blocks import Maker
from ..draws.cells import Rows, below, scaled, words
from ..draws.keys import Key
from ..refusals import Refused
from .domains import LARGEST, Domain, drawn_from
from .words import enough

DEFAULT_WORDS = (1, 3)
"""What a string field without format, pattern or generator holds."""
UNIQUE_WORDS = 12
"""Up to so many where text must be unique and nobody said how many."""
MOST_WORDS = 1000
CACHED_ROWS = 4096
"""Rows whose words are drawn at once: more would leave the processor's cache, at three times the
cost a word."""


@dataclass(frozen=True)
class Filler:
    """Between `fewest` and `most` words of `vocabulary`, the first with a capital letter."""

    vocabulary: pa.Array
    fewest: int
    most: int

    def write(self, count_key: Key, word_key: Key, rows: Rows) -> pa.Array:
        """Word w of row r is drawn at r·most + w, so that any row can be written alone."""
        counts = below(count_key, rows, self.most - self.fewest + 1) + self.fewest
        picks = np.empty(counts.sum(), np.int32)
        done = 0
        for start in range(0, len(rows), CACHED_ROWS):
            some = slice(start, start + CACHED_ROWS)
            found = self._picks(word_key, rows[some], counts[some])
            picks[done : done + len(found)] = found
            done += len(found)
        return arrays.runs(arrays.chosen(self._both_cases, picks), counts)

    def _picks(self, word_key: Key, rows: Rows, counts: Rows) -> Rows:
        starts = np.cumsum(counts) - counts
        # Words of one row lie side by side; from where a row starts follows each word's place.
        place = np.repeat(rows * self.most - starts, counts)
        place += np.arange(len(place))
        picks = scaled(words(word_key, place), len(self.vocabulary))
        picks[starts] += len(self.vocabulary)
        return picks

    @cached_property
    def _both_cases(self) -> pa.Array:
        """Each word as it goes on and as it begins."""
        going_on = arrays.joined(" ", self.vocabulary)
        return pa.concat_arrays([going_on, pc.utf8_capitalize(self.vocabulary)])


def text(brief: Brief) -> Maker:
    """Filler words within minLength and maxLength."""
    fewest, most = _counts(brief)
    if fewest > most:
        hint = "write [fewest, most]"
        raise Refused("generator.words", "empty_range", "the word count is empty", hint)
    filler = _fitted(Filler(arrays.texts(brief.pool().words), fewest, most), brief)
    if brief.unique:
        return _distinct(filler, brief)
    count_key, word_key = brief.key("count"), brief.key("words")
    return lambda block: filler.write(count_key, word_key, block.rows)


def _counts(brief: Brief) -> tuple[int, int]:
    """How many words were asked for; where nobody said, as many as the lengths and rows need."""
    generator, shortest = brief.generator, brief.constraints.min_length or 0
    if isinstance(generator, kinds.Text) and "words" in generator.model_fields_set:
        return generator.words
    fewest, most = DEFAULT_WORDS if generator is None else generator.words
    fewest = fewest if brief.constraints.max_length is None else 1
    return fewest, max(most, min(shortest, MOST_WORDS), UNIQUE_WORDS if brief.unique else 0)


def _distinct(filler: Filler, brief: Brief) -> Maker:
    """As many words as it takes, the same number in every row."""
    found = enough(_apart(filler.vocabulary), filler.fewest, filler.most, " ", brief.rows)
    brief.require_room(found.size)
    if found.size > LARGEST:
        hint = "ask for fewer words"
        message = "unique text of so many words is not built"
        raise Refused("generator.words", "not_built", message, hint)

    return drawn_from(Domain(found.size, lambda indexes: _begun(found.at(indexes))), brief)


def _begun(text: pa.Array) -> pa.Array:
    """With a capital letter. Not utf8_capitalize: that would make small letters of all others."""
    return arrays.joined(pc.utf8_upper(pc.utf8_slice_codeunits(text, 0, 1)),
                         pc.utf8_slice_codeunits(text, 1))  # fmt: skip


def _apart(vocabulary: pa.Array) -> pa.Array:
    """One of those words that are the same where a text begins with them: weg, Weg."""
    begun = _begun(vocabulary).to_numpy(zero_copy_only=False)
    _, first = np.unique(begun, return_index=True)
    return vocabulary.take(pa.array(np.sort(first)))


def _fitted(filler: Filler, brief: Brief) -> Filler:
    """The filler held inside minLength and maxLength: by fewer or more words, else by words of
    suitable length.

    Raises:
        Refused: no number of words fits.
    """
    low, high = brief.constraints.min_length or 0, brief.constraints.max_length
    lengths = pc.utf8_length(filler.vocabulary).to_numpy()
    fewest = max(filler.fewest, -(-(low + 1) // (int(lengths.min()) + 1)))
    widest = int(lengths.max()) + 1
    most = filler.most if high is None else min(filler.most, (high + 1) // widest)
    if fewest <= most:
        return replace(filler, fewest=fewest, most=most)
    counts = range(filler.fewest, filler.most + 1)
    fits = [(int(_suitable(lengths, low, high, count).sum()), count) for count in counts]
    words_left, count = max(fits)
    if not words_left:
        hint = "widen minLength and maxLength, or the generator's words"
        upper = "more" if high is None else f"{high}"
        message = f"no number of words has always {low} to {upper} characters"
        raise Refused("constraints", "length_impossible", message, hint)
    kept = pa.array(_suitable(lengths, low, high, count))
    return Filler(filler.vocabulary.filter(kept), count, count)


def _suitable(lengths: Rows, low: int, high: int | None, count: int) -> arrays.Mask:
    """Words of which any `count`, with spaces between, have a length in [low, high]."""
    suitable: arrays.Mask = lengths + 1 >= -(-(low + 1) // count)
    if high is not None:
        suitable &= lengths + 1 <= (high + 1) // count
    return suitable
