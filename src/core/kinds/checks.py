"""Every check that an expectation can name, with its parameters.

A tolerance that is left out is what chance allows for the number of rows (`utils.chance`); a
tolerance of 0 means exactly: a share is then right to the row.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_serializer, model_validator

from .generators import Generator
from .words import Bound, Fraction, Length, Number, Scalar, Word

Tolerance = Annotated[float, Field(ge=0)] | None
Count = Annotated[int, Field(ge=0)]
Weights = Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=1)]


class CheckBase(Word):
    check: str
    table: str | None = Field(None, description="needed only where there are several tables")
    because: str | None = Field(None, description="the words of the request it comes from")

    @model_serializer(mode="wrap")
    def _with_check(self, handler: Any) -> dict[str, Any]:
        return {"check": self.check, **handler(self)}


class _OfField(CheckBase):
    field: str = Field(description="`field`, or `table.field`")


# ── tables and cells ──────────────────────────────────────────────────────────────────────────


class RowCount(CheckBase):
    check: Literal["row_count"] = "row_count"
    equals: Count


class UniqueCheck(CheckBase):
    check: Literal["unique"] = "unique"
    fields: Annotated[tuple[str, ...], Field(min_length=1)]


class NotNull(_OfField):
    check: Literal["not_null"] = "not_null"


class NullShare(_OfField):
    """The share of empty cells."""

    check: Literal["null_share"] = "null_share"
    equals: Fraction
    tolerance: Tolerance = None


class Range(_OfField):
    check: Literal["range"] = "range"
    minimum: Bound | None = None
    maximum: Bound | None = None


class OneOf(_OfField):
    check: Literal["one_of"] = "one_of"
    values: Annotated[tuple[Scalar, ...], Field(min_length=1)]


class Matches(_OfField):
    """Every value matches an RE2 expression in full."""

    check: Literal["matches"] = "matches"
    pattern: str


class HasFormat(_OfField):
    check: Literal["format"] = "format"
    format: str


# ── shares and distributions ──────────────────────────────────────────────────────────────────


class Share(_OfField):
    """The share of rows whose value is `value`: `equals`, or between `minimum` and `maximum`."""

    check: Literal["share"] = "share"
    value: Scalar
    equals: Fraction | None = None
    tolerance: Tolerance = None
    minimum: Fraction | None = None
    maximum: Fraction | None = None

    @model_validator(mode="after")
    def _says_how_many(self) -> Share:
        if self.equals is None and self.minimum is None and self.maximum is None:
            raise ValueError("a share equals a number, or has a minimum or a maximum")
        return self


class Shares(_OfField):
    """All values together come in the shares of `weights`; `tolerance` is of the total variation
    distance, half the sum of what the shares are apart."""

    check: Literal["shares"] = "shares"
    values: Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=10_000)]
    weights: Weights
    tolerance: Tolerance = None


class Mean(_OfField):
    check: Literal["mean"] = "mean"
    equals: float
    tolerance: Tolerance = None


class Median(_OfField):
    check: Literal["median"] = "median"
    equals: float
    tolerance: Tolerance = None


class Quantile(_OfField):
    """A share `q` of the values lies at or below `equals`."""

    check: Literal["quantile"] = "quantile"
    q: Annotated[float, Field(gt=0, lt=1)]
    equals: float
    tolerance: Tolerance = None


class Distribution(_OfField):
    """Numbers are spread as `generator` says, or else as the field's own generator does;
    `tolerance` is of the Kolmogorov-Smirnov distance."""

    check: Literal["distribution"] = "distribution"
    generator: Generator | None = None
    tolerance: Tolerance = None


class SumCheck(_OfField):
    """The sum of a column: a number, or `sum(table.field)` of another column."""

    check: Literal["sum"] = "sum"
    equals: Number | str


class CorrelationCheck(CheckBase):
    """Pearson's correlation."""

    check: Literal["correlation"] = "correlation"
    fields: tuple[str, str]
    equals: Annotated[float, Field(ge=-1, le=1)]
    tolerance: Tolerance = None


# ── rows ──────────────────────────────────────────────────────────────────────────────────────


class Holds(CheckBase):
    """A condition that is true on every row."""

    check: Literal["expression"] = "expression"
    expr: str


class ImpliesCheck(CheckBase):
    """Where `when` is true, `then` is true."""

    check: Literal["implies"] = "implies"
    when: str
    then: str


