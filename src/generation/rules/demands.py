"""What a condition asks of single fields: comparisons, lists of values, empty or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from ..expressions.kinds import BOOLEAN, Column
from ..expressions.syntax import Call, Literal, Name, Syntax
from ..refusals import Refused
from .terms import conjuncts

CANNOT_HINT = (
    "write comparisons of fields, field IN (…), field IS NULL, joined by AND; "
    "or give the field a generator of the kind expression"
)


@dataclass(frozen=True, slots=True)
class Ordered:
    """`low` ≤ `high`, or < where `strict`; wherever `when` is true (None: in every row)."""

    low: Syntax
    high: Syntax
    strict: bool
    at: str
    when: Syntax | None = None


@dataclass(frozen=True, slots=True)
class Same:
    left: Syntax
    right: Syntax
    at: str
    when: Syntax | None = None


@dataclass(frozen=True, slots=True)
class Among:
    """The field's value is one of `values`; where `excluded`, none of them."""

    column: Column
    values: tuple[Literal, ...]
    excluded: bool
    at: str
    when: Syntax | None = None


@dataclass(frozen=True, slots=True)
class Empty:
    """The cell is empty; filled where not `wanted`."""

    column: Column
    wanted: bool
    at: str
    when: Syntax | None = None


Demand: TypeAlias = Ordered | Same | Among | Empty


def demands(tree: Syntax, when: Syntax | None, at: str) -> Iterator[Demand]:
    """What makes a condition true where `when` is.

    Raises: Refused: it is not of a form that can be built.
    """
    for part in conjuncts(tree):
        found = _demand(part, when, at)
        if found is None:
            message = "this condition cannot be built into the rows"
            raise Refused(at, "not_constructible", message, CANNOT_HINT)
        yield from found


def _demand(tree: Syntax, when: Syntax | None, at: str) -> list[Demand] | None:
    found = _simple(tree, when, at)
    if found is None and isinstance(tree, Call) and tree.name == "or":
        return _alternative(tree, when, at)
    return None if found is None else [found] if not isinstance(found, list) else found


def _simple(tree: Syntax, when: Syntax | None, at: str) -> Demand | list[Demand] | None:
    if isinstance(tree, Name):  # a boolean field by itself
        return Same(tree, Literal(True, BOOLEAN), at, when)
    if not isinstance(tree, Call):
        return None
    if tree.name == "not":
        return _negated(tree.args[0], when, at)
    read = _FORMS.get(tree.name)
    return None if read is None else read(tree, when, at)


def _ordered(tree: Call, when: Syntax | None, at: str) -> Demand:
    turned, strict = _ORDERS[tree.name]
    low, high = reversed(tree.args) if turned else tree.args
    return Ordered(low, high, strict, at, when)


def _between(tree: Call, when: Syntax | None, at: str) -> list[Demand]:
    value, low, high = tree.args
    return [Ordered(low, value, False, at, when), Ordered(value, high, False, at, when)]


def _told(tree: Call, when: Syntax | None, at: str) -> Demand:
    return Same(tree.args[0], Literal(tree.name == "is true", BOOLEAN), at, when)


_ORDERS = {"<": (False, True), "<=": (False, False), ">": (True, True), ">=": (True, False)}
"""Sides turned, and strict."""
_OPPOSITES = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}


def _equal(tree: Call, when: Syntax | None, at: str) -> Demand:
    left, right = tree.args
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Name) and isinstance(other, Literal) and other.kind.type == "string":
            return Among(one.column, (other,), False, at, when)
    return Same(left, right, at, when)


def _listed(tree: Call, when: Syntax | None, at: str) -> Demand | None:
    name, *rest = tree.args
    if tree.name == "<>" and not isinstance(name, Name):
        name, rest = rest[0], [name]
    if not isinstance(name, Name):
        return None
    if tree.name == "is null":
        return Empty(name.column, True, at, when)
    values = tuple(value for value in rest if isinstance(value, Literal))
    if len(values) != len(rest):
        return None
    return Among(name.column, values, tree.name == "<>", at, when)


def _negated(tree: Syntax, when: Syntax | None, at: str) -> Demand | list[Demand] | None:
    if isinstance(tree, Name):
        return Same(tree, Literal(False, BOOLEAN), at, when)
    if not isinstance(tree, Call):
        return None
    if tree.name == "not":
        return _simple(tree.args[0], when, at)
    if tree.name == "or":  # neither the one nor the other
        return [found for arg in tree.args for found in demands(Call("not", (arg,)), when, at)]
    if tree.name in _OPPOSITES:
        return _simple(Call(_OPPOSITES[tree.name], tree.args), when, at)
    return _turned(_simple(tree, when, at))


def _turned(found: Demand | list[Demand] | None) -> Demand | None:
    if isinstance(found, Empty):
        return replace(found, wanted=not found.wanted)
    return replace(found, excluded=not found.excluded) if isinstance(found, Among) else None


def _alternative(tree: Call, when: Syntax | None, at: str) -> list[Demand] | None:
    """a OR b: where not a, b. An alternative IS NULL of what b compares is true by itself."""
    *others, last = sorted(_disjuncts(tree), key=lambda part: not _is_test(part))
    told = [other for other in others if not _is_spared(other, last)]
    if not told:
        return list(demands(last, when, at))
    condition: Syntax | None = when
    for other in told:
        no = Call("not", (other,))
        condition = no if condition is None else Call("and", (condition, no))
    return list(demands(last, condition, at))


def _disjuncts(tree: Syntax) -> Iterator[Syntax]:
    if isinstance(tree, Call) and tree.name == "or":
        for arg in tree.args:
            yield from _disjuncts(arg)
    else:
        yield tree


def _is_test(tree: Syntax) -> bool:
    return isinstance(tree, Call) and tree.name == "is null"


def _is_spared(tree: Syntax, compared: Syntax) -> bool:
    if not (isinstance(tree, Call) and _is_test(tree) and isinstance(compared, Call)):
        return False
    return compared.name in _ORDERS and tree.args[0] in compared.args


_FORMS: dict[str, Callable[[Call, Syntax | None, str], Demand | list[Demand] | None]] = {
    **dict.fromkeys(_ORDERS, _ordered),
    "between": _between,
    "is true": _told,
    "is false": _told,
    "=": _equal,
    "<>": _listed,
    "in": _listed,
    "is null": _listed,
}
