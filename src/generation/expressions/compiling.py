"""From a text and the columns it may name to something that computes a column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from ...core.errors import Problem
from ...core.models import FieldDefinition
from ..draws.decimals import DIGITS
from .checking import columns_in, typed, unknown_column
from .conversion import converter
from .kinds import NATURAL_DIGITS, NULL, STRING, Column, Kind, kind_of
from .nodes import Columns, Node, applied, described
from .syntax import Refusal, Syntax
from .vectors import Vector, load, storable, store


@dataclass(frozen=True, slots=True)
class Compiled:
    """`needs`: the columns that must be handed in, in the order of the text.

    `kind`: what the result is; `digits`: of its Arrow type, where that is a decimal.
    """

    needs: tuple[Column, ...]
    kind: Kind
    digits: int
    node: Node
    columns: tuple[Kind, ...]

    def evaluate(self, columns: Mapping[Column, pa.Array], length: int) -> pa.Array:
        """`length` cells, each from its own row alone, so the same however rows are cut to chunks.

        Columns may have any width of their kind; other entries are not looked at.

        Raises: InvalidArgument: a number has more digits than the result's type.
        """
        loaded: Columns = {
            column: _loaded(columns[column], kind)
            for column, kind in zip(self.needs, self.columns, strict=True)
        }
        return store(self.node.run(loaded), self.kind, length, digits=self.digits)


def _loaded(column: pa.Array, kind: Kind) -> Vector:
    if kind.type in ("array", "object"):
        kind = STRING
    vector, found = load(column)
    return vector if found == kind else converter(found, kind)(vector)


def columns_of(
    fields: Iterable[FieldDefinition], qualifier: str | None = None
) -> dict[Column, Kind]:
    """What a table's fields can be named as, behind `qualifier.` where there is one."""
    return {Column(qualifier, field.name): kind_of(field) for field in fields}


def compile_expression(
    text: str, columns: Mapping[Column, Kind], *, wanted: Kind | None = None, at: str = ""
) -> Compiled | tuple[Problem, ...]:
    """The expression, its result of the kind `wanted` (rounded half up) or of its own.

    `columns` are those that may be named; `at` is the path that problems point to.
    """
    from .grammar import parse  # sqlglot takes a fifth of a second

    try:
        tree = parse(text)
        needs = tuple(dict.fromkeys(columns_in(tree)))
        unknown = [unknown_column(column, columns) for column in needs if column not in columns]
        if unknown:
            return tuple(_problem(refusal, at) for refusal in unknown)
        return _compiled(tree, needs, columns, wanted)
    except Refusal as refusal:
        return (_problem(refusal, at),)


def _compiled(
    tree: Syntax, needs: tuple[Column, ...], columns: Mapping[Column, Kind], wanted: Kind | None
) -> Compiled:
    node = typed(tree, columns)
    kind = storable(node.kind) if wanted is None else wanted
    if wanted is not None and not _assignable(node.kind, wanted):
        message = f"the expression gives {described(node.kind)}, and {described(wanted)} is needed"
        raise Refusal("wrong_type", message, _WANTED.get(wanted.type, "change it, or the type"))
    if node.kind.type in ("months", "array", "object"):
        raise Refusal(
            "wrong_type", f"the expression gives {described(node.kind)}", "use a part of it"
        )
    result = node if node.kind == kind else applied(kind, converter(node.kind, kind), node)
    digits = NATURAL_DIGITS if wanted is None else DIGITS
    return Compiled(needs, kind, digits, result, tuple(columns[column] for column in needs))


_WANTED = {
    "boolean": "compare it with something: x > 0, x = 'yes', x IS NOT NULL",
    "string": "cast(x AS text) makes text of it",
}


def _assignable(given: Kind, wanted: Kind) -> bool:
    """What a field takes: a number in fewer decimals, a moment as its date, else its own kind."""
    if given == NULL or (given.is_number and wanted.is_number):
        return True
    if {given.type, wanted.type} <= {"date", "datetime"}:
        return True
    return given.type == wanted.type


def _problem(refusal: Refusal, at: str) -> Problem:
    return Problem(at, refusal.code, refusal.message, refusal.hint)


def to_type(array: pa.Array | pa.ChunkedArray, field: FieldDefinition) -> pa.Array:
    """A computed column as the field's Arrow type; numbers rounded half up, away from zero.

    Raises: InvalidArgument: a number has more digits than a column holds.
    """
    wanted = kind_of(field)
    vector, given = load(array)
    return store(converter(given, wanted)(vector), wanted, len(array), digits=DIGITS)
