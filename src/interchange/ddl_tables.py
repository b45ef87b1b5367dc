"""CREATE TABLE and what adds to it, as sqlglot read them, into tables of ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import ddl_checks
from .ddl_types import COUNTING, described, word_of
from .names import Names
from .notes import Notebook
from .tables import unique_together

if TYPE_CHECKING:
    from sqlglot import exp

SILENT = frozenset(
    {
        "CollateColumnConstraint", "ClusteredColumnConstraint", "NonClusteredColumnConstraint",
        "CharacterSetColumnConstraint", "IndexColumnConstraint", "CompressColumnConstraint",
        "EncodeColumnConstraint", "OnUpdateColumnConstraint", "LikeProperty",
    }
)  # fmt: skip
"""How a column is stored or sorted: nothing that a row could show."""


@dataclass(slots=True)
class Table:
    """A table on its way. `fields` by their names in SQL, in small letters.

    `references` waits until every table is known; it holds (fields, table, its fields) in SQL's
    names, the last empty where the other table's key is meant.
    """

    document: dict[str, Any]
    names: Names = field(default_factory=Names)
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    references: list[tuple[list[str], str, list[str]]] = field(default_factory=list)

    def named(self, names: Iterable[str]) -> list[str]:
        return [self.names.of(name) for name in names]


class Reader:
    """Fills tables; `enums` holds the named lists of values (CREATE TYPE … AS ENUM)."""

    def __init__(self, dialect: str, notes: Notebook) -> None:
        self.dialect = dialect
        self.notes = notes
        self.enums: dict[str, list[str]] = {}

    def column(self, node: exp.ColumnDef | exp.Identifier, table: Table) -> None:
        original = node.name
        if original.casefold() in table.fields:
            return
        name, path = table.names.take(original), f"{table.document['name']}.{original}"
        if name != original:
            self.notes.assume(path, f"is called {name} here")
        found = {"name": name, **self._type(node.args.get("kind"), path)}
        found["nullable"] = True
        if found.get("generator", {}).get("kind") == "sequence":
            _not_null(node, found)
        table.fields[original.casefold()] = found
        table.document["fields"].append(found)
        for constraint in node.args.get("constraints") or ():
            self._of_column(constraint.args.get("kind"), original, found, table)

    def _type(self, kind: Any, path: str) -> dict[str, Any]:
        if kind is None:
            self.notes.assume(path, "says no type: text")
            return {"type": "string"}
        values = self.enums.get(_plain(str(kind.args.get("kind") or "")))
        if values:
            return {"type": "string", "constraints": {"enum": values}}
        found, note = described(kind, self.dialect)
        if note:
            self.notes.leave(path, note)
        if word_of(kind) in COUNTING:
            found["generator"] = {"kind": "sequence", "start": 1}
        return found

    # ── what stands behind a column ───────────────────────────────────────────────────────────

    def _of_column(self, kind: Any, original: str, found: dict[str, Any], table: Table) -> None:
        word, path = type(kind).__name__, f"{table.document['name']}.{original}"
        if word == "PrimaryKeyColumnConstraint":
            table.document["primary_key"] = [found["name"]]
        elif word == "Reference":
            self._reference([original], kind, table)
        elif word == "CheckColumnConstraint":
            self._check(kind.this, table, path)
        elif word in _OF_FIELD:
            _OF_FIELD[word](kind, found)
        elif word == "DefaultColumnConstraint":
            self.notes.leave(path, f"DEFAULT {_sql(kind.this)}: every row has a value of its own")
        elif word == "ComputedColumnConstraint":
            self.notes.leave(path, f"is computed as {_sql(kind.this)} there, and drawn here")
        elif word not in SILENT:
            self.notes.leave(path, f"{_sql(kind)} has no place in a schema here")

    # ── what stands beside the columns ────────────────────────────────────────────────────────

    def of_table(self, node: Any, table: Table) -> None:
        """A table's own constraint, inside CREATE TABLE or added by ALTER TABLE."""
        word = type(node).__name__
        if word == "Constraint":
            self._named(node, table)
        elif word == "PrimaryKey":
            table.document["primary_key"] = table.named(_names(node.expressions))
        elif word == "ForeignKey":
            self._reference(_names(node.expressions), node.args.get("reference"), table)
        elif word == "UniqueColumnConstraint":
            columns = _names(getattr(node.this, "expressions", None) or [node.this])
            unique_together(table.document, table.named(columns))
        elif word == "CheckColumnConstraint":
            self._check(node.this, table, table.document["name"])
        elif word not in SILENT:
            self.notes.leave(table.document["name"], f"{_sql(node)} has no place here")

    def _named(self, node: Any, table: Table) -> None:
        """T-SQL writes PRIMARY KEY CLUSTERED (a, b) as two constraints, one with the columns."""
        parts = list(node.expressions)
        words = {type(part).__name__ for part in parts}
        columns = [
            name
            for part in parts
            if isinstance(part.this, list)
            for name in _names(part.this)
        ]  # fmt: skip
        if "PrimaryKeyColumnConstraint" in words:
            table.document["primary_key"] = table.named(columns)
            return
        for part in parts:
            bare = type(part).__name__ == "UniqueColumnConstraint" and part.this is None
            if bare and columns:
                unique_together(table.document, table.named(columns))
            elif type(part).__name__ not in SILENT:
                self.of_table(part, table)

    def _reference(self, names: list[str], node: Any, table: Table) -> None:
        if node is None:
            return
        target = node.this
        columns = _names(getattr(target, "expressions", None) or ())
        owner = getattr(target, "this", None)
        other = target.name if columns == [] else getattr(owner, "name", "")
        if other:
            table.references.append((names, other, columns))

    def _check(self, condition: Any, table: Table, path: str) -> None:
        for sql in ddl_checks.apply(condition, table.fields, table.document):
            self.notes.leave(path, f"CHECK {sql} has no constraint here")


