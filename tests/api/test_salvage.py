"""Rows are found in a text, never completed and never invented."""

from __future__ import annotations

import pytest

from src.api.salvage import MAX_REPAIR, MAX_ROW, MAX_TEXT, Search, decode, mended, whole


def found(text: str, depth: int = 2) -> list[object]:
    search, values, at = Search(text, depth), [], 0
    while (piece := search.next(at)) is not None:
        values.append(piece.value)
        at = piece.stop
    return values


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_json_has_no_word_for_is_no_value(word: str) -> None:
    assert decode(f"[1, {word}]") is None
    assert whole(f'{{"a": {word}}}') is None


@pytest.mark.parametrize(
    "text", ["[1, 98", '[1, "a', '[1, "a"', '{"a": 1', '[1, "a\\"]', "[1, 9.8, "]
)
def test_what_is_not_closed_is_nothing(text: str) -> None:
    assert found(text) == []


def test_what_stands_before_the_cut_is_found_and_what_it_cuts_is_not() -> None:
    assert found('[1, "a"] [2, "b"] [3, "c') == [[1, "a"], [2, "b"]]


def test_a_bracket_inside_a_text_closes_nothing() -> None:
    assert found('[1, "a ] b [ c"]') == [[1, "a ] b [ c"]]
    assert found(r'[1, "a \" ] b"]') == [[1, 'a " ] b']]


def test_what_nests_deeper_than_asked_is_passed_over() -> None:
    assert found("[1, [2, [3]]]", depth=3) == [[1, [2, [3]]]]
    assert found("[1, [2, [3]]]", depth=2) == [[2, [3]]]


def test_a_row_may_be_long_and_not_longer() -> None:
    fits = '[1, "' + "a" * (MAX_ROW - 7) + '"]'
    assert len(fits) == MAX_ROW
    assert len(found(fits)) == 1
    assert found(fits.replace('"]', 'a"]')) == []


def test_only_so_much_text_is_looked_at() -> None:
    assert found(" " * (MAX_TEXT - 3) + "[1]") == [[1]]
    assert found(" " * (MAX_TEXT - 2) + "[1]") == []


def test_slips_are_mended_outside_of_texts_alone() -> None:
    assert decode('[1, True, None, "True, ]",]') == [1, True, None, "True, ]"]
    assert mended('["None,]"]') == '["None,]"]'
    assert decode(r'["it\'s \d"]') == ["it's d"]
    assert decode(r'[True, "\u00e9 \n \" \\ \/ \b"]') == [True, 'é \n " \\ / \b']


def test_only_what_is_small_is_mended() -> None:
    broken = '[1, "' + "a" * (MAX_REPAIR - 8) + '",]'
    assert len(broken) == MAX_REPAIR
    assert decode(broken) is not None
    assert decode(broken.replace('",]', 'a",]')) is None


def test_something_behind_the_value_makes_it_no_value() -> None:
    assert decode("[1] 2") is None
    assert whole('```json\n{"a": 1}\n```') == {"a": 1}
    assert whole('{"a": 1} and more') is None
