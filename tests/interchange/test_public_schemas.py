"""Ten schemas that the world knows: taken over, made, loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from .worlds import SCHEMAS, loaded, made, parsed, problems, rows_of, said, taken

FILES = sorted(SCHEMAS.iterdir())
WITH_KEYS = {
    "northwind.sql": (13, 13),
    "chinook.sql": (11, 11),
    "clubdata.sql": (3, 3),
    "sakila.sql": (11, 10),
    "cities.datapackage.json": (2, 1),
}
"""Tables and foreign keys in each."""


def named(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_public_schema_is_taken_over(path: Path) -> None:
    found = taken(path.read_text("utf-8"), ending=path.suffix)
    schema = parsed(found)
    tables, keys = WITH_KEYS.get(path.name, (1, 0))
    assert len(schema.tables) == tables
    assert sum(len(table.foreign_keys) for table in schema.tables) == keys
    assert "could not be read" not in said(found.left_out)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_what_was_taken_over_is_made_and_loads_with_foreign_keys_on(path: Path) -> None:
    schema = parsed(taken(path.read_text("utf-8"), ending=path.suffix))
    refused = problems(schema)
    if refused and {problem.code for problem in refused} == {"not_built"}:
        pytest.skip("the engine does not make it yet: " + said(refused)[:300])
    assert refused == ()
    base = loaded(schema, made(schema))
    assert base.execute("PRAGMA foreign_key_check").fetchall() == []
    for name, count in rows_of(schema).items():
        assert base.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (count,)


def test_northwind_keeps_its_keys_and_checks() -> None:
    schema = parsed(taken((SCHEMAS / "northwind.sql").read_text("utf-8")))
    lines = schema.table("Order_Details")
    assert lines.primary_key == ("OrderID", "ProductID")
    quantity = next(field for field in lines.fields if field.name == "Quantity")
    assert quantity.constraints.exclusive_minimum == 0
    (boss,) = schema.table("Employees").foreign_keys
    assert boss.reference.table == "Employees"
    assert boss.acyclic


def test_data_between_the_tables_is_counted_and_left_out() -> None:
    found = taken((SCHEMAS / "northwind.sql").read_text("utf-8"))
    assert "INSERT (2)" in said(found.left_out)
