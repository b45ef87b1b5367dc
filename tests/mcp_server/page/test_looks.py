"""How the page looks: at every width, in both themes, to those who hear it too.

ROWMILL_SCREENSHOTS names a folder that a picture of every view is put into.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from .browser import Page
from .conftest import Opened
from .scenes import broken, dataset, problems, running, schema_view, several_tables
from .stage import Stage

WIDTHS = (360, 768, 1200)
THEMES = ("light", "dark")
# Finds what is too wide, too pale or without a name.
LOOKING = Path(__file__).with_name("looking.js").read_text("utf-8")


@pytest.mark.parametrize(
    "view", [schema_view, several_tables, problems, running, dataset, broken],
    ids=lambda view: view.__name__,
)  # fmt: skip
def test_every_view_fits_and_is_readable_at_every_width_in_both_themes(
    view: Any, stage: Stage, opened: Opened
) -> None:
    ready = view(stage)
    for theme in THEMES:
        page = opened(theme=theme)
        page.until(ready)
        page.inside("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        page.inside("document.querySelectorAll('[aria-expanded=false]')[3]?.click()")
        for width in WIDTHS:
            page.resize(width)
            assert faults(page, "tooWide") == [], (theme, width)
            assert page.inside("document.documentElement.scrollWidth <= innerWidth")
            _keep(page, f"{view.__name__}-{theme}-{width}")
        assert faults(page, "pale") == [], theme
        assert faults(page, "nameless") == []
        assert page.complaints() == []


def test_what_was_measured_is_seen_on_a_phone_without_scrolling(
    stage: Stage, opened: Opened
) -> None:
    ready = broken(stage)
    page = opened()
    page.until(ready)
    page.resize(360)
    page.until("!!document.querySelector('.checks')")
    assert page.inside(
        "[...document.querySelectorAll('.scroll')].filter((one) => one.querySelector('.checks'))"
        ".every((one) => one.scrollWidth <= one.clientWidth)"
    )


def faults(page: Page, kind: str) -> list[str]:
    return page.inside(f"({LOOKING}).{kind}()")


def _keep(page: Page, name: str) -> None:
    if folder := os.environ.get("ROWMILL_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, f"{name}.png").write_bytes(page.picture())


def ground(page: Page) -> str:
    return page.inside("getComputedStyle(document.body).backgroundColor")


def test_the_hosts_theme_counts_for_more_than_the_systems_and_may_change(
    stage: Stage, opened: Opened
) -> None:
    ready = schema_view(stage)
    light, dark = opened(theme="light"), opened(theme="dark")
    light.until(ready)
    dark.until(ready)
    assert ground(light) != ground(dark)
    told = opened("theme=dark", theme="light")
    told.until(ready)
    assert ground(told) == ground(dark)
    told.host(
        "send({ method: 'ui/notifications/host-context-changed', params: { theme: 'light' } })"
    )
    told.until(f"getComputedStyle(document.body).backgroundColor === {ground(light)!r}")


def test_the_host_is_told_how_high_the_page_is(stage: Stage, opened: Opened) -> None:
    settled = schema_view(stage)
    page = opened()
    page.until(settled)
    page.until("Math.abs(innerHeight - document.querySelector('#page').offsetHeight) <= 1")
    assert page.host("seen.sizes.length") < 10  # it settles
