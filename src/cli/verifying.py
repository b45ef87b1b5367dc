"""Stored chunks read again, what is said of them, and the damaged ones made again."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from .progress import following
from .screen import count, grid

if TYPE_CHECKING:
    from .running import Here

DAMAGED = 3
"""The exit code of trouble with the storage."""


async def verify(here: Here, job_id: str, *, mend: bool) -> int:
    """The exit code: 0 where every chunk is as it was recorded, at last."""
    app = here.app
    job = await app.manager.get(job_id)
    now = await app.manager.progress(job_id)
    with following(here.screen, "reading", now.rows_done) as follow:
        damaged = await app.datasets.verify(job, progress=follow)
    for chunk in damaged if mend else ():
        await app.manager.generate_chunk(job_id, chunk.index)
    here.screen.document(
        {
            "job_id": job_id,
            "chunks": now.chunks_done,
            "chunks_total": now.chunks_total,
            "rows": now.rows_done,
            "intact": mend or not damaged,
            "damaged": [asdict(chunk) for chunk in damaged],
            "mended": [chunk.index for chunk in damaged if mend],
        }
    )
    stored = f"{job_id}: {count(now.chunks_done, 'chunk')} of {now.chunks_total:,} stored"
    if not damaged:
        here.screen.say(f"{stored}, all as they were recorded", "green")
        return 0
    here.screen.say(f"{stored}, {len(damaged):,} damaged", "bold red")
    here.screen.show(grid(("chunk", "problem"), [(str(d.index), d.problem) for d in damaged]))
    if mend:
        here.screen.say("made again, to the recorded bytes", "green")
        return 0
    here.screen.note(f"make them again with: rowmill jobs verify {job_id} --mend", "")
    return DAMAGED
