"""A request that changes a schema: add, remove, rename, or say more about a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from ..core.models import MOST_ROWS, OutputFormat, Reading
from ..core.spelling import normalise
from .answering import MOST_CLAUSES, quoted
from .counting import take_rows
from .expecting import of_field
from .lexicon import locales, subjects
from .lexicon.entries import Hit, words_of
from .lexicon.makers import Template
from .naming import Setting, field_name, template_for
from .saying.gathering import gather, unelided
from .saying.meanings import Context
from .saying.phrases import read_phrase, stripped
from .saying.said import Said
from .shaping import built, shape
from .text import LONGEST_CLAUSE, Clause, clauses
from .words import word_set

Document = dict[str, Any]


@dataclass
class _Draft:
    """The schema while it is being changed, and what to tell about it."""

    document: Document
    table: Document
    context: Context
    notes: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def setting(self) -> Setting:
        owner = subjects.owner_of(str(self.table.get("name", "")))
        return Setting(self.context, owner, self.table.get("rows"))

    @property
    def fields(self) -> list[Document]:
        fields: list[Document] = self.table.setdefault("fields", [])
        return fields

    @property
    def checks(self) -> list[Document]:
        checks: list[Document] = self.document.setdefault("expectations", [])
        return checks

    def place(self, words: str) -> int | None:
        """Which field these words name."""
        wanted, plain = field_name(words), words_of(words)
        for place, one in enumerate(self.fields):
            if one.get("name") == wanted or words_of(str(one.get("name", ""))) == plain:
                return place
        return None


def refine(
    text: str,
    current: Mapping[str, Any],
    context: Context,
    output_format: OutputFormat | None,
) -> Reading:
    """The schema with the changes that were understood; of several tables, the first is meant
    unless a field's name is found in another."""
    document = normalise(deepcopy(dict(current)))
    tables = [table for table in document.get("tables") or [{}] if isinstance(table, dict)]
    draft = _Draft(document, (tables or [{}])[0], context)
    for clause in _commands(text, draft):
        _obey(clause, draft, tables)
    return Reading(
        _flat(document),
        "local",
        tuple(dict.fromkeys(draft.notes)),
        (),
        quoted(draft.left),
        output_format=output_format,
    )


def _flat(document: Document) -> Document:
    """One table of the schema's own name is written flat, as people write it."""
    tables = document.get("tables") or []
    if len(tables) != 1 or tables[0].get("name") != document.get("name"):
        return document
    rest = {key: value for key, value in document.items() if key != "tables"}
    checks = rest.pop("expectations", None)
    flat = {**rest, **{k: w for k, w in tables[0].items() if k not in ("name", "description")}}
    return {**flat, "expectations": checks} if checks else flat


def _commands(text: str, draft: _Draft) -> tuple[Clause, ...]:
    """One clause a command; a verb goes on over "and" and commas: "remove age and city"."""
    text, rows, because = take_rows(text, draft.context)
    if rows is not None and rows <= MOST_ROWS:
        _set_rows(draft, rows, because)
    elif rows is not None:
        draft.left.append(because)
    found: list[Clause] = []
    verb = ""
    for place, clause in enumerate(unelided(clauses(text))):
        if len(clause.text) > LONGEST_CLAUSE or place >= MOST_CLAUSES:
            draft.left.append(clause.text)
            continue
        if clause.text == "rows" and rows is not None:
            continue  # what is left of "…, 500 rows"
        match = _VERB.match(clause.text)
        verb = match["verb"] if match else ("" if clause.before in (".", "\n", ";") else verb)
        carried = verb.casefold() in _CARRIED and not match
        found.append(Clause(f"{verb} {clause.text}" if carried else clause.text, clause.before))
    return tuple(found)


def _set_rows(draft: _Draft, rows: int, because: str) -> None:
    draft.table["rows"] = rows
    draft.checks[:] = [check for check in draft.checks if check.get("check") != "row_count"]
    table = {} if len(draft.document.get("tables", ())) == 1 else {"table": draft.table.get("name")}
    draft.checks.insert(0, {"check": "row_count", "equals": rows, **table, "because": because})


