"""From demands that order fields and values to windows, or to why there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..expressions.checking import typed
from ..expressions.kinds import Column
from ..expressions.syntax import Name, Syntax
from ..refusals import Refused
from ..tables.graph import cycle_of
from .axes import Axis, reaching
from .bounds import Bound, Side, bound
from .demands import Ordered
from .ends import beyond_it
from .following import closure, own_names
from .reach import single
from .room import Room
from .site import Site
from .terms import Term
from .windows import Edge, Windows, ascending, narrowed


@dataclass(frozen=True, slots=True)
class Binding:
    """A drawn field bounded by a term; `is_low`: from below."""

    demand: Ordered
    is_low: bool
    term: Term
    when: Term | None


@dataclass
class Ordering:
    """The demands of one table, sorted by what they bind."""

    site: Site
    edges: list[tuple[str, str, Ordered]] = field(default_factory=list)
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    given: list[tuple[Ordered, Term, Term]] = field(default_factory=list)
    """Neither side is drawn: to be proved."""

    def add(self, demand: Ordered, bindable: frozenset[str]) -> None:
        """Raises: Refused."""
        low, high = self._free_sides(demand, bindable)
        if low is not None and high is not None and demand.when is None:
            for name in (low, high):
                self._claim(name, demand.at)
            self.edges.append((low, high, demand))
        elif high is not None:
            self._bind(high, demand, is_low=True)
        elif low is not None:
            self._bind(low, demand, is_low=False)
        else:
            lower, upper = (self.site.seen(t, demand.at) for t in (demand.low, demand.high))
            self.given.append((demand, lower, upper))

    def _free_sides(
        self, demand: Ordered, bindable: frozenset[str]
    ) -> tuple[str | None, str | None]:
        """The fields that may be moved: drawn, and nothing in the demand follows from them.

        Raises: Refused: the condition is about the only one.
        """
        low, high = (self._drawn(tree, bindable) for tree in (demand.low, demand.high))
        if high is None and low in self._behind(demand.high):
            low = None
        if low is None and high in self._behind(demand.low):
            high = None
        if demand.when is None or (low is None and high is None):
            return low, high
        asked = self._behind(demand.when)
        if {low, high} - {None} <= asked:
            message = "the condition is about the field that it would move"
            hint = "say it of another field, or with a category and its weights"
            raise Refused(demand.at, "not_constructible", message, hint)
        return (None if low in asked else low), (None if high in asked else high)

    def _behind(self, tree: Syntax) -> set[str]:
        """What a side follows from."""
        return closure(own_names(tree, self.site.table), self.site.graph)

    def _drawn(self, tree: Syntax, bindable: frozenset[str]) -> str | None:
        name = self.site.own(tree)
        return name if name in bindable else None

    def _bind(self, name: str, demand: Ordered, *, is_low: bool) -> None:
        self._claim(name, demand.at)
        other = self.site.term(demand.low if is_low else demand.high, name, demand.at)
        when = self.site.condition(demand.when, name, demand.at)
        self.bindings.setdefault(name, []).append(Binding(demand, is_low, other, when))

    def _claim(self, name: str, at: str) -> None:
        self.site.ordered(name, at)
        self.site.claim(name, at, shared=True)

    @property
    def drawn(self) -> list[str]:
        """The bound fields, in the order of the table."""
        ends = {name for low, high, _ in self.edges for name in (low, high)}
        return [name for name in self.site.briefs if name in ends or name in self.bindings]


def build(ordering: Ordering) -> None:
    """Makers of all bound fields, and what is refused, into the site."""
    site = ordering.site
    if not _is_acyclic(ordering):
        return
    before = len(site.problems)
    axes = _opened(ordering)
    edges = list(_edges(ordering, axes))
    bounds = _bounds(ordering, axes)
    if len(site.problems) > before:
        return
    axes = narrowed(_cut(axes, bounds), edges)
    site.axes.update(axes)
    ceilings = Ceilings(ordering, edges, bounds)
    ceilings.place()
    floors = {name: [one for one in own if one.is_low] for name, own in bounds.items()}
    windows = Windows(axes, edges, floors, ceilings.caps)
    room = Room(site, windows, site.knowledge(), tuple(d for _, _, d in ordering.edges))
    room.check(bounds, ceilings.unplaced)
    for demand, low, high in ordering.given:
        room.prove(demand, low, high)
    for name in ordering.drawn:
        site.makers[name] = windows.maker(name)


@dataclass
class Ceilings:
    """Bounds from above, and the fields below that they cap: all but those that the bound itself
    follows from. `unplaced`: for these, the bound and the step up to a field that it caps."""

    ordering: Ordering
    edges: list[Edge]
    bounds: Mapping[str, list[Bound]]
    caps: dict[str, list[Bound]] = field(default_factory=dict)
    unplaced: list[tuple[Edge, Bound]] = field(default_factory=list)

    def place(self) -> None:
        graph = self._graph()
        below: dict[str, set[str]] = {}
        for edge in self.edges:
            below.setdefault(edge.high, set()).add(edge.low)
        for name, own in self.bounds.items():
            for one in own:
                if not one.is_low:
                    self._place(one, closure([name], below), closure(self._read(one), graph))

    def _graph(self) -> dict[str, set[str]]:
        graph = {name: set(names) for name, names in self.ordering.site.graph.items()}
        for edge in self.edges:
            graph[edge.high].add(edge.low)
        for name, own in self.bounds.items():
            for one in own:
                graph[name] |= self._read(one)
        return graph

    def _read(self, one: Bound) -> set[str]:
        table = self.ordering.site.table
        trees = [one.term.tree] + ([] if one.when is None else [one.when.tree])
        return {name for tree in trees for name in own_names(tree, table)}

    def _place(self, one: Bound, fields: set[str], behind: set[str]) -> None:
        site, owner = self.ordering.site, one.axis.name
        placed = {name for name in fields if name == owner or name not in behind}
        for name in sorted(placed):
            if name != owner:  # the lower field then follows from what the bound looks at
                site.term(one.term.tree, name, one.at)
                site.condition(None if one.when is None else one.when.tree, name, one.at)
            self.caps.setdefault(name, []).append(one)
        self.unplaced += [
            (edge, one) for edge in self.edges if edge.high in placed and edge.low not in placed
        ]


def _is_acyclic(ordering: Ordering) -> bool:
    graph: dict[str, list[str]] = {name: [] for name in ordering.drawn}
    for low, high, _ in ordering.edges:
        graph[high].append(low)
    cycle = cycle_of(graph)
    if not cycle:
        return True
    turned = list(reversed(cycle))
    first = turned.index(min(turned, key=list(ordering.site.briefs).index))
    ordered = [*turned[first:], *turned[:first]]
    at = next(d.at for low, high, d in reversed(ordering.edges) if {low, high} <= set(cycle))
    message = "these rules go round in a circle: " + " < ".join((*ordered, ordered[0]))
    ordering.site.refuse(at, "rules_contradict", message, "drop one of them")
    return False


def _edges(ordering: Ordering, axes: Mapping[str, Axis]) -> Iterator[Edge]:
    site = ordering.site
    for low, high, demand in ordering.edges:
        try:
            lower = site.term(demand.low, high, demand.at)
            # The lower field never asks for the higher one: its cap comes from the axis alone.
            node = typed(Name(Column(None, high)), site.known)
            upper = Term(demand.high, node, (), site.names)
            above = bound(axes[high], lower, Side(True, demand.strict, demand.at), axes[low])
            cap = bound(axes[low], upper, Side(False, demand.strict, demand.at), axes[high])
            yield Edge(low, high, above, cap)
        except Refused as refused:
            site.note(refused)


def _bounds(ordering: Ordering, axes: Mapping[str, Axis]) -> dict[str, list[Bound]]:
    found: dict[str, list[Bound]] = {}
    for name, bindings in ordering.bindings.items():
        for one in bindings:
            side = Side(one.is_low, one.demand.strict, one.demand.at, one.when)
            try:
                found.setdefault(name, []).append(bound(axes[name], one.term, side))
            except Refused as refused:
                ordering.site.note(refused)
    return found


def _cut(axes: Mapping[str, Axis], bounds: Mapping[str, list[Bound]]) -> dict[str, Axis]:
    """By bounds that are the same in every row, so that other fields leave room for them."""
    found = dict(axes)
    for name, own in bounds.items():
        for one in own:
            spot = one.constant
            if spot is not None:
                side = {"low": spot} if one.is_low else {"high": spot}
                found[name] = found[name].narrowed(**side)
    return found


# ── open ends ─────────────────────────────────────────────────────────────────────────────────


def _opened(ordering: Ordering) -> dict[str, Axis]:
    """Where the schema does not say where a field ends, it reaches beyond what bounds it."""
    axes = {name: ordering.site.axes[name] for name in ordering.drawn}
    order = list(ascending(list(axes), [(low, high) for low, high, _ in ordering.edges]))
    for name in order:
        lows = [axes[low].ends()[1] for low, high, _ in ordering.edges if high == name]
        _reopen(ordering, axes, name, [single(low) for low in lows], upwards=True)
    for name in reversed(order):
        highs = [axes[high].ends()[0] for low, high, _ in ordering.edges if low == name]
        _reopen(ordering, axes, name, [single(high) for high in highs], upwards=False)
    return axes


def _reopen(
    ordering: Ordering,
    axes: dict[str, Axis],
    name: str,
    others: list[Fraction | None],
    *,
    upwards: bool,
) -> None:
    axis = axes[name]
    if not (axis.open_high if upwards else axis.open_low):
        return
    knowledge = ordering.site.knowledge()
    for one in ordering.bindings.get(name, []):
        if one.is_low == upwards:
            reach = knowledge.reach(one.term.tree)
            others.append(reach.high if upwards else reach.low)
    end: Any = beyond_it(axis, [other for other in others if other is not None], upwards=upwards)
    if end is None:
        return
    try:
        axes[name] = reaching(axis, *((None, end) if upwards else (end, None)))
    except Refused as refused:
        at = next(iter(ordering.bindings.get(name, [])), None)
        path = at.demand.at if at else ordering.edges[0][2].at
        ordering.site.refuse(path, refused.code, refused.message, refused.hint)
