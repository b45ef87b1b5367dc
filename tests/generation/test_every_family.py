"""What holds for every way in which tables belong together, so that none can be forgotten."""

from __future__ import annotations

import inspect
import json
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from src.generation.expressions.aggregates import FUNCTIONS
from src.generation.tables import counts, links
from src.generation.tables.binding import bind
from src.generation.tables.bonds import optional_share
from src.utils.validators import check_table

from .families import FAMILIES, KINDS_SHOWN, compiled, loaded, schema_of

EVERY = pytest.mark.parametrize("name", FAMILIES)


@cache
def recipe_of(name):
    return compiled(schema_of(*FAMILIES[name]))


@cache
def rows_of(name):
    return {key: one.make(0, one.row_count) for key, one in recipe_of(name).tables.items()}


def bound_of(name):
    schema = recipe_of(name).schema
    return bind(schema, lambda one: one.rows, 7, dict.fromkeys(recipe_of(name).order, ""))


def links_of(name):
    return [link for links_ in bound_of(name).links.values() for link in links_.values()]


def test_every_kind_of_link_and_of_counts_has_a_family():
    classes = {
        found
        for module in (links, counts)
        for _, found in inspect.getmembers(module, inspect.isclass)
        if found.__module__ == module.__name__
    }
    apart = {links.Orphans, links.Ranked, counts.Counts, counts._Hands}
    shown = [link for name in FAMILIES for link in links_of(name)]
    seen = {type(link) for link in shown}
    seen |= {type(link.counts) for link in shown if isinstance(link, links.Counted)}
    assert seen == classes - apart


def test_every_aggregate_has_a_family():
    said = json.dumps(FAMILIES)
    assert all(f'"{function}(' in said for function in FUNCTIONS)


def test_every_generator_of_several_tables_has_a_family():
    said = json.dumps(FAMILIES)
    assert all(f'"kind": "{kind}"' in said for kind in KINDS_SHOWN)


@EVERY
@pytest.mark.parametrize("size", [97, 1000, 10_000])
def test_the_cells_are_the_same_in_chunks_of_any_size_and_order(name, size):
    for key, one in recipe_of(name).tables.items():
        whole = rows_of(name)[key]
        for start in reversed(range(0, one.row_count, size)):
            stop = min(start + size, one.row_count)
            assert one.make(start, stop).equals(whole.slice(start, stop - start))


@EVERY
def test_any_rows_are_made_alone_in_any_order(name):
    for key, one in recipe_of(name).tables.items():
        some = np.random.default_rng(3).permutation(one.row_count)[:50]
        assert one.given(some).equals(rows_of(name)[key].take(pa.array(some)))
        assert one.make(0, 0).schema == one.arrow_schema


@EVERY
def test_every_cell_passes_the_check_of_its_field(name):
    for key, one in recipe_of(name).tables.items():
        assert check_table(rows_of(name)[key], one.fields) == ()


@EVERY
def test_a_database_finds_every_key_unique_and_no_orphan(name):
    with loaded(recipe_of(name).schema, rows_of(name)) as base:
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []


@EVERY
def test_every_link_leads_to_the_parent_whose_key_stands_in_the_row(name):
    for table, links_ in bound_of(name).links.items():
        rows = rows_of(name)[table]
        keys = recipe_of(name).schema.table(table).foreign_keys
        for number, link in links_.items():
            parents = link.parents(np.arange(rows.num_rows))
            where = pa.array(parents, mask=parents < 0)
            there = rows_of(name)[keys[number].reference.table]
            key = keys[number]
            for field, target in zip(key.fields, key.reference.fields, strict=True):
                cells = there[target].combine_chunks().take(where)
                assert cells.equals(rows[field].combine_chunks())


@EVERY
def test_exactly_the_share_that_may_has_no_parent(name):
    for one in recipe_of(name).schema.tables:
        rows = rows_of(name)[one.name]
        for key in one.foreign_keys:
            wanted = optional_share(key, one) * rows.num_rows
            for field in key.fields:
                assert abs(rows[field].null_count - wanted) <= 0.5


@EVERY
def test_parents_come_before_children(name):
    recipe, seen = recipe_of(name), set()
    for table in recipe.order:
        seen.add(table)
        keys = recipe.schema.table(table).foreign_keys
        assert {key.reference.table for key in keys} <= seen


@EVERY
def test_compiled_again_with_the_rows_of_the_job_nothing_changes(name):
    first = recipe_of(name)
    rows = {key: first.tables[key].row_count for key in first.order}
    again = compiled(first.schema, rows=rows)
    for key, one in again.tables.items():
        stop = min(one.row_count, 200)
        assert one.row_count == rows[key]
        assert one.make(0, stop).equals(rows_of(name)[key].slice(0, stop))
