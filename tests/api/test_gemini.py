"""The client against a stand-in over real HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import traceback
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from src.api.gemini import MAX_BODY, GeminiClient, GeminiOptions
from src.api.limits import Limiter
from src.core.errors import (
    BadAnswer,
    InvalidSchema,
    LimitExceeded,
    NotConfigured,
    ProviderBlocked,
    ProviderBusy,
    ProviderDown,
    ProviderRefused,
    QuotaExhausted,
)
from src.core.models import Usage

from .emulator import SCHEMA, Emulator
from .samples import check, request

KEY = "AIzaSyTEST-key-that-must-not-be-seen-00000"
OPTIONS = GeminiOptions(
    api_keys=(KEY,), requests_per_minute=10_000, tokens_per_minute=10**9, timeout_s=10
)


class Slept:
    """Stands where the retries sleep: takes note and returns at once."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


@asynccontextmanager
async def gemini(*script: str, answers=(), slept=None, latency_s=0.0, max_body=MAX_BODY, **options):
    async with Emulator(script=script, answers=answers, latency_s=latency_s) as emulator:
        client = GeminiClient(
            replace(OPTIONS, base_url=emulator.url, **options),
            check=check,
            sleep=slept or Slept(),
            random=lambda: 0.0,
            max_body=max_body,
        )
        try:
            yield client, emulator
        finally:
            await client.aclose()


# ── rows ──────────────────────────────────────────────────────────────────────────────────────


async def test_rows_come_back_under_their_numbers_with_what_they_used():
    async with gemini() as (client, emulator):
        back = await client.generate_data_chunk(request(rows=range(50, 70)))
    assert list(back.rows) == list(range(50, 70))
    assert all(1 <= stars <= 5 and review for stars, review in back.rows.values())
    assert back.finish == "complete"
    assert back.usage.calls == 1
    assert back.usage.input_tokens == emulator.calls[0].input_tokens
    assert back.usage.output_tokens > 0


async def test_a_request_says_what_it_must_and_nothing_more():
    async with gemini(model="gemini-x") as (client, emulator):
        await client.generate_data_chunk(request())
    (call,) = emulator.calls
    assert (call.method, call.model) == ("generateContent", "gemini-x")
    assert call.headers["x-goog-api-key"] == KEY
    assert "x-server-timeout" not in call.headers
    config = call.body["generationConfig"]
    assert set(config) == {"responseMimeType", "responseJsonSchema", "maxOutputTokens"}
    assert config["responseMimeType"] == "application/json"
    assert set(call.body) == {"contents", "systemInstruction", "generationConfig"}


async def test_what_goes_wrong_on_the_way_is_tried_again():
    slept = Slept()
    script = ("503", "hangup", "html", "500", "ok")
    async with gemini(*script, slept=slept) as (client, emulator):
        back = await client.generate_data_chunk(request())
    assert len(back.rows) == 4
    assert len(emulator.calls) == 5
    assert slept.waits == pytest.approx([0.2, 0.6, 1.8, 5.4])  # of a chance that is 0


async def test_the_delay_that_the_service_asks_for_is_waited_and_holds_back_everybody():
    slept, paused = Slept(), []

    class Watched(Limiter):
        def pause(self, seconds: float, key: int = 0) -> None:
            paused.append(seconds)

    async with Emulator(script=["429:17", "429-bare"]) as emulator:
        client = GeminiClient(
            replace(OPTIONS, base_url=emulator.url),
            check=check,
            sleep=slept,
            random=lambda: 0.0,
            limiter=lambda _: Watched(requests=100, tokens=10**6, concurrency=5),
        )
        await client.generate_data_chunk(request())
        await client.aclose()
    assert paused == [17]
    assert slept.waits == pytest.approx([17.2, 0.6])


@pytest.mark.parametrize(
    ("fault", "kind", "calls"),
    [
        ("401", ProviderRefused, 1),
        ("403", ProviderRefused, 1),
        ("404", ProviderRefused, 1),
        ("key", ProviderRefused, 1),
        ("400", ProviderRefused, 2),  # once more without the response schema
        ("redirect", ProviderRefused, 1),
        ("daily", QuotaExhausted, 1),
        ("429:9999", ProviderBusy, 1),
        ("429", ProviderBusy, 3),
        ("503", ProviderDown, 3),
        ("html", ProviderDown, 3),
        ("html-503", ProviderDown, 3),
        ("hangup", ProviderDown, 3),
        ("blocked", ProviderBlocked, 2),
        ("safety", ProviderBlocked, 2),
        ("recitation", ProviderBlocked, 2),
    ],
)
async def test_each_fault_that_stays_ends_in_its_error_after_so_many_calls(fault, kind, calls):
    async with gemini(*[fault] * 9, max_attempts=3) as (client, emulator):
        with pytest.raises(kind) as caught:
            await client.generate_data_chunk(request())
    assert len(emulator.calls) == calls
    assert caught.value.hint


