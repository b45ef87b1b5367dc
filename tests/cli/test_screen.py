"""Text from anywhere, shown as text."""

from __future__ import annotations

import io
import sys

import pytest

from src.cli import progress
from src.cli.screen import Screen, cells, grid
from src.utils.text import count


def test_markup_and_control_characters_in_data_are_shown_as_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen = Screen()
    screen.say("[bold]red[/bold] \x1b[31m:smile: \u202edaolnwod")
    screen.show(grid(("[red]name",), [("[link=http://x]cell[/link]\x07",)]))
    out = capsys.readouterr().out
    assert "[bold]red[/bold]" in out
    assert ":smile:" in out
    assert "[red]name" in out
    assert "[link=http://x]cell[/link]" in out
    for hidden in ("\x1b", "\u202e", "\x07"):
        assert hidden not in out


def test_nothing_but_the_document_reaches_stdout_in_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen = Screen(as_json=True)
    screen.say("words")
    screen.show(grid(("a",), [("b",)]))
    screen.listed("title", ["entry"])
    screen.note("meanwhile")
    screen.document({"ü": 1})
    out, err = capsys.readouterr()
    assert out == '{\n  "ü": 1\n}\n'
    assert err == "meanwhile\n"


def test_rows_that_are_too_wide_lose_whole_columns_and_say_so() -> None:
    rows = [{f"column_{n}": "x" * 20 for n in range(10)}]
    table, hidden = cells(rows, 60)
    assert len(table.columns) == 2
    assert hidden == 8


def test_a_table_of_facts_has_no_empty_head(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().show(grid(("", ""), [("name", "people")]))
    assert capsys.readouterr().out == "name   people\n"


def test_a_null_cell_and_an_empty_one_look_different(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().show(cells([{"a": None, "b": "", "c": True}], 80)[0])
    out = capsys.readouterr().out
    assert "null" in out
    assert "true" in out


def test_a_gigantic_cell_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().show(cells([{"a": "y" * 1_000_000}], 80)[0])
    assert "y…" in capsys.readouterr().out


def test_counts_read_like_words() -> None:
    assert count(1, "row") == "1 row"
    assert count(2000, "row") == "2,000 rows"


def test_without_a_terminal_progress_is_a_plain_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with progress.following(Screen(), "making", 200) as follow:
        follow(10)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    with progress.following(Screen(), "making", 200) as follow:
        follow(50, "9/s")
    assert capsys.readouterr().err == "making: 50 of 200 rows (25 %) 9/s\n"


def test_on_a_terminal_progress_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress.following(Screen(), "making", 2000) as follow:
        follow(2000, "[red]5/s")
    assert "2,000 of 2,000 rows" in terminal.getvalue()
    assert "[red]5/s" in terminal.getvalue()
