"""`rowmill merge`: a job's dataset as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import (
    DATASET_FORMATS,
    json_option,
    output_option,
    overwrite_option,
    preview_option,
    strict_option,
)
from .running import run_here
from .screen import Screen

if TYPE_CHECKING:
    from ..core.models import DatasetFormat
    from .running import Here


@click.command()
@click.argument("job_id", metavar="JOB")
@output_option(required=False)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(DATASET_FORMATS),
    help="File format. Without it: the file's ending, then the job's own.",
)
@click.option(
    "--raw", is_flag=True, help="Leave CSV cells that a spreadsheet would run as they are."
)
@click.option(
    "--partition-by",
    help="Parquet in a folder for each value of this field.",
    metavar="FIELD",
)
@click.option(
    "--part-mb",
    type=click.IntRange(1),
    help="Parquet in files of about so many megabytes.",
    metavar="N",
)
@overwrite_option
@strict_option
@preview_option
@json_option
def merge(  # noqa: PLR0913 - a parameter an option
    job_id: str,
    *,
    output: str | None,
    output_format: DatasetFormat | None,
    raw: bool,
    partition_by: str | None,
    part_mb: int | None,
    overwrite: bool,
    strict: bool,
    preview: int,
    as_json: bool,
) -> int:
    """Write the dataset of a COMPLETED job, in any format, as often as you like.

    Every chunk's sha256 is checked on the way, and the finished data is judged against what was
    promised: exit code 1 where a check is broken. With --strict such a dataset is not written.

    \b
    Examples:
      rowmill merge JOB -o customers.parquet
      rowmill merge JOB -o customers.csv --overwrite --preview 20
      rowmill merge JOB -o customers.csv.gz --raw
      rowmill merge JOB -o shop.sqlite              all tables in one database
      rowmill merge JOB -o shop.sql                 a script: sqlite3 shop.db < shop.sql
      rowmill merge JOB -o shop.pg.sql              a script: psql -f shop.pg.sql
      rowmill merge JOB -o shop.zip --format csv    all tables in one archive
      rowmill merge JOB -o orders.parquet --partition-by status
      rowmill merge JOB -o s3://bucket/folder/orders.parquet
    """
    from .making import Target

    if partition_by is not None and part_mb is not None:
        raise click.UsageError("Partition either by a field or by size.")
    partition = None
    if partition_by is not None or part_mb is not None:
        from ..core.dataset_formats import Partition

        partition = Partition(partition_by, part_mb * 1_000_000 if part_mb else None)
    target = Target(output, output_format, overwrite, raw, partition, preview, strict)

    async def work(here: Here) -> int:
        from . import documents, reports
        from .making import write

        job = await here.app.manager.get(job_id)
        made = await write(here, job, target)
        reports.dataset(here.screen, made)
        here.screen.document(documents.dataset(made))
        return 0 if all(verdict.held for verdict in made.verdicts) else 1

    return run_here(work, Screen(as_json=as_json))
