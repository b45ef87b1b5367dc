"""Pieces of expressions over a row, computed as numbers and masks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ..draws.arrays import Mask
from ..draws.blocks import Block
from ..expressions.checking import columns_in, typed, unknown_column
from ..expressions.kinds import BOOLEAN, Column, Kind
from ..expressions.nodes import Node, described
from ..expressions.syntax import Call, Name, Refusal, Syntax
from ..expressions.vectors import Vector, load, validity
from ..refusals import Refused
from ..tables.references import Names


@dataclass(frozen=True, slots=True)
class Term:
    """A value of each row: a column, or an expression over several."""

    tree: Syntax
    node: Node
    columns: tuple[Column, ...]
    names: Names

    @property
    def kind(self) -> Kind:
        return self.node.kind

    @property
    def column(self) -> Column | None:
        """Where the term is nothing but a column."""
        return self.tree.column if isinstance(self.tree, Name) else None

    def values(self, block: Block) -> Vector:
        """One value long where it is the same in every row."""
        return self.node.run({column: self.vector(block, column) for column in self.columns})

    def holds(self, block: Block) -> Mask:
        """Where a condition is true: neither false nor unknown."""
        found = self.values(block)
        true = found.values if found.valid is None else found.values & found.valid
        return np.broadcast_to(true, (len(block.rows),))

    def vector(self, block: Block, column: Column) -> Vector:
        name = ("vector", self.names.table.name, column)
        return block.once(name, lambda: loaded(self.names.fetch(block, column)))


def loaded(array: pa.Array) -> Vector:
    return load(array)[0]


def present(vector: Vector, length: int) -> Mask:
    """Which rows hold a value."""
    valid = validity(vector)
    return np.ones(length, np.bool_) if valid is None else np.broadcast_to(valid, (length,))


def parsed(text: str, at: str) -> Syntax:
    """Raises: Refused."""
    from ..expressions.grammar import parse  # sqlglot takes a fifth of a second

    try:
        return parse(text)
    except Refusal as refusal:
        raise refused(refusal, at) from None


def term(tree: Syntax, names: Names, at: str, known: Mapping[Column, Kind]) -> Term:
    """A term read by the field that `names` knows as its reader, which then depends on it.

    Raises: Refused.
    """
    columns = tuple(dict.fromkeys(columns_in(tree)))
    try:
        for column in columns:
            if column not in known:
                raise unknown_column(column, known)
        node = typed(tree, known)
    except Refusal as refusal:
        raise refused(refusal, at) from None
    for column in columns:
        names.resolve(column)
    return Term(tree, node, columns, names)


def condition(tree: Syntax, names: Names, at: str, known: Mapping[Column, Kind]) -> Term:
    """Raises: Refused: it is neither true nor false."""
    found = term(tree, names, at, known)
    if found.kind != BOOLEAN:
        message = f"a condition is needed, and this is {described(found.kind)}"
        raise Refused(at, "wrong_type", message, "compare it: x > 0, x = 'yes', x IS NOT NULL")
    return found


def refused(refusal: Refusal, at: str) -> Refused:
    return Refused(at, refusal.code, refusal.message, refusal.hint or "write it as in SQL")


def conjuncts(tree: Syntax) -> Iterator[Syntax]:
    """The conditions that are joined by AND."""
    if isinstance(tree, Call) and tree.name == "and":
        for arg in tree.args:
            yield from conjuncts(arg)
    else:
        yield tree
