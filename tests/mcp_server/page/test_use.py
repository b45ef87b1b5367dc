"""What can be done on the page, through a host, with the real server."""

from __future__ import annotations

from .conftest import Opened
from .scenes import HOLD, SENTENCE, SETTLED, called, completed, example, problems
from .stage import Stage


def test_a_schema_is_edited_made_and_its_dataset_seen_without_leaving_the_page(
    stage: Stage, opened: Opened
) -> None:
    stage.open("extract_schema", description=SENTENCE)
    page = opened()
    page.until(SETTLED)
    page.click("#f0-0-edit")
    page.fill("#f0-0-maximum", "4")
    page.fill("#rows-0", "700")
    page.until("document.querySelector('#estimate')?.textContent.startsWith('700 rows')")
    checked = page.host("seen.calls.at(-1)")
    assert checked["name"] == "validate_schema"
    nights = checked["arguments"]["schema"]["fields"][0]
    assert (nights["name"], nights["constraints"]["maximum"]) == ("nights", 4)
    assert "edited the schema" in page.host("seen.context.at(-1)")

    page.focus("#create")
    page.press("Enter")
    page.until("document.querySelector('#write')")
    assert "job_" in page.host("seen.context.at(-1)")
    assert page.inside("document.querySelector('[role=progressbar]').ariaValueText") == (
        "700 of 700 rows"
    )
    page.click("#write")
    page.until("document.querySelector('figure')")
    assert "It is what was asked for" in page.text()
    assert page.inside("[...document.querySelectorAll('figcaption strong')][0].textContent") == (
        "nights"
    )
    assert page.complaints() == []


def test_a_new_name_is_used_wherever_the_schema_speaks_of_the_field(
    stage: Stage, opened: Opened
) -> None:
    stage.open("validate_schema", schema=example("shop"))
    page = opened()
    page.until("document.querySelector('#f2-0-name')")
    page.fill("#f2-0-name", "number")  # orders.id, to which order_lines point
    page.fill("#f2-3-name", "stage")  # orders.status, on which cancelled_at depends
    page.fill("#f1-2-name", "list_price")  # products.price, from which amounts are computed
    page.until("!document.querySelector('#create').disabled")
    schema = page.host("seen.calls.at(-1)")["arguments"]["schema"]
    orders, lines = schema["tables"][2], schema["tables"][3]
    assert orders["primary_key"] == ["number"]
    assert orders["fields"][4]["null_when"] == "stage <> 'cancelled'"
    assert lines["foreign_keys"][0]["reference"]["fields"] == ["number"]
    assert lines["fields"][4]["generator"]["expr"] == "quantity * products.list_price"
    assert page.host("seen.calls.at(-1).name") == "validate_schema"


def test_an_answer_about_an_earlier_edit_does_not_count(stage: Stage, opened: Opened) -> None:
    stage.open("extract_schema", description=SENTENCE)
    page = opened()
    page.until(SETTLED)
    page.host(HOLD)
    page.fill("#rows-0", "600")
    called(page, times=2)
    page.fill("#rows-0", "700")
    page.host("release();" + HOLD)
    called(page, times=3)
    assert page.inside("document.querySelector('#create').disabled")
    page.host("release()")
    page.until("document.querySelector('#estimate').textContent.startsWith('700 rows')")


def test_what_is_being_typed_survives_an_answer_that_comes_meanwhile(
    stage: Stage, opened: Opened
) -> None:
    stage.open("extract_schema", description=SENTENCE)
    page = opened()
    page.until(SETTLED)
    page.host(HOLD)
    page.focus("#f0-0-name")
    page.type("night_count")
    page.press("Tab")
    page.until("document.activeElement.id === 'f0-0-type'")
    page.focus("#f0-1-name")
    page.type("price")
    calls = called(page, times=2)
    page.host("release()")
    page.until("!document.querySelector('#create').disabled")
    assert page.inside("[document.activeElement.id, document.activeElement.value]") == [
        "f0-1-name", "price",
    ]  # fmt: skip
    page.press("Tab")
    page.until("document.querySelector('#create').disabled")
    page.until("!document.querySelector('#create').disabled")
    last = page.host("seen.calls.at(-1).arguments.schema")
    assert [field["name"] for field in last["fields"]][:2] == ["night_count", "price"]
    assert calls[-1]["arguments"]["schema"]["fields"][0]["name"] == "night_count"
    page.focus("#f0-0-name")
    page.type("nights")
    page.press("Enter")  # told, though the box keeps the focus
    page.until("document.querySelector('.fields').innerText.includes('= nights * price')")
    assert page.complaints() == []


def test_a_problem_stands_beside_its_field_and_can_be_mended(stage: Stage, opened: Opened) -> None:
    ready = problems(stage)
    page = opened()
    page.until(ready)
    assert page.inside("document.querySelector('.wrong .name input').value") == "nights"
    assert page.inside("document.querySelector('#create').disabled") is True
    page.click(".alarm.ask button")
    page.until("!document.querySelector('#create').disabled")
    assert page.inside("document.querySelector('.problem')") is None


def test_values_and_their_weights_are_edited_as_lines(stage: Stage, opened: Opened) -> None:
    stage.open("extract_schema", description=SENTENCE)
    page = opened()
    page.until(SETTLED)
    at = page.inside(
        "[...document.querySelectorAll('.name input')].findIndex((box) => box.value === 'status')"
    )
    page.click(f"#f0-{at}-edit")
    page.fill(f"#f0-{at}-values", "cancelled: 20\nconfirmed: 80")
    page.until("!document.querySelector('#create').disabled")
    schema = page.host("seen.calls.at(-1)")["arguments"]["schema"]
    assert schema["fields"][at]["generator"]["weights"] == [20, 80]
    shares = {
        check["value"]: check["equals"]
        for check in schema["expectations"]
        if check["check"] == "share"
    }
    assert shares == {"cancelled": 0.2}  # no-show is gone, and so is what was promised of it


def test_a_job_is_started_and_paused_from_the_page(stage: Stage, opened: Opened) -> None:
    stage.open("create_job", schema=example("hotel_bookings"))
    page = opened()
    page.until("document.querySelector('#act-start')")
    page.click("#act-start")
    page.until("document.querySelector('#write')")
    assert [call["arguments"].get("action") for call in page.host("seen.calls")].count("start") == 1


def test_work_that_goes_on_is_waited_for(stage: Stage, opened: Opened) -> None:
    job_id = completed(stage, example("hotel_bookings"))
    stage.open("merge_and_download", job_id=job_id)
    stage.opening["result"] = {
        "content": [],
        "structuredContent": {"state": "working", "job_id": job_id},
    }
    page = opened()
    page.until("document.querySelector('figure')")
    assert page.host("seen.calls") == [
        {"name": "merge_and_download", "arguments": {"job_id": job_id}}
    ]
