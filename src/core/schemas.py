"""From words or a document to a schema that a person can confirm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ..utils.checksums import schema_id
from ..utils.text import shown
from .errors import InvalidArgument, InvalidSchema, Problem
from .estimates import Estimate, estimate
from .interrupts import left_to_the_main_thread
from .models import MOST_ROWS, DataSchema, Generation, OutputFormat, Reading, Usage
from .parsing import parse_schema, too_large
from .ports import JobStore, Rehearse, RowWriter, SchemaReader
from .rehearsing import unmet
from .samples import preview

if TYPE_CHECKING:
    from ..generation.pools import Pools
    from ..generation.recipe import Recipe
    from .chunk_worker import Encode

PREVIEW_ROWS = 3
PREVIEW_SEED = 0
UNSAID_ROWS = 100
"""Rows of which the first are shown while nobody has said how many there will be."""
ROWS_MISSING = "rows_missing"
UNMENDED = frozenset({"too_large", "too_nested", "limit_exceeded"})
"""What only a person can cut down."""
ONLY_ITS_SHAPE = "these may hide more: validate again once they are mended, or read what a fix made"
MAX_DESCRIPTION = 20_000


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
    """`schema_id` and `schema` are None where the document is not even shaped like a schema.

    `mended`: the schema with a fix for every problem, under `mended_id`; None where nothing is
    wrong, or where only a person can say what was meant.
    """

    schema_id: str | None
    schema: DataSchema | None
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...] = ()
    estimate: Estimate | None = None
    preview: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    mended: DataSchema | None = None
    mended_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    """`unmet`: what is wrong with the expectations, of a schema that can be made."""

    problems: tuple[Problem, ...]
    recipe: Recipe | None = None
    unmet: tuple[Problem, ...] = ()
    preview: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """The schema as a caller names it: a document or the id of one seen before."""

    document: Mapping[str, Any] | None = None
    schema_id: str | None = None


@dataclass(frozen=True, slots=True)
class Schemas:
    """`reader` and `writer` are the model's where a key is set; `local_reader` needs none.
    `rehearse` says what the judge would say to a few rows."""

    jobs: JobStore
    reader: SchemaReader | None
    local_reader: SchemaReader
    writer: RowWriter | None
    pools: Callable[[], Pools]
    encode: Encode
    today: Callable[[], date]
    parallel_calls: int
    max_rows: int
    rehearse: Rehearse

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
        seen = await asyncio.to_thread(self._looked_at, schema, self.rows(schema, None), "auto")
        return Extracted(
            schema_id=await self._keep(schema),
            schema=schema,
            reading=reading,
            problems=tuple(problem for problem in seen.problems if problem.code != ROWS_MISSING),
            warnings=(*_fillers(schema), *map(str, seen.unmet), *self._paid(reading.usage)),
            preview=seen.preview,
        )

    def _paid(self, usage: Usage) -> Iterator[str]:
        """What a model took to read the request; no job counts it."""
        if not usage.calls:
            return
        cost = self.writer.price(usage) if self.writer else None
        money = "at an unknown price" if cost is None else f"for ${cost:.4f}"
        read, said = f"{usage.input_tokens:,} tokens in", f"{usage.output_tokens:,} out"
        yield f"the model read this request {money} ({read}, {said}); no job's cost includes that"

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
            schema, notes = await self._read(given)
            rows = self.rows(schema, row_count)
        except InvalidSchema as exc:
            found = Validation(None, None, exc.problems, warnings=(ONLY_ITS_SHAPE,))
            return await self._with_mended(found, given, row_count, generation)
        seen = await asyncio.to_thread(self._looked_at, schema, rows, generation)
        cost = None
        if seen.recipe is not None and not seen.problems:
            cost = await asyncio.to_thread(self.estimated, seen.recipe, output_format)
        found = Validation(
            schema_id=await self._keep(schema),
            schema=schema,
            problems=(*seen.problems, *seen.unmet),
            warnings=(*notes, *_fillers(schema)),
            estimate=cost,
            preview=seen.preview,
        )
        return await self._with_mended(found, given, row_count, generation)

    async def resolve(self, given: Given) -> DataSchema:
        """The schema somebody names, with makers for bare fields and a day that counts as today.

        Raises:
            InvalidSchema, InvalidArgument, NotFound
        """
        return (await self._read(given))[0]

    def rows(self, schema: DataSchema, row_count: int | None) -> dict[str, int]:
        """Rows by table, as far as they are said.

        Raises:
            InvalidArgument: `row_count` is no number of rows, or came with several tables.
        """
        said = {table.name: table.rows for table in schema.tables if table.rows is not None}
        if row_count is None:
            return said
        if type(row_count) is not int or not 0 <= row_count <= MOST_ROWS:  # nor True
            raise InvalidArgument(
                f"the number of rows is {shown(row_count)}",
                hint=f"a whole number from 0 to {MOST_ROWS:,}",
            )
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
        from ..generation.compiling import compile_schema

        return compile_schema(
            schema,
            rows=rows,
            seed=seed,
            as_of=schema.as_of or self.today(),
            pools=self.pools(),
            generation=generation,
        )

    @left_to_the_main_thread()
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

    async def _read(self, given: Given) -> tuple[DataSchema, tuple[str, ...]]:
        """The schema, and what was assumed of fields that say no more than their name."""
        document = await self._document(given)
        notes: tuple[str, ...] = ()
        if given.schema_id is None:
            if (large := too_large(document)) is not None:
                raise InvalidSchema((large,))
            document, notes = _enriched(document)
        return self._dated(parse_schema(document)), notes

    async def _with_mended(
        self, found: Validation, given: Given, row_count: int | None, generation: Generation
    ) -> Validation:
        codes = {one.code for one in found.problems}
        if not codes or codes & UNMENDED:
            return found
        document = found.schema.document() if found.schema else await self._document(given)
        mended = await asyncio.to_thread(self._mended, document, row_count, generation)
        if mended is None:
            return found
        return replace(found, mended=mended, mended_id=await self._keep(mended))

    def _mended(
        self, document: Mapping[str, Any], row_count: int | None, generation: Generation
    ) -> DataSchema | None:
        from ..generation.checks import mended_schema

        found = mended_schema(
            document,
            row_count=row_count,
            pools=self.pools(),
            as_of=self.today(),
            generation=generation,
            refuted=lambda schema: self._refuted(self._dated(schema), generation),
        )
        return self._dated(found) if found is not None else None

    @left_to_the_main_thread()
    def _refuted(self, schema: DataSchema, generation: Generation) -> tuple[Problem, ...]:
        if not schema.expectations:
            return ()
        recipe = self.compiled(schema, self.rows(schema, None), generation, PREVIEW_SEED)
        return unmet(schema, recipe, self.rehearse)

    @left_to_the_main_thread()
    def _looked_at(
        self, schema: DataSchema, rows: Mapping[str, int], generation: Generation
    ) -> _Look:
        """Problems and first rows; those of one table even where only their number is missing."""
        from ..generation.checks import check_schema

        problems = check_schema(
            schema,
            rows=rows,
            pools=self.pools(),
            as_of=schema.as_of or self.today(),
            generation=generation,
        )
        codes = {problem.code for problem in problems}
        if codes - {ROWS_MISSING} or (codes and len(schema.tables) > 1):
            return _Look(problems)
        some = {schema.tables[0].name: UNSAID_ROWS} if codes else rows
        recipe = self.compiled(schema, some, generation, PREVIEW_SEED)
        problems += self._too_many(sum(table.row_count for table in recipe.tables.values()))
        refuted = () if codes else unmet(schema, recipe, self.rehearse)
        return _Look(problems, recipe, refuted, preview(recipe, PREVIEW_ROWS))

    def _too_many(self, rows: int) -> tuple[Problem, ...]:
        if rows <= self.max_rows:
            return ()
        text = f"{rows:,} rows are more than the {self.max_rows:,} allowed"
        return (Problem("rows", "limit_exceeded", text, "ask for fewer, or raise JOB_MAX_ROWS"),)

    async def _keep(self, schema: DataSchema) -> str:
        document = schema.document()
        identity = schema_id(document)
        await self.jobs.save_schema(identity, document)
        return identity


def _enriched(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    from ..reading.bare import has_bare

    if not has_bare(document):  # so that the lexicon need not be read
        return document, ()
    from ..reading.enrich import enrich

    return enrich(document)


def _fillers(schema: DataSchema) -> tuple[str, ...]:
    """Text fields that say nothing about what stands in them."""
    bare = [
        f"{table.name}.{field.name}"
        for table in schema.tables
        for field in table.fields
        if field.type == "string"
        and not (field.generator or field.format)
        and not (field.constraints.enum or field.constraints.pattern)
        and not any(field.name in key.fields for key in table.foreign_keys)
    ]
    text = ", ".join(bare[:10])
    return (f"filler text will stand in {text}: say what it is",) if bare else ()
