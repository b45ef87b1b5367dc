"""A typed tree: what a part of an expression is, and how it is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .kinds import Column, Kind
from .syntax import Literal, Refusal
from .vectors import Vector, constant

Columns: TypeAlias = Mapping[Column, Vector]
Operate: TypeAlias = Callable[..., Vector]


@dataclass(frozen=True, slots=True)
class Node:
    """`literal` where the value is written in the text, for what must be known beforehand."""

    kind: Kind
    run: Callable[[Columns], Vector]
    literal: Literal | None = None


Build: TypeAlias = Callable[[Sequence[Node]], Node]
"""From typed arguments to a typed call. Raises: Refusal."""


@dataclass(frozen=True, slots=True)
class Function:
    """`least` to `most` arguments; `usage` is what a message shows."""

    build: Build
    least: int
    most: int
    usage: str


def literal(value: Literal) -> Node:
    vector = constant(value)
    return Node(value.kind, lambda _: vector, value)


def applied(kind: Kind, operate: Operate, *args: Node) -> Node:
    """A call that computes all its arguments, then itself."""
    runs = [arg.run for arg in args]
    return Node(kind, lambda columns: operate(*(run(columns) for run in runs)))


def wrong_type(message: str, hint: str = "") -> Refusal:
    return Refusal("wrong_type", message, hint or "use another column, or cast(x AS type)")


def described(kind: Kind) -> str:
    """As a message calls it."""
    return {"months": "interval of months", "string": "text"}.get(kind.type, kind.type)
