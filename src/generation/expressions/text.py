"""Text: functions of one cell, by Unicode code points, with no locale and no backtracking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ...core.errors import InvalidArgument
from .arithmetic import whole_literal
from .conversion import cast
from .kinds import BOOLEAN, INTEGER, STRING
from .logic import MANY, from_arrow
from .nodes import Function, Node, applied, described, wrong_type
from .syntax import Refusal
from .vectors import Vector, in_units

LONGEST = 1_000
"""Characters that a function may be told to count off or fill up."""
MOST_BYTES = 2**30
"""Of one column's text, so that replace(replace(…)) cannot fill the memory."""


def texts(nodes: Sequence[Node], doing: str) -> list[Node]:
    """Raises: Refusal: one is no text."""
    for node in nodes:
        if node.kind.type not in ("string", "null"):
            hint = "cast(x AS text) makes text of it"
            raise wrong_type(f"{doing} needs text, and got {described(node.kind)}", hint)
    return [cast(node, STRING) for node in nodes]


def written(node: Node, where: str) -> str:
    """Text that must stand in the expression itself. Raises: Refusal."""
    if node.literal is None or node.kind != STRING:
        raise Refusal("wrong_argument", f"{where} needs text in quotes here", "write 'text'")
    return str(node.literal.value)


def _mapped(name: str, operate: Callable[[Any], Any]) -> Function:
    def build(nodes: Sequence[Node]) -> Node:
        return applied(STRING, lambda v: Vector(operate(v.values)), *texts(nodes, name))

    return Function(build, 1, 1, f"{name}(text)")


def _size(values: Any) -> int:
    return int(values.nbytes) if isinstance(values, pa.Array) else len(values.as_py() or "")


def _require_room(size: int) -> None:
    if size > MOST_BYTES:
        hint = "make it shorter: fewer replacements that lengthen it, or a smaller chunk size"
        raise InvalidArgument("an expression makes more text than fits in memory", hint=hint)


def joined(nodes: Sequence[Node]) -> Node:
    """Side by side; numbers, dates and truth values as in CSV; null where any is."""

    def run(*vectors: Vector) -> Vector:
        pieces = [vector.values for vector in vectors]
        rows = max((len(piece) for piece in pieces if isinstance(piece, pa.Array)), default=1)
        _require_room(sum(_size(p) if isinstance(p, pa.Array) else rows * _size(p) for p in pieces))
        return Vector(pc.binary_join_element_wise(*pieces, pa.scalar("")))

    return applied(STRING, run, *(_as_text(node) for node in nodes))


def _as_text(node: Node) -> Node:
    return cast(node, STRING)


