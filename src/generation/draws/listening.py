"""Who draws what while cells are made, for those who ask how a cell came to be.

Nothing is heard unless somebody listens, and listening changes no cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .keys import Key


@dataclass(frozen=True, slots=True)
class Draw:
    """A random word, the stream it comes from and where in it: `row` is mostly a row's number,
    else what the stream counts (rounds, labels). `attempt`: how often it was drawn before."""

    stream: tuple[str, ...]
    row: int
    attempt: int
    word: int

    @property
    def uniform(self) -> float:
        """The same as a number between 0 and 1: the upper 53 bits."""
        return (self.word >> 11) * 2.0**-53


@dataclass(slots=True)
class Ear:
    """`streams`: the names of which each key was derived; `draws`: what was drawn so far, at most
    `most` of it; `unheard` counts the rest."""

    most: int = 200
    streams: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    draws: list[Draw] = field(default_factory=list)
    unheard: int = 0

    def named(self, key: Key, names: tuple[str, ...]) -> None:
        self.streams[key] = names

    def heard(self, key: Key, rows: Any, attempt: int, words: Any) -> None:
        stream = self.streams.get(key, ())
        for row, word in zip(rows[: self.most].tolist(), words[: self.most].tolist(), strict=True):
            if len(self.draws) < self.most:
                self.draws.append(Draw(stream, row, attempt, word))
        self.unheard += max(0, len(rows) - self.most)

    def emptied(self) -> tuple[Draw, ...]:
        """What was drawn since the last time."""
        drawn, self.draws, self.unheard = tuple(self.draws), [], 0
        return drawn


EAR: ContextVar[Ear | None] = ContextVar("EAR", default=None)


@contextmanager
def listening(ear: Ear) -> Iterator[Ear]:
    """What is derived and drawn in this context, while it is open, is heard."""
    token = EAR.set(ear)
    try:
        yield ear
    finally:
        EAR.reset(token)
