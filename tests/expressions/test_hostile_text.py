"""Whatever the text, the answer comes at once, and is a problem that helps or a right result."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from src.generation.expressions import Compiled, compile_expression, parse_aggregate
from src.generation.expressions.checking import FUNCTIONS

from .rows import COLUMNS, KINDS, LENGTH, compiled, computed, refused

A_MOMENT_S = 0.5
"""Milliseconds in truth; this is what a busy machine may make of them."""

HUGE = {
    "a megabyte of (": "(" * 1_000_000,
    "a megabyte of quotes": "'" * 1_000_001,
    "ten thousand signs": "+i" * 10_000,
    "two thousand ANDs": " AND ".join(["i > 0"] * 2_000),
    "a megabyte of text": "'" + "x" * 1_000_000 + "'",
    "a deep CASE": "CASE WHEN b THEN " * 5_000 + "1" + " END" * 5_000,
    "a megabyte of NUL": "\0" * 1_000_000,
    "a long number": "9" * 1_000_000,
}
BIG = {
    "999 of (": "(" * 999,
    "499 pairs of ()": "(" * 499 + "i" + ")" * 499,
    "17 levels": "(" * 17 + "i" + ")" * 17,
    "999 minus signs": "- " * 450 + "i",
    "200 NOTs": "NOT " * 200 + "b",
    "a deep CASE": "CASE WHEN b THEN " * 40 + "1" + " END" * 40,
    "deep functions": "abs(" * 150 + "i" + ")" * 150,
    "signs and parentheses": "-(" * 100 + "i" + ")" * 100,
    "a wide sum": "+".join(["i"] * 65),
    "a wide AND": " AND ".join(["b"] * 65),
    "a wide IN": f"i IN ({', '.join(['1'] * 80)})",
    "500 names": "i " * 490,
    "500 commas": "," * 500,
    "500 dots": "." * 500,
    "500 operators": "*" * 500,
    "500 ENDs": "END " * 240,
    "900 digits": "9" * 900,
}


@pytest.mark.parametrize("text", [*HUGE.values(), *BIG.values()], ids=[*HUGE, *BIG])
def test_what_is_too_big_is_refused_at_once(text: str) -> None:
    compiled("i + 1")  # the parser's import is not the text's fault
    begun = time.process_time()
    refused(text)
    parse_aggregate(text)
    assert time.process_time() - begun < A_MOMENT_S


def test_what_fits_the_bounds_is_accepted() -> None:
    assert computed("+".join(["n"] * 32))[0] == 64
    assert computed("(" * 16 + "n" + ")" * 16)[0] == 2
    assert computed("- " * 16 + "n")[0] == 2


FOREIGN = [
    ("SELECT 1", "expression_not_allowed", "'SELECT'"),
    ("i; DROP TABLE x", "expression_not_allowed", "';'"),
    ("DROP TABLE x", "expression_not_allowed", "'DROP'"),
    ("(SELECT max(i) FROM x)", "expression_not_allowed", "'SELECT'"),
    ("i IN (SELECT 1)", "expression_not_allowed", "'SELECT'"),
    ("EXISTS (SELECT 1)", "expression_not_allowed", "'EXISTS'"),
    ("sum(i) OVER (PARTITION BY n)", "expression_not_allowed", "'OVER'"),
    ("row_number() OVER ()", "expression_not_allowed", "'OVER'"),
    ("sum(i)", "expression_not_allowed", "aggregate"),
    ("count(*)", "expression_unreadable", ""),
    ("max(i)", "expression_not_allowed", "aggregate"),
    ("now()", "expression_not_allowed", "DATE '"),
    ("current_date", "expression_not_allowed", "DATE '"),
    ("CURRENT_TIMESTAMP", "expression_not_allowed", "DATE '"),
    ("random()", "expression_not_allowed", "generator"),
    ("uuid()", "expression_not_allowed", "generator"),
    ("read_csv('/etc/passwd')", "unknown_function", "read_csv"),
    ("pg_read_file('x')", "unknown_function", "pg_read_file"),
    ("regexp_matches(s, '(a+)+$')", "unknown_function", "regexp_matches"),
    ("roun(price)", "unknown_function", "did you mean round?"),
    ("uper(s)", "unknown_function", "did you mean upper?"),
    ("pricee * 2", "unknown_column", "did you mean price?"),
    ("Price * 2", "unknown_column", "did you mean price?"),
    ("product.price", "unknown_column", "did you mean products.price?"),
    ('s = "open"', "unknown_column", "single quotes"),
    ("i::text", "expression_not_allowed", "':'"),
    ("i ? n", "expression_not_allowed", "'?'"),
    ("{{ i }}", "expression_not_allowed", "'{'"),
    ("{# i #} i", "expression_unreadable", "comment"),
    ("i -- n", "expression_unreadable", "comment"),
    ("i /* n */", "expression_unreadable", "comment"),
    ("i # n", "expression_not_allowed", "'#'"),
    ("$1", "unknown_column", "$1"),
    ("@x", "expression_not_allowed", "'@'"),
    ("i AS x", "expression_not_allowed", "'AS'"),
    ("i n", "expression_unreadable", "no operator"),
    ("'a' 'b'", "expression_unreadable", "no operator"),
    ("x'ab'", "expression_unreadable", "no operator"),
    ("n'ab'", "expression_not_allowed", ""),
    ("i +", "expression_unreadable", "incomplete"),
    ("* i", "expression_unreadable", ""),
    ("i = = n", "expression_unreadable", ""),
    ("(i", "expression_unreadable", "add )"),
    ("i)", "expression_unreadable", "closes"),
    ("CASE WHEN b THEN 1", "expression_unreadable", "add END"),
    ("CASE WHEN (b THEN 1) END", "expression_unreadable", ""),
    ("CASE END", "expression_unreadable", ""),
    ("CASE WHEN b 1 END", "expression_unreadable", "no operator"),
    ("CASE WHEN i > 0 - 1 END", "expression_unreadable", "without a THEN"),
    ("'open", "expression_unreadable", "quote"),
    ('"open', "expression_unreadable", "quote"),
    ("s = ‘open’", "expression_unreadable", "straight quotes"),
    ("", "expression_empty", ""),
    (" \n\t ", "expression_empty", ""),
    ("()", "expression_unreadable", ""),
    ("(i, n)", "expression_unreadable", ""),
    ("i, n", "expression_unreadable", ""),
    ("coalesce(i,)", "expression_unreadable", "comma"),
    ("i IN n", "expression_unreadable", "list"),
    ("i IS n", "expression_unreadable", ""),
    ("i IS NOT DISTINCT FROM n", "expression_not_allowed", "'DISTINCT'"),
    ("s LIKE 'a' ESCAPE 'b'", "expression_not_allowed", "'ESCAPE'"),
    ("s LIKE status", "wrong_argument", "quotes"),
    ("t AT TIME ZONE 'UTC'", "expression_not_allowed", "'AT'"),
    ("i + \0", "expression_unreadable", "U+0000"),
    ("i + \ud800", "expression_unreadable", "U+D800"),
    ("'\udfff'", "expression_unreadable", "U+DFFF"),
    ("٣ + 1", "unknown_column", ""),
    ("i + \u200bn", "unknown_column", "did you mean"),
    ("a.b.c", "expression_unreadable", "dot"),
    (".5 + i", "expression_not_allowed", "0.5"),
    ("1e999", "bad_literal", "too large"),
    ("1e", "bad_literal", "no number"),
    ("1_000", "expression_unreadable", "no operator"),
    ("0x1F", "expression_unreadable", "no operator"),
    ("DATE '2024-02-30'", "bad_literal", "2024-01-31"),
    ("d > 'tomorrow'", "bad_literal", "2024-01-31"),
    ("t > '2024-01-01T00:00:00Z'", "bad_literal", "2024-01-31"),
    ("INTERVAL 3 FORTNIGHT", "bad_literal", "INTERVAL 3 DAY"),
    ("INTERVAL 99999999999 DAY", "bad_literal", "INTERVAL 3 DAY"),
    ("d + INTERVAL x DAY", "expression_unreadable", ""),
    ("round(price, n)", "wrong_argument", "written out"),
    ("round(price, 99)", "wrong_argument", "written out"),
    ("round()", "wrong_argument", "round(x, 2)"),
    ("round(1, 2, 3)", "wrong_argument", "round(x, 2)"),
    ("cast(price AS decimal)", "unknown_type", "decimal(18, 2)"),
    ("cast(price AS blob)", "unknown_type", "integer"),
    ("cast(price)", "wrong_argument", "decimal(10, 2)"),
    ("substr(s, 0)", "wrong_argument", "written out"),
    ("lpad(s, 100000000, 'x')", "wrong_argument", "written out"),
    ("date_diff('year', d, e)", "wrong_argument", "INTERVAL"),
]


@pytest.mark.parametrize(("text", "code", "said"), FOREIGN)
def test_what_is_not_allowed_is_refused_by_name(text: str, code: str, said: str) -> None:
    found = refused(text)
    assert found[0] == code
    assert said in " ".join(found)


WRONG_TYPES = [
    ("i = 's'", "cannot compare integer with text"),
    ("price > s", "cannot compare number with text"),
    ("i + 's'", "cannot add integer and text"),
    ("s + s", "cannot add text and text"),
    ("s * 2", "needs numbers, and got text"),
    ("b = 1", "cannot compare boolean with integer"),
    ("b > c", "a boolean cannot be compared with >"),
    ("b + 1", "cannot add boolean and integer"),
    ("d = i", "cannot compare date with integer"),
    ("d = h", "cannot compare date with time"),
    ("d + e", "cannot add date and date"),
    ("d + 1.5", "cannot add date and number"),
    ("t + 1", "cannot add datetime and integer"),
    ("i - d", "cannot subtract integer and date"),
    ("h + INTERVAL 1 HOUR", "cannot add time and duration"),
    ("g * 1.5", "needs numbers, and got duration"),
    ("INTERVAL 1 MONTH > INTERVAL 1 DAY", "cannot compare"),
    ("i AND b", "AND needs a condition, and got integer"),
    ("NOT s", "NOT needs a condition, and got text"),
    ("CASE WHEN i THEN 1 END", "CASE WHEN needs a condition"),
    ("CASE WHEN b THEN 1 ELSE 'x' END", "cannot choose between integer with text"),
    ("coalesce(i, s)", "cannot choose between"),
    ("upper(i)", "upper needs text, and got integer"),
    ("length(NULL) + s", "cannot add integer and text"),
    ("year(i)", "year needs a date, and got integer"),
    ("hour(d)", "hour needs a time, and got date"),
    ("tags = '[]'", "can only be asked whether it IS NULL"),
    ("cast(s AS integer)", "cannot turn text into integer"),
    ("'x' || f", "cannot turn number into text"),
    ("i < n < 3", "cannot compare boolean with integer"),
    ("INTERVAL 1 MONTH", "gives interval of months"),
    ("tags", "gives array"),
]


@pytest.mark.parametrize(("text", "said"), WRONG_TYPES)
def test_types_that_do_not_fit_are_refused_before_anything_is_computed(
    text: str, said: str
) -> None:
    code, message, _ = refused(text)
    assert (code, said in message) == ("wrong_type", True), message


def test_every_unknown_column_is_named_at_once() -> None:
    found = compile_expression("x + y * i", KINDS, at="fields[2].generator.expr")
    assert isinstance(found, tuple)
    assert [(problem.path, problem.code) for problem in found] == [
        ("fields[2].generator.expr", "unknown_column")
    ] * 2


WORDS = st.sampled_from([
    *("i", "n", "price", "f", "s", "b", "d", "t", "g", "'x'", "1", "0.5", "1e3", "NULL", "TRUE"),
    *("AND", "OR", "NOT", "IS", "IN", "BETWEEN", "LIKE", "CASE", "WHEN", "THEN", "ELSE", "END"),
    *("(", ")", ",", "+", "-", "*", "/", "%", "||", "=", "<", ">=", "<>", ".", ";", "::", "!"),
    *("DATE", "INTERVAL", "DAY", "AS", "integer", "SELECT", "FROM", "OVER", "cast", "'2024-01-31'"),
    *(name for name in FUNCTIONS if name.isidentifier()),
])  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=14).map(" ".join))
@example("NOT i IS NULL")
def test_any_row_of_words_is_refused_or_computes(text: str) -> None:
    found = compile_expression(text, KINDS)
    if isinstance(found, Compiled):
        result = found.evaluate(COLUMNS, LENGTH)
        result.validate(full=True)
        assert len(result) == LENGTH
    else:
        assert all(problem.code and problem.message and problem.hint for problem in found)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    compile_expression(text, KINDS)
    parse_aggregate(text)


def test_a_problem_shows_no_hidden_characters() -> None:
    _, message, hint = refused("\u202eevil + 1")
    assert "\u202e" not in message + hint


def test_replacing_over_and_over_cannot_fill_the_memory() -> None:
    from src.core.errors import InvalidArgument

    text = "'" + "a" * 60 + "'"
    for _ in range(7):
        text = f"replace({text}, 'a', '{'a' * 90}')"
    with pytest.raises(InvalidArgument, match="more text than fits"):
        compiled(text).evaluate(COLUMNS, LENGTH)
