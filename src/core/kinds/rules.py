"""Every rule across the columns of a table, with its parameters."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_serializer

from .words import Number, Scalar, Word


class RuleBase(Word):
    rule: str

    @model_serializer(mode="wrap")
    def _with_rule(self, handler: Any) -> dict[str, Any]:
        return {"rule": self.rule, **handler(self)}


class Inequality(RuleBase):
    """`low` ≤ `high` (or <, when `strict`) wherever both have a value."""

    rule: Literal["inequality"] = "inequality"
    low: str
    high: str
    strict: bool = False


class Implies(RuleBase):
    """Where `when` is true, `then` is true."""

    rule: Literal["implies"] = "implies"
    when: str
    then: str


class SumTo(RuleBase):
    rule: Literal["sum_to"] = "sum_to"
    fields: Annotated[tuple[str, ...], Field(min_length=2)]
    total: Number | str


class FixedCombinations(RuleBase):
    rule: Literal["fixed_combinations"] = "fixed_combinations"
    fields: Annotated[tuple[str, ...], Field(min_length=2)]
    combinations: Annotated[tuple[tuple[Scalar | None, ...], ...], Field(min_length=1)]
    weights: tuple[Annotated[float, Field(ge=0)], ...] | None = None


class Correlation(RuleBase):
    rule: Literal["correlation"] = "correlation"
    fields: tuple[str, str]
    r: Annotated[float, Field(ge=-1, le=1)]


class UniqueTogether(RuleBase):
    rule: Literal["unique_together"] = "unique_together"
    fields: Annotated[tuple[str, ...], Field(min_length=2)]


class Monotonic(RuleBase):
    """`field` never falls (or rises, when `descending`) from row to row, within each `per`."""

    rule: Literal["monotonic"] = "monotonic"
    field: str
    per: str | None = None
    strict: bool = False
    descending: bool = False


class NonOverlap(RuleBase):
    """The intervals [`start`, `end`) of one `per` do not overlap."""

    rule: Literal["non_overlap"] = "non_overlap"
    start: str
    end: str
    per: str | None = None


class ExpressionRule(RuleBase):
    """A condition that is true on every row."""

    rule: Literal["expression"] = "expression"
    expr: str


Rule = Annotated[
    Inequality | Implies | SumTo | FixedCombinations | Correlation | UniqueTogether | Monotonic
    | NonOverlap | ExpressionRule,
    Field(discriminator="rule"),
]  # fmt: skip
