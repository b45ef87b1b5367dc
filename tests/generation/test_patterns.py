"""Text from expressions: always a full match, and each text once where that was asked."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from src.generation.patterns.automata import automaton, language
from src.generation.patterns.regex import FIRST, LAST, Unreadable, parse

from .worlds import column, problems

PRINTABLE = [chr(code) for code in range(FIRST, LAST + 1)]


def spelled(pattern, rows=300, unique=False, **constraints):
    given_ = {"pattern": pattern, "unique": unique, **constraints}
    return column({"constraints": given_}, rows=rows).to_pylist()


@pytest.mark.parametrize(
    "pattern",
    [
        r"[A-Z]{3}-[0-9]{4}",
        r"^[A-Z]{2}\d{6}$",
        r"(?:cat|dog|)s?",
        r"\w+@\w+\.(com|org)",
        r"[^a-z\s]{2,5}",
        r"a*b+c?d{2,}",
        r"(?P<year>20[0-9]{2})/(?P<month>0[1-9]|1[0-2])",
        r"[[:upper:]][[:digit:]]{2}[[:^alpha:]]",
        r"\p{Lu}\p{L}*\P{N}",
        r"[\d.\-+]{3}",
        r"[]x^-]{4}",
        r"\x41\x{42}[\x30-\x39]",
        r"x{,3}",
        r"\$\{\}\(\)\\",
        r"(ab?)*?c+?",
        r"(((a|b)c)+|d){1,3}",
        r"^(a|b)$",
        r"\A\d\z",
        r"[äöüA-C]{3}",
        r".{8}",
    ],
)
def test_every_text_matches_in_full(pattern):
    expression = re2.compile(pattern)
    for text in spelled(pattern):
        assert expression.fullmatch(text), text


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("[ab]{3}", 8), ("a|b|ab|a", 3), ("(a|ab)(c|bc)", 3), (r"\d{3}", 1000), ("(a?){4}", 5)],
)
def test_unique_texts_can_use_up_the_whole_language(pattern, count):
    texts = spelled(pattern, rows=count, unique=True)
    assert len(set(texts)) == count
    (problem,) = problems({"name": "x", "constraints": {"pattern": pattern, "unique": True}},
                          rows=count + 1)  # fmt: skip
    assert problem.code == "too_few_values"
    assert f"only {count:,} exist" in problem.message


@pytest.mark.parametrize(
    "pattern", [r"[A-Z]{3}-[0-9]{4}", r"[a-z]{3,30}", r"[A-Za-z0-9]{40}", r"(x|yy)*[0-9]{5}"]
)
def test_unique_texts_are_unique_over_many_rows(pattern):
    assert len(set(spelled(pattern, rows=200_000, unique=True))) == 200_000


def test_lengths_are_held():
    for text in spelled("[a-c]*", minLength=4, maxLength=6):
        assert 4 <= len(text) <= 6
    assert {len(text) for text in spelled("[a-c]+", maxLength=3)} == {1, 2, 3}


LEAVES = st.sampled_from(
    ["a", "b", "[ab]", "[^a]", ".", r"\d", "(?:ab)", "c?", "a*", "b+", "c{1,2}"]
)
PATTERNS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        inner.map(lambda one: f"(?:{one}){{1,2}}"),
        inner.map(lambda one: f"(?:{one})*"),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(PATTERNS)
def test_any_expression_makes_what_it_matches(pattern):
    expression = re2.compile(pattern)
    for text in spelled(pattern, rows=40, maxLength=12):
        assert expression.fullmatch(text), (pattern, text)


@settings(max_examples=60, deadline=None)
@given(st.recursive(
    st.sampled_from(["a", "b", "[ab]", "a?", "b*", "(?:ab)+"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
    ),
    max_leaves=5,
))  # fmt: skip
def test_a_language_is_counted_exactly(pattern):
    counted = language(automaton(parse(pattern)), None, 5).size
    expression = re2.compile(pattern)
    every = ("".join(letters) for n in range(6) for letters in itertools.product("ab", repeat=n))
    assert counted == sum(expression.fullmatch(text) is not None for text in every)


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("(?=a)b", "bad_pattern"),
        (r"(a)\1", "bad_pattern"),
        ("[a", "bad_pattern"),
        (r"a\bb", "pattern_not_built"),
        ("(?i)abc", "pattern_not_built"),
        ("a^b", "pattern_not_built"),
        ("ä", "pattern_not_built"),
        (r"\n", "pattern_not_built"),
        ("(?:[a-z]{1,20}[0-9]){25}x{700}", "pattern_not_built"),
        ("(a|b)*a(a|b){14}", "pattern_not_built"),
        ("[a-z]{1000}[a-z]{1000}[a-z]{1000}", "pattern_not_built"),
        ("[^ -~]", "no_such_text"),
    ],
)
def test_what_cannot_be_made_from_is_refused(pattern, code):
    (problem,) = problems({"name": "x", "constraints": {"pattern": pattern}})
    assert (problem.path, problem.code) == ("fields[0].constraints.pattern", code)
    assert problem.hint


def test_a_pattern_without_a_text_of_the_length_is_refused():
    (problem,) = problems({"name": "x", "constraints": {"pattern": "[a-z]{5}", "maxLength": 3}})
    assert problem.code == "no_such_text"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=r"ab()[]{}|*+?\^$.,-:<>P1dpLx", max_size=14))
def test_no_pattern_breaks_the_reader(pattern):
    """Whatever RE2 takes is read, or refused in words."""
    try:
        re2.compile(pattern)
    except re2.error:
        return
    try:
        tree = parse(pattern)
    except Unreadable:
        return
    assert tree is not None


@pytest.mark.parametrize("unique", [False, True])
def test_texts_come_from_all_over_the_language(unique):
    rows = 10_000
    texts = spelled("[a-j]{2}[0-9]{4}", rows=rows, unique=unique)
    counts = Counter(text[:2] for text in texts)
    assert len(counts) == 100
    assert sum((count - 100) ** 2 / 100 for count in counts.values()) < 160  # χ², 99 degrees
    assert Counter(text[-1] for text in texts).most_common()[-1][1] > 850


def test_texts_too_many_to_number_come_from_all_over_as_well():
    counts = Counter(text[0] + text[-1] for text in spelled("[a-j]{30}", rows=10_000, unique=True))
    assert sum((count - 100) ** 2 / 100 for count in counts.values()) < 160