_CARRIED = frozenset(
    {"add", "include", "remove", "drop", "delete", "ergänze", "entferne", "without"}
)
_VERB = re.compile(
    r"(?:please |also |then |and |now |bitte ){0,5}(?P<verb>add|include|remove|drop|delete|rename"
    r"|call|make|set|change|without|ergänze|füge|entferne|use)\b",
    re.IGNORECASE,
)


# ── commands ──────────────────────────────────────────────────────────────────────────────────


_ABOUT_ROWS = word_set(
    "make it set use to rows row count change the number of only please them instead i want"
)


def _obey(clause: Clause, draft: _Draft, tables: Sequence[Document]) -> None:
    text = re.sub(r"^(?:please|also|then|and|now|bitte) ", "", clause.text, flags=re.IGNORECASE)
    if set(text.casefold().split()) <= _ABOUT_ROWS:
        return  # the row count itself was taken before
    for pattern, act in _COMMANDS:
        match = pattern.fullmatch(text)
        if match and act(match, draft, tables):
            return
    draft.left.append(clause.text)


def _add(match: re.Match[str], draft: _Draft, _: Sequence[Document]) -> bool:
    phrases = gather((Clause(match["what"], ""),), draft.context)
    if not phrases or phrases[0].shares:
        return False
    phrase = phrases[0]
    said = read_phrase(phrase.text, draft.context, words=match["what"])
    if not said.name or said.ties or len(said.name.split()) > 6:
        return False
    place = draft.place(said.name)
    if place is not None:
        draft.notes.append(f"{said.name!r} was there already")
        return _say_more(draft, place, said)
    shaped = shape(said, draft.setting)
    draft.fields.append(shaped.field)
    draft.checks.extend(of_field(shaped.field, said))
    draft.notes.extend((*shaped.assumptions, *shaped.questions))
    draft.left.extend(shaped.left)
    return True


def _remove(match: re.Match[str], draft: _Draft, tables: Sequence[Document]) -> bool:
    words = stripped(match["what"])
    table, place = _found(words, draft, tables)
    if place is None or len(table["fields"]) == 1:
        return False
    name = table["fields"].pop(place)["name"]
    draft.checks[:] = [check for check in draft.checks if not _is_about(check, name)]
    return True


def _rename(match: re.Match[str], draft: _Draft, tables: Sequence[Document]) -> bool:
    table, place = _found(stripped(match["what"]), draft, tables)
    name = field_name(stripped(match["to"]))
    if place is None or not name or any(one.get("name") == name for one in table["fields"]):
        return False
    old = table["fields"][place]["name"]
    table["fields"][place] = {**table["fields"][place], "name": name}
    draft.checks[:] = [_renamed(check, old, name) for check in draft.checks]
    if re.search(rf"\b{re.escape(old)}\b", repr(table)):
        draft.notes.append(f"{old!r} is still named elsewhere in the schema")
    return True


def _renamed(check: Document, old: str, new: str) -> Document:
    if check.get("field") == old:
        return {**check, "field": new}
    if old in check.get("fields", ()):
        return {**check, "fields": [new if name == old else name for name in check["fields"]]}
    return check


def _place_named(match: re.Match[str], draft: _Draft, _: Sequence[Document]) -> bool:
    named = locales.named(match["where"])
    if not named:
        return False
    draft.document["locale"] = named[0][1]
    return True


def _change(match: re.Match[str], draft: _Draft, tables: Sequence[Document]) -> bool:
    """ "age between 30 and 40", "make email optional", "status: open, closed"."""
    said = read_phrase(match["what"], draft.context)
    if not said.name or said.ties:
        return False
    table, place = _found(said.name, draft, tables)
    if place is None:
        return False
    draft.table = table
    return _say_more(draft, place, said)


