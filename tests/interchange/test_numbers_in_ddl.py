"""Which type of SQL a number gets, and what is checked of it."""

from __future__ import annotations

from src.core.models import DataSchema
from src.core.parsing import parse_schema
from src.interchange.ddl_out import export_ddl


def prices() -> DataSchema:
    amount = {"name": "low", "type": "number", "constraints": {"minimum": 0, "multipleOf": 0.01}}
    return parse_schema(
        {
            "name": "prices",
            "fields": [amount, {**amount, "name": "high"}],
            "rules": [{"rule": "inequality", "low": "low", "high": "high"}],
        }
    )


def test_a_number_that_counts_in_hundredths_is_numeric() -> None:
    assert '"low" NUMERIC(18, 2) NOT NULL CHECK ("low" >= 0)' in export_ddl(prices()).text


def test_a_column_of_numbers_as_text_is_compared_by_no_check() -> None:
    table = prices().tables[0].name
    text = export_ddl(prices(), as_text=frozenset({(table, "low")})).text
    assert '"low" TEXT NOT NULL,' in text
    assert '"low" <= "high"' not in text
    assert '"low" <= "high"' in export_ddl(prices()).text
