"""Stored chunks read again, and what is said of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from .progress import following
from .screen import count, grid

if TYPE_CHECKING:
    from .running import Here

DAMAGED = 3
"""The exit code of trouble with the storage."""


async def verify(here: Here, job_id: str) -> int:
    app = here.app
    job = await app.manager.get(job_id)
    now = await app.manager.progress(job_id)
    with following(here.screen, "reading", now.rows_done) as follow:
        damaged = await app.datasets.verify(job, progress=follow)
    here.screen.document(
        {
            "job_id": job_id,
            "chunks": now.chunks_done,
            "chunks_total": now.chunks_total,
            "rows": now.rows_done,
            "intact": not damaged,
            "damaged": [asdict(chunk) for chunk in damaged],
        }
    )
    stored = f"{count(now.chunks_done, 'chunk')} of {now.chunks_total:,} stored"
    if not damaged:
        here.screen.say(f"{job_id}: {stored}, all as they were recorded", "green")
        return 0
    here.screen.say(f"{job_id}: {stored}, {len(damaged):,} damaged", "bold red")
    here.screen.show(grid(("chunk", "problem"), [(str(d.index), d.problem) for d in damaged]))
    return DAMAGED