def replaced(nodes: Sequence[Node]) -> Node:
    (value,) = texts(nodes[:1], "replace")
    old, new = (written(node, "replace") for node in nodes[1:])
    if not old:
        return value
    growth = max(1, -(-len(new.encode()) // len(old.encode())))

    def run(vector: Vector) -> Vector:
        _require_room(growth * _size(vector.values))
        return Vector(pc.replace_substring(vector.values, old, new))

    return applied(STRING, run, value)


def length(nodes: Sequence[Node]) -> Node:
    def run(vector: Vector) -> Vector:
        return _number(pc.utf8_length(vector.values))

    return applied(INTEGER, run, *texts(nodes, "length"))


def _number(counts: Any) -> Vector:
    array = pa.array([counts.as_py()], pa.int64()) if isinstance(counts, pa.Scalar) else counts
    valid = pc.is_valid(array).to_numpy(zero_copy_only=False) if array.null_count else None
    return in_units(pc.fill_null(array.cast(pa.int64()), 0).to_numpy(zero_copy_only=False), valid)


def left(nodes: Sequence[Node]) -> Node:
    (value,) = texts(nodes[:1], "left")
    return _slice(value, 0, whole_literal(nodes[1], "left", 0, LONGEST))


def right(nodes: Sequence[Node]) -> Node:
    (value,) = texts(nodes[:1], "right")
    count = whole_literal(nodes[1], "right", 0, LONGEST)
    return _slice(value, -count, None) if count else _slice(value, 0, 0)


def substring(nodes: Sequence[Node]) -> Node:
    """From the n-th character on, counted from 1."""
    (value,) = texts(nodes[:1], "substr")
    start = whole_literal(nodes[1], "substr", 1, LONGEST) - 1
    if len(nodes) == 2:
        return _slice(value, start, None)
    return _slice(value, start, start + whole_literal(nodes[2], "substr", 0, LONGEST))


def _slice(node: Node, start: int, stop: int | None) -> Node:
    def run(vector: Vector) -> Vector:
        return Vector(pc.utf8_slice_codeunits(vector.values, start, stop))

    return applied(STRING, run, node)


def _padded(name: str, operate: Callable[..., Any], nodes: Sequence[Node]) -> Node:
    """Filled up to so many characters, or cut to them."""
    (value,) = texts(nodes[:1], name)
    width = whole_literal(nodes[1], name, 0, 100)
    filler = written(nodes[2], name) if len(nodes) == 3 else " "
    if len(filler) != 1:
        raise Refusal("wrong_argument", f"{name} fills with one character", f"{name}(x, 6, '0')")

    def run(vector: Vector) -> Vector:
        padded = operate(vector.values, width=width, padding=filler)
        return Vector(pc.utf8_slice_codeunits(padded, 0, width))

    return applied(STRING, run, value)


def _pattern(name: str, operate: Callable[..., Any], nodes: Sequence[Node]) -> Node:
    (value,) = texts(nodes[:1], name)
    pattern = written(nodes[1], name)

    def run(vector: Vector) -> Vector:
        return from_arrow(operate(vector.values, pattern))

    return applied(BOOLEAN, run, value)


def _like(ignore_case: bool) -> Callable[..., Any]:
    """% any characters, _ one; a backslash means itself, as SQL has it without ESCAPE."""
    return lambda values, pattern: pc.match_like(
        values, pattern.replace("\\", "\\\\"), ignore_case=ignore_case
    )


TEXT: dict[str, Function] = {
    "upper": _mapped("upper", pc.utf8_upper),
    "lower": _mapped("lower", pc.utf8_lower),
    "trim": _mapped("trim", lambda values: pc.utf8_trim(values, characters=" ")),
    "ltrim": _mapped("ltrim", lambda values: pc.utf8_ltrim(values, characters=" ")),
    "rtrim": _mapped("rtrim", lambda values: pc.utf8_rtrim(values, characters=" ")),
    "length": Function(length, 1, 1, "length(text)"),
    "concat": Function(joined, 1, MANY, "concat(a, b)"),
    "||": Function(joined, 2, 2, "a || b"),
    "replace": Function(replaced, 3, 3, "replace(text, 'old', 'new')"),
    "left": Function(left, 2, 2, "left(text, 3)"),
    "right": Function(right, 2, 2, "right(text, 3)"),
    "substr": Function(substring, 2, 3, "substr(text, 1, 3)"),
    "lpad": Function(partial(_padded, "lpad", pc.utf8_lpad), 2, 3, "lpad(text, 6, '0')"),
    "rpad": Function(partial(_padded, "rpad", pc.utf8_rpad), 2, 3, "rpad(text, 6, ' ')"),
    "like": Function(partial(_pattern, "like", _like(False)), 2, 2, "text LIKE 'A%'"),
    "ilike": Function(partial(_pattern, "ilike", _like(True)), 2, 2, "text ILIKE 'a%'"),
    "starts_with": Function(
        partial(_pattern, "starts_with", pc.starts_with), 2, 2, "starts_with(text, 'A')"
    ),
    "ends_with": Function(
        partial(_pattern, "ends_with", pc.ends_with), 2, 2, "ends_with(text, 'z')"
    ),
    "contains": Function(
        partial(_pattern, "contains", pc.match_substring), 2, 2, "contains(text, 'x')"
    ),
}
