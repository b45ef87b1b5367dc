"""The page is one file that loads, runs and sends nothing, whatever the data says."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest

from src.reporting.diagram import diagram
from src.reporting.markup import Html, element
from src.reporting.model import Report

from .conftest import HOSTILE, House, hostile_document

pytest.importorskip("vl_convert")


class Parsed(HTMLParser):
    """Every element, attribute and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.styles: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "wbr"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.styles if self.open[-1:] == ["style"] else self.texts).append(data)


Reports = Callable[[str], Report]


def hostile(house: House) -> Report:
    return house.reported(hostile_document(), rows=300, name=HOSTILE)


def test_nothing_in_the_page_leads_outside_or_runs(reports: Reports, house: House) -> None:
    for report in (reports("shop"), hostile(house)):
        page = Parsed(report.html())
        assert page.open == []
        tags = {tag for tag, _ in page.elements}
        assert not tags & {"script", "img", "link", "iframe", "object", "embed", "base", "form"}
        for tag, attributes in page.elements:
            for name, value in attributes.items():
                assert not name.startswith("on"), (tag, name)
                assert name not in ("src", "srcset", "xlink:href", "style"), (tag, name)
                if name == "href":
                    assert re.fullmatch(r"#[\w-]+", value or "")
                assert "//" not in (value or ""), (tag, name)
        assert not re.search(r"url\(|@import|https?:", "".join(page.styles))


def test_a_policy_forbids_everything_but_this_very_stylesheet(reports: Reports) -> None:
    page = Parsed(reports("products").html())
    (policy,) = [
        attributes["content"]
        for tag, attributes in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    (style,) = page.styles
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    assert rules["style-src"] == f"'sha256-{digest}'"
    assert not set(rules) & {"script-src", "img-src", "connect-src"}


def test_what_the_data_says_is_text_and_never_markup(house: House) -> None:
    written = hostile(house).html()
    assert "<img" not in written
    assert "<b onclick" not in written
    assert "\u202e" not in written
    assert "\x1b" not in written
    said = "".join(Parsed(written).texts)
    assert HOSTILE in said
    assert "&amp;" in said


def test_only_markup_of_our_own_stays_markup() -> None:
    assert element("p", "<b>", Html("<i></i>"), title='"<') == (
        '<p title="&quot;&lt;">&lt;b&gt;<i></i></p>'
    )


def test_every_chart_and_table_of_the_report_is_on_the_page(reports: Reports) -> None:
    report = reports("shop")
    page = Parsed(report.html())
    tags = [tag for tag, _ in page.elements]
    assert tags.count("article") == len(report.columns)
    assert tags.count("svg") == sum(column.has_chart for column in report.columns) + 1
    said = "".join(page.texts)
    assert report.headline in said
    for verdict in report.verdicts:
        assert verdict.measured in said
    for file in report.files:
        assert file.sha256 in said
    assert str(report.origin["schema_sha256"]) in said
    labels = [attributes.get("aria-label") for tag, attributes in page.elements if tag == "figure"]
    assert all(labels)


def test_broken_promises_come_first_with_the_rows_that_break_them(house: House) -> None:
    report = hostile(house)
    assert report.held == len(report.verdicts) - 1
    written = report.html()
    assert written.index('class="broken"') < written.index('class="held"')
    assert f"{report.held} of {len(report.verdicts)} promises hold" in written


def wide(name: str, count: int) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = [
        {"generator": {"kind": "category", "values": [f"value number {n}" for n in range(12)]}},
        {"type": "number", "generator": {"kind": "normal", "mean": 5, "decimal_places": 3}},
        {"type": "datetime"},
        {"generator": {"kind": "text"}},
    ]
    fields = [{"name": f"a_rather_long_name_{n}", **kinds[n % 4]} for n in range(count)]
    return {"name": name, "rows": 200, "fields": fields}


def test_two_hundred_columns_fit_in_two_megabytes(house: House) -> None:
    written = house.reported(wide("wide", 200)).html()
    assert len(written.encode()) <= 2_000_000
    assert written.count("<article>") == 200
    assert "in the JSON form" not in written


def test_columns_beyond_two_hundred_are_said_to_be_hidden(house: House) -> None:
    tables = [wide("one", 105), wide("two", 105)]
    written = house.reported({"name": "both", "tables": tables}).html()
    assert len(written.encode()) <= 2_000_000
    assert written.count("<article>") == 200
    assert "10 more columns in the JSON form" in written


def test_parents_stand_above_their_children_and_boxes_do_not_touch(reports: Reports) -> None:
    for name in ("shop", "tpch"):
        report = reports(name)
        found = diagram(report.tables, report.links)
        assert found is not None
        at = {box.name: box for box in found.boxes}
        assert set(at) == {table.name for table in report.tables}
        for link in report.links:
            if link.child != link.parent:
                parent = at[link.parent]
                assert parent.y + parent.height < at[link.child].y
        assert len(found.wires) == len(report.links)
        for one in found.boxes:
            assert one.x >= 0
            assert one.x + one.width <= found.width
            assert one.y + one.height <= found.height
            others = [box for box in found.boxes if box is not one and box.y == one.y]
            assert all(abs(one.x - box.x) > one.width for box in others)


def test_tables_that_lead_round_in_a_circle_are_drawn_too(reports: Reports) -> None:
    from src.reporting.model import Link

    report = reports("shop")
    names = [table.name for table in report.tables]
    circle = tuple(
        Link(child, ("x",), parent, False)
        for child, parent in zip(names, [*names[1:], names[0]], strict=True)
    )
    found = diagram(report.tables, circle)
    assert found is not None
    assert len(found.wires) == len(names)
