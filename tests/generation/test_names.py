"""What rows may name: their own fields and their parents', by table or by key."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
import pytest

from src.generation.draws.blocks import Block
from src.generation.expressions import Column
from src.generation.refusals import Refused
from src.generation.tables.binding import bind
from src.generation.tables.references import Dependencies, Names

from .families import AMOUNT, ID, compiled, key, link, schema_of, table

PLACES = table("places", ID, {"name": "city"}, rows=30, primary_key=["id"])
PEOPLE = table("people", ID, {"name": "name"}, link("home"), link("boss", nullable=True), AMOUNT,
               rows=200, primary_key=["id"],
               foreign_keys=[key("home", "places"),
                             key("boss", "people", optional_fraction=0.5)])  # fmt: skip
MAILS = table("mails", ID, link("sender"), link("receiver", nullable=True), link("via"), rows=900,
              primary_key=["id"],
              foreign_keys=[key("sender", "people"),
                            key("receiver", "people", optional_fraction=0.25),
                            key("via", "places")])  # fmt: skip
SCHEMA = schema_of(PLACES, PEOPLE, MAILS)
RECIPE = compiled(SCHEMA)
ROWS = {name: one.make(0, one.row_count) for name, one in RECIPE.tables.items()}


def names(of="mails", reader="id"):
    bound = bind(SCHEMA, lambda one: one.rows, 7, dict.fromkeys(RECIPE.order, ""))
    makers = {name: dict(one.makers) for name, one in RECIPE.tables.items()}
    return Names(SCHEMA, SCHEMA.table(of), bound.links, makers, Dependencies(), reader)


@pytest.mark.parametrize(
    ("column", "table_", "number"),
    [
        (Column(None, "sender"), "mails", None),
        (Column("mails", "sender"), "mails", None),
        (Column("places", "city"), "places", 2),
        (Column("via", "city"), "places", 2),
        (Column("sender", "name"), "people", 0),
        (Column("receiver", "home"), "people", 1),
    ],
    ids=str,
)
def test_a_name_leads_to_its_field(column, table_, number):
    found = names().resolve(column)
    assert (found.table.name, found.field.name, found.key) == (table_, column.name, number)
    assert column in names().columns()


@pytest.mark.parametrize(
    ("column", "code", "hint"),
    [
        (Column(None, "sendr"), "unknown_field", "did you mean 'sender'?"),
        (Column("places", "citty"), "unknown_field", "did you mean 'city'?"),
        (Column("place", "city"), "unknown_table", "did you mean 'places'?"),
        (Column("people", "name"), "ambiguous_reference", "sender.name"),
    ],
    ids=str,
)
def test_what_has_no_one_meaning_is_refused(column, code, hint):
    with pytest.raises(Refused) as refused:
        names().resolve(column)
    assert refused.value.code == code
    assert hint in refused.value.hint
    assert column not in names().columns()


def test_a_table_without_a_key_to_it_is_no_parent():
    with pytest.raises(Refused) as refused:
        names("people").resolve(Column("mails", "id"))
    assert refused.value.code == "not_a_parent"


def test_of_a_table_that_refers_to_itself_the_table_is_the_row_and_the_key_the_other():
    known = names("people")
    assert known.resolve(Column("people", "amount")).key is None
    assert known.resolve(Column("boss", "amount")).key == 1


def test_a_parents_value_stands_beside_the_key_that_leads_to_it():
    known, block = names(), Block(np.arange(900)[::-1].copy(), RECIPE.tables["mails"].makers)
    homes = dict(zip(ROWS["people"]["id"].to_pylist(), ROWS["people"]["home"].to_pylist(),
                     strict=True))  # fmt: skip
    found = known.fetch(block, Column("receiver", "home")).to_pylist()
    receivers = block.column("receiver").to_pylist()
    assert found == [None if one is None else homes[one] for one in receivers]
    assert found.count(None) == 225


def test_parents_are_made_once_for_all_that_ask():
    known = names()
    made = []
    maker = known.makers["people"]["name"]
    known.makers["people"]["name"] = lambda block: made.append(len(block.rows)) or maker(block)
    block = Block(np.arange(900), RECIPE.tables["mails"].makers)
    first = known.fetch(block, Column("sender", "name"))
    assert first.equals(known.fetch(block, Column("sender", "name")))
    assert made == [len(pc.unique(block.column("sender")))]


def test_who_reads_a_name_depends_on_it():
    known = names().read_by("via")
    known.resolve(Column("sender", "home"))
    known.resolve(Column(None, "sender"))
    assert known.dependencies.fields == {
        ("mails", "via"): {("people", "home"), ("mails", "sender")}
    }
    assert known.dependencies.remote == {(("mails", "via"), ("people", "home"))}
