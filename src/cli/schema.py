"""`rowmill schema`: requests and documents as schemas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import json_option
from .running import run_here
from .screen import Screen

if TYPE_CHECKING:
    from ..core.schemas import Validation
    from .running import Here


@click.group()
def schema() -> None:
    """Turn a request into a schema, check one, show the language.

    \b
    Example:
      rowmill schema extract "300 invoices with number, date, amount" > invoices.json
      rowmill schema validate invoices.json
      rowmill generate --schema invoices.json -o invoices.csv
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


@schema.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rows", type=click.IntRange(0), help="How many rows it is for.", metavar="N")
@json_option
def validate(file: Path, rows: int | None, as_json: bool) -> int:
    """Everything that is wrong with a schema, at once; exit code 2 where something is.

    \b
    Example:
      rowmill schema validate customers.json --rows 100000
    """

    async def work(here: Here) -> int:
        from ..core.errors import InvalidSchema
        from ..core.schemas import Given
        from . import documents
        from .wishes import read_document

        given = Given(document=read_document(file))
        found = await here.app.schemas.validate(given, row_count=rows)
        here.screen.document(documents.validated(found))
        if found.problems and not as_json:
            raise InvalidSchema(found.problems)
        _show(here.screen, found)
        return 2 if found.problems else 0

    return run_here(work, Screen(as_json=as_json))


def _show(screen: Screen, found: Validation) -> None:
    from . import reports
    from .screen import count

    if found.schema is None:
        return
    reports.schema(screen, found.schema)
    screen.listed("Mind:", found.warnings)
    cost = found.estimate
    size = f": {count(cost.rows, 'row')}, about {cost.bytes:,} bytes" if cost else ""
    screen.say(f"valid{size}", "bold green")


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
