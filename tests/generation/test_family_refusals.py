"""Tables that cannot belong together as said are refused: where, why, and what would do."""

from __future__ import annotations

import pytest

from src.core.parsing import parse_schema
from src.generation.checks import check_schema

from .families import (
    AMOUNT,
    ID,
    LINE,
    children,
    compiled,
    family,
    key,
    link,
    parents,
    schema_of,
    summed,
    table,
    worked_out,
    wrongs,
)
from .worlds import POOLS, TODAY

KEY = "tables[1].foreign_keys[0]"
COURSES = table("courses", ID, rows=40, primary_key=["id"])
NAME = {"name": "name"}


def counted(rows=None, **per_parent):
    return [parents(100), children(rows=rows, per_parent=per_parent)]


def bound_to(parent="parents", target="id", type_="integer", first=None, **more):
    field = {"name": "parent", "type": type_, **more.pop("field", {})}
    child = table("children", field, rows=5, foreign_keys=[key("parent", parent, target, **more)])
    return [first or parents(10, NAME), child]


def people(nullable=True, **of):
    boss = link("boss", nullable=nullable)
    return [table("people", ID, boss, rows=9, primary_key=["id"],
                  foreign_keys=[key("boss", "people", **of)])]  # fmt: skip


def pairs(a=None, b=None, nullable=False, **more):
    fields = [link("a", nullable=nullable), link("b")]
    keys = [key("a", "parents", **(a or {})), key("b", "courses", **(b or {}))]
    return [parents(10), COURSES, table("seats", *fields, foreign_keys=keys, **more)]


