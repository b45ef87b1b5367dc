"""`sum(order_lines.amount)` taken apart: a function over the rows of a child table."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from ...core.errors import Problem
from .checking import columns_in
from .syntax import Call, Name, Refusal, Syntax, quoted

FUNCTIONS = ("sum", "count", "min", "max", "avg")
_USAGE = "write sum(child_table.field), or count(child_table)"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`expression`: what is aggregated, its columns named `table.field`; None to count rows."""

    function: str
    table: str
    expression: str | None


def parse_aggregate(text: str, *, at: str = "") -> Aggregate | Problem:
    """One of the five functions over an expression of one child table's columns."""
    try:
        return _aggregate(text)
    except Refusal as refusal:
        return Problem(at, refusal.code, refusal.message, refusal.hint)


def _aggregate(text: str) -> Aggregate:
    from .grammar import parse_words
    from .lexing import words  # sqlglot takes a fifth of a second

    found = words(text)
    tree = parse_words(found, text)
    if not isinstance(tree, Call) or found[0].call is None or tree.name != found[0].call:
        raise Refusal("bad_aggregate", f"{quoted(text)} is not one function over rows", _USAGE)
    _check_function(tree)
    (inner,) = tree.args
    if tree.name == "count" and isinstance(inner, Name) and inner.column.qualifier is None:
        return Aggregate("count", inner.column.name, None)
    return Aggregate(tree.name, _table(inner), text[found[1].stop : found[-1].start].strip())


def _check_function(call: Call) -> None:
    if call.name not in FUNCTIONS:
        near = difflib.get_close_matches(call.name, FUNCTIONS, n=1)
        hint = f"did you mean {near[0]}?" if near else "known: " + ", ".join(FUNCTIONS)
        message = f"{quoted(call.name)} does not aggregate rows"
        raise Refusal("bad_aggregate", message, hint)
    if len(call.args) != 1:
        message = f"{call.name} got {len(call.args)} arguments"
        raise Refusal("bad_aggregate", message, _USAGE)


def _table(inner: Syntax) -> str:
    tables = {column.qualifier for column in columns_in(inner)}
    if None in tables or not tables:
        raise Refusal("bad_aggregate", "the child table is not named", _USAGE)
    if len(tables) > 1:
        named = ", ".join(sorted(str(table) for table in tables))
        message = f"an aggregate is over one table, and this names {named}"
        raise Refusal("bad_aggregate", message, _USAGE)
    return str(tables.pop())
