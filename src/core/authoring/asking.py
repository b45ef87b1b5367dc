"""One call to the model: affordable before it is made, counted after it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from ..errors import Conflict, LimitExceeded, ProviderError
from ..models import Job, Usage
from ..ports import Answer, JobStore, Permit, Quarantine, RowRequest, RowWriter, WrittenRows
from .calls import most_calls

if TYPE_CHECKING:
    from ...generation.recipe import TableRecipe

Sift = Callable[[WrittenRows], WrittenRows]
"""Takes out of an answer what does not suit the rows that are there already."""
Keep = Callable[[WrittenRows], Mapping[str, Answer]]
"""What of an answer is to be recorded, by key."""

MONEY_HINT = "create the job again with a larger max_cost_usd; what was paid for is kept"
CALLS_HINT = (
    "the log and rejected.jsonl say what went wrong; loosen the schema or wait for a calmer "
    "service, then resume, which grants as many further calls again"
)


@dataclass(slots=True)
class Account:
    """What a job has used, and what may be added to that by the calls under way: those too that
    began before the job was paused and resumed. Calls are counted by table.

    `attempt`: the one at which the record was last read; -1 before it was.
    """

    spent: Usage = Usage()
    calls: Counter[str] = field(default_factory=Counter)
    reserved: Usage = Usage()
    under_way: Counter[str] = field(default_factory=Counter)
    attempt: int = -1
    is_halted: bool = False
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, table: str, usage: Usage) -> None:
        self.spent += usage
        self.calls[table] += usage.calls

    def move(self) -> None:
        """Wake those who wait for a call under way to free what is set aside for it."""
        self.moved.set()
        self.moved = asyncio.Event()

    def free(self, table: str, purchase: Purchase) -> None:
        """What is set aside for a call that is over."""
        self.reserved -= purchase.reserved
        self.under_way[table] -= purchase.calls
        purchase.used = purchase.reserved = Usage()
        purchase.calls = 0
        self.move()


@dataclass(slots=True)
class Purchase:
    """One request under way: what its attempts have used, and what is set aside for it."""

    used: Usage = Usage()
    reserved: Usage = Usage()
    calls: int = 0


class Asker:
    """Keeps to a job's budgets of money and calls. What an attempt can cost at the most is set
    aside before it, and for good where it was sent and never answered: it may be billed all the
    same."""

    def __init__(self, jobs: JobStore, writer: RowWriter, quarantine: Quarantine | None) -> None:
        self._jobs = jobs
        self._writer = writer
        self._quarantine = quarantine
        self._accounts: defaultdict[str, Account] = defaultdict(Account)

    async def ask(
        self, job: Job, table: TableRecipe, request: RowRequest, sift: Sift, keep: Keep
    ) -> tuple[WrittenRows, Mapping[str, Answer]]:
        """The rows that passed `sift`, and what is recorded under the keys of `keep` now: in the
        same transaction as the usage, so that nothing is paid for and lost.

        Raises:
            LimitExceeded: the call, or its next attempt, does not fit the budget.
            Conflict: the job was stopped before it was sent.
            ProviderError
        """
        async with self._afforded(job, table) as (account, purchase):
            permit = self._permit(job, table, request, account, purchase)
            answer = None
            while answer is None:
                await _admitted(permit, account)
                answer = await self._answer(job, request, account, purchase, permit)
                if answer is None:
                    account.free(table.name, purchase)
            back = sift(answer)
            kept = await self._count(job, request, account, back, keep(back))
        if self._quarantine is not None and back.refused:
            await self._quarantine(job.job_id, request, back.refused)
        return back, kept

    async def _answer(
        self, job: Job, request: RowRequest, account: Account, purchase: Purchase, permit: Permit
    ) -> WrittenRows | None:
        """None where the next attempt is too much only together with what is set aside for other
        calls, which is mostly more than they take: when one of them is over it may fit."""
        try:
            return await self._writer.generate_data_chunk(request, permit=permit)
        except (ProviderError, LimitExceeded, Conflict) as exc:
            used = exc.usage if isinstance(exc, ProviderError) else purchase.used
            if isinstance(used, Usage) and used.calls:
                await self._count(job, request, account, WrittenRows({}, usage=used), {})
            if isinstance(exc, LimitExceeded) and account.under_way.total() > purchase.calls:
                return None
            raise

    async def _count(
        self,
        job: Job,
        request: RowRequest,
        account: Account,
        back: WrittenRows,
        answers: Mapping[str, Answer],
    ) -> Mapping[str, Answer]:
        common, by_field = shared(back, [field.name for field in request.fields])
        try:
            return await self._jobs.record_usage(
                job.job_id,
                common,
                back.rejected,
                table=request.table,
                fields=[field.name for field in request.fields],
                by_field=by_field,
                answers=answers,
            )
        finally:
            # Not before: who reads the record meanwhile, for the next attempt, might find it
            # neither there nor added since. Until then it is within what is set aside.
            account.add(request.table, back.usage)

    def halt(self, job_id: str) -> None:
        """Send nothing more for the job. What was sent is paid for, and recorded when it comes."""
        self._accounts[job_id].is_halted = True
        self._accounts[job_id].move()

    def go_on(self, job_id: str) -> None:
        self._accounts[job_id].is_halted = False

    # ── budgets ───────────────────────────────────────────────────────────────────────────────

    @asynccontextmanager
    async def _afforded(
        self, job: Job, table: TableRecipe
    ) -> AsyncIterator[tuple[Account, Purchase]]:
        account, purchase = await self._account(job), Purchase()
        try:
            yield account, purchase
        finally:
            account.free(table.name, purchase)

    async def _account(self, job: Job) -> Account:
        """Read once for an attempt at a job: only the holder of its lease spends anything."""
        account = self._accounts[job.job_id]
        if account.attempt < job.attempt:
            before, calls_before = account.spent, account.calls.copy()
            tally = await self._jobs.tally(job.job_id)
            if account.attempt < job.attempt:  # else another call was quicker
                # What came in meanwhile may be in the record or not: rather twice than not at all.
                account.spent = tally.usage + (account.spent - before)
                account.calls.subtract(calls_before)
                for table, _, usage in tally.usage_by:
                    account.calls[table] += usage.calls
                account.attempt = job.attempt
        return account

    def _permit(
        self,
        job: Job,
        table: TableRecipe,
        request: RowRequest,
        account: Account,
        purchase: Purchase,
    ) -> Permit:
        """Asked before each attempt; without an await, so that nobody can come in between."""
        budget, most = job.spec.max_cost_usd, most_calls(table, job.attempt)
        worst = Usage() if budget is None else replace(self._writer.worst_case(request), calls=0)

        def permit(used: Usage) -> None:
            purchase.used = used
            if account.is_halted:
                raise Conflict("the job was stopped", hint="resume it to go on")
            wanted = used + worst.times(1 + used.lost_calls)
            others = account.reserved - purchase.reserved
            calls = account.under_way[table.name] - purchase.calls + used.calls + 1
            if budget is not None:
                lost = worst.times(account.spent.lost_calls)
                self._refuse_above(budget, account.spent + lost + others + wanted)
            _refuse_beyond(most, account.calls[table.name] + calls, table.name)
            account.reserved, purchase.reserved = others + wanted, wanted
            account.under_way[table.name], purchase.calls = calls, used.calls + 1

        return permit

    def _refuse_above(self, budget: float, usage: Usage) -> None:
        cost = self._writer.price(usage)
        if cost is None or cost > budget:
            text = f"the next call could pass the budget of ${budget:g}"
            raise LimitExceeded(text, hint=MONEY_HINT)


async def _admitted(permit: Permit, account: Account) -> None:
    """Once there is room: the worst case that is set aside for the calls under way is four times
    what they are likely to cost, and no reason yet to pause the job."""
    while True:
        try:
            permit(Usage())
        except LimitExceeded:
            if not account.under_way.total():
                raise
        else:
            return
        await account.moved.wait()


def _refuse_beyond(most: int, calls: int, table: str) -> None:
    if calls > most:
        text = f"{most} calls were made for {table}, as many as it may take"
        raise LimitExceeded(text, hint=CALLS_HINT)


# ── what it was for ───────────────────────────────────────────────────────────────────────────


def shared(back: WrittenRows, fields: list[str]) -> tuple[Usage, dict[str, Usage]]:
    """What belongs to all the fields (the calls), and each one's part of the tokens: in proportion
    to the characters written for it, equally where no row came."""
    if len(fields) == 1:
        return back.usage, {}
    lengths = [sum(map(_length, column)) for column in zip(*back.rows.values(), strict=True)]
    total = sum(lengths)
    if not total:
        lengths, total = [1] * len(fields), len(fields)
    bounds = list(pairwise(accumulate(lengths, initial=0)))

    def part(tokens: int) -> list[int]:
        # Borders are rounded, not parts, so that the parts sum up to the whole.
        return [tokens * stop // total - tokens * start // total for start, stop in bounds]

    usage = back.usage
    columns = zip(
        part(usage.input_tokens),
        part(usage.output_tokens),
        part(usage.thinking_tokens),
        part(usage.cached_tokens),
        strict=True,
    )
    parts = {name: Usage(0, *counts) for name, counts in zip(fields, columns, strict=True)}
    return Usage(calls=usage.calls, lost_calls=usage.lost_calls), parts


def _length(cell: Any) -> int:
    return len(cell) + 3 if isinstance(cell, str) else len(str(cell)) + 1
