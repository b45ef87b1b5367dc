"""From SQL's CREATE TABLE statements to a schema of ours."""

from __future__ import annotations

import logging
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from ..core.errors import InvalidArgument
from .bounded import sized
from .ddl_statements import (
    DIALECTS,
    Statement,
    counted,
    guess_dialect,
    is_of_tables,
    is_sane,
    statements,
)
from .ddl_tables import Reader, Table
from .furnishing import furnished
from .names import Names
from .notes import Imported, Notebook
from .tables import referring, required, unique_together, with_rows

if TYPE_CHECKING:
    from sqlglot import exp

MOST_TABLES = 500
MOST_STATEMENTS = 5_000
"""Statements about tables that are parsed; a parse takes about a millisecond."""
_ORACLE_STATE = re.compile(r"\s+(?:ENABLE|DISABLE|NOVALIDATE)(?=\s*[,)])", re.IGNORECASE)
_SEMANTICS = re.compile(r"\(\s*(\d+)\s+(?:BYTE|CHAR)\s*\)", re.IGNORECASE)
_SQLITE_OPTIONS = re.compile(r"\)(?:[\s,]+(?:WITHOUT\s+ROWID|STRICT)){1,2}\s*$", re.IGNORECASE)

# Without a handler of its own it would write what it does not know to stderr; we say it in notes.
logging.getLogger("sqlglot").addHandler(logging.NullHandler())


def import_ddl(text: str, *, name: str, dialect: str | None = None) -> Imported:
    """Tables with their keys and checks; other statements are counted and left out.

    `dialect` is one of `ddl_statements.DIALECTS`; without it the text's own signs decide.

    Raises:
        InvalidArgument: there is no table in it, or no such dialect.
        LimitExceeded: the text is too long.
    """
    if dialect is not None and dialect not in DIALECTS:
        hint = "known: " + ", ".join(DIALECTS)
        raise InvalidArgument(f"there is no dialect {dialect!r}", hint=hint)
    spoken = dialect or guess_dialect(sized(text))
    reading = _Reading(spoken)
    if dialect is None:
        reading.notes.assume("", f"read as {spoken}")
    reading.read(text)
    if not reading.tables:
        raise InvalidArgument(
            "there is no CREATE TABLE in it that could be read" + reading.trouble(),
            hint="name another --dialect: " + ", ".join(DIALECTS),
        )
    tables, notes = reading.finished(), reading.notes
    name = tables[0]["name"] if len(tables) == 1 else name
    schema = {"name": name, "tables": tables}
    made = furnished(schema, notes)
    return Imported(made, "ddl", notes.assumed, notes.left_out, spoken)


