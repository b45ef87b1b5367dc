"""What each expression gives, worked out by hand."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pyarrow as pa
import pytest

from src.core.errors import InvalidArgument
from src.core.models import FieldDefinition
from src.generation.expressions import (
    Column,
    Compiled,
    Kind,
    columns_of,
    compile_expression,
    kind_of,
    to_type,
)

from .rows import COLUMNS, KINDS, D, at, compiled, computed

N = None
NUMBERS: list[tuple[str, list[Any]]] = [
    ("i + n", [9, -5, 0, N]),
    ("i - n", [5, -9, 0, N]),
    ("i * price", [D("139.93"), D("0.35"), D("0.00"), N]),
    ("i / n", [D("3.5"), D("-3.5"), N, N]),
    ("7 / 2", [D("3.5")] * 4),
    ("1 / 3", [D("0.333333333333")] * 4),
    ("2 / 3", [D("0.666666666666")] * 4),
    ("round(2 / 3, 2)", [D("0.67")] * 4),
    ("round(-2 / 3, 2)", [D("-0.67")] * 4),
    ("i / 100", [D("0.07"), D("-0.07"), D("0.00"), N]),
    ("i / 0", [N, N, N, N]),
    ("i % n", [1, -1, N, N]),
    ("price % 0.03", [D("0.01"), D("-0.02"), D("0.00"), N]),
    (
        "rate * rate * rate * rate * rate / 7",
        [
            D("3.39006696E-7"),
            D("0.004464285714285"),
            D("0.142857142857142"),
            D("4.571428571428571"),
        ],
    ),
    ("-i", [-7, 7, 0, N]),
    ("- (-i)", [7, -7, 0, N]),
    ("0.1 + 0.2", [D("0.3")] * 4),
    ("price * rate", [D("1.49925"), D("-0.025"), D(0), N]),
    ("round(price * rate, 2)", [D("1.50"), D("-0.03"), D("0.00"), N]),
    ("round(0.5)", [1] * 4),
    ("round(2.5)", [3] * 4),
    ("round(-2.5)", [-3] * 4),
    ("round(f)", [3, -3, 1, N]),
    ("round(f, 2)", [D("2.50"), D("-2.50"), D("1.01"), N]),  # 1.005 means a thousandth over 1.00
    ("round(12345, -2)", [12300] * 4),
    ("round(-12350, -2)", [-12400] * 4),
    ("floor(f)", [2, -3, 1, N]),
    ("ceil(f)", [3, -2, 2, N]),
    ("floor(price)", [19, -1, 0, N]),
    ("ceiling(price)", [20, 0, 0, N]),
    ("abs(price)", [D("19.99"), D("0.05"), D("0.00"), N]),
    ("greatest(i, n, 1)", [7, 2, 1, N]),
    ("least(price, 1)", [D("1.00"), D("-0.05"), D("0.00"), N]),
    ("sqrt(n * 2)", [2.0, 2.0, 0.0, pytest.approx(3.1622776601683795)]),
    ("sqrt(i)", [pytest.approx(2.6457513110645907), N, 0.0, N]),
    ("ln(i)", [pytest.approx(1.9459101490553132), N, N, N]),
    ("power(n, 3)", [8.0, 8.0, 0.0, 125.0]),
    ("exp(i * 1000)", [N, 0.0, 1.0, N]),
    ("f / 0", [N, N, N, N]),
    ("f * 1e308 * 10", [N, N, N, N]),
    ("mod(-7, 3)", [-1] * 4),
    ("f + 0.5", [3.0, -2.0, pytest.approx(1.505), N]),
    ("products.price * n", [D("2.20"), D("4.40"), D("0.00"), D("22.00")]),
    ("cast(f AS integer)", [3, -3, 1, N]),
    ("cast(price AS decimal(10, 1))", [D("20.0"), D("-0.1"), D("0.0"), N]),
    ("cast(b AS integer) + 1", [2, 1, N, 2]),
    ("price * (1 - 15 / 100)", [D("16.9915"), D("-0.0425"), D(0), N]),
]
TRUTH: list[tuple[str, list[Any]]] = [
    ("b AND c", [N, False, False, True]),
    ("b OR c", [True, N, N, True]),
    ("NOT b", [False, True, N, False]),
    ("b IS TRUE", [True, False, False, True]),
    ("c IS NOT TRUE", [True, True, True, False]),
    ("b IS NULL", [False, False, True, False]),
    ("b = c", [N, N, N, True]),
    ("i = NULL", [N] * 4),
    ("i IS NOT NULL", [True, True, True, False]),
    ("tags IS NULL", [False, True, False, False]),
    ("i > 0", [True, False, False, N]),
    ("i <> 7", [False, True, True, N]),
    ("i != 7", [False, True, True, N]),
    ("i IN (7, 0)", [True, False, True, N]),
    ("i IN (7, NULL)", [True, N, N, N]),
    ("i NOT IN (7, 0)", [False, True, False, N]),
    ("price BETWEEN -0.05 AND 1", [False, True, True, N]),
    ("price NOT BETWEEN 0 AND 1", [True, True, False, N]),
    ("price = 19.990", [True, False, False, N]),
    ("i = 7.0", [True, False, False, N]),
    ("f > price", [False, False, True, N]),
    ("status = 'open'", [True, False, True, N]),
    ("status <> 'cancelled'", [True, False, True, N]),
    ("s < 'a'", [False, True, True, N]),  # capitals come first
    ("s LIKE 'a%'", [True, False, False, N]),
    ("s NOT LIKE '%a%'", [False, False, True, N]),
    ("s LIKE '_b_'", [True, False, False, N]),
    ("s ILIKE 'STRA_E'", [False, True, False, N]),
    ("'a%' LIKE 'a\\%'", [False] * 4),  # a backslash is a backslash
    ("'a\\b' LIKE 'a\\b'", [True] * 4),
    ("starts_with(s, 'Str')", [False, True, False, N]),
    ("ends_with(s, 'c')", [True, False, False, N]),
    ("contains(s, 'ß')", [False, True, False, N]),
    ("NOT i = 7 AND b OR c", [N, N, N, True]),
    ("d < e", [True, True, False, N]),
    ("d >= '2024-01-01'", [True, False, True, N]),
    ("d = DATE '2024-02-29'", [False, False, True, N]),
    ("d < '2024-01-31 00:00:01'", [True, True, False, N]),
    ("u > e", [True, False, False, N]),
    ("h < '09:30:01'", [True, False, True, N]),
    ("g > INTERVAL 1 DAY", [True, False, False, N]),
]
MOMENTS: list[tuple[str, list[Any]]] = [
    ("d - e", [-1, -1, 1, N]),
    ("datediff(e, d)", [1, 1, -1, N]),
    ("date_diff('day', d, e)", [1, 1, -1, N]),
    ("d + n", [date(2024, 2, 2), date(2024, 1, 2), date(2024, 2, 29), N]),
    ("d - 31", [date(2023, 12, 31), date(2023, 11, 30), date(2024, 1, 29), N]),
    ("d + INTERVAL 1 MONTH", [date(2024, 2, 29), date(2024, 1, 31), date(2024, 3, 29), N]),
    ("d + n * INTERVAL 1 MONTH", [date(2024, 3, 31), date(2024, 2, 29), date(2024, 2, 29), N]),
    ("d + INTERVAL 1 YEAR * n", [date(2026, 1, 31), date(2025, 12, 31), date(2024, 2, 29), N]),
    ("d + n * n * 1000000000000 * INTERVAL 1 YEAR", [N, N, date(2024, 2, 29), N]),
    ("d - INTERVAL 1 YEAR", [date(2023, 1, 31), date(2022, 12, 31), date(2023, 2, 28), N]),
    ("d + INTERVAL '2 weeks'", [date(2024, 2, 14), date(2024, 1, 14), date(2024, 3, 14), N]),
    ("d - INTERVAL 1 DAY", [date(2024, 1, 30), date(2023, 12, 30), date(2024, 2, 28), N]),
    ("d + g", [at("2024-02-01 12:00"), at("2023-12-31 00:00"), at("2024-02-28 00:00"), N]),
    ("d + 10000000", [N, N, N, N]),
    ("year(d + 2912841)", [9999, 9999, 9999, N]),
    ("t - u", [timedelta(hours=-26, minutes=-30), timedelta(milliseconds=-500), N, N]),
    ("(u - t) / INTERVAL 1 HOUR", [D("26.5"), D("0.000138888888"), N, N]),
    ("u - d", [timedelta(days=1, hours=12), timedelta(days=-19722), timedelta(days=-59), N]),
    ("t + INTERVAL 90 MINUTE", [at("2024-01-31 11:00"), at("1970-01-01 01:29:59.500000"), N, N]),
    ("t + 2 * INTERVAL 1 DAY", [at("2024-02-02 09:30"), at("1970-01-02 23:59:59.500000"), N, N]),
    ("t + INTERVAL 1 MONTH", [at("2024-02-29 09:30"), at("1970-01-31 23:59:59.500000"), N, N]),
    ("year(d)", [2024, 2023, 2024, N]),
    ("month(d)", [1, 12, 2, N]),
    ("day(d)", [31, 31, 29, N]),
    ("quarter(d)", [1, 4, 1, N]),
    ("weekday(d)", [3, 7, 4, N]),
    ("hour(t)", [9, 23, N, N]),
    ("minute(h)", [30, 59, 0, N]),
    ("second(t)", [0, 59, N, N]),
    ("date(t)", [date(2024, 1, 31), date(1969, 12, 31), N, N]),
    ("cast(t AS time)", [time(9, 30), time(23, 59, 59, 500000), N, N]),
    (
        "cast(d AS timestamp)",
        [at("2024-01-31"), at("2023-12-31"), at("2024-02-29"), N],
    ),
    (
        "coalesce(d, '2020-01-01')",
        [date(2024, 1, 31), date(2023, 12, 31), date(2024, 2, 29), date(2020, 1, 1)],
    ),
    ("greatest(d, e)", [date(2024, 2, 1), date(2024, 1, 1), date(2024, 2, 29), N]),
    ("date_add(d, 1)", [date(2024, 2, 1), date(2024, 1, 1), date(2024, 3, 1), N]),
    ("date_sub(d, INTERVAL 1 DAY)", [date(2024, 1, 30), date(2023, 12, 30), date(2024, 2, 28), N]),
    ("d - NULL", [N] * 4),
]
TEXT: list[tuple[str, list[Any]]] = [
    ("upper(status)", ["OPEN", "CANCELLED", "OPEN", N]),
    ("lower(s)", ["abc", "straße", "", N]),
    ("length(s)", [3, 6, 0, N]),
    ("trim('  x ')", ["x"] * 4),
    ("s || '-' || i", ["abc-7", "Straße--7", "-0", N]),
    ("concat(b, ' ', d, ' ', price)", ["true 2024-01-31 19.99", "false 2023-12-31 -0.05", N, N]),
    ("cast(t AS text)", ["2024-01-31 09:30:00", "1969-12-31 23:59:59.500000", N, N]),
    ("substr(s, 2, 2)", ["bc", "tr", "", N]),
    ("substring(s, 5)", ["", "ße", "", N]),
    ("left(s, 2)", ["ab", "St", "", N]),
    ("right(s, 2)", ["bc", "ße", "", N]),
    ("right(s, 0)", ["", "", "", N]),
    ("lpad(cast(n AS text), 3, '0')", ["002", "002", "000", "005"]),
    ("replace(s, 'a', 'oo')", ["oobc", "Strooße", "", N]),
    ("'it''s'", ["it's"] * 4),
    ('"order" || `order`', ["aa", "bb", "cc", "dd"]),
    ("order", ["a", "b", "c", "d"]),
    ("greatest(s, 'b')", ["b", "b", "b", N]),
]
CHOICES: list[tuple[str, list[Any]]] = [
    (
        "CASE WHEN i > 0 THEN 'up' WHEN i < 0 THEN 'down' ELSE 'flat' END",
        ["up", "down", "flat", "flat"],
    ),
    ("CASE WHEN i > 0 THEN 1 END", [1, N, N, N]),
    ("CASE status WHEN 'open' THEN 1 WHEN 'cancelled' THEN 2 END", [1, 2, 1, N]),
    ("CASE WHEN n = 0 THEN 0 ELSE i / n END", [D("3.5"), D("-3.5"), D(0), N]),
    ("if(b, i, price)", [D("7.00"), D("-0.05"), D("0.00"), N]),
    ("iif(i IS NULL, 'none', 'some')", ["some", "some", "some", "none"]),
    ("coalesce(price, 0)", [D("19.99"), D("-0.05"), D("0.00"), D("0.00")]),
    ("coalesce(NULL, s, '-')", ["abc", "Straße", "", "-"]),
    ("nullif(n, 0)", [2, 2, N, 5]),
    ("nullif(s, '')", ["abc", "Straße", N, N]),
    ("NULL", [N] * 4),
    ("i + CASE WHEN b THEN 1 ELSE NULL END", [8, N, N, N]),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [*NUMBERS, *TRUTH, *MOMENTS, *TEXT, *CHOICES],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_expression_gives_what_sql_says(text: str, expected: list[Any]) -> None:
    assert computed(text) == expected


KINDS_OF = [
    ("i + n", Kind("integer", 0)),
    ("i / n", Kind("number", 12)),
    ("price * rate", Kind("number", 5)),
    ("price * f", Kind("number")),
    ("round(f, 2)", Kind("number", 2)),
    ("round(price)", Kind("integer", 0)),
    ("d - e", Kind("integer", 0)),
    ("t - u", Kind("duration")),
    ("i = 1", Kind("boolean")),
    ("s", Kind("string")),
    ("NULL", Kind("null")),
    ("rate * rate * rate * rate * rate * rate * rate", Kind("number", 18)),
]


@pytest.mark.parametrize(("text", "kind"), KINDS_OF)
def test_the_kind_of_the_result_is_known_beforehand(text: str, kind: Kind) -> None:
    assert compiled(text).kind == kind


WANTED: list[tuple[str, dict[str, Any], list[Any]]] = [
    (
        "price * rate",
        {"type": "number", "decimal_places": 2},
        [D("1.50"), D("-0.03"), D("0.00"), N],
    ),
    ("f", {"type": "number", "decimal_places": 2}, [D("2.50"), D("-2.50"), D("1.01"), N]),
    ("i / n", {"type": "number"}, [3.5, -3.5, N, N]),
    ("price", {"type": "integer"}, [20, 0, 0, N]),
    ("f", {"type": "integer"}, [3, -3, 1, N]),
    ("i", {"type": "number", "decimal_places": 2}, [D("7.00"), D("-7.00"), D("0.00"), N]),
    (
        "d",
        {"type": "datetime"},
        [at("2024-01-31"), at("2023-12-31"), at("2024-02-29"), N],
    ),
    ("NULL", {"type": "string"}, [N] * 4),
    ("NULL", {"type": "number", "decimal_places": 2}, [N] * 4),
    ("s || 'x'", {"type": "string"}, ["abcx", "Straßex", "x", N]),
    ("b", {"type": "boolean"}, [True, False, N, True]),
]


def field(spec: dict[str, Any]) -> FieldDefinition:
    places = spec.get("decimal_places")
    return FieldDefinition.model_validate(
        {
            "name": "result",
            "type": spec["type"],
            "generator": {"kind": "expression", "expr": "1", "decimal_places": places},
        }
    )


@pytest.mark.parametrize(("text", "spec", "expected"), WANTED)
def test_a_field_gets_its_own_type_rounded_half_up(
    text: str, spec: dict[str, Any], expected: list[Any]
) -> None:
    result = compiled(text, wanted=kind_of(field(spec))).evaluate(COLUMNS, 4)
    assert result.to_pylist() == expected
    assert to_type(compiled(text).evaluate(COLUMNS, 4), field(spec)).equals(result)


def test_decimals_of_a_field_have_the_digits_of_a_column() -> None:
    wanted = kind_of(field({"type": "number", "decimal_places": 2}))
    assert compiled("price", wanted=wanted).evaluate(COLUMNS, 4).type == pa.decimal128(18, 2)


def test_the_columns_needed_are_told_once_in_the_order_of_the_text() -> None:
    found = compiled("n * products.price + n - i")
    assert found.needs == (Column(None, "n"), Column("products", "price"), Column(None, "i"))


def test_only_the_needed_columns_are_looked_at() -> None:
    found = compiled("n + 1").evaluate({Column(None, "n"): pa.array([1, 2])}, 2)
    assert found.to_pylist() == [2, 3]


def test_products_beyond_64_bits_stay_exact() -> None:
    big = pa.array([3_037_000_500, -(2**63), 1], pa.int64())
    column = {Column(None, "x"): big}
    found = compile_expression("x * x - x * x + x", {Column(None, "x"): Kind("integer", 0)})
    assert isinstance(found, Compiled)
    assert found.evaluate(column, 3).equals(big)
    power = compile_expression("(x * x * x) % 1000", {Column(None, "x"): Kind("integer", 0)})
    assert isinstance(power, Compiled)
    expected = [x**3 % 1000 if x > 0 else -(-(x**3) % 1000) for x in big.to_pylist()]
    assert power.evaluate(column, 3).to_pylist() == expected


def test_a_result_with_too_many_digits_is_an_error_not_a_wrong_number() -> None:
    column = {Column(None, "x"): pa.array([10**18])}
    found = compile_expression("x * 10", {Column(None, "x"): Kind("integer", 0)})
    assert isinstance(found, Compiled)
    with pytest.raises(InvalidArgument, match="too many digits"):
        found.evaluate(column, 1)


def test_numbers_of_38_digits_can_be_had() -> None:
    column = {Column(None, "x"): pa.array([10**18 - 1, None, -5])}
    found = compile_expression("x * x * 10.0", {Column(None, "x"): Kind("integer", 0)})
    assert isinstance(found, Compiled)
    expected = [D((10**18 - 1) ** 2 * 10), None, D(250)]
    assert found.evaluate(column, 3).to_pylist() == expected


def test_a_quotient_is_the_same_however_large_both_sides_are() -> None:
    columns = {
        Column(None, "x"): pa.array([5 * 10**18 + 1, 10**13, 7, 9 * 10**18, -(10**18)]),
        Column(None, "y"): pa.array([9 * 10**18, 3 * 10**13, 2, 1, 3]),
    }
    found = compile_expression("x / y", dict.fromkeys(columns, Kind("integer", 0)))
    assert isinstance(found, Compiled)
    expected = [
        D("0.555555555555"),
        D("0.333333333333"),
        D("3.5"),
        D(9 * 10**18),
        D("-333333333333333333.333333333333"),
    ]
    assert found.evaluate(columns, 5).to_pylist() == expected
    for row, value in enumerate(expected):  # alone, the small ones are computed in 64 bits
        one = {name: array.slice(row, 1) for name, array in columns.items()}
        assert found.evaluate(one, 1).to_pylist() == [value]


def test_literals_and_columns_of_38_digits_are_read_to_the_last_one() -> None:
    long = "12345678901234567890123456789012345.67"
    column = {Column(None, "x"): pa.array([D(long), None], pa.decimal128(38, 2))}
    found = compile_expression(f"x - {long} = 0", {Column(None, "x"): Kind("number", 2)})
    assert isinstance(found, Compiled)
    assert found.evaluate(column, 2).to_pylist() == [True, None]


def test_columns_of_another_width_are_taken_for_their_kind() -> None:
    columns = {
        Column(None, "i"): pa.chunked_array([pa.array([1], pa.int8()), pa.array([2], pa.int8())]),
        Column(None, "price"): pa.array([1.1, 2.2], pa.float64()),
        Column(None, "s"): pa.array(["a", "b"]).dictionary_encode(),
    }
    assert compiled("i * price").evaluate(columns, 2).to_pylist() == [D("1.10"), D("4.40")]
    assert compiled("s || i").evaluate(columns, 2).to_pylist() == ["a1", "b2"]


def test_slices_of_columns_are_read_where_they_begin() -> None:
    rows = {name: array.slice(1, 2) for name, array in COLUMNS.items()}
    for text in ("i * price", "s || i", "b AND c", "d + n", "f + 1"):
        assert compiled(text).evaluate(rows, 2).to_pylist() == computed(text)[1:3]


def test_no_rows_give_no_cells() -> None:
    rows = {name: array.slice(0, 0) for name, array in COLUMNS.items()}
    for text, _ in [*NUMBERS, *TRUTH, *MOMENTS, *TEXT, *CHOICES]:
        assert len(compiled(text).evaluate(rows, 0)) == 0


def test_fields_are_named_bare_or_behind_their_table() -> None:
    fields = (
        FieldDefinition(name="price", type="number"),
        FieldDefinition(name="tags", type="array"),
    )
    assert columns_of(fields, "products") == {
        Column("products", "price"): Kind("number"),
        Column("products", "tags"): Kind("array"),
    }


# ── instants ──────────────────────────────────────────────────────────────────────────────────

BERLIN = {
    Column(None, "opened"): pa.array(
        [at("2024-03-31 00:30"), at("2024-07-01 22:30")], pa.timestamp("us")
    ).cast(pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us", tz="Europe/Berlin")),
    Column(None, "closed"): pa.array(
        [at("2024-03-31 01:30"), at("2024-07-01 23:30")], pa.timestamp("us")
    ).cast(pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us", tz="Europe/Berlin")),
}  # fmt: skip
ZONED = {name: Kind("datetime", zone="Europe/Berlin") for name in BERLIN}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(closed - opened) / INTERVAL 1 HOUR", [D(1), D(1)]),
        ("hour(opened)", [1, 0]),
        ("hour(closed)", [3, 1]),  # the clock went forward in between
        ("date(opened)", [date(2024, 3, 31), date(2024, 7, 2)]),
        ("opened < closed", [True, True]),
        ("opened < '2024-07-02 00:31'", [True, True]),
        ("opened >= DATE '2024-07-02'", [False, True]),
        ("cast(opened AS text)", ["2024-03-31 01:30:00", "2024-07-02 00:30:00"]),
    ],
)
def test_instants_compare_as_such_and_are_read_off_the_clock_on_the_wall(
    text: str, expected: list[Any]
) -> None:
    found = compile_expression(text, ZONED)
    assert isinstance(found, Compiled), found
    assert found.evaluate(BERLIN, 2).to_pylist() == expected


def test_every_kind_of_the_rows_is_covered() -> None:
    assert {kind.type for kind in KINDS.values()} >= {
        "string", "integer", "number", "boolean", "date", "time", "datetime", "duration", "array",
    }  # fmt: skip
