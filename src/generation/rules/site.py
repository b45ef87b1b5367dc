"""One table whose rules are built: its fields, and who has bound them already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from ...core.errors import Problem
from ...core.models import TableDefinition
from ..briefs import Brief
from ..draws.arrays import chosen
from ..draws.blocks import Maker
from ..expressions.checking import columns_in, unknown_column
from ..expressions.kinds import Column, Kind
from ..expressions.syntax import Name, Syntax
from ..makers.values import listed_values
from ..refusals import Refused
from ..structure import unknown_field
from ..tables.references import Dependencies, Named, Names
from .axes import Axis, axis
from .following import made_from, sets_values
from .layouts import Layout, Sections, layout
from .reach import Knowledge, Reach, declared, of_axis
from .terms import Term, condition, parsed, refused, term


@dataclass(frozen=True, slots=True)
class Override:
    """Other cells where the condition holds; everywhere where there is none."""

    when: Term | None
    cells: Maker

    def over(self, maker: Maker) -> Maker:
        if self.when is None:
            return self.cells
        when = self.when
        return lambda block: pc.if_else(
            pa.array(when.holds(block)), self.cells(block), maker(block)
        )


@dataclass
class Site:
    """`briefs` by field; `makers` what the rules make instead of the fields' own generators;
    `overrides` what they put over the cells of some rows.

    `fixed`: fields that no rule may bind, with the reason (a key, written by the model). `at` is
    what stands before `rules[0]` and `fields[0]` in paths. `axes` are the fields' own, those of
    bound ones as narrowed. `claims` says which rule has bound a field; `sections` are the fields
    whose values stand together, `complete` those that say themselves where they are empty.
    """

    table: TableDefinition
    briefs: Mapping[str, Brief]
    fixed: Mapping[str, str]
    at: str
    makers: dict[str, Maker] = field(default_factory=dict)
    overrides: dict[str, list[Override]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    claims: dict[str, str] = field(default_factory=dict)
    axes: dict[str, Axis] = field(default_factory=dict)
    named: dict[Column, Named] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    complete: set[str] = field(default_factory=set)

    @property
    def names(self) -> Names:
        return next(iter(self.briefs.values())).names

    @cached_property
    def known(self) -> Mapping[Column, Kind]:
        """What the table's rows may name."""
        return self.names.columns()

    @cached_property
    def graph(self) -> Mapping[str, set[str]]:
        """Which fields a field's own generator looks at."""
        return made_from(self.table)

    def measure(self) -> None:
        """The axes of all fields that have one; what cannot be made says so when it is built."""
        for name, brief in self.briefs.items():
            if name not in self.fixed:
                try:
                    found = axis(brief)
                except Refused:
                    continue
                if found is not None:
                    self.axes[name] = found

    def refuse(self, at: str, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(f"{self.at}{at}", code, message, hint))

    def note(self, refused: Refused) -> None:
        self.refuse(refused.at, refused.code, refused.message, refused.hint)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """What is refused inside becomes one of the site's problems."""
        try:
            yield
        except Refused as refused:
            self.note(refused)

    # ── names ─────────────────────────────────────────────────────────────────────────────────

    def own(self, tree: Syntax) -> str | None:
        """The table's own field that a name means."""
        if not isinstance(tree, Name) or tree.column.qualifier not in (None, self.table.name):
            return None
        return tree.column.name if tree.column.name in self.briefs else None

    def require(self, name: str, at: str) -> Brief:
        """Raises: Refused: there is no such field."""
        if name not in self.briefs:
            problem = unknown_field(at, name, list(self.briefs))
            raise Refused(at, problem.code, problem.message, problem.hint)
        return self.briefs[name]

    def spoken(self, text: str, at: str) -> Syntax:
        """What a rule's `low` or `high` means: a field, a parent's field, or an expression.

        Raises: Refused.
        """
        known = self.known
        qualifier, _, plain = text.rpartition(".")
        column = Column(qualifier or None, plain)
        if column in known:
            return Name(column)
        tree = parsed(text, at)
        for used in columns_in(tree):
            if used not in known:
                raise refused(unknown_column(used, known), at)
        return tree

    def term(self, tree: Syntax, reader: str, at: str) -> Term:
        return self._noted(term(tree, self.names.read_by(reader), at, self.known))

    def seen(self, tree: Syntax, at: str) -> Term:
        """A term that no field is made from: only looked at."""
        names = replace(self.names, dependencies=Dependencies())
        return self._noted(term(tree, names, at, self.known))

    def condition(self, tree: Syntax | None, reader: str, at: str) -> Term | None:
        if tree is None:
            return None
        return self._noted(condition(tree, self.names.read_by(reader), at, self.known))

    def _noted(self, found: Term) -> Term:
        self.named.update((column, found.names.resolve(column)) for column in found.columns)
        return found

    # ── who binds what ────────────────────────────────────────────────────────────────────────

    def claim(self, name: str, at: str, *, shared: bool = False) -> Brief:
        """A field for one rule; `shared` ones may be bounded by many.

        Raises: Refused: it is fixed, unique, or bound by another rule.
        """
        brief = self.require(name, at)
        if name in self.fixed:
            hint = "bind another field, or drop the rule"
            raise Refused(at, "field_fixed", f"{name!r} {self.fixed[name]}", hint)
        holder = self.claims.get(name)
        mine = "" if shared else at
        if holder is not None and not (shared and holder == ""):
            other = f"{self.at}{holder}" if holder else "an order of fields"
            message = f"{name!r} is bound by {other} already, and both cannot be built together"
            raise Refused(at, "rules_contradict", message, "keep one of the two rules")
        self.claims[name] = mine
        return brief

    def ordered(self, name: str, at: str) -> Axis:
        """A field's axis. Raises: Refused: it has none, or is unique."""
        brief = self.require(name, at)
        if name not in self.axes:
            message = f"the values of {name!r} are not drawn from an ordered range"
            hint = "use a number, date or datetime with a range or a distribution"
            raise Refused(at, "not_ordered", message, hint)
        if brief.unique or getattr(brief.generator, "quota", None) is not None:
            what = "unique" if brief.unique else "dealt in exact shares"
            message = f"{name!r} is {what}, which leaves a rule no freedom"
            raise Refused(at, "rules_contradict", message, "drop the one or the other")
        return self.axes[name]

    def sectioned(self, per: str | None, at: str) -> Layout:
        """Which rows share a value of `per`; where a list says so, its values stand together.

        Raises: Refused.
        """
        brief = self.briefs[self.table.fields[0].name]
        found = layout(brief, per, at)
        if isinstance(found, Sections) and per is not None and per not in self.sections:
            owner = self.claim(per, at)
            cells, _ = listed_values(owner)
            self.sections.add(per)
            self.axes.pop(per, None)
            self.makers[per] = lambda block: chosen(cells, found.partition.owner(block.rows))
        return found

    # ── what is known ─────────────────────────────────────────────────────────────────────────

    def knowledge(self) -> Knowledge:
        return Knowledge(self.table.name, self.briefs, self.known, self.axes, self._foreign)

    def _foreign(self, column: Column) -> Reach:
        """Of a parent's column: by what its own field says, unless rules there move its ends."""
        named = self.named.get(column)
        if named is None:
            return Reach()
        brief = replace(next(iter(self.briefs.values())), field=named.field, table=named.table)
        try:
            found = axis(brief)
        except Refused:
            return Reach()
        if found is None or any(named.field.name in key.fields for key in named.table.foreign_keys):
            return declared(brief)
        if sets_values(named.table, named.field.name):
            return declared(brief)
        reach = of_axis(found)
        if not named.table.rules:
            return reach
        return Reach(None if found.open_low else reach.low, None if found.open_high else reach.high)