@pytest.mark.parametrize(
    ("fault", "finish", "rejected"),
    [
        ("cut", "cut", {}),
        ("starved", "cut", {}),
        ("empty", "short", {"empty_answer": 1}),
        ("no-text", "short", {"empty_answer": 1}),
        ("bad-row", "short", {"shape": 1, "type:stars": 1}),
        ("prose", "complete", {}),
    ],
)
async def test_a_poor_answer_is_an_answer_and_its_cost_is_known(fault, finish, rejected):
    async with gemini(fault) as (client, emulator):
        back = await client.generate_data_chunk(request(rows=range(20)))
    assert len(emulator.calls) == 1
    assert back.finish == finish
    assert back.rejected.items() <= rejected.items()
    assert back.usage.input_tokens == emulator.calls[0].input_tokens
    assert (len(back.rows) == 20) == (finish == "complete")


async def test_a_body_that_drips_for_ever_meets_the_deadline():
    async with gemini("drip", "drip", timeout_s=0.2, max_attempts=2) as (client, emulator):
        with pytest.raises(ProviderDown, match="in time"):
            await client.generate_data_chunk(request())
    assert len(emulator.calls) == 2


async def test_a_response_schema_that_is_too_much_is_left_out_from_then_on():
    async with gemini("schema", "schema", "schema") as (client, emulator):
        for _ in range(2):
            assert len((await client.generate_data_chunk(request())).rows) == 4
    sent = ["responseJsonSchema" in str(call.body) for call in emulator.calls]
    assert sent == [True, False, False]


async def test_no_more_calls_at_once_than_allowed():
    async with gemini(max_concurrency=3, latency_s=0.01) as (client, emulator):
        batches = (request(rows=range(n * 5, n * 5 + 5)) for n in range(12))
        await asyncio.gather(*map(client.generate_data_chunk, batches))
    assert emulator.most_at_once == 3
    assert emulator.seen()["rows_asked"] == 60


async def test_the_budget_is_settled_by_what_the_service_counted():
    async def never(seconds: float) -> None:
        raise AssertionError(f"waited {seconds} s for tokens that were not used")

    async with Emulator() as emulator:
        options = replace(OPTIONS, base_url=emulator.url)
        at_most = GeminiClient(options, check=check).worst_case(request()).input_tokens
        # Two estimates do not fit, an estimate and a real count do.
        limiter = Limiter(requests=99, tokens=int(at_most * 1.9), concurrency=1, sleep=never)
        client = GeminiClient(options, check=check, limiter=lambda _: limiter)
        for _ in range(2):
            await client.generate_data_chunk(request())
        await client.aclose()


async def test_a_cancelled_call_gives_its_place_and_its_connection_back():
    async with gemini("drip", "ok", max_concurrency=1) as (client, emulator):
        lost = asyncio.ensure_future(client.generate_data_chunk(request()))
        await emulator.called.wait()
        lost.cancel()
        with pytest.raises(asyncio.CancelledError):
            await lost
        assert len((await client.generate_data_chunk(request())).rows) == 4


async def test_after_closing_a_call_opens_again():
    async with gemini() as (client, _):
        await client.generate_data_chunk(request())
        await client.aclose()
        await client.aclose()
        assert len((await client.generate_data_chunk(request())).rows) == 4


def test_one_client_serves_several_event_loops_one_after_the_other():
    clients: list[GeminiClient] = []

    async def one(port: int) -> tuple[int, int]:
        async with Emulator(port=port) as emulator:
            options = replace(OPTIONS, base_url=emulator.url)
            clients.append(clients[0] if clients else GeminiClient(options, check=check))
            back = await clients[-1].generate_data_chunk(request())
            await clients[-1].aclose()
            return emulator.port, len(back.rows)

    port, rows = asyncio.run(one(0))
    assert asyncio.run(one(port)) == (port, rows) == (port, 4)


# ── schemas ───────────────────────────────────────────────────────────────────────────────────


