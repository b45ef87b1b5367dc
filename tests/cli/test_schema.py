"""Requests as schemas, and the language itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from src.core.spec import published_schema, published_text

from .conftest import DESCRIBED, REPOSITORY, Run

PUBLISHED = REPOSITORY / "schema" / "rowmill.schema.json"
SEVERAL = {
    "name": "shop",
    "tables": [
        {"name": "customers", "rows": 2, "primaryKey": "id", "fields": [{"name": "id"}]},
        {
            "name": "orders",
            "fields": [{"name": "customer_id"}],
            "foreignKeys": [
                {"fields": "customer_id", "reference": {"resource": "customers", "fields": "id"}}
            ],
        },
    ],
    "expectations": [{"check": "row_count", "table": "customers", "equals": 2}],
}


def test_the_committed_schema_is_what_the_models_say() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == published_text()


def test_the_command_prints_the_committed_schema(run: Run) -> None:
    assert run("schema", "spec").stdout == PUBLISHED.read_text(encoding="utf-8")


@pytest.mark.parametrize("document", [DESCRIBED, SEVERAL], ids=["one table", "several"])
def test_the_published_schema_accepts_the_language(document: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator
    validator.check_schema(published_schema())
    assert not list(validator(published_schema()).iter_errors(document))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"fields": []},
        {"fields": [{"name": "a", "type": "wrong"}]},
        {"fields": [{"name": "a", "generator": {"kind": "no_such_kind"}}]},
        {"fields": [{"name": "a", "generator": {"kind": "bernoulli", "p": 2}}]},
        {"fields": [{"name": "a"}], "unknown": 1},
    ],
    ids=str,
)
def test_the_published_schema_refuses_what_is_not_the_language(document: dict[str, Any]) -> None:
    assert list(jsonschema.Draft202012Validator(published_schema()).iter_errors(document))


def test_an_extracted_schema_can_be_piped_into_a_file_and_used(run: Run) -> None:
    extracted = run("schema", "extract", "300 invoices with number, date in 2025, amount 5 to 90")
    assert extracted.exit_code == 0, extracted.stderr
    assert json.loads(extracted.stdout)["rows"] == 300
    assert "Understood" in extracted.stderr
    Path("invoices.json").write_text(extracted.stdout)
    assert run("schema", "validate", "invoices.json").exit_code == 0
    assert run("generate", "--schema", "invoices.json", "-o", "i.csv").exit_code == 0


def test_extracting_in_json_answers_with_everything(answer: Callable[..., Any]) -> None:
    found = answer("schema", "extract", "10 people with name, age and blorbification index")
    assert found["schema_id"].startswith("sch_")
    assert found["read_by"] == "local"
    assert found["preview"]


def test_a_valid_schema_is_shown_with_how_each_field_is_made(run: Run, schema_file: str) -> None:
    result = run("schema", "validate", schema_file, "--rows", "10")
    assert result.exit_code == 0, result.stderr
    for shown in ("1, 2, 3 …", "18 to 80", "one of US, UK, DE", "valid: 10 rows"):
        assert shown in result.stdout


WRONG = {"name": "t", "rows": 9, "fields": [{"name": "e mail", "format": "emial"}]}


def test_a_wrong_schema_is_fixed_into_a_file_that_works(run: Run) -> None:
    Path("wrong.json").write_text(json.dumps(WRONG))
    refused = run("schema", "validate", "wrong.json")
    assert refused.exit_code == 2
    assert "--fix" in refused.stderr
    fixed = run("schema", "validate", "wrong.json", "--fix", "-o", "right.json")
    assert fixed.exit_code == 0, fixed.stderr
    assert "cannot be a name" in fixed.stderr
    assert json.loads(Path("right.json").read_text())["fields"][0]["name"] == "e_mail"
    assert run("schema", "validate", "right.json").exit_code == 0


def test_a_fixed_schema_goes_to_stdout_and_a_right_one_comes_back(
    run: Run, schema_file: str
) -> None:
    Path("wrong.json").write_text(json.dumps(WRONG))
    assert json.loads(run("schema", "validate", "wrong.json", "--fix").stdout)["rows"] == 9
    same = run("schema", "validate", schema_file, "--fix")
    assert same.exit_code == 0
    assert "Mended" not in same.stderr
    assert json.loads(same.stdout)["fields"]


def test_a_fix_says_that_what_was_wrong_may_have_hidden_more(run: Run) -> None:
    twice = [{"name": "a", "type": "strng"}, {"name": "a", "type": "integer"}]
    Path("twice.json").write_text(json.dumps({"fields": twice}))
    fixed = run("schema", "validate", "twice.json", "--fix")
    assert [field["name"] for field in json.loads(fixed.stdout)["fields"]] == ["a", "a_2"]
    assert "these may hide more" in fixed.stderr


def test_what_only_a_person_can_mend_is_refused_with_fix_too(run: Run) -> None:
    deep = "[" * 100 + "]" * 100
    Path("deep.json").write_text('{"fields": [{"name": "a"}], "zz": ' + deep + "}")
    assert run("schema", "validate", "deep.json", "--fix").exit_code == 2
