"""`rowmill report`: a job's dataset as something to look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ..utils.text import clean, count
from .options import json_option, overwrite_option
from .running import run_here
from .screen import Screen

if TYPE_CHECKING:
    from ..core.models import Job
    from ..reporting.model import Column, Report, Table
    from .running import Here

FORMATS = ("html", "json", "md", "terminal")
NAME, SPREAD, FACTS = 24, 48, 240


@click.command()
@click.argument("job_id", metavar="JOB")
@click.option(
    "-o", "--output", type=click.Path(), metavar="FILE",
    help="The file to write: report.html, report.json or report.md; s3://BUCKET/… and "
    "gs://BUCKET/… too. Without it the report is shown here.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(FORMATS),
    help="Without it: the file's ending, then terminal.",
)  # fmt: skip
@overwrite_option
@json_option
def report(
    job_id: str, *, output: str | None, form: str | None, overwrite: bool, as_json: bool
) -> int:
    """Show what a COMPLETED job made: whether its promises hold, and how every column came out.

    Promises come first, broken ones at the top. Then, of each column, what was declared beside
    what came out; correlations, how tables are linked, the cost, and where the rows come from.
    The HTML form is one file that needs neither network nor scripts, for a browser, a phone or a
    printer; its charts need pip install "rowmill[report]". Exit code 1 where a promise is broken.

    \b
    Examples:
      rowmill report JOB
      rowmill report JOB -o shop.html
      rowmill report JOB -o shop.md
      rowmill report JOB --json | jq .verdicts
    """
    chosen = _chosen(output, form, as_json)

    async def work(here: Here) -> int:
        job = await here.app.manager.get(job_id)
        made = await _gathered(here, job, drawn=chosen == "html")
        if chosen == "terminal":
            shown(here.screen, made)
        elif output is None:
            click.echo(await _written(made, chosen), nl=False)
        else:
            await _save(here, made, output, chosen, overwrite)
        return 0 if made.held == len(made.verdicts) else 1

    return run_here(work, Screen(as_json=as_json))


async def _gathered(here: Here, job: Job, *, drawn: bool) -> Report:
    """`drawn`: while the rows are read, what draws is started."""
    import asyncio

    if not drawn:
        return await here.app.reports.report(job)
    from ..reporting.charts import library, warm_up

    library()  # not installed? said before a million rows are read
    made, _ = await asyncio.gather(here.app.reports.report(job), asyncio.to_thread(warm_up))
    return made


def _chosen(output: str | None, form: str | None, as_json: bool) -> str:
    """Raises: InvalidArgument, click.UsageError: that can be no report's file."""
    from ..reporting.forms import form_of
    from .making import refuse_no_file

    if output is None:
        return form or ("json" if as_json else "terminal")
    refuse_no_file(output)
    found = form or form_of(output)
    if found is None or found == "terminal":
        raise click.UsageError("A report's file is an .html, .json or .md; or say --format.")
    return found


async def _written(made: Report, form: str) -> str:
    import asyncio

    from ..reporting.forms import FORMS

    return await asyncio.to_thread(FORMS[form], made)


async def _save(here: Here, made: Report, output: str, form: str, overwrite: bool) -> None:
    """Raises: AlreadyExists, NotConfigured, StorageError."""
    from .making import folder_of, name_of

    outputs, name = folder_of(here.app, output), name_of(output)
    with outputs.publish(name, overwrite=overwrite) as publication:
        publication.file.write((await _written(made, form)).encode("utf-8", "replace"))
    place = outputs.locate(name)
    here.screen.say(f"Wrote {place}", "bold green")
    here.screen.say(f"  {made.headline}")
    here.screen.document(
        {"job_id": made.job_id, "file": place, "format": form, "held": made.held,
         "promises": len(made.verdicts)}
    )  # fmt: skip


# ── on a terminal ─────────────────────────────────────────────────────────────────────────────


def shown(screen: Screen, made: Report) -> None:
    """Promises, then each table's columns with small bars, then cost and origin."""
    from ..reporting.words import cost_facts, headline_tiles, origin_facts
    from .reports import verdicts

    screen.say(f"{made.name}  {made.job_id}", "bold")
    screen.say(" · ".join(f"{name} {value}" for name, value in headline_tiles(made)))
    screen.say()
    verdicts(screen, sorted(made.verdicts, key=lambda verdict: verdict.held))
    for table in made.tables:
        _table(screen, table, alone=len(made.tables) == 1)
    for link in made.links:
        screen.say(f"{link.child} ({', '.join(link.fields)}) → {link.parent}")
    for name, value in [*cost_facts(made.cost), *origin_facts(made)]:
        screen.say(f"{name}: {value}")
    for file in made.files:
        screen.say(f"file {file.name}: sha256 {file.sha256}")


def _table(screen: Screen, table: Table, *, alone: bool) -> None:
    from .screen import grid

    screen.say()
    screen.say(
        f"{table.name} · {count(table.rows, 'row')}" if not alone else "Columns", "bold cyan"
    )
    rows = [
        (clean(column.name, NAME), clean(_spread(column), SPREAD), _facts(column))
        for column in table.columns
    ]
    if screen.narrow:
        for name, spread, facts in rows:
            screen.say(f"{name}: {spread}")
            screen.say(f"  {facts}")
    else:
        screen.show(grid(("column", "came out (declared)", "figures"), rows, cell=FACTS))
    correlated = list(_pairs(table))
    if correlated:
        screen.say(f"correlations: {', '.join(correlated)}")
    screen.say()


def _spread(column: Column) -> str:
    from ..reporting.words import sparks, top_values

    if column.bars:
        return top_values(column)
    return sparks(column) if column.histogram else ", ".join(column.examples[:2])


def _facts(column: Column) -> str:
    from ..reporting.words import column_facts

    return ", ".join(f"{name} {value}" for name, value in column_facts(column))


def _pairs(table: Table) -> Iterator[str]:
    from ..reporting.words import correlated

    for one, other, r in correlated(table.correlations)[:5]:
        yield f"{one} and {other} {r:.2f}"
