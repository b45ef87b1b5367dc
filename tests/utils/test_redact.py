"""Secrets do not pass, in whatever spelling."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest

from src.utils.redact import MARK, Redactor

SECRET = "s3cr+t/wörd =:1"


@pytest.mark.parametrize("spelled", [SECRET, quote(SECRET, safe=""), quote_plus(SECRET)])
def test_it_goes_plain_and_as_urls_spell_it(spelled: str) -> None:
    assert Redactor([SECRET])(f"a {spelled} b") == f"a {MARK} b"


def test_a_secret_with_blanks_around_it_goes_without_them_too() -> None:
    """As it comes from a file with a line end."""
    assert Redactor([" padded-key\n"])("said padded-key.") == f"said {MARK}."


def test_one_that_is_told_later_is_hidden_with_the_earlier_ones() -> None:
    redactor = Redactor(["first-key"])
    redactor.hide(["second-key"])
    assert redactor("first-key second-key") == f"{MARK} {MARK}"


def test_every_occurrence_goes() -> None:
    assert Redactor(["key-0001"])("key-0001key-0001 key-0001") == f"{MARK}{MARK} {MARK}"


def test_what_a_pattern_would_mean_is_only_text() -> None:
    assert Redactor(["a.c.e.g.i"])("abcdefghi a.c.e.g.i") == f"abcdefghi {MARK}"


@pytest.mark.parametrize("key", ["AIza" + "k" * 35, "AQ." + "A-b_9" * 10, "ya29." + "a0-_Z" * 20])
def test_what_looks_like_a_key_goes_though_nobody_told_of_it(key: str) -> None:
    assert Redactor()(f"?x{key}&y") == f"?x{MARK}&y"
