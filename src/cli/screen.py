"""Where a command shows things: its answer on stdout, what happens meanwhile on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

from ..utils.text import as_json, clean

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LINE = 1_000
CELL = 40
GAP = 3
"""Between the columns of a table."""
NARROW = 80
"""Below so many columns a table that needs them all becomes a list."""
PLAIN_WIDTH = 120
"""Columns where there is no terminal to ask and COLUMNS is not set."""


class Screen:
    """Two consoles. `as_json`: stdout holds one JSON document and nothing else; `aside`: the words
    go to stderr, because stdout is for a document that follows."""

    def __init__(self, *, as_json: bool = False, aside: bool = False) -> None:
        self.as_json = as_json
        self._aside = aside

    @property
    def narrow(self) -> bool:
        return self.out.width < NARROW

    # rich is imported at the first word, so that --help does not wait for it.

    @cached_property
    def out(self) -> Console:
        return _console(sys.stderr if self._aside else sys.stdout)

    @cached_property
    def err(self) -> Console:
        return _console(sys.stderr)

    def say(self, text: str = "", style: str = "") -> None:
        """A line of the answer; not shown where the answer is JSON."""
        if not self.as_json:
            self.out.print(line(text, style), soft_wrap=True)

    def show(self, thing: RenderableType) -> None:
        """A table of the answer; not shown where the answer is JSON."""
        if not self.as_json:
            self.out.print(thing)

    def note(self, text: str, style: str = "dim") -> None:
        """What happens meanwhile."""
        self.err.print(line(text, style), soft_wrap=True)

    def document(self, document: Any) -> None:
        """The answer where it is JSON; not shown where it is words."""
        if self.as_json:
            self.data(document)

    def data(self, document: Any) -> None:
        """A JSON document, whatever the answer is."""
        sys.stdout.write(as_json(document) + "\n")
        sys.stdout.flush()

    def listed(self, title: str, entries: Iterable[str]) -> None:
        """A heading and its points; nothing where there are none."""
        found = list(entries)
        if found:
            self.say(title, "bold")
        for entry in found:
            self.say(f"  • {clean(entry, LINE)}")
        if found:
            self.say()


def line(text: str, style: str = "") -> Any:
    """Text as it is: nothing in it is markup, no control character gets through."""
    from rich.text import Text

    indent = len(text) - len(text.lstrip(" "))
    return Text(" " * indent + clean(text, LINE), style=style)


def grid(columns: Sequence[str], rows: Iterable[Sequence[str]], *, cell: int = CELL) -> Any:
    """A plain table, a line a row, of text that is cleaned and cut."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=any(columns))
    for number, name in enumerate(columns):
        # What does not fit is folded in the last column and cut in the others.
        last = number == len(columns) - 1
        table.add_column(line(name), overflow="fold" if last else "ellipsis", no_wrap=not last)
    for row in rows:
        table.add_row(*(line(clean(text, cell)) for text in row))
    return table


def cells(rows: Sequence[Mapping[str, Any]], width: int) -> tuple[Any, int]:
    """Rows of data as a table at most `width` wide, and how many columns had no room."""
    from rich.cells import cell_len

    names = list(rows[0]) if rows else []
    texts = [[_cell(row.get(name)) for name in names] for row in rows]
    shown, used = 0, 0
    for number, name in enumerate(names):
        needed = max(cell_len(clean(name, CELL)), *(cell_len(text[number]) for text in texts))
        used += needed + GAP
        if used - GAP > width and shown:
            break
        shown += 1
    return grid(names[:shown], (text[:shown] for text in texts)), len(names) - shown


def _cell(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(str(value), CELL)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    terminal = stream.isatty()
    width = None if terminal or "COLUMNS" in os.environ else PLAIN_WIDTH
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)
