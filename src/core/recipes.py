"""Jobs' specifications compiled, the last few kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from .models import Job, JobSpecification

if TYPE_CHECKING:
    from ..generation.pools import Pools
    from ..generation.recipe import Recipe

KEPT = 8


def compiled(spec: JobSpecification, pools: Pools) -> Recipe:
    """Raises: InvalidSchema."""
    from ..generation.compiling import compile_schema

    return compile_schema(
        spec.schema,
        rows=dict(spec.rows),
        seed=spec.seed,
        as_of=date.fromisoformat(spec.as_of),
        pools=pools,
        generation=spec.generation,
    )


class Recipes:
    """A job's recipe, compiled in a thread at first use; a specification never changes."""

    def __init__(self, pools: Callable[[], Pools]) -> None:
        self._pools = pools
        self._kept: OrderedDict[str, Recipe] = OrderedDict()

    async def of(self, job: Job) -> Recipe:
        """Raises: InvalidSchema."""
        if job.job_id not in self._kept:
            self._kept[job.job_id] = await asyncio.to_thread(
                lambda: compiled(job.spec, self._pools())
            )
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(job.job_id)
        return self._kept[job.job_id]
