"""What a phrase of the request says about one field."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

Value = bool | int | float | str
OpenSpan = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class Said:
    """`words` is the phrase as written, `name` the words left for the field's name.

    `low`/`high` are numbers as written (years too, where the field turns out to be a date); with
    `above`/`below` they are themselves excluded. `period` is a span of days, `clock` one of hours.
    `among`: how many different ones there are. `step`: what all values are multiples of.
    `shares` are (value, fraction); `weights` go with `values` in order;
    `portion` is a lone share: "newsletter 40 %", "VAT 19%". `lengths` are in words; `characters`,
    like them, are least and most. `quantiles` are (q, value), `codes` what stands before a number,
    its digits, the first and the last one. `ties` hold what is said of other fields too, `rest`
    what was not understood.
    """

    words: str
    name: str = ""
    low: int | float | None = None
    high: int | float | None = None
    above: bool = False
    below: bool = False
    among: int | None = None
    decimals: int | None = None
    step: int | float | None = None
    period: OpenSpan | None = None
    clock: tuple[str, str] | None = None
    values: tuple[Value, ...] = ()
    examples: bool = False
    shares: tuple[tuple[Value, float], ...] = ()
    weights: tuple[float, ...] = ()
    exact: bool = False
    portion: float | None = None
    mostly: str = ""
    true_false: bool = False
    type: str | None = None
    unique: bool = False
    optional: bool = False
    required: bool = False
    null_share: float | None = None
    pattern: str | None = None
    template: tuple[str, int] | None = None
    codes: tuple[str, int, int, int] | None = None
    serial: bool = False
    start: int | None = None
    lengths: tuple[int, int] | None = None
    characters: tuple[int | None, int | None] | None = None
    mean: float | None = None
    median: float | None = None
    stddev: float | None = None
    quantiles: tuple[tuple[float, float], ...] = ()
    shape: str | None = None
    unit: str = ""
    ties: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()

    def but(self, **changes: Any) -> Said:
        return replace(self, **changes)

    def over(self, earlier: Said) -> Said:
        """What was said earlier, and this on top of it; the name stays the earlier one."""
        blank = Said("")
        newer = {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if getattr(self, one.name) != getattr(blank, one.name)
        }
        words = f"{earlier.words}; {self.words}"
        return replace(earlier, **{**newer, "words": words, "name": earlier.name})

    @property
    def is_ranged(self) -> bool:
        return self.low is not None or self.high is not None
