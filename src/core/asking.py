"""One call to the model: affordable before it is made, counted after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from .errors import LimitExceeded, ProviderError
from .models import Job, Usage
from .ports import JobStore, Quarantine, RowRequest, RowWriter, WrittenRows

Sift = Callable[[WrittenRows], WrittenRows]
"""Takes out of an answer what does not suit the rows that are there already."""


class Asker:
    """Keeps to the job's budget. What one call can cost at the most is set aside while it is under
    way, and for good where it was sent and never answered: it may be billed all the same."""

    def __init__(self, jobs: JobStore, writer: RowWriter, quarantine: Quarantine | None) -> None:
        self._jobs = jobs
        self._writer = writer
        self._quarantine = quarantine
        self._reserved: dict[str, Usage] = {}

    async def ask(self, job: Job, request: RowRequest, sift: Sift) -> WrittenRows:
        """The rows that passed `sift`; usage and rejections are recorded.

        Raises:
            LimitExceeded: the call does not fit the budget.
            ProviderError
        """
        table, fields = request.table, [field.name for field in request.fields]
        async with self._afforded(job, request):
            try:
                answer = await self._writer.generate_data_chunk(request)
            except ProviderError as exc:
                if isinstance(exc.usage, Usage):
                    await self._jobs.record_usage(job.job_id, exc.usage, table=table, fields=fields)
                raise
            back = sift(answer)
            await self._jobs.record_usage(
                job.job_id, back.usage, back.rejected, table=table, fields=fields
            )
        if self._quarantine is not None and back.refused:
            await self._quarantine(job.job_id, request, back.refused)
        return back

    @asynccontextmanager
    async def _afforded(self, job: Job, request: RowRequest) -> AsyncIterator[None]:
        budget = job.spec.max_cost_usd
        if budget is None:
            yield
            return
        worst = self._writer.worst_case(request)
        spent = (await self._jobs.tally(job.job_id)).usage
        # No await between reading what is reserved and reserving: nobody can come in between.
        reserved = self._reserved.get(job.job_id, Usage())
        lost = worst.times(spent.lost_calls)
        cost = self._writer.price(spent + lost + reserved + worst)
        if cost is None or cost > budget:
            raise LimitExceeded(
                f"the next call could pass the budget of ${budget:g}",
                hint="create the job again with a larger max_cost_usd; what was paid for is kept",
            )
        self._reserved[job.job_id] = reserved + worst
        try:
            yield
        finally:
            self._reserved[job.job_id] = self._reserved[job.job_id] - worst
