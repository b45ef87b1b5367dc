"""What `check_row` and `check_table` say, promise by promise."""

import math
from decimal import Decimal

import pyarrow as pa
import pytest

from src.core.models import FieldDefinition
from src.utils.validators import check_row, check_table


def field(kind="string", **more):
    return FieldDefinition.model_validate({"name": "x", "type": kind, **more})


def limited(kind="string", **constraints):
    return field(kind, constraints=constraints)


def codes(problems):
    return [problem.code for problem in problems]


def row_codes(value, wanted):
    return codes(check_row({"x": value}, [wanted]))


@pytest.mark.parametrize(
    ("wanted", "good", "bad", "code"),
    [
        (field(), "text", 5, "type"),
        (field(), "text", "\ud800", "type"),
        (field("integer"), 5, 5.5, "type"),
        (field("integer"), 5.0, True, "type"),
        (field("integer"), 2**63 - 1, 2**63, "type"),
        (field("number"), "12.50", "12,50", "type"),
        (field("number"), 1e308, float("nan"), "type"),
        (field("number"), 3, 10**400, "type"),
        (field("boolean"), False, 0, "type"),
        (field("date"), "2024-02-29", "2023-02-29", "type"),
        (field("date"), "2024-02-29", "20240229", "type"),
        (field("time"), "09:30", "25:00", "type"),
        (field("datetime"), "2024-01-01T10:00:00", "2024-01-01", "type"),
        (field("datetime"), "2024-01-01T10:00:00Z", "2024-01-01T10:00:00+02:00", "type"),
        (field("duration"), "P1DT2H", "one day", "type"),
        (field("duration"), 3600, "P1Y", "type"),
        (field("array"), [1], "1", "type"),
        (field("object"), {}, [], "type"),
        (field(nullable=True), None, 1, "type"),
        (field(null_when="a > 1"), None, 1, "type"),
        (field(), "", None, "null"),
        (limited("integer", minimum=3), 3, 2, "minimum"),
        (limited("integer", maximum=3), 3, 4, "maximum"),
        (limited("number", exclusiveMinimum=0), 0.1, 0, "exclusive_minimum"),
        (limited("number", exclusiveMaximum=1), 0.9, 1.0, "exclusive_maximum"),
        (limited("integer", minimum=67.5), 68, 67, "minimum"),
        (limited("integer", maximum=67.5), 67, 68, "maximum"),
        (limited("integer", exclusiveMinimum=67.5), 68, 67, "exclusive_minimum"),
        (limited("integer", exclusiveMaximum=67.5), 67, 68, "exclusive_maximum"),
        (limited("number", minimum=0.1), "0.1", 0.09999999, "minimum"),
        (limited("number", multipleOf=0.1), 0.3, 0.35, "multiple_of"),
        (limited("integer", multipleOf=5), 10, 11, "multiple_of"),
        (limited("date", maximum="2024-06-30"), "2024-06-30", "2024-07-01", "maximum"),
        (
            limited("datetime", maximum="2024-06-30"),
            "2024-06-30T23:59:59",
            "2024-07-01T00:00:00",
            "maximum",
        ),
        (limited("time", minimum="09:00"), "09:00:00", "08:59:59.999999", "minimum"),
        (limited("duration", maximum="PT1H"), "PT60M", "PT61M", "maximum"),
        (limited(minLength=3), "äöü", "ab", "min_length"),
        (limited(maxLength=3), "äöü", "abcd", "max_length"),
        (limited(pattern="a|ab"), "ab", "abc", "pattern"),
        (limited(pattern="[a-z]+"), "abc", "abc\n", "pattern"),
        (limited(enum=["a", "b"]), "a", "c", "enum"),
        (limited("number", enum=[1, 2.5]), Decimal("2.50"), 2, "enum"),
        (limited("date", enum=["2024-01-01"]), "2024-01-01", "2024-01-02", "enum"),
        (field(format="email"), "a@b.de", "a@", "format"),
        (field("number", format="latitude"), 52.5, 90.01, "format"),
        (limited("array", maxLength=1), [1], [1, 2], "max_length"),
        (field("array", items={"name": "i", "type": "integer"}), [1], [1, "2"], "type"),
        (field("object", fields=[{"name": "a"}]), {"a": "1"}, {}, "missing"),
    ],
)
def test_a_promise_is_kept_or_named(wanted, good, bad, code):
    assert row_codes(good, wanted) == []
    assert row_codes(bad, wanted) == [code]


def test_a_row_without_the_key_is_not_a_row_with_null():
    assert codes(check_row({}, [field(nullable=True)])) == ["missing"]


def test_required_outweighs_nullable():
    assert row_codes(None, field(nullable=True, constraints={"required": True})) == ["null"]


def test_a_constant_null_is_a_null_that_was_asked_for():
    assert row_codes(None, field(generator={"kind": "constant", "value": None})) == []


@pytest.mark.parametrize(("allowed", "said"), [([1], ["enum"]), ([True], [])])
def test_true_is_none_of_the_numbers(allowed, said):
    wanted = limited("boolean", enum=allowed)
    assert row_codes(True, wanted) == said
    assert codes(check_table(pa.table({"x": [True, True]}), [wanted])) == said


def test_a_problem_inside_a_value_says_where():
    wanted = field("array", items={"name": "i", "type": "integer", "constraints": {"maximum": 5}})
    (problem,) = check_row({"x": [1, 9]}, [wanted])
    assert problem.path == "x[1]"


def test_a_value_is_judged_as_its_column_will_hold_it():
    wanted = field(
        "number",
        constraints={"exclusiveMinimum": 0},
        generator={"kind": "uniform", "decimal_places": 2},
    )
    assert row_codes(0.005, wanted) == []
    assert row_codes(0.004, wanted) == ["exclusive_minimum"]


