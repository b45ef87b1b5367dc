"""The tree that a text becomes: literals, names and calls; an operator is a call too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from ...utils.text import clean
from .kinds import Column, Kind


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as columns of its kind hold it: see `vectors`."""

    value: Any
    kind: Kind


@dataclass(frozen=True, slots=True)
class Name:
    column: Column


@dataclass(frozen=True, slots=True)
class Call:
    """`+`, `case`, `upper` …; functions in lower case, as the table of functions has them."""

    name: str
    args: tuple[Syntax, ...]


Syntax: TypeAlias = Literal | Name | Call


class Refusal(Exception):
    """The text is no expression, or not one that is allowed; never leaves this package."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


def unreadable(message: str, hint: str = "write it as in SQL: price * quantity") -> Refusal:
    return Refusal("expression_unreadable", message, hint)


def quoted(text: str) -> str:
    """A piece of the user's text, safe to show."""
    return f"'{clean(text, 40)}'"
