"""`rowmill schema`: requests and documents as schemas."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..utils.text import count
from .options import json_option, overwrite_option
from .running import run_here
from .screen import Screen

if TYPE_CHECKING:
    from ..core.schemas import Validation
    from ..interchange.exporting import Target
    from ..interchange.guessing import Source
    from ..interchange.notes import Exported, Imported
    from .running import Here


# The same words as in src/interchange; a test compares. Importing them would slow --help.
SOURCES = ("json-schema", "frictionless", "ddl", "sample")
READ_DIALECTS = ("sqlite", "postgres", "mysql", "tsql", "oracle")
TARGETS = ("json-schema", "frictionless", "ddl")
WRITTEN_DIALECTS = ("sqlite", "postgres")


@click.group()
def schema() -> None:
    """Turn a request into a schema, check one, take one over, hand one out, show the language.

    \b
    Example:
      rowmill schema extract "300 invoices with number, date, amount" > invoices.json
      rowmill schema validate invoices.json
      rowmill generate --schema invoices.json -o invoices.csv
      rowmill schema import database.sql -o database.json
    """


@schema.command()
@click.argument("request")
@click.option(
    "--schema",
    "schema_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A schema that the request refines.",
    metavar="FILE",
)
@click.option("--local", is_flag=True, help="Read it here; ask no model.")
@json_option
def extract(request: str, schema_file: Path | None, local: bool, as_json: bool) -> int:
    """Read a request; the schema goes to stdout, what was assumed to stderr.

    REQUEST `-` reads it from stdin.

    \b
    Examples:
      rowmill schema extract "200 customers: name, e-mail, age 18 to 80" > customers.json
      rowmill schema extract "add a phone number" --schema customers.json > more.json
    """

    async def work(here: Here) -> int:
        from ..core.errors import InvalidSchema
        from ..core.schemas import Given
        from . import documents, reports
        from .wishes import read_document, request_text

        current = Given(document=read_document(schema_file)) if schema_file else None
        found = await here.app.schemas.extract(
            request_text(request), current=current, locally=local
        )
        reports.understood(Screen(as_json=as_json, aside=True), found)
        answer = documents.extracted(found)
        here.screen.data(answer if as_json else answer["schema"])
        if found.problems and not as_json:
            raise InvalidSchema(found.problems)
        return 2 if found.problems else 0

    return run_here(work, Screen(as_json=as_json))


def _paper_option(command: Callable[..., int]) -> Callable[..., int]:
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The file to write; without it: stdout.",
        metavar="FILE",
    )(overwrite_option(command))


@schema.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rows", type=click.IntRange(0), help="How many rows it is for.", metavar="N")
@click.option("--fix", is_flag=True, help="Write the schema with every problem mended.")
@_paper_option
@json_option
def validate(
    file: Path, rows: int | None, fix: bool, output: Path | None, overwrite: bool, as_json: bool
) -> int:
    """Everything that is wrong with a schema, at once; exit code 2 where something is.

    With --fix the mended schema goes to stdout or to a file, and what was wrong to stderr: read
    both, for a fix may drop what cannot be had.

    \b
    Examples:
      rowmill schema validate customers.json --rows 100000
      rowmill schema validate customers.json --rows 100000 --fix -o mended.json
    """

    async def work(here: Here) -> int:
        from ..core.errors import InvalidSchema
        from ..core.schemas import Given
        from . import documents
        from .wishes import read_document

        given = Given(document=read_document(file))
        found = await here.app.schemas.validate(given, row_count=rows)
        here.screen.document(documents.validated(found))
        if fix and (not found.problems or found.mended):
            return _fixed(here.screen, found, output, overwrite)
        if found.problems and not as_json:
            raise InvalidSchema(found.problems, hint=_fix_hint(found))
        _show(here.screen, found)
        return 2 if found.problems else 0

    return run_here(work, Screen(as_json=as_json))


def _fix_hint(found: Validation) -> str:
    return "mend these, or let --fix do it" if found.mended else ""


def _fixed(screen: Screen, found: Validation, output: Path | None, overwrite: bool) -> int:
    """The mended schema, or the one that needed no mending."""
    from ..core.schemas import ROWS_MISSING

    right = found.mended or found.schema
    if right is None:
        return 2
    may_be_open = len(right.tables) == 1
    wrong = (p for p in found.problems if not (may_be_open and p.code == ROWS_MISSING))
    aside = Screen(as_json=screen.as_json, aside=True)
    aside.listed("Mended:", map(str, wrong))
    if found.schema is None:
        aside.listed("Mind:", found.warnings)
    _keep(screen, right.document(), output, overwrite)
    return 0


def _show(screen: Screen, found: Validation) -> None:
    from . import reports

    if found.schema is None:
        return
    reports.schema(screen, found.schema)
    screen.listed("Mind:", found.warnings)
    cost = found.estimate
    size = f": {count(cost.rows, 'row')}, about {cost.bytes:,} bytes" if cost else ""
    screen.say(f"valid{size}", "bold green")


@schema.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Choice(SOURCES),
    help="What the file is. Without it: its ending and its content decide.",
)
@click.option(
    "--dialect",
    type=click.Choice(READ_DIALECTS),
    help="Which SQL it is. Without it: the SQL's own signs decide.",
)
@_paper_option
@json_option
def import_(
    file: Path,
    source: Source | None,
    dialect: str | None,
    output: Path | None,
    overwrite: bool,
    as_json: bool,
) -> int:
    """Take over a schema that exists: JSON Schema, Frictionless, SQL DDL, or a sample's columns.

    FILE is a JSON Schema, a Frictionless Table Schema or Data Package, CREATE TABLE statements, or
    a CSV or Parquet file with example rows. What was assumed, and what has no place in a schema
    here, goes to stderr; nothing is dropped without a word.

    \b
    Examples:
      rowmill schema import database.sql --dialect postgres -o database.json
      rowmill schema import order.schema.json > order.json
      rowmill schema import customers.csv -o customers.json
    """

    async def work(here: Here) -> int:
        from . import papers

        found = papers.imported(file, source, dialect, here.app.schemas.today())
        _keep(here.screen, found.document, output, overwrite)
        return await _told(here, found)

    return run_here(work, Screen(as_json=as_json))


def _keep(
    screen: Screen, document: Mapping[str, Any], output: Path | None, overwrite: bool
) -> None:
    from . import papers

    if output is not None:
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        papers.written(output, text, overwrite=overwrite)
    elif not screen.as_json:
        screen.data(document)


async def _told(here: Here, found: Imported) -> int:
    """What was assumed and left out, and what the engine says to the result."""
    from ..core.schemas import ROWS_MISSING, Given
    from . import documents, papers

    seen = await here.app.schemas.validate(Given(document=found.document))
    problems = [problem for problem in seen.problems if problem.code != ROWS_MISSING]
    aside = Screen(as_json=here.screen.as_json, aside=True)
    papers.noted(aside, f"Assumed of this {found.source}:", found.assumed)
    papers.noted(aside, "Left out:", found.left_out)
    aside.listed("To mend before rows can be made:", map(str, problems))
    here.screen.document(documents.imported(found, problems))
    return 0


@schema.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "target", type=click.Choice(TARGETS), required=True, help="What to write.")
@click.option(
    "--dialect",
    type=click.Choice(WRITTEN_DIALECTS),
    default="sqlite",
    show_default=True,
    help="Which SQL to write.",
)
@_paper_option
@json_option
def export(
    file: Path, target: Target, dialect: str, output: Path | None, overwrite: bool, as_json: bool
) -> int:
    """Hand out a schema as JSON Schema, Frictionless Data Package or SQL DDL.

    FILE is a schema of rowmill's. What the other language has no word for goes to stderr.

    \b
    Examples:
      rowmill schema export shop.json --to ddl --dialect postgres -o shop.sql
      rowmill schema export shop.json --to json-schema
    """
    from ..core.parsing import parse_schema
    from ..interchange.exporting import export_schema
    from . import papers
    from .wishes import read_document

    found = export_schema(parse_schema(read_document(file)), target, dialect=dialect)
    if output is not None:
        papers.written(output, found.text, overwrite=overwrite)
    elif not as_json:
        click.echo(found.text, nl=False)
    _exported(found, as_json)
    return 0


def _exported(found: Exported, as_json: bool) -> None:
    from . import documents, papers

    papers.noted(Screen(as_json=as_json, aside=True), "Left out:", found.left_out)
    Screen(as_json=as_json).document(documents.exported(found))


@schema.command()
@json_option
def spec(as_json: bool) -> int:
    """The schema language as a JSON Schema, for editors and validators.

    \b
    Example:
      rowmill schema spec > rowmill.schema.json
    """
    from ..core.spec import published_text

    del as_json  # it is JSON either way
    click.echo(published_text(), nl=False)
    return 0
