"""Numbers: operators and functions.

Where both sides are exact the result is; where one is a float, it is a float.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from . import exact
from .conversion import as_kind
from .kinds import FLOAT, INTEGER, Kind, decimal
from .nodes import Function, Node, applied, described, literal, wrong_type
from .syntax import Literal, Refusal
from .vectors import Vector, both, finite

MOST_PLACES = 12
"""To which `round` rounds, before or after the point."""


def is_numeric(*nodes: Node) -> bool:
    return all(node.kind.is_number or node.kind.type == "null" for node in nodes)


def numbers(nodes: Sequence[Node], doing: str) -> list[Node]:
    """The nodes, a bare null as an integer. Raises: Refusal: one is no number."""
    for node in nodes:
        if not is_numeric(node):
            hint = "text in quotes is text" if node.kind.type == "string" else ""
            raise wrong_type(f"{doing} needs numbers, and got {described(node.kind)}", hint)
    return [node if node.kind.is_number else as_kind(node, INTEGER) for node in nodes]


def floats(vector: Vector, kind: Kind) -> Any:
    return vector.values if kind.is_float else exact.to_floats(vector, kind.scale or 0)


# ── + - * / % ─────────────────────────────────────────────────────────────────────────────────


def sum_of(sign: str, left: Node, right: Node) -> Node:
    operate = exact.add if sign == "+" else exact.subtract
    left, right = numbers((left, right), sign)
    if left.kind.is_float or right.kind.is_float:
        return _floating(np.add if sign == "+" else np.subtract, left, right)
    scale = max(left.kind.scale or 0, right.kind.scale or 0)
    up_left, up_right = scale - (left.kind.scale or 0), scale - (right.kind.scale or 0)
    return applied(
        _exact_kind(scale, left, right),
        lambda a, b: operate(exact.scaled(a, up_left), exact.scaled(b, up_right)),
        left,
        right,
    )


def product(left: Node, right: Node) -> Node:
    left, right = numbers((left, right), "*")
    if left.kind.is_float or right.kind.is_float:
        return _floating(np.multiply, left, right)
    scale = (left.kind.scale or 0) + (right.kind.scale or 0)
    return applied(_exact_kind(scale, left, right), exact.multiply, left, right)


def quotient(left: Node, right: Node) -> Node:
    left, right = numbers((left, right), "/")
    if left.kind.is_float or right.kind.is_float:
        return _floating(_float_quotient, left, right)
    inverse = _short_inverse(right)
    if inverse is not None:
        return product(left, inverse)
    scale = max(exact.QUOTIENT_SCALE, left.kind.scale or 0)
    up = scale - (left.kind.scale or 0) + (right.kind.scale or 0)
    return applied(decimal(scale), partial(_divided, up), left, right)


def _divided(up: int, left: Vector, right: Vector) -> Vector:
    return exact.divide(left, right, up)


def _short_inverse(node: Node) -> Node | None:
    """1 / a literal, where that is a short decimal: x / 100 is then exactly x * 0.01."""
    if node.literal is None or not node.literal.value:
        return None
    inverse = Fraction(10 ** (node.kind.scale or 0), node.literal.value)
    places = next((n for n in range(10) if (10**n * inverse).denominator == 1), None)
    if places is None:
        return None
    units = int(inverse * 10**places)
    return literal(Literal(units, decimal(places)))


def modulo(left: Node, right: Node) -> Node:
    left, right = numbers((left, right), "%")
    if left.kind.is_float or right.kind.is_float:
        return _floating(_float_remainder, left, right)
    scale = max(left.kind.scale or 0, right.kind.scale or 0)
    kind = _exact_kind(scale, left, right)
    wide = decimal(scale)
    return applied(kind, exact.remainder, as_kind(left, wide), as_kind(right, wide))


def _exact_kind(scale: int, *nodes: Node) -> Kind:
    return INTEGER if all(node.kind == INTEGER for node in nodes) else decimal(scale)


def _floating(operate: Callable[..., Any], *nodes: Node) -> Node:
    """Floats throughout; what is no finite number becomes null."""
    kinds = [node.kind for node in nodes]

    def run(*vectors: Vector) -> Vector:
        values = [floats(vector, kind) for vector, kind in zip(vectors, kinds, strict=True)]
        with np.errstate(all="ignore"):
            found = operate(*values)
        return finite(found, both(*(vector.valid for vector in vectors)))

    return applied(FLOAT, run, *nodes)


def _float_quotient(left: Any, right: Any) -> Any:
    return np.where(right == 0, np.nan, left / right)


def _float_remainder(left: Any, right: Any) -> Any:
    return np.fmod(left, right)


def negation(nodes: Sequence[Node]) -> Node:
    (node,) = nodes
    if node.kind.type not in ("duration", "months"):
        (node,) = numbers(nodes, "-")
    if node.literal is not None and node.literal.value is not None:
        return literal(Literal(-node.literal.value, node.kind))
    if node.kind.is_float:
        return _floating(np.negative, node)
    return applied(node.kind, exact.negative, node)


# ── functions ─────────────────────────────────────────────────────────────────────────────────


def absolute(nodes: Sequence[Node]) -> Node:
    (node,) = numbers(nodes, "abs")
    if node.kind.is_float:
        return _floating(np.abs, node)
    return applied(node.kind, exact.absolute, node)


def rounded(nodes: Sequence[Node]) -> Node:
    """Exact from here on: a decimal with so many places, an integer for 0 and fewer."""
    value = numbers(nodes[:1], "round")[0]
    places = whole_literal(nodes[1], "round", -MOST_PLACES, MOST_PLACES) if len(nodes) == 2 else 0
    if value.kind == INTEGER and places >= 0:
        return value
    kind = decimal(places) if places > 0 else INTEGER
    return applied(kind, partial(_rounded, value.kind, places), value)


def _rounded(kind: Kind, places: int, vector: Vector) -> Vector:
    if kind.scale is None:
        cut = exact.of_floats(vector.values, vector.valid, places)
    else:
        cut = exact.scaled(vector, places - kind.scale)
    return exact.scaled(cut, -places) if places < 0 else cut


def _whole(nodes: Sequence[Node], up: bool) -> Node:
    (node,) = numbers(nodes, "ceil" if up else "floor")
    if node.kind == INTEGER:
        return node
    return applied(
        INTEGER, partial(_float_whole if node.kind.is_float else _cut, node.kind, up), node
    )


def _cut(kind: Kind, up: bool, vector: Vector) -> Vector:
    return (exact.ceiled if up else exact.floored)(vector, kind.scale or 0)


def _float_whole(_: Kind, up: bool, vector: Vector) -> Vector:
    whole = (np.ceil if up else np.floor)(vector.values)
    return exact.of_floats(whole, vector.valid, 0)


def _of_floats(name: str, operate: Callable[..., Any]) -> Callable[[Sequence[Node]], Node]:
    return lambda nodes: _floating(operate, *numbers(nodes, name))


def whole_literal(node: Node, where: str, least: int, most: int) -> int:
    """A number that must stand in the text itself. Raises: Refusal."""
    value = node.literal.value if node.literal is not None and node.kind == INTEGER else None
    if value is None or not least <= value <= most:
        message = f"{where} needs a whole number from {least} to {most} written out"
        raise Refusal("wrong_argument", message, f"{where}(x, {max(least, 2)})")
    return int(value)


NUMBERS: dict[str, Function] = {
    "%": Function(lambda n: modulo(*n), 2, 2, "a % b"),
    "mod": Function(lambda n: modulo(*n), 2, 2, "mod(a, b)"),
    "negative": Function(negation, 1, 1, "-a"),
    "abs": Function(absolute, 1, 1, "abs(x)"),
    "round": Function(rounded, 1, 2, "round(x, 2)"),
    "floor": Function(lambda n: _whole(n, up=False), 1, 1, "floor(x)"),
    "ceil": Function(lambda n: _whole(n, up=True), 1, 1, "ceil(x)"),
    "sqrt": Function(_of_floats("sqrt", np.sqrt), 1, 1, "sqrt(x)"),
    "exp": Function(_of_floats("exp", np.exp), 1, 1, "exp(x)"),
    "ln": Function(_of_floats("ln", np.log), 1, 1, "ln(x)"),
    "log10": Function(_of_floats("log10", np.log10), 1, 1, "log10(x)"),
    "power": Function(_of_floats("power", np.power), 2, 2, "power(x, 2)"),
}
