"""Whole jobs with a language model, through the real SDK against an emulator over HTTP."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from src.config import Settings
from src.core.job_manager import JobRequest
from src.core.models import JobState
from src.core.schemas import Given
from src.wiring import open_app
from tests.api.emulator import Emulator

REVIEWS = {
    "name": "reviews",
    "as_of": "2026-01-01",
    "rows": 60,
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
        {"name": "stars", "type": "integer", "constraints": {"minimum": 1, "maximum": 5}},
        {"name": "review", "generator": {"kind": "llm_text", "words": [3, 12]}},
    ],
}
KEY = "AIza" + "k" * 35
GAP = {"kind": "expression", "expr": "high - low"}


@pytest.fixture
async def emulator():
    async with Emulator() as running:
        yield running


@pytest.fixture
def settings(emulator, monkeypatch):
    def with_home(home):
        monkeypatch.setenv("GEMINI_API_KEY", KEY)
        monkeypatch.setenv("GEMINI_BASE_URL", emulator.url)
        monkeypatch.setenv("GEMINI_REQUESTS_PER_MINUTE", "10000")
        monkeypatch.setenv("GEMINI_TOKENS_PER_MINUTE", "10000000")
        monkeypatch.setenv("ROWMILL_HOME", str(home))
        return Settings.load()

    return with_home


async def made(app, **request):
    """A finished job and its bytes."""
    created = await app.manager.create(JobRequest(Given(document=REVIEWS), seed=7, **request))
    await app.manager.control(created.job.job_id, "start")
    job = await app.manager.run(created.job.job_id)
    return job, created.estimate


async def merged(app, job):
    assert job.state is JobState.COMPLETED, job.problem
    dataset = await app.datasets.merge(job)
    assert all(verdict.held for verdict in dataset.verdicts)
    return dataset


async def test_a_request_is_read_by_the_model_where_a_key_is_set(settings, emulator, tmp_path):
    async with open_app(settings(tmp_path / "a")) as app:
        extracted = await app.schemas.extract("60 reviews of our products")
        assert extracted.reading.engine == "gemini-3.5-flash-lite"
        assert extracted.reading.questions == ("Which products are reviewed?",)
        assert len(emulator.calls) == 1
        await app.schemas.extract("60 customers with name", locally=True)
        assert len(emulator.calls) == 1


async def test_only_fields_that_need_language_are_asked_for(settings, emulator, tmp_path):
    async with open_app(settings(tmp_path / "a")) as app:
        job, estimate = await made(app)
        dataset = await merged(app, job)
        progress = await app.manager.progress(job.job_id)
    assert (dataset.rows, len(emulator.calls), estimate.calls) == (60, 3, 3)
    assert progress.usage.calls == 3
    assert progress.cost_usd > 0
    assert all(row["review"] and 1 <= row["stars"] <= 5 for row in dataset.preview["reviews"])


async def test_the_model_writes_every_field_but_keys_when_told_to(settings, emulator, tmp_path):
    async with open_app(settings(tmp_path / "a")) as app:
        job, _ = await made(app, generation="llm")
        dataset = await merged(app, job)
    assert [row["id"] for row in dataset.preview["reviews"]] == [1, 2, 3, 4, 5]
    assert "stars" in emulator.calls[0].prompt


async def test_another_chunk_size_replays_the_answers_to_the_same_bytes(
    settings, emulator, tmp_path
):
    async with open_app(settings(tmp_path / "a")) as app:
        first = await merged(app, (await made(app))[0])
        paid = len(emulator.calls)
        again = await merged(app, (await made(app, chunk_size=7))[0])
    assert first.files[0].sha256 == again.files[0].sha256
    assert len(emulator.calls) == paid


async def test_faults_of_the_service_cost_no_row(settings, tmp_path):
    script = ["429", "503", "cut", "bad-row", "prose", "hangup", "empty"]
    async with Emulator(script=script) as emulator:
        configured = settings(tmp_path / "a")
        group = configured.gemini.model_copy(update={"base_url": emulator.url})
        faulty = Settings(home=configured.home, gemini=group)
        async with open_app(faulty) as app:
            dataset = await merged(app, (await made(app))[0])
    assert dataset.rows == 60


async def test_a_used_up_quota_pauses_the_job_and_resume_pays_nothing_twice(settings, tmp_path):
    async with Emulator(script=["ok", "daily", "daily"]) as emulator:
        configured = settings(tmp_path / "a")
        group = configured.gemini.model_copy(
            update={"base_url": emulator.url, "max_concurrency": 1}
        )
        async with open_app(Settings(home=configured.home, gemini=group)) as app:
            job, _ = await made(app)
            assert job.state is JobState.PAUSED
            assert "quota" in job.problem
            answered = sum(call.fault == "ok" for call in emulator.calls)
            await app.manager.control(job.job_id, "resume")
            job = await app.manager.run(job.job_id)
            dataset = await merged(app, job)
    assert dataset.rows == 60
    assert sum(call.fault == "ok" for call in emulator.calls) == 3
    assert answered == 1


async def test_a_refused_key_fails_the_job_and_is_never_shown(settings, tmp_path):
    async with Emulator(script=["echo"] * 20) as emulator:
        configured = settings(tmp_path / "a")
        group = configured.gemini.model_copy(update={"base_url": emulator.url})
        async with open_app(Settings(home=configured.home, gemini=group)) as app:
            job, _ = await made(app)
            events = await app.manager.events(job.job_id)
    assert job.state is JobState.FAILED
    assert KEY not in job.problem
    assert not any(KEY in event.detail for event in events)
    stored = (configured.home / "rowmill.db").read_bytes()
    assert KEY.encode() not in stored


async def test_what_was_spent_is_told_by_table_and_fields_and_for_the_whole_job(
    settings, emulator, tmp_path
):
    async with open_app(settings(tmp_path / "a")) as app:
        job, estimate = await made(app)
        progress = await app.manager.progress(job.job_id)
    table, field = progress.spending
    assert (table.table, table.fields, table.usage) == ("reviews", "", progress.usage)
    assert (field.table, field.fields, field.usage) == ("reviews", "review", progress.usage)
    assert field.cost_usd == progress.cost_usd == progress.expected_cost_usd
    assert progress.cost_usd == pytest.approx(estimate.cost_usd, rel=0.3)


async def test_a_job_whose_model_only_fills_a_pool_takes_a_call_whatever_its_rows(
    settings, emulator, tmp_path
):
    title = {"name": "title", "generator": {"kind": "llm_pool", "size": 40, "prompt": "names"}}
    document = {**REVIEWS, "fields": [*REVIEWS["fields"][:2], title], "rows": 100_000}
    async with open_app(settings(tmp_path / "a")) as app:
        created = await app.manager.create(JobRequest(Given(document=document), seed=7))
        await app.manager.control(created.job.job_id, "start")
        dataset = await merged(app, await app.manager.run(created.job.job_id))
    assert dataset.rows == 100_000
    assert len(emulator.calls) == created.estimate.calls == 1
    assert created.job.spec.chunk_size > 10_000


async def test_sustained_429_pauses_the_job_with_a_reason_and_a_time(settings, tmp_path):
    async with Emulator(script=["429:300"] * 50) as emulator:
        configured = settings(tmp_path / "a")
        group = configured.gemini.model_copy(update={"base_url": emulator.url})
        async with open_app(Settings(home=configured.home, gemini=group)) as app:
            job, _ = await made(app)
    assert job.state is JobState.PAUSED
    assert "quota" in job.problem
    assert "resume after 2" in job.problem
    assert len(emulator.calls) <= 3  # a call for each batch, and no second try


async def test_rows_that_were_turned_away_can_be_looked_at(settings, tmp_path):
    async with Emulator(script=["bad-row"]) as emulator:
        configured = settings(tmp_path / "a")
        group = configured.gemini.model_copy(update={"base_url": emulator.url})
        async with open_app(Settings(home=configured.home, gemini=group)) as app:
            job, _ = await made(app, generation="llm")
            assert (await merged(app, job)).rows == 60
    lines = (configured.temp_dir / job.job_id / "rejected.jsonl").read_text().splitlines()
    assert len(lines) == 1
    shown = json.loads(lines[0])
    assert (shown["table"], shown["fields"]) == ("reviews", ["stars", "review"])
    assert shown["reason"]


async def test_with_its_job_goes_what_was_turned_away_wherever_the_chunks_lie(settings, tmp_path):
    async with Emulator(script=["bad-row"]) as emulator:
        configured = settings(tmp_path / "a")
        group = configured.gemini.model_copy(update={"base_url": emulator.url})
        async with open_app(Settings(home=configured.home, gemini=group)) as app:
            job, _ = await made(app, generation="llm", storage="memory")
            folder = configured.temp_dir / job.job_id
            assert (folder / "rejected.jsonl").exists()
            await app.manager.control(job.job_id, "delete")
            assert not folder.exists()


async def test_where_the_model_writes_every_field_rules_and_keys_still_hold(
    settings, emulator, tmp_path
):
    span = {"type": "integer", "constraints": {"minimum": 0, "maximum": 50}}
    document = {
        **REVIEWS,
        "fields": [
            *REVIEWS["fields"],
            {"name": "code", "constraints": {"unique": True}},
            {"name": "low", **span},
            {"name": "high", **span},
            {"name": "gap", "type": "integer", "generator": GAP},
        ],
        "rules": [{"rule": "inequality", "low": "low", "high": "high"}],
    }
    async with open_app(settings(tmp_path / "a")) as app:
        created = await app.manager.create(
            JobRequest(Given(document=document), seed=7, generation="llm", output_format="jsonl")
        )
        await app.manager.control(created.job.job_id, "start")
        job = await app.manager.run(created.job.job_id)
        dataset = await merged(app, job)
    rows = [json.loads(line) for line in Path(dataset.files[0].path).read_text().splitlines()]
    assert len({row["code"] for row in rows}) == len({row["id"] for row in rows}) == 60
    assert all(row["low"] <= row["high"] for row in rows)
    assert all(row["gap"] == row["high"] - row["low"] for row in rows)
    assert "stars" in emulator.calls[0].prompt


async def test_a_job_that_fails_in_circles_is_paused_by_its_calls_and_can_be_resumed(
    settings, tmp_path
):
    rows = 300  # 15 calls, and 40 more
    async with Emulator(rates={"row": 0.9}) as emulator:
        configured = settings(tmp_path / "a")
        group = configured.gemini.model_copy(update={"base_url": emulator.url})
        async with open_app(Settings(home=configured.home, gemini=group)) as app:
            document = {**REVIEWS, "rows": rows}
            created = await app.manager.create(JobRequest(Given(document=document), seed=7))
            await app.manager.control(created.job.job_id, "start")
            job = await app.manager.run(created.job.job_id)
            assert job.state is JobState.PAUSED
            assert "55 calls were made for reviews" in job.problem
            assert emulator.counts["calls"] == 55
            emulator.rates.clear()  # the service has come to its senses
            await app.manager.control(job.job_id, "resume")
            dataset = await merged(app, await app.manager.run(job.job_id))
    assert dataset.rows == rows
    assert emulator.counts["rows_twice"] == 0


async def test_a_job_that_is_paused_sends_nothing_more(settings, tmp_path):
    async with Emulator(latency_s=0.05) as emulator:
        configured = settings(tmp_path / "a")
        group = configured.gemini.model_copy(
            update={"base_url": emulator.url, "max_concurrency": 1}
        )
        async with open_app(Settings(home=configured.home, gemini=group)) as app:
            document = {**REVIEWS, "rows": 200}
            created = await app.manager.create(JobRequest(Given(document=document), seed=7))
            job_id = created.job.job_id
            await app.manager.control(job_id, "start")
            run = asyncio.create_task(app.manager.run(job_id))
            await emulator.called.wait()
            await app.manager.control(job_id, "pause")
            assert (await run).state is JobState.PAUSED
            assert emulator.counts["calls"] <= 2
            await app.manager.control(job_id, "resume")
            assert (await merged(app, await app.manager.run(job_id))).rows == 200
    assert emulator.counts["rows_twice"] == 0
