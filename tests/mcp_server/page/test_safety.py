"""What cannot happen on the page, whatever data, hosts and other frames say."""

from __future__ import annotations

from .conftest import Opened
from .scenes import completed, schema_view
from .stage import Stage

RUN = "document.body.dataset.run = 1"
NASTY = f'<img src=x onerror="{RUN}"></script><script>{RUN}</script>'


def test_what_data_says_is_text_and_never_markup(stage: Stage, opened: Opened) -> None:
    schema = {
        "name": "nasty", "description": NASTY, "rows": 30,
        "fields": [{
            "name": "a", "type": "string",
            "generator": {"kind": "category", "values": [NASTY, "b"]},
        }],
    }  # fmt: skip
    answer = stage.open("validate_schema", schema=schema)
    answer["warnings"] = [NASTY]
    answer["problems"] = [{"path": "fields[0]", "code": "x", "message": NASTY, "hint": NASTY}]
    stage.open("validate_schema", schema=schema)
    page = opened()
    page.until("document.querySelector('.cell')")
    assert NASTY in page.text()
    stage.open("merge_and_download", job_id=completed(stage, schema))
    stage.opening["result"]["structuredContent"]["verdict"] = NASTY
    other = opened()
    other.until("document.querySelector('figure')")
    assert NASTY[:30] in other.text()
    for each in (page, other):
        assert each.inside("document.querySelectorAll('#page img, #page script').length") == 0
        assert each.inside("document.body.dataset.run ?? null") is None
        assert each.complaints() == []


def test_markup_that_got_in_all_the_same_would_not_run(stage: Stage, opened: Opened) -> None:
    settled = schema_view(stage)
    page = opened()
    page.until(settled)
    page.inside(
        f"document.querySelector('#view').innerHTML = `<img src='data:,' onerror='{RUN}'>`;"
        "const script = document.createElement('script');"
        f"script.textContent = '{RUN}'; document.body.append(script)"
    )
    page.until("document.querySelector('#view img')")
    assert page.inside("document.body.dataset.run ?? null") is None
    assert any("Content Security Policy" in told for told in page.complaints())


def test_a_message_that_is_not_the_hosts_is_not_heard(stage: Stage, opened: Opened) -> None:
    settled = schema_view(stage)
    page = opened()
    page.until(settled)
    page.inside(
        "window.postMessage({ jsonrpc: '2.0', method: 'ui/notifications/tool-cancelled',"
        " params: { reason: 'forged' } }, '*'); new Promise((done) => {"
        " addEventListener('message', (heard) => { if (heard.data === 'after it') done(); });"
        " window.postMessage('after it', '*'); })"
    )
    assert "forged" not in page.text()
    page.host("send({ method: 'ui/notifications/tool-cancelled', params: { reason: 'told' } })")
    page.until("document.body.innerText.includes('told')")


def test_a_host_that_only_shows_gets_a_page_without_buttons_that_lead_nowhere(
    stage: Stage, opened: Opened
) -> None:
    schema_view(stage)
    page = opened("bare")
    page.until("document.querySelector('.fields')")
    assert page.inside("document.querySelector('#create')") is None
    assert page.host("seen.calls") == []
    assert page.complaints() == []


def test_an_error_is_shown_in_its_own_words(stage: Stage, opened: Opened) -> None:
    stage.open("create_job", schema_id="sch_0000000000000000")
    assert stage.opening["result"]["isError"] is True
    page = opened()
    page.until("document.querySelector('#status.bad')")
    assert "[not_found]" in page.text()
