"""Whole jobs with a language model, through the real SDK against an emulator over HTTP."""

from __future__ import annotations

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
