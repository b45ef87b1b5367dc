"""What a job stored read again, what is said of it, and the damaged chunks made again."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from ..utils.text import count
from .progress import following
from .screen import LINE, grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..core.datasets import Damage
    from .running import Here

DAMAGED = 3
"""The exit code of trouble with the storage."""


async def verify(here: Here, job_id: str, *, mend: bool) -> int:
    """The exit code: 0 where every chunk and dataset is as it was recorded, at last."""
    app = here.app
    job = await app.manager.get(job_id)
    now = await app.manager.progress(job_id)
    with following(here.screen, "reading", now.rows_done) as follow:
        damaged = await app.datasets.verify(job, progress=follow)
    mended = await _mended(here, job_id, damaged) if mend else ()
    whole = len(mended) == len(damaged)
    files = await app.datasets.damaged_files(job)
    here.screen.document(
        {
            "job_id": job_id,
            "chunks": now.chunks_done,
            "chunks_total": now.chunks_total,
            "rows": now.rows_done,
            "intact": whole and not files,
            "damaged": [asdict(chunk) for chunk in damaged],
            "mended": list(mended),
            "files": [{"path": path, "problem": problem} for path, problem in files],
        }
    )
    stored = f"{job_id}: {count(now.chunks_done, 'chunk')} of {now.chunks_total:,} stored"
    _chunks(here, job_id, stored, damaged, mended if mend else None)
    _files(here, job_id, files)
    return 0 if whole and not files else DAMAGED


def _chunks(
    here: Here,
    job_id: str,
    stored: str,
    damaged: Sequence[Damage],
    mended: Sequence[int] | None,
) -> None:
    """`mended` is None where nobody asked for it."""
    if not damaged:
        here.screen.say(f"{stored}, all as they were recorded", "green")
        return
    here.screen.say(f"{stored}, {len(damaged):,} damaged", "bold red")
    rows = [(str(chunk.index), chunk.problem) for chunk in damaged]
    here.screen.show(grid(("chunk", "problem"), rows, cell=LINE))
    if mended is None:
        here.screen.note(f"make them again with: rowmill jobs verify {job_id} --mend", "")
    elif len(mended) == len(damaged):
        here.screen.say("made again, to the recorded bytes", "green")


def _files(here: Here, job_id: str, files: Sequence[tuple[str, str]]) -> None:
    if not files:
        return
    here.screen.say(f"of its datasets, {count(len(files), 'file')} damaged:", "bold red")
    here.screen.show(grid(("file", "problem"), files, cell=LINE))
    here.screen.note(f"write it again with: rowmill merge {job_id} --overwrite", "")


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
