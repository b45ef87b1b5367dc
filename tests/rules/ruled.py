"""Short ways to a table with rules, its refusals and the verdict on its rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from src.core.errors import Problem
from src.core.models import DataSchema
from src.core.ports import Verdict
from src.generation.recipe import Recipe, TableRecipe
from src.storage.judging.judge import Judge
from tests.generation.worlds import problems as problems_of
from tests.generation.worlds import recipe, schema_of

ROWS = 2000


def number(name: str, low: Any = None, high: Any = None, **more: Any) -> dict[str, Any]:
    """A whole number, or with `places` an exact decimal, or with `places` -1 a float."""
    places = more.pop("places", None)
    ends = {"minimum": low, "maximum": high}
    field = {
        "name": name,
        "type": "integer" if places is None else "number",
        "constraints": {end: value for end, value in ends.items() if value is not None},
    }
    if places is not None and places >= 0:
        field["generator"] = {"kind": "uniform", "decimal_places": places}
    return {**field, **more}


def moment(name: str, low: Any = None, high: Any = None, **more: Any) -> dict[str, Any]:
    field = number(name, low, high, type="datetime")
    generator = {key: more.pop(key) for key in ("time_zone", "business_hours") if key in more}
    if generator:
        field["generator"] = {"kind": "datetime", **generator}
    return {**field, **more}


def category(name: str, *values: Any, **more: Any) -> dict[str, Any]:
    generator = {key: more.pop(key) for key in ("weights", "quota") if key in more}
    return {"name": name, "generator": {"kind": "category", "values": values, **generator}, **more}


def computed(name: str, expr: str, type_: str = "number", **more: Any) -> dict[str, Any]:
    places = {"decimal_places": more.pop("places")} if "places" in more else {}
    generator = {"kind": "expression", "expr": expr, **places}
    return {"name": name, "type": type_, "generator": generator, **more}


def below(low: str, high: str, **more: Any) -> dict[str, Any]:
    return {"rule": "inequality", "low": low, "high": high, **more}


def true(expr: str) -> dict[str, Any]:
    return {"rule": "expression", "expr": expr}


def when(condition: str, then: str) -> dict[str, Any]:
    return {"rule": "implies", "when": condition, "then": then}


def table_of(fields: list[Any], rules: list[Any], rows: int = ROWS, **more: Any) -> TableRecipe:
    settings = {key: more.pop(key) for key in ("seed", "as_of") if key in more}
    found: Recipe = recipe(schema_of(*fields, rules=rules, **more), rows, **settings)
    return found.tables["things"]


def made(fields: list[Any], rules: list[Any], rows: int = ROWS, **more: Any) -> pa.Table:
    return table_of(fields, rules, rows, **more).make(0, rows)


def columns(*args: Any, **more: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = made(*args, **more).to_pydict()
    return found


def refusals(fields: list[Any], rules: list[Any], rows: int = ROWS, **more: Any) -> list[Problem]:
    return problems_of(*fields, rules=rules, rows=rows, **more)


def judged(
    schema: DataSchema, tables: Mapping[str, pa.Table], piece: int = 500, **sizes: int
) -> tuple[Verdict, ...]:
    rows = {name: table.num_rows for name, table in tables.items()}
    with TemporaryDirectory() as folder, Judge(schema, rows, Path(folder), **sizes) as judge:
        for name, table in tables.items():
            for start in range(0, table.num_rows, piece):
                judge.feed(name, table.slice(start, piece))
        return judge.verdicts()


def broken(
    schema: DataSchema, tables: Mapping[str, pa.Table], piece: int = 500, **sizes: int
) -> list[Verdict]:
    return [verdict for verdict in judged(schema, tables, piece, **sizes) if not verdict.held]
