"""One kind turned into another: by itself where nothing is lost, by `cast` otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...utils.columns import wall_clock
from . import exact
from .kinds import (
    BOOLEAN,
    DATE,
    DATETIME,
    FLOAT,
    INTEGER,
    NULL,
    STRING,
    TIME,
    Kind,
    decimal,
)
from .literals import DAY, moment
from .nodes import Node, applied, described, literal, wrong_type
from .vectors import Vector, finite, in_units, load, store

Convert = Callable[[Vector], Vector]


# ── by itself ─────────────────────────────────────────────────────────────────────────────────


def common(kinds: Sequence[Kind]) -> Kind | None:
    """The kind that all can be taken for without loss; None where there is none."""
    told = [kind for kind in kinds if kind != NULL]
    if not told:
        return NULL
    if all(kind.is_number for kind in told):
        return _common_number(told)
    if {kind.type for kind in told} <= {"date", "datetime"}:
        zones = {kind.zone for kind in told}
        return told[0] if len(set(told)) == 1 else Kind("datetime", zone=_only(zones))
    return told[0] if len(set(told)) == 1 else None


def _only(zones: set[str | None]) -> str | None:
    """Moments of several zones meet as instants, with a clock on the wall as seen on the wall."""
    return None if None in zones else min(zone for zone in zones if zone is not None)


def _common_number(kinds: Sequence[Kind]) -> Kind:
    if any(kind.is_float for kind in kinds):
        return FLOAT
    scale = max(kind.scale or 0 for kind in kinds)
    return INTEGER if all(kind == INTEGER for kind in kinds) else decimal(scale)


def aligned(nodes: Sequence[Node], doing: str) -> tuple[Kind, list[Node]]:
    """All as one kind; ISO text beside a moment is read as one.

    Raises: Refusal: they have no kind in common.
    """
    moments = [node.kind for node in nodes if node.kind.type in ("date", "datetime", "time")]
    if moments:
        nodes = [_as_moment(node, moments[0]) for node in nodes]
    kind = common([node.kind for node in nodes])
    if kind is None:
        raise _mismatch(nodes, doing)
    return kind, [as_kind(node, kind) for node in nodes]


def _as_moment(node: Node, kind: Kind) -> Node:
    if node.literal is None or node.kind != STRING:
        return node
    text = str(node.literal.value)
    if kind.type == "date" and len(text.strip()) > len("2024-01-31"):
        kind = DATETIME
    return literal(moment(text, kind))


def _mismatch(nodes: Sequence[Node], doing: str) -> Exception:
    first = nodes[0].kind
    other = next((n.kind for n in nodes if common([first, n.kind]) is None), nodes[-1].kind)
    hints = {
        frozenset({"boolean", "integer"}): "a boolean is true or false: active, not active",
        frozenset({"string", "integer"}): "text stands in quotes, numbers do not",
        frozenset({"string", "number"}): "text stands in quotes, numbers do not",
        frozenset({"duration", "integer"}): "write an interval: INTERVAL 3 DAY",
    }
    hint = hints.get(frozenset({first.type, other.type}), "bring both to one type with cast")
    return wrong_type(f"cannot {doing} {described(first)} with {described(other)}", hint)


def as_kind(node: Node, kind: Kind) -> Node:
    """A node whose kind is contained in `kind`."""
    if node.kind == kind:
        return node
    return applied(kind, converter(node.kind, kind), node)


# ── by cast ───────────────────────────────────────────────────────────────────────────────────


def converter(given: Kind, wanted: Kind) -> Convert:
    """How a vector becomes one of another kind; numbers are rounded half up.

    Raises: Refusal: it cannot.
    """
    if given == wanted:
        return lambda vector: vector
    if given == NULL:
        return partial(_null, wanted)
    if given.is_number and wanted.is_number:
        return partial(_number, given, wanted)
    if given.type == "datetime" and wanted.type == "datetime":
        return partial(_zoned, given, wanted)
    if given.zone is not None:
        inner = converter(DATETIME, wanted)
        return lambda vector: inner(_zoned(given, DATETIME, vector))
    make = _CASTS.get((given.type, wanted.type))
    if make is None or (wanted.type == "string" and given.is_float):
        hint = "round it first: round(x, 2)" if given.is_float else ""
        raise wrong_type(f"cannot turn {described(given)} into {described(wanted)}", hint)
    return partial(make, given, wanted)


def _null(kind: Kind, vector: Vector) -> Vector:
    if kind == STRING:
        return Vector(pa.scalar(None, pa.string()))
    dtype = {"boolean": bool}.get(kind.type, np.float64 if kind.is_float else np.int64)
    return Vector(np.zeros(len(vector.values), dtype), vector.valid)


def _number(given: Kind, wanted: Kind, vector: Vector) -> Vector:
    if wanted.scale is None:
        return finite(exact.to_floats(vector, given.scale or 0), vector.valid)
    if given.scale is None:
        return exact.of_floats(vector.values, vector.valid, wanted.scale)
    return exact.scaled(vector, wanted.scale - given.scale)


def _zoned(given: Kind, wanted: Kind, vector: Vector) -> Vector:
    """An instant in another zone is the same instant; without a zone it is its wall clock's."""
    if given.zone is None or wanted.zone is not None:
        return vector
    shown, _ = load(wall_clock(store(vector, given, len(vector.values))))
    return shown


