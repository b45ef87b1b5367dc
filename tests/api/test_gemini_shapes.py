"""The documented shapes of single answers, good and bad, put in place of the network by respx."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import httpx2
import pytest
import respx
from respx.mocks import HTTPCoreMocker

from src.api.gemini import GeminiClient, GeminiOptions
from src.core.errors import (
    BadAnswer,
    ProviderBlocked,
    ProviderBusy,
    ProviderDown,
    ProviderError,
    ProviderRefused,
    QuotaExhausted,
)
from src.core.models import Usage

from .samples import check, request

URL = "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.5-flash-lite"
TARGETS = tuple(  # respx knows httpx's transport, not httpx2's
    f"httpcore2._async.{where}"
    for where in (
        "connection.AsyncHTTPConnection",
        "connection_pool.AsyncConnectionPool",
        "http_proxy.AsyncHTTPProxy",
    )
)


@pytest.fixture
def gemini() -> Iterator[respx.Route]:
    HTTPCoreMocker.add_targets(*TARGETS)
    try:
        with respx.mock(using="httpcore") as router:
            yield router.post(f"{URL}:generateContent")
    finally:
        HTTPCoreMocker.remove_targets(*TARGETS)


async def outcome():
    """What one call comes to, without a second try."""
    options = GeminiOptions(api_keys=("k",), max_attempts=1)
    client = GeminiClient(options, check=check)
    try:
        return await client.generate_data_chunk(request(rows=(10, 11)))
    except ProviderError as exc:
        return exc
    finally:
        await client.aclose()


def answered(**document) -> httpx.Response:
    return httpx.Response(200, json=document)


def text(content: str, reason: str = "STOP") -> dict:
    return {
        "content": {"parts": [{"text": content}], "role": "model"},
        "finishReason": reason,
        "index": 0,
    }


COUNTED = {
    "promptTokenCount": 321,
    "candidatesTokenCount": 45,
    "totalTokenCount": 400,
    "thoughtsTokenCount": 34,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 321}],
}
GOOD = '[[0,4,"sharp"],[1,2,"blunt"]]'


async def test_a_good_answer(gemini):
    gemini.return_value = answered(
        candidates=[text(GOOD)], usageMetadata=COUNTED, modelVersion="m", responseId="r"
    )
    back = await outcome()
    assert back.rows == {10: (4, "sharp"), 11: (2, "blunt")}
    assert back.usage == Usage(1, 321, 79, thinking_tokens=34)
    sent = json.loads(gemini.calls.last.request.content)
    positions = sent["generationConfig"]["responseJsonSchema"]["items"]["prefixItems"]
    assert [position["type"] for position in positions] == ["integer", "integer", "string"]


async def test_an_answer_in_several_parts_is_one_text(gemini):
    parts = [{"text": "think", "thought": True}, {"text": GOOD[:9]}, {"text": GOOD[9:]}]
    gemini.return_value = answered(candidates=[{**text(""), "content": {"parts": parts}}])
    assert len((await outcome()).rows) == 2


async def test_an_answer_cut_at_the_token_limit_keeps_its_whole_rows(gemini):
    gemini.return_value = answered(candidates=[text(GOOD[:-7], "MAX_TOKENS")])
    back = await outcome()
    assert (list(back.rows), back.finish) == ([10], "cut")


async def test_thinking_that_ate_the_whole_budget(gemini):
    gone = {"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}
    gemini.return_value = answered(candidates=[gone], usageMetadata={"thoughtsTokenCount": 999})
    back = await outcome()
    assert (back.rows, back.finish, back.usage.output_tokens) == ({}, "cut", 999)


BLOCKED = [
    {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}},
    {"candidates": [{"finishReason": "SAFETY", "safetyRatings": []}]},
    {"candidates": [{"content": {}, "finishReason": "RECITATION"}]},
]


@pytest.mark.parametrize("document", BLOCKED)
async def test_what_the_model_will_not_say(gemini, document):
    gemini.return_value = answered(**document)
    assert isinstance(await outcome(), ProviderBlocked)


@pytest.mark.parametrize("document", [{}, {"candidates": []}, {"candidates": [text("")]}])
async def test_nothing_at_all(gemini, document):
    gemini.return_value = answered(**document)
    back = await outcome()
    assert (back.rows, back.rejected, back.finish) == ({}, {"empty_answer": 1}, "short")


ODD = ["[]", '"text"', "5", "null", '{"candidates": 5}', '{"candidates": [{"content": "x"}]}']


@pytest.mark.parametrize("body", ODD)
async def test_json_that_is_not_geminis(gemini, body):
    gemini.return_value = httpx.Response(200, text=body)
    assert isinstance(await outcome(), BadAnswer)


@pytest.mark.parametrize("body", ["<html>Sign in</html>", "", "upstream connect error"])
async def test_a_page_in_place_of_an_answer(gemini, body):
    gemini.return_value = httpx.Response(200, text=body)
    back = await outcome()
    assert isinstance(back, ProviderDown) or back.rejected == {"empty_answer": 1}


def failed(status: int, name: str, *details: dict) -> httpx.Response:
    error = {"code": status, "message": "Resource has been exhausted.", "status": name}
    return httpx.Response(status, json={"error": {**error, "details": list(details)}})


RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "33s"}


def quota(name: str) -> dict:
    violation = {
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
        "quotaId": name,
        "quotaDimensions": {"location": "global", "model": "gemini-3.5-flash-lite"},
        "quotaValue": "15",
    }
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]}


async def test_too_many_a_minute(gemini):
    minute = quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier")
    gemini.return_value = failed(429, "RESOURCE_EXHAUSTED", minute, RETRY)
    back = await outcome()
    assert isinstance(back, ProviderBusy)
    assert back.retry_after_s == 33


async def test_too_many_a_day(gemini):
    day = quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier")
    gemini.return_value = failed(429, "RESOURCE_EXHAUSTED", day, RETRY)
    assert isinstance(await outcome(), QuotaExhausted)


async def test_a_delay_that_only_the_header_names(gemini):
    gemini.return_value = httpx.Response(429, headers={"Retry-After": "12"}, text="slow down")
    back = await outcome()
    assert isinstance(back, ProviderBusy)
    assert back.retry_after_s == 12


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (400, "FAILED_PRECONDITION", ProviderRefused),
        (403, "PERMISSION_DENIED", ProviderRefused),
        (404, "NOT_FOUND", ProviderRefused),
        (500, "INTERNAL", ProviderDown),
        (503, "UNAVAILABLE", ProviderDown),
        (504, "DEADLINE_EXCEEDED", ProviderDown),
    ],
)
async def test_a_status_that_is_not_200(gemini, status, name, kind):
    gemini.return_value = failed(status, name)
    assert isinstance(await outcome(), kind)


@pytest.mark.parametrize(
    "exc",
    [
        httpx2.ConnectError("refused"),
        httpx2.ConnectTimeout("slow"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("hung up"),
        httpx2.ReadError("reset"),
    ],
    ids=lambda exc: type(exc).__name__,
)
async def test_a_connection_that_fails(gemini, exc):
    gemini.side_effect = exc
    assert isinstance(await outcome(), ProviderDown)


async def test_a_redirect_is_not_followed_with_the_key(gemini):
    gemini.return_value = httpx.Response(302, headers={"Location": "https://example.com/"})
    assert isinstance(await outcome(), ProviderRefused)
    assert gemini.call_count == 1
