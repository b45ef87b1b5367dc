"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import reduce
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

# The same words as the models have; a test compares. Importing the models would slow --help.
Format = Literal["csv", "json", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "json", "jsonl", "parquet")
DATASET_FORMATS = (
    *("csv", "json", "jsonl", "parquet", "csv.gz", "csv.zst", "json.gz", "json.zst", "jsonl.gz"),
    *("jsonl.zst", "arrow", "sqlite", "sql", "pg.sql", "csv.zip", "json.zip", "jsonl.zip"),
    "parquet.zip",
)
GENERATIONS = ("auto", "llm", "local")
STORAGES = ("disk", "memory", "cloud")
STATES = (
    "PENDING",
    "SCHEMA_VALIDATION",
    "GENERATING",
    "PAUSED",
    "COMPLETED",
    "FAILED",
    "CANCELLED",
)

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Answer with one JSON document on stdout."
)
format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    help="File format. Without it: the file's ending, then the request's words, then the setting "
    "JOB_DEFAULT_FORMAT.",
)
overwrite_option = click.option(
    "--overwrite", is_flag=True, help="Replace a file that has the name already."
)
strict_option = click.option(
    "--strict",
    is_flag=True,
    help="Write nothing if a promise is broken; the error names which.",
)
preview_option = click.option(
    "--preview",
    type=click.IntRange(0, 100),
    default=5,
    show_default=True,
    help="Show the first N rows.",
    metavar="N",
)


def output_option(*, required: bool) -> Callable[[Command], Command]:
    return click.option(
        "-o",
        "--output",
        type=click.Path(),
        required=required,
        help="The file to write, anywhere, s3://BUCKET/… and gs://BUCKET/… too (for several "
        "tables: a folder, or a file that holds them all, as shop.sqlite and shop.zip)."
        + ("" if required else " Without it: output/JOB.FORMAT in rowmill's home."),
        metavar="FILE",
    )


_JOB_OPTIONS = (
    click.argument("request", required=False),
    click.option("--rows", type=click.IntRange(0), help="How many rows.", metavar="N"),
    format_option,
    click.option(
        "--seed",
        type=click.IntRange(0, 2**63 - 1),
        help="The same seed makes the same rows; drawn and shown where it is left out.",
        metavar="N",
    ),
    click.option(
        "--schema",
        "schema_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A schema instead of a request; with a request too, the request refines it.",
        metavar="FILE",
    ),
    click.option(
        "--generation",
        type=click.Choice(GENERATIONS),
        help="Who writes the cells: auto (code, and the model where words are needed), llm (the "
        "model), local (code only).",
    ),
    click.option(
        "--chunk-size",
        type=click.IntRange(1),
        help="Rows a chunk; it changes no row.",
        metavar="N",
    ),
    click.option("--storage", type=click.Choice(STORAGES), help="Where chunks are kept meanwhile."),
    click.option(
        "--max-cost-usd",
        type=click.FloatRange(0, min_open=True),
        help="Never spend more than this on the rows the model writes.",
        metavar="X",
    ),
    click.option("--name", help="A name for the job.", metavar="TEXT"),
)


def job_options(command: Command) -> Command:
    """What decides a job's rows: the parameters of `Wish`."""
    return reduce(lambda inner, option: option(inner), reversed(_JOB_OPTIONS), command)


@dataclass(frozen=True, slots=True)
class Wish:
    """The job options as given; None where the caller left the choice to us."""

    request: str | None
    rows: int | None
    output_format: Format | None
    seed: int | None
    schema_file: Path | None
    generation: Literal["auto", "llm", "local"] | None
    chunk_size: int | None
    storage: Literal["disk", "memory", "cloud"] | None
    max_cost_usd: float | None
    name: str | None

    @classmethod
    def of(cls, given: dict[str, Any]) -> Wish:
        return cls(**{field.name: given[field.name] for field in fields(cls)})
