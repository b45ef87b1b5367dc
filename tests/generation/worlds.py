"""Small pools and short ways to a column, for the tests of the local engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from src.core.errors import InvalidSchema, Problem
from src.core.models import DataSchema
from src.core.parsing import parse_schema
from src.generation.checks import check_schema
from src.generation.compiling import compile_schema
from src.generation.pools import LocalePool, Place, Pools, Weighted
from src.generation.recipe import Recipe, TableRecipe

TODAY = date(2026, 1, 31)
ROWS = 1000


def pool(locale: str, country_name: str, **changes: Any) -> LocalePool:
    language, country = locale.split("_")
    given: dict[str, Any] = {
        "female": Weighted(("Anna", "Kim", "Zoë", "Mary-Ann"), (6, 3, 2, 1)),
        "male": Weighted(("José", "Jose", "Kim", "Max"), (40, 20, 10, 10)),
        "family": Weighted(("Müller", "Smith", "O'Neil", "García López", "Groß"), (9, 5, 3, 2, 1)),
        "places": (
            Place("Köln", "Nordrhein-Westfalen", ("50667", "50668"), 5),
            Place("Ulm", "Baden-Württemberg", ("89073",), 1),
        ),
        "streets": Weighted(("Hauptstraße", "Am Markt"), (3, 1)),
        "companies": Weighted(("Muster GmbH", "Beispiel AG"), (2, 1)),
        "job_titles": Weighted(("Clerk", "Smith"), (2, 1)),
        "words": ("red", "über", "stone", "a", "longest", "iPod", "tree", "house", "of", "sky"),
        "phone_forms": ("+4930555####", "+49405550###"),
    }
    return LocalePool(
        locale=locale,
        language=language,
        country=country,
        country_name=country_name,
        **{**given, **changes},
    )


JAPANESE = pool(
    "ja_JP",
    "日本",
    female=Weighted(("陽葵", "結衣"), (2, 1)),
    male=Weighted(("蓮",), (1,)),
    family=Weighted(("佐藤", "鈴木"), (2, 1)),
    words=("空", "海"),
    name_form="{family} {given}",
)
POOLS = Pools(
    {
        "en_US": pool("en_US", "United States"),
        "de_DE": pool("de_DE", "Deutschland"),
        "ja_JP": JAPANESE,
    },
    zones=ZoneInfo,
)


def schema_of(*fields: Mapping[str, Any], **more: Any) -> DataSchema:
    return parse_schema({"name": "things", "fields": list(fields), **more})


def recipe(schema: DataSchema, rows: int = ROWS, **settings: Any) -> Recipe:
    given = {"seed": 7, "as_of": TODAY, "pools": POOLS, **settings}
    return compile_schema(schema, rows={table.name: rows for table in schema.tables}, **given)


def table_of(*fields: Mapping[str, Any], rows: int = ROWS, **settings: Any) -> TableRecipe:
    return recipe(schema_of(*fields), rows, **settings).tables["things"]


def made(*fields: Mapping[str, Any], rows: int = ROWS, **settings: Any) -> pa.Table:
    return table_of(*fields, rows=rows, **settings).make(0, rows)


def column(field: Mapping[str, Any], rows: int = ROWS, **settings: Any) -> pa.Array:
    """The cells of a single field, named `x` unless it says otherwise."""
    name = field.get("name", "x")
    return made({"name": name, **field}, rows=rows, **settings)[name].combine_chunks()


def problems(*fields: Mapping[str, Any], rows: int | None = ROWS, **more: Any) -> list[Problem]:
    """Everything wrong with a one-table schema; `more` goes into the document."""
    generation = more.pop("generation", "local")
    schema = schema_of(*fields, **more)
    counts = None if rows is None else {"things": rows}
    settings: dict[str, Any] = {"pools": POOLS, "as_of": TODAY, "generation": generation}
    found = check_schema(schema, rows=counts, **settings)
    if counts is not None and found:
        with pytest.raises(InvalidSchema) as refused:
            compile_schema(schema, rows=counts, seed=0, **settings)
        assert refused.value.problems == found
    return list(found)
