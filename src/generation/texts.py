"""Builders of plain text: words of the schema's language."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core import kinds
from . import arrays
from .blocks import Maker
from .briefs import Brief, Refused
from .cells import Rows, below, scaled, words
from .domains import LARGEST, Domain, drawn_from
from .keys import Key
from .words import enough

DEFAULT_WORDS = (1, 3)
"""What a string field without format, pattern or generator holds."""


@dataclass(frozen=True, slots=True)
class Filler:
    """Between `fewest` and `most` words of `vocabulary`, the first with a capital letter."""

    vocabulary: pa.Array
    fewest: int
    most: int

    @property
    def shortest(self) -> int:
        lengths = pc.utf8_length(self.vocabulary)
        return self.fewest * (int(pc.min(lengths).as_py()) + 1) - 1

    @property
    def longest(self) -> int:
        lengths = pc.utf8_length(self.vocabulary)
        return self.most * (int(pc.max(lengths).as_py()) + 1) - 1

    def write(self, count_key: Key, word_key: Key, rows: Rows) -> pa.Array:
        """Word w of row r is drawn at r·most + w, so that any row can be written alone."""
        counts = below(count_key, rows, self.most - self.fewest + 1) + self.fewest
        ends = np.cumsum(counts)
        starts = ends - counts
        # Words of one row lie side by side; from where a row starts follows each word's place.
        place = np.arange(counts.sum()) + np.repeat(rows * self.most - starts, counts)
        picks = scaled(words(word_key, place), len(self.vocabulary))
        picks[starts] += len(self.vocabulary)
        offsets = np.concatenate([np.zeros(1, np.int32), ends.astype(np.int32)])
        written = arrays.chosen(self._both_cases, picks)
        return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), written), " ")

    @property
    def _both_cases(self) -> pa.Array:
        return pa.concat_arrays([self.vocabulary, pc.utf8_capitalize(self.vocabulary)])


def text(brief: Brief) -> Maker:
    """Filler words within minLength and maxLength."""
    generator = brief.generator
    fewest, most = generator.words if isinstance(generator, kinds.Text) else DEFAULT_WORDS
    if fewest > most:
        hint = "write [fewest, most]"
        raise Refused("generator.words", "empty_range", "the word count is empty", hint)
    filler = fitted(Filler(arrays.texts(brief.pool().words), fewest, most), brief)
    if brief.unique:
        return _distinct(filler, brief)
    count_key, word_key = brief.key("count"), brief.key("words")
    return lambda block: filler.write(count_key, word_key, block.rows)


def _distinct(filler: Filler, brief: Brief) -> Maker:
    """As many words as it takes, the same number in every row."""
    found = enough(filler.vocabulary, filler.fewest, filler.most, " ", brief.rows)
    brief.require_room(found.size)
    if found.size > LARGEST:
        hint = "ask for fewer words"
        message = "unique text of so many words is not built"
        raise Refused("generator.words", "not_built", message, hint)

    def at(indexes: Rows) -> pa.Array:
        # Not utf8_capitalize: that would make small letters of all others.
        text = found.at(indexes)
        return arrays.joined(pc.utf8_upper(pc.utf8_slice_codeunits(text, 0, 1)),
                             pc.utf8_slice_codeunits(text, 1))  # fmt: skip

    return drawn_from(Domain(found.size, at), brief)


def fitted(filler: Filler, brief: Brief) -> Filler:
    """The filler held inside minLength and maxLength, by fewer, more or shorter words.

    Raises:
        Refused: no number of words fits.
    """
    shortest, longest = brief.constraints.min_length or 0, brief.constraints.max_length
    if longest is not None and filler.longest > longest:
        filler = _shortened(filler, longest)
    while filler.shortest < shortest and filler.fewest < filler.most:
        filler = replace(filler, fewest=filler.fewest + 1)
    if filler.shortest < shortest or (longest is not None and filler.longest > longest):
        hint = "give the text generator other words, or use a pattern"
        message = f"no number of words has always {shortest} to {longest or 'more'} characters"
        raise Refused("constraints", "length_impossible", message, hint)
    return filler


def _shortened(filler: Filler, longest: int) -> Filler:
    """Fewer words, down to the fewest wanted; then only words short enough; then fewer again."""
    lengths = pc.utf8_length(filler.vocabulary)
    widest = pc.max(lengths).as_py()
    most = max((longest + 1) // (widest + 1), filler.fewest)
    room = (longest + 1) // most - 1
    if room < 3:  # hardly a word is so short: rather fewer words than wanted
        most = max((longest + 1) // 4, 1)
        room = (longest + 1) // most - 1
    kept = filler.vocabulary.filter(pc.less_equal(lengths, max(room, pc.min(lengths).as_py())))
    return Filler(kept, min(filler.fewest, most), most)
