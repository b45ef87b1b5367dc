"""What the files in a job's folder tell of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...core.models import Job, JobState, Usage
from ...core.ports import JobEvent
from .copies import FileCopies
from .journal import Entry
from .spending import Spent


@dataclass(frozen=True, slots=True)
class History:
    """`job` as its last move left it. `lost`: sentences about what could not be read."""

    job: Job
    events: tuple[JobEvent, ...]
    spent: tuple[Spent, ...]
    rejected: dict[str, int]
    lost: tuple[str, ...]


def read_history(copies: FileCopies, job_id: str) -> History:
    """Raises: StorageError: what the job is cannot be read; NewerFormat."""
    job = copies.job(job_id)
    entries = list(copies.notes(job_id))
    whole = [entry for entry in entries if entry is not None]
    moves = [entry for entry in whole if "event" in entry]
    broken = len(entries) - len(whole)
    return History(
        job=_after(job, moves),
        events=(JobEvent(1, job.created_at, "create", JobState.PENDING), *_events(moves)),
        spent=tuple(
            (table, fields, Usage(*counts))
            for entry in whole
            for table, fields, *counts in entry.get("spent", ())
        ),
        rejected=_rejected(whole),
        lost=(f"{broken} lines of its journal are damaged",) if broken else (),
    )


def _after(job: Job, moves: list[Entry]) -> Job:
    if not moves:
        return job
    last = moves[-1]
    return job.evolve(
        name=last["name"],
        state=JobState(last["state"]),
        problem=last["problem"],
        version=max(move["version"] for move in moves),
        attempt=max(move["attempt"] for move in moves),
    )


def _events(moves: Iterable[Entry]) -> Iterable[JobEvent]:
    """Of several entries with one number only the last belongs to a commit."""
    by_number = {move["number"]: move for move in moves}
    for number, move in enumerate(by_number.values(), start=2):
        state = JobState(move["state"])
        yield JobEvent(number, move["at"], move["event"], state, move["detail"])


def _rejected(entries: Iterable[Entry]) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in entries:
        for reason, rows in entry.get("rejected", {}).items():
            found[reason] = found.get(reason, 0) + rows
    return found
