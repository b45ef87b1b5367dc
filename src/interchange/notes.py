"""What an import or an export assumed and what it could not carry over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..utils.text import clean

LONGEST_PATH = 200
LONGEST_MESSAGE = 300
MOST_NOTES = 1000


@dataclass(frozen=True, slots=True)
class Note:
    """`path` points into what was read (`properties.age`, `orders.total`), or into our schema."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(frozen=True, slots=True)
class Imported:
    """A schema document of our language, makers included, and everything worth knowing about it.

    `source` says what was read, `dialect` which SQL it was (None where it was no SQL).
    """

    document: Mapping[str, Any]
    source: str
    assumed: tuple[Note, ...] = ()
    left_out: tuple[Note, ...] = ()
    dialect: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A schema in another language. `left_out`: what that language cannot say."""

    text: str
    target: str
    left_out: tuple[Note, ...] = ()


@dataclass(slots=True)
class Notebook:
    """Collects notes while reading, each once, at most `MOST_NOTES` of a kind."""

    _assumed: dict[Note, None] = field(default_factory=dict)
    _left_out: dict[Note, None] = field(default_factory=dict)

    def assume(self, path: str, message: str) -> None:
        _add(self._assumed, path, message)

    def leave(self, path: str, message: str) -> None:
        _add(self._left_out, path, message)

    def leave_keys(self, path: str, keys: Iterable[str]) -> None:
        """Keywords that were read and have no place in our language."""
        named = sorted(keys)
        if named:
            verb = "has" if len(named) == 1 else "have"
            shown = ", ".join(named[:20]) + (" …" if len(named) > 20 else "")
            self.leave(path, f"{shown} {verb} no place in a schema here")

    @property
    def assumed(self) -> tuple[Note, ...]:
        return tuple(self._assumed)

    @property
    def left_out(self) -> tuple[Note, ...]:
        return tuple(self._left_out)


def _add(notes: dict[Note, None], path: str, message: str) -> None:
    # The room for one more is kept for saying that there were more.
    if len(notes) < MOST_NOTES:
        notes.setdefault(Note(clean(path or " ", LONGEST_PATH), clean(message, LONGEST_MESSAGE)))
    elif len(notes) == MOST_NOTES:
        notes.setdefault(Note("", f"more than {MOST_NOTES:,} notes; the others are not shown"))
