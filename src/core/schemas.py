"""From words or a document to a schema that a person can confirm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ..utils.checksums import schema_id
from .errors import InvalidArgument, InvalidSchema, Problem
from .estimates import Estimate, estimate
from .models import DataSchema, Generation, OutputFormat
from .parsing import parse_schema
from .ports import JobStore, Reading, RowWriter, SchemaReader
from .samples import preview

if TYPE_CHECKING:
    from ..generation.pools import Pools
    from ..generation.recipe import Recipe
    from .chunk_worker import Encode

PREVIEW_ROWS = 3
PREVIEW_SEED = 0
MAX_DESCRIPTION = 20_000
MAX_DOCUMENT_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Extracted:
    """A request as understood, kept under `schema_id` for the calls that follow."""

    schema_id: str
    schema: DataSchema
    reading: Reading
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]
    preview: Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Validation:
    """`schema_id` and `schema` are None where the document is not even shaped like a schema."""

    schema_id: str | None
    schema: DataSchema | None
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]
    estimate: Estimate | None
    preview: Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Given:
    """The schema as a caller names it: a document or the id of one seen before."""

    document: Mapping[str, Any] | None = None
    schema_id: str | None = None


@dataclass(frozen=True, slots=True)
class Schemas:
    """`reader` and `writer` are the model's where a key is set; `local_reader` needs none."""

    jobs: JobStore
    reader: SchemaReader | None
    local_reader: SchemaReader
    writer: RowWriter | None
    pools: Callable[[], Pools]
    encode: Encode
    today: Callable[[], date]
    parallel_calls: int

    async def extract(
        self,
        description: str,
        *,
        sample_rows: Sequence[Mapping[str, Any]] = (),
        current: Given | None = None,
        locally: bool = False,
    ) -> Extracted:
        """The request as the model read it, or (`locally`, or without a key) as our own reader did.

        Raises:
            InvalidArgument, ProviderError
            InvalidSchema: what was read is no schema.
        """
        if not description.strip():
            raise InvalidArgument("the description is empty", hint="say what data you need")
        if len(description) > MAX_DESCRIPTION:
            raise InvalidArgument(
                f"the description has {len(description):,} characters",
                hint=f"at most {MAX_DESCRIPTION:,}; put details into a schema",
            )
        document = await self._document(current) if current else None
        reader = self.local_reader if locally else self.reader or self.local_reader
        reading = await reader.extract_schema(
            description, sample_rows=sample_rows, current_schema=document
        )
        schema = self._dated(parse_schema(reading.document))
        problems, recipe = await asyncio.to_thread(self._compiled, schema, {}, "auto")
        return Extracted(
            schema_id=await self._keep(schema),
            schema=schema,
            reading=reading,
            problems=tuple(problem for problem in problems if problem.code != "rows_missing"),
            warnings=self._warnings(schema),
            preview=preview(recipe, PREVIEW_ROWS) if recipe else {},
        )

    async def validate(
        self,
        given: Given,
        *,
        row_count: int | None = None,
        output_format: OutputFormat = "csv",
        generation: Generation = "auto",
    ) -> Validation:
        """Everything that is wrong at once; never raises for what a document says."""
        try:
            schema = await self.resolve(given)
            rows = self.rows(schema, row_count)
        except InvalidSchema as exc:
            return Validation(None, None, exc.problems, (), None, {})
        problems, recipe = await asyncio.to_thread(self._compiled, schema, rows, generation)
        cost = None
        if recipe is not None and not problems:
            cost = await asyncio.to_thread(self.estimated, recipe, output_format)
        return Validation(
            schema_id=await self._keep(schema),
            schema=schema,
            problems=problems,
            warnings=self._warnings(schema),
            estimate=cost,
            preview=preview(recipe, PREVIEW_ROWS) if recipe else {},
        )

    async def resolve(self, given: Given) -> DataSchema:
        """The schema somebody names, with makers for bare fields and a day that counts as today.

        Raises:
            InvalidSchema, InvalidArgument, NotFound
        """
        from ..reading.enrich import enrich

        document = await self._document(given)
        if given.schema_id is None:
            document, _ = enrich(document)
        return self._dated(parse_schema(document))

    def rows(self, schema: DataSchema, row_count: int | None) -> dict[str, int]:
        """Rows by table, as far as they are said.

        Raises:
            InvalidArgument: `row_count` came with a schema of several tables.
        """
        said = {table.name: table.rows for table in schema.tables if table.rows is not None}
        if row_count is None:
            return said
        if len(schema.tables) > 1:
            raise InvalidArgument(
                "row_count does not say which of several tables it means",
                hint="leave it out and give each table its own rows in the schema",
            )
        return {schema.tables[0].name: row_count}

    def compiled(
        self, schema: DataSchema, rows: Mapping[str, int], generation: Generation, seed: int
    ) -> Recipe:
        """Raises: InvalidSchema."""
        from ..generation.recipe import compile_schema

        return compile_schema(
            schema,
            rows=rows,
            seed=seed,
            as_of=schema.as_of or self.today(),
            pools=self.pools(),
            generation=generation,
        )

    def estimated(self, recipe: Recipe, output_format: OutputFormat) -> Estimate:
        return estimate(recipe, output_format, self.encode, self.writer, self.parallel_calls)

    # ── inside ────────────────────────────────────────────────────────────────────────────────

    async def _document(self, given: Given) -> Mapping[str, Any]:
        if (given.document is None) == (given.schema_id is None):
            raise InvalidArgument(
                "name the schema once", hint="either schema or schema_id, one of the two"
            )
        if given.schema_id is not None:
            return await self.jobs.schema(given.schema_id)
        return given.document or {}

    def _dated(self, schema: DataSchema) -> DataSchema:
        if schema.as_of is not None:
            return schema
        return schema.model_copy(update={"as_of": self.today()})

    def _compiled(
        self, schema: DataSchema, rows: Mapping[str, int], generation: Generation
    ) -> tuple[tuple[Problem, ...], Recipe | None]:
        """Problems, and a recipe for looking at rows even where only their number is missing."""
        from ..generation.checks import check_schema

        as_of = schema.as_of or self.today()
        problems = check_schema(
            schema, rows=rows, pools=self.pools(), as_of=as_of, generation=generation
        )
        if any(problem.code != "rows_missing" for problem in problems):
            return problems, None
        some = {table.name: rows.get(table.name, 100) for table in schema.tables}
        return problems, self.compiled(schema, some, generation, PREVIEW_SEED)

    @staticmethod
    def _warnings(schema: DataSchema) -> tuple[str, ...]:
        bare = [
            f"{table.name}.{field.name}"
            for table in schema.tables
            for field in table.fields
            if field.type == "string"
            and not field.generator
            and not field.format
            and not field.constraints.enum
            and not field.constraints.pattern
        ]
        text = ", ".join(bare[:10])
        return (f"filler text will stand in {text}: say what it is",) if bare else ()

    async def _keep(self, schema: DataSchema) -> str:
        document = schema.document()
        identity = schema_id(document)
        await self.jobs.save_schema(identity, document)
        return identity
