"""All rules of a table bound: who makes which field instead of its own generator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ...core import kinds
from ...core.errors import Problem
from ...core.models import TableDefinition
from ...utils.promises import stated
from ..briefs import Brief
from ..draws.blocks import Maker
from ..expressions.compiling import compile_expression
from ..expressions.kinds import BOOLEAN
from ..expressions.syntax import Literal
from ..refusals import Refused
from . import ordering
from .combinations import bind_combinations
from .correlations import Correlations
from .demands import Among, Demand, Empty, Ordered, Same, demands
from .nulls import Emptiness, emptiness
from .picking import assign, pick
from .rising import bind_monotonic, bind_non_overlap
from .site import Site
from .sums import bind_sum
from .timelines import bind_series
from .together import bind_unique_together

F = TypeVar("F", Among, Empty)
MOST_RULES = 200
"""Of one table."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rules of one table have made."""

    site: Site
    empty: Mapping[str, Emptiness]
    """Of the fields that rules say something about."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self.site.problems)

    def finished(self, brief: Brief, own: Callable[[Brief], Maker]) -> Maker:
        """The field's cells with all that rules and nulls do to them; `own` builds the others.

        Raises: Refused.
        """
        name = brief.field.name
        maker = self.site.makers.get(name) or own(brief)
        for override in self.site.overrides.get(name, ()):
            maker = override.over(maker)
        return self.emptiness(brief).of(maker)

    def emptiness(self, brief: Brief) -> Emptiness:
        """Raises: Refused."""
        return self.empty.get(brief.field.name) or emptiness(self.site, brief, ())


def bind_rules(
    table: TableDefinition, briefs: Mapping[str, Brief], fixed: Mapping[str, str], at: str
) -> Rules:
    """`briefs`: of every field; `fixed`: fields that no rule may bind, and why not."""
    site = Site(table, briefs, fixed, at)
    if len(table.rules) > MOST_RULES:
        message = f"{len(table.rules)} rules, and {MOST_RULES} is the limit"
        site.refuse("rules", "too_many_rules", message, "use lookup, subcategory or expressions")
        return Rules(site, {})
    site.measure()
    bind_series(site)
    wanted = _bound(site)
    _settle(site, wanted)
    empty: dict[str, Emptiness] = {}
    for name, those in _by_field(site, [d for d in wanted if isinstance(d, Empty)]).items():
        try:
            empty[name] = emptiness(site, briefs[name], those)
        except Refused as refused:
            if refused.at == "null_when":
                refused.at = f"fields[{[*briefs].index(name)}].null_when"
            site.note(refused)
    return Rules(site, empty)


def _bound(site: Site) -> list[Demand]:
    """Rules that bind whole fields are bound; what the others demand is left."""
    correlations = Correlations(site)
    found: list[Demand] = []
    for number, rule in enumerate(site.table.rules):
        at = f"rules[{number}]"
        with site.refusing():
            if isinstance(rule, kinds.Correlation):
                correlations.add(rule, at)
            elif type(rule) in _BINDERS:
                _BINDERS[type(rule)](site, rule, at)
            else:
                found += _READERS[type(rule)](site, rule, at)
            _require_statement(site, rule, at)
    correlations.bind()
    return found


def _require_statement(site: Site, rule: kinds.Rule, at: str) -> None:
    """Raises: Refused: what the rule says of each row cannot be said of values of these types, so
    that nobody could judge it."""
    for said in stated(site.table.name, rule):
        for part, text in (("then", said.expr), ("when", said.when)):
            found = None if text is None else compile_expression(text, site.known, wanted=BOOLEAN)
            if isinstance(found, tuple):
                path = f"{at}.{part}" if isinstance(rule, kinds.Implies) else at
                raise Refused(path, found[0].code, found[0].message, found[0].hint)


_BINDERS: dict[type[Any], Callable[[Site, Any, str], None]] = {
    kinds.SumTo: bind_sum,
    kinds.FixedCombinations: bind_combinations,
    kinds.UniqueTogether: bind_unique_together,
    kinds.Monotonic: bind_monotonic,
    kinds.NonOverlap: bind_non_overlap,
}


def _inequality(site: Site, rule: kinds.Inequality, at: str) -> list[Demand]:
    low, high = site.spoken(rule.low, f"{at}.low"), site.spoken(rule.high, f"{at}.high")
    return [Ordered(low, high, rule.strict, at)]


def _implies(site: Site, rule: kinds.Implies, at: str) -> list[Demand]:
    when = site.spoken(rule.when, f"{at}.when")
    return list(demands(site.spoken(rule.then, f"{at}.then"), when, f"{at}.then"))


def _expression(site: Site, rule: kinds.ExpressionRule, at: str) -> list[Demand]:
    return list(demands(site.spoken(rule.expr, f"{at}.expr"), None, f"{at}.expr"))


_READERS: dict[type[Any], Callable[[Site, Any, str], list[Demand]]] = {
    kinds.Inequality: _inequality,
    kinds.Implies: _implies,
    kinds.ExpressionRule: _expression,
}


# ── what single fields are asked for ──────────────────────────────────────────────────────────


def _settle(site: Site, wanted: list[Demand]) -> None:
    orders = ordering.Ordering(site)
    for name, those in _by_field(site, [d for d in wanted if isinstance(d, Among)]).items():
        with site.refusing():
            pick(site, name, those)
    for demand in wanted:
        with site.refusing():
            if isinstance(demand, Same):
                _same(site, demand, orders)
    # Last: what the others have bound is then known to be given.
    for demand in wanted:
        with site.refusing():
            if isinstance(demand, Ordered):
                orders.add(demand, _bindable(site))
    ordering.build(orders)


def _by_field(site: Site, wanted: list[F]) -> dict[str, list[F]]:
    found: dict[str, list[F]] = {}
    for demand in wanted:
        with site.refusing():
            found.setdefault(_own_field(site, demand), []).append(demand)
    return found


def _own_field(site: Site, demand: Among | Empty) -> str:
    column = demand.column
    if column.qualifier not in (None, site.table.name):
        message = f"'{column}' belongs to another table, whose rows are made without this one"
        raise Refused(demand.at, "not_constructible", message, "bind a field of this table")
    site.require(column.name, demand.at)
    return column.name


def _same(site: Site, demand: Same, orders: ordering.Ordering) -> None:
    """Equal to a value that is written out: within a window of one; else a copy."""
    bindable = _bindable(site)
    sides = (demand.left, demand.right)
    literal = any(isinstance(side, Literal) for side in sides)
    if literal and any(site.own(side) in bindable for side in sides):
        for low, high in (sides, sides[::-1]):
            orders.add(Ordered(low, high, False, demand.at, demand.when), bindable)
        return
    assign(site, demand, _settable(site))


def _bindable(site: Site) -> frozenset[str]:
    """Drawn fields that may still be bounded."""
    return frozenset(
        name
        for name in site.axes
        if site.claims.get(name, "") == ""
        and not site.briefs[name].unique
        and getattr(site.briefs[name].generator, "quota", None) is None
    )


def _settable(site: Site) -> frozenset[str]:
    """Fields that follow from no others."""
    return frozenset(
        name
        for name, brief in site.briefs.items()
        if name not in site.fixed and getattr(brief.generator, "kind", None) != "expression"
    )
