"""Rows that a model writes: on a grid of their own, recorded before they are used."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from src.core.authoring.calls import LEAST_RETRIES, most_calls, planned_calls
from src.core.authoring.journal import Entry
from src.core.authoring.rows import ModelRows
from src.core.authoring.spending import spending
from src.core.authoring.writing import FRUITLESS_CALLS, MOST_CALLS
from src.core.errors import BadAnswer, Conflict, LimitExceeded, ProviderDown
from src.core.models import JobSpecification, Usage
from src.core.parsing import parse_schema
from src.core.planning import MODEL_BATCH
from src.core.ports import Answer, WrittenRows
from src.core.recipes import compiled
from src.data import load_pools

ROWS = 60
TEXT = {"kind": "llm_text", "similarity": 1}
DOCUMENT = {
    "name": "t",
    "as_of": "2026-01-01",
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
        {"name": "note", "generator": {"kind": "llm_text"}},
    ],
}
SPEC = JobSpecification(
    schema=parse_schema(DOCUMENT),
    rows=(("t", ROWS),),
    seed=7,
    as_of=date(2026, 1, 1).isoformat(),
    engine="test",
    output_format="csv",
    chunk_size=10,
    storage="memory",
    generation="auto",
    model="scripted",
)


@dataclass
class ScriptedWriter:
    """Writes what the script says for the n-th call; without one, a note for every row."""

    script: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    gate: asyncio.Event | None = None
    called: asyncio.Event = field(default_factory=asyncio.Event)
    model: str = "scripted"
    prompt_version: str = "1"

    async def generate_data_chunk(self, request, *, permit=None):
        self.asked.append(request)
        self.called.set()
        if self.gate:
            await self.gate.wait()
        act = self.script.pop(0) if self.script else everything
        if isinstance(act, Attempts):
            return act(request, permit)
        return act(request)

    def price(self, usage):
        return usage.output_tokens / 1000

    def estimate(self, request):
        return self.worst_case(request)

    def worst_case(self, request):
        return Usage(1, 10, 100)


def everything(request):
    rows = {row: (f"note {row}",) for row in request.rows}
    return WrittenRows(rows, usage=Usage(1, 10, 100))


def first(count, **more):
    def act(request):
        rows = {row: (f"note {row}",) for row in request.rows[:count]}
        return WrittenRows(rows, usage=Usage(1, 10, 100), **more)

    return act


@dataclass
class Attempts:
    """An answer after some attempts that nobody answered; each is asked for beforehand."""

    lost: int

    def __call__(self, request, permit):
        for number in range(self.lost + 1):
            permit(Usage(number, lost_calls=number))
        usage = Usage(self.lost + 1, 10, 100, lost_calls=self.lost)
        return replace(everything(request), usage=usage)


def fails(exc):
    def act(request):
        raise exc

    return act


@pytest.fixture
async def job(bench):
    made = await bench.job()
    return replace(made, spec=SPEC)


@pytest.fixture
def table():
    return compiled(SPEC, load_pools()).tables["t"]


async def notes(rows, job, table, start, stop):
    return (await rows.written(job, table, start, stop))["note"].to_pylist()


async def test_every_row_of_a_chunk_gets_its_own_answer(bench, job, table):
    rows = ModelRows(bench.jobs, ScriptedWriter())
    assert await notes(rows, job, table, 20, 30) == [f"note {row}" for row in range(20, 30)]


async def test_chunk_borders_change_no_request(bench, job, table):
    writer = ScriptedWriter()
    rows = ModelRows(bench.jobs, writer)
    for start in range(0, ROWS, 7):
        await notes(rows, job, table, start, min(start + 7, ROWS))
    assert [request.rows for request in writer.asked] == [
        tuple(range(start, min(start + MODEL_BATCH, ROWS))) for start in range(0, ROWS, MODEL_BATCH)
    ]


async def test_an_accepted_answer_is_never_paid_for_again(bench, job, table):
    await notes(ModelRows(bench.jobs, ScriptedWriter()), job, table, 0, ROWS)
    later = ScriptedWriter(script=[fails(ProviderDown("must not be asked"))])
    assert len(await notes(ModelRows(bench.jobs, later), job, table, 0, ROWS)) == ROWS
    assert later.asked == []


@pytest.mark.parametrize("change", [{"seed": 8}, {"engine": "other"}, {"as_of": "2026-01-02"}])
async def test_another_plan_is_another_question(bench, job, table, change):
    await notes(ModelRows(bench.jobs, ScriptedWriter()), job, table, 0, 5)
    other, writer = replace(job, spec=replace(SPEC, **change)), ScriptedWriter()
    await notes(ModelRows(bench.jobs, writer), other, table, 0, 5)
    assert len(writer.asked) == 1


@pytest.mark.parametrize("other", [{"model": "another"}, {"prompt_version": "2"}])
async def test_what_another_model_or_prompt_brought_is_asked_for_anew(bench, job, table, other):
    await notes(ModelRows(bench.jobs, ScriptedWriter()), job, table, 0, 5)
    writer = ScriptedWriter(**other)
    await notes(ModelRows(bench.jobs, writer), job, table, 0, 5)
    assert len(writer.asked) == 1


async def test_an_answer_is_recorded_in_the_very_step_that_counts_it(bench, job, table):
    """A crash in between would have it paid for twice."""

    class InOneStep:
        def __getattr__(self, name):
            assert name != "record_answer"
            return getattr(bench.jobs, name)

    assert len(await notes(ModelRows(InOneStep(), ScriptedWriter()), job, table, 0, 5)) == 5


async def test_two_chunks_that_share_a_batch_ask_for_it_once(bench, job, table):
    writer = ScriptedWriter(gate=asyncio.Event())
    rows = ModelRows(bench.jobs, writer)
    both = asyncio.gather(notes(rows, job, table, 0, 10), notes(rows, job, table, 10, 20))
    await writer.called.wait()
    writer.gate.set()
    one, other = await both
    assert one + other == [f"note {row}" for row in range(20)]
    assert len(writer.asked) == 1


async def test_only_what_is_missing_is_asked_for_again(bench, job, table):
    writer = ScriptedWriter(script=[first(MODEL_BATCH - 5)])
    await notes(ModelRows(bench.jobs, writer), job, table, 0, 5)
    assert [len(request.rows) for request in writer.asked] == [MODEL_BATCH, 5]


async def test_after_an_answer_that_was_cut_fewer_rows_are_asked_for_at_once(bench, job, table):
    writer = ScriptedWriter(script=[first(2, finish="cut")])
    await notes(ModelRows(bench.jobs, writer), job, table, 0, 5)
    assert [len(request.rows) for request in writer.asked] == [20, 10, 8]


async def test_after_an_answer_that_was_whole_more_rows_are_asked_for_at_once(bench, job, table):
    writer = ScriptedWriter(script=[first(10, finish="cut"), everything, first(0)])
    rows = ModelRows(bench.jobs, writer)
    await notes(rows, job, table, 0, 5)
    await notes(rows, job, table, 20, 25)
    assert [len(request.rows) for request in writer.asked] == [20, 10, 20, 20]


async def test_a_model_that_gives_nothing_usable_is_given_up_with_its_reasons(bench, job, table):
    nothing = first(0, rejected={"note: longer than 10": 25})
    writer = ScriptedWriter(script=[nothing] * FRUITLESS_CALLS)
    with pytest.raises(BadAnswer, match="longer than 10"):
        await notes(ModelRows(bench.jobs, writer), job, table, 0, 5)
    assert len(writer.asked) == FRUITLESS_CALLS
    tally = await bench.jobs.tally(job.job_id)
    assert tally.usage == Usage(3, 30, 300)
    assert dict(tally.rejected) == {"note: longer than 10": 75}


async def test_a_model_that_gives_a_row_at_a_time_is_given_up_too(bench, job, table):
    writer = ScriptedWriter(script=[first(1)] * MODEL_BATCH)
    with pytest.raises(BadAnswer, match=f"after {MOST_CALLS} calls"):
        await notes(ModelRows(bench.jobs, writer), job, table, 0, 5)
    assert len(writer.asked) == MOST_CALLS


async def test_a_failed_batch_can_be_asked_for_again(bench, job, table):
    writer = ScriptedWriter(script=[fails(ProviderDown("down"))])
    rows = ModelRows(bench.jobs, writer)
    with pytest.raises(ProviderDown):
        await notes(rows, job, table, 0, 5)
    assert len(await notes(rows, job, table, 0, 5)) == 5


async def test_an_answer_is_recorded_though_its_caller_gave_up(bench, job, table):
    writer = ScriptedWriter(gate=asyncio.Event())
    rows = ModelRows(bench.jobs, writer)
    caller = asyncio.create_task(notes(rows, job, table, 0, 5))
    await writer.called.wait()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    writer.gate.set()
    await notes(rows, job, table, 0, 5)
    assert len(writer.asked) == 1


async def test_a_call_that_could_pass_the_budget_is_not_made(bench, job, table):
    writer = ScriptedWriter()
    tight = replace(job, spec=replace(SPEC, max_cost_usd=0.25))
    rows = ModelRows(bench.jobs, writer)
    await notes(rows, tight, table, 0, 5)
    await notes(rows, tight, table, 30, 35)
    with pytest.raises(LimitExceeded, match=r"\$0\.25"):
        await notes(rows, tight, table, 55, 60)
    assert len(writer.asked) == 2


async def test_a_budget_is_not_spent_where_the_price_is_no_longer_known(bench, job, table):
    class Unpriced(ScriptedWriter):
        def price(self, usage):
            return None

    writer = Unpriced()
    tight = replace(job, spec=replace(SPEC, max_cost_usd=0.25))
    with pytest.raises(LimitExceeded):
        await notes(ModelRows(bench.jobs, writer), tight, table, 0, 5)
    assert writer.asked == []


async def test_calls_under_way_count_against_the_budget(bench, job, table):
    writer = ScriptedWriter(gate=asyncio.Event())
    tight = replace(job, spec=replace(SPEC, max_cost_usd=0.25))
    rows = ModelRows(bench.jobs, writer)
    whole = asyncio.create_task(notes(rows, tight, table, 0, ROWS))
    await writer.called.wait()
    writer.gate.set()
    with pytest.raises(LimitExceeded):
        await whole
    assert len(writer.asked) == 2


async def test_what_is_set_aside_for_calls_under_way_pauses_no_job_that_can_pay(bench, job, table):
    def cheap(request):
        return replace(everything(request), usage=Usage(1, 10, 25))

    tight = replace(
        job, spec=replace(SPEC, max_cost_usd=0.15)
    )  # each may cost 0.10, and does 0.025
    writer = ScriptedWriter(script=[cheap] * 3)
    assert len(await notes(ModelRows(bench.jobs, writer), tight, table, 0, ROWS)) == ROWS
    assert len(writer.asked) == 3


async def test_rows_that_several_answers_left_out_are_asked_for_in_one_call(bench, job, table):
    short = first(MODEL_BATCH - 2)
    writer = ScriptedWriter(script=[short, short, short])
    await notes(ModelRows(bench.jobs, writer), job, table, 0, ROWS)
    assert [len(request.rows) for request in writer.asked] == [MODEL_BATCH] * 3 + [6]
    assert len({request.tries for request in writer.asked}) == 2


async def test_what_was_accepted_of_a_batch_is_not_asked_for_again_after_a_crash(bench, job, table):
    stopped = ScriptedWriter(script=[first(15), fails(ProviderDown("the end"))])
    with pytest.raises(ProviderDown):
        await notes(ModelRows(bench.jobs, stopped), job, table, 0, 5)
    later = ScriptedWriter()
    await notes(ModelRows(bench.jobs, later), job, table, 0, 5)
    assert [request.rows for request in later.asked] == [tuple(range(15, MODEL_BATCH))]


async def test_of_two_processes_the_first_ones_rows_are_everybodys(bench, job, table):
    def other(request):
        return WrittenRows({row: (f"other {row}",) for row in request.rows[:12]})

    slow = ScriptedWriter(gate=asyncio.Event(), script=[everything])
    late = asyncio.create_task(notes(ModelRows(bench.jobs, slow), job, table, 0, MODEL_BATCH))
    await slow.called.wait()
    quick = ModelRows(bench.jobs, ScriptedWriter(script=[other, fails(ProviderDown("gone"))]))
    with pytest.raises(ProviderDown):
        await notes(quick, job, table, 0, 5)
    slow.gate.set()
    assert await late == [f"other {n}" for n in range(12)] + [f"note {n}" for n in range(12, 20)]


def test_of_two_recorded_answers_for_a_row_the_first_is_the_rows():
    entry = Entry("key")
    entry.take({"key": Answer(((0, ("first",)),))})
    entry.take({"key.1": Answer(((0, ("later",)), (1, ("another",))))})
    assert entry.rows == {0: ("first",), 1: ("another",)}


async def test_what_a_failed_call_used_up_is_counted(bench, job, table):
    refused = ProviderDown("down")
    refused.usage = Usage(2, 30, 0, lost_calls=1)
    rows = ModelRows(bench.jobs, ScriptedWriter(script=[fails(refused)]))
    with pytest.raises(ProviderDown):
        await notes(rows, job, table, 0, 5)
    await notes(rows, job, table, 0, 5)
    tally = await bench.jobs.tally(job.job_id)
    assert tally.usage == Usage(3, 40, 100, lost_calls=1)
    assert tally.usage_by == (("t", "note", tally.usage),)


async def test_a_call_that_nobody_answered_stays_reserved(bench, job, table):
    lost = ProviderDown("no answer")
    lost.usage = Usage(1, lost_calls=1)
    writer = ScriptedWriter(script=[fails(lost)])
    tight = replace(job, spec=replace(SPEC, max_cost_usd=0.15))
    rows = ModelRows(bench.jobs, writer)
    with pytest.raises(ProviderDown):
        await notes(rows, tight, table, 0, 5)
    with pytest.raises(LimitExceeded):  # one answer costs 0.10, and one may have been billed
        await notes(rows, tight, table, 0, 5)


async def test_each_attempt_is_reserved_before_it_is_made(bench, job, table):
    rows = ModelRows(bench.jobs, ScriptedWriter(script=[Attempts(2), Attempts(1)]))
    # An answer costs 0.10 at the most, and so may an attempt that nobody answered.
    tight = replace(job, spec=replace(SPEC, max_cost_usd=0.25))
    with pytest.raises(LimitExceeded):
        await notes(rows, tight, table, 0, 5)
    assert (await bench.jobs.tally(job.job_id)).usage == Usage(2, lost_calls=2)
    wide = replace(tight, spec=replace(SPEC, max_cost_usd=0.45))
    await notes(rows, wide, table, 0, 5)
    with pytest.raises(LimitExceeded):
        await notes(rows, wide, table, 20, 25)


async def test_a_further_attempt_waits_for_what_is_set_aside_for_others(bench, job, table):
    """Which is mostly more than they take: it is no reason to pause the job."""
    refused, attempts = asyncio.Event(), []

    class Writer(ScriptedWriter):
        async def generate_data_chunk(self, request, *, permit=None):
            self.called.set()
            if request.rows[0] == MODEL_BATCH:
                await refused.wait()
            else:
                attempts.append(request)
                if len(attempts) == 1:
                    try:
                        permit(Usage(1, lost_calls=1))
                    except LimitExceeded:
                        refused.set()
                        raise
            return replace(everything(request), usage=Usage(1, 10, 10))

    writer = Writer()
    # An answer costs 0.10 at the most, and so may the attempt that nobody answered.
    tight = replace(job, spec=replace(SPEC, max_cost_usd=0.25))
    rows = ModelRows(bench.jobs, writer)
    other = asyncio.create_task(notes(rows, tight, table, 20, 25))
    await writer.called.wait()
    assert len(await notes(rows, tight, table, 0, 5)) == len(await other) == 5
    assert len(attempts) == 2
    assert (await bench.jobs.tally(job.job_id)).usage == Usage(3, 20, 20, lost_calls=1)


async def test_calls_under_way_count_against_the_budget_of_whoever_resumes_the_job(
    bench, job, table
):
    writer = ScriptedWriter(gate=asyncio.Event())
    tight = replace(job, spec=replace(SPEC, max_cost_usd=0.25))
    rows = ModelRows(bench.jobs, writer)
    paused = asyncio.create_task(notes(rows, tight, table, 0, MODEL_BATCH))
    await writer.called.wait()
    paused.cancel()  # its caller goes; the call that was made is paid for and recorded
    resumed = replace(tight, attempt=tight.attempt + 1)
    writer.called.clear()
    other = asyncio.create_task(notes(rows, resumed, table, 20, 25))
    await writer.called.wait()
    third = asyncio.create_task(notes(rows, resumed, table, 40, 45))
    writer.gate.set()
    await other
    with pytest.raises(LimitExceeded):
        await third
    assert len(writer.asked) == 2


class SlowDisk:
    """A store that answers looks while what a call used is still on its way to the disk."""

    def __init__(self, jobs):
        self._jobs = jobs
        self.asked, self.goes_on = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name):
        return getattr(self._jobs, name)

    async def record_usage(self, *args, **more):
        self.asked.set()
        await self.goes_on.wait()
        return await self._jobs.record_usage(*args, **more)


async def test_what_is_still_on_its_way_to_the_disk_counts_for_whoever_resumes_the_job(
    bench, job, table
):
    writer, disk = ScriptedWriter(), SlowDisk(bench.jobs)
    tight = replace(job, spec=replace(SPEC, max_cost_usd=0.25))
    rows = ModelRows(disk, writer)
    first_call = asyncio.create_task(notes(rows, tight, table, 0, 5))
    await disk.asked.wait()
    resumed = replace(tight, attempt=tight.attempt + 1)
    writer.called.clear()
    second_call = asyncio.create_task(notes(rows, resumed, table, 20, 25))
    await writer.called.wait()  # by now the record was read, without the first call
    disk.goes_on.set()
    await asyncio.gather(first_call, second_call)
    with pytest.raises(LimitExceeded):
        await notes(rows, resumed, table, 40, 45)
    assert len(writer.asked) == 2


async def test_what_another_process_spent_meanwhile_counts_against_the_budget(bench, job, table):
    writer = ScriptedWriter()
    tight = replace(job, spec=replace(SPEC, max_cost_usd=0.25))
    ours, others = (ModelRows(bench.jobs, writer) for _ in range(2))
    await notes(ours, tight, table, 0, 5)
    await notes(others, replace(tight, attempt=tight.attempt + 1), table, 20, 25)
    with pytest.raises(LimitExceeded):
        await notes(ours, replace(tight, attempt=tight.attempt + 2), table, 40, 45)
    assert len(writer.asked) == 2


async def test_for_a_job_that_was_stopped_nothing_is_sent_until_it_goes_on(bench, job, table):
    writer = ScriptedWriter()
    rows = ModelRows(bench.jobs, writer)
    rows.halt(job.job_id)
    with pytest.raises(Conflict, match="stopped"):
        await notes(rows, job, table, 0, 5)
    assert writer.asked == []
    rows.go_on(job.job_id)
    assert len(await notes(rows, job, table, 0, 5)) == 5


async def test_a_table_takes_no_more_calls_than_planned_and_some_retries(bench, job, table):
    most = most_calls(table, attempts=1)
    assert most == planned_calls(table) + LEAST_RETRIES
    refused = ProviderDown("down")
    refused.usage = Usage(most - 1)
    rows = ModelRows(bench.jobs, ScriptedWriter(script=[fails(refused)]))
    with pytest.raises(ProviderDown):
        await notes(rows, job, table, 0, 5)
    await notes(rows, job, table, 0, 5)
    with pytest.raises(LimitExceeded, match=f"{most} calls"):
        await notes(rows, job, table, 20, 25)
    # Whoever takes the job up anew grants more, and only then.
    with pytest.raises(LimitExceeded):
        await notes(ModelRows(bench.jobs, ScriptedWriter()), job, table, 20, 25)
    await notes(rows, replace(job, attempt=2), table, 20, 25)


async def test_the_tokens_of_a_call_are_shared_among_its_fields_by_what_they_took(bench, job):
    texts = [{"name": name, "generator": TEXT} for name in ("note", "word")]
    document = {**DOCUMENT, "fields": [DOCUMENT["fields"][0], *texts]}
    spec = replace(SPEC, schema=parse_schema(document))
    table = compiled(spec, load_pools()).tables["t"]

    def answer(request):
        rows = dict.fromkeys(request.rows, ("n" * 27, "w" * 7))  # with quotes and comma, 30 : 10
        return WrittenRows(rows, usage=Usage(1, 400, 101, thinking_tokens=3, cached_tokens=40))

    rows = ModelRows(bench.jobs, ScriptedWriter(script=[answer]))
    await rows.written(replace(job, spec=spec), table, 0, 5)
    tally = await bench.jobs.tally(job.job_id)
    whole, note, word = spending(tally, lambda usage: usage.output_tokens / 100)
    assert (whole.fields, whole.usage) == ("", Usage(1, 400, 101, 3, 40))
    assert (note.fields, note.usage) == ("note", Usage(1, 300, 75, 2, 30))
    assert (word.fields, word.usage) == ("word", Usage(1, 100, 26, 1, 10))
    assert whole.cost_usd == pytest.approx(note.cost_usd + word.cost_usd)


async def test_cells_that_code_leaves_empty_are_not_asked_for(bench, job):
    document = {
        **DOCUMENT,
        "fields": [
            DOCUMENT["fields"][0],
            {"name": "note", "null_when": "id > 30", "generator": TEXT},
            {"name": "more", "null_when": "id > 50 OR id = 7", "generator": TEXT},
        ],
    }
    spec = replace(SPEC, schema=parse_schema(document))
    table = compiled(spec, load_pools()).tables["t"]

    def answer(request):
        return WrittenRows(dict.fromkeys(request.rows, ("said", "also said")))

    writer = ScriptedWriter(script=[answer] * 3)
    written = await ModelRows(bench.jobs, writer).written(replace(job, spec=spec), table, 0, ROWS)
    assert [request.rows for request in writer.asked] == [
        tuple(range(20)), tuple(range(20, 40)), tuple(range(40, 50)),
    ]  # fmt: skip
    assert writer.asked[0].empty == {6: {"more"}}
    assert writer.asked[2].empty == {row: {"note"} for row in range(40, 50)}
    rows = table.make(0, ROWS, written).to_pylist()
    assert all((row["note"] is None) == (row["id"] > 30) for row in rows)
    assert all((row["more"] is None) == (row["id"] > 50 or row["id"] == 7) for row in rows)


TALE = "the lamp arrived on a rainy morning and it shines over the whole garden since then {}"


async def test_a_text_that_nearly_repeats_another_is_written_again(bench, job, table):
    def alike(request):
        rows = {row: (TALE.format("indeed"),) for row in request.rows}
        return WrittenRows(rows, usage=Usage(1, 10, 100))

    def apart(request):
        return WrittenRows(
            {row: (" ".join(f"w{row}x{n}" for n in range(9)),) for row in request.rows}
        )

    writer, kept = ScriptedWriter(script=[alike, apart]), []

    async def quarantine(job_id, request, refused):
        kept.extend(refused)

    rows = ModelRows(bench.jobs, writer, quarantine=quarantine)
    texts = await notes(rows, job, table, 0, MODEL_BATCH)
    assert len(set(texts)) == MODEL_BATCH
    assert [len(request.rows) for request in writer.asked] == [20, 19]
    assert dict((await bench.jobs.tally(job.job_id)).rejected) == {"duplicate:note": 19}
    assert {row.reason for row in kept} == {"duplicate:note"}


async def test_a_model_that_can_only_repeat_itself_is_taken_at_its_word(bench, job, table):
    def alike(request):
        return WrittenRows({row: (TALE.format("indeed"),) for row in request.rows})

    writer = ScriptedWriter(script=[alike] * 5)
    texts = await notes(ModelRows(bench.jobs, writer), job, table, 0, MODEL_BATCH)
    assert len(texts) == MODEL_BATCH
    assert len(writer.asked) == 3


# ── pools ─────────────────────────────────────────────────────────────────────────────────────

POOLED = {
    "name": "t",
    "as_of": "2026-01-01",
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
        {"name": "note", "null_fraction": 0.2, "generator": {"kind": "llm_pool", "size": 30}},
    ],
}


def pooled(rows, **other):
    return replace(SPEC, schema=parse_schema(POOLED | other), rows=(("t", rows),))


async def test_a_pool_is_written_once_and_serves_any_number_of_rows(bench, job):
    writer = ScriptedWriter()
    rows = ModelRows(bench.jobs, writer)
    for count in (100, 50_000):
        spec = pooled(count)
        table = compiled(spec, load_pools()).tables["t"]
        written = await rows.written(replace(job, spec=spec), table, 0, count)
        values = table.make(0, count, written)["note"].to_pylist()
    assert [len(request.rows) for request in writer.asked] == [30]
    assert len({value for value in values if value}) == 30
    assert 0.18 < values.count(None) / 50_000 < 0.22


@pytest.mark.parametrize("other", [{"locale": "de_DE"}, {"description": "of cats"}])
async def test_a_pool_in_another_language_or_about_something_else_is_written_anew(
    bench, job, other
):
    for schema in ({}, other):
        spec, writer = pooled(40, **schema), ScriptedWriter()
        table = compiled(spec, load_pools()).tables["t"]
        await notes(ModelRows(bench.jobs, writer), replace(job, spec=spec), table, 0, 40)
        assert [len(request.rows) for request in writer.asked] == [30]


async def test_chunks_change_nothing_that_is_drawn_from_a_pool(bench, job):
    spec = pooled(500)
    table, pooling = compiled(spec, load_pools()).tables["t"], replace(job, spec=spec)
    rows = ModelRows(bench.jobs, ScriptedWriter())
    whole = await notes(rows, pooling, table, 0, 500)
    parts = [await notes(rows, pooling, table, at, min(at + 7, 500)) for at in range(0, 500, 7)]
    assert [value for part in parts for value in part] == whole


async def test_a_pool_asks_again_for_what_was_said_twice_and_ends_where_no_more_comes(bench, job):
    def few(request):
        return WrittenRows({row: (f"Value {row % 10}",) for row in request.rows})

    spec, writer = pooled(40), ScriptedWriter(script=[few] * 9)
    table, pooling = compiled(spec, load_pools()).tables["t"], replace(job, spec=spec)
    values = await notes(ModelRows(bench.jobs, writer), pooling, table, 0, 40)
    assert {value for value in values if value} <= {f"Value {n}" for n in range(10)}
    assert len(writer.asked) == 4  # three rounds brought nothing new
    await notes(ModelRows(bench.jobs, writer), pooling, table, 0, 40)
    assert len(writer.asked) == 4