async def test_a_request_becomes_a_reading():
    async with gemini() as (client, _):
        reading = await client.extract_schema("60 reviews of garden tools")
    assert reading.document == SCHEMA["schema"]
    assert reading.assumptions == ("Stars go from 1 to 5.",)
    assert reading.questions == ("Which products are reviewed?",)
    assert reading.engine == client.model
    assert reading.usage.calls == 1


async def test_a_schema_that_is_none_of_ours_is_sent_back_with_its_problems_once():
    wrong = {"schema": {"name": "a", "fields": [{"name": "x", "generator": {"kind": "gauss"}}]}}
    async with gemini(answers=[json.dumps(wrong)]) as (client, emulator):
        reading = await client.extract_schema("reviews")
    assert reading.document == SCHEMA["schema"]
    assert reading.usage.calls == 2
    assert "gauss" in emulator.calls[1].prompt
    assert "unknown" in emulator.calls[1].prompt or "there is no kind" in emulator.calls[1].prompt


async def test_two_schemas_that_are_none_of_ours_are_an_invalid_schema():
    wrong = json.dumps({"schema": {"name": "a", "fields": []}})
    async with gemini(answers=[wrong, wrong]) as (client, emulator):
        with pytest.raises(InvalidSchema):
            await client.extract_schema("reviews")
    assert len(emulator.calls) == 2


async def test_two_answers_that_are_not_json_are_a_bad_answer():
    async with gemini(answers=["I cannot.", '{"schema": {"name"']) as (client, _):
        with pytest.raises(BadAnswer):
            await client.extract_schema("reviews")


# ── the rest ──────────────────────────────────────────────────────────────────────────────────


async def test_the_key_is_seen_nowhere(caplog):
    caplog.set_level(logging.DEBUG)
    async with gemini("echo", "ok") as (client, _):
        with pytest.raises(ProviderRefused) as caught:
            await client.generate_data_chunk(request())
        await client.generate_data_chunk(request())
        seen = "".join(traceback.format_exception(caught.value)) + repr(client) + str(OPTIONS)
        seen += repr(caught.value.__context__) + repr(caught.value.__cause__) + caplog.text
    assert "[redacted]" in str(caught.value)
    assert KEY not in seen


def test_without_a_key_there_is_no_client():
    with pytest.raises(NotConfigured):
        GeminiClient(GeminiOptions(api_keys=()), check=check)


def test_an_estimate_lies_between_nothing_and_the_worst_case():
    client = GeminiClient(OPTIONS, check=check)
    expected, worst = client.estimate(request()), client.worst_case(request())
    assert expected.calls == worst.calls == 1
    assert 0 < expected.input_tokens < worst.input_tokens
    assert 0 < expected.output_tokens < worst.output_tokens
    assert client.price(Usage(1, 1_000_000, 1_000_000)) == pytest.approx(2.80)


@pytest.mark.parametrize("names", [("review",), ("stars", "review"), ("price", "bought", "reply")])
async def test_the_estimate_is_near_what_the_stand_in_counts(names):
    asked = request(names, rows=range(25))
    async with gemini() as (client, _):
        expected, used = client.estimate(asked), (await client.generate_data_chunk(asked)).usage
    assert expected.input_tokens == pytest.approx(used.input_tokens, rel=0.1)
    assert client.price(expected) == pytest.approx(client.price(used), rel=0.3)


def test_importing_the_client_loads_neither_the_sdk_nor_a_transport():
    script = "import sys, src.api.gemini; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert not {"google.genai", "httpx2", "numpy", "mcp"} & set(loaded.stdout.decode().split())


async def test_the_stand_in_runs_as_a_process_of_its_own():
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.api.emulator", "--script", "503"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            url = json.loads(await process.stdout.readline())["url"]
        client = GeminiClient(replace(OPTIONS, base_url=url), check=check, sleep=Slept())
        assert len((await client.generate_data_chunk(request())).rows) == 4
        await client.aclose()
    finally:
        process.terminate()
        await process.wait()


# ── several keys ──────────────────────────────────────────────────────────────────────────────

OTHER = "AIzaSyTEST-another-key-not-to-be-seen-0000"


async def asked_of_both(fault, calls=4):
    """The faults' outcome and the keys that were used, with two keys."""
    async with gemini(fault, api_keys=(KEY, OTHER)) as (client, emulator):
        rows = [await client.generate_data_chunk(request(rows=[n])) for n in range(calls)]
    return rows, [call.headers["x-goog-api-key"] for call in emulator.calls]


async def test_two_keys_take_turns():
    _, used = await asked_of_both("ok")
    assert used == [KEY, OTHER, KEY, OTHER]


