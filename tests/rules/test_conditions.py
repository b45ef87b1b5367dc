"""What holds only in some rows: implications, empty cells, values from a list, copies."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from .ruled import category, columns, computed, made, moment, number, refusals, true, when

STATE = category("state", "open", "paid", "void", weights=[5, 3, 2])
HOW = category("how", "card", "cash", "bill", weights=[6, 3, 1])
LATE = moment("late", nullable=True)


def by_state(*args, **more):
    """The values of the other field, by state."""
    rows = columns(*args, rows=5000, **more)
    (name,) = (name for name in rows if name != "state")
    return {
        state: [v for s, v in zip(rows["state"], rows[name], strict=True) if s == state]
        for state in ("open", "paid", "void")
    }


def share(values, wanted):
    return sum(value == wanted for value in values) / len(values)


# ── implies ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("then", "fits"),
    [
        ("n >= 50", lambda n: n >= 50),
        ("n < 3", lambda n: n < 3),
        ("n = 7", lambda n: n == 7),
        ("n BETWEEN 10 AND 20", lambda n: 10 <= n <= 20),
        ("n > 90 AND n <> 95 OR n IS NULL", None),
        ("NOT (n > 5 OR n < 3)", lambda n: 3 <= n <= 5),
        ("10 > n", lambda n: n < 10),
    ],
)
def test_a_number_is_moved_where_the_condition_holds_and_free_elsewhere(then, fits):
    fields = [STATE, number("n", 0, 99)]
    if fits is None:
        assert refusals(fields, [when("state = 'paid'", then)])
        return
    found = by_state(fields, [when("state = 'paid'", then)])
    assert all(fits(n) for n in found["paid"])
    assert set(found["open"]) == set(range(100))


def test_a_category_keeps_its_shares_among_the_values_that_are_left():
    found = by_state([STATE, HOW], [when("state = 'paid'", "how IN ('card', 'bill')")])
    assert abs(share(found["paid"], "card") - 6 / 7) < 0.04
    assert share(found["paid"], "cash") == 0
    assert abs(share(found["open"], "cash") - 0.3) < 0.04


def test_several_conditions_meet_on_one_category():
    rules = [
        when("state <> 'open'", "how <> 'cash'"),
        when("state = 'paid'", "how IN ('cash', 'bill')"),
        when("state = 'void'", "how = 'card'"),
    ]
    found = by_state([STATE, HOW], rules)
    assert set(found["paid"]) == {"bill"}
    assert set(found["void"]) == {"card"}
    assert set(found["open"]) == {"card", "cash", "bill"}


def test_a_text_gets_one_of_the_listed_values():
    found = by_state([STATE, {"name": "why"}], [when("state = 'void'", "why IN ('a', 'b')")])
    assert set(found["void"]) == {"a", "b"}
    assert not {"a", "b"} & set(found["open"])


def test_yes_and_no_follow_a_condition():
    flag = {"name": "ok", "type": "boolean"}
    rules = [when("state = 'paid'", "ok"), when("state = 'void'", "NOT ok")]
    found = by_state([STATE, flag], rules)
    assert (set(found["paid"]), set(found["void"])) == ({True}, {False})
    assert set(found["open"]) == {True, False}


def test_cells_are_empty_or_filled_where_a_rule_says_so():
    late = {**LATE, "null_fraction": 0.4}
    rules = [when("state = 'paid'", "late IS NULL"), when("state = 'void'", "late IS NOT NULL")]
    found = by_state([STATE, late], rules)
    assert share(found["paid"], None) == 1
    assert share(found["void"], None) == 0
    assert abs(share(found["open"], None) - 0.4) < 0.04


def test_a_moment_follows_another_where_the_condition_holds():
    fields = [
        STATE,
        moment("a", "2024-01-01", "2024-06-30"),
        moment("b", "2024-01-01", "2024-12-31"),
    ]
    rows = columns(fields, [when("state = 'paid'", "b > a")])
    pairs = list(zip(rows["state"], rows["a"], rows["b"], strict=True))
    assert all(b > a for state, a, b in pairs if state == "paid")
    assert any(b < a for state, a, b in pairs if state == "open")


def test_a_field_is_set_to_another_value():
    fields = [STATE, number("n", 0, 9), number("m", 0, 99), {"name": "code"}]
    rules = [
        when("state = 'paid'", "m = n * 10"),
        true("code = state || '-' || n"),
    ]
    for state, n, m, code in zip(*columns(fields, rules).values(), strict=True):
        assert state != "paid" or m == n * 10
        assert code == f"{state}-{n}"


def test_an_alternative_is_an_implication():
    rules = [true("state <> 'paid' OR n > 50"), true("n >= 0 OR n IS NULL")]
    found = by_state([STATE, number("n", 0, 99)], rules)
    assert min(found["paid"]) > 50
    assert min(found["open"]) < 10


# ── null_when ─────────────────────────────────────────────────────────────────────────────────


def test_a_cell_is_empty_exactly_where_its_condition_is_true():
    late = moment("late", null_when="state <> 'void'", nullable=True)
    found = by_state([STATE, late], [])
    assert [share(found[state], None) for state in ("open", "paid", "void")] == [1, 1, 0]


def test_a_share_of_empty_cells_counts_among_those_that_the_condition_leaves():
    late = moment("late", null_when="state = 'open'", null_fraction=0.25)
    found = by_state([STATE, late], [])
    assert share(found["open"], None) == 1
    assert abs(share(found["paid"] + found["void"], None) - 0.25) < 0.04


def test_an_unknown_condition_leaves_the_cell_filled():
    fields = [number("n", 0, 9, null_fraction=0.5), moment("late", null_when="n > 4")]
    for n, late in zip(*columns(fields, []).values(), strict=True):
        assert (late is None) == (n is not None and n > 4)


def test_empty_cells_follow_each_other():
    fields = [STATE, moment("a", null_when="state = 'open'"), moment("b", null_when="a IS NULL")]
    rows = columns(fields, [])
    assert all((b is None) == (s == "open") for s, b in zip(rows["state"], rows["b"], strict=True))


# ── expressions ───────────────────────────────────────────────────────────────────────────────


def test_money_is_exact_and_rounded_half_up():
    total = computed("t", "n * p * 0.85", places=2)
    fields = [number("n", 1, 40), number("p", -50, 50, places=2), total]
    for n, price, total in zip(*columns(fields, [], rows=5000).values(), strict=True):
        exact = n * price * Decimal("0.85")
        assert total == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_expressions_follow_expressions_in_any_order():
    fields = [
        computed("c", "b + a", "integer"),
        computed("b", "a * 2", "integer"),
        number("a", 0, 9),
        computed("t", "CASE WHEN c > 12 THEN 'much' ELSE cast(c AS text) END", "string"),
        computed("d", "DATE '2024-01-31' + c", "date"),
    ]
    for c, b, a, t, d in zip(*columns(fields, []).values(), strict=True):
        assert (b, c) == (a * 2, a * 3)
        assert t == ("much" if c > 12 else str(c))
        assert (d - d.replace(year=2024, month=1, day=1)).days >= 0
    assert made(fields, []).schema.field("d").type == "date32"


def test_a_column_that_may_be_empty_must_say_so():
    fields = [number("a", 0, 9, null_fraction=0.5), computed("b", "a + 1", "integer")]
    (problem,) = refusals(fields, [])
    assert (problem.path, problem.code) == ("fields[1].generator", "unexpected_null")
    assert refusals([fields[0], {**fields[1], "nullable": True}], []) == []


# ── refusals ──────────────────────────────────────────────────────────────────────────────────

UNIQUE = {"name": "u", "format": "uuid", "constraints": {"unique": True}}
QUOTA = category("q", "a", "b", quota="exact")


@pytest.mark.parametrize(
    ("fields", "rules", "path", "code"),
    [
        ([STATE, HOW], [when("state = 'paid'", "how = 'gold'")], "rules[0].then",
         "rules_contradict"),
        ([STATE, HOW], [when("state = 'paid'", "how = 'card'"), true("how = 'cash'")],
         "rules[1].expr", "rules_contradict"),
        ([STATE, HOW], [when("state = 'paid'", "how = state || 'x'"), true("how <> 'cash'")],
         "rules[0].then", "rules_contradict"),
        ([STATE, QUOTA], [when("state = 'paid'", "q = 'a'")], "rules[0].then", "rules_contradict"),
        ([STATE, UNIQUE], [when("state = 'paid'", "u = 'x'")], "rules[0].then",
         "rules_contradict"),
        ([STATE, {"name": "t"}], [when("state = 'paid'", "t <> 'x'")], "rules[0].then",
         "not_constructible"),
        ([STATE, {"name": "t"}], [when("state = 'paid'", "t LIKE 'x%'")], "rules[0].then",
         "not_constructible"),
        ([STATE, {"name": "t"}], [when("state = 'paid'", "length(t) = 3")], "rules[0].then",
         "not_constructible"),
        ([STATE, number("n", 0, 9)], [when("state = 'paid'", "n = 12")], "rules[0].then",
         "empty_window"),
        ([STATE, number("n", 0, 9)], [when("state + 1", "n = 1")], "rules[0].then", "wrong_type"),
        ([STATE, number("n", 0, 9)], [when("stat = 'paid'", "n = 1")], "rules[0].when",
         "unknown_column"),
        ([STATE, number("n", 0, 9)], [when("n > 3", "n < 2")], "rules[0].then",
         "not_constructible"),
        ([STATE, moment("late")], [when("state = 'paid'", "late IS NULL")], "rules[0].then",
         "rules_contradict"),
        ([STATE, {**LATE, "null_when": "state = 'open'"}],
         [when("state = 'paid'", "late IS NULL")], "rules[0].then", "rules_contradict"),
        ([STATE, LATE], [when("state = 'paid'", "late IS NULL"), true("late IS NOT NULL")],
         "rules[1].expr", "rules_contradict"),
        ([STATE, computed("c", "length(state)", "integer", nullable=True)],
         [when("state = 'paid'", "c IS NOT NULL")], "rules[0].then", "not_constructible"),
        ([STATE, number("n", 0, 9), number("m", 0, 9)], [true("n = m * 0.5")], "rules[0].expr",
         "wrong_value"),
        ([STATE, HOW],
         [when("state = 'paid'", "how = 'card'"), when("how = 'card'", "state = 'paid'")],
         "fields[0].generator", "cycle"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_built_is_refused_by_path_and_reason(fields, rules, path, code):
    found = refusals(fields, rules, rows=100)
    assert (path, code) in [(problem.path, problem.code) for problem in found]
    assert all(problem.message and problem.hint for problem in found)


def test_what_the_model_writes_is_not_bound():
    text = {"name": "t", "generator": {"kind": "llm_text"}}
    found = refusals([STATE, text], [when("state = 'paid'", "t = 'x'")], generation="auto")
    assert [(problem.path, problem.code) for problem in found] == [("rules[0].then", "field_fixed")]
