"""Tables in their order, with their rows and the links between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TypeVar

import numpy as np

from ...core.errors import Problem
from ...core.models import DataSchema, TableDefinition
from ..draws.cells import Rows, below
from ..draws.keys import Key, derive
from ..draws.permutations import Permutation
from ..refusals import Refused
from .bonds import (
    Bond,
    bonds_of,
    is_aggregated,
    leading,
    line_field,
    numbering,
    pair_of,
    steps,
)
from .counts import Counts, held
from .kin import Link
from .links import ByChance, Counted, Earlier, Orphans, Partner, Through
from .terms import MOST_HELD, Terms, census, require_room, terms_of

T = TypeVar("T")
TALLIED = 1 << 20
"""Children counted at a time."""
MOST_TALLIED = 200_000_000
"""Children that are counted when compiling: some seconds."""


@dataclass
class Bound:
    """`order`: parents before children. `rows` holds the tables whose number of rows is known.
    `links` are by table and by the number of the key; a key that cannot be made has none."""

    order: tuple[str, ...]
    rows: dict[str, int]
    bonds: dict[str, tuple[Bond, ...]]
    links: dict[str, dict[int, Link]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def bind(
    schema: DataSchema,
    rows: Callable[[TableDefinition], int | None],
    seed: int,
    paths: Mapping[str, str],
) -> Bound:
    """`rows`: of a table, None where nobody said; `paths` stand before each table's keys."""
    order = ordered(schema)
    found = Bound(order, {}, {name: bonds_of(schema, schema.table(name)) for name in order})
    for name in order:
        table = schema.table(name)
        _Binding(schema, table, found, seed, paths[name]).run(rows(table))
    return found


def ordered(schema: DataSchema) -> tuple[str, ...]:
    """Parents first, else as written; tables in a circle come last."""
    names = list(dict.fromkeys(table.name for table in schema.tables))
    parents = {name: parents_of(schema, name) for name in names}
    order: dict[str, None] = {}
    while names:
        free = (name for name in names if parents[name] <= order.keys())
        order.setdefault(next(free, names[0]))
        names = [name for name in names if name not in order]
    return tuple(order)


def parents_of(schema: DataSchema, name: str) -> set[str]:
    """The other tables that a table refers to."""
    known = {table.name for table in schema.tables}
    referred = {key.reference.table for key in schema.table(name).foreign_keys}
    return (referred & known) - {name}


def follows(table: TableDefinition, schema: DataSchema) -> bool:
    """Whether the number of rows is left to the counts per parent."""
    return table.rows is None and leading(bonds_of(schema, table)) is not None