def _not_null(kind: Any, found: dict[str, Any]) -> None:
    if not kind.args.get("allow_null"):
        found.pop("nullable", None)
        _constrain(found, required=True)


def _counting(kind: Any, found: dict[str, Any]) -> None:
    if kind.args.get("expression") is not None:  # GENERATED ALWAYS AS (…)
        return
    _not_null(kind, found)
    found["type"] = "integer"
    generator: dict[str, Any] = {"kind": "sequence", "start": _whole(kind, "start", 1)}
    step = _whole(kind, "increment", 1)
    found["generator"] = {**generator, "step": step} if step != 1 else generator


def _unique(_: Any, found: dict[str, Any]) -> None:
    _constrain(found, unique=True)


def _comment(kind: Any, found: dict[str, Any]) -> None:
    found["description"] = kind.name


_OF_FIELD = {
    "NotNullColumnConstraint": _not_null,
    "UniqueColumnConstraint": _unique,
    "AutoIncrementColumnConstraint": _counting,
    "GeneratedAsIdentityColumnConstraint": _counting,
    "CommentColumnConstraint": _comment,
}


def _names(nodes: Iterable[Any]) -> list[str]:
    """Columns of a key, however they are wrapped: identifiers, ordered, with a length."""
    return [name for node in nodes if (name := _name(node))]


def _name(node: Any) -> str:
    while node is not None and type(node).__name__ in ("Ordered", "ColumnDef", "Paren"):
        node = node.this
    return str(getattr(node, "name", "") or "")


def _plain(name: str) -> str:
    return name.rpartition(".")[2].strip('"`[]').casefold()


def _whole(kind: Any, key: str, otherwise: int) -> int:
    found = kind.args.get(key)
    text = str(getattr(found, "this", found))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else otherwise


def _sql(node: Any) -> str:
    return node.sql() if hasattr(node, "sql") else str(node)


def _constrain(field: dict[str, Any], **constraints: Any) -> None:
    field["constraints"] = {**field.get("constraints", {}), **constraints}
