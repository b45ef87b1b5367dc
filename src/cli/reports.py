"""What was understood, made and proved, in words and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..utils.text import count
from ..utils.wording import made_as, typed
from .screen import cells, grid

if TYPE_CHECKING:
    from ..core.job_manager import Created
    from ..core.models import DataSchema
    from ..core.ports import Dataset, Verdict
    from ..core.schemas import Extracted
    from .screen import Screen

READERS = {"local": "rowmill's own reader"}
MAKER_WIDTH = 200
VERDICT_WIDTH = 48
CHECK_WIDTH = 29
"""Of a mark and the longest check's name, with the gaps between all columns."""


def understood(screen: Screen, found: Extracted) -> None:
    """The schema as read from a request, what was assumed and what was left."""
    reading = found.reading
    engine = READERS.get(reading.engine, reading.engine)
    screen.say(f"Understood by {engine}:", "bold")
    schema(screen, found.schema)
    screen.listed("Assumed:", reading.assumptions)
    screen.listed("Not understood, and left out:", reading.not_understood)
    screen.listed("Worth saying more about:", reading.questions)
    screen.listed("Mind:", found.warnings)


def schema(screen: Screen, found: DataSchema) -> None:
    """Each table's fields: name, type, how it is made."""
    for table in found.tables:
        rows = f" · {count(table.rows, 'row')}" if table.rows is not None else ""
        screen.say(f"{table.name}{rows} · {found.locale}", "bold cyan")
        lines = [(field.name, typed(field), made_as(field, table)) for field in table.fields]
        screen.show(grid(("field", "type", "how it is made"), lines, cell=MAKER_WIDTH))
        screen.say()


def planned(screen: Screen, made: Created) -> None:
    spec, cost = made.job.spec, made.estimate
    rows = " + ".join(f"{number:,} {table}" for table, number in spec.rows)
    screen.say(f"{made.job.job_id}: {rows} in {count(made.chunks, 'chunk')}, {spec.output_format}")
    screen.say(f"Seed {spec.seed} makes the same bytes again, as of {spec.as_of}.")
    if cost.calls:
        money = "unknown" if cost.cost_usd is None else f"about ${cost.cost_usd:.2f}"
        screen.say(f"The model writes a part: about {count(cost.calls, 'call')}, cost {money}.")


def dataset(screen: Screen, made: Dataset) -> None:
    """The files, their first rows, and the verdict on each promise."""
    for file in made.files:
        screen.say(f"Wrote {file.path}", "bold green")
        screen.say(f"  {count(file.rows, 'row')} · {file.bytes:,} bytes · sha256 {file.sha256}")
    if made.neutralised:
        screen.say(f"  {count(made.neutralised, 'cell')} that spreadsheets would run: defused")
    screen.say()
    for table, rows in made.preview.items():
        if rows:
            _first_rows(screen, table if len(made.preview) > 1 else "", rows)
    verdicts(screen, made.verdicts)


def _first_rows(screen: Screen, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    shown, hidden = cells(rows, screen.out.width)
    screen.say(f"First rows of {table}:" if table else "First rows:", "bold")
    screen.show(shown)
    if hidden:
        screen.say(f"  … and {count(hidden, 'more column')}")
    screen.say()


def verdicts(screen: Screen, found: Sequence[Verdict]) -> None:
    if not found:
        return
    screen.say("Checked on the finished file:", "bold")
    if screen.narrow:
        for v in found:
            screen.say(f"{_mark(v)} {_check(v)} {v.about}: {_found(v)} (wanted: {_wanted(v)})")
    else:
        _verdict_table(screen, found)
    broken = [verdict for verdict in found if not verdict.held]
    if broken:
        screen.say(f"BROKEN: {len(broken)} of {count(len(found), 'check')}", "bold red")
    else:
        screen.say(f"All {count(len(found), 'check')} held.", "bold green")


def _verdict_table(screen: Screen, found: Sequence[Verdict]) -> None:
    # Three columns share what mark and check leave, or the last would be squeezed to nothing.
    width = min(VERDICT_WIDTH, (screen.out.width - CHECK_WIDTH) // 3)
    rows = [(_mark(v), _check(v), v.about, _wanted(v), _found(v)) for v in found]
    screen.show(grid(("", "check", "about", "wanted", "found"), rows, cell=width))


def _mark(verdict: Verdict) -> str:
    return "✓" if verdict.held else "✗"


def _check(verdict: Verdict) -> str:
    return verdict.check.replace("_", " ")


def _wanted(verdict: Verdict) -> str:
    """An expression says what is wanted by itself."""
    return "on every row" if verdict.target == verdict.about else verdict.target


def _found(verdict: Verdict) -> str:
    examples = ", ".join(verdict.examples)
    return verdict.measured + (f": {examples}" if examples and not verdict.held else "")
