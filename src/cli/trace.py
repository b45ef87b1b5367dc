"""`rowmill trace`: how a cell came to be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ..utils.text import clean
from .options import json_option
from .running import run_here
from .screen import Screen

if TYPE_CHECKING:
    from ..core.tracing import CellTrace, Drawn
    from .running import Here

SHOWN_DRAWS = 8
MOST_SHOWN = 200


@click.command()
@click.argument("job_id", metavar="JOB")
@click.option(
    "--row", type=click.IntRange(0), required=True, help="The row, counted from 0.", metavar="N"
)
@click.option("--table", help="The table, where there are several.", metavar="NAME")
@click.option("--field", help="One field only.", metavar="NAME")
@json_option
def trace(job_id: str, *, row: int, table: str | None, field: str | None, as_json: bool) -> int:
    """Show how the cells of a row came to be.

    For each cell: the generator and its parameters, the random words that were drawn, the other
    cells, the parents and the rules it follows from; or the model's answer it was taken from. Code
    makes every cell anew from the job's recipe, and says whether the stored one is the same.

    \b
    Examples:
      rowmill trace JOB --row 17
      rowmill trace JOB --table orders --row 0 --field total --json
    """

    async def work(here: Here) -> int:
        job = await here.app.manager.get(job_id)
        cells = await here.app.tracing.trace(job, row, table=table, field=field)
        for cell in cells:
            _say(here.screen, cell)
        here.screen.document({"job_id": job.job_id, "cells": [asdict(cell) for cell in cells]})
        return 0 if all(cell.agrees is not False for cell in cells) else 1

    return run_here(work, Screen(as_json=as_json))


def _say(screen: Screen, cell: CellTrace) -> None:
    screen.say(f"{cell.table}.{cell.field}, row {cell.row}: {_value(cell.value)}", "bold")
    for line in _lines(cell):
        screen.say(f"  {line}")


def _lines(cell: CellTrace) -> Iterator[str]:
    yield cell.made + (f": {_listed(cell.generator)}" if cell.generator else "")
    yield from map(_drawn, cell.draws[:SHOWN_DRAWS])
    more = len(cell.draws) + cell.unheard - SHOWN_DRAWS
    if more > 0:
        yield f"… and {more:,} more draws"
    if cell.used:
        yield f"made from the row's {_listed(cell.used)}"
    for parent in cell.parents:
        who = "no row" if parent.row is None else f"row {parent.row}"
        yield f"its parent by {', '.join(parent.key)}: {who} of {parent.table}" + (
            f" with {_listed(parent.used)}" if parent.used else ""
        )
    for rule in cell.rules:
        yield f"a rule speaks of it: {_listed(rule)}"
    if cell.moved:
        yield f"without the rules it would be {_value(cell.without_rules)}"
    if cell.empty:
        yield f"whether it is empty: {_listed(cell.empty)}"
    yield from _answer(cell)
    if cell.agrees is not None:
        same = "the stored chunk has the same" if cell.agrees else "THE STORED CHUNK HAS"
        yield same + ("" if cell.agrees else f" {_value(cell.stored)}")


def _answer(cell: CellTrace) -> Iterator[str]:
    found = cell.recorded
    if found is None:
        return
    yield f"{found.model or 'the model'} was asked for rows {found.first_row} to {found.last_row}"
    if found.key is not None:
        yield f"recorded under {found.key}, prompt {found.prompt_version}"


def _drawn(draw: Drawn) -> str:
    whose = ".".join(part for part in (draw.table, draw.field) if part) or "a stream"
    again = f", attempt {draw.attempt}" if draw.attempt else ""
    purpose = f" for {draw.purpose}" if draw.purpose else ""
    return f"drew {draw.uniform:.6f} ({draw.word}) of {whose}{purpose}, at {draw.row}{again}"


def _listed(said: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in said.items())


def _value(value: Any) -> str:
    """Cells and rules are data: one line each, as JSON has them, without what a terminal obeys."""
    if value is None:
        return "empty"
    if isinstance(value, bool | list | tuple | dict):
        value = json.dumps(value, ensure_ascii=False, default=str)
    return clean(str(value), MOST_SHOWN)
