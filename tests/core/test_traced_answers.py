"""A cell that a model wrote is traced to the answer that was recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from src.core.authoring.origins import unconfigured
from src.core.authoring.rows import ModelRows
from src.core.parsing import parse_schema
from src.core.recipes import compiled
from src.core.tracing import BY_THE_MODEL, trace_cells
from src.data import load_pools

from .test_model_rows import DOCUMENT, ROWS, SPEC, ScriptedWriter, first

POOLED = {"name": "title", "generator": {"kind": "llm_pool", "size": 3}}


def spec_with(*more: dict[str, Any]) -> Any:
    document = {**DOCUMENT, "fields": [*DOCUMENT["fields"], *more]}
    return replace(SPEC, schema=parse_schema(document))


async def test_the_key_leads_to_the_recorded_answer_of_the_row(bench: Any) -> None:
    job = replace(await bench.job(), spec=SPEC)
    table = compiled(SPEC, load_pools()).tables["t"]
    rows = ModelRows(bench.jobs, ScriptedWriter())
    await rows.written(job, table, 0, ROWS)
    found = rows.recorded(job, table, table.fields[1], 25)
    assert (found.first_row, found.last_row) == (20, 39)
    assert (found.model, found.prompt_version) == ("scripted", "1")
    answer = await bench.jobs.answer(found.key)
    assert dict(answer.rows)[25] == ("note 25",)


async def test_a_pools_key_leads_to_the_values_that_rows_draw_from(bench: Any) -> None:
    spec = spec_with(POOLED)
    job = replace(await bench.job(), spec=spec)
    table = compiled(spec, load_pools()).tables["t"]
    rows = ModelRows(bench.jobs, ScriptedWriter(script=[]))
    written = await rows.written(job, table, 0, ROWS)
    found = rows.recorded(job, table, table.fields[2], 5)
    answer = await bench.jobs.answer(found.key)
    values = {cells[0] for _, cells in answer.rows}
    assert written["title"][5].as_py() in values
    assert (found.first_row, found.last_row) == (0, ROWS - 1)


def test_without_a_model_at_hand_the_rows_asked_for_are_known() -> None:
    table = compiled(SPEC, load_pools()).tables["t"]
    found = unconfigured(type("Job", (), {"spec": SPEC})(), table, table.fields[1], ROWS - 1)
    assert (found.model, found.first_row, found.last_row) == ("scripted", 40, ROWS - 1)
    assert found.key is None


async def test_the_value_is_the_stored_one_and_says_who_wrote_it(bench: Any) -> None:
    job = replace(await bench.job(), spec=SPEC)
    table = compiled(SPEC, load_pools()).tables["t"]
    rows = ModelRows(bench.jobs, ScriptedWriter(script=[first(20)]))
    stored = table.make(3, 4, await rows.written(job, table, 3, 4))
    cells = {one.field: one for one in trace_cells(SPEC, load_pools(), "t", 3, stored=stored)}
    assert cells["note"].value == "note 3"
    assert cells["note"].made == BY_THE_MODEL
    assert cells["id"].value == 4
    (alone,) = trace_cells(SPEC, load_pools(), "t", 3, "note")
    assert alone.value is None
