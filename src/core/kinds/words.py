"""What every word of a schema is made of."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
Number = StrictInt | StrictFloat
Moment = StrictStr
"""A date, a time or a date-time in ISO 8601, as text."""
Bound = Number | Moment
Positive = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Decimals = Annotated[int, Field(ge=0, le=9)]
Length = Annotated[int, Field(ge=0, le=1_000_000_000)]
"""Characters or words of a text, members of a list."""


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
