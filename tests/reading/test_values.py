"""Numbers, days, value lists and examples, as people write them."""

from __future__ import annotations

from datetime import date

import pytest
import re2

from src.reading.saying import quantities as q
from src.reading.saying import values as v

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "english", "german"),
    [
        ("1,000", 1000, 1.0),
        ("1.000", 1.0, 1000),
        ("1,234,567", 1234567, 1234567),
        ("1,234.50", 1234.5, 1234.5),
        ("1.234,50", 1234.5, 1234.5),
        ("2.5", 2.5, 2.5),
        ("2,5", 2.5, 2.5),
        ("-3", -3, -3),
        ("10k", 10_000, 10_000),
        ("1.5 million", 1_500_000, 1_500_000),
        ("x", None, None),
    ],
)
def test_points_and_commas_mean_what_the_language_means(
    text: str, english: float | None, german: float | None
) -> None:
    assert q.value(text) == english
    assert q.value(text, german=True) == german


@pytest.mark.parametrize(
    "example", ["ABC-1234-X", "a.b+c", "12/34", "Ü-1", "(x)", "A{2}", "##-AA", "_[]\\"]
)
def test_a_pattern_matches_the_example_it_came_from(example: str) -> None:
    pattern = v.pattern_like(example)
    assert re2.fullmatch(pattern, example.replace("#", "7"))


def test_runs_become_counts() -> None:
    assert v.pattern_like("ABC-1234-X") == "[A-Z]{3}-[0-9]{4}-[A-Z]"


@pytest.mark.parametrize(
    ("example", "template"),
    [
        ("INV-0001", ("INV-{n:04d}", 1)),
        ("ORD7", ("ORD{n}", 7)),
        ("0001", None),
        ("A{1", None),
    ],
)
def test_a_running_number_at_the_end_makes_a_template(
    example: str, template: tuple[str, int] | None
) -> None:
    assert v.sequence_like(example) == template


@pytest.mark.parametrize(
    ("piece", "pair"),
    [
        ("60% free", ("free", 0.6)),
        ("free 60 %", ("free", 0.6)),
        ("free: 60%", ("free", 0.6)),
        ("free (60%)", ("free", 0.6)),
        ("12,5 % x", ("x", 0.125)),
        ("0 90%", ("0", 0.9)),
        ("600% x", None),
        ("60%", None),
        ("free", None),
    ],
)
def test_shares_stand_before_or_behind_their_value(
    piece: str, pair: tuple[str, float] | None
) -> None:
    assert v.share_of(piece, german=False) == pair


def test_ages_are_whole_years_on_the_day() -> None:
    assert q.born(18, 80, TODAY) == (date(1945, 11, 25), date(2008, 11, 24))
    assert q.born(0, 0, date(2024, 2, 29)) == (date(2023, 3, 1), date(2024, 2, 29))


def test_values_are_numbers_only_where_all_are() -> None:
    assert v.typed(("3", "6", "9")) == (3, 6, 9)
    assert v.typed(("007", "6")) == ("007", "6")
    assert v.typed(("1.5", "2")) == (1.5, 2)