class _Reading:
    """One text on its way."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.notes = Notebook()
        self.reader = Reader(dialect, self.notes)
        self.tables: dict[str, Table] = {}
        self.names = Names("table")

    def read(self, text: str) -> None:
        skipped: Counter[str] = Counter()
        parsed = 0
        for statement in statements(text, backslashes=self.dialect == "mysql"):
            if not is_of_tables(statement) or parsed >= MOST_STATEMENTS:
                skipped[statement.kind] += 1
                continue
            parsed += 1
            self._statement(statement)
        if skipped:
            self.notes.leave("", f"other statements are left out: {counted(skipped)}")

    def trouble(self) -> str:
        return "".join(f"; {note}" for note in self.notes.left_out[:3])

    # ── statements ────────────────────────────────────────────────────────────────────────────

    def _statement(self, statement: Statement) -> None:
        path = f"statement {statement.number}"
        if not is_sane(statement):
            self.notes.leave(path, f"{statement.kind} is too long or nested too deeply to be read")
            return
        node = self._parsed(statement.text)
        if node is None:
            self.notes.leave(path, f"{statement.kind} could not be read: {statement.text[:80]}")
            return
        handle = _HANDLERS.get((type(node).__name__, statement.kind))
        if handle is None or not handle(self, node):
            self.notes.leave(path, f"left out: {statement.text[:80]}")

    def _parsed(self, text: str) -> exp.Expr | None:
        """None where no dialect reads it."""
        import sqlglot
        from sqlglot.errors import SqlglotError

        if self.dialect == "oracle":
            text = _SEMANTICS.sub(r"(\1)", _ORACLE_STATE.sub("", text))
        text = _SQLITE_OPTIONS.sub(")", text)
        for dialect in dict.fromkeys((self.dialect, "mysql", "tsql", "postgres")):
            try:
                found = sqlglot.parse_one(text, read=dialect)
            except (SqlglotError, RecursionError, ValueError):
                continue
            if type(found).__name__ != "Command":
                return found
        return None

    def _create_table(self, node: Any) -> bool:
        body = node.this
        if type(body).__name__ != "Schema":  # CREATE TABLE … AS SELECT
            return False
        original = body.this.name
        if original.casefold() in self.tables or len(self.tables) >= MOST_TABLES:
            return False
        name = self.names.take(original)
        if name != original:
            self.notes.assume(original, f"is called {name} here")
        table = Table({"name": name, "fields": []})
        columns = [one for one in body.expressions if type(one).__name__ in _COLUMNS]
        for column in columns:
            self.reader.column(column, table)
        if not columns:
            return False
        for one in body.expressions:
            if type(one).__name__ not in _COLUMNS:
                self.reader.of_table(one, table)
        self.tables[original.casefold()] = table
        self._table_comment(node, table)
        return True

    def _table_comment(self, node: Any, table: Table) -> None:
        for part in getattr(node.args.get("properties"), "expressions", None) or ():
            if type(part).__name__ == "SchemaCommentProperty":
                table.document["description"] = part.name

    def _create_type(self, node: Any) -> bool:
        kind = node.args.get("expression")
        values = [str(one.this) for one in getattr(kind, "expressions", None) or ()]
        if not values:
            return False
        self.reader.enums[node.this.name.casefold()] = list(dict.fromkeys(values))
        return True

    def _create_index(self, node: Any) -> bool:
        table = self._known(node.this.args.get("table"))
        params = node.this.args.get("params")
        if table is None or params is None:
            return False
        columns = [one.this.name for one in params.args.get("columns") or ()]
        partial = params.args.get("where") is not None
        if node.args.get("unique") and all(columns) and not partial:
            unique_together(table.document, table.named(columns))
        return True  # an index that is not unique says nothing about the rows

    def _alter_table(self, node: Any) -> bool:
        table = self._known(node.this)
        actions = node.args.get("actions") or []
        if table is None or not actions:
            return False
        done = [self._action(action, table) for action in actions]  # each one, whatever the others
        return all(done)

    def _action(self, action: Any, table: Table) -> bool:
        word = type(action).__name__
        if word == "ColumnDef":
            self.reader.column(action, table)
        elif word == "AddConstraint":
            for constraint in action.expressions:
                self.reader.of_table(constraint, table)
        elif word == "AlterColumn" and "nextval" in action.sql().lower():
            return self._counts(action.this.name, table)
        else:
            return False
        return True

    def _counts(self, column: str, table: Table) -> bool:
        field = table.fields.get(column.casefold())
        if field is not None:
            field["generator"] = {"kind": "sequence", "start": 1}
        return field is not None

    def _comment(self, node: Any) -> bool:
        text, target = node.args.get("expression"), node.this
        if type(target).__name__ == "Column":
            table = self.tables.get(str(target.table).casefold())
            place = table.fields.get(target.name.casefold()) if table else None
        else:
            table = self._known(target)
            place = table.document if table else None
        if place is None or text is None:
            return False
        place["description"] = text.name
        return True

    def _known(self, node: Any) -> Table | None:
        return self.tables.get(str(getattr(node, "name", "")).casefold())

    # ── when all are read ─────────────────────────────────────────────────────────────────────

    def finished(self) -> list[dict[str, Any]]:
        for table in self.tables.values():
            required(table.document)
        for table in self.tables.values():
            keys = [key for found in table.references if (key := self._key(found, table))]
            if keys:
                table.document["foreign_keys"] = keys
            referring(table.document, self.notes)
            self._undrawn(table)
        return with_rows([table.document for table in self.tables.values()], self.notes)

    def _key(self, found: tuple[list[str], str, list[str]], table: Table) -> dict[str, Any] | None:
        names, other, columns = found
        target = self.tables.get(other.casefold())
        if target is None:
            path = f"{table.document['name']}.{', '.join(names)}"
            self.notes.leave(path, f"refers to {other}, which is not in the text")
            return None
        there = target.named(columns) or list(target.document.get("primary_key", ()))
        if len(there) != len(names):
            self.notes.leave(table.document["name"], f"its key to {other} has no counterpart")
            return None
        reference = {"table": target.document["name"], "fields": there}
        return {"fields": table.named(names), "reference": reference}

    def _undrawn(self, table: Table) -> None:
        """What a foreign key fills has no maker of its own."""
        for key in table.document.get("foreign_keys", ()):
            for field in table.document["fields"]:
                if field["name"] in key["fields"]:
                    field.pop("generator", None)


_COLUMNS = frozenset({"ColumnDef", "Identifier"})
_HANDLERS: dict[tuple[str, str], Any] = {
    ("Create", "CREATE TABLE"): _Reading._create_table,
    ("Create", "CREATE TYPE"): _Reading._create_type,
    ("Create", "CREATE INDEX"): _Reading._create_index,
    ("Alter", "ALTER TABLE"): _Reading._alter_table,
    ("Comment", "COMMENT TABLE"): _Reading._comment,
    ("Comment", "COMMENT COLUMN"): _Reading._comment,
}
