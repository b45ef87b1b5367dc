"""What is known of field names."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from src.core.parsing import parse_schema
from src.reading.lexicon import entries as lexicon
from src.reading.naming import Setting, field_name, template_for
from src.reading.saying.meanings import Context

SETTING = Setting(Context(date(2026, 11, 24)))


def test_no_name_stands_in_the_lexicon_twice() -> None:
    names = Counter(
        name for room in lexicon.ROOMS for names in room for name in set(names.split("|"))
    )
    keys = Counter(" ".join(lexicon.words_of(name)) for name in names)
    assert [key for key, count in keys.items() if count > 1] == []


def test_a_few_hundred_fields_are_known_in_more_than_one_language() -> None:
    assert lexicon.size() > 1000
    assert lexicon.exact("Postleitzahl") == lexicon.exact("postcode")


def test_every_entry_is_a_field_of_the_schema_language() -> None:
    fields = []
    for number, names in enumerate(name for room in lexicon.ROOMS for name in room):
        hit = lexicon.exact(names.split("|")[0])
        assert hit is not None
        template = hit.template
        field = {"name": f"f{number}", "type": template.type}
        if template.format:
            field["format"] = template.format
        if template.generator:
            field["generator"] = dict(template.generator)
        fields.append(field)
    assert len(parse_schema({"name": "t", "fields": fields}).tables[0].fields) == len(fields)


@pytest.mark.parametrize(
    "spelling",
    ["signup date", "signup_date", "signupDate", "Signup Dates", "SIGNUP-DATE", "SignupDate"],
)
def test_every_spelling_of_a_name_is_the_same_name(spelling: str) -> None:
    assert lexicon.words_of(spelling) == ("signup", "date")
    assert lexicon.exact(spelling) == lexicon.exact("signup date")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("E-Mail", "email"),
        ("e mail address", "email_address"),
        ("customerID", "customer_id"),
        ("EAN-13", "ean13"),
        ("Straße & Hausnummer", "straße_hausnummer"),
        ("2FA code", "_2fa_code"),
        ("x" * 100, "x" * 64),
        ("!!", ""),
    ],
)
def test_names_are_the_users_own_words_in_snake_case(words: str, name: str) -> None:
    assert field_name(words) == name


@pytest.mark.parametrize(
    ("owner", "words", "kind"),
    [
        ("customer", "name", "person"),
        ("supplier", "name", "person"),
        ("product", "name", "category"),
        ("project", "name", "text"),
        ("order", "customer name", "person"),
        ("order", "id", "sequence"),
        ("order", "order id", "sequence"),
        ("order", "customer id", "uniform"),
        ("order", "number", "sequence"),
    ],
)
def test_what_a_row_is_decides_what_a_name_means(owner: str, words: str, kind: str) -> None:
    setting = Setting(SETTING.context, owner)
    assert template_for(words, setting).template.kind == kind


def test_a_customers_email_is_unique_and_an_orders_is_not() -> None:
    assert template_for("email", Setting(SETTING.context, "customer")).template.unique
    assert not template_for("customer email", Setting(SETTING.context, "order")).template.unique


def test_last_words_and_endings_are_guesses() -> None:
    assert template_for("billing note", SETTING).certain is False
    assert template_for("frobnicated_at", SETTING).template.type == "datetime"
    assert template_for("vertragsdatum", SETTING).template.type == "date"
