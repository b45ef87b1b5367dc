"""Checksums, text made safe, secrets taken out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.utils.checksums import canonical_json, canonical_sha256, schema_id, sha256
from src.utils.patterns import is_pattern, matches
from src.utils.redact import MARK, Redactor
from src.utils.text import as_json, clean, shown

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def test_sha256_is_that_of_the_standard():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256(b"") == empty


def test_canonical_json_is_sorted_compact_utf_8():
    assert canonical_json({"b": [1, True], "a": "ü"}) == '{"a":"ü","b":[1,true]}'.encode()


@given(st.dictionaries(st.text(), JSON))
def test_the_order_of_keys_does_not_change_an_id(document):
    backwards = dict(reversed(document.items()))
    assert schema_id(backwards) == schema_id(document)
    assert canonical_sha256(backwards) == canonical_sha256(document)


@given(JSON)
def test_json_for_a_terminal_means_the_same_and_hides_nothing(document):
    text = as_json(document)
    assert json.loads(text) == document
    assert not any(hidden in text for hidden in ("\x1b", "\x9b", "\u202e", "\u2066", "\u2028"))


def test_json_for_a_terminal_shows_a_direction_mark_as_its_code():
    assert as_json("a\u202eb\x9b31m é 👩\u200d🔬") == '"a\\u202eb\\u009b31m é 👩\u200d🔬"'
    assert as_json("a\u2028b\u2029c") == '"a\\u2028b\\u2029c"'


def test_a_schema_id_is_sch_and_sixteen_hex_digits():
    made = schema_id({"name": "a"})
    assert matches("sch_[0-9a-f]{16}", made)
    assert made != schema_id({"name": "b"})


def test_what_json_cannot_say_has_no_canonical_form():
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json({"x": float("nan")})


def test_text_is_cut_with_an_ellipsis_at_the_limit():
    assert clean("abcdef", 6) == "abcdef"
    assert clean("abcdefg", 6) == "abcde…"


def test_control_and_bidirectional_characters_vanish_and_lines_become_one():
    assert clean("a\x00b\x1b[2J\u202ec\u2066d\ufeff", 40) == "ab[2Jcd"
    assert clean("one\n two\r\n\tthree\u2028four", 40) == "one two three four"


def test_letters_of_any_script_and_joined_emoji_stay():
    assert clean("Straße मराठी 👩‍💻", 40) == "Straße मराठी 👩‍💻"


@given(st.text(), st.integers(1, 30))
def test_clean_text_is_never_longer_than_asked_and_clean_again_unchanged(text, limit):
    once = clean(text, limit)
    assert len(once) <= limit
    assert once.isprintable() or "\u200c" in once or "\u200d" in once or not once.isascii()
    assert clean(once, limit) == once


def test_a_long_text_costs_no_more_than_what_is_shown():
    assert clean("x" * 10_000_000, 5) == "xxxx…"
    assert clean("\n" * 10_000_000, 5) == "…"


def test_a_value_is_shown_as_what_it_is():
    assert [shown(value) for value in (None, "a", 5, True)] == ["null", '"a"', "5", "True"]


def test_every_spelling_of_a_secret_is_taken_out():
    redact = Redactor(["s3cr/t +key"])
    text = "key=s3cr/t +key&a=s3cr%2Ft%20%2Bkey&b=s3cr%2Ft+%2Bkey"
    assert redact(text) == f"key={MARK}&a={MARK}&b={MARK}"


def test_a_google_key_is_taken_out_without_being_known():
    key = "AIza" + "Sy_-" * 8 + "abc"
    assert len(key) == 39
    assert Redactor()(f"?key={key}&x=1") == f"?key={MARK}&x=1"


def test_a_secret_inside_a_longer_one_leaves_nothing_of_it():
    assert Redactor(["abcdefgh", "abcdefghij"])("xabcdefghijx") == f"x{MARK}x"


@pytest.mark.parametrize("secret", ["", "  ", "k", "as it"])
def test_a_secret_too_short_to_be_one_changes_nothing(secret):
    assert Redactor([secret])("as it  was, k") == "as it  was, k"


def test_patterns_match_in_full_and_bad_ones_match_nothing():
    assert matches("a|ab", "ab")
    assert not matches("a", "a\n")
    assert not is_pattern("(")
    assert not is_pattern(r"(?=x)")
    assert not matches("(", "(")
