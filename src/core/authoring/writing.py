"""One table of one job being written: batch by batch, then what the batches still lack."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..errors import BadAnswer
from ..kinds import LlmText
from ..models import Job
from ..planning import MODEL_BATCH
from ..ports import Answer, RefusedRow, RowRequest, WrittenRows
from .asking import Asker
from .journal import Cells, Entry, Journal

if TYPE_CHECKING:
    from ...generation.recipe import TableRecipe
    from ...utils.likeness import Saying, Seen

FRUITLESS_CALLS = 3
"""Calls in a row that bring none of its rows, before a batch is given up."""
MOST_CALLS = 12
"""Calls that a batch takes part in at the most, fruitful or not."""
JUDGED_TRIES = 2
"""So often a text may be sent back as a near-duplicate: then it seems to be all there is to say."""
SHORT_TEXT = 6
"""Texts that are meant to be shorter (words) repeat by nature."""


@dataclass(slots=True)
class Batch:
    """Rows of the grid that have something to be written, what is recorded of them, and how it
    went. `empty`: the fields that code leaves empty, by row."""

    rows: Sequence[int]
    entry: Entry
    empty: Mapping[int, frozenset[str]]
    asked: set[int] = field(default_factory=set)
    calls: int = 0
    fruitless: int = 0
    reasons: str = ""
    whole: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def missing(self) -> list[int]:
        return [row for row in self.rows if row not in self.entry.rows]

    @property
    def open(self) -> list[int]:
        """Missing and not on the way."""
        return [row for row in self.missing if row not in self.asked]


class Writing:
    """What first answers leave out is asked for together, for all batches at once: a row here and
    there does not cost a call each. `room` bounds the first calls that are prepared at once."""

    def __init__(
        self, job: Job, table: TableRecipe, asker: Asker, journal: Journal, room: asyncio.Semaphore
    ) -> None:
        self.job, self._table = job, table
        self._asker, self._journal, self._room = asker, journal, room
        self.about = ""  # what is asked, as a hash, once somebody has computed it
        self._seen = _judges(table)
        self._at_once = MODEL_BATCH
        self._cuts = 0  # in succession
        self._coming = 0
        self._owed: list[Batch] = []
        self._top_ups: set[asyncio.Task[None]] = set()

    async def batch(self, rows: range, entry: Entry) -> Mapping[int, Cells]:
        """The rows' cells, once all of them are recorded; no cells where all are to be empty.

        Raises:
            ProviderError, LimitExceeded
        """
        self._coming += 1
        try:
            batch = self._begun(rows, entry)
            await self._journal.read(entry, len(batch.rows))
            for said in self._all_said(list(entry.rows.values())):
                self._add(said)
            if batch.rows and len(batch.missing) == len(batch.rows):
                async with self._room:
                    # One cut may be a whim of the service; two say that it is too much.
                    size = len(batch.rows) if self._cuts < 2 else self._at_once
                    await self._call([(batch, list(batch.rows[:size]))])
            if batch.missing:
                self._owed.append(batch)
        finally:
            self._coming -= 1
            self._send_owed()
        if batch.missing:
            await batch.whole
        return batch.entry.rows

    async def close(self) -> None:
        tasks = list(self._top_ups)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begun(self, rows: range, entry: Entry) -> Batch:
        import numpy as np

        names = frozenset(field.name for field in self._table.model_fields)
        unasked = self._table.unasked(np.asarray(rows, dtype=np.int64))
        empty = {row: some for row, some in zip(rows, unasked, strict=True) if some}
        return Batch([row for row in rows if empty.get(row) != names], entry, empty)

    # ── what is missing ───────────────────────────────────────────────────────────────────────

    def _send_owed(self) -> None:
        """Enough for a call at once; the rest when no first answer is coming that could add to
        it."""
        while (owed := sum(len(batch.open) for batch in self._owed)) and (
            owed >= MODEL_BATCH or not self._coming
        ):
            task = asyncio.ensure_future(self._top_up(self._parts()))
            self._top_ups.add(task)
            task.add_done_callback(self._top_ups.discard)

    def _parts(self) -> list[tuple[Batch, list[int]]]:
        """The next call's rows, marked as asked for."""
        parts, space = [], self._at_once
        for batch in self._owed:
            rows = batch.open[:space]
            if rows:
                batch.asked.update(rows)
                parts.append((batch, rows))
                space -= len(rows)
            if not space:
                break
        return parts

    async def _top_up(self, parts: list[tuple[Batch, list[int]]]) -> None:
        try:
            await self._call(parts)
            for batch, rows in parts:
                batch.asked.difference_update(rows)
                self._given_up(batch)
        except asyncio.CancelledError:
            for batch, _ in parts:
                batch.whole.cancel()
            raise
        except Exception as exc:  # whatever it is, it belongs to those who wait for the rows
            for batch, _ in parts:
                _end(batch, exc)
        self._owed = [batch for batch in self._owed if not batch.whole.done()]
        self._send_owed()

    def _given_up(self, batch: Batch) -> None:
        if not batch.missing:
            _end(batch, None)
        elif batch.fruitless >= FRUITLESS_CALLS or batch.calls >= MOST_CALLS:
            _end(batch, self._hopeless(batch))

    def _hopeless(self, batch: Batch) -> BadAnswer:
        rows = f"{batch.rows[0]}–{batch.rows[-1]} of {self._table.name}"
        return BadAnswer(
            f"after {batch.calls} calls for rows {rows}, {len(batch.missing)} have no usable "
            f"answer{batch.reasons}",
            hint="loosen the constraints or say more in the fields' descriptions, then retry",
        )

    # ── a call ────────────────────────────────────────────────────────────────────────────────

    async def _call(self, parts: list[tuple[Batch, list[int]]]) -> None:
        """Ask for some rows of some batches, and record what is good of what comes."""
        rows = sorted(row for _, some in parts for row in some)
        tries = max(batch.calls for batch, _ in parts)
        request = self._request(rows, tries, parts)

        def keep(back: WrittenRows) -> dict[str, Answer]:
            found: dict[str, Answer] = {}
            for batch, some in parts:
                found |= batch.entry.lacking(_own(back, some))
            return found

        back, kept = await self._asker.ask(
            self.job, self._table, request, lambda answer: self._sift(answer, request), keep
        )
        self._learn(len(rows), back)
        for batch, some in parts:
            own = _own(back, some)
            batch.calls += 1
            batch.fruitless = 0 if own else batch.fruitless + 1
            batch.reasons = f" (rejected: {', '.join(back.rejected)})" if back.rejected else ""
            batch.entry.take(kept)
            await self._journal.add(batch.entry, own)

    def _learn(self, asked: int, back: WrittenRows) -> None:
        """Fewer rows a call after a cut, more again after each answer that was not."""
        if back.finish == "cut":
            self._cuts += 1
            if asked <= self._at_once:  # else it was asked before an earlier cut was known
                self._at_once = max(1, self._at_once // 2)
        elif back.rows:
            self._cuts = 0
            self._at_once = min(MODEL_BATCH, self._at_once * 2)

    def _request(
        self, rows: list[int], tries: int, parts: Iterable[tuple[Batch, list[int]]]
    ) -> RowRequest:
        import numpy as np

        table = self._table
        # Known rows of the same batches: nothing in a first prompt may depend on chance.
        known = [cells for batch, _ in parts for cells in batch.entry.rows.values()]
        empty = {row: some for batch, _ in parts for row, some in batch.empty.items()}
        return RowRequest(
            schema=self.job.spec.schema,
            table=table.name,
            fields=table.model_fields,
            rows=tuple(rows),
            given=tuple(table.given(np.asarray(rows, dtype=np.int64)).to_pylist()),
            seed=self.job.spec.seed,
            avoid=tuple(str(cells[0]) for cells in known[:10]),
            tries=tries,
            empty={row: empty[row] for row in rows if row in empty},
        )

    # ── near-duplicates ───────────────────────────────────────────────────────────────────────

    def _sift(self, answer: WrittenRows, request: RowRequest) -> WrittenRows:
        """The answer without texts that nearly repeat others of their column."""
        if not self._seen:
            return answer
        kept: dict[int, Cells] = {}
        refused: list[RefusedRow] = []
        all_said = self._all_said(list(answer.rows.values()))
        for (row, cells), said in zip(answer.rows.items(), all_said, strict=True):
            place = None if request.tries >= JUDGED_TRIES else self._repeated(said)
            if place is None:
                kept[row] = cells
                self._add(said)
            else:
                reason = f"duplicate:{request.fields[place].name}"
                refused.append(RefusedRow(row, reason, str(cells[place])))
        if not refused:
            return answer
        counts = dict(answer.rejected)
        for each in refused:
            counts[each.reason] = counts.get(each.reason, 0) + 1
        finish = "short" if answer.finish == "complete" else answer.finish
        all_refused = (*answer.refused, *refused)
        return replace(answer, rows=kept, rejected=counts, refused=all_refused, finish=finish)

    def _all_said(self, rows: Sequence[Cells]) -> list[dict[int, Saying]]:
        """Of each row, what its judged cells say."""
        from ...utils.likeness import sayings

        places = [
            (n, place)
            for n, cells in enumerate(rows)
            for place in self._seen
            if isinstance(cells[place], str)
        ]
        found: list[dict[int, Saying]] = [{} for _ in rows]
        said = sayings([rows[n][place] for n, place in places])
        for (n, place), one in zip(places, said, strict=True):
            found[n][place] = one
        return found

    def _repeated(self, said: Mapping[int, Saying]) -> int | None:
        """The first of the judged columns in which the row says what another one said."""
        for place, text in said.items():
            threshold, seen = self._seen[place]
            if seen.resembles(text, threshold):
                return place
        return None

    def _add(self, said: Mapping[int, Saying]) -> None:
        for place, text in said.items():
            self._seen[place][1].add(text)


def _judges(table: TableRecipe) -> dict[int, tuple[float, Seen]]:
    """By column: from which likeness on a text is a repetition, and what was said so far."""
    from ...utils.likeness import Seen

    found: dict[int, tuple[float, Seen]] = {}
    for place, one in enumerate(table.model_fields):
        made: Any = one.generator
        if not isinstance(made, LlmText) or made.similarity >= 1:
            continue
        if made.words is None or made.words[1] >= SHORT_TEXT:
            found[place] = (made.similarity, Seen())
    return found


def _own(back: WrittenRows, rows: Iterable[int]) -> dict[int, Cells]:
    return {row: back.rows[row] for row in rows if row in back.rows}


def _end(batch: Batch, problem: Exception | None) -> None:
    if batch.whole.done():
        return
    if problem is None:
        batch.whole.set_result(None)
    else:
        batch.whole.set_exception(problem)
