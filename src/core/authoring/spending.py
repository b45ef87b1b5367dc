"""What a job has cost, by table and by field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from ..models import Spending, Tally, Usage

Price = Callable[[Usage], float | None]


def spending(tally: Tally, price: Price) -> tuple[Spending, ...]:
    """Each table (`fields` is empty), then each of its fields. Tokens add up; a call belongs to all
    the fields that were asked for together, so each of them counts it."""
    tables: defaultdict[str, Usage] = defaultdict(Usage)
    fields: defaultdict[tuple[str, str], Usage] = defaultdict(Usage)
    for table, asked, usage in tally.usage_by:
        tables[table] += usage
        for name in filter(None, asked.split(", ")):
            fields[table, name] += usage if name == asked else Usage(calls=usage.calls)
    return tuple(
        Spending(table, field, usage, price(usage))
        for (table, field), usage in sorted(
            [((table, ""), usage) for table, usage in tables.items()] + list(fields.items())
        )
    )
