"""The use cases on the real parts: from a schema to a dataset, through restarts."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from src.config import Settings
from src.core.datasets import DatasetWish
from src.core.errors import (
    AlreadyExists,
    ChunkDamaged,
    IllegalTransition,
    InvalidArgument,
    InvalidSchema,
    LimitExceeded,
    NotConfigured,
    NotFound,
)
from src.core.job_manager import JobRequest
from src.core.models import JobState
from src.core.parsing import parse_schema
from src.core.schemas import Given
from src.wiring import open_app

EXAMPLES = Path(__file__).parents[2] / "examples"
CUSTOMERS = json.loads((EXAMPLES / "customers.schema.json").read_text("utf-8"))
SMALL = {
    "name": "t",
    "rows": 30,
    "as_of": "2026-01-01",
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
        {"name": "word", "generator": {"kind": "category", "values": ["a", "b"]}},
    ],
}


@pytest.fixture
async def app():
    async with open_app(Settings.load()) as opened:
        yield opened


async def completed(app, **request):
    request.setdefault("given", Given(document=SMALL))
    created = await app.manager.create(JobRequest(**request))
    await app.manager.control(created.job.job_id, "start")
    job = await app.manager.run(created.job.job_id)
    assert job.state is JobState.COMPLETED, job.problem
    return job


# ── schemas ───────────────────────────────────────────────────────────────────────────────────


async def test_a_sentence_becomes_a_schema_that_later_calls_can_name(app):
    extracted = await app.schemas.extract("20 customers with name and age between 18 and 30")
    assert [field.name for field in extracted.schema.tables[0].fields] == ["name", "age"]
    assert len(extracted.preview[extracted.schema.name]) == 3
    validation = await app.schemas.validate(Given(schema_id=extracted.schema_id))
    assert (validation.problems, validation.estimate.rows) == ((), 20)
    job = await completed(app, given=Given(schema_id=extracted.schema_id))
    assert job.spec.total_rows == 20


async def test_a_schema_has_the_same_id_whoever_brings_it(app):
    first = await app.schemas.validate(Given(document=CUSTOMERS), row_count=10)
    again = await app.schemas.validate(Given(schema_id=first.schema_id), row_count=10)
    assert first.schema_id == again.schema_id


async def test_a_schema_with_problems_comes_back_mended_under_an_id_of_its_own(app):
    fields = [{"name": "age", "type": "integer", "constraints": {"minimum": 80, "maximum": 18}}]
    wrong = await app.schemas.validate(Given(document={"name": "t", "fields": fields}), row_count=5)
    assert [problem.code for problem in wrong.problems] == ["empty_range"]
    assert wrong.mended is not None
    assert wrong.mended.tables[0].fields[0].constraints.minimum == 18
    right = await app.schemas.validate(Given(schema_id=wrong.mended_id))
    assert right.problems == ()
    assert right.mended is None
    assert right.estimate.rows == 5


async def test_what_is_no_schema_at_all_is_mended_too(app):
    document = {"name": "t", "fields": [{"name": "e mail", "format": "emial", "zz": 1}]}
    found = await app.schemas.validate(Given(document=document), row_count=5)
    assert found.schema is None
    assert [field.format for field in found.mended.tables[0].fields] == ["email"]


async def test_a_fix_takes_out_what_no_rows_will_meet_and_keeps_the_rest(app):
    fields = [
        {"name": "age", "type": "integer", "constraints": {"minimum": 80, "maximum": 18}},
        {"name": "plan", "generator": {"kind": "category", "values": ["a", "b"]}},
    ]
    said = [
        {"check": "row_count", "equals": 7},
        {"check": "mean", "field": "age", "equals": 500},
        {"check": "one_of", "field": "plan", "values": ["a", "b"]},
        {"check": "median", "field": "plan", "equals": 3},
    ]
    document = {"name": "t", "fields": fields, "expectations": said}
    wrong = await app.schemas.validate(Given(document=document), row_count=300)
    kept = [one.document() for one in wrong.mended.expectations]
    assert kept == [{"check": "row_count", "equals": 300}, said[2]]
    right = await app.schemas.validate(Given(schema_id=wrong.mended_id))
    assert right.problems == ()


async def test_a_document_too_large_is_told_and_left_to_a_person(app):
    document = {"name": "t", "description": "x" * 300_000, "fields": [{"name": "a"}]}
    found = await app.schemas.validate(Given(document=document))
    assert [problem.code for problem in found.problems] == ["too_large"]
    assert found.mended is None


async def test_bare_fields_get_the_makers_their_names_suggest(app):
    document = {"name": "t", "rows": 5, "fields": [{"name": "email"}, {"name": "city"}]}
    validation = await app.schemas.validate(Given(document=document))
    rows = validation.preview["t"]
    assert all("@" in row["email"] for row in rows)


async def test_every_problem_of_a_schema_is_told_and_nothing_raised(app):
    document = {"name": "t", "rows": 5, "fields": [{"name": "a", "type": "nope"}, {"nome": "b"}]}
    validation = await app.schemas.validate(Given(document=document))
    assert {problem.path for problem in validation.problems} >= {"fields[0].type", "fields[1].name"}
    assert validation.schema is None


async def test_missing_rows_are_a_problem_but_the_rows_can_be_looked_at(app):
    document = {key: value for key, value in SMALL.items() if key != "rows"}
    validation = await app.schemas.validate(Given(document=document))
    assert [problem.code for problem in validation.problems] == ["rows_missing"]
    assert len(validation.preview["t"]) == 3


@pytest.mark.parametrize("given", [Given(), Given(document=SMALL, schema_id="sch_0")])
async def test_the_schema_must_be_named_exactly_once(app, given):
    with pytest.raises(InvalidArgument, match="schema_id"):
        await app.schemas.validate(given)


async def test_an_unknown_schema_id_is_not_found(app):
    with pytest.raises(NotFound):
        await app.schemas.validate(Given(schema_id="sch_0123456789abcdef"))


async def test_row_count_is_refused_where_there_are_several_tables(app):
    tables = [{**SMALL, "name": name} for name in ("a", "b")]
    document = {
        "name": "s",
        "tables": [{k: v for k, v in t.items() if k != "as_of"} for t in tables],
    }
    with pytest.raises(InvalidArgument, match="several tables"):
        await app.schemas.validate(Given(document=document), row_count=5)


async def test_the_estimated_size_is_close_to_what_comes(app):
    validation = await app.schemas.validate(Given(document=CUSTOMERS), row_count=5000)
    job = await completed(app, given=Given(document=CUSTOMERS), row_count=5000)
    dataset = await app.datasets.merge(job)
    assert validation.estimate.bytes == pytest.approx(dataset.bytes, rel=0.05)
    assert (validation.estimate.calls, validation.estimate.cost_usd) == (0, 0.0)


@pytest.mark.parametrize("description", ["", "   ", "x" * 20_001])
async def test_a_description_that_is_empty_or_endless_is_refused(app, description):
    with pytest.raises(InvalidArgument):
        await app.schemas.extract(description)


# ── creating ──────────────────────────────────────────────────────────────────────────────────


async def test_a_seed_nobody_gave_is_drawn_and_told(app):
    seeds = {
        (await app.manager.create(JobRequest(Given(document=SMALL)))).job.spec.seed
        for _ in range(3)
    }
    assert len(seeds) == 3


@pytest.mark.parametrize(
    "wrong", [{"chunk_size": 0}, {"chunk_size": 10**7}, {"seed": -1}, {"seed": 2**63}]
)
async def test_a_number_that_does_not_fit_is_refused(app, wrong):
    with pytest.raises(InvalidArgument):
        await app.manager.create(JobRequest(Given(document=SMALL), **wrong))


async def test_a_job_beyond_the_limits_is_refused_by_the_setting_that_limits_it(app):
    with pytest.raises(LimitExceeded, match="JOB_MAX_ROWS"):
        await app.manager.create(JobRequest(Given(document=SMALL), row_count=2 * 10**9))
    with pytest.raises(LimitExceeded, match="JOB_MAX_CHUNKS"):
        await app.manager.create(
            JobRequest(Given(document=SMALL), row_count=2_000_000, chunk_size=1)
        )


async def test_more_rows_than_allowed_are_a_problem_before_a_job_is_made(app):
    validation = await app.schemas.validate(Given(document=SMALL), row_count=2 * 10**9)
    assert [(p.path, p.code) for p in validation.problems] == [("rows", "limit_exceeded")]
    assert "JOB_MAX_ROWS" in validation.problems[0].hint


async def test_a_bad_schema_makes_no_job(app):
    document = {**SMALL, "fields": [{"name": "a", "type": "integer", "minimum": 9, "maximum": 1}]}
    with pytest.raises(InvalidSchema):
        await app.manager.create(JobRequest(Given(document=document)))
    assert (await app.manager.page())[0] == []


async def test_what_needs_the_model_is_refused_where_no_key_is_set(app):
    document = {**SMALL, "fields": [{"name": "a", "generator": {"kind": "llm_text"}}]}
    with pytest.raises(NotConfigured, match="GEMINI_API_KEY"):
        await app.manager.create(JobRequest(Given(document=document)))


async def test_cloud_storage_says_that_it_is_not_there(app):
    with pytest.raises(NotConfigured):
        await app.manager.create(JobRequest(Given(document=SMALL), storage="cloud"))


# ── running, looking, controlling ─────────────────────────────────────────────────────────────


async def test_progress_is_derived_from_what_is_stored(app):
    created = await app.manager.create(JobRequest(Given(document=SMALL), chunk_size=10))
    job_id = created.job.job_id
    before = await app.manager.progress(job_id)
    await app.manager.generate_chunk(job_id, 1)
    after = await app.manager.progress(job_id)
    assert (before.state, before.percent, before.chunks_done) == (JobState.PENDING, 0.0, 0)
    assert (after.state, after.percent, after.chunks_done) == (JobState.GENERATING, 33.3, 1)
    assert not after.running


async def test_waiting_for_a_short_job_ends_with_the_job_whatever_its_chunks(app):
    created = await app.manager.create(JobRequest(Given(document=SMALL), chunk_size=1, start=True))
    progress = await app.manager.progress(created.job.job_id, wait_s=20)
    assert (progress.state, progress.percent) == (JobState.COMPLETED, 100.0)


async def test_what_may_be_asked_of_a_job_is_said_with_every_answer(app):
    created = await app.manager.create(JobRequest(Given(document=SMALL)))
    job_id = created.job.job_id
    assert (await app.manager.progress(job_id)).allowed == ("start", "cancel", "delete")
    cancelled = await app.manager.control(job_id, "cancel")
    assert (cancelled.before, cancelled.after) == (JobState.PENDING, JobState.CANCELLED)
    assert cancelled.allowed == ("delete",)


@pytest.mark.parametrize("action", ["explode", "", "Start", "accept", "finish"])
async def test_an_unknown_action_is_refused(app, action):
    created = await app.manager.create(JobRequest(Given(document=SMALL)))
    with pytest.raises(InvalidArgument, match="start"):
        await app.manager.control(created.job.job_id, action)


@pytest.mark.parametrize(
    "job_id",
    ["", "job_", "../x", "job_aaaaaaaaaaaaaaaa\n", "JOB_AAAAAAAAAAAAAAAA", "job_" + "a" * 16],
)
async def test_a_job_that_is_not_there_is_not_found(app, job_id):
    for ask in (app.manager.progress, app.manager.events):
        with pytest.raises(NotFound):
            await ask(job_id)
    with pytest.raises(NotFound):
        await app.manager.control(job_id, "start")
    with pytest.raises(NotFound):
        await app.manager.generate_chunk(job_id, 0)


async def test_a_deleted_job_leaves_nothing_but_its_datasets(app):
    job = await completed(app)
    dataset = await app.datasets.merge(job)
    await app.manager.control(job.job_id, "delete")
    with pytest.raises(NotFound):
        await app.manager.progress(job.job_id)
    assert not (app.settings.temp_dir / job.job_id).exists()
    assert Path(dataset.files[0].path).exists()


async def test_jobs_are_listed_newest_first_a_page_at_a_time(app):
    made = [
        (await app.manager.create(JobRequest(Given(document=SMALL)))).job.job_id for _ in range(5)
    ]
    seen, cursor = [], None
    while True:
        page, cursor = await app.manager.page(limit=2, cursor=cursor)
        seen += [progress.job_id for progress in page]
        if cursor is None:
            break
    assert seen == made[::-1]


async def test_jobs_that_ended_long_ago_are_cleaned_up_and_others_are_not(app):
    ended = await completed(app)
    waiting = (await app.manager.create(JobRequest(Given(document=SMALL)))).job
    assert await app.manager.clean_up(3600.0) == []
    assert await app.manager.clean_up(-1.0) == [ended.job_id]
    assert [p.job_id for p in (await app.manager.page())[0]] == [waiting.job_id]


async def test_a_job_that_another_server_is_cleaning_up_is_left_to_it(app):
    theirs, ours = await completed(app), await completed(app)
    async with open_app(app.settings) as other, other.runner.alone(theirs.job_id):
        assert ours.job_id in await app.manager.clean_up(-1.0)
    assert [p.job_id for p in (await app.manager.page())[0]] == [theirs.job_id]


async def test_a_job_that_was_made_long_ago_and_ended_just_now_stays(app):
    class LongAgo:
        def now(self):
            return 0.0

    long_ago = replace(app.manager, clock=LongAgo())
    job_id = (await long_ago.create(JobRequest(Given(document=SMALL)))).job.job_id
    await app.manager.control(job_id, "cancel")
    assert await app.manager.clean_up(3600.0) == []


async def test_after_a_restart_a_job_that_was_meant_to_run_goes_on_by_itself(app):
    created = await app.manager.create(JobRequest(Given(document=SMALL), chunk_size=1))
    await app.manager.generate_chunk(created.job.job_id, 3)
    async with AsyncExitStack() as first:
        server = await first.enter_async_context(open_app(app.settings))
        await server.manager.control(created.job.job_id, "start")
    async with open_app(app.settings) as second:
        resumed = await second.manager.go_on()
        job = await second.manager.run(created.job.job_id)
    assert job.state is JobState.COMPLETED
    assert resumed in ([created.job.job_id], [])  # empty where the first had finished already
    assert (await app.manager.progress(job.job_id)).rows_done == 30


async def test_a_job_made_chunk_by_chunk_does_not_run_away_at_a_restart(app):
    created = await app.manager.create(JobRequest(Given(document=SMALL), chunk_size=10))
    await app.manager.generate_chunk(created.job.job_id, 0)
    assert await app.manager.go_on() == []


# ── datasets ──────────────────────────────────────────────────────────────────────────────────


async def test_a_dataset_comes_with_its_hash_its_manifest_and_its_verdict(app):
    import hashlib

    job = await completed(app)
    dataset = await app.datasets.merge(job)
    (file,) = dataset.files
    data = Path(file.path).read_bytes()
    assert file.path == str(app.settings.output_dir / f"{job.job_id}.csv")
    assert (file.rows, file.bytes) == (30, len(data))
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    manifest = json.loads(Path(dataset.manifest).read_text("utf-8"))
    assert manifest["files"][0]["sha256"] == file.sha256
    assert dataset.verdicts
    assert all(verdict.held for verdict in dataset.verdicts)


async def test_merging_again_gives_the_same_answer_without_writing(app):
    job = await completed(app)
    first = await app.datasets.merge(job)
    stamp = Path(first.files[0].path).stat().st_mtime_ns
    assert await app.datasets.merge(job) == first
    assert Path(first.files[0].path).stat().st_mtime_ns == stamp


async def test_somebody_elses_file_is_not_overwritten_unless_told(app):
    job = await completed(app)
    target = app.settings.output_dir / "mine.csv"
    target.parent.mkdir(parents=True)
    target.write_text("mine", "utf-8")
    with pytest.raises(AlreadyExists):
        await app.datasets.merge(job, DatasetWish(file_name="mine.csv"))
    assert target.read_text("utf-8") == "mine"
    await app.datasets.merge(job, DatasetWish(file_name="mine.csv", overwrite=True))
    assert target.read_text("utf-8").startswith("id,word\n")


async def test_a_changed_dataset_is_not_answered_as_if_it_were_whole(app):
    job = await completed(app)
    dataset = await app.datasets.merge(job)
    Path(dataset.files[0].path).write_text("changed", "utf-8")
    with pytest.raises(AlreadyExists):
        await app.datasets.merge(job)


@pytest.mark.parametrize("target", ["csv", "json", "jsonl", "parquet"])
async def test_a_job_can_be_merged_into_any_format(app, target):
    job = await completed(app, chunk_size=7)
    dataset = await app.datasets.merge(job, DatasetWish(output_format=target))
    assert (dataset.rows, dataset.format) == (30, target)
    assert dataset.files[0].path.endswith(f".{target}")


@pytest.mark.parametrize(
    "name", ["/etc/x.csv", "../x.csv", "a/../../x.csv", "x\0.csv", "", "x.parquet"]
)
async def test_a_file_name_that_leads_away_or_lies_is_refused(app, name):
    job = await completed(app)
    if name:
        with pytest.raises(InvalidArgument):
            await app.datasets.merge(job, DatasetWish(file_name=name, output_format="csv"))
    assert not any(Path("/etc").glob("x.csv"))


async def test_a_job_that_is_not_completed_cannot_be_merged(app):
    created = await app.manager.create(JobRequest(Given(document=SMALL)))
    with pytest.raises(IllegalTransition, match="COMPLETED"):
        await app.datasets.merge(created.job)


async def test_a_damaged_chunk_is_named_and_can_be_made_again(app):
    job = await completed(app, chunk_size=10)
    good = await app.datasets.merge(job)
    chunk = app.settings.temp_dir / job.job_id / "chunk_000001.csv"
    chunk.write_bytes(chunk.read_bytes()[:-1] + b"x")
    with pytest.raises(ChunkDamaged, match="chunk 1"):
        await app.datasets.merge(job, DatasetWish(file_name="again.csv"))
    assert not (app.settings.output_dir / "again.csv").exists()
    assert [damage.index for damage in await app.datasets.verify(job)] == [1]
    await app.manager.generate_chunk(job.job_id, 1)
    mended = await app.datasets.merge(job, DatasetWish(file_name="again.csv"))
    assert mended.files[0].sha256 == good.files[0].sha256
    assert (await app.manager.get(job.job_id)).state is JobState.COMPLETED


async def test_memory_storage_owes_its_chunks_again_after_a_restart(app):
    created = await app.manager.create(
        JobRequest(Given(document=SMALL), chunk_size=10, storage="memory")
    )
    await app.manager.generate_chunk(created.job.job_id, 0)
    async with open_app(app.settings) as other:
        await other.manager.control(created.job.job_id, "resume")
        job = await other.manager.run(created.job.job_id)
        dataset = await other.datasets.merge(job)
    assert (job.state, dataset.rows) == (JobState.COMPLETED, 30)


async def test_arrays_that_a_schema_declares_are_json_in_json_formats():
    import pyarrow as pa

    from src.generation.arrow_types import arrow_field, to_array
    from src.storage.formats.encoding import encode

    schema = parse_schema(
        {"fields": [{"name": "tags", "type": "array", "items": {"type": "string"}}]}
    )
    (field,) = schema.tables[0].fields
    table = pa.table([to_array([["a", "b"], None], field)], schema=pa.schema([arrow_field(field)]))
    assert encode(table, "jsonl") == b'{"tags":["a","b"]}\n{"tags":null}\n'