class Combinations(CheckBase):
    """The values of the fields come only in these combinations."""

    check: Literal["combinations"] = "combinations"
    fields: Annotated[tuple[str, ...], Field(min_length=2)]
    combinations: Annotated[
        tuple[tuple[Scalar | None, ...], ...], Field(min_length=1, max_length=10_000)
    ]


class Agree(CheckBase):
    """A person's e-mail address or user name is made from the name; a postcode is one of the
    city's own, where cities of the schema's locale are known."""

    check: Literal["agree"] = "agree"
    fields: tuple[str, str]


# ── tables and their children ─────────────────────────────────────────────────────────────────


class References(_OfField):
    check: Literal["references"] = "references"
    target: str = Field(description="`table.field`")


class Acyclic(_OfField):
    """Who follows the references from row to row never comes back."""

    check: Literal["acyclic"] = "acyclic"


class PerParent(_OfField):
    """How many rows each parent has, `field` being the foreign key; without a key, how often each
    value comes. `values` with `weights`: which numbers, in which shares of the parents."""

    check: Literal["per_parent"] = "per_parent"
    minimum: Count | None = None
    maximum: Count | None = None
    values: tuple[Count, ...] | None = None
    weights: Weights | None = None
    tolerance: Tolerance = Field(None, description="of the distance between the two shapes")

    @model_validator(mode="after")
    def _says_how_many(self) -> PerParent:
        if self.minimum is None and self.maximum is None and self.values is None:
            raise ValueError("per_parent needs a minimum, a maximum, or values with weights")
        return self


class WithoutChildren(_OfField):
    """How many parents have no row, `field` being the foreign key: a number, or a share."""

    check: Literal["without_children"] = "without_children"
    equals: Count | None = None
    share: Fraction | None = None
    tolerance: Tolerance = Field(None, description="of the share; without it, right to the row")

    @model_validator(mode="after")
    def _says_how_many(self) -> WithoutChildren:
        if (self.equals is None) == (self.share is None):
            raise ValueError("say either equals, a number of parents, or share")
        return self


class TopShare(_OfField):
    """The busiest `top` of the parents (without a foreign key: of the values) have a share of the
    rows."""

    check: Literal["top_share"] = "top_share"
    top: Annotated[float, Field(gt=0, le=1)]
    equals: Fraction
    tolerance: Annotated[float, Field(ge=0)] = 0.03


class AggregateCheck(_OfField):
    """On every row, the field is sum, count, min, max or avg over the row's children."""

    check: Literal["aggregate"] = "aggregate"
    expr: str = Field(description="`sum(lines.amount)`")


# ── text ──────────────────────────────────────────────────────────────────────────────────────


class LengthCheck(_OfField):
    """How long each text is."""

    check: Literal["length"] = "length"
    minimum: Length | None = None
    maximum: Length | None = None
    unit: Literal["characters", "words"] = "characters"


class LanguageCheck(_OfField):
    """At least `share` of the texts are in a language (`de`); short ones say too little to tell."""

    check: Literal["language"] = "language"
    language: Annotated[str, Field(min_length=2, max_length=10)]
    share: Fraction = 0.9


class NearDuplicates(_OfField):
    """At most a share `maximum` of the texts has `similarity` of its word pairs in common with an
    earlier one."""

    check: Literal["near_duplicates"] = "near_duplicates"
    similarity: Annotated[float, Field(gt=0, le=1)] = 0.85
    maximum: Fraction = 0.0


class Distinct(_OfField):
    """How many different values there are."""

    check: Literal["distinct"] = "distinct"
    minimum: Count | None = None
    maximum: Count | None = None


class Diversity(_OfField):
    """Distinct-2: of all pairs of neighbouring words, at least a share `minimum` are different."""

    check: Literal["diversity"] = "diversity"
    minimum: Fraction


Expectation = Annotated[
    RowCount | UniqueCheck | NotNull | NullShare | Range | OneOf | Matches | HasFormat | Share
    | Shares | Mean | Median | Quantile | Distribution | SumCheck | CorrelationCheck | Holds
    | ImpliesCheck | Combinations | Agree | References | Acyclic | PerParent | WithoutChildren
    | TopShare | AggregateCheck | LengthCheck | LanguageCheck | NearDuplicates | Distinct
    | Diversity,
    Field(discriminator="check"),
]  # fmt: skip
