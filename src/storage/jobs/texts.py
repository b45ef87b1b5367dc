"""Texts kept by key: the first one stays. What models answered is among them: it was paid for."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Literal

from .copies import NoCopies
from .seals import opened, sealed

Shelf = Literal["schema_document", "answer"]
_SHELVES: tuple[Shelf, ...] = ("schema_document", "answer")
_KEEP: dict[Shelf, str] = {
    "schema_document": "INSERT INTO schema_document VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    "answer": "INSERT INTO answer VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
}
_ALL: dict[Shelf, str] = {
    "schema_document": "SELECT schema_id, document, seal FROM schema_document",
    "answer": "SELECT key, rows, seal FROM answer",
}
_ONE: dict[Shelf, str] = {
    "schema_document": f"{_ALL['schema_document']} WHERE schema_id = ?",
    "answer": f"{_ALL['answer']} WHERE key = ?",
}
_WORDS: dict[Shelf, str] = {
    "schema_document": "a schema", "answer": "a model's answer"
}  # fmt: skip


class Texts:
    """Inside its owner's transactions. What is new goes into the journal of `copies` first.

    `meta` remembers how far that journal is known here. What lies behind was written by a process
    that died before its commit, or the commit was lost with a damaged file: it is taken up.
    """

    def __init__(self, db: sqlite3.Connection, copies: NoCopies) -> None:
        self._db = db
        self._copies = copies

    def keep(self, shelf: Shelf, texts: Mapping[str, str]) -> dict[str, str]:
        """The texts that have the keys now."""
        known = self.kept(shelf, list(texts))
        fresh = {key: text for key, text in texts.items() if key not in known}
        if fresh:
            self._insert(shelf, fresh)  # first: what SQLite refuses must not get into the journal
            self._set_size(self._copies.kept(shelf, fresh))
        return {**texts, **known}

    def kept(self, shelf: Shelf, keys: Sequence[str]) -> dict[str, str]:
        """Those that there are. Raises: StoreDamaged."""
        rows = (self._db.execute(_ONE[shelf], (key,)).fetchone() for key in keys)
        checked = (opened(row, _WORDS[shelf]) for row in rows if row is not None)
        return dict(checked)

    def is_behind(self) -> bool:
        return self._copies.kept_since(self._size())[0] != self._size()

    def catch_up(self) -> None:
        """Take up what the journal holds and the tables lack; where it was lost, write it anew."""
        before = self._size()
        size, entries = self._copies.kept_since(before)
        found: dict[Shelf, dict[str, str]] = {shelf: {} for shelf in _SHELVES}
        for entry in filter(None, entries):
            found[entry["shelf"]] |= entry["texts"]  # of two about one key the last was used
        for shelf, texts in found.items():
            self._insert(shelf, texts)
        self._set_size(size)
        if size < before:
            self.copy_all()

    def copy_all(self) -> None:
        """Into the journal, for what was kept without one."""
        size = 0
        for shelf in _SHELVES:
            texts: dict[str, str] = dict(
                opened(row, _WORDS[shelf]) for row in self._db.execute(_ALL[shelf])
            )
            if texts:
                size = self._copies.kept(shelf, texts)
        self._set_size(size)

    def check(self) -> None:
        """Raises: StoreDamaged."""
        for shelf in _SHELVES:
            for row in self._db.execute(_ALL[shelf]):
                opened(row, _WORDS[shelf])

    def _insert(self, shelf: Shelf, texts: Mapping[str, str]) -> None:
        self._db.executemany(_KEEP[shelf], [sealed(pair) for pair in texts.items()])

    def _size(self) -> int:
        found = self._db.execute("SELECT value FROM meta WHERE key = 'journal'").fetchone()
        return int(found[0]) if found else 0

    def _set_size(self, size: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('journal', ?)", (str(size),))
