"""From what a person typed to a job's request."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..core.errors import InvalidArgument, InvalidSchema

if TYPE_CHECKING:
    from ..core.job_manager import Created, JobRequest
    from ..core.models import OutputFormat
    from ..core.schemas import Extracted, Given
    from ..wiring import App
    from .options import Wish


@dataclass(frozen=True, slots=True)
class Understood:
    """The schema to use; `extracted` is None where it came from a file alone."""

    given: Given
    extracted: Extracted | None


async def understand(app: App, wish: Wish) -> Understood:
    """Read the request, the schema file, or the request as a refinement of the file.

    Raises:
        InvalidSchema, InvalidArgument, ProviderError
        click.UsageError: there is neither a request nor a file.
    """
    from ..core.schemas import Given

    document = read_document(wish.schema_file) if wish.schema_file else None
    current = Given(document=document) if document is not None else None
    if wish.request is None:
        if current is None:
            raise click.UsageError("Say what data you need, or name a --schema FILE.")
        return Understood(current, None)
    generation = wish.generation or app.settings.job.default_generation
    extracted = await app.schemas.extract(
        request_text(wish.request), current=current, locally=generation == "local"
    )
    return Understood(Given(schema_id=extracted.schema_id), extracted)


def job_request(
    app: App, wish: Wish, understood: Understood, named: OutputFormat | None = None
) -> JobRequest:
    """`named` is the format that the output file's ending says."""
    from ..core.job_manager import JobRequest

    extracted, settings = understood.extracted, app.settings
    if extracted is not None and extracted.problems:
        raise InvalidSchema(extracted.problems)
    said = extracted.reading.output_format if extracted is not None else None
    return JobRequest(
        given=understood.given,
        row_count=wish.rows,
        output_format=wish.output_format or named or said or settings.job.default_format,
        chunk_size=wish.chunk_size,
        storage=wish.storage or settings.storage.backend,
        generation=wish.generation or settings.job.default_generation,
        seed=wish.seed,
        max_cost_usd=wish.max_cost_usd,
        name=wish.name,
    )


async def create(app: App, request: JobRequest) -> Created:
    """The planned job; that nobody said how many rows is said in this command's words.

    Raises:
        InvalidSchema, InvalidArgument, LimitExceeded, NotConfigured
    """
    try:
        return await app.manager.create(request)
    except InvalidSchema as exc:
        if any(problem.code != "rows_missing" for problem in exc.problems):
            raise
        tables = " and ".join(problem.message for problem in exc.problems)
        hint = "add --rows 1000, or say it in the request or, table by table, in the schema"
        raise InvalidArgument(tables, hint=hint) from None


def request_text(request: str) -> str:
    """The request itself, or all of stdin where it is `-`.

    Raises:
        InvalidArgument: what stdin gives is not text.
    """
    from ..core.schemas import MAX_DESCRIPTION

    if request != "-":
        return request
    if sys.stdin is None:  # closed, as in `<&-`
        raise InvalidArgument("stdin is closed", hint="pipe in a text")
    data = sys.stdin.buffer.read(4 * MAX_DESCRIPTION + 1)  # a character has at most four bytes
    if len(data) > 4 * MAX_DESCRIPTION:
        hint = f"at most {MAX_DESCRIPTION:,} characters; put details into a schema"
        raise InvalidArgument("stdin holds too much for a request", hint=hint)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidArgument("stdin is not UTF-8 text", hint="pipe in a text") from None


def read_document(path: Path) -> dict[str, Any]:
    """A schema file's JSON object.

    Raises:
        InvalidArgument: it is none, or cannot be read.
    """
    from ..core.parsing import MAX_DOCUMENT_BYTES

    try:
        with path.open("rb") as file:
            data = file.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as exc:
        raise InvalidArgument(f"{path} cannot be read: {exc.strerror}") from exc
    if len(data) > MAX_DOCUMENT_BYTES:
        raise InvalidArgument(
            f"{path} is larger than {MAX_DOCUMENT_BYTES // 1024} KiB", hint="is it a schema?"
        )
    document = _parsed(path, data)
    if not isinstance(document, dict):
        hint = 'a schema is an object: {"fields": [...]}; see rowmill schema spec'
        raise InvalidArgument(f"{path} holds no JSON object", hint=hint)
    return document


def _parsed(path: Path, data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as exc:
        where = f"line {exc.lineno}, column {exc.colno}"
        raise InvalidArgument(f"{path} is not JSON: {exc.msg} ({where})", hint="mend it") from None
    except (UnicodeDecodeError, RecursionError) as exc:
        kind = "nested too deeply" if isinstance(exc, RecursionError) else "not UTF-8 text"
        raise InvalidArgument(f"{path} is {kind}", hint="is it a schema?") from None
    except ValueError:  # what is left: Python reads no whole number of more than 4,300 digits
        raise InvalidArgument(f"{path} holds a number that is too long", hint="mend it") from None