def _to_text(given: Kind, _: Kind, vector: Vector) -> Vector:
    """As in CSV: 12.50, true, 2024-01-31; a date and time with a space between."""
    if given == BOOLEAN:
        cells = store(vector, given, len(vector.values))
        return Vector(pc.if_else(cells, pa.scalar("true"), pa.scalar("false")))
    cells = store(vector, given, len(vector.values))
    texts = cells.cast(pa.string())
    if given.type not in ("datetime", "time"):
        return Vector(texts)
    whole = pc.ends_with(texts, ".000000")  # which says nothing
    return Vector(pc.if_else(whole, pc.utf8_slice_codeunits(texts, 0, -len(".000000")), texts))


def _to_midnight(_: Kind, __: Kind, vector: Vector) -> Vector:
    return exact.multiply(vector, Vector(np.array([DAY]), None, DAY))


def _to_date(_: Kind, __: Kind, vector: Vector) -> Vector:
    return in_units(vector.values // DAY, vector.valid)


def _to_time(_: Kind, __: Kind, vector: Vector) -> Vector:
    return in_units(vector.values % DAY, vector.valid)


def _truth(_: Kind, wanted: Kind, vector: Vector) -> Vector:
    one = Vector(vector.values.astype(np.int64), vector.valid, 1)
    return _number(INTEGER, wanted, one)


_CASTS: dict[tuple[str, str], Callable[[Kind, Kind, Vector], Vector]] = {
    ("integer", "string"): _to_text,
    ("number", "string"): _to_text,
    ("boolean", "string"): _to_text,
    ("date", "string"): _to_text,
    ("datetime", "string"): _to_text,
    ("time", "string"): _to_text,
    ("date", "datetime"): _to_midnight,
    ("datetime", "date"): _to_date,
    ("datetime", "time"): _to_time,
    ("boolean", "integer"): _truth,
}

_NAMES: dict[str, Kind] = {
    **dict.fromkeys(("text", "varchar", "char", "string"), STRING),
    **dict.fromkeys(("integer", "int", "bigint", "smallint"), INTEGER),
    **dict.fromkeys(("double", "float", "real", "number"), FLOAT),
    **dict.fromkeys(("boolean", "bool"), BOOLEAN),
    **dict.fromkeys(("timestamp", "datetime"), DATETIME),
    "date": DATE,
    "time": TIME,
}
CAST_TYPES = frozenset(_NAMES) | {"decimal", "numeric"}
MOST_CAST_SCALE = 18


def cast(node: Node, kind: Kind) -> Node:
    """Raises: Refusal."""
    if (
        node.literal is not None
        and node.kind == STRING
        and kind.type in ("date", "datetime", "time")
    ):
        return literal(moment(str(node.literal.value), kind))
    return applied(kind, converter(node.kind, kind), node)


def named_kind(name: str, args: Sequence[int]) -> Kind | None:
    """`decimal(10, 2)`, `varchar(20)` (whose length is not enforced), `integer`."""
    if name in ("decimal", "numeric"):
        scale = args[1] if len(args) == 2 else None
        return decimal(scale) if scale is not None and scale <= MOST_CAST_SCALE else None
    return _NAMES.get(name) if not args or _NAMES.get(name) == STRING else None
