"""From the tree of a text to a typed tree, or to the reason why there is none."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

from .arithmetic import NUMBERS
from .conversion import CAST_TYPES, cast, named_kind
from .kinds import INTEGER, Column, Kind
from .logic import LOGIC
from .moments import MOMENTS
from .nodes import Function, Node, described, literal
from .syntax import Call, Literal, Name, Refusal, Syntax, quoted
from .text import TEXT

FUNCTIONS: Mapping[str, Function] = {**NUMBERS, **LOGIC, **TEXT, **MOMENTS}
_OTHER_NAMES = {
    "ceiling": "ceil", "substring": "substr", "char_length": "length", "len": "length",
    "log": "ln", "pow": "power", "startswith": "starts_with", "endswith": "ends_with",
    "dayofmonth": "day", "isodow": "weekday", "to_date": "date", "nvl": "ifnull",
}  # fmt: skip
_AGGREGATES = frozenset({"sum", "count", "avg", "min", "max"})
_CLOCKS = frozenset({
    "now", "current_date", "current_time", "current_timestamp", "today", "getdate", "sysdate",
    "localtime", "curdate",
})  # fmt: skip
_CHANCES = frozenset({"random", "rand", "randn", "uuid", "newid", "gen_random_uuid"})
CALLABLE = sorted(name for name in {*FUNCTIONS, "cast"} if name[0].isalpha() and " " not in name)


def columns_in(tree: Syntax) -> Iterator[Column]:
    """In the order of the text, each as often as it stands there."""
    if isinstance(tree, Name):
        yield tree.column
    if isinstance(tree, Call):
        for arg in tree.args[:1] if tree.name == "cast" else tree.args:
            yield from columns_in(arg)


def unknown_column(column: Column, known: Collection[Column]) -> Refusal:
    lowered = str(column).lower()
    if lowered in _CLOCKS:
        return _no_clock(lowered)
    names = {str(one).lower(): str(one) for one in known}
    near = difflib.get_close_matches(lowered, list(names), n=1)
    listed = ", ".join(sorted(names.values())[:12])
    hint = f"did you mean {names[near[0]]}?" if near else f"known: {listed or 'none'}"
    if not near and column.qualifier is None:
        hint += "; text stands in single quotes"
    return Refusal("unknown_column", f"there is no column {quoted(str(column))}", hint)


def typed(tree: Syntax, columns: Mapping[Column, Kind]) -> Node:
    """`columns` holds every column of the tree. Raises: Refusal."""
    if isinstance(tree, Literal):
        return literal(tree)
    if isinstance(tree, Name):
        column = tree.column
        return Node(columns[column], lambda values: values[column])
    if tree.name == "cast":
        return _cast(tree, columns)
    function = _function(tree)
    nodes = [typed(arg, columns) for arg in tree.args]
    for node in nodes:
        if node.kind.type in ("array", "object") and tree.name != "is null":
            message = f"an {described(node.kind)} can only be asked whether it IS NULL"
            raise Refusal("wrong_type", message, "use a field of its own for what is inside")
    return function.build(nodes)


def _function(call: Call) -> Function:
    function = FUNCTIONS.get(_OTHER_NAMES.get(call.name, call.name))
    if function is None:
        raise _unknown_function(call.name)
    if not function.least <= len(call.args) <= function.most:
        message = f"{call.name} got {len(call.args)} arguments"
        raise Refusal("wrong_argument", message, f"write {function.usage}")
    return function


def _unknown_function(name: str) -> Refusal:
    if name in _CLOCKS:
        return _no_clock(name)
    if name in _AGGREGATES:
        message = f"{name} looks at many rows, an expression at one"
        hint = "use the generator kind aggregate: sum(child_table.field)"
        return Refusal("expression_not_allowed", message, hint)
    if name in _CHANCES:
        message = f"{name} would give other values each time"
        hint = "use a generator such as uniform, category or uuid in a field of its own"
        return Refusal("expression_not_allowed", message, hint)
    near = difflib.get_close_matches(name, [*CALLABLE, *_OTHER_NAMES], n=1)
    hint = f"did you mean {near[0]}?" if near else "known: " + ", ".join(CALLABLE)
    return Refusal("unknown_function", f"there is no function {quoted(name)}", hint)


def _no_clock(name: str) -> Refusal:
    message = f"{name} would change from day to day"
    return Refusal("expression_not_allowed", message, "write the day: DATE '2024-01-31'")


def _cast(call: Call, columns: Mapping[Column, Kind]) -> Node:
    if len(call.args) != 2:
        raise Refusal("wrong_argument", "cast needs AS and a type", "cast(x AS decimal(10, 2))")
    node = typed(call.args[0], columns)
    return cast(node, _type(call.args[1]))


def _type(tree: Syntax) -> Kind:
    name, args = "", []
    if isinstance(tree, Name) and tree.column.qualifier is None:
        name = tree.column.name.lower()
    if isinstance(tree, Call):
        name = tree.name
        args = [arg.value for arg in tree.args if isinstance(arg, Literal) and arg.kind == INTEGER]
    kind = named_kind(name, args)
    if kind is None:
        hint = "known: " + ", ".join(sorted(CAST_TYPES))
        if name in ("decimal", "numeric"):
            hint = f"say how many decimals: {name}(18, 2)"
        raise Refusal("unknown_type", f"there is no type {quoted(name)} to cast to", hint)
    return kind
