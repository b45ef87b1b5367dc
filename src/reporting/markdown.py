"""The report as Markdown, short enough for a conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..core.ports import Verdict
from ..utils.text import count
from .model import Column, Report, Table
from .words import (
    bytes_said,
    check_said,
    column_facts,
    correlated,
    cost_facts,
    headline_tiles,
    origin_facts,
    score_said,
    sparks,
    top_values,
)

MOST_VERDICTS = 60
MOST_PAIRS = 10
SHOWN = 100
MARKS = "\\`*_{}[]<>#|!~"


def markdown(report: Report, *, most_bytes: int) -> str:
    """What does not fit in `most_bytes` is left out, and said to be."""
    parts = list(_parts(report))
    ending = "\n*More does not fit here: the HTML and JSON forms hold all.*\n"
    kept: list[str] = []
    size = len(ending.encode())
    for part in parts:
        size += len(part.encode()) + 1
        if size > most_bytes:
            return "\n".join(kept) + ending
        kept.append(part)
    return "\n".join(kept) + "\n"


def _parts(report: Report) -> Iterator[str]:
    yield f"# {plain(report.name)}: {report.headline}"
    yield ""
    if report.description:
        yield f"{plain(report.description)}\n"
    yield " · ".join(f"{name} **{plain(value)}**" for name, value in headline_tiles(report))
    yield "\n## Promises\n"
    yield from _promises(report.verdicts)
    yield "\n## Where it comes from\n"
    for name, value in origin_facts(report):
        yield f"- {name}: {plain(value)}"
    if not report.files:
        yield "- no file has the job's own name: its stored chunks were read and judged"
    for file in report.files[:SHOWN]:
        size = bytes_said(file.bytes)
        yield f"- file {plain(file.name)}: {file.rows:,} rows, {size}, sha256 {file.sha256}"
    yield "\n## Cost and time\n"
    for name, value in cost_facts(report.cost):
        yield f"- {plain(name)}: {plain(value)}"
    if report.links:
        yield "\n## Tables\n"
        yield "\n".join(["```mermaid", "erDiagram", *_entities(report), "```"])
    for table in report.tables:
        yield from _table(table)


def _promises(verdicts: Sequence[Verdict]) -> Iterator[str]:
    if not verdicts:
        yield "None were stated."
        return
    shown = sorted(verdicts, key=lambda v: (v.held, not v.because))[:MOST_VERDICTS]
    rows = (
        (
            "held" if v.held else "**broken**",
            f"{check_said(v)} {plain(v.about)}",
            plain(v.target),
            plain(v.measured) + (f": {plain(', '.join(v.examples))}" if not v.held else ""),
            plain("".join(score_said(v))),
        )
        for v in shown
    )
    yield from _grid(("", "promise", "wanted", "measured", "score"), rows)
    if len(verdicts) > len(shown):
        yield f"\n… and {len(verdicts) - len(shown):,} more that hold."


def _entities(report: Report) -> Iterator[str]:
    for link in report.links:
        optional = "|o" if link.optional else "||"
        yield f'  "{link.parent}" {optional}--o{{ "{link.child}" : "{", ".join(link.fields)}"'


def _table(table: Table) -> Iterator[str]:
    yield f"\n## {plain(table.name)} ({count(table.rows, 'row')})\n"
    rows = ((plain(c.name), plain(c.type), _chart(c), plain(_facts(c))) for c in table.columns)
    yield from _grid(("column", "type", "spread", "figures"), rows)
    pairs = correlated(table.correlations)[:MOST_PAIRS]
    if pairs:
        said = "; ".join(f"{plain(one)} and {plain(other)} {r:.2f}" for one, other, r in pairs)
        yield f"\nCorrelations: {said}."


def _chart(column: Column) -> str:
    if column.bars:
        return plain(top_values(column))
    return f"`{sparks(column)}`" if column.histogram else ""


def _facts(column: Column) -> str:
    return ", ".join(f"{name} {value}" for name, value in column_facts(column))


def _grid(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def plain(text: str) -> str:
    """Text that Markdown shows as it is: names and values are data, no markup."""
    for sign in MARKS:
        text = text.replace(sign, f"\\{sign}")
    return text
