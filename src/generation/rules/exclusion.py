"""Whether two conditions can be true of one row."""

from __future__ import annotations

from collections.abc import Iterator

from ..expressions.kinds import Column
from ..expressions.syntax import Call, Literal, Name, Syntax
from .terms import conjuncts


def exclude_each_other(one: Syntax | None, other: Syntax | None) -> bool:
    """Only where it is plain: one field would have to have two values, or a value and none."""
    if one is None or other is None:
        return False
    left, right = dict(_values(one)), dict(_values(other))
    return any(not left[column] & right[column] for column in left.keys() & right.keys())


def _values(tree: Syntax) -> Iterator[tuple[Column, frozenset[object]]]:
    """What each column may hold, of those that are compared with literals."""
    for part in conjuncts(tree):
        if isinstance(part, Name):
            yield part.column, frozenset({True})
        if not isinstance(part, Call):
            continue
        column, values = _sides(part)
        if column is None:
            continue
        if part.name in ("=", "in"):
            yield column, frozenset(value.value for value in values)
        if part.name == "is null":
            yield column, frozenset({None})


def _sides(call: Call) -> tuple[Column | None, list[Literal]]:
    names = [arg.column for arg in call.args if isinstance(arg, Name)]
    values = [arg for arg in call.args if isinstance(arg, Literal)]
    if len(names) != 1 or len(names) + len(values) != len(call.args):
        return None, []
    return names[0], values
