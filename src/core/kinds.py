"""The vocabulary of the schema language: every generator kind, rule and check with its parameters.

Only shape stands here. What fits together (weights with values, a minimum below its maximum) is
decided by `generation.checks`, which answers with all problems at once.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_serializer,
)

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
Number = StrictInt | StrictFloat
Moment = StrictStr
"""A date, a time or a date-time in ISO 8601, as text."""
Bound = Number | Moment
Positive = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Decimals = Annotated[int, Field(ge=0, le=9)]


class Word(BaseModel):
    """Base of everything written in a schema: frozen, strict about names, defaults not dumped."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        allow_inf_nan=False,
    )

    def document(self) -> dict[str, Any]:
        """Plain JSON values, aliases as written in schemas, defaults left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class Kind(Word):
    """Base of the generators; `kind` is always written out, though it equals its default."""

    kind: str

    @model_serializer(mode="wrap")
    def _with_kind(self, handler: Any) -> dict[str, Any]:
        return {"kind": self.kind, **handler(self)}


class _Rounded(Kind):
    decimal_places: Decimals | None = Field(
        None, description="Exact decimals, rounded half up; without it a number is a float"
    )


class _Drawn(_Rounded):
    truncate: tuple[Number | None, Number | None] | None = Field(
        None, description="[low, high]: what falls outside is drawn again, never moved to the edge"
    )


class Category(Kind):
    """One of `values`, by `weights`."""

    kind: Literal["category"] = "category"
    values: Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=10_000)]
    weights: tuple[Annotated[float, Field(ge=0)], ...] | None = None
    quota: Literal["exact"] | None = Field(
        None, description="exact: the shares hold to the row, not on average"
    )


class Subcategory(Kind):
    """One of the values that belong to another field's value."""

    kind: Literal["subcategory"] = "subcategory"
    of: str
    values: dict[str, Annotated[tuple[Scalar, ...], Field(min_length=1)]]
    weights: dict[str, tuple[Annotated[float, Field(ge=0)], ...]] | None = None
    quota: Literal["exact"] | None = None


class Uniform(_Rounded):
    """Evenly between `minimum` and `maximum` (both included); without them the constraints'."""

    kind: Literal["uniform"] = "uniform"
    minimum: Bound | None = None
    maximum: Bound | None = None


class Normal(_Drawn):
    kind: Literal["normal"] = "normal"
    mean: float = 0.0
    stddev: Positive = 1.0


class Lognormal(_Drawn):
    """exp(normal(`mean`, `sigma`)): `mean` is of the logarithm; or give the `median` itself."""

    kind: Literal["lognormal"] = "lognormal"
    mean: float | None = None
    median: Positive | None = None
    sigma: Positive = 1.0


class Exponential(_Drawn):
    kind: Literal["exponential"] = "exponential"
    mean: Positive = 1.0


class Gamma(_Drawn):
    kind: Literal["gamma"] = "gamma"
    shape: Positive
    scale: Positive = 1.0


class Beta(_Drawn):
    """Beta(`alpha`, `beta`) stretched over [`minimum`, `maximum`]."""

    kind: Literal["beta"] = "beta"
    alpha: Positive
    beta: Positive
    minimum: Number = 0
    maximum: Number = 1


class Pareto(_Drawn):
    kind: Literal["pareto"] = "pareto"
    shape: Positive
    minimum: Positive = 1.0


class Zipf(Kind):
    """Ranks 1…`n`, rank k with weight k^-`exponent`."""

    kind: Literal["zipf"] = "zipf"
    exponent: Positive = 1.0
    n: Annotated[int, Field(ge=1, le=10_000_000)]


class Poisson(_Drawn):
    kind: Literal["poisson"] = "poisson"
    mean: Annotated[float, Field(gt=0, le=1e6)]


class Binomial(_Drawn):
    kind: Literal["binomial"] = "binomial"
    n: Annotated[int, Field(ge=1, le=1_000_000)]
    p: Fraction


class Bernoulli(Kind):
    """True with probability `p`."""

    kind: Literal["bernoulli"] = "bernoulli"
    p: Fraction = 0.5


class BusinessHours(Word):
    start: Moment = "09:00"
    end: Moment = "17:00"
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    )


class Datetime(Kind):
    """A date, time or date-time between `minimum` and `maximum`."""

    kind: Literal["datetime"] = "datetime"
    minimum: Moment | None = None
    maximum: Moment | None = None
    time_zone: str | None = Field(None, description="IANA name; values then carry their zone")
    business_hours: BusinessHours | None = None


class Timedelta(Kind):
    """A duration; with `after`, that date field's value plus the duration."""

    kind: Literal["timedelta"] = "timedelta"
    minimum: Number = 0
    maximum: Number
    unit: Literal["seconds", "minutes", "hours", "days", "weeks"] = "days"
    after: str | None = None


class Sequence(Kind):
    """`start`, `start` + `step`, …; a `template` such as `INV-{n:06d}` makes text of it."""

    kind: Literal["sequence"] = "sequence"
    start: int = 1
    step: int = 1
    template: str | None = None


class Uuid(Kind):
    kind: Literal["uuid"] = "uuid"


class Pattern(Kind):
    """Text that matches an RE2 expression in full."""

    kind: Literal["pattern"] = "pattern"
    pattern: str


PersonPart = Literal[
    "name", "given_name", "family_name", "sex", "email", "user_name",
    "phone", "street", "city", "postcode", "region", "country", "address", "company", "job_title",
]  # fmt: skip


class Person(Kind):
    """A part of the row's person; all parts with the same `who` belong to one person."""

    kind: Literal["person"] = "person"
    part: PersonPart = "name"
    locale: str | None = None
    who: str = Field("", description="a name for the person, where a row has several")
    sex: Literal["female", "male"] | None = None


