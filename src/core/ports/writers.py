"""Who reads requests and writes rows in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ..errors import Problem
from ..models import DataSchema, FieldDefinition, Reading, Usage


class SchemaReader(Protocol):
    async def extract_schema(
        self,
        description: str,
        *,
        sample_rows: Sequence[Mapping[str, Any]] = (),
        current_schema: Mapping[str, Any] | None = None,
    ) -> Reading: ...


@dataclass(frozen=True, slots=True)
class RowRequest:
    """Rows to be written by a model.

    `fields` are asked for; `given` holds what code has made of the same rows already, one mapping
    a row, in the order of `rows` (row numbers); `empty`, by row, the fields that code leaves empty
    there. `seed` makes prompts of different jobs differ, `tries` those of the same rows asked for
    again.
    """

    schema: DataSchema
    table: str
    fields: tuple[FieldDefinition, ...]
    rows: tuple[int, ...]
    given: tuple[Mapping[str, Any], ...]
    seed: int
    avoid: tuple[str, ...] = ()
    tries: int = 0
    empty: Mapping[int, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was turned away: its number as far as known, why, and what it said."""

    row: int | None
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """What came back: `rows` maps row numbers to values that passed `check`, in field order;
    `rejected` counts the others by reason, `refused` shows some of them."""

    rows: Mapping[int, tuple[Any, ...]]
    rejected: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[RefusedRow, ...] = ()
    usage: Usage = Usage()
    finish: Literal["complete", "cut", "short"] = "complete"


Permit = Callable[[Usage], None]
"""Asked before each attempt, with what the earlier ones have used; raises where it is too much."""


def always(used: Usage) -> None:
    """No budget has to be kept."""


class RowWriter(Protocol):
    """Somebody who writes rows in words. One request is one billed call at most per attempt."""

    model: str
    prompt_version: str

    async def generate_data_chunk(
        self, request: RowRequest, *, permit: Permit = always
    ) -> WrittenRows:
        """Raises: ProviderError, and what `permit` raises."""

    def price(self, usage: Usage) -> float | None:
        """US dollars, None where the model's price is not known."""

    def estimate(self, request: RowRequest) -> Usage:
        """What the request will probably use."""

    def worst_case(self, request: RowRequest) -> Usage:
        """What the request can use at the most."""


class Quarantine(Protocol):
    async def __call__(
        self, job_id: str, request: RowRequest, refused: Sequence[RefusedRow]
    ) -> None:
        """Keep some of the rows that were turned away, for a person to look at."""


class RowCheck(Protocol):
    def __call__(
        self, row: Mapping[str, Any], fields: Iterable[FieldDefinition]
    ) -> tuple[Problem, ...]: ...
