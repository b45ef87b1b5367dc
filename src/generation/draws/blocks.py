"""The columns of a set of rows, each made when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from .cells import Rows

if TYPE_CHECKING:
    import pyarrow as pa

Maker: TypeAlias = Callable[["Block"], "pa.Array"]
"""A column's cells for the block's rows: a pure function of their numbers."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Block:
    """`rows`: any row numbers of one table, in any order. `written`: a model's columns for them."""

    rows: Rows
    makers: Mapping[str, Maker]
    written: Mapping[str, pa.Array] = field(default_factory=dict)
    _kept: dict[Hashable, Any] = field(default_factory=dict)

    def column(self, name: str) -> pa.Array:
        """A field's finished cells, nulls included."""
        if name in self.makers:
            return self.once(("column", name), lambda: self.makers[name](self))
        return self.written[name]

    def made(self) -> list[str]:
        """The columns that were made so far, in this order."""
        return [what[1] for what in self._kept if isinstance(what, tuple) and what[0] == "column"]

    def kin(self) -> list[tuple[str, Any]]:
        """The parents (`tables.kin.Kin`) that were looked at so far, by the name of their link."""
        kept = self._kept.items()
        return [
            (what[1], kin) for what, kin in kept if isinstance(what, tuple) and what[0] == "kin"
        ]

    def once(self, what: Hashable, make: Callable[[], T]) -> T:
        """What several columns share (a row's person), made for the first of them."""
        if what not in self._kept:
            self._kept[what] = make()
        made: T = self._kept[what]
        return made