@dataclass(frozen=True)
class _Binding:
    """One table's turn; its parents have had theirs."""

    schema: DataSchema
    table: TableDefinition
    found: Bound
    seed: int
    at: str

    @property
    def bonds(self) -> tuple[Bond, ...]:
        return self.found.bonds[self.table.name]

    def run(self, given: int | None) -> None:
        links = self.found.links[self.table.name] = {}
        lead = leading(self.bonds) if self.table.rows is None else None
        if lead is not None:
            given = self._tried(lead, partial(self._follow, lead, links))
        if given is None:
            return
        self.found.rows[self.table.name] = given
        for bond in self._in_turn():
            if bond.number not in links and bond.parent.name in self.found.rows:
                made = self._tried(bond, partial(self._link, bond, given, links))
                if made is not None:
                    links[bond.number] = made

    def _in_turn(self) -> Iterator[Bond]:
        """Those that lean on another come after it."""
        pair = pair_of(self.table, self.bonds)
        partner = None if pair is None else pair[1].number
        leaning = [b for b in self.bonds if b.after is not None or b.number == partner]
        yield from (bond for bond in self.bonds if bond not in leaning)
        yield from sorted(leaning, key=lambda bond: (bond.after is not None, bond.number))

    def _tried(self, bond: Bond, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except Refused as refused:
            path = f"{self.at}foreign_keys[{bond.number}]"
            if bond.counts is None:
                refused.at = ""
            self.found.problems.append(refused.problem(path))
            return None

    def _key(self, bond: Bond, purpose: str) -> Key:
        return derive(self.seed, self.table.name, "", "foreign_key", *bond.key.fields, purpose)

    # ── the rows follow from the counts ───────────────────────────────────────────────────────

    def _follow(self, lead: Bond, links: dict[int, Link]) -> int | None:
        """The number of rows; the children lie parent by parent, orphans after them."""
        parents = self.found.rows.get(lead.parent.name)
        if parents is None:
            return None
        terms = self._terms(lead)
        if lead.counts is None:
            terms = Terms(1, 1, is_range=True)  # one to one
        found = census(terms, parents)
        children = found.children()
        found.check(children)
        counts = found.counts(children, self._key(lead, "counts"), in_order=True)
        links[lead.number] = Counted(lead.name, counts, None)
        if lead.optional >= 1:
            message = "no row has a parent, so their number cannot follow from the parents"
            raise Refused("", "counts_open", message, "give the table's rows")
        return children + int(children * lead.optional / (1 - lead.optional) + 0.5)

    def _terms(self, bond: Bond) -> Terms:
        """Raises: Refused."""
        return terms_of(bond.counts, self._room(bond))

    def _room(self, bond: Bond) -> int | None:
        """How many children a parent can have at the most, for reasons other than its counts."""
        if bond.single:
            return 1
        pair = self._pair
        if pair is None or pair[0].number != bond.number:
            return None
        return self._partners(*pair)

    @cached_property
    def _pair(self) -> tuple[Bond, Bond] | None:
        return pair_of(self.table, self.bonds)

    def _partners(self, first: Bond, second: Bond) -> int:
        """How many a parent can be paired with: itself not among them.

        Raises: Refused: such pairs cannot be made.
        """
        if first.counts is not None and first.counts.skew is not None:
            hint = "drop the skew, or distinct"
            message = "under a skew the busiest parents would run out of partners"
            raise Refused("per_parent.skew", "distinct_skew", message, hint)
        if second.counts is not None:
            hint = "keep per_parent on one of the two keys"
            message = "distinct pairs can follow the counts of one key only"
            raise Refused("per_parent", "distinct_counts", message, hint)
        if first.optional or second.optional:
            message = "a pair with an empty side is not distinct from another"
            raise Refused("", "distinct_optional", message, "drop optional_fraction, or distinct")
        size = self.found.rows.get(second.parent.name, 0)
        return size - (first.parent.name == second.parent.name) if size else 0

    # ── the rows are given ────────────────────────────────────────────────────────────────────

    def _link(self, bond: Bond, rows: int, links: Mapping[int, Link]) -> Link | None:
        """Raises: Refused."""
        if bond.after is not None:
            return self._through(bond, links)
        if bond.is_own:
            return self._earlier(bond, rows)
        orphans = Orphans(self._key(bond, "orphans"), rows, int(bond.optional * rows + 0.5))
        parents = self.found.rows[bond.parent.name]
        if rows > orphans.count and not parents:
            message = f"{bond.parent.name!r} has no rows, so no row can have a parent there"
            raise Refused("", "no_parents", message, "give it rows, or optional_fraction 1")
        if self._pair is not None and self._pair[1].number == bond.number:
            return self._partner(*self._pair, links)
        if self._is_counted(bond):
            return self._counted(bond, rows, rows - orphans.count)
        return ByChance(bond.name, self._key(bond, "parent"), parents, orphans)

    def _is_counted(self, bond: Bond) -> bool:
        """Whether parents must know their children: asked for, or limited in number."""
        numbered = numbering(self.table, self.bonds) if line_field(self.table) else None
        return (
            bond.counts is not None
            or bond.single
            or (self._pair is not None and self._pair[0].number == bond.number)
            or (numbered is not None and numbered.number == bond.number)
            or is_aggregated(bond)
        )

    def _counted(self, bond: Bond, rows: int, children: int) -> Counted:
        parents, terms = self.found.rows[bond.parent.name], self._terms(bond)
        if terms == Terms(0, None):
            require_room(parents, MOST_HELD)
            self._require_few(children)
            counts: Counts = held(_tallied(self._key(bond, "counts"), children, parents), fewest=0)
        else:
            found = census(terms, parents)
            if terms.mean is not None and bond.counts is not None:
                self._agree(found.children(), children, bond)
            found.check(children)
            counts = found.counts(children, self._key(bond, "counts"), in_order=False)
        return Counted(bond.name, counts, Permutation(self._key(bond, "order"), rows))

    @staticmethod
    def _require_few(children: int) -> None:
        if children > MOST_TALLIED:
            message = f"{children:,} rows are too many to count the children of each parent by"
            hint = "say per_parent (a minimum, say), or drop the aggregate or line number"
            raise Refused("", "too_many_rows", message, hint)

    @staticmethod
    def _agree(meant: int, children: int, bond: Bond) -> None:
        if abs(meant - children) > max(1, 0.005 * children):
            mean = bond.counts.mean if bond.counts is not None else None
            message = f"a mean of {mean:g} makes {meant:,} rows with a parent, not {children:,}"
            hint = "drop the mean, or make the table's rows fit it"
            raise Refused("per_parent.mean", "counts_do_not_fit", message, hint)

    def _partner(self, first: Bond, second: Bond, links: Mapping[int, Link]) -> Link | None:
        lead = links.get(first.number)
        if not isinstance(lead, Counted):
            return None
        size = self.found.rows[second.parent.name]
        same = first.parent.name == second.parent.name
        return Partner(second.name, lead, self._key(second, "partner"), size, same)

    def _earlier(self, bond: Bond, rows: int) -> Link:
        if bond.counts is not None or bond.single:
            message = "how many rows refer to one of their own table cannot be said yet"
            hint = "leave per_parent and unique out: each earlier row is as likely"
            raise Refused("per_parent", "not_built", message, hint)
        if not bond.optional:
            message = "the first row has no row before it to refer to"
            hint = "make the field nullable and give optional_fraction"
            raise Refused("", "self_reference_required", message, hint)
        others = max(int(bond.optional * rows + 0.5) - 1, 0)
        orphans = Orphans(self._key(bond, "orphans"), max(rows - 1, 0), others)
        return Earlier(bond.name, self._key(bond, "parent"), orphans)

    def _through(self, bond: Bond, links: Mapping[int, Link]) -> Link | None:
        longer = next((one for one in self.bonds if one.number == bond.after), None)
        onward = None
        if longer is not None:
            onward = next(steps(bond.key, longer.key, longer.parent), None)
        if longer is None or onward is None:  # the parent's own key is wrong, which is told there
            return None
        near, far = links.get(longer.number), self.found.links[longer.parent.name].get(onward)
        return None if near is None or far is None else Through(bond.name, near, far)


def _tallied(key: Key, children: int, parents: int) -> Rows:
    """Counts as if each child chose its parent by chance."""
    counts = np.zeros(parents, np.int64)
    for first in range(0, children, TALLIED):
        number = np.arange(first, min(first + TALLIED, children), dtype=np.int64)
        counts += np.bincount(below(key, number, parents), minlength=parents)
    return counts
