"""What each tool answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

Rows = Annotated[
    dict[str, list[dict[str, Any]]],
    Field(description="First rows by table; long cells are cut."),
]
Next = Annotated[str | None, Field(description="What to do now.")]


class Answer(BaseModel):
    """A field with a default may be absent; one without is there, if only as null."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, ser_json_inf_nan="null")

    @model_serializer(mode="wrap")
    def _without_what_is_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        document: dict[str, Any] = handler(self)
        for name, field in type(self).model_fields.items():
            if not field.is_required() and getattr(self, name) is None:
                document.pop(field.alias or name, None)
        return document

    def document(self) -> dict[str, Any]:
        """JSON values, as published."""
        return self.model_dump(mode="json", by_alias=True)


class Waited(Answer):
    """Of calls that wait: `working` means that it goes on and that only `next` matters yet."""

    state: Literal["done", "working"]
    next: Next = None


class SchemaProblem(Answer):
    path: str
    code: str
    message: str
    hint: str


class Estimate(Answer):
    rows: int
    calls: Annotated[int, Field(description="calls of the language model")]
    input_tokens: int
    output_tokens: int
    cost_usd: Annotated[float | None, Field(description="null: the model's price is not known")]
    seconds: float
    bytes: int


class Extracted(Waited):
    schema_id: Annotated[str | None, Field(description="stands for the schema in later calls")] = (
        None
    )
    schema_: Annotated[
        dict[str, Any] | None,
        Field(alias="schema", description="with its expectations; a summary where it is large"),
    ] = None
    assumptions: Annotated[
        list[str] | None, Field(description="what was assumed: tell the user")
    ] = None
    questions: Annotated[list[str] | None, Field(description="open: ask the user")] = None
    answered: Annotated[
        list[str] | None, Field(description="what the user answered to questions just now")
    ] = None
    not_understood: Annotated[
        list[str] | None, Field(description="the request's own words that had no effect")
    ] = None
    warnings: list[str] | None = None
    problems: Annotated[
        list[SchemaProblem] | None, Field(description="to be mended before a job can be created")
    ] = None
    output_format: Annotated[
        str | None, Field(description="the file format the request names: pass it to create_job")
    ] = None
    preview: Rows | None = None
    engine: Annotated[str | None, Field(description="who read the request: local or a model")] = (
        None
    )


class Validated(Answer):
    valid: bool
    schema_id: Annotated[str | None, Field(description="null where it is no schema at all")]
    problem_count: int
    problems: Annotated[list[SchemaProblem], Field(description="at most 50 are shown")]
    mended_id: Annotated[
        str | None,
        Field(description="schema_id of the schema with every problem fixed, if there is one"),
    ] = None
    mended: Annotated[
        dict[str, Any] | None, Field(description="that schema, or a summary of it; ask the user")
    ] = None
    warnings: list[str]
    estimate: Annotated[
        Estimate | None, Field(description="null while there are problems or no rows")
    ]
    preview: Rows


class PlannedTable(Answer):
    table: str
    rows: int
    chunks: int


class Plan(Answer):
    rows: int
    chunks: int
    chunk_size: int
    tables: list[PlannedTable]
    output_format: str
    storage: str
    generation: str
    model: Annotated[str | None, Field(description="null: no language model is needed")]
    seed: int
    as_of: str


class Created(Answer):
    job_id: str
    name: str
    status: str
    plan: Plan
    estimate: Estimate
    next: str


class Chunk(Waited):
    job_id: str
    chunk_index: int | None = None
    table: str | None = None
    first_row: Annotated[int | None, Field(description="counted from 0 within the table")] = None
    rows: int | None = None
    bytes: int | None = None
    sha256: str | None = None
    format: str | None = None
    seconds: float | None = None


class Spending(Answer):
    table: str
    fields: Annotated[str, Field(description="a field; empty: the whole table")]
    calls: Annotated[int, Field(description="also those shared with other fields")]
    input_tokens: int
    output_tokens: int
    thinking_tokens: Annotated[int, Field(description="part of output_tokens")]
    cached_tokens: Annotated[int, Field(description="part of input_tokens")]
    cost_usd: float | None


class Progress(Answer):
    job_id: str
    name: str
    status: str
    running: Annotated[bool, Field(description="whether a process works on it now")]
    rows_done: int
    rows_owed: int
    rows_total: int
    chunks_done: int
    chunks_owed: int
    chunks_total: int
    percent: float
    rows_per_s: float | None
    seconds_left: float | None
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: Annotated[float | None, Field(description="null: the model's price is not known")]
    expected_cost_usd: Annotated[
        float | None, Field(description="of the whole job, as its first rows show; null before")
    ]
    spending: Annotated[
        list[Spending],
        Field(description="by table (fields is empty) and by field, the costliest first"),
    ]
    rejected_rows: Annotated[dict[str, int], Field(description="model-written rows, by reason")]
    last_problem: str | None
    allowed: Annotated[list[str], Field(description="actions control_job takes now")]
    next: str


class Controlled(Answer):
    job_id: str
    before: str
    after: Annotated[str | None, Field(description="null: the job is deleted")]
    allowed: Annotated[list[str], Field(description="actions possible now")]
    next: Next = None


class JobLine(Answer):
    job_id: str
    name: str
    status: str
    running: bool
    percent: float
    rows: int


class JobPage(Answer):
    jobs: Annotated[list[JobLine], Field(description="newest first")]
    next_cursor: Annotated[str | None, Field(description="null: this was the last page")]


class DatasetFile(Answer):
    table: str
    path: str
    bytes: int
    rows: int
    sha256: str


class Verdict(Answer):
    check: str
    about: str
    held: bool
    target: str
    measured: str
    metric: Annotated[str | None, Field(description="SDMetrics' name of what was measured")] = None
    score: Annotated[float | None, Field(description="0 to 1, where the metric has one")] = None


class Merged(Waited):
    job_id: str
    path: Annotated[str | None, Field(description="the file, or the folder of several")] = None
    uri: str | None = None
    format: str | None = None
    bytes: int | None = None
    rows: int | None = None
    sha256: Annotated[str | None, Field(description="of the file, where there is one")] = None
    files: list[DatasetFile] | None = None
    file_count: int | None = None
    verdict: Annotated[str | None, Field(description="how many expectations hold")] = None
    verdicts: Annotated[
        list[Verdict] | None, Field(description="broken ones first; all stand in the manifest")
    ] = None
    preview: Rows | None = None
    manifest: str | None = None
    neutralised_cells: Annotated[
        int | None, Field(description="CSV cells that a spreadsheet would have run as formulas")
    ] = None
