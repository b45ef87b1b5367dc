"""Every generator kind with its parameters."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_serializer

from .words import Bound, Decimals, Fraction, Moment, Number, Positive, Scalar, Word


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
