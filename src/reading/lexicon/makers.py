"""What a lexicon entry says about a field: its type, its format, who makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Template:
    """A field without its name.

    `days` is a span relative to the day that counts as today, both ends included, for dates and
    date-times. `unique` holds where the table's rows are the things that the field names.
    `guessed` marks values that somebody should confirm.
    """

    type: str
    generator: Mapping[str, Any] | None = None
    format: str | None = None
    days: tuple[int, int] | None = None
    unique: bool = False
    guessed: bool = False

    @property
    def values(self) -> tuple[Any, ...]:
        """The categories, where it has them."""
        return tuple((self.generator or {}).get("values", ()))

    @property
    def kind(self) -> str:
        return str((self.generator or {}).get("kind", ""))


Room = Mapping[str, Template]
"""Names, with their synonyms between bars (`email|mail`), and what each means."""


def person(part: str, format: str | None = None, *, unique: bool = False) -> Template:  # noqa: A002 - the schema's own word
    return Template("string", {"kind": "person", "part": part}, format, unique=unique)


def formatted(format: str, *, unique: bool = False) -> Template:  # noqa: A002 - the schema's own word
    return Template("string", format=format, unique=unique)


def whole(low: int, high: int) -> Template:
    return Template("integer", {"kind": "uniform", "minimum": low, "maximum": high})


def about(mean: float, stddev: float, low: int, high: int) -> Template:
    """Whole numbers around a mean."""
    drawn = {"kind": "normal", "mean": mean, "stddev": stddev, "truncate": [low, high]}
    return Template("integer", drawn)


def few(mean: float, low: int, high: int) -> Template:
    """A count: Poisson, between `low` and `high`."""
    return Template("integer", {"kind": "poisson", "mean": mean, "truncate": [low, high]})


def number(low: float, high: float, decimals: int = 2) -> Template:
    drawn = {"kind": "uniform", "minimum": low, "maximum": high, "decimal_places": decimals}
    return Template("number", drawn)


def bell(mean: float, stddev: float, low: float, high: float, decimals: int = 1) -> Template:
    drawn = {"kind": "normal", "mean": mean, "stddev": stddev, "truncate": [low, high]}
    return Template("number", {**drawn, "decimal_places": decimals})


def money(median: float, sigma: float = 0.7) -> Template:
    """An amount with cents: many small, few large."""
    drawn = {"kind": "lognormal", "median": median, "sigma": sigma, "decimal_places": 2}
    return Template("number", drawn)


def choice(*values: Any, weights: tuple[float, ...] | None = None) -> Template:
    drawn: dict[str, Any] = {"kind": "category", "values": list(values)}
    kind = "integer" if all(isinstance(value, int) for value in values) else "string"
    return Template(kind, {**drawn, "weights": list(weights)} if weights else drawn)


def guess(*values: Any) -> Template:
    """Categories that a question should follow."""
    return Template("string", {"kind": "category", "values": list(values)}, guessed=True)


def flag(p: float = 0.5) -> Template:
    return Template("boolean", {"kind": "bernoulli", "p": p})


def text(low: int, high: int) -> Template:
    return Template("string", {"kind": "text", "words": [low, high]})


def day(first: int, last: int = 0) -> Template:
    return Template("date", days=(first, last))


def moment(first: int, last: int = 0) -> Template:
    return Template("datetime", days=(first, last))


def clock() -> Template:
    return Template("time")


def serial() -> Template:
    """1, 2, 3 …"""
    return Template("integer", {"kind": "sequence", "start": 1}, unique=True)


def code(template: str) -> Template:
    """Text around a running number."""
    return Template("string", {"kind": "sequence", "template": template}, unique=True)


def shaped(pattern: str, *, unique: bool = False) -> Template:
    return Template("string", {"kind": "pattern", "pattern": pattern}, unique=unique)
