"""SQL text as statements, without reading them: quotes, comments and batches are seen, no more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

LONGEST = 64 * 1024
"""Characters of one statement that is read further; a table of 200 columns has a tenth."""
DEEPEST = 40
"""Parentheses within each other."""

_MARK = re.compile(
    r"""'|"|`|\[|;|--|/\*|\$[A-Za-z_]*\$|^\s*(?:GO|/)[ \t]*;?[ \t]*\r?$|^[ \t]*DELIMITER\b.*$|\#""",
    re.MULTILINE | re.IGNORECASE,
)
_ENDS = {"'": "'", '"': '"', "`": "`", "[": "]", "--": "\n", "#": "\n", "/*": "*/"}
_WORDS = re.compile(r"[A-Za-z_]+")
_OF_TABLES = {"CREATE": ("TABLE", "TYPE", "DOMAIN", "INDEX"), "ALTER": ("TABLE",),
              "COMMENT": ("TABLE", "COLUMN")}  # fmt: skip
_BETWEEN = frozenset({"OR", "REPLACE", "GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED",
                      "FOREIGN", "UNIQUE", "ON", "CLUSTERED", "NONCLUSTERED"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """`number` counts from 1; `kind` is its first words: `CREATE TABLE`, `INSERT`."""

    number: int
    kind: str
    text: str


def statements(text: str, *, backslashes: bool = False) -> Iterator[Statement]:
    """Every statement, comments taken out; time linear in the text.

    `backslashes`: in a text, \\ takes the next character as it is, as in MySQL.
    """
    number = 0
    for one in _split(text, backslashes):
        bare = one.strip()
        if bare:
            number += 1
            yield Statement(number, _kind(bare), bare)


def _split(text: str, backslashes: bool) -> Iterator[str]:
    parts: list[str] = []
    done = place = 0
    while (mark := _MARK.search(text, place)) is not None:
        sign = mark[0]
        if sign.startswith(("'", '"', "`", "[")):
            place = _closed(text, mark.end(), _ENDS[sign], backslashes)
        elif sign in ("--", "#", "/*"):
            parts.append(text[done : mark.start()] + " ")
            # What ends a line comment still ends the line: a GO may stand on the next.
            place = _closed(text, mark.end(), _ENDS[sign], False) - (sign != "/*")
            done = place = max(place, mark.end())
        elif sign.startswith("$"):
            place = _closed(text, mark.end(), sign, False)
        else:
            parts.append(text[done : mark.start()])
            yield "".join(parts)
            parts, done, place = [], mark.end(), mark.end()
    yield "".join([*parts, text[done:]])


def _closed(text: str, start: int, end: str, backslashes: bool) -> int:
    """Where what opened before `start` is over; the text's end where it never closes."""
    place = text.find(end, start)
    while place >= 0 and backslashes and _escaped(text, start, place):
        place = text.find(end, place + 1)
    return len(text) if place < 0 else place + len(end)


def _escaped(text: str, start: int, place: int) -> bool:
    slashes = 0
    while place - slashes > start and text[place - slashes - 1] == "\\":
        slashes += 1
    return slashes % 2 == 1


def _kind(text: str) -> str:
    words = [word.upper() for word in _WORDS.findall(text[:200])]
    first = words[0] if words else "?"
    second = next((word for word in words[1:] if word not in _BETWEEN), "")
    return f"{first} {second}" if second in _OF_TABLES.get(first, ()) else first


def is_of_tables(statement: Statement) -> bool:
    return " " in statement.kind


def is_sane(statement: Statement) -> bool:
    """Short and shallow enough to be parsed."""
    if len(statement.text) > LONGEST:
        return False
    depth = deepest = 0
    for letter in statement.text:
        if letter in "()<>":
            depth += 1 if letter in "(<" else -1
            depth = max(depth, 0)
            deepest = max(deepest, depth)
    return deepest <= DEEPEST


def counted(kinds: Counter[str]) -> str:
    """`INSERT (12), SET (3)`."""
    return ", ".join(f"{kind} ({count:,})" for kind, count in sorted(kinds.items())[:20])


# ── which SQL ─────────────────────────────────────────────────────────────────────────────────

DIALECTS = ("sqlite", "postgres", "mysql", "tsql", "oracle")
_SIGNS: dict[str, str] = {
    "mysql": r"`\w+`|\bengine\s*=|\bauto_increment\b|\bunsigned\b",
    "tsql": r"\[\w+\]\.\[|^\s*go\s*$|\bidentity\s*\(\s*\d|\bnvarchar\b|\[\w+\]\s+\[?\w+"
    r"|\bclustered\b",
    "postgres": r"\b(?:big|small)?serial\b|\bcharacter varying\b|::\w|\bjsonb\b|\bbytea\b"
    r"|\btimestamptz\b|\bwith(?:out)? time zone\b|\balter table only\b|\bas enum\b"
    r"|\bcomment on\b|\w\[\]",
    "oracle": r"\bn?varchar2\b|\bnumber\s*\(|\bsysdate\b|\bclob\b",
    "sqlite": r"\bautoincrement\b|\bwithout rowid\b|\bpragma\b|\bstrict\s*;",
}
SAMPLE = 200_000
MOST_SIGNS = 50


def guess_dialect(text: str) -> str:
    """The SQL that most of the text's own signs speak for; SQLite's where nothing does."""
    head = text[:SAMPLE]
    counts = {name: _signs(sign, head) for name, sign in _SIGNS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else "sqlite"


def _signs(sign: str, text: str) -> int:
    found = re.finditer(sign, text, re.IGNORECASE | re.MULTILINE)
    return sum(1 for _ in islice(found, MOST_SIGNS))
