"""What Gemini answers with status 200, whatever it looks like."""

from __future__ import annotations

import json

import pytest
from google.genai import types

from src.api.replies import FINISH, MOST_TOKENS, document_of, reply_of, usage_of
from src.core.errors import BadAnswer, ProviderBlocked
from src.core.models import Usage

from . import emulator


def test_every_reason_to_finish_that_the_sdk_names_has_been_thought_of():
    assert set(FINISH) == {reason.value for reason in types.FinishReason}


@pytest.mark.parametrize("reason", [reason.value for reason in types.FinishReason])
def test_every_reason_to_finish_gives_a_reply_or_is_blocked(reason):
    document = emulator.candidate("[[0]]", reason, {"promptTokenCount": 3})
    if FINISH[reason] == "blocked":
        with pytest.raises(ProviderBlocked, match=reason):
            reply_of(document)
    else:
        reply = reply_of(document)
        assert (reply.text, reply.finish) == ("[[0]]", FINISH[reason])


@pytest.mark.parametrize("reason", [reason.value for reason in types.BlockedReason])
def test_a_blocked_prompt_is_blocked_for_whatever_reason(reason):
    with pytest.raises(ProviderBlocked, match="prompt"):
        reply_of({"promptFeedback": {"blockReason": reason}})


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"candidates": []},
        {"candidates": [{}]},
        {"candidates": [{"content": {}}]},
        {"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}]},
    ],
)
def test_an_empty_answer_is_an_empty_text(document):
    assert reply_of(document).text == ""


def test_thoughts_are_not_part_of_the_text_but_of_the_bill():
    parts = [{"text": "hm", "thought": True}, {"text": "[[0,"}, {"text": "1]]"}]
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 7}
    document = {
        "candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}],
        "usageMetadata": usage,
    }
    reply = reply_of(document)
    assert reply.text == "[[0,1]]"
    assert reply.usage == Usage(1, 10, 12, thinking_tokens=7)


def test_an_answer_that_counts_nothing_is_still_a_call():
    assert usage_of({}) == Usage(calls=1)


def test_an_empty_body_is_an_empty_answer():
    assert reply_of(document_of("")).text == ""


@pytest.mark.parametrize("body", ["[]", '"text"', "5", "null", "true"])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(TypeError):
        document_of(body)


@pytest.mark.parametrize(
    "document",
    [
        {"candidates": 5},
        {"candidates": ["x"]},
        {"candidates": [{"content": "x"}]},
        {"candidates": [{"content": {"parts": "x"}}]},
        {"candidates": [{"content": {"parts": ["x"]}}]},
        {"candidates": [{"content": {"parts": [{"text": 5}]}}]},
        {"promptFeedback": "x"},
    ],
)
def test_an_undocumented_shape_is_a_bad_answer_whose_tokens_are_counted_all_the_same(document):
    document = json.loads(json.dumps({**document, "usageMetadata": {"promptTokenCount": 9}}))
    assert usage_of(document) == Usage(1, 9)
    with pytest.raises(BadAnswer):
        reply_of(document)


@pytest.mark.parametrize("reason", [None, 7, "A_NEW_ONE", ["STOP"]])
def test_a_reason_to_finish_that_nobody_knows_leaves_the_text(reason):
    document = emulator.candidate("[[0]]", reason, {})
    assert (reply_of(document).text, reply_of(document).finish) == ("[[0]]", "short")


@pytest.mark.parametrize("count", [-1, True, "12", 1.5, MOST_TOKENS + 1, None, []])
def test_a_count_that_is_none_is_not_believed(count):
    assert usage_of({"usageMetadata": {"promptTokenCount": count}}) == Usage(calls=1)
    assert usage_of({"usageMetadata": count}) == Usage(calls=1)
