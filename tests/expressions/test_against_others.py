"""Random expressions beside SQLite, Python's Decimal and themselves in other chunks."""

from __future__ import annotations

import sqlite3
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.generation.expressions import Column, Compiled, Kind, compile_expression

from .rows import COLUMNS, compiled
from .test_values import CHOICES, MOMENTS, NUMBERS, TEXT, TRUTH

INTEGER, STRING = Kind("integer", 0), Kind("string")
KINDS = {Column(None, name): INTEGER for name in ("a", "b", "c")} | {
    Column(None, name): STRING for name in ("s", "t")
}
SMALL = st.one_of(st.none(), st.integers(-9, 9))
SHORT = st.one_of(st.none(), st.text("aBz _", max_size=4))
ROWS = st.lists(st.tuples(SMALL, SMALL, SMALL, SHORT, SHORT), min_size=1, max_size=4)

# Parentheses are left out as often as not, so that precedence is compared too.
NUMBER = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["a", "b", "c", "0", "1", "2", "7", "-3", "NULL"]),
        st.builds("{} {} {}".format, NUMBER, st.sampled_from("+-*%"), NUMBER),
        st.builds("({} {} {})".format, NUMBER, st.sampled_from("+-*%"), NUMBER),
        st.builds("abs({})".format, NUMBER),
        st.builds("coalesce({}, {})".format, NUMBER, NUMBER),
        st.builds("nullif({}, {})".format, NUMBER, NUMBER),
        st.builds("greatest({}, {})".format, NUMBER, NUMBER),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, CONDITION, NUMBER, NUMBER),
        st.builds("iif({}, {}, {})".format, CONDITION, NUMBER, NUMBER),
        st.builds("length({})".format, WORD),
    )
)
WORD = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["s", "t", "'aB'", "''"]),
        st.builds("upper({})".format, WORD),
        st.builds("lower({})".format, WORD),
        st.builds("trim({})".format, WORD),
        st.builds("substr({}, {}, {})".format, WORD, st.integers(1, 3), st.integers(0, 3)),
        st.builds("replace({}, 'a', 'zz')".format, WORD),
        st.builds("({} || {})".format, WORD, WORD),
    )
)
SIGN = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
CONDITION = st.deferred(
    lambda: st.one_of(
        st.builds("{} {} {}".format, NUMBER, SIGN, NUMBER),
        st.builds("{} {} {}".format, WORD, SIGN, WORD),
        st.builds("{} IS NULL".format, st.sampled_from("abcst")),
        st.builds("{} IS NOT NULL".format, st.sampled_from("abcst")),
        st.builds("{} IN ({}, {})".format, NUMBER, NUMBER, NUMBER),
        st.builds("{} NOT IN ({}, 3)".format, NUMBER, NUMBER),
        st.builds("{} BETWEEN {} AND {}".format, NUMBER, NUMBER, NUMBER),
        st.builds("NOT {}".format, CONDITION),
        st.builds("{} AND {}".format, CONDITION, CONDITION),
        st.builds("{} OR {}".format, CONDITION, CONDITION),
        st.builds("({} OR {})".format, CONDITION, CONDITION),
    )
)


def of_sqlite(text: str, rows: list[tuple[Any, ...]]) -> list[Any]:
    with sqlite3.connect(":memory:") as base:
        base.execute("CREATE TABLE x (a INTEGER, b INTEGER, c INTEGER, s TEXT, t TEXT)")
        base.executemany("INSERT INTO x VALUES (?, ?, ?, ?, ?)", rows)
        query = text.replace("greatest(", "max(")
        found = [value for (value,) in base.execute(f"SELECT {query} FROM x ORDER BY rowid")]
    base.close()
    return found


def of_ours(text: str, rows: list[tuple[Any, ...]]) -> list[Any] | None:
    found = compile_expression(text, KINDS)
    if not isinstance(found, Compiled):
        return None
    columns = {
        column: pa.array([row[number] for row in rows], pa.int64() if number < 3 else pa.string())
        for number, column in enumerate(KINDS)
    }
    values = found.evaluate(columns, len(rows)).to_pylist()
    return [int(value) if isinstance(value, bool) else value for value in values]


@settings(max_examples=300, deadline=None)
@given(st.one_of(NUMBER, CONDITION, WORD), ROWS)
def test_where_the_semantics_agree_sqlite_gives_the_same(
    text: str, rows: list[tuple[Any, ...]]
) -> None:
    ours = of_ours(text, rows)
    if ours is not None:  # too long, or a null where SQLite takes anything
        assert ours == of_sqlite(text, rows)


MONEY = st.decimals(-(10**9), 10**9, places=2)
WIDE = Context(prec=400)


def _sum(one: tuple[str, Any], two: tuple[str, Any]) -> tuple[str, Any]:
    return f"({one[0]} + {two[0]})", lambda row: one[1](row) + two[1](row)


def _difference(one: tuple[str, Any], two: tuple[str, Any]) -> tuple[str, Any]:
    return f"({one[0]} - {two[0]})", lambda row: one[1](row) - two[1](row)


def _product(one: tuple[str, Any], two: tuple[str, Any]) -> tuple[str, Any]:
    return f"({one[0]} * {two[0]})", lambda row: one[1](row) * two[1](row)


