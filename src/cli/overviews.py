"""Jobs and what happened to them, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..utils.text import count
from .screen import LINE, cells, grid

if TYPE_CHECKING:
    from ..core.models import Job, JobProgress, Usage
    from ..core.ports import JobEvent
    from .screen import Screen


def jobs(screen: Screen, page: Sequence[JobProgress]) -> None:
    if not page:
        screen.say('no jobs; make one with: rowmill generate "REQUEST"')
        return
    rows = [
        {
            "job": now.job_id,
            "state": _state(now),
            "done": f"{now.percent:.0f} %",
            "rows": f"{now.rows_done:,} of {now.rows_total:,}",
            "name": now.name,
        }
        for now in page
    ]
    table, hidden = cells(rows, screen.out.width)  # an id that is cut is no use to anybody
    screen.show(table)
    if hidden:
        screen.note(f"{count(hidden, 'column')} more in a wider terminal")


def job(screen: Screen, found: Job, now: JobProgress) -> None:
    screen.say(f"{found.job_id}  {_state(now)}", "bold")
    screen.show(grid(("", ""), list(_facts(found, now)), cell=LINE))


def trail(screen: Screen, events: Sequence[JobEvent]) -> None:
    if events:
        screen.say()
        rows = [(str(e.number), _when(e.at), e.event, str(e.state), e.detail) for e in events]
        screen.show(grid(("", "when", "event", "state", "detail"), rows, cell=200))


def _facts(found: Job, now: JobProgress) -> Iterator[tuple[str, str]]:
    spec = found.spec
    yield "name", found.name
    yield "rows", f"{now.rows_done:,} of {now.rows_total:,} ({now.percent:.0f} %)"
    yield "chunks", f"{now.chunks_done:,} of {now.chunks_total:,}, {spec.chunk_size:,} rows each"
    yield "tables", ", ".join(f"{table} {rows:,}" for table, rows in spec.rows)
    yield "made with", f"seed {spec.seed}, as of {spec.as_of}, generation {spec.generation}"
    yield "files", f"{spec.output_format}, chunks in {spec.storage} storage"
    yield "created", _when(found.created_at)
    if now.usage.calls:
        money = "unknown" if now.cost_usd is None else f"${now.cost_usd:.4f}"
        yield "model", f"{spec.model}: {count(now.usage.calls, 'call')}, cost {money}"
        yield "  tokens", _tokens(now.usage)
        for part in now.spending:
            cost = "unknown" if part.cost_usd is None else f"${part.cost_usd:.4f}"
            about = ".".join(filter(None, (part.table, part.fields)))
            yield f"  {about}", f"{_tokens(part.usage)}, {cost}"
    if now.rejected:
        yield "rejected", ", ".join(f"{reason} {rows:,}" for reason, rows in now.rejected)
    if now.problem:
        yield "problem", now.problem
    yield "possible now", ", ".join(now.allowed) or "nothing"


def _tokens(usage: Usage) -> str:
    said = f"{usage.input_tokens:,} in ({usage.cached_tokens:,} cached)"
    return f"{said}, {usage.output_tokens:,} out ({usage.thinking_tokens:,} thinking)"


def _state(now: JobProgress) -> str:
    if now.state in ("GENERATING", "SCHEMA_VALIDATION") and not now.running:
        return f"{now.state} (nobody runs it: resume)"
    return f"{now.state} (running)" if now.running else str(now.state)


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
