"""`rowmill generate`: from a sentence to a checked file, in one go."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from .options import (
    Wish,
    job_options,
    json_option,
    output_option,
    overwrite_option,
    preview_option,
    strict_option,
)
from .running import run_here
from .screen import Screen

if TYPE_CHECKING:
    from ..core.job_manager import Created
    from ..core.models import Job
    from ..core.ports import Dataset
    from .making import Target
    from .running import Here
    from .wishes import Understood


@click.command()
@job_options
@output_option(required=False)
@overwrite_option
@strict_option
@preview_option
@json_option
def generate(
    output: str | None, overwrite: bool, strict: bool, preview: int, as_json: bool, **given: Any
) -> int:
    """Make a dataset from a sentence, and prove that it is what you asked for.

    REQUEST is what you need in plain words; `-` reads it from stdin. The job runs here. Ctrl-C
    leaves it resumable; the same command again is a new job.

    \b
    Examples:
      rowmill generate "200 customers of a German bike shop: name, e-mail, city" -o shop.csv
      rowmill generate "orders with total from 5 to 400" --rows 1000000 -o orders.parquet --seed 7
      rowmill generate --schema customers.json --rows 500 --json
      cat wish.txt | rowmill generate - --rows 100 --format jsonl

    The same request and --seed write the same bytes on the same day; rowmill schema extract keeps
    a request as a schema with its day, for the days after. With --generation local no model is
    asked, neither for reading nor for writing.
    """
    from .making import Target

    wish = Wish.of(given)
    target = Target(output, wish.output_format, overwrite, shown=preview, strict=strict)

    async def work(here: Here) -> int:
        return await _generate(here, wish, target)

    return run_here(work, Screen(as_json=as_json))


async def _generate(here: Here, wish: Wish, target: Target) -> int:
    from . import documents, reports
    from .making import ended, run_to_end
    from .wishes import understand

    target.refuse_no_file()
    understood = await understand(here.app, wish)
    created = await _created(here, wish, understood, target)
    job = await run_to_end(here, created.job)
    code = ended(here, job)
    if code:
        here.screen.document(documents.job(job) | {"problem": job.problem})
        return code
    made = await _written(here, job, target)
    reports.dataset(here.screen, made)
    read = documents.extracted(understood.extracted) if understood.extracted else {}
    here.screen.document(
        read | documents.created(created) | documents.dataset(made) | {"state": job.state}
    )
    return 0 if all(verdict.held for verdict in made.verdicts) else 1


async def _written(here: Here, job: Job, target: Target) -> Dataset:
    """Raises: what `write` does, saying that the rows are not lost."""
    from ..core.errors import RowmillError
    from .making import write

    try:
        return await write(here, job, target)
    except RowmillError as exc:
        exc.hint += f"; the rows are made: {here.how_to_go_on} writes them"
        raise


async def _created(here: Here, wish: Wish, understood: Understood, target: Target) -> Created:
    """A job that is started but not yet run, its schema shown."""
    from ..core.errors import CallerError, StorageError
    from . import reports
    from .making import merge_command
    from .wishes import create, job_request

    if understood.extracted is not None:
        reports.understood(here.screen, understood.extracted)
    request = job_request(here.app, wish, understood, target.chunk_format)
    created = await create(here.app, request)
    job_id = created.job.job_id
    try:
        await asyncio.to_thread(target.refuse_taken, here.app, created.job)
    except (CallerError, StorageError):
        await here.app.manager.control(job_id, "delete")
        raise
    if understood.extracted is None:
        reports.schema(here.screen, created.job.spec.schema)
    reports.planned(here.screen, created)
    here.then = merge_command(created.job, target)
    here.runs(job_id)
    await here.app.manager.control(job_id, "start", here=False)
    return created
