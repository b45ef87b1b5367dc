"""How far values reach: what is known of a term before any row is made.

Numbers are taken as they are, moments and durations as microseconds. Sums are kept as sums of
columns, so that `check_in + nights` less `check_in` is known to be `nights`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite

from ...core import kinds
from ..briefs import Brief
from ..expressions.checking import typed
from ..expressions.kinds import Column, Kind, kind_of
from ..expressions.syntax import Call, Literal, Name, Refusal, Syntax
from ..makers import durations, moments
from ..refusals import Refused
from .axes import Axis, measured
from .places import Measured
from .terms import parsed

HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Reach:
    """From `low` to `high`, None where that is not known."""

    low: Fraction | None = None
    high: Fraction | None = None

    def __add__(self, other: Reach) -> Reach:
        return Reach(_sum(self.low, other.low), _sum(self.high, other.high))

    def times(self, factor: Fraction) -> Reach:
        ends = [None if end is None else end * factor for end in (self.low, self.high)]
        return Reach(*ends) if factor >= 0 else Reach(*reversed(ends))

    def united(self, other: Reach) -> Reach:
        low = None if None in (self.low, other.low) else min(self.low, other.low)  # type: ignore[type-var]  # None is excluded
        high = None if None in (self.high, other.high) else max(self.high, other.high)  # type: ignore[type-var]
        return Reach(low, high)

    def cut(self, other: Reach) -> Reach:
        lows = [end for end in (self.low, other.low) if end is not None]
        highs = [end for end in (self.high, other.high) if end is not None]
        return Reach(max(lows, default=None), min(highs, default=None))


def _sum(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one + other


@dataclass(frozen=True, slots=True)
class Sum:
    """`parts`: how often each column counts; `rest`: what is known of all else."""

    parts: Mapping[Column, Fraction]
    rest: Reach

    def __add__(self, other: Sum) -> Sum:
        columns = dict.fromkeys([*self.parts, *other.parts])
        parts = {
            c: self.parts.get(c, Fraction(0)) + other.parts.get(c, Fraction(0)) for c in columns
        }
        return Sum({c: factor for c, factor in parts.items() if factor}, self.rest + other.rest)

    def times(self, factor: Fraction) -> Sum:
        return Sum({c: part * factor for c, part in self.parts.items()}, self.rest.times(factor))


@dataclass
class Knowledge:
    """What is known of a table's columns. `axes`: those of its own fields that have one;
    `foreign`: what a parent's column reaches."""

    table: str
    briefs: Mapping[str, Brief]
    known: Mapping[Column, Kind]
    axes: Mapping[str, Axis]
    foreign: Callable[[Column], Reach]
    _followed: set[Column] = field(default_factory=set)

    def reach(self, tree: Syntax) -> Reach:
        return self._total(self._sum_of(tree))

    def difference(self, high: Syntax, low: Syntax) -> Reach:
        """Of `high` less `low`, in the measure of both."""
        return self._total(self._sum_of(high) + self._sum_of(low).times(Fraction(-1)))

    # ── sums ──────────────────────────────────────────────────────────────────────────────────

    def _total(self, total: Sum) -> Reach:
        found = total.rest
        for column, factor in total.parts.items():
            found += self._column(column).times(factor)
        return found

    def _sum_of(self, tree: Syntax) -> Sum:
        if isinstance(tree, Literal):
            return Sum({}, _of_literal(tree))
        if isinstance(tree, Name):
            return self._of_name(tree.column)
        if tree.name in ("+", "-"):
            return self._of_two(tree)
        if tree.name == "negative":
            return self._sum_of(tree.args[0]).times(Fraction(-1))
        if tree.name == "*":
            return self._of_product(tree)
        return Sum({}, self._of_call(tree))

    def _of_two(self, tree: Call) -> Sum:
        left, right = tree.args
        kinds_ = self._kind(left), self._kind(right)
        if None in kinds_ or any(k.type == "months" for k in kinds_ if k):
            return Sum({}, Reach())
        types = [kind.type for kind in kinds_ if kind]
        sign = Fraction(1 if tree.name == "+" else -1)
        found = self._sum_of(left).times(_days(types, 0)) + self._sum_of(right).times(
            _days(types, 1) * sign
        )
        # The difference of two dates is a number of days.
        days = types == ["date", "date"]
        return found.times(Fraction(1, moments.DAY)) if days else found

    def _of_product(self, tree: Call) -> Sum:
        """A multiple of a sum of columns is one too."""
        for factor, other in (tree.args, tree.args[::-1]):
            if isinstance(factor, Literal) and factor.kind.is_number:
                known = _of_literal(factor).low
                if known is not None:
                    return self._sum_of(other).times(known)
        return Sum({}, self._of_call(tree))

    def _of_name(self, column: Column) -> Sum:
        """A column made from others is those others, unless they follow each other in a circle."""
        column = self._plain(column)
        alone = Sum({column: Fraction(1)}, Reach(Fraction(0), Fraction(0)))
        if column in self._followed:
            return alone
        self._followed.add(column)
        found = self._followed_to(column)
        self._followed.discard(column)
        return found or alone

    def _followed_to(self, column: Column) -> Sum | None:
        brief = self._own(column)
        generator = None if brief is None else brief.generator
        if brief is None or brief.field.constraints.multiple_of is not None:
            return None
        if isinstance(generator, kinds.Expression):
            return self._of_expression(brief, generator)
        if isinstance(generator, kinds.Timedelta) and generator.after is not None:
            try:
                low, high, _ = durations.waiting(brief)
            except Refused:  # said where the column itself is built
                return None
            wait = Sum({}, Reach(Fraction(low), Fraction(high)))
            return self._of_name(Column(None, generator.after)) + wait
        return None

    def _of_expression(self, brief: Brief, generator: kinds.Expression) -> Sum | None:
        try:
            tree = parsed(generator.expr, "")
        except Refused:
            return None
        given, wanted = self._kind(tree), kind_of(brief.field)
        if given is None or given.type == "datetime" != wanted.type or given.zone != wanted.zone:
            return None
        lost = wanted.scale is not None and (given.scale is None or given.scale > wanted.scale)
        step = Fraction(1, 10 ** (wanted.scale or 0)) * HALF if lost else Fraction(0)
        return self._sum_of(tree) + Sum({}, Reach(-step, step))

    # ── columns and calls ─────────────────────────────────────────────────────────────────────

    def _plain(self, column: Column) -> Column:
        return Column(None, column.name) if column.qualifier == self.table else column

    def _own(self, column: Column) -> Brief | None:
        plain = self._plain(column)
        return self.briefs.get(plain.name) if plain.qualifier is None else None

    def _column(self, column: Column) -> Reach:
        brief = self._own(column)
        if brief is None:
            return self.foreign(column)
        found = self.axes.get(brief.field.name)
        return of_axis(found) if found is not None else declared(brief)

    def _kind(self, tree: Syntax) -> Kind | None:
        try:
            return typed(tree, self.known).kind
        except (Refusal, KeyError):
            return None

    def _of_call(self, tree: Call) -> Reach:
        rule = _CALLS.get(tree.name)
        if rule is None:
            return Reach()
        kinds_ = [self._kind(arg) for arg in tree.args]
        if tree.name in ("case", "if", "iif"):
            values = [*tree.args[1::2], tree.args[-1]]
        else:
            values = list(tree.args)
            if any(kind is None for kind in kinds_):
                return Reach()
        told = [
            value for value in values if not (isinstance(value, Literal) and value.value is None)
        ]
        return rule([self.reach(value) for value in told])


