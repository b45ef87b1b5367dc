"""`rowmill merge`: a job's dataset as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import (
    Format,
    format_option,
    json_option,
    output_option,
    overwrite_option,
    preview_option,
)
from .running import run_here
from .screen import Screen

if TYPE_CHECKING:
    from .running import Here


@click.command()
@click.argument("job_id", metavar="JOB")
@output_option(required=False)
@format_option
@overwrite_option
@preview_option
@json_option
def merge(
    job_id: str,
    output: Path | None,
    output_format: Format | None,
    overwrite: bool,
    preview: int,
    as_json: bool,
) -> int:
    """Write the dataset of a COMPLETED job, in any format, as often as you like.

    Every chunk's sha256 is checked on the way, and the finished data is judged against what was
    promised: exit code 1 where a check is broken.

    \b
    Examples:
      rowmill merge JOB -o customers.parquet
      rowmill merge JOB -o customers.csv --overwrite --preview 20
    """
    from .making import Target

    target = Target(output, output_format, overwrite)

    async def work(here: Here) -> int:
        from . import documents, reports
        from .making import first_rows, write

        job = await here.app.manager.get(job_id)
        made = await write(here, job, target)
        rows = await first_rows(here, job, made, target, preview)
        reports.dataset(here.screen, made, rows)
        here.screen.document(documents.dataset(made, rows))
        return 0 if all(verdict.held for verdict in made.verdicts) else 1

    return run_here(work, Screen(as_json=as_json))