def test_a_value_too_long_for_its_exact_column_is_refused():
    wanted = field("number", generator={"kind": "uniform", "decimal_places": 9})
    assert row_codes(10**9, wanted) == ["type"]


def test_hostile_values_are_answered_not_raised():
    deep = "[" * 100_000
    table = pa.table({"x": pa.array([deep, "nope", "null", "[1]"])})
    (problem,) = check_table(table, [field("array")])
    assert problem.code == "type"
    assert problem.message.startswith("3 of 4 rows")
    assert row_codes("x" * 100_000, limited(pattern="(x+x+)+y")) == ["pattern"]
    assert row_codes("P" * 50, field("duration")) == ["type"]


def test_a_table_problem_names_the_column_the_count_and_the_first_rows():
    table = pa.table({"x": pa.array([20, 17, 30, 16, 15, 14])})
    (problem,) = check_table(table, [limited("integer", minimum=18)])
    assert problem.path == "x"
    assert problem.message == (
        "4 of 6 rows: the value is below the minimum 18: 17 in row 1, 16 in row 3, 15 in row 4"
    )


@pytest.mark.parametrize(
    ("wanted", "at", "beyond", "code"),
    [
        (limited(minLength=3), "äöü", "äö", "min_length"),
        (limited(maxLength=3), "äöü", "äöüß", "max_length"),
        (limited("integer", minimum=3), 3, 2, "minimum"),
        (limited("integer", maximum=3), 3, 4, "maximum"),
        (limited("integer", exclusiveMinimum=3), 4, 3, "exclusive_minimum"),
        (limited("integer", exclusiveMaximum=3), 2, 3, "exclusive_maximum"),
        (limited("integer", minimum=67.5), 68, 67, "minimum"),
        (limited("integer", exclusiveMaximum=67.5), 67, 68, "exclusive_maximum"),
        (limited("integer", minimum=2**63 - 1), 2**63 - 1, 2**63 - 2, "minimum"),
        (limited("number", minimum=0.1), 0.1, 0.09999999, "minimum"),
        (limited("number", multipleOf=0.1), 0.3, 0.35, "multiple_of"),
        (limited(pattern="a|ab"), "ab", "abc", "pattern"),
        (limited(pattern="[a-z]+"), "abc", "abc\n", "pattern"),
    ],
)
def test_a_column_may_reach_its_bound_and_nothing_beyond(wanted, at, beyond, code):
    assert check_table(pa.table({"x": [at, at, None]}), [wanted])[0].code == "null"
    (problem,) = check_table(pa.table({"x": [at, beyond, at]}), [wanted])
    assert problem.code == code
    assert problem.message.startswith("1 of 3 rows")


@pytest.mark.parametrize("wild", [float("nan"), float("inf"), float("-inf")])
def test_a_column_holds_no_number_that_is_none(wild):
    (problem,) = check_table(pa.table({"x": [1.5, wild]}), [field("number")])
    assert (problem.code, problem.message[:11]) == ("type", "1 of 2 rows")


def test_a_value_cannot_smuggle_control_characters_into_a_message():
    table = pa.table({"x": pa.array(["a\x1b[31m\u202eb"])})
    (problem,) = check_table(table, [limited(maxLength=1)])
    assert "\x1b" not in problem.message
    assert "\u202e" not in problem.message


def test_unique_counts_every_repetition_and_no_null():
    unique = field("integer", nullable=True, constraints={"unique": True})
    table = pa.table({"x": pa.array([1, None, 2, 1, None, 1])})
    (problem,) = check_table(table, [unique])
    assert problem.code == "unique"
    assert problem.message.startswith("2 of 6 rows")


def test_a_missing_column_and_a_column_of_another_type_are_told_apart():
    missing, wrong = check_table(
        pa.table({"y": ["1"]}), [field(), field("integer").model_copy(update={"name": "y"})]
    )
    assert (missing.code, wrong.code) == ("missing", "type")


def test_problems_stop_at_the_number_asked_for():
    fields = [FieldDefinition(name=f"f{n}") for n in range(9)]
    assert len(check_table(pa.table({"x": [1]}), fields, max_problems=4)) == 4


def test_columns_in_chunks_dictionaries_and_empty_ones_are_read_alike():
    wanted = limited(enum=["a"])
    chunked = pa.chunked_array([["a"], [], ["b", "a"]])
    for column in (chunked, chunked.dictionary_encode()):
        (problem,) = check_table(pa.table({"x": column}), [wanted])
        assert problem.message.startswith("1 of 3 rows")
    assert check_table(pa.table({"x": pa.chunked_array([], pa.string())}), [wanted]) == ()


def test_a_column_of_nulls_without_a_type_breaks_only_not_null():
    table = pa.table({"x": pa.nulls(2)})
    assert codes(check_table(table, [limited("integer", minimum=3)])) == ["null"]


def test_exact_decimals_near_the_limit_of_64_bits_are_compared_exactly():
    values = [Decimal(999999999999999999), Decimal(999999999999999998), None]
    table = pa.table({"x": pa.array(values, pa.decimal128(18, 0))})
    wanted = field("number", nullable=True, constraints={"maximum": 999999999999999998})
    (problem,) = check_table(table, [wanted])
    assert problem.message.startswith("1 of 3 rows")


def test_a_limit_between_two_floats_is_kept_exactly():
    """9007199254740993 is no float; the nearest one is below it."""
    wanted = limited("number", minimum=2**53 + 1, maximum=2**53 + 3)
    good = [float(2**53 + 2), 2**53 + 1, 2**53 + 3]
    bad = [float(2**53), float(2**53 + 4), 2**53, 2**53 + 4, math.inf, math.nan]
    assert [value for value in (*good, *bad) if not row_codes(value, wanted)] == good
