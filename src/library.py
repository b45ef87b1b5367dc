"""rowmill for Python: a sentence or a job becomes data frames."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from .config import Settings
from .core.datasets import refuse_broken
from .core.errors import CallerError, IllegalTransition, InvalidArgument
from .core.job_manager import JobRequest
from .core.models import Generation, Job, JobState
from .core.schemas import Given
from .wiring import App, open_app

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import BaseModel

    from .core.tracing import CellTrace
    from .interchange.notes import Imported
    from .reporting.model import Report

T = TypeVar("T")


def generate(
    request: str | None = None,
    *,
    schema: Mapping[str, Any] | None = None,
    rows: int | None = None,
    seed: int | None = None,
    generation: Generation = "auto",
    strict: bool = False,
) -> pd.DataFrame | dict[str, pd.DataFrame]:
    """The data asked for in words, or by a schema: a data frame, or one a table by its name.

    Columns have Arrow types, so that decimals stay exact and integers may be null. With `strict`
    the rows are judged first, and PromiseBroken says which promise does not hold.

    Raises:
        RowmillError: the message says what to do.
    """

    async def made(app: App) -> pd.DataFrame | dict[str, pd.DataFrame]:
        given = Given(document=schema)
        if request is not None:
            given = Given(schema_id=(await app.schemas.extract(request)).schema_id)
        created = await app.manager.create(
            JobRequest(
                given,
                row_count=rows,
                output_format="parquet",
                seed=seed,
                generation=generation,
                start=True,
            )
        )
        job = await app.manager.run(created.job.job_id)
        if job.state is not JobState.COMPLETED:
            raise CallerError(
                f"the job {job.job_id} is {job.state}: {job.problem}",
                hint=f"when that is mended: rowmill jobs resume {job.job_id} --wait",
            )
        if strict:
            refuse_broken(await app.datasets.judged(job))
        frames = await _frames(app, job)
        return frames if len(frames) > 1 else next(iter(frames.values()))

    if (request is None) == (schema is None):
        raise InvalidArgument("say what you need once", hint="either a request or schema=…")
    if not isinstance(request, str | None) or not isinstance(schema, Mapping | None):
        raise InvalidArgument(
            "a request is text and a schema a mapping",
            hint='generate("500 customers with …") or generate(schema={"fields": […]}, rows=500)',
        )
    return _run(made)


def load(job_id: str, *, table: str | None = None) -> pd.DataFrame:
    """A job's rows as a data frame; `table` is needed where the job has several.

    Raises:
        NotFound, IllegalTransition (the job is not COMPLETED), ChunkDamaged, InvalidArgument
    """

    async def loaded(app: App) -> pd.DataFrame:
        job = await app.manager.get(job_id)
        if job.state is not JobState.COMPLETED:
            raise IllegalTransition(
                f"cannot load a job that is {job.state}", hint="wait until it is COMPLETED"
            )
        names = [name for name, _ in job.spec.rows]
        if (table or names[0]) not in names or (table is None and len(names) > 1):
            raise InvalidArgument("which table?", hint="table= one of " + ", ".join(names))
        return (await _frames(app, job, only=table or names[0]))[table or names[0]]

    return _run(loaded)


def report(job_id: str) -> Report:
    """What a COMPLETED job made, column by column, and whether its promises hold.

    `headline`, `verdicts`, `tables` to look at; `document()` as JSON values, `html()` and
    `markdown()` as pages (the first needs the extra `rowmill[report]`).

    Raises:
        NotFound, IllegalTransition (the job is not COMPLETED), ChunkDamaged, ChunkMissing
    """

    async def reported(app: App) -> Report:
        return await app.reports.report(await app.manager.get(job_id))

    return _run(reported)


def trace(
    job_id: str, row: int, *, table: str | None = None, field: str | None = None
) -> tuple[CellTrace, ...]:
    """How the cells of a row came to be, or the one of `field`; rows count from 0.

    Raises:
        NotFound, InvalidArgument, ChunkDamaged
    """

    async def traced(app: App) -> tuple[CellTrace, ...]:
        job = await app.manager.get(job_id)
        return await app.tracing.trace(job, row, table=table, field=field)

    return _run(traced)


def schema_of(model: type[BaseModel]) -> Imported:
    """A pydantic model class as a schema: its `document` is what `generate(schema=…)` takes.

    `assumed` and `left_out` say what was made of what a schema has no word for.

    Raises:
        InvalidArgument: it is no such class, or has no fields.
    """
    from pydantic import BaseModel
    from pydantic.errors import PydanticInvalidForJsonSchema

    from .interchange.json_schema_in import import_json_schema
    from .interchange.names import legal

    if not (isinstance(model, type) and issubclass(model, BaseModel)) or model is BaseModel:
        raise InvalidArgument("this is no pydantic model", hint="give the class itself")
    try:
        document = model.model_json_schema()
    except PydanticInvalidForJsonSchema as exc:
        hint = "leave out the fields that JSON cannot hold"
        raise InvalidArgument(f"{model.__name__} has no JSON Schema: {exc}", hint=hint) from None
    return import_json_schema(document, name=legal(model.__name__.lower()))


async def _frames(app: App, job: Job, *, only: str | None = None) -> dict[str, pd.DataFrame]:
    import pandas as pd

    tables = await app.datasets.tables(job, only=only)
    # Arrow's threads can outlive the interpreter and abort it (apache/arrow#34314).
    return {
        name: rows.to_pandas(types_mapper=pd.ArrowDtype, use_threads=False)
        for name, rows in tables.items()
    }


def _run(use: Callable[[App], Coroutine[Any, Any, T]]) -> T:
    """In a thread with a loop of its own: notebooks have one running already."""

    async def opened() -> T:
        async with open_app(Settings.load()) as app:
            return await use(app)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, opened()).result()
