"""What can be read of a job, subscribed to and completed."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Any

import anyio
import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import ResourceTemplateReference, ResourceUpdatedNotification

from src.config import Settings
from src.core.errors import LimitExceeded, NotFound
from src.core.models import JobProgress, JobState, Usage
from src.mcp_server.extras import resources, summary, watching
from src.mcp_server.extras.subscribing import JobBus
from src.mcp_server.extras.watching import MOST, Watch

from .conftest import Caller, Connect, connecting

SCHEMA = {
    "name": "people",
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
        {"name": "team", "type": "string", "constraints": {"enum": ["a", "b"]}},
    ],
    "expectations": [{"check": "one_of", "field": "team", "values": ["a", "b"]}],
}
JOB = "job_" + "a" * 16
URI = f"rowmill://jobs/{JOB}"


async def text(call: Caller, uri: str) -> str:
    (content,) = (await call.client.read_resource(uri)).contents
    assert content.uri == uri
    return content.text


async def finished(call: Caller, rows: int = 30) -> str:
    return await call.completed(schema=SCHEMA, row_count=rows)


# ── reading ───────────────────────────────────────────────────────────────────────────────────


async def test_a_job_is_read_as_its_progress_is_told(connect: Connect, era: str) -> None:
    async with connect(mode=era) as call:
        job_id = await finished(call)
        read = json.loads(await text(call, f"rowmill://jobs/{job_id}"))
        assert read == await call("get_job_progress", job_id=job_id)


async def test_the_preview_shows_rows_before_there_are_any_and_after(connect: Connect) -> None:
    async with connect() as call:
        job = await call("create_job", schema=SCHEMA, row_count=30, seed=4)
        uri = f"rowmill://jobs/{job['job_id']}/preview"
        before = json.loads(await text(call, uri))["people"]
        assert [row["id"] for row in before] == list(range(1, 11))
        await call("generate_chunk", job_id=job["job_id"])
        after = json.loads(await text(call, uri))["people"]
        assert len(after) == 10
        assert after[0] == before[0]


async def test_the_report_holds_the_job_its_cost_and_the_verdicts(connect: Connect) -> None:
    async with connect() as call:
        job_id = await finished(call)
        uri = f"rowmill://jobs/{job_id}/report"
        assert "no file has the job's own name" in await text(call, uri)
        merged = await call("merge_and_download", job_id=job_id, output_format="jsonl")
        report = await text(call, uri)
    assert re.match(r"# people: (\d+) of \1 promises hold\n", report)
    assert "no model was asked" in report
    assert re.search(r"^\| held \| one of team \|", report, re.MULTILINE)
    assert re.search(r"^\| team \| string \|", report, re.MULTILINE)
    assert len(report.encode()) < 20_000
    assert merged["sha256"] in report


async def test_the_schema_is_whole_and_makes_the_same_job_again(connect: Connect) -> None:
    async with connect() as call:
        job_id = await finished(call)
        read = json.loads(await text(call, f"rowmill://jobs/{job_id}/schema"))
        again = await call("validate_schema", schema=read, row_count=30)
    assert again["valid"] is True
    assert [field["name"] for field in read["fields"]] == ["id", "team"]


async def test_the_language_is_there_to_read(connect: Connect, era: str) -> None:
    async with connect(mode=era) as call:
        read = json.loads(await text(call, "rowmill://schema-language"))
    assert read["title"] == "rowmill schema"


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        (URI, "[not_found] there is no job"),
        ("rowmill://jobs/../../etc/passwd", "[not_found] there is no resource"),
        ("rowmill://jobs/x/report", "[not_found] that is not a job id"),
        ("file:///etc/passwd", "[not_found] there is no resource"),
    ],
)
async def test_what_is_not_there_is_refused(
    connect: Connect, era: str, uri: str, said: str
) -> None:
    async with connect(mode=era) as call:
        with pytest.raises(MCPError, match="^" + said.replace("[", r"\[")):
            await call.client.read_resource(uri)


async def test_the_latest_jobs_stand_in_the_list(connect: Connect, era: str) -> None:
    async with connect(mode=era) as call:
        job_id = await finished(call)
        listed = (await call.client.list_resources()).resources
        templates = (await call.client.list_resource_templates()).resource_templates
    assert [one.uri for one in listed][:2] == [
        "rowmill://schema-language", f"rowmill://jobs/{job_id}",
    ]  # fmt: skip
    assert listed[1].description == "COMPLETED, 30 of 30 rows"
    assert [one.uri_template for one in templates] == [
        "rowmill://jobs/{job_id}",
        *(f"rowmill://jobs/{{job_id}}/{path}" for path in list(resources.VIEWS)[1:]),
    ]


async def test_a_home_that_cannot_be_written_leaves_the_language_to_read(
    settings: Settings, era: str
) -> None:
    settings.home.write_text("a file where the folder should be")
    async with connecting(settings)(mode=era) as call:
        listed = (await call.client.list_resources()).resources
        assert [one.name for one in listed][:1] == ["schema-language"]
        assert (await call.error("list_jobs")).startswith("[storage_error]")


def test_names_are_no_markup_in_a_report() -> None:
    assert summary._text("a|b\n# <img> [x](y) `c`", 50) == (r"a\|b \# \<img\> \[x\](y) \`c\`")


# ── completion ────────────────────────────────────────────────────────────────────────────────


async def test_job_ids_are_completed(connect: Connect, era: str) -> None:
    async with connect(mode=era) as call:
        ids = [await finished(call, rows) for rows in (3, 4)]
        ref = ResourceTemplateReference(uri="rowmill://jobs/{job_id}")

        async def complete(name: str, value: str) -> list[str]:
            done = await call.client.complete(ref, {"name": name, "value": value})
            return done.completion.values

        assert await complete("job_id", "job_") == ids[::-1]
        assert await complete("job_id", ids[0]) == [ids[0]]
        assert await complete("job_id", "x") == []
        assert await complete("other", "job_") == []


# ── subscriptions ─────────────────────────────────────────────────────────────────────────────


async def test_a_listener_of_2026_hears_of_its_job_and_of_the_list(connect: Connect) -> None:
    async with connect() as call:
        job = await call("create_job", schema=SCHEMA, row_count=30)
        uri = f"rowmill://jobs/{job['job_id']}"
        async with call.client.listen(
            resource_subscriptions=[uri, f"{uri}/report"], resources_list_changed=True
        ) as heard:
            await call("control_job", job_id=job["job_id"], action="start")
            await call("get_job_progress", job_id=job["job_id"])
            await call("merge_and_download", job_id=job["job_id"])
            await call("create_job", schema=SCHEMA, row_count=5)
            seen: set[Any] = set()
            with anyio.fail_after(10):
                async for event in heard:
                    seen.add(getattr(event, "uri", "the list"))
                    if len(seen) == 3:
                        break
    assert seen == {uri, f"{uri}/report", "the list"}


@pytest.mark.filterwarnings("ignore:resources/(un)?subscribe is removed")
async def test_a_subscriber_of_2025_hears_of_its_job_until_it_unsubscribes(
    connect: Connect,
) -> None:
    heard: list[str] = []
    more = asyncio.Event()

    async def hear(message: Any) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            heard.append(message.params.uri)
            more.set()

    async with connect(mode="legacy", message_handler=hear) as call:
        job_id = await finished(call)
        uri = f"rowmill://jobs/{job_id}"
        await call.client.subscribe_resource(uri)
        await call.client.subscribe_resource(uri)
        await call("merge_and_download", job_id=job_id)
        with anyio.fail_after(5):
            await more.wait()
        await call.client.unsubscribe_resource(uri)
        await call("merge_and_download", job_id=job_id, output_format="json")
        await call.client.list_tools()
    assert heard == [uri]


def at(rows: int, state: JobState = JobState.GENERATING, running: bool = True) -> JobProgress:
    return JobProgress(
        JOB, "t", state, running, rows, 9, 1, 2, 0.0, None, None, Usage(), None, (), None
    )


class Told(list[str]):
    """A listener that lets a test wait for so many calls."""

    def __init__(self) -> None:
        self.more = asyncio.Event()

    async def __call__(self, uri: str) -> None:
        self.append(uri)
        self.more.set()

    __hash__ = object.__hash__


def looks(*seen: JobProgress | Exception) -> tuple[Watch, asyncio.Event]:
    """A watch that sees these in turn, then nothing new for ever; and when that is reached."""
    left, over = list(seen), asyncio.Event()

    async def look(job_id: str, wait_s: float) -> JobProgress:
        if not left:
            over.set()
            await asyncio.Event().wait()
        now = left.pop(0)
        if isinstance(now, Exception):
            raise now
        return now

    return Watch(look), over


async def test_each_change_is_told_once_to_each_listener() -> None:
    watch, over = looks(at(1), at(1), at(2), at(2), at(3))
    first, second = Told(), Told()
    watch.add(URI, first)
    watch.add(URI, first)
    watch.add(f"{URI}/preview", second)
    await over.wait()
    assert first == [URI, URI]
    assert second == [f"{URI}/preview"] * 2
    watch.remove(URI, first)
    await watch.changed(JOB)
    assert first == [URI] * 3
    watch.remove(URI, first)
    await watch.changed(JOB)
    assert first == [URI] * 3
    await watch.close()


async def test_who_listens_again_at_once_hears_of_the_next_change() -> None:
    looking, seen = asyncio.Event(), [at(1), at(2)]

    async def look(job_id: str, wait_s: float) -> JobProgress:
        if not looking.is_set() or not seen:
            looking.set()
            await asyncio.Event().wait()
        return seen.pop(0)

    watch, told = Watch(look), Told()
    watch.add(URI, told)
    await looking.wait()
    watch.remove(URI, told)
    watch.add(URI, told)
    await asyncio.wait_for(told.more.wait(), 5)
    assert told == [URI]
    await watch.close()


async def test_a_job_that_is_over_is_looked_at_no_more() -> None:
    watch, over = looks(at(8), at(9, JobState.COMPLETED, running=False))
    told = Told()
    watch.add(URI, told)
    await asyncio.wait_for(told.more.wait(), 5)
    await asyncio.gather(*watch._tasks.values())
    assert not over.is_set()
    assert watch._tasks == {}


@pytest.mark.parametrize("fault", [NotFound("gone"), LimitExceeded("no")])
async def test_a_job_that_is_gone_is_told_once(fault: Exception) -> None:
    watch, _ = looks(at(1), fault)
    told = Told()
    watch.add(URI, told)
    await asyncio.wait_for(told.more.wait(), 5)
    await asyncio.gather(*watch._tasks.values())
    assert told == [URI]


async def test_nobody_is_kept_from_hearing_by_a_client_that_is_gone() -> None:
    watch, _ = looks()
    told = Told()

    async def gone(uri: str) -> None:
        raise ConnectionError

    watch.add(URI, gone)
    watch.add(URI, told)
    await watch.changed(JOB)
    await watch.changed(JOB)
    assert told == [URI, URI]
    await watch.close()


@dataclass
class Listening:
    """A request for `subscriptions/listen` as middleware sees it."""

    watch: Watch
    params: Any
    method: str = "subscriptions/listen"

    @property
    def lifespan_context(self) -> Listening:
        return self


async def test_a_stream_that_ends_leaves_nothing_to_look_at() -> None:
    watch, _ = looks()
    bus, during = JobBus(), []

    async def stream(ctx: Listening) -> None:
        during.extend(watch._listeners)

    asked = {"notifications": {"resourceSubscriptions": [URI, f"{URI}/report", 7]}}
    await bus.listening(Listening(watch, asked), stream)
    assert [uri for uri, _ in during] == [URI, f"{URI}/report"]
    assert watch._listeners == {}
    await watch.close()


@pytest.mark.parametrize("params", [None, {}, {"notifications": 5}, {"notifications": {}}])
async def test_a_malformed_filter_is_the_protocols_business(params: Any) -> None:
    watch, _ = looks()
    reached: list[Any] = []

    async def stream(ctx: Listening) -> None:
        reached.append(ctx.params)

    await JobBus().listening(Listening(watch, params), stream)
    assert reached == [params]
    assert watch._listeners == {}


async def test_there_is_an_end_to_subscriptions() -> None:
    watch = Watch(None)
    for n in range(MOST):
        watch.add(f"test://{n}", Told())
    with pytest.raises(LimitExceeded):
        watch.add(URI, Told())


async def test_there_is_an_end_to_listeners_and_to_what_they_ask_for_and_it_is_said() -> None:
    bus, gate = JobBus(), asyncio.Event()

    async def stream(_: Listening) -> None:
        await gate.wait()

    async def listen(params: Any = None, watch: Any = None) -> None:
        await bus.listening(Listening(watch or Watch(None), params), stream)

    too_many = {
        "notifications": {"resourceSubscriptions": [f"test://{n}" for n in range(MOST + 1)]}
    }
    with pytest.raises(MCPError, match="1,000 subscriptions are open"):
        await listen(too_many)
    listeners = [asyncio.create_task(listen()) for _ in range(MOST)]
    await asyncio.sleep(0)
    with pytest.raises(MCPError, match="1,000 are listening already"):
        await listen()
    gate.set()
    await asyncio.gather(*listeners)
    await listen()


def test_a_look_is_shorter_than_a_call() -> None:
    assert watching.WAIT_S <= 25