def _rounded(one: tuple[str, Any], places: int) -> tuple[str, Any]:
    unit = Decimal(1).scaleb(-places)
    return f"round({one[0]}, {places})", lambda row: one[1](row).quantize(unit, ROUND_HALF_UP)


PRICED = st.deferred(
    lambda: st.one_of(
        st.sampled_from([("p", lambda row: row[0]), ("q", lambda row: row[1])]),
        st.sampled_from(["0.9", "1.19", "0.005", "3"]).map(
            lambda text: (text, lambda row: Decimal(text))
        ),
        st.builds(_sum, PRICED, PRICED),
        st.builds(_difference, PRICED, PRICED),
        st.builds(_product, PRICED, PRICED),
        st.builds(_rounded, PRICED, st.integers(0, 4)),
    )
)


@settings(max_examples=300, deadline=None)
@given(PRICED, st.lists(st.tuples(MONEY, MONEY), min_size=1, max_size=4))
def test_money_is_what_decimal_arithmetic_says(
    priced: tuple[str, Any], rows: list[tuple[Decimal, Decimal]]
) -> None:
    money = pa.decimal128(18, 2)
    kinds = {Column(None, name): Kind("number", 2) for name in "pq"}
    found = compile_expression(f"round({priced[0]}, 2) = 0 OR TRUE", kinds)
    if not isinstance(found, Compiled):  # too long or too deep
        return
    columns = {
        Column(None, name): pa.array([row[number] for row in rows], money)
        for number, name in enumerate("pq")
    }
    with localcontext(WIDE):
        exact = [priced[1](row) for row in rows]
    # Compared inside the language, since a result may have more digits than a column.
    for number, value in enumerate(exact):
        shortest = f"{value:f}"
        if len(shortest) > 36:
            continue
        same = compile_expression(f"{priced[0]} = {shortest}", kinds)
        if isinstance(same, Compiled):
            assert same.evaluate(columns, len(rows))[number].as_py() is True


@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=20), st.integers(0, 4))
def test_a_float_is_rounded_as_the_decimal_it_is_written_as(
    values: list[float], places: int
) -> None:
    kinds = {Column(None, "x"): Kind("number")}
    found = compile_expression(f"round(x, {places})", kinds)
    assert isinstance(found, Compiled)
    result = found.evaluate({Column(None, "x"): pa.array(values)}, len(values))
    unit = Decimal(1).scaleb(-places)
    assert result.to_pylist() == [
        Decimal(repr(value)).quantize(unit, ROUND_HALF_UP, WIDE) for value in values
    ]


def test_halves_of_cents_that_floats_cannot_hold_are_rounded_up() -> None:
    values = [units / 1000 for units in range(5, 200_000, 10)]  # 0.005, 0.015, 0.025 …
    found = compile_expression("round(x, 2)", {Column(None, "x"): Kind("number")})
    assert isinstance(found, Compiled)
    cents = found.evaluate({Column(None, "x"): pa.array(values)}, len(values)).to_pylist()
    assert cents == [Decimal(n) / 100 for n in range(1, len(values) + 1)]


WHOLE = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(WHOLE, WHOLE), min_size=1, max_size=5), st.integers(0, 11))
def test_a_quotient_rounded_is_the_true_quotient_rounded(
    rows: list[tuple[int, int]], places: int
) -> None:
    kinds = {Column(None, "x"): INTEGER, Column(None, "y"): INTEGER}
    columns = {
        Column(None, name): pa.array([row[n] for row in rows]) for n, name in enumerate("xy")
    }
    found = compile_expression(f"round(x / y, {places})", kinds)
    assert isinstance(found, Compiled)
    for (x, y), value in zip(rows, found.evaluate(columns, len(rows)).to_pylist(), strict=True):
        if y == 0:
            assert value is None
            continue
        scaled = abs(Fraction(x, y)) * 10**places
        size = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
        assert Fraction(value) * 10**places == (-size if (x < 0) != (y < 0) else size)


@pytest.mark.parametrize("size", [1, 7, 97])
def test_the_same_cells_come_out_in_chunks_of_any_size(size: int) -> None:
    # Values of every size, so that some chunks overflow 64 bits and others do not.
    rng = np.random.default_rng(7)
    take = pa.array(rng.integers(0, 4, 300))
    columns = {name: array.take(take) for name, array in COLUMNS.items()}
    columns[Column(None, "i")] = pa.array(
        rng.integers(-(2**40), 2**40, 300) >> rng.integers(0, 40, 300)
    )
    columns[Column(None, "f")] = pa.array(rng.lognormal(3, 4, 300))
    for text, _ in [
        *NUMBERS,
        *TRUTH,
        *MOMENTS,
        *TEXT,
        *CHOICES,
        ("sqrt(f) * exp(-f)", []),
        ("i*i*i*i % 97", []),
    ]:
        expression = compiled(text)
        whole = expression.evaluate(columns, 300)
        pieces = [
            expression.evaluate(
                {name: array.slice(at, size) for name, array in columns.items()},
                min(size, 300 - at),
            )
            for at in range(0, 300, size)
        ]
        assert pa.concat_arrays(pieces).equals(whole), text
