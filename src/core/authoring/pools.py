"""Pools: distinct values that a model writes once, for any number of rows to draw from."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ...utils.checksums import canonical_sha256
from ..errors import BadAnswer
from ..models import FieldDefinition, Job
from ..ports import Answer, RowRequest, RowWriter, WrittenRows
from .asking import Asker
from .calls import POOL_CALL, pool_size
from .journal import Entry, Journal

if TYPE_CHECKING:
    from ...generation.recipe import TableRecipe

FRUITLESS_ROUNDS = 3
SHOWN = 100
"""Values that are named as taken when more are asked for."""


class ModelPools:
    def __init__(self, asker: Asker, journal: Journal, writer: RowWriter) -> None:
        self._asker = asker
        self._journal = journal
        self._writer = writer

    async def values(self, job: Job, table: TableRecipe, field: FieldDefinition) -> list[object]:
        """Up to `size` distinct values, in the order in which they were recorded; fewer where the
        model has no more to say.

        Raises:
            ProviderError, LimitExceeded
        """
        size, key = pool_size(field), self.key(job, table.name, field)
        entry = (await self._journal.entries([key]))[key]
        await self._journal.read(entry, size)
        if len(entry.rows) < size and not entry.is_closed:
            await self._fill(job, table, field, size, entry)
        return [cells[0] for _, cells in sorted(entry.rows.items())]

    async def _fill(
        self, job: Job, table: TableRecipe, field: FieldDefinition, size: int, entry: Entry
    ) -> None:
        fruitless, asked = 0, 0
        while len(entry.rows) < size and fruitless < FRUITLESS_ROUNDS:
            before, lacking = len(entry.rows), size - len(entry.rows)
            counts = [min(POOL_CALL, lacking - at) for at in range(0, lacking, POOL_CALL)]
            places = [asked + sum(counts[:n]) for n in range(len(counts))]
            asked += lacking
            await asyncio.gather(
                *(
                    self._more(job, table, field, range(at, at + count), entry)
                    for at, count in zip(places, counts, strict=True)
                )
            )
            fruitless = 0 if len(entry.rows) > before else fruitless + 1
        if not entry.rows:
            raise BadAnswer(
                f"the model gave no usable value for {table.name}.{field.name}",
                hint="say more in the field's description or prompt, then retry",
            )
        if len(entry.rows) < size:
            await self._journal.close(entry)

    async def _more(
        self, job: Job, table: TableRecipe, field: FieldDefinition, places: range, entry: Entry
    ) -> None:
        known = [str(cells[0]) for cells in entry.rows.values()]
        request = RowRequest(
            schema=job.spec.schema,
            table=table.name,
            fields=(field,),
            rows=tuple(places),
            given=(),
            seed=job.spec.seed,
            avoid=tuple(known[-SHOWN:]),
        )
        size = pool_size(field)
        back, kept = await self._asker.ask(
            job, table, request, lambda answer: answer, lambda back: _new(entry, back, size)
        )
        entry.take(kept)
        # Where another answer was recorded meanwhile, this one's places are others.
        while part := _new(entry, back, size):
            await self._journal.record(entry, part)

    def key(self, job: Job, table: str, field: FieldDefinition) -> str:
        """What was asked, whatever the number of rows that draw from it."""
        return canonical_sha256(
            {
                "pool": field.document(),
                "table": table,
                "about": [job.spec.schema.name, job.spec.schema.description],
                "locale": job.spec.schema.locale,
                "as_of": job.spec.as_of,
                "seed": job.spec.seed,
                "model": self._writer.model,
                "prompt": self._writer.prompt_version,
            }
        )


def _new(entry: Entry, back: WrittenRows, size: int) -> dict[str, Answer]:
    """The entry's next part: values that it does not have, on the pool's next places."""
    taken = {_plain(cells[0]) for cells in entry.rows.values()}
    fresh: dict[str, object] = {}
    for (value,) in back.rows.values():
        if value is not None and _plain(value) not in taken:
            fresh.setdefault(_plain(value), value)
    start = len(entry.rows)
    values = list(fresh.values())[: size - start]
    return entry.lacking({start + n: (value,) for n, value in enumerate(values)})


def _plain(value: object) -> str:
    return " ".join(str(value).casefold().split())
