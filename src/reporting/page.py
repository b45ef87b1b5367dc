"""The report as one HTML file that asks for nothing else, neither network nor scripts."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files

from ..core.ports import Verdict
from ..utils.text import count
from .charts import picture
from .columns import card
from .diagram import diagram
from .markup import Html, element, joined
from .model import Correlations, Report, Table
from .words import (
    bytes_said,
    check_said,
    cost_facts,
    headline_tiles,
    origin_facts,
    score_said,
)

MOST_COLUMNS = 200
"""Columns that get a card; a page of more would be too long to look at, and too large."""
MOST_VERDICTS = 400
FEW_VERDICTS = 12
"""So many are all shown at once."""
E_ = element


def page(report: Report) -> str:
    """Raises: NotConfigured: the library that draws is not installed."""
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    head = E_(
        "head",
        E_("meta", charset="utf-8"),
        E_("meta", http_equiv="Content-Security-Policy", content=_policy(style)),
        E_("meta", name="viewport", content="width=device-width, initial-scale=1"),
        E_("meta", name="color-scheme", content="light dark"),
        E_("meta", name="referrer", content="no-referrer"),
        E_("title", f"{report.name}: {report.headline}"),
        E_("style", Html(style)),
    )
    body = E_("body", _header(report), E_("main", *_sections(report)), _footer(report))
    return "<!doctype html>\n" + E_("html", head, body, lang="en") + "\n"


def _policy(style: str) -> str:
    """Nothing may be loaded, run or sent; this very stylesheet may be used."""
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _header(report: Report) -> Html:
    state = "broken" if report.held < len(report.verdicts) else "held"
    tiles = [
        E_("div", E_("dt", name), E_("dd", value)) for name, value in headline_tiles(report)
    ]  # fmt: skip
    links = [E_("a", table.name, href=f"#table-{n}") for n, table in enumerate(report.tables)]
    rest = [("Cost and time", "#cost"), ("Where it comes from", "#origin")]
    return E_(
        "header",
        E_("p", "rowmill report", class_="brand"),
        E_("h1", report.name),
        *([E_("p", report.description, class_="about")] if report.description else []),
        E_("p", report.headline, class_=f"headline {state}"),
        E_("dl", *tiles, class_="tiles"),
        E_(
            "nav",
            E_("a", "Promises", href="#promises"),
            *links[:MOST_COLUMNS],
            *(E_("a", text, href=href) for text, href in rest),
        ),
    )


def _sections(report: Report) -> Iterator[Html]:
    yield _promises(report)
    picture_of_tables = _tables_picture(report)
    if picture_of_tables is not None:
        yield picture_of_tables
    left = MOST_COLUMNS
    for number, table in enumerate(report.tables):
        yield _table(number, table, left)
        left = max(0, left - len(table.columns))
    yield _facts("cost", "Cost and time", cost_facts(report.cost))
    yield _origin(report)


# ── promises ──────────────────────────────────────────────────────────────────────────────────


def _promises(report: Report) -> Html:
    shown = sorted(report.verdicts, key=lambda verdict: verdict.held)[:MOST_VERDICTS]
    said, own = shown, []
    if len(shown) > FEW_VERDICTS:
        said = [v for v in shown if not v.held or v.because]
        own = [v for v in shown if v.held and not v.because]
    parts: list[Html] = []
    if said:
        parts.append(_verdicts(said))
    if own and not said:
        parts.append(_verdicts(own))
    elif own:
        words = f"{count(len(own), 'promise')} that the schema makes by itself: all hold"
        parts.append(E_("details", E_("summary", words), _verdicts(own)))
    if not shown:
        parts.append(E_("p", "The schema states no expectation.", class_="note"))
    hidden = len(report.verdicts) - len(shown)
    if hidden:
        parts.append(E_("p", f"{hidden:,} more, all in the JSON form.", class_="note"))
    return E_("section", E_("h2", "Promises"), *parts, id="promises")


def _verdicts(found: Sequence[Verdict]) -> Html:
    names = ("", "promise", "wanted", "measured", "score")
    head = E_("thead", E_("tr", *(E_("th", name, scope="col") for name in names)))
    body = E_("tbody", *map(_verdict, found))
    return E_("table", head, body, class_="verdicts")


def _verdict(verdict: Verdict) -> Html:
    mark = E_("span", "✓" if verdict.held else "✗", aria_hidden="true")
    words = E_("span", "holds" if verdict.held else "broken", class_="unseen")
    because = [E_("q", verdict.because)] if verdict.because else []
    examples = ", ".join(verdict.examples) if not verdict.held else ""
    measured = [verdict.measured, *([E_("small", examples)] if examples else [])]
    return E_(
        "tr",
        E_("td", mark, words, class_="mark"),
        E_("td", E_("b", check_said(verdict)), " ", E_("code", verdict.about), *because),
        E_("td", verdict.target, data_name="wanted"),
        E_("td", *measured, data_name="measured"),
        E_("td", *_score(verdict), data_name="score", class_="score"),
        class_="held" if verdict.held else "broken",
    )


def _score(verdict: Verdict) -> Iterator[str]:
    """Long names may be broken before a capital."""
    for part in score_said(verdict):
        for n, word in enumerate(re.findall(r"[^A-Z]+|[A-Z][^A-Z]*", part)):
            yield from (E_("wbr"), word) if n else (word,)


# ── tables ────────────────────────────────────────────────────────────────────────────────────


def _tables_picture(report: Report) -> Html | None:
    found = diagram(report.tables, report.links)
    if found is None:
        return None
    words = "; ".join(f"{link.child} leads to {link.parent}" for link in report.links)
    drawn = E_("figure", picture(found), role="img", aria_label=f"Tables. {words}")
    return E_("section", E_("h2", "Tables"), E_("div", drawn, class_="scroll picture"))


def _table(number: int, table: Table, most: int) -> Html:
    parts = [E_("h2", table.name, E_("small", count(table.rows, "row")))]
    if table.description:
        parts.append(E_("p", table.description, class_="about"))
    parts.append(E_("div", *map(card, table.columns[:most]), class_="cards"))
    hidden = len(table.columns) - most
    if hidden > 0:
        words = f"{count(hidden, 'more column')} in the JSON form: a page shows {MOST_COLUMNS}."
        parts.append(E_("p", words, class_="note"))
    if table.correlations is not None:
        parts += [E_("h3", "Correlations"), _correlations(table.correlations)]
    if table.sample:
        parts += [E_("h3", "First rows"), _sample(table)]
    return E_("section", *parts, id=f"table-{number}")


def _correlations(found: Correlations) -> Html:
    head = [E_("td"), *(E_("th", name, scope="col") for name in found.columns)]
    rows = [
        E_("tr", E_("th", name, scope="row"), *map(_correlation, row))
        for name, row in zip(found.columns, found.values, strict=True)
    ]
    table = E_("table", E_("thead", E_("tr", *head)), E_("tbody", *rows), class_="correlations")
    return E_("div", table, class_="scroll fit")


def _correlation(r: float | None) -> Html:
    if r is None:
        return E_("td", "–", title="a column that does not vary")
    sign = "minus" if r < 0 else "plus"
    return E_("td", f"{r:.2f}".replace("-", "−"), class_=f"{sign} r{min(5, round(abs(r) * 5))}")


def _sample(table: Table) -> Html:
    names = [column.name for column in table.columns[:MOST_COLUMNS]]
    head = E_("tr", *(E_("th", name, scope="col") for name in names))
    rows = [E_("tr", *(_sampled(row.get(name)) for name in names)) for row in table.sample]
    found = E_("table", E_("thead", head), E_("tbody", *rows), class_="sample")
    return E_("div", found, class_="scroll")


def _sampled(value: str | None) -> Html:
    return E_("td", "empty", class_="empty") if value is None else E_("td", value)


# ── the rest ──────────────────────────────────────────────────────────────────────────────────


def _facts(name: str, title: str, facts: Sequence[tuple[str, str]]) -> Html:
    return E_("section", E_("h2", title), _listed(facts), id=name)


def _listed(facts: Sequence[tuple[str, str]]) -> Html:
    inside = [E_("div", E_("dt", name), E_("dd", value)) for name, value in facts]
    return E_("dl", *inside, class_="facts")


def _origin(report: Report) -> Html:
    said = (
        "The same schema, seed, day and rowmill version make the same bytes again."
        if report.origin.get("model") is None
        else "What code made can be made again; what the model wrote is recorded."
    )
    parts = [E_("p", said, class_="note"), _listed(origin_facts(report))]
    if report.files:
        names = ("file", "rows", "size", "sha256")
        head = E_("tr", *(E_("th", name, scope="col") for name in names))
        rows = [
            E_("tr", E_("td", f.name), E_("td", f"{f.rows:,}"), E_("td", bytes_said(f.bytes)),
               E_("td", E_("code", f.sha256)))
            for f in report.files
        ]  # fmt: skip
        table = E_("table", E_("thead", head), E_("tbody", *rows), class_="files")
        parts += [E_("h3", "Files"), E_("div", table, class_="scroll")]
    else:
        words = "No file has the job's own name: its stored chunks were read and judged."
        parts.append(E_("p", words, class_="note"))
    return E_("section", E_("h2", "Where it comes from"), *parts, id="origin")


def _footer(report: Report) -> Html:
    return E_("footer", joined([f"Written by rowmill {report.versions['rowmill']} on "]),
              E_("time", report.made_at))  # fmt: skip
