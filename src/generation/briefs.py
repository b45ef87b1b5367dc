"""What the builder of a column knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ..core.models import Constraints, FieldDefinition, TableDefinition
from .draws import keys
from .pools import LocalePool, Pools, UnknownLocale
from .refusals import Refused

if TYPE_CHECKING:
    from .tables.references import Names


@dataclass(frozen=True, slots=True)
class Brief:
    """One column to build. `locale` is the schema's; `rows` the table's; `names` what its rows may
    name, read by this field."""

    field: FieldDefinition
    table: TableDefinition
    rows: int
    seed: int
    locale: str
    as_of: date
    pools: Pools
    names: Names

    def key(self, purpose: str) -> keys.Key:
        return keys.derive(self.seed, self.table.name, self.field.name, purpose)

    def shared_key(self, *names: str) -> keys.Key:
        """A key that several columns of the table have in common."""
        return keys.derive(self.seed, self.table.name, "", *names)

    @property
    def constraints(self) -> Constraints:
        return self.field.constraints

    @property
    def unique(self) -> bool:
        return is_unique(self.field, self.table)

    @property
    def generator(self) -> Any:
        """Typed Any because each builder is chosen by its generator's kind."""
        return self.field.generator

    @property
    def at(self) -> str:
        """Where a limit on the values comes from, for messages."""
        return "generator" if self.field.generator is not None else "constraints"

    def pool(self, locale: str | None = None) -> LocalePool:
        wanted = locale or self.locale
        try:
            return self.pools.pick(wanted)
        except UnknownLocale as exc:
            at = "generator.locale" if locale else ""
            hint = "known: " + ", ".join(exc.known)
            raise Refused(at, "unknown_locale", f"there is no locale {wanted!r}", hint) from None

    def require_room(self, values: int, *, at: str = "constraints.unique") -> None:
        """Refuses where fewer values exist than unique cells are wanted."""
        if self.unique and values < self.rows:
            message = f"{self.rows:,} unique values wanted, and only {values:,} exist"
            hint = "make fewer rows, widen what is possible, or drop unique"
            raise Refused(at, "too_few_values", message, hint)


def is_unique(field: FieldDefinition, table: TableDefinition) -> bool:
    """Asked for by the field itself, or by being the whole primary key."""
    return field.constraints.unique or table.primary_key == (field.name,)
