"""The page as people see it: in Chromium, on a phone, a tablet and a desk, by day and by night.

Needs Chromium (`apt-get install chromium`), or ROWMILL_BROWSER with the path of a browser like it.
ROWMILL_SCREENSHOTS names a folder that pictures are put into.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from src.reporting.model import Report
from tests.mcp_server.page.browser import Browser, Page

from .conftest import HOSTILE, House, hostile_document

pytest.importorskip("vl_convert")
WIDTHS = (390, 900, 1600)
THEMES = ("light", "dark")
EXAMPLES = ("shop", "products", "tickets", "trap")
LOOKING = (
    Path(__file__)
    .parents[1]
    .joinpath("mcp_server/page/looking.js")
    .read_text("utf-8")
    .replace("#page *", "body *")
)
# Charts whose largest bar or box does not fill its picture; what leaves the frame of its picture.
EMPTY = """
[...document.querySelectorAll("svg")].filter((svg) => {
  const frame = svg.getBoundingClientRect();
  const shapes = [...svg.querySelectorAll("path[fill='var(--bar)'], path[fill='var(--card)']")];
  const boxes = shapes.map((each) => each.getBoundingClientRect());
  return !boxes.some((box) => box.width > frame.width / 3 || box.height > frame.height / 2);
}).map((svg) => svg.closest("figure").ariaLabel)
"""
OUTSIDE = """
[...document.querySelectorAll("svg")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("path, line, text")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.left < frame.left - 1.5 || box.right > frame.right + 1.5
      || box.top < frame.top - 1.5 || box.bottom > frame.bottom + 1.5;
  }).map((each) => each.outerHTML.slice(0, 150));
})
"""


@pytest.fixture(scope="module")
def pages(
    reports: Callable[[str], Report], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """An example's page as a file."""
    folder = tmp_path_factory.mktemp("pages")
    house = House(tmp_path_factory.mktemp("trap"))

    def written(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            if name == "trap":
                report = house.reported(hostile_document(), rows=300, name=HOSTILE)
            else:
                report = reports(name)
            path.write_text(report.html(), "utf-8")
        return path

    return written


def opened(browser: Browser, path: Path, width: int, theme: str) -> Page:
    page = Page(browser, path.as_uri(), width=width, theme=theme)
    end = time.monotonic() + 20
    while not page.host("document.readyState === 'complete' && !!document.querySelector('footer')"):
        assert time.monotonic() < end
    return page


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_it_fits_it_shows_and_nothing_complains(
    browser: Browser, pages: Callable[[str], Path], name: str, width: int, theme: str
) -> None:
    page = opened(browser, pages(name), width, theme)
    try:
        page.host("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.host("document.documentElement.scrollWidth <= innerWidth")
        assert page.host(f"{LOOKING}.tooWide()") == []
        assert page.host(f"{LOOKING}.pale()") == []
        assert page.host(f"{LOOKING}.nameless()") == []
        assert page.host("document.querySelectorAll('svg').length") > 0
        assert page.host(EMPTY) == []
        assert page.host(OUTSIDE) == []
        dark = page.host("getComputedStyle(document.body.parentElement).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", dark))) < 200) is (theme == "dark")
        assert page.complaints() == []
        if folder := os.environ.get("ROWMILL_SCREENSHOTS"):
            page.host("document.querySelectorAll('details').forEach((e) => { e.open = false; })")
            Path(folder, f"report-{name}-{width}-{theme}.png").write_bytes(page.picture())
    finally:
        page.close()


def test_on_paper_everything_is_open_and_nothing_is_cut(
    browser: Browser, pages: Callable[[str], Path]
) -> None:
    page = opened(browser, pages("shop"), 794, "dark")  # A4 at 96 dots an inch
    try:
        page.ask("Emulation.setEmulatedMedia", media="print")
        assert page.host("document.documentElement.scrollWidth <= innerWidth")
        assert page.host("getComputedStyle(document.body.parentElement).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
        rows = "[...document.querySelectorAll('details tr')].every((row) => row.offsetHeight > 0)"
        assert page.host(rows)
        printed = page.ask("Page.printToPDF", preferCSSPageSize=True)
        assert len(printed["data"]) > 10_000
    finally:
        page.close()
