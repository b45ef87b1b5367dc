"""Every check that an expectation can name, with its parameters."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_serializer

from .words import Bound, Fraction, Number, Scalar, Word


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
