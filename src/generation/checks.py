"""Every reason why a schema cannot be made, at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ..core.errors import Problem
from ..core.models import DataSchema, Generation
from .compiling import Settings, compiled
from .pools import Pools


def check_schema(
    schema: DataSchema,
    *,
    rows: Mapping[str, int] | None,
    pools: Pools,
    as_of: date,
    generation: Generation = "local",
) -> tuple[Problem, ...]:
    """Empty where the schema compiles; with `rows` None, unique fields count the schema's own."""
    _, problems = compiled(schema, Settings(rows, 0, as_of, pools, generation))
    return problems