def _found(words: str, draft: _Draft, tables: Sequence[Document]) -> tuple[Document, int | None]:
    """The table and place of a field; none where two tables have one of that name."""
    hits = []
    for table in tables:
        place = _Draft(draft.document, table, draft.context).place(words)
        if place is not None:
            hits.append((table, place))
    return hits[0] if len(hits) == 1 else (draft.table, None)


_SAID_NOTHING = Said("")


def _say_more(draft: _Draft, place: int, said: Said) -> bool:
    """The field with what was said in place of what stood there; the rest of it stays."""
    if said.but(words="", name="", rest=()) == _SAID_NOTHING:
        return False
    old = draft.fields[place]
    shaped = built(_hit_of(old, draft.setting), said.but(name=str(old["name"])), draft.setting)
    draft.fields[place] = _merged(old, shaped.field, said)
    name = str(old["name"])
    fresh = list(of_field(draft.fields[place], said))
    stale = {check["check"] for check in fresh} | {"not_null", "null_share"}
    draft.checks[:] = [c for c in draft.checks if not (_is_about(c, name) and c["check"] in stale)]
    draft.checks.extend(fresh)
    draft.notes.extend(shaped.assumptions if said.is_ranged or said.values else ())
    draft.left.extend(shaped.left)
    return True


def _hit_of(old: Document, setting: Setting) -> Hit:
    """The field as it stands, as a template; the lexicon's where it has no maker."""
    known = template_for(str(old["name"]), setting)
    kind = old.get("type", "string")
    if known.template.type == kind and not old.get("generator"):
        return Hit(known.template, known.entry, certain=True)
    is_unique = bool(old.get("constraints", {}).get("unique"))
    template = Template(kind, old.get("generator"), old.get("format"), unique=is_unique)
    return Hit(template, known.entry, certain=True)


_ABOUT_NUMBERS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "enum",
)


def _merged(old: Document, new: Document, said: Said) -> Document:
    constraints = dict(old.get("constraints", {}))
    if _says_what(said):
        constraints = {
            k: w for k, w in constraints.items() if k not in (*_ABOUT_NUMBERS, "pattern")
        }
        merged = {**{k: w for k, w in old.items() if k not in ("generator", "format")}, **new}
    else:
        kept = ("null_fraction", "description")
        merged = {**old, **{key: new[key] for key in kept if key in new}}
    if said.required:
        merged = {k: w for k, w in merged.items() if k not in ("null_fraction", "nullable")}
    constraints.update(new.get("constraints", {}))
    return {**merged, "constraints": constraints} if constraints else merged


def _says_what(said: Said) -> bool:
    """Whether something was said about the values themselves."""
    about = said.but(words="", name="", rest=(), unique=False, optional=False, required=False,
                     null_share=None, unit="")  # fmt: skip
    return about != _SAID_NOTHING


def _is_about(check: Mapping[str, Any], name: str) -> bool:
    return check.get("field") == name or check.get("fields") in ([name], (name,))


Act = Callable[[re.Match[str], _Draft, Sequence[Document]], bool]


def _x(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_COMMANDS: tuple[tuple[re.Pattern[str], Act], ...] = (
    (_x(r"(?:rename|call)(?: the)?(?: field| column)? (?P<what>[^,]{1,80})"
        r" (?:to|as|into|->|in) (?P<to>[\w -]{1,64})"), _rename),
    (_x(r"(?:remove|drop|delete|without|entferne)(?: the)?(?: field| column)? (?P<what>.{1,80}?)"
        r"(?: field| column)?"), _remove),
    (_x(r"(?:use|make (?:it|them|all)?|with|take|set (?:the )?locale to) ?(?P<where>[\w .]{2,40}?)"
        r"(?: names?| people| places?| addresses| locale| customers)*"), _place_named),
    (_x(r"(?:make|set|change)(?: the)? (?P<what>.{3,390})"), _change),
    (_x(r"(?:add|include|ergänze|füge)(?: also)?(?: the)?(?: fields?| columns?)?:?"
        r" (?P<what>.{2,390})"), _add),
    (_x(r"(?P<what>.{3,390})"), _change),
)  # fmt: skip
