"""Where a row's person lives: city, postcode and region that agree, and the rest of an address."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..draws import arrays
from ..draws.blocks import Block
from ..draws.cells import Rows, below, words
from ..draws.choices import Choice, weighted
from ..draws.keys import Key
from ..makers.domains import Domain
from .identities import Identity

HOUSES = 150


@dataclass(frozen=True)
class Home:
    """The address of one person a row; postcodes lie end to end, place after place."""

    identity: Identity

    @cached_property
    def _choice(self) -> Choice:
        return weighted([place.weight for place in self.identity.pool.places])

    @cached_property
    def _cities(self) -> pa.Array:
        return arrays.texts([place.city for place in self.identity.pool.places])

    @cached_property
    def _regions(self) -> pa.Array:
        return arrays.texts([place.region for place in self.identity.pool.places])

    @cached_property
    def _postcodes(self) -> pa.Array:
        places = self.identity.pool.places
        return arrays.texts([code for place in places for code in place.postcodes])

    @cached_property
    def _counts(self) -> Rows:
        return np.array([len(place.postcodes) for place in self.identity.pool.places], np.int64)

    @cached_property
    def _streets(self) -> tuple[Choice, pa.Array]:
        streets = self.identity.pool.streets
        return weighted(streets.weights), arrays.texts(streets.values)

    def _place(self, block: Block) -> npt.NDArray[np.int32]:
        key = self.identity.key("place")
        return block.once(("place", self.identity.who), lambda: self._choice.draw(key, block.rows))

    def city(self, block: Block) -> pa.Array:
        return arrays.chosen(self._cities, self._place(block))

    def region(self, block: Block) -> pa.Array:
        return arrays.chosen(self._regions, self._place(block))

    def postcode(self, block: Block) -> pa.Array:
        place = self._place(block)
        starts = np.cumsum(self._counts) - self._counts
        inner = _within(self.identity.key("postcode"), block.rows, self._counts[place])
        return arrays.chosen(self._postcodes, starts[place] + inner)

    def street(self, block: Block) -> pa.Array:
        return arrays.filled(self.identity.pool.street_form, self._street_pieces(block))

    def _street_pieces(self, block: Block) -> dict[str, arrays.Part]:
        choice, streets = self._streets
        house = below(self.identity.key("house"), block.rows, HOUSES) + 1
        return {
            "street": arrays.chosen(streets, choice.draw(self.identity.key("street"), block.rows)),
            "number": pc.cast(pa.array(house), pa.string()),
        }

    def address(self, block: Block) -> pa.Array:
        pieces = {
            **self._street_pieces(block),
            "postcode": self.postcode(block),
            "city": self.city(block),
            "region": self.region(block),
        }
        return arrays.filled(self.identity.pool.address_form, pieces)

    @cached_property
    def _phones(self) -> tuple[Domain, Rows, Rows]:
        """Every area's numbers end to end; per place where its own begin, and how many."""
        pool = self.identity.pool
        areas = [place.phone_forms or pool.placeless_forms for place in pool.places]
        groups = {area: number for number, area in enumerate(dict.fromkeys(areas))}
        sizes = np.array([phones(area).size for area in groups], np.int64)
        own = np.array([groups[area] for area in areas], np.int64)
        every = phones(tuple(form for area in groups for form in area))
        return every, (np.cumsum(sizes) - sizes)[own], sizes[own]

    def phone(self, block: Block) -> pa.Array:
        """With the area code of the place, where a range is reserved there."""
        every, starts, sizes = self._phones
        place = self._place(block)
        inner = _within(self.identity.key("phone"), block.rows, sizes[place])
        return every.at(starts[place] + inner)

    def country(self, block: Block) -> pa.Array:
        return pa.repeat(pa.scalar(self.identity.pool.country_name, pa.string()), len(block.rows))


def _within(key: Key, rows: Rows, sizes: Rows) -> Rows:
    """Per row a number below its size, which is at most 2^32."""
    high = words(key, rows) >> np.uint64(32)
    return ((high * sizes.astype(np.uint64)) >> np.uint64(32)).view(np.int64)


def phones(forms: tuple[str, ...]) -> Domain:
    """Every number of every form; `#` is a free digit."""
    sizes = np.array([10 ** form.count("#") for form in forms], np.int64)
    ends = np.cumsum(sizes)
    lengths = np.array([len(form) for form in forms], np.int64)

    def at(indexes: Rows) -> pa.Array:
        number = np.searchsorted(ends, indexes, side="right")
        inner = indexes - (ends - sizes)[number]
        text = np.zeros((len(indexes), int(lengths.max())), np.uint8)
        for index, form in enumerate(forms):
            here = np.flatnonzero(number == index)
            text[here, : len(form)] = _dialled(form, inner[here])
        return arrays.varying_width(text, lengths[number])

    return Domain(int(ends[-1]), at)


def _dialled(form: str, numbers: Rows) -> arrays.Bytes:
    text = np.tile(np.frombuffer(form.encode(), np.uint8), (len(numbers), 1))
    free = [place for place, letter in enumerate(form) if letter == "#"]
    text[:, free] = arrays.digits(numbers, len(free))
    return text
