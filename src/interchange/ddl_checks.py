"""CHECK conditions as constraints, as far as they speak of one field or compare two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp

Fields = Mapping[str, dict[str, Any]]
"""A table's fields by their names in SQL, in small letters."""
FLIPPED = {"GT": "LT", "GTE": "LTE", "LT": "GT", "LTE": "GTE", "EQ": "EQ"}
WORDS = {"GT": "exclusiveMinimum", "GTE": "minimum", "LT": "exclusiveMaximum", "LTE": "maximum"}
LENGTHS = frozenset({"Length", "CharLength", "Len"})


class Unsayable(Exception):
    """The condition, or a part of it, has no constraint here."""


def apply(condition: exp.Expr, fields: Fields, table: dict[str, Any]) -> list[str]:
    """Puts the condition's parts into the fields; the SQL of the parts that found no place."""
    left: list[str] = []
    for part in _parts(condition):
        try:
            _apply(part, fields, table)
        except Unsayable:
            left.append(part.sql())
    return left


def _parts(condition: exp.Expr) -> list[exp.Expr]:
    """What AND joins, without recursion."""
    from sqlglot import exp

    parts, waiting = [], [condition]
    while waiting:
        here = _bare(waiting.pop())
        if isinstance(here, exp.And):
            waiting += [here.expression, here.this]
        else:
            parts.append(here)
    return parts


def _bare(node: Any) -> Any:
    """Without parentheses and casts around it."""
    from sqlglot import exp

    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def _apply(part: exp.Expr, fields: Fields, table: dict[str, Any]) -> None:
    kind = type(part).__name__
    if kind == "In":
        _in(part, fields)
    elif kind == "Between":
        field = _field(part.this, fields)
        _limit(field, "GTE", _value(part.args["low"]))
        _limit(field, "LTE", _value(part.args["high"]))
    elif kind in FLIPPED:
        _comparison(part, kind, fields, table)
    elif kind == "Or":
        _either(part, fields)
    elif kind == "RegexpLike":
        _pattern(part, fields)
    elif not _says_not_null(part, fields):
        raise Unsayable


def _comparison(part: Any, kind: str, fields: Fields, table: dict[str, Any]) -> None:
    left, right = _bare(part.this), _bare(part.expression)
    if type(left).__name__ == "Literal" or type(left).__name__ == "Neg":
        left, right, kind = right, left, FLIPPED[kind]
    if type(left).__name__ in LENGTHS:
        _length(_field(left.this, fields), kind, _value(right))
        return
    field = _field(left, fields)
    if type(right).__name__ == "Column":
        _order(field, _field(right, fields), kind, table)
    elif type(right).__name__ == "Any" and kind == "EQ":  # PostgreSQL writes IN so
        _one_of(field, [_value(one) for one in _members(right)])
    elif kind == "EQ":
        _one_of(field, [_value(right)])
    else:
        _limit(field, kind, _value(right))


def _members(node: Any) -> list[Any]:
    inner = _bare(node.this)
    return list(inner.expressions)


def _order(left: dict[str, Any], right: dict[str, Any], kind: str, table: dict[str, Any]) -> None:
    if kind == "EQ":
        raise Unsayable
    low, high = (left, right) if kind in ("LT", "LTE") else (right, left)
    rule: dict[str, Any] = {"rule": "inequality", "low": low["name"], "high": high["name"]}
    if kind in ("LT", "GT"):
        rule["strict"] = True
    table.setdefault("rules", []).append(rule)


def _in(part: Any, fields: Fields) -> None:
    if not part.expressions:
        raise Unsayable
    _one_of(_field(part.this, fields), [_value(one) for one in part.expressions])


def _either(part: Any, fields: Fields) -> None:
    """a = 1 OR a = 2, and `a IS NULL OR …`, which a nullable field means anyway."""
    from sqlglot import exp

    options, waiting = [], [part]
    while waiting:
        here = _bare(waiting.pop())
        if isinstance(here, exp.Or):
            waiting += [here.expression, here.this]
        else:
            options.append(here)
    options = [one for one in options if not _is_null_test(one)]
    if all(isinstance(one, exp.EQ) for one in options) and options:
        owners = [_field(one.this, fields) for one in options]
        if all(owner is owners[0] for owner in owners):
            _one_of(owners[0], [_value(one.expression) for one in options])
            return
    if len(options) == 1:
        _apply(options[0], fields, {})
        return
    raise Unsayable


def _is_null_test(node: Any) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Is) and isinstance(node.expression, exp.Null)


def _says_not_null(part: Any, fields: Fields) -> bool:
    from sqlglot import exp

    inner = part.this if isinstance(part, exp.Not) else None
    if inner is None or not _is_null_test(_bare(inner)):
        return False
    field = _field(_bare(inner).this, fields)
    field.pop("nullable", None)
    _constrain(field, required=True)
    return True


def _pattern(part: Any, fields: Fields) -> None:
    from .search_patterns import full_match

    found = full_match(str(_value(part.expression)))
    if found is None:
        raise Unsayable
    _constrain(_field(part.this, fields), pattern=found)


# ── pieces ────────────────────────────────────────────────────────────────────────────────────


def _field(node: Any, fields: Fields) -> dict[str, Any]:
    node = _bare(node)
    found = fields.get(node.name.casefold()) if type(node).__name__ == "Column" else None
    if found is None:
        raise Unsayable
    return found


def _value(node: Any) -> Any:
    """A literal: text, a number, true or false."""
    from sqlglot import exp

    node = _bare(node)
    if isinstance(node, exp.Neg):
        return -_number(node.this)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.National):  # N'text'
        return str(node.this)
    if isinstance(node, exp.Literal):
        return str(node.this) if node.is_string else _number(node)
    raise Unsayable


def _number(node: Any) -> int | float:
    text = str(node.this)
    if len(text) > 30:
        raise Unsayable
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError:
        raise Unsayable from None


def _limit(field: dict[str, Any], kind: str, value: Any) -> None:
    is_number = field["type"] in ("integer", "number")
    is_moment = field["type"] in ("date", "time", "datetime")
    if is_number and not isinstance(value, str) and not isinstance(value, bool):
        _constrain(field, **{WORDS[kind]: value})
    elif is_moment and isinstance(value, str) and kind in ("GTE", "LTE"):
        _constrain(field, **{WORDS[kind]: value.replace(" ", "T")})
    else:
        raise Unsayable


def _length(field: dict[str, Any], kind: str, value: Any) -> None:
    if not isinstance(value, int) or field["type"] != "string":
        raise Unsayable
    ends: Mapping[str, Callable[[int], dict[str, int]]] = {
        "GTE": lambda n: {"minLength": n},
        "GT": lambda n: {"minLength": n + 1},
        "LTE": lambda n: {"maxLength": n},
        "LT": lambda n: {"maxLength": max(n - 1, 0)},
        "EQ": lambda n: {"minLength": n, "maxLength": n},
    }
    _constrain(field, **ends[kind](value))


_PYTHON: Mapping[str, Any] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "date": str,
    "datetime": str, "time": str,
}  # fmt: skip


def _one_of(field: dict[str, Any], values: list[Any]) -> None:
    fits = _PYTHON.get(field["type"], ())
    if field["type"] == "boolean" and set(map(str, values)) <= {"0", "1", "true", "false"}:
        return  # a truth value is one of these anyway
    if not values or not all(isinstance(value, fits) for value in values):
        raise Unsayable
    _constrain(field, enum=list(dict.fromkeys(values))[:10_000])


def _constrain(field: dict[str, Any], **constraints: Any) -> None:
    field["constraints"] = {**field.get("constraints", {}), **constraints}
