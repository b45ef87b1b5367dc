"""Patterns that search as patterns that match in full, and back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.interchange.search_patterns import full_match, search
from src.utils.patterns import matches

PATTERNS = [
    "^a",
    "a$",
    "a|b",
    "^a|b$",
    "^(a|b)$",
    "^(?:a|b)$",
    "^(?:a$|b)$",
    "[|]",
    r"\|",
    r"a\$",
    "^$",
    "",
    "b*",
    "^[^a]$",
    "(a)(b)?",
    r"^\\$",
    "^(?:a|b)|c$",
    "[$]$",
    "^.*a",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=st.text(alphabet="ab|$\\c", max_size=4))
def test_a_text_is_found_exactly_where_it_matches_in_full(pattern: str, text: str) -> None:
    found = full_match(pattern)
    assert found is not None
    assert matches(found, text) == (re.search(pattern, text) is not None)


@pytest.mark.parametrize("pattern", ["[A-Z]{2}|x", "a", "(?:a)|b", "[)(]|c", "a|(b|c)"])
def test_what_goes_out_comes_back_as_it_was(pattern: str) -> None:
    assert full_match(search(pattern)) == pattern


@pytest.mark.parametrize("pattern", ["(?=a)", r"(a)\1", "(?<!b)a", "(", "a" * 1001, "a{5000}"])
def test_what_re2_cannot_say_is_none(pattern: str) -> None:
    assert full_match(pattern) is None
