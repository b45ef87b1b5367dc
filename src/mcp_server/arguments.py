"""What each tool takes."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..core.models import DatasetFormat, Generation, OutputFormat, StorageKind
from .strict import Arguments, AsWhole, Document, DocumentOrText, Documents

MAX_ROWS = 1_000_000_000
MAX_WAIT_S = 25
SAFE_INTEGER = 2**53 - 1  # beyond it a client written in JavaScript sends another number

JobId = Annotated[str, Field(max_length=64, description="from create_job or list_jobs: job_…")]
SchemaId = Annotated[
    str, Field(max_length=64, description="from extract_schema or validate_schema: sch_…")
]
SchemaDocument = Annotated[
    Document,
    Field(description="The schema itself, as an object; or give schema_id."),
]
RowCount = Annotated[
    int,
    Field(
        ge=1,
        le=MAX_ROWS,
        description="Rows, for a schema of one table; with several, each has its own rows.",
    ),
    AsWhole,
]
ChunkSize = Annotated[int, Field(ge=1, le=1_000_000), AsWhole]
Unsigned = Annotated[int, Field(ge=0, le=SAFE_INTEGER), AsWhole]
PageSize = Annotated[int, Field(ge=1, le=50, description="Jobs a page."), AsWhole]
WaitSeconds = Annotated[
    float,
    Field(
        ge=0,
        le=MAX_WAIT_S,
        description="Longest wait for this answer, default 20; the work itself goes on.",
    ),
]
Format = Annotated[OutputFormat, Field(description="File format.")]
Status = Literal[
    "PENDING", "SCHEMA_VALIDATION", "GENERATING", "PAUSED", "COMPLETED", "FAILED", "CANCELLED"
]
Action = Literal["start", "pause", "resume", "cancel", "retry", "delete"]


class ExtractSchema(Arguments):
    description: Annotated[
        str,
        Field(
            min_length=1,
            max_length=20_000,
            description="What data is needed, in the user's own words: fields, ranges, shares, "
            "number of rows, file format.",
        ),
    ]
    sample_rows: Annotated[
        Documents | None,
        Field(max_length=20, description="A few example records to learn fields and types from."),
    ] = None
    current_schema: Annotated[
        DocumentOrText | None,
        Field(description="To refine one: a schema, or the schema_id of one."),
    ] = None
    wait_s: WaitSeconds | None = None


class ValidateSchema(Arguments):
    either: ClassVar[tuple[str, ...]] = ("schema", "schema_id")

    document: Annotated[SchemaDocument | None, Field(alias="schema")] = None
    schema_id: SchemaId | None = None
    row_count: RowCount | None = None


class CreateJob(Arguments):
    either: ClassVar[tuple[str, ...]] = ("schema", "schema_id")

    document: Annotated[SchemaDocument | None, Field(alias="schema")] = None
    schema_id: SchemaId | None = None
    row_count: RowCount | None = None
    output_format: Annotated[Format | None, Field(description="File format; default csv.")] = None
    chunk_size: Annotated[
        ChunkSize | None, Field(description="Rows a chunk; leave it out, it is chosen well.")
    ] = None
    storage: Annotated[
        StorageKind | None,
        Field(description="Where chunks live; default disk. memory is lost with the server."),
    ] = None
    generation: Annotated[
        Generation | None,
        Field(
            description="Who makes the rows: auto (code, and a language model for fields that "
            "need words; default), local (code only, free), llm (the model writes every field)."
        ),
    ] = None
    seed: Annotated[Unsigned | None, Field(description="The same seed gives the same rows.")] = None
    max_cost_usd: Annotated[
        float | None, Field(gt=0, description="The job pauses before it would cost more.")
    ] = None
    name: Annotated[
        str | None, Field(min_length=1, max_length=100, description="A name for people.")
    ] = None
    start: Annotated[
        bool, Field(description="true: run at once, in the background, to the end.")
    ] = False


class GenerateChunk(Arguments):
    job_id: JobId
    chunk_index: Annotated[
        Unsigned | None, Field(description="Which chunk, from 0; default: the next one owed.")
    ] = None
    wait_s: WaitSeconds | None = None


class GetJobProgress(Arguments):
    job_id: JobId
    wait_s: Annotated[
        float | None,
        Field(
            ge=0,
            le=MAX_WAIT_S,
            description="Answer at the latest after so many seconds, earlier when the state "
            "changes or a tenth more is done; default 20, 0 answers at once.",
        ),
    ] = None


class ControlJob(Arguments):
    job_id: JobId
    action: Annotated[Action, Field(description="What to do with the job.")]


class ListJobs(Arguments):
    status: Annotated[Status | None, Field(description="Only jobs in this state.")] = None
    limit: PageSize = 20
    cursor: Annotated[
        str | None, Field(max_length=500, description="next_cursor of the page before.")
    ] = None


class MergeAndDownload(Arguments):
    job_id: JobId
    output_format: Annotated[
        DatasetFormat | None,
        Field(
            description="File format; default: file_name's ending, then the job's own. sqlite, "
            "sql (SQLite script), pg.sql (psql script) and *.zip hold all tables in one file."
        ),
    ] = None
    file_name: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=200,
            description="Name below the output folder; for several tables a folder's. "
            "Default: the job's id.",
        ),
    ] = None
    overwrite: Annotated[
        bool, Field(description="true: replace a file of that name. Ask the user first.")
    ] = False
    strict: Annotated[
        bool,
        Field(description="true: no file is written where an expectation is broken."),
    ] = False
    wait_s: WaitSeconds | None = None
