"""Where a job stands, derived from what is stored of it."""

from __future__ import annotations

from dataclasses import dataclass

from .authoring.spending import spending
from .estimates import expected_usage
from .models import Job, JobProgress, JobState, Tally, Usage
from .planning import ChunkPlan
from .ports import RowWriter
from .states import ACTIVE, FINAL, allowed

TENTH = 10.0
PATIENCE_S = 3.0
"""How long a waiting caller is not told of mere progress."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What only the process that looks can say: whether anybody runs the job, how fast it goes
    here, and what ended it here without a word in its record."""

    running: bool
    rows_per_s: float | None = None
    trouble: str | None = None


def progress_of(job: Job, tally: Tally, moment: Moment, writer: RowWriter | None) -> JobProgress:
    """`writer` knows what its own model costs, and of no other."""

    def cost(usage: Usage) -> float | None:
        """0.0 where no model was asked, None where its price is not known (any more)."""
        if not usage.calls:
            return 0.0
        return writer.price(usage) if writer and writer.model == job.spec.model else None

    total, rate = job.spec.total_rows, moment.rows_per_s
    left = total - tally.rows
    expected = expected_usage(job.spec, tally)
    return JobProgress(
        job_id=job.job_id,
        name=job.name,
        state=job.state,
        running=moment.running and job.state not in FINAL,  # its lease outlives it by a moment
        rows_done=tally.rows,
        rows_total=total,
        chunks_done=tally.chunks,
        chunks_total=ChunkPlan(job.job_id, job.spec).count,
        percent=round(100.0 * tally.rows / total, 1) if total else 100.0,
        rows_per_s=rate,
        seconds_left=round(left / rate, 1) if rate and job.state in ACTIVE else None,
        usage=tally.usage,
        cost_usd=cost(tally.usage),
        rejected=tally.rejected,
        problem=job.problem or moment.trouble,
        allowed=allowed_now(job.state, moment.running),
        expected_cost_usd=cost(expected) if expected else None,
        spending=spending(tally, cost),
    )


def allowed_now(state: JobState, running: bool) -> tuple[str, ...]:
    """What may be asked of a job."""
    moves = allowed(state)
    if not running:
        return (*moves, "delete")
    if state in ACTIVE:  # else it is only just being let go of
        return tuple(move for move in moves if move not in ("start", "resume"))
    return moves


def is_news(first: JobProgress, now: JobProgress, waited_s: float) -> bool:
    """Being accepted is no news, and neither are the last rows: COMPLETED follows at once. Nor is
    a tenth in the first seconds: whoever waits for a short job wants its end."""
    if now.state in ACTIVE and (now.running, now.problem) == (first.running, first.problem):
        a_tenth = now.percent - first.percent >= TENTH and now.rows_done < now.rows_total
        return a_tenth and waited_s >= PATIENCE_S
    return (now.state, now.running, now.problem) != (first.state, first.running, first.problem)
