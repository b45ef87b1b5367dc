"""Comparing, choosing and combining truth, with SQL's three values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .conversion import aligned
from .kinds import BOOLEAN, Kind
from .nodes import Function, Node, applied, described, wrong_type
from .vectors import Mask, Vector, both, in_units, validity

MANY = 64


# ── comparisons ───────────────────────────────────────────────────────────────────────────────

_COMPARE: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "=": (np.equal, pc.equal),
    "<>": (np.not_equal, pc.not_equal),
    "<": (np.less, pc.less),
    "<=": (np.less_equal, pc.less_equal),
    ">": (np.greater, pc.greater),
    ">=": (np.greater_equal, pc.greater_equal),
}
_UNORDERED = frozenset({"boolean", "months", "array", "object"})


def comparison(sign: str, nodes: Sequence[Node]) -> Node:
    """Text by code point."""
    kind, (left, right) = aligned(nodes, "compare")
    if kind.type in _UNORDERED and not (kind.type == "boolean" and sign in ("=", "<>")):
        message = f"a {described(kind)} cannot be compared with {sign}"
        raise wrong_type(message, "use = or <>" if kind.type == "boolean" else "")
    numeric, textual = _COMPARE[sign]
    if kind.type == "string":
        return applied(BOOLEAN, lambda a, b: from_arrow(textual(a.values, b.values)), left, right)
    return applied(
        BOOLEAN,
        lambda a, b: Vector(numeric(a.values, b.values).astype(bool), both(a.valid, b.valid)),
        left,
        right,
    )


def from_arrow(answers: pa.Array | pa.Scalar) -> Vector:
    """Truth as Arrow gives it."""
    if isinstance(answers, pa.Scalar):
        answers = pa.array([answers.as_py()], pa.bool_())
    valid = None
    if answers.null_count:
        valid = pc.is_valid(answers).to_numpy(zero_copy_only=False)
        answers = pc.fill_null(answers, False)
    return Vector(answers.to_numpy(zero_copy_only=False), valid)


def between(nodes: Sequence[Node]) -> Node:
    value, low, high = nodes
    return conjunction([comparison(">=", [value, low]), comparison("<=", [value, high])])


def among(nodes: Sequence[Node]) -> Node:
    value, *choices = nodes
    return reduce(_either, [comparison("=", [value, choice]) for choice in choices])


# ── truth ─────────────────────────────────────────────────────────────────────────────────────


def truths(nodes: Sequence[Node], doing: str) -> list[Node]:
    """Raises: Refusal: one is no truth value."""
    for node in nodes:
        if node.kind.type not in ("boolean", "null"):
            hint = "compare it with something: x > 0, x = 'yes', x IS NOT NULL"
            raise wrong_type(f"{doing} needs a condition, and got {described(node.kind)}", hint)
    return list(nodes)


def _parts(vector: Vector) -> tuple[Mask, Mask]:
    """Where it is true, and where it is false."""
    value = vector.values.astype(bool)
    if vector.valid is None:
        return value, ~value
    return value & vector.valid, ~value & vector.valid


def _told(true: Mask, false: Mask) -> Vector:
    known = true | false
    return Vector(true, None if known.all() else known)


def _and(left: Vector, right: Vector) -> Vector:
    (true, false), (also, nor) = _parts(left), _parts(right)
    return _told(true & also, false | nor)


def _or(left: Vector, right: Vector) -> Vector:
    (true, false), (also, nor) = _parts(left), _parts(right)
    return _told(true | also, false & nor)


def conjunction(nodes: Sequence[Node]) -> Node:
    return applied(BOOLEAN, _and, *truths(nodes, "AND"))


def disjunction(nodes: Sequence[Node]) -> Node:
    return _either(*truths(nodes, "OR"))


def _either(left: Node, right: Node) -> Node:
    return applied(BOOLEAN, _or, left, right)


def negation(nodes: Sequence[Node]) -> Node:
    def run(vector: Vector) -> Vector:
        return Vector(~vector.values.astype(bool), vector.valid)

    return applied(BOOLEAN, run, *truths(nodes, "NOT"))


def is_null(nodes: Sequence[Node]) -> Node:
    return applied(BOOLEAN, _absent, nodes[0])


def _absent(vector: Vector) -> Vector:
    valid = validity(vector)
    if valid is not None:
        return Vector(~valid)
    one = isinstance(vector.values, pa.Scalar)
    return Vector(np.zeros(1 if one else len(vector.values), bool))


def _is(wanted: bool, nodes: Sequence[Node]) -> Node:
    return applied(BOOLEAN, lambda v: Vector(_parts(v)[0 if wanted else 1]), *truths(nodes, "IS"))


# ── choices ───────────────────────────────────────────────────────────────────────────────────


def case(nodes: Sequence[Node]) -> Node:
    """condition, value, condition, value, …, otherwise: the first whose condition is true."""
    conditions = truths(nodes[:-1:2], "CASE WHEN")
    kind, values = aligned([*nodes[1::2], nodes[-1]], "choose between")
    return _first_true(kind, conditions, values)


def _first_true(kind: Kind, conditions: Sequence[Node], values: Sequence[Node]) -> Node:
    count = len(conditions)

    def run(*vectors: Vector) -> Vector:
        found = vectors[-1]
        for condition, value in reversed(list(zip(vectors[:count], vectors[count:], strict=False))):
            found = pick(_parts(condition)[0], value, found)
        return found

    return applied(kind, run, *conditions, *values)


def pick(where: Mask, chosen: Vector, other: Vector) -> Vector:
    """`chosen` where true, else `other`."""
    if chosen.is_text:
        condition = pa.scalar(bool(where[0])) if len(where) == 1 else pa.array(where)
        return Vector(pc.if_else(condition, chosen.values, other.values))
    valid = None
    if chosen.valid is not None or other.valid is not None:
        one, two = (np.True_ if v.valid is None else v.valid for v in (chosen, other))
        valid = np.where(where, one, two)
    values = np.where(where, chosen.values, other.values)
    if values.dtype == object:
        return in_units(values, valid)
    return Vector(values, valid, max(chosen.bound, other.bound))


def coalesce(nodes: Sequence[Node]) -> Node:
    kind, values = aligned(nodes, "choose between")

    def run(*vectors: Vector) -> Vector:
        found = vectors[-1]
        for vector in reversed(vectors[:-1]):
            found = pick(~_absent(vector).values, vector, found)
        return found

    return applied(kind, run, *values)


def nullif(nodes: Sequence[Node]) -> Node:
    """The first, null where both are equal."""
    value, same = nodes[0], comparison("=", nodes)
    return applied(value.kind, _emptied, value, same)


def _emptied(vector: Vector, where: Vector) -> Vector:
    empty = _parts(where)[0]
    if vector.is_text:
        return pick(empty, Vector(pa.scalar(None, pa.string())), vector)
    values, empty = np.broadcast_arrays(vector.values, empty)
    return Vector(values, both(vector.valid, ~empty), vector.bound)


def _extreme(
    numeric: Callable[..., Any], textual: Callable[..., Any], nodes: Sequence[Node]
) -> Node:
    kind, values = aligned(nodes, "compare")
    if kind.type in _UNORDERED:
        raise wrong_type(f"a {described(kind)} has no order")

    def run(left: Vector, right: Vector) -> Vector:
        if left.is_text:
            return Vector(textual(left.values, right.values, skip_nulls=False))
        found = numeric(left.values, right.values)
        valid = both(left.valid, right.valid)
        if found.dtype == object:
            return in_units(found, valid)
        return Vector(found, valid, max(left.bound, right.bound))

    return reduce(lambda left, right: applied(kind, run, left, right), values)


LOGIC: dict[str, Function] = {
    **{sign: Function(partial(comparison, sign), 2, 2, f"a {sign} b") for sign in _COMPARE},
    "between": Function(between, 3, 3, "x BETWEEN 1 AND 2"),
    "in": Function(among, 2, MANY, "x IN (1, 2)"),
    "and": Function(conjunction, 2, 2, "a AND b"),
    "or": Function(disjunction, 2, 2, "a OR b"),
    "not": Function(negation, 1, 1, "NOT a"),
    "is null": Function(is_null, 1, 1, "x IS NULL"),
    "is true": Function(partial(_is, True), 1, 1, "x IS TRUE"),
    "is false": Function(partial(_is, False), 1, 1, "x IS FALSE"),
    "case": Function(case, 3, MANY, "CASE WHEN a THEN b ELSE c END"),
    "if": Function(case, 3, 3, "if(condition, a, b)"),
    "iif": Function(case, 3, 3, "iif(condition, a, b)"),
    "coalesce": Function(coalesce, 1, MANY, "coalesce(a, b)"),
    "ifnull": Function(coalesce, 2, 2, "ifnull(a, b)"),
    "nullif": Function(nullif, 2, 2, "nullif(a, b)"),
    "greatest": Function(
        partial(_extreme, np.maximum, pc.max_element_wise), 2, MANY, "greatest(a, b)"
    ),
    "least": Function(partial(_extreme, np.minimum, pc.min_element_wise), 2, MANY, "least(a, b)"),
}
