"""Schemas of several tables, one for each way in which rows find their parents."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from src.core.errors import Problem
from src.core.models import DataSchema
from src.core.parsing import parse_schema
from src.generation.checks import check_schema
from src.generation.compiling import compile_schema
from src.generation.recipe import Recipe

from .worlds import POOLS, TODAY

ID = {"name": "id", "type": "integer", "generator": {"kind": "sequence"}}
LINE = {"name": "line", "type": "integer", "generator": {"kind": "line_number"}}
PRICES = {"kind": "uniform", "minimum": -5, "maximum": 99, "decimal_places": 2}
AMOUNT = {"name": "amount", "type": "number", "generator": PRICES}
WEIGHT = {"name": "weight", "type": "number", "generator": {"kind": "uniform"}}
DAY = {"name": "day", "type": "date"}


def table(name: str, *fields: Mapping[str, Any], rows: int | None = None, **more: Any) -> Any:
    document = {"name": name, "fields": list(fields), **more}
    return document if rows is None else {**document, "rows": rows}


def key(field: str, parent: str, target: str = "id", **more: Any) -> dict[str, Any]:
    names, targets = field.split(), target.split()
    return {"fields": names, "reference": {"table": parent, "fields": targets}, **more}


def link(name: str, type_: str = "integer", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **more}


def parents(rows: int = 300, *fields: Mapping[str, Any]) -> Any:
    return table("parents", ID, *fields, rows=rows, primary_key=["id"])


def children(*fields: Mapping[str, Any], rows: int | None = None, **of: Any) -> Any:
    """Children with an id, a parent and whatever else; `of` goes into the key."""
    rules = of.pop("rules", [])
    nullable = bool(of.get("optional_fraction"))
    parent = link("parent", nullable=nullable)
    keys = [key("parent", "parents", **of)]
    more = {"primary_key": ["id"], "foreign_keys": keys, "rules": rules}
    return table("children", ID, parent, *fields, rows=rows, **more)


def summed(name: str, expr: str, type_: str = "number", **more: Any) -> dict[str, Any]:
    places = {"decimal_places": 2} if type_ == "number" and more.pop("exact", True) else {}
    generator = {"kind": "aggregate", "expr": expr, **places}
    return {"name": name, "type": type_, "generator": generator, **more}


def worked_out(name: str, expr: str) -> dict[str, Any]:
    """Money by an expression over the row and its parents."""
    generator = {"kind": "expression", "expr": expr, "decimal_places": 2}
    return {"name": name, "type": "number", "generator": generator}


AGGREGATES = [
    summed("total", "sum(children.amount)"),
    summed("twice", "sum(children.amount * 2 + 1)"),
    summed("mass", "sum(children.weight)", exact=False),
    summed("number", "count(children)", "integer"),
    summed("days", "count(children.day)", "integer"),
    summed("lowest", "min(children.amount)", nullable=True, null_fraction=0),
    summed("latest", "max(children.day)", "date", nullable=True, null_fraction=0),
    summed("usual", "avg(children.amount)", nullable=True, null_fraction=0),
]
MAYBE_DAY = {**DAY, "null_fraction": 0.5}

KINDS_SHOWN = frozenset({"aggregate", "line_number"})
"""Generators that need several tables, and are shown here."""
FAMILIES: dict[str, list[Any]] = {
    "each row by chance": [parents(), children(rows=2000)],
    "by chance or none": [parents(), children(rows=2001, optional_fraction=0.2)],
    "all without a parent": [parents(0), children(rows=20, optional_fraction=1)],
    "rows follow from a range": [parents(3000), children(per_parent={"minimum": 1, "maximum": 6})],
    "rows follow, some of none": [
        parents(3000), children(per_parent={"maximum": 3, "share_with_none": 0.25})
    ],
    "rows follow from a mean": [parents(1500), children(per_parent={"mean": 2.5})],
    "rows follow from a mean in a range": [
        parents(1500), children(per_parent={"minimum": 1, "maximum": 9, "mean": 2.5})
    ],
    "rows follow, and rows without a parent": [
        parents(), children(per_parent={"maximum": 4}, optional_fraction=0.1)
    ],
    "rows follow from none": [parents(0), children(per_parent={"minimum": 1, "maximum": 6})],
    "as many each": [parents(500), children(per_parent={"minimum": 4, "maximum": 4})],
    "rows and a range": [
        parents(700), children(rows=2000, per_parent={"minimum": 1, "maximum": 6})
    ],
    "rows and a minimum": [parents(700), children(rows=2000, per_parent={"minimum": 2})],
    "rows and exactly so many of none": [
        parents(700), children(rows=2000, per_parent={"share_with_none": 0.3})
    ],
    "a skew": [
        parents(2000),
        children(rows=8000, per_parent={"share_with_none": 0.05,
                                        "skew": {"top": 0.2, "share": 0.6}}),
    ],
    "a skew from which rows follow": [
        parents(2000), children(LINE, per_parent={"mean": 3, "skew": {"top": 0.1, "share": 0.5}})
    ],
    "one to one": [
        parents(400),
        table("details", link("parent"), DAY, primary_key=["parent"],
              foreign_keys=[key("parent", "parents")]),
    ],
    "one to one for some": [
        parents(400),
        table("details", link("parent"), DAY, rows=150, primary_key=["parent"],
              foreign_keys=[key("parent", "parents")]),
        table("notes", link("details"), rows=1000,
              foreign_keys=[key("details", "details", "parent")]),
    ],
    "one to one or none": [
        parents(400),
        table("details", ID, link("parent", nullable=True, constraints={"unique": True}),
              rows=300, foreign_keys=[key("parent", "parents", optional_fraction=0.5)]),
    ],
    "keys of any kind": [
        table("a", {"name": "id", "generator": {"kind": "uuid"}}, rows=90, primary_key=["id"]),
        table("b", {"name": "id", "constraints": {"unique": True, "pattern": "[A-Z]{3}-[0-9]"}},
              rows=80, primary_key=["id"]),
        table("c", {"name": "at", "type": "datetime", "constraints": {"unique": True}}, rows=70),
        table("d", link("a", "string"), link("b", "string"), link("c", "datetime"), rows=1500,
              foreign_keys=[key("a", "a"), key("b", "b"), key("c", "c", "at")]),
    ],
    "a key of several fields": [
        parents(200),
        table("lines", link("parent"), LINE, primary_key=["parent", "line"],
              foreign_keys=[key("parent", "parents", per_parent={"minimum": 0, "maximum": 5})]),
        table("remarks", link("p"), link("l"), rows=1200,
              foreign_keys=[key("p l", "lines", "parent line")]),
    ],
    "line numbers of rows by chance": [parents(150), children(LINE, rows=1000)],
    "line numbers, or none": [
        parents(150), children({**LINE, "nullable": True, "null_fraction": 0}, rows=1000,
                               optional_fraction=0.3)
    ],
    "itself": [
        table("people", ID, link("boss", nullable=True), rows=2500, primary_key=["id"],
              foreign_keys=[key("boss", "people", optional_fraction=0.3, acyclic=True)]),
    ],
    "pairs": [
        parents(200), table("courses", ID, rows=40, primary_key=["id"]),
        table("seats", link("a"), link("b"), primary_key=["a", "b"],
              foreign_keys=[key("a", "parents", per_parent={"minimum": 1, "maximum": 40}),
                            key("b", "courses")]),
    ],
    "so many pairs": [
        parents(200), table("courses", ID, rows=40, primary_key=["id"]),
        table("seats", ID, link("a"), link("b"), rows=3000, primary_key=["id"],
              foreign_keys=[key("a", "parents", distinct=True), key("b", "courses")]),
    ],
    "all pairs": [
        parents(50), table("courses", ID, rows=30, primary_key=["id"]),
        table("seats", link("a"), link("b"), rows=1500, primary_key=["a", "b"],
              foreign_keys=[key("a", "parents"), key("b", "courses")]),
    ],
    "pairs of one table": [
        parents(60),
        table("follows", link("a"), link("b"), rows=1500, primary_key=["a", "b"],
              foreign_keys=[key("a", "parents"), key("b", "parents")]),
    ],
    "a key that follows from a longer one": [
        parents(200), table("courses", ID, rows=40, primary_key=["id"]),
        table("seats", link("a"), link("b"), primary_key=["a", "b"],
              foreign_keys=[key("a", "parents", per_parent={"minimum": 3, "maximum": 3}),
                            key("b", "courses")]),
        table("marks", ID, link("a"), link("b"), rows=2000, primary_key=["id"],
              foreign_keys=[key("a b", "seats", "a b"), key("b", "courses"),
                            key("a", "parents")]),
    ],
    "sums of rows in order": [
        parents(900, *AGGREGATES),
        children(AMOUNT, WEIGHT, MAYBE_DAY, per_parent={"maximum": 6}),
    ],
    "sums of shuffled rows": [
        parents(900, *AGGREGATES), children(AMOUNT, WEIGHT, MAYBE_DAY, rows=4000)
    ],
    "values of parents": [
        table("regions", ID, {**AMOUNT, "name": "tax"}, rows=7, primary_key=["id"]),
        table("parents", ID, link("region"), {**AMOUNT, "name": "price"}, DAY,
              worked_out("gross", "price + regions.tax"), rows=300, primary_key=["id"],
              foreign_keys=[key("region", "regions")]),
        children(AMOUNT, worked_out("cost", "amount * parents.gross"),
                 worked_out("again", "parent.gross - parents.price"), DAY,
                 per_parent={"minimum": 1, "maximum": 9}, rules=[
                     {"rule": "inequality", "low": "parents.day", "high": "day"}]),
    ],
    "values of earlier rows of the same table": [
        table("people", ID, link("boss", nullable=True), AMOUNT,
              worked_out("gap", "coalesce(boss.amount, 0) - amount"), rows=900, primary_key=["id"],
              foreign_keys=[key("boss", "people", optional_fraction=0.2)]),
    ],
    "sums of sums": [
        table("regions", ID, summed("all", "sum(parents.total)"), rows=7, primary_key=["id"]),
        table("parents", ID, link("region"), summed("total", "sum(children.amount)"), rows=300,
              primary_key=["id"], foreign_keys=[key("region", "regions")]),
        children(AMOUNT, per_parent={"minimum": 1, "maximum": 9}),
    ],
}  # fmt: skip


def schema_of(*tables: Any) -> DataSchema:
    return parse_schema({"name": "family", "tables": list(tables)})


def compiled(schema: DataSchema, **settings: Any) -> Recipe:
    given: dict[str, Any] = {"rows": {}, "seed": 7, "as_of": TODAY, "pools": POOLS, **settings}
    return compile_schema(schema, **given)


def family(*tables: Any, **settings: Any) -> dict[str, pa.Table]:
    """All rows of all tables."""
    recipe = compiled(schema_of(*tables), **settings)
    return {name: one.make(0, one.row_count) for name, one in recipe.tables.items()}


def wrongs(*tables: Any, **settings: Any) -> list[Problem]:
    given: dict[str, Any] = {"rows": {}, "pools": POOLS, "as_of": TODAY, **settings}
    return list(check_schema(schema_of(*tables), **given))


# ── as a database sees it ─────────────────────────────────────────────────────────────────────


def loaded(schema: DataSchema, tables: Mapping[str, pa.Table]) -> sqlite3.Connection:
    """The rows behind primary keys, unique constraints and foreign keys; these not yet checked."""
    base = sqlite3.connect(":memory:")
    for one in schema.tables:
        columns = [f'"{field.name}"' for field in one.fields]
        parts = [*columns, *_constraints(one)]
        base.execute(f'CREATE TABLE "{one.name}" ({", ".join(parts)})')
        marks = ", ".join("?" * len(columns))
        rows = [[_plain(value) for value in row.values()] for row in tables[one.name].to_pylist()]
        base.executemany(f'INSERT INTO "{one.name}" VALUES ({marks})', rows)
    return base


def _constraints(one: Any) -> list[str]:
    found = [f"PRIMARY KEY ({_listed(one.primary_key)})"] if one.primary_key else []
    found += [f'UNIQUE ("{field.name}")' for field in one.fields if field.constraints.unique]
    for fk in one.foreign_keys:
        target = f'"{fk.reference.table}" ({_listed(fk.reference.fields)})'
        found.append(f"FOREIGN KEY ({_listed(fk.fields)}) REFERENCES {target}")
    return found


def _listed(names: Any) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)