async def test_a_delay_holds_back_the_key_that_was_told_and_no_other():
    paused = []

    class Watched(Limiter):
        def pause(self, seconds: float, key: int = 0) -> None:
            paused.append((seconds, key))

    async with Emulator(script=["ok", "429:17"]) as emulator:
        client = GeminiClient(
            replace(OPTIONS, base_url=emulator.url, api_keys=(KEY, OTHER)),
            check=check,
            sleep=Slept(),
            limiter=lambda _: Watched(requests=100, tokens=10**6, concurrency=5, keys=2),
        )
        for _ in range(3):
            await client.generate_data_chunk(request())
        await client.aclose()
    used = [call.headers["x-goog-api-key"] for call in emulator.calls]
    assert used == [KEY, OTHER, KEY, OTHER]  # it is not set aside
    assert paused == [(17, 1)]


@pytest.mark.parametrize("fault", ["403", "key", "daily"])
async def test_a_key_that_is_refused_or_used_up_is_set_aside_with_a_note(fault, caplog):
    rows, used = await asked_of_both(fault)
    assert all(len(back.rows) == 1 for back in rows)
    assert used == [KEY] + [OTHER] * 4
    assert rows[0].usage.calls == 2
    assert "event=key_set_aside key=1 of=2" in caplog.text
    assert KEY not in caplog.text


async def test_when_every_key_is_refused_the_call_says_so_and_the_next_one_tries_again():
    async with gemini("403", "403", api_keys=(KEY, OTHER)) as (client, emulator):
        with pytest.raises(ProviderRefused):
            await client.generate_data_chunk(request())
        assert len(emulator.calls) == 2
        assert len((await client.generate_data_chunk(request())).rows) == 4


# ── what it cost ──────────────────────────────────────────────────────────────────────────────


async def test_failed_attempts_count_as_calls_and_unanswered_ones_as_lost():
    async with gemini("503", "hangup", "ok") as (client, _):
        back = await client.generate_data_chunk(request())
    assert (back.usage.calls, back.usage.lost_calls) == (3, 1)


async def test_an_error_carries_what_was_used_up():
    async with gemini("blocked", "blocked") as (client, emulator):
        with pytest.raises(ProviderBlocked) as caught:
            await client.generate_data_chunk(request())
    assert caught.value.usage == Usage(2, 2 * emulator.calls[0].input_tokens)


async def test_a_body_without_end_is_cut_off_at_its_bound():
    async with gemini(*["ok"] * 2, max_attempts=2, max_body=1000) as (client, _):
        with pytest.raises(ProviderDown):
            await client.generate_data_chunk(request(rows=range(50)))
        assert len((await client.generate_data_chunk(request(rows=range(2)))).rows) == 2


async def test_every_attempt_is_asked_for_with_what_the_earlier_ones_used():
    asked = []
    async with gemini("503", "hangup", "ok") as (client, _):
        back = await client.generate_data_chunk(request(), permit=asked.append)
    assert asked == [Usage(), Usage(1), Usage(2, lost_calls=1)]
    assert back.usage.calls == 3


async def test_an_attempt_that_is_not_permitted_is_not_sent():
    def permit(used: Usage) -> None:
        if used.calls:
            raise LimitExceeded("too much")

    async with gemini("503") as (client, emulator):
        with pytest.raises(LimitExceeded):
            await client.generate_data_chunk(request(), permit=permit)
        assert len(emulator.calls) == 1


ENDLESS = {"deep": "[" * 100_000, "deep, closed": "[" * 9 + "]" * 9, "long": "9" * 6_000}


@pytest.mark.parametrize("closed", [True, False], ids=["whole", "cut"])
@pytest.mark.parametrize("cell", ENDLESS.values(), ids=ENDLESS)
async def test_one_cell_without_an_end_costs_its_row_and_neither_the_others_nor_the_bill(
    cell, closed
):
    """Digits or brackets in a loop are a known failure of models; Python's own reader of JSON
    refuses such a text as a whole."""
    text = f'[[0,1,"good"],[1,2,"too"],[2,3,"as well"],[3,{cell}' + (',"x"]]' if closed else "")
    asked = []
    async with gemini(answers=[text]) as (client, _):
        back = await client.generate_data_chunk(request(), permit=asked.append)
    assert set(back.rows) == {0, 1, 2}
    assert asked == [Usage()]
    assert (back.usage.calls, back.usage.lost_calls) == (1, 0)
    assert back.usage.output_tokens > len(cell) / 3
