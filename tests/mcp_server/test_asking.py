"""What a person is asked where the client can ask, and what happens without a yes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp_types import ElicitResult
from pydantic import SecretStr

from src.config import GeminiSettings, McpSettings, Settings
from src.mcp_server.caller import Caller as Behind
from src.mcp_server.caller import InputNeeded, Question, Reply
from src.mcp_server.consent import answers, as_request, open_questions

from .conftest import Connect, connecting

ORDERS = "orders with id, status, colour tag"
NUMBERS = {"name": "t", "fields": [{"name": "id", "type": "integer"}]}
PROSE = {
    "name": "reviews",
    "fields": [{"name": "text", "type": "string", "generator": {"kind": "llm_text"}}],
}


@dataclass
class Person:
    """Answers every form alike; keeps what was shown."""

    action: str = "accept"
    content: dict[str, Any] = field(default_factory=lambda: {"agree": True})
    shown: list[Any] = field(default_factory=list)

    async def __call__(self, _: Any, form: Any) -> ElicitResult:
        self.shown.append(form)
        content = self.content if self.action == "accept" else None
        return ElicitResult(action=self.action, content=content)


# ── open questions ────────────────────────────────────────────────────────────────────────────


async def test_open_questions_are_asked_and_the_answers_shape_the_schema(
    connect: Connect, era: str
) -> None:
    person = Person(content={"answer_1": "500", "answer_2": "red, blue"})
    async with connect(mode=era, elicitation_callback=person) as call:
        read = await call("extract_schema", description=ORDERS)
    (form,) = person.shown
    titles = [one["title"] for one in form.requested_schema["properties"].values()]
    assert titles == ["How many rows?", "Which values may 'colour_tag' have?"]
    assert read["questions"] == []
    assert read["answered"] == [
        "How many rows? 500",
        "Which values may 'colour_tag' have? red, blue",
    ]
    assert read["schema"]["rows"] == 500
    assert read["schema"]["fields"][2]["generator"]["values"] == ["red", "blue"]


@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_questions_nobody_answers_stand_in_the_answer(
    connect: Connect, era: str, action: str
) -> None:
    async with connect(mode=era, elicitation_callback=Person(action)) as call:
        read = await call("extract_schema", description=ORDERS)
    assert read["questions"][0] == "How many rows?"
    assert "answered" not in read


async def test_a_client_that_cannot_ask_gets_the_questions(connect: Connect, era: str) -> None:
    async with connect(mode=era) as call:
        read = await call("extract_schema", description=ORDERS)
    assert len(read["questions"]) == 2


async def test_a_request_without_questions_asks_nothing(connect: Connect, era: str) -> None:
    person = Person()
    async with connect(mode=era, elicitation_callback=person) as call:
        await call("extract_schema", description="500 customers with name and email")
    assert person.shown == []


def test_an_answer_to_a_models_own_question_goes_with_its_question() -> None:
    said = answers(["Which currency?", "Refunds too?"], Reply("accept", {"answer_2": " yes\n"}))
    assert said == (("Refunds too?", "yes"),)
    assert as_request(said) == "Refunds too? yes"


def test_a_form_has_five_questions_at_most() -> None:
    assert len(open_questions([f"{n}?" for n in range(9)]).fields) == 5


@dataclass
class Again:
    """The same call of 2026 again, with a yes to what was asked before."""

    request_state: str
    protocol_version: str = "2026-07-28"

    @property
    def input_responses(self) -> dict[str, ElicitResult]:
        return {InputNeeded.KEY: ElicitResult(action="accept", content={"agree": True})}


async def test_a_yes_counts_for_the_very_question_that_was_asked() -> None:
    one, hundred = Question("Pay $1?", {}), Question("Pay $100?", {})
    caller = Behind(Again(InputNeeded(one, "job_1").result.request_state))
    assert caller.carried == "job_1"
    assert (await caller.ask(one)).accepted
    with pytest.raises(InputNeeded):
        await caller.ask(hundred)


# ── an overwrite ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("said", [False, True])
async def test_nothing_is_replaced_unasked(connect: Connect, era: str, said: bool) -> None:
    person = Person()
    async with connect(mode=era, elicitation_callback=person) as call:
        first, second = [await call.completed(schema=NUMBERS, row_count=rows) for rows in (5, 7)]
        await call("merge_and_download", job_id=first, file_name="x.csv")
        merged = await call("merge_and_download", job_id=second, file_name="x.csv", overwrite=said)
    (form,) = person.shown
    assert form.message == "There is a dataset x.csv already. Replace it?"
    assert merged["rows"] == 7


NO = [
    Person("decline"), Person("cancel"), Person(content={"agree": False}), Person(content={}),
]  # fmt: skip


@pytest.mark.parametrize("person", NO, ids=["declined", "dismissed", "unticked", "empty"])
async def test_without_a_yes_the_file_stays_and_the_answer_says_so(
    connect: Connect, era: str, person: Person
) -> None:
    async with connect(mode=era, elicitation_callback=person) as call:
        first, second = [await call.completed(schema=NUMBERS, row_count=rows) for rows in (5, 7)]
        path = (await call("merge_and_download", job_id=first, file_name="x.csv"))["path"]
        before = Path(path).read_bytes()
        text = await call.error(
            "merge_and_download", job_id=second, file_name="x.csv", overwrite=True
        )
    assert text.startswith("[declined] there is a dataset x.csv already, and the user did not")
    assert "choose another file_name" in text
    assert Path(path).read_bytes() == before


async def test_a_client_that_cannot_ask_replaces_when_it_is_told_to(
    connect: Connect, era: str
) -> None:
    async with connect(mode=era) as call:
        first, second = [await call.completed(schema=NUMBERS, row_count=rows) for rows in (5, 7)]
        await call("merge_and_download", job_id=first, file_name="x.csv")
        text = await call.error("merge_and_download", job_id=second, file_name="x.csv")
        assert text.startswith("[already_exists]")
        merged = await call("merge_and_download", job_id=second, file_name="x.csv", overwrite=True)
        assert merged["rows"] == 7


# ── the cost ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def keyed(settings: Settings) -> Connect:
    """With a key, for a service that nobody can reach."""
    given = replace(
        settings,
        gemini=GeminiSettings(
            api_key=SecretStr("AIza" + "x" * 35), api_keys=(), base_url="http://127.0.0.1:9"
        ),
        mcp=McpSettings(wait_s=20, ask_above_usd=0.01),
    )
    return connecting(given)


async def test_a_dear_job_is_started_after_a_yes(keyed: Connect, era: str) -> None:
    person = Person()
    async with keyed(mode=era, elicitation_callback=person) as call:
        job = await call("create_job", schema=PROSE, row_count=5_000, start=True)
        (form,) = person.shown
        assert form.message.startswith("“reviews” may cost about $")
        assert job["status"] != "PENDING"
        assert job["next"] == "get_job_progress"
        assert len((await call("list_jobs"))["jobs"]) == 1
        await call("control_job", job_id=job["job_id"], action="cancel")


async def test_a_dear_job_is_not_started_without_a_yes(keyed: Connect, era: str) -> None:
    person = Person("decline")
    async with keyed(mode=era, elicitation_callback=person) as call:
        job = await call("create_job", schema=PROSE, row_count=5_000, start=True)
        assert job["status"] == "PENDING"
        assert "the user did not agree to the cost: nothing is started or spent" in job["next"]
        started = await call("control_job", job_id=job["job_id"], action="start")
        assert (started["before"], started["after"]) == ("PENDING", "PENDING")
        assert "did not agree" in started["next"]
        now = await call("get_job_progress", job_id=job["job_id"], wait_s=0)
        assert (now["status"], now["calls"]) == ("PENDING", 0)
        chunk = await call.error("generate_chunk", job_id=job["job_id"])
        assert chunk.startswith("[declined] the user did not agree to the cost")
        now = await call("get_job_progress", job_id=job["job_id"], wait_s=0)
        assert (now["status"], now["calls"]) == ("PENDING", 0)
    assert len(person.shown) == 3


async def test_a_job_of_an_unknown_price_is_not_started_unasked(
    settings: Settings, era: str
) -> None:
    model = GeminiSettings(
        api_key=SecretStr("AIza" + "x" * 35),
        api_keys=(),
        base_url="http://127.0.0.1:9",
        model="own",
    )
    person = Person("decline")
    async with connecting(replace(settings, gemini=model))(
        mode=era, elicitation_callback=person
    ) as call:
        job = await call("create_job", schema=PROSE, row_count=5, start=True)
    assert job["status"] == "PENDING"
    (form,) = person.shown
    assert form.message == (
        "“reviews” may cost nobody knows how much for the language model. Start it?"
    )


@pytest.mark.parametrize(
    "content",
    [None, {}, {"agree": "true"}, {"agree": 1}, {"agree": ["yes"]}, {"other": True}],
    ids=str,
)
async def test_only_a_yes_is_a_yes(keyed: Connect, era: str, content: Any) -> None:
    async with keyed(mode=era, elicitation_callback=Person(content=content)) as call:
        job = await call("create_job", schema=PROSE, row_count=5_000, start=True)
    assert job["status"] == "PENDING"


@pytest.mark.parametrize(
    "cheap",
    [
        {"schema": PROSE, "row_count": 5, "start": True},
        {"schema": PROSE, "row_count": 5_000, "max_cost_usd": 0.005, "start": True},
        {"schema": NUMBERS, "row_count": 5_000, "start": True},
        {"schema": PROSE, "row_count": 5_000},
    ],
    ids=["few rows", "capped", "no model", "not started"],
)
async def test_what_costs_little_asks_nothing(
    keyed: Connect, era: str, cheap: dict[str, Any]
) -> None:
    person = Person("decline")
    async with keyed(mode=era, elicitation_callback=person) as call:
        job = await call("create_job", **cheap)
        if job["status"] != "PENDING" and cheap["schema"] is PROSE:
            await call("control_job", job_id=job["job_id"], action="cancel")
    assert person.shown == []
    assert (job["status"] == "PENDING") == ("start" not in cheap)


# ── a client that goes ────────────────────────────────────────────────────────────────────────


async def test_a_call_cancelled_while_the_person_is_asked_changes_nothing(
    keyed: Connect,
) -> None:
    asked, hold = asyncio.Event(), asyncio.Event()

    async def slow(_: Any, form: Any) -> ElicitResult:
        asked.set()
        await hold.wait()
        return ElicitResult(action="accept", content={"agree": True})

    async with keyed(mode="legacy", elicitation_callback=slow) as call:
        job = await call("create_job", schema=PROSE, row_count=5_000)
        async with anyio.create_task_group() as group:
            group.start_soon(partial(call, "control_job", job_id=job["job_id"], action="start"))
            await asked.wait()
            group.cancel_scope.cancel()
        hold.set()
        now = await call("get_job_progress", job_id=job["job_id"], wait_s=0)
        assert now["status"] == "PENDING"
