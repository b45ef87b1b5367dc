"""A text that nearly repeats another is told from one that does not."""

from __future__ import annotations

import random

import pytest

from src.utils.likeness import Seen, saying, sayings

WORDS = [f"word{n}" for n in range(400)]


def texts(count: int, words: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=words)) for _ in range(count)]


@pytest.fixture
def seen():
    found = Seen()
    for text in texts(500, 40):
        found.add(saying(text))
    return found


def test_case_spaces_and_punctuation_do_not_make_a_text_another():
    seen = Seen()
    seen.add(saying("It works, every day!"))
    assert seen.resembles(saying("  it WORKS  every day."), 1.0)


def test_one_word_changed_in_forty_is_nearly_the_same(seen):
    changed = [text.replace(text.split()[20], "other", 1) for text in texts(500, 40)]
    assert sum(seen.resembles(saying(text), 0.85) for text in changed) > 350


def test_half_of_the_words_changed_is_another_text(seen):
    fresh = texts(500, 20, seed=9)
    halves = [
        " ".join([*old.split()[:20], *new.split()])
        for old, new in zip(texts(500, 40), fresh, strict=True)
    ]
    assert sum(seen.resembles(saying(text), 0.85) for text in halves) < 5


def test_other_texts_are_other_texts(seen):
    assert not any(seen.resembles(saying(text), 0.85) for text in texts(2000, 12, seed=5))


def test_only_the_last_texts_are_remembered():
    seen, said = Seen(kept=10), [saying(text) for text in texts(30, 12)]
    for each in said:
        seen.add(each)
    assert [seen.resembles(each, 0.85) for each in said] == [False] * 20 + [True] * 10


def test_many_texts_at_once_say_what_each_says_alone():
    many = ["", *texts(20, 7), "x", "one two", "", "Größe und Gewicht", *texts(3, 2), "y"]
    assert sayings(many) == [saying(text) for text in many]


@pytest.mark.parametrize("text", ["", "…", "x", "日本語", "\ud800"])
def test_any_text_can_be_looked_at(text):
    seen = Seen()
    assert not seen.resembles(saying(text), 0.85)
    seen.add(saying(text))
    assert seen.resembles(saying(text), 0.85)
