"""Stored chunks read again, what is said of them, and the damaged ones made again."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from .progress import following
from .screen import count, grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..core.datasets import Damage
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
    mended = await _mended(here, job_id, damaged) if mend else ()
    whole = len(mended) == len(damaged)
    here.screen.document(
        {
            "job_id": job_id,
            "chunks": now.chunks_done,
            "chunks_total": now.chunks_total,
            "rows": now.rows_done,
            "intact": whole,
            "damaged": [asdict(chunk) for chunk in damaged],
            "mended": list(mended),
        }
    )
    stored = f"{job_id}: {count(now.chunks_done, 'chunk')} of {now.chunks_total:,} stored"
    if not damaged:
        here.screen.say(f"{stored}, all as they were recorded", "green")
        return 0
    here.screen.say(f"{stored}, {len(damaged):,} damaged", "bold red")
    here.screen.show(grid(("chunk", "problem"), [(str(d.index), d.problem) for d in damaged]))
    if whole:
        here.screen.say("made again, to the recorded bytes", "green")
        return 0
    if not mend:
        here.screen.note(f"make them again with: rowmill jobs verify {job_id} --mend", "")
    return DAMAGED


async def _mended(here: Here, job_id: str, damaged: Sequence[Damage]) -> tuple[int, ...]:
    """The chunks that could be made again; why another could not is said, and is no obstacle."""
    from ..core.errors import RowmillError

    mended = []
    for chunk in damaged:
        try:
            await here.app.manager.generate_chunk(job_id, chunk.index)
        except RowmillError as exc:
            here.screen.note(f"rowmill: chunk {chunk.index} stays as it is: {exc}")
        else:
            mended.append(chunk.index)
    return tuple(mended)