class Expression(_Rounded):
    """Scalar SQL over the row's other fields."""

    kind: Literal["expression"] = "expression"
    expr: str


class Lookup(Kind):
    """`values[field's value]`, else `default`."""

    kind: Literal["lookup"] = "lookup"
    of: str
    values: dict[str, Scalar]
    default: Scalar | None = None


class TimeSeries(_Rounded):
    """A series over `time`, one per value of `per`."""

    kind: Literal["time_series"] = "time_series"
    time: str | None = None
    per: str | None = None
    start: float = 0.0
    trend: float = Field(0.0, description="change over the whole series")
    cycle: float = Field(0.0, description="height of the wave")
    period: Positive = Field(24.0, description="rows per wave")
    noise: Annotated[float, Field(ge=0)] = 0.0
    wander: Annotated[float, Field(ge=0)] = 0.0
    monotone: bool = False


class Text(Kind):
    """Filler words in the schema's language: between `words[0]` and `words[1]` of them."""

    kind: Literal["text"] = "text"
    words: tuple[Annotated[int, Field(ge=1, le=1000)], Annotated[int, Field(ge=1, le=1000)]] = (
        4,
        12,
    )


class Aggregate(_Rounded):
    """sum, count, min, max or avg over the child rows: `sum(lines.amount)`."""

    kind: Literal["aggregate"] = "aggregate"
    expr: str


class LineNumber(Kind):
    """1, 2, 3 … within the parent's rows."""

    kind: Literal["line_number"] = "line_number"


class LlmText(Kind):
    """Text that the model writes, row by row, knowing the rest of the row."""

    kind: Literal["llm_text"] = "llm_text"
    prompt: str = ""
    words: tuple[int, int] | None = None
    similarity: Fraction = Field(
        0.85, description="texts that share more of their word pairs are written again; 1 for any"
    )
    on_reject: Literal["again", "null"] | None = Field(
        "again", description="null: an optional cell stays empty where the text does not fit"
    )


class LlmPool(Kind):
    """`size` distinct values that the model writes once and every row draws from."""

    kind: Literal["llm_pool"] = "llm_pool"
    prompt: str = ""
    size: Annotated[int, Field(ge=1, le=2000)] = 50


class Constant(Kind):
    kind: Literal["constant"] = "constant"
    value: Scalar | None


Generator = Annotated[
    Category | Subcategory | Uniform | Normal | Lognormal | Exponential | Gamma | Beta | Pareto
    | Zipf | Poisson | Binomial | Bernoulli | Datetime | Timedelta | Sequence | Uuid | Pattern
    | Person | Expression | Lookup | TimeSeries | Text | Aggregate
    | LineNumber | LlmText | LlmPool | Constant,
    Field(discriminator="kind"),
]  # fmt: skip


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


class CheckBase(Word):
    check: str
    table: str | None = Field(None, description="needed only where there are several tables")
    because: str | None = Field(None, description="the words of the request it comes from")

    @model_serializer(mode="wrap")
    def _with_check(self, handler: Any) -> dict[str, Any]:
        return {"check": self.check, **handler(self)}


class _OfField(CheckBase):
    field: str = Field(description="`field`, or `table.field`")


class RowCount(CheckBase):
    check: Literal["row_count"] = "row_count"
    equals: Annotated[int, Field(ge=0)]


class UniqueCheck(CheckBase):
    check: Literal["unique"] = "unique"
    fields: Annotated[tuple[str, ...], Field(min_length=1)]


class NotNull(_OfField):
    check: Literal["not_null"] = "not_null"


class NullShare(_OfField):
    """The share of empty cells; `tolerance` defaults to four standard errors."""

    check: Literal["null_share"] = "null_share"
    equals: Fraction
    tolerance: Annotated[float, Field(ge=0)] | None = None


class Range(_OfField):
    check: Literal["range"] = "range"
    minimum: Bound | None = None
    maximum: Bound | None = None


class OneOf(_OfField):
    check: Literal["one_of"] = "one_of"
    values: Annotated[tuple[Scalar, ...], Field(min_length=1)]


class Share(_OfField):
    """The share of rows whose value is `value`; `tolerance` defaults to four standard errors."""

    check: Literal["share"] = "share"
    value: Scalar
    equals: Fraction
    tolerance: Annotated[float, Field(ge=0)] | None = None


class Mean(_OfField):
    check: Literal["mean"] = "mean"
    equals: float
    tolerance: Annotated[float, Field(ge=0)]


class Median(_OfField):
    check: Literal["median"] = "median"
    equals: float
    tolerance: Annotated[float, Field(ge=0)]


class Matches(_OfField):
    """Every value matches an RE2 expression in full."""

    check: Literal["matches"] = "matches"
    pattern: str


class HasFormat(_OfField):
    check: Literal["format"] = "format"
    format: str


class SumCheck(_OfField):
    check: Literal["sum"] = "sum"
    equals: Number | str


class Holds(CheckBase):
    """A condition that is true on every row."""

    check: Literal["expression"] = "expression"
    expr: str


class References(_OfField):
    check: Literal["references"] = "references"
    target: str = Field(description="`table.field`")


class CorrelationCheck(CheckBase):
    check: Literal["correlation"] = "correlation"
    fields: tuple[str, str]
    equals: Annotated[float, Field(ge=-1, le=1)]
    tolerance: Annotated[float, Field(ge=0)] = 0.02


Expectation = Annotated[
    RowCount | UniqueCheck | NotNull | NullShare | Range | OneOf | Share | Mean | Median | Matches
    | HasFormat | SumCheck | Holds | References | CorrelationCheck,
    Field(discriminator="check"),
]  # fmt: skip
