"""What a model says of the finished data: parsed, spelled our way, repaired where it is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from src.api.drafts import parse_schema_answer
from src.core.parsing import parse_schema

from .test_gemini import gemini

ANSWERS = sorted((Path(__file__).parents[1] / "fixtures/answers").glob("*.json"))
PROMISED = {
    "name": "t",
    "fields": [{"name": "plan", "generator": {"kind": "category", "values": ["a", "b"]}}],
    "expectations": [
        {"check": "share", "field": "plan", "value": "a", "equals": 0.3, "because": "30 % a"}
    ],
}


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
async def test_an_answer_by_hand_is_read_with_all_that_it_promises(path: Path) -> None:
    text = path.read_text()
    async with gemini(answers=[f"Here it is:\n```json\n{text}\n```"]) as (client, emulator):
        reading = await client.extract_schema("as asked")
    said = json.loads(text)["schema"]["expectations"]
    assert len(emulator.calls) == 1
    assert [one.document() for one in parse_schema(reading.document).expectations] == [
        one.document() for one in parse_schema({**PROMISED, "expectations": said}).expectations
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"check": "roughly", "field": "plan"},
        {"check": "share", "field": "plan", "value": "a"},
        {"check": "share", "field": "plan", "value": "a", "equals": "30 %"},
        {"check": "quantile", "field": "plan", "q": 90, "equals": 1},
    ],
)
async def test_a_promise_that_is_none_is_sent_back_with_what_is_wrong(wrong: object) -> None:
    answers = [
        json.dumps({"schema": {**PROMISED, "expectations": [wrong]}}),
        json.dumps({"schema": PROMISED}),
    ]
    async with gemini(answers=answers) as (client, emulator):
        reading = await client.extract_schema("30 % a")
    assert reading.document == PROMISED
    assert "expectations[0]" in emulator.calls[1].prompt


def test_other_words_for_a_check_are_understood() -> None:
    said = [
        {"type": "unique", "column": "plan", "reason": "unique"},
        {"check": "range", "column": "n", "min": 1, "max": 9, "quote": "1 to 9"},
        {"check": "unique", "fields": "plan"},
    ]
    answer = json.dumps({"schema": {**PROMISED, "expectations": said}})
    found = parse_schema(parse_schema_answer(answer).document).expectations
    assert [one.document() for one in found] == [
        {"check": "unique", "because": "unique", "fields": ["plan"]},
        {"check": "range", "because": "1 to 9", "field": "n", "minimum": 1, "maximum": 9},
        {"check": "unique", "fields": ["plan"]},
    ]