def _days(types: list[str], number: int) -> Fraction:
    """Beside a date a whole number counts days."""
    other = types[1 - number]
    return Fraction(moments.DAY if types[number] == "integer" and other == "date" else 1)


def _of_literal(tree: Literal) -> Reach:
    kind = tree.kind
    if tree.value is None or not (kind.is_number or kind.type in _MEASURED):
        return Reach()
    unit = measured(0, kind).unit if not kind.is_float else Fraction(1)
    value = Fraction(tree.value) * (unit or 1)
    return Reach(value, value)


_MEASURED = frozenset({"date", "time", "datetime", "duration"})


def single(found: Measured) -> Fraction | None:
    """The only value of a measure of one."""
    value = found.units[0]
    if found.unit is None:
        return Fraction(float(value)) if isfinite(value) else None
    return int(value) * found.unit


def of_axis(found: Axis) -> Reach:
    if found.is_empty:
        return Reach()
    low, high = found.ends()
    return Reach(single(low), single(high))


def declared(brief: Brief) -> Reach:
    """By the constraints, which are checked on every row that is made."""
    given = brief.constraints
    if brief.generator is not None and brief.generator.kind == "sequence":
        ends = [brief.generator.start, brief.generator.start + brief.generator.step * brief.rows]
        return Reach(Fraction(min(ends)), Fraction(max(ends)))
    ends_ = [_bound(given.minimum, brief), _bound(given.maximum, brief)]
    return Reach(*ends_)


def _bound(value: object, brief: Brief) -> Fraction | None:
    from ...utils.ordinals import ordinal

    if value is None:
        return None
    found = ordinal(value, brief.field.type)
    return (
        None
        if found is None
        else Fraction(found) * (moments.DAY if brief.field.type == "date" else 1)
    )


def _product(reaches: list[Reach]) -> Reach:
    left, right = reaches
    ends = [left.low, left.high, right.low, right.high]
    if any(end is None for end in ends):
        return Reach()
    products = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]  # type: ignore[operator]  # none is None
    return Reach(min(products), max(products))


def _union(reaches: list[Reach]) -> Reach:
    found = reaches[0]
    for other in reaches[1:]:
        found = found.united(other)
    return found


def _greatest(reaches: list[Reach]) -> Reach:
    highs = [reach.high for reach in reaches]
    high = None if None in highs else max(end for end in highs if end is not None)
    return Reach(max((r.low for r in reaches if r.low is not None), default=None), high)


def _least(reaches: list[Reach]) -> Reach:
    return _greatest([reach.times(Fraction(-1)) for reach in reaches]).times(Fraction(-1))


def _absolute(reaches: list[Reach]) -> Reach:
    (reach,) = reaches
    ends = [abs(end) for end in (reach.low, reach.high) if end is not None]
    return Reach(Fraction(0), max(ends) if len(ends) == 2 else None)


_CALLS: dict[str, Callable[[list[Reach]], Reach]] = {
    "*": _product,
    "case": _union,
    "if": _union,
    "iif": _union,
    "coalesce": _union,
    "ifnull": _union,
    "greatest": _greatest,
    "least": _least,
    "abs": _absolute,
}
