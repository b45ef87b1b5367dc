"""What is sent is what the SDK makes of plain words and settings."""

from __future__ import annotations

import httpx2
import pytest
from google import genai
from google.genai import types

from src.api.prompts import Prompt
from src.api.questions import config, content

ARRAY = {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize("schema", [ARRAY, None])
async def test_the_request_is_the_one_that_plain_settings_give(schema):
    sent = []

    def answer(request):
        sent.append((str(request.url), dict(request.headers), request.content))
        return httpx2.Response(200, json={})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        options = types.HttpOptions(base_url="http://127.0.0.1:9", httpx_async_client=http)
        models = genai.Client(api_key="k" * 39, http_options=options).aio.models
        plain = {
            "system_instruction": "rules",
            "response_mime_type": "application/json",
            "response_json_schema": schema,
            "max_output_tokens": 99,
            "automatic_function_calling": {"disable": True},
            "automatic_continuation": False,
            "should_return_http_response": True,
        }
        await models.generate_content(model="m", contents="rows", config=plain)
        quick = config(Prompt("rules", "rows", schema), 99)
        await models.generate_content(model="m", contents=content("rows"), config=quick)
    assert sent[0] == sent[1]
    assert b'"maxOutputTokens": 99' in sent[1][2]
