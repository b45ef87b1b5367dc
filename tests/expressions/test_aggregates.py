"""What stands in the generator kind `aggregate`."""

from __future__ import annotations

import pytest

from src.core.errors import Problem
from src.generation.expressions import Aggregate, parse_aggregate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum(order_lines.amount)", Aggregate("sum", "order_lines", "order_lines.amount")),
        (" SUM( lines.q * lines.p ) ", Aggregate("sum", "lines", "lines.q * lines.p")),
        ("count(lines)", Aggregate("count", "lines", None)),
        ("count(lines.id)", Aggregate("count", "lines", "lines.id")),
        ("avg(`my lines`.`net`)", Aggregate("avg", "my lines", "`my lines`.`net`")),
        ("max(if(x.a > 1, 1, 0))", Aggregate("max", "x", "if(x.a > 1, 1, 0)")),
    ],
)
def test_an_aggregate_names_a_function_a_table_and_what_is_aggregated(
    text: str, expected: Aggregate
) -> None:
    assert parse_aggregate(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("order_lines.amount", "one function"),
        ("sum(a.x) + 1", "one function"),
        ("1 + sum(a.x)", "one function"),
        ("sum(amount)", "not named"),
        ("sum(1)", "not named"),
        ("sum(a.x * b.y)", "a, b"),
        ("sum(a.x, a.y)", "2 arguments"),
        ("sum()", "0 arguments"),
        ("summ(a.x)", "did you mean sum?"),
        ("quantile(a.x)", "known: sum"),
        ("count(*)", "SQL"),
        ("sum(DISTINCT a.x)", "DISTINCT"),
        ("", "empty"),
    ],
)
def test_what_is_none_is_refused_with_the_way_to_write_it(text: str, said: str) -> None:
    found = parse_aggregate(text, at="fields[1].generator.expr")
    assert isinstance(found, Problem)
    assert found.path == "fields[1].generator.expr"
    assert found.hint
    assert said in str(found)
