"""Prices are known or null; estimates follow what a field holds."""

from __future__ import annotations

import re

import pytest

from src.api.pricing import (
    MAX_OUTPUT_TOKENS,
    cost,
    output_tokens_at_most,
    prices,
    row_tokens,
    tokens,
    tokens_at_most,
)
from src.core.models import Usage

from .samples import schema_of


@pytest.mark.parametrize("model", ["gemini-3.5-flash-lite", "models/gemini-3.5-flash-lite"])
def test_a_known_model_costs_its_list_price(model):
    assert cost(Usage(3, 1_000_000, 100_000), model) == pytest.approx(0.55)


def test_every_price_says_from_when_and_from_where_it_is():
    for model, price in prices().items():
        assert 0 < price.input < price.output, model
        assert re.fullmatch(r"20\d\d-\d\d", price.as_of)
        assert price.source.startswith("https://")


def test_an_unknown_model_costs_an_unknown_amount_even_for_nothing():
    assert cost(Usage(), "gemini-9") is None


def test_the_cautious_count_is_never_below_the_likely_one():
    for text in ("", "x", "words in a row", '[[0,"a",12.5]]' * 9, "日本語の文章", "äöü" * 20):
        assert tokens_at_most(text) >= tokens(text)
    assert tokens_at_most("日本語") >= 3


def text_field(**more) -> dict:
    return {"name": "t", "generator": {"kind": "llm_text", **more}}


def row(*fields: dict) -> float:
    return row_tokens(schema_of(*fields).tables[0].fields)


def test_a_row_takes_more_tokens_the_more_it_holds():
    assert row(text_field(words=[1, 3])) < row(text_field(words=[20, 40]))
    assert row(text_field()) < row(text_field(), {"name": "n", "type": "integer"})
    assert row({**text_field(), "null_fraction": 0.9}) < row(text_field())
    assert row({**text_field(), "constraints": {"maxLength": 10}}) < row(text_field())
    assert row({**text_field(), "constraints": {"minLength": 900}}) > 300


def test_eight_columns_take_about_what_was_measured():
    """47.5 tokens a row for eight short columns, by Gemma's tokenizer."""
    kinds = ("integer", "string", "string", "date", "integer", "number", "boolean", "string")
    fields = [{"name": f"c{n}", "type": kind} for n, kind in enumerate(kinds)]
    assert row(*fields) == pytest.approx(47.5, rel=0.3)


def test_the_output_limit_is_generous_and_ends_at_the_models_own():
    assert output_tokens_at_most(1000) > 4000
    assert output_tokens_at_most(10**6) == MAX_OUTPUT_TOKENS