@pytest.mark.parametrize(
    ("tables", "path", "code"),
    [
        (bound_to("parent"), f"{KEY}.reference.table", "unknown_table"),
        (bound_to(target="di"), f"{KEY}.reference.fields[0]", "unknown_field"),
        (bound_to(target="name", type_="string"), f"{KEY}.reference.fields",
         "reference_not_unique"),
        (bound_to(type_="string"), f"{KEY}.fields", "type_mismatch"),
        (bound_to(target="id name"), f"{KEY}.reference.fields", "key_length"),
        ([parents(), table("children", ID, rows=1, foreign_keys=[key("x", "parents")])],
         f"{KEY}.fields[0]", "unknown_field"),
        (bound_to(field={"generator": {"kind": "sequence"}}), "tables[1].fields[0].generator",
         "key_with_generator"),
        (bound_to(field={"null_when": "id > 1"}), "tables[1].fields[0].null_when", "not_built"),
        (bound_to(optional_fraction=0.5), f"{KEY}.optional_fraction", "optional_not_nullable"),
        (bound_to(optional_fraction=0.5, field={"null_fraction": 0.1}), f"{KEY}.optional_fraction",
         "optional_conflict"),
        (bound_to(first=parents(0)), KEY, "no_parents"),
        (bound_to(distinct=True), f"{KEY}.distinct", "distinct_alone"),
        (counted(minimum=3, maximum=2), f"{KEY}.per_parent.minimum", "empty_range"),
        (counted(maximum=0, share_with_none=0.5), f"{KEY}.per_parent.minimum", "empty_range"),
        (counted(maximum=2_000_000), f"{KEY}.per_parent.maximum", "too_wide"),
        (counted(minimum=3), f"{KEY}.per_parent", "counts_open"),
        (counted(share_with_none=0.5), f"{KEY}.per_parent", "counts_open"),
        (counted(skew={"top": 0.2, "share": 0.6}), f"{KEY}.per_parent", "counts_open"),
        (counted(mean=7, maximum=6), f"{KEY}.per_parent", "counts_do_not_fit"),
        (counted(99, minimum=1), f"{KEY}.per_parent", "counts_do_not_fit"),
        (counted(601, maximum=6), f"{KEY}.per_parent", "counts_do_not_fit"),
        (counted(89, share_with_none=0.1), f"{KEY}.per_parent", "counts_do_not_fit"),
        (counted(500, mean=4), f"{KEY}.per_parent.mean", "counts_do_not_fit"),
        (counted(500, skew={"top": 0.2, "share": 0.1}), f"{KEY}.per_parent.skew",
         "skew_impossible"),
        (counted(500, skew={"top": 1, "share": 1}), f"{KEY}.per_parent.skew", "skew_impossible"),
        (counted(150, share_with_none=0.05, skew={"top": 0.2, "share": 0.6}),
         f"{KEY}.per_parent.skew", "skew_impossible"),
        (counted(500, maximum=6, skew={"top": 0.2, "share": 0.6}), f"{KEY}.per_parent.maximum",
         "counts_do_not_fit"),
        ([parents(10**8), children(rows=10**9, per_parent={"skew": {"top": 0.2, "share": 0.6}})],
         f"{KEY}.per_parent", "too_many_parents"),
        ([parents(10**12), children(per_parent={"maximum": 2})], f"{KEY}.per_parent",
         "too_many_parents"),
        ([parents(10**6), children(LINE, rows=10**12)], KEY, "too_many_rows"),
        ([parents(10**12), children(per_parent={"mean": 1e12})], f"{KEY}.per_parent", "too_wide"),
        ([parents(100), children(rows=None)], "tables[1].rows", "rows_missing"),
        ([parents(10), table("one", link("parent"), rows=11, primary_key=["parent"],
                             foreign_keys=[key("parent", "parents")])], KEY, "counts_do_not_fit"),
        (people(nullable=False), "tables[0].foreign_keys[0]", "self_reference_required"),
        (people(optional_fraction=0.5, per_parent={"maximum": 2}),
         "tables[0].foreign_keys[0].per_parent", "not_built"),
        (pairs(a={"per_parent": {"maximum": 41}}, primary_key=["a", "b"], rows=401),
         "tables[2].foreign_keys[0].per_parent", "counts_do_not_fit"),
        (pairs(primary_key=["a", "b"], rows=401), "tables[2].foreign_keys[0]",
         "counts_do_not_fit"),
        (pairs(a={"distinct": True, "per_parent": {"skew": {"top": 0.2, "share": 0.5}}}, rows=50),
         "tables[2].foreign_keys[0].per_parent.skew", "distinct_skew"),
        (pairs(a={"distinct": True, "per_parent": {"maximum": 9}}, b={"per_parent": {"maximum": 9}},
               rows=50), "tables[2].foreign_keys[0].per_parent", "distinct_counts"),
        (pairs(a={"distinct": True, "optional_fraction": 0.1}, nullable=True, rows=50),
         "tables[2].foreign_keys[0]", "distinct_optional"),
        ([parents(), table("lines", link("p"), LINE, ID, rows=9, primary_key=["p", "line"])],
         "tables[1].primary_key", "key_not_unique"),
        ([parents(), table("lines", LINE, rows=9)], "tables[1].fields[0].generator",
         "ambiguous_parent"),
        ([*pairs(rows=9)[:2], table("lines", link("a"), link("b"), LINE, rows=9, foreign_keys=[
            key("a", "parents"), key("b", "courses")])], "tables[2].fields[2].generator",
         "ambiguous_parent"),
        ([parents(), children({**LINE, "constraints": {"unique": True}}, rows=9)],
         "tables[1].fields[2].constraints.unique", "unique_not_possible"),
        ([parents(), COURSES, table("both", link("a"), rows=9, foreign_keys=[
            key("a", "parents"), key("a", "courses")])], "tables[2].foreign_keys[1].fields",
         "overlapping_keys"),
        ([table("a", ID, link("b"), rows=5, primary_key=["id"], foreign_keys=[key("b", "b")]),
          table("b", ID, link("a"), rows=5, primary_key=["id"], foreign_keys=[key("a", "a")])],
         "tables[0].foreign_keys", "table_cycle"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_refused(tables, path, code):
    found = wrongs(*tables)
    assert (path, code) in [(problem.path, problem.code) for problem in found]
    assert all(problem.hint and problem.message for problem in found)


@pytest.mark.parametrize(
    ("field", "at", "code"),
    [
        (summed("x", "sum(children.amount"), "generator.expr", "expression_unreadable"),
        (summed("x", "median(children.amount)"), "generator.expr", "bad_aggregate"),
        (summed("x", "sum(amount)"), "generator.expr", "bad_aggregate"),
        (summed("x", "sum(childen.amount)"), "generator.expr", "unknown_table"),
        (summed("x", "sum(children.amuont)"), "generator.expr", "unknown_column"),
        (summed("x", "sum(courses.id)"), "generator.expr", "not_a_child"),
        (summed("x", "sum(children.amount)", "integer"), "generator.expr", "wrong_type"),
        (summed("x", "sum(children.word)"), "generator.expr", "wrong_type"),
        (summed("x", "min(children.word)"), "generator.expr", "wrong_type"),
        (summed("x", "min(children.amount)"), "generator.expr", "unexpected_null"),
        (summed("x", "max(children.amount)", "date"), "generator.expr", "wrong_type"),
        (summed("x", "count(children)", "string"), "generator.kind", "wrong_type"),
        (summed("x", "count(children)", "integer", constraints={"unique": True}),
         "constraints.unique", "unique_not_possible"),
        (summed("x", "count(children)", "integer", constraints={"maximum": 3}),
         "constraints.maximum", "constraint_conflict"),
    ],
    ids=str,
)  # fmt: skip
def test_an_aggregate_that_cannot_be_is_refused(field, at, code):
    found = wrongs(parents(10, field), COURSES, children(AMOUNT, {"name": "word"}, rows=90))
    assert (f"tables[0].fields[1].{at}", code) in [(p.path, p.code) for p in found]
    assert all(problem.hint and problem.message for problem in found)


def test_an_aggregate_over_one_of_two_keys_must_say_which():
    mails = table("mails", ID, link("a"), link("b"), rows=9, primary_key=["id"],
                  foreign_keys=[key("a", "parents"), key("b", "parents")])  # fmt: skip
    (problem,) = wrongs(parents(4, summed("n", "count(mails)", "integer")), mails)
    assert problem.code == "ambiguous_reference"
    assert "count(mails.a)" in problem.hint


def test_the_rows_that_would_fit_are_named():
    (problem,) = wrongs(*counted(601, minimum=1, maximum=6))
    assert "100 to 600" in problem.message
    (problem,) = wrongs(*counted(150, share_with_none=0.05, skew={"top": 0.2, "share": 0.6}))
    assert "13." in problem.message or "50." in problem.message


def test_a_key_of_plain_fields_is_unique_or_refused():
    tens = [link(name, constraints={"minimum": 1, "maximum": 10}) for name in "ab"]
    rows = family(table("t", *tens, rows=100, primary_key=["a", "b"]))["t"]
    assert len(set(zip(*rows.to_pydict().values(), strict=True))) == 100
    (problem,) = wrongs(table("t", *tens, rows=101, primary_key=["a", "b"]))
    assert (problem.path, problem.code) == ("tables[0].primary_key", "too_few_values")


def test_near_misses_are_named():
    (problem,) = wrongs(*bound_to("parent"))
    assert problem.hint == "did you mean 'parents'?"


def test_a_circle_over_tables_is_named_in_its_order():
    total = summed("total", "sum(children.share)")
    share = worked_out("share", "parents.total / 2")
    (problem,) = wrongs(parents(5, total), children(share, rows=9))
    assert (problem.path, problem.code) == ("tables[0].fields[1].generator", "cycle")
    assert "parents.total → children.share → parents.total" in problem.message


def test_a_value_that_needs_the_same_of_its_parent_is_a_circle():
    people_ = people(optional_fraction=0.5)
    people_[0]["fields"].append(worked_out("level", "coalesce(boss.level, 0) + 1"))
    (problem,) = wrongs(*people_)
    assert problem.code == "cycle"
    assert "level → level" in problem.message


def test_a_chain_of_fields_is_as_long_as_calls_can_be_deep():
    def chain(length):
        first = {"name": "f0", "type": "number", "generator": {"kind": "uniform"}}
        more = [worked_out(f"f{n}", f"f{n - 1} + 1") for n in range(1, length)]
        return [
            parents(5, first, *more),
            children(worked_out("x", f"parents.f{length - 1}"), rows=3),
        ]

    assert wrongs(*chain(60)) == []
    (problem,) = wrongs(*chain(61))
    assert (problem.path, problem.code) == ("tables[1].fields[2]", "chain_too_long")


def test_too_many_tables_are_refused_before_they_are_looked_at():
    (problem,) = wrongs(*(table(f"t{n}", {"name": "x", "format": "?"}) for n in range(201)))
    assert (problem.path, problem.code) == ("tables", "too_many_tables")


def test_everything_is_told_at_once():
    found = wrongs(
        parents(10, summed("n", "count(child)", "integer")),
        children(rows=99, per_parent={"maximum": 2}),
        table("others", link("x"), rows=5, foreign_keys=[key("x", "parents", "idd")]),
    )
    assert {problem.code for problem in found} == {
        "unknown_table", "counts_do_not_fit", "unknown_field",
    }  # fmt: skip


def test_the_rows_of_a_child_that_follows_are_not_asked_for():
    tables = [parents(10), children(per_parent={"maximum": 2})]
    assert wrongs(*tables) == []
    assert wrongs(*tables, rows=None) == []
    # What a preview assumes about tables whose rows are not said does not override the counts.
    assert compiled(schema_of(*tables), rows={"children": 100}).tables["children"].row_count == 10


def test_where_the_parents_rows_are_not_known_only_that_is_told():
    (problem,) = wrongs(table("parents", ID, primary_key=["id"]), children(rows=5))
    assert (problem.path, problem.code) == ("tables[0].rows", "rows_missing")


def test_a_parents_value_that_a_model_writes_is_not_there_for_its_children():
    written = {"name": "code", "generator": {"kind": "llm_text"}}
    first = table("parents", ID, written, rows=5, primary_key=["id"])
    lengthy = {
        "name": "total",
        "type": "integer",
        "generator": {"kind": "aggregate", "expr": "sum(length(children.note))"},
    }
    note = {"name": "note", "generator": {"kind": "llm_text"}}
    (problem,) = wrongs(parents(5, lengthy), children(note, rows=9), generation="auto")
    assert (problem.path, problem.code) == ("tables[0].fields[1]", "needs_model_parent")
    assert wrongs(first, children(rows=9), generation="auto") == []


def test_fields_that_a_rule_binds_are_code_though_a_model_is_to_write_everything():
    first = table("parents", link("a"), link("b"), rows=5,
                  rules=[{"rule": "unique_together", "fields": ["a", "b"]}])  # fmt: skip
    child = table("children", link("x"), link("y"), rows=9,
                  foreign_keys=[key("x y", "parents", "a b")])  # fmt: skip
    assert wrongs(first, child, generation="llm") == []


def test_everybody_can_follow_everybody_but_themselves():
    def follows(rows):
        pair = [key("a", "parents"), key("b", "parents")]
        return [parents(10), table("follows", link("a"), link("b"), rows=rows,
                                   primary_key=["a", "b"], foreign_keys=pair)]  # fmt: skip

    assert family(*follows(90))["follows"].num_rows == 90
    (problem,) = wrongs(*follows(91))
    assert problem.code == "counts_do_not_fit"


def test_the_generated_keys_are_code_though_a_model_is_to_write_everything():
    tables = [parents(5), children(NAME, rows=9)]
    recipe = compiled(schema_of(*tables), generation="llm")
    assert [field.name for field in recipe.tables["children"].model_fields] == ["name"]
    assert family(*tables)["children"].num_rows == 9


def test_a_flat_table_may_refer_to_itself():
    document = {
        "name": "people",
        "fields": [ID, link("boss", nullable=True)],
        "primary_key": ["id"],
        "foreign_keys": [key("boss", "", optional_fraction=0.4)],
    }
    schema = parse_schema(document)
    assert check_schema(schema, rows={"people": 50}, pools=POOLS, as_of=TODAY) == ()
