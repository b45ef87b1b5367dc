"""A request's text, cleaned and cut into clauses, in one pass over its characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from .words import word_set

LONGEST_CLAUSE = 400
"""Characters of a clause that is read at all. Every expression of this package runs on text no
longer than this, so none of them can be slow whatever it is given."""

_PAIRS = {")": "(", "]": "[", "}": "{"}
_SEPARATOR = re.compile(
    r"[,;\n•·.!?|]|(?<!\w)(?:and|und|sowie|plus|between|zwischen|&"
    r"|(?:sum|product|difference) of|(?:computed|calculated|derived) from)(?!\w)",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^(?:[-*–•>] |[-*–•>](?!\d)|\(?(?:\d{1,3}|[a-z])[.)] )+", re.IGNORECASE)
_ABBREVIATIONS = word_set(
    "e.g i.e incl max min approx ca vs bzw no z.b d.h inkl etc nr avg st b"
)  # fmt: skip
_CONTINUES = re.compile(
    r"(?:before|after|only|not|if|when|unless|then|while|otherwise|less|more|at|in|on|mean"
    r"|sd|std|median|sigma|nur|wenn|vor|nach|no (?:more|less|later|earlier))\b",
    re.IGNORECASE,
)


_ESCAPES = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
"""Colours of a terminal: without their first character they would read as numbers."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of the request and what stood before it: "" , ";" "." "\\n" or "and"."""

    text: str
    before: str
    said: str = ""

    @property
    def words(self) -> str:
        """As it was written, where `text` says it another way."""
        return self.said or self.text


def clean(text: str) -> str:
    """Without control and direction marks, spaces single, quotation marks straight."""
    kept = "".join(map(_cleaned, _ESCAPES.sub(" ", text)))
    return re.sub(r" {2,}", " ", kept)


def _cleaned(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    if char in "\n\u2028\u2029":
        return "\n"
    if char in "„“”«»":
        return '"'
    if char in "‘’":
        return "'"
    if char == "−":
        return "-"
    return _by_category(char)


def _by_category(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cf", "Cs", "Co", "Cn"):  # direction marks, joiners, what is no character
        return ""
    return " " if category in ("Cc", "Zs") else unicodedata.normalize("NFC", char)


def clauses(text: str) -> tuple[Clause, ...]:
    """The text cut at commas, sentence ends, lines and "and", never inside brackets or quotes."""
    inside = protected(text)
    found: list[Clause] = []
    start, before, awaited = 0, "", False
    for match in _SEPARATOR.finditer(text):
        if inside[match.start()]:
            continue
        word = match.group().casefold()
        if word in ("between", "zwischen") or word.endswith((" of", " from")):
            awaited = True
            continue
        if word in ("and", "und") and awaited:  # the "and" of "between 1 and 5"
            awaited = False
            continue
        if (
            not _separates(text, match.start(), match.end())
            or _is_value(text, match)
            or (word == "plus" and _adds(text, start, match.start()))
        ):
            continue
        _add(found, text[start : match.start()], before)
        start, before, awaited = match.end(), _mark(word), False
    _add(found, text[start:], before)
    return tuple(found)


def _add(found: list[Clause], raw: str, before: str) -> None:
    text = _BULLET.sub("", raw.strip()).strip() if len(raw) < 10_000 else raw.strip()
    if not text:
        return
    # The "and" of a condition ("if cancelled and before check-in") starts no field.
    if before == "and" and found and _CONTINUES.match(text):
        found[-1] = Clause(f"{found[-1].text} and {text}", found[-1].before)
    else:
        found.append(Clause(text, before))


def _mark(word: str) -> str:
    if word in ("and", "und", "sowie", "plus", "&"):
        return "and"
    return {"!": ".", "?": ".", "•": "\n", "·": "\n", "|": ","}.get(word, word)


def _separates(text: str, at: int, end: int) -> bool:
    """Whether this comma, point or bar is not part of a number, a name or an abbreviation."""
    char = text[at]
    left, right = text[at - 1 : at], text[end : end + 1]
    if char == ",":
        return not (left.isdigit() and right.isdigit())
    if char in "|&":
        return left in ("", " ") and right in ("", " ")
    if char in "!?":
        return right in ("", " ", "\n")
    if char != ".":
        return True
    if right not in ("", " ", "\n"):
        return False
    word = (
        text[max(0, at - 8) : at]
        .rsplit(" ", maxsplit=1)[-1]
        .rsplit("\n", maxsplit=1)[-1]
        .casefold()
        .lstrip("(")
    )
    return word not in _ABBREVIATIONS and not (
        word.isdigit() and _starts_line(text, at - len(word))
    )


def _is_value(text: str, match: re.Match[str]) -> bool:
    """The "plus" of "basic/plus/premium", and of "29.90 for plus"."""
    before = text[max(0, match.start() - 5) : match.start()]
    is_named = match.group().casefold() == "plus" and before.casefold().endswith((" for ", " is "))
    return match.group().isalpha() and (
        is_named or "/" in (before[-1:], text[match.end() : match.end() + 1])
    )


def _adds(text: str, start: int, at: int) -> bool:
    """Whether this "plus" stands in a computation, or before a share."""
    return text[at + 5 : at + 6].isdigit() or "=" in text[max(start, at - 60) : at]


def _starts_line(text: str, at: int) -> bool:
    return at <= 0 or text[at - 1] == "\n"


def protected(text: str) -> list[bool]:
    """For each character, whether it stands inside matched brackets or quotation marks; linear.

    Brackets that are never closed protect nothing.
    """
    edges = [0] * (len(text) + 1)
    for start, end in (*_bracketed(text), *_quoted(text)):
        edges[start] += 1
        edges[end + 1] -= 1
    return [depth > 0 for depth in accumulate(edges)]


def _bracketed(text: str) -> Iterator[tuple[int, int]]:
    open_at: list[int] = []
    for place, char in enumerate(text):
        if char in "([{":
            open_at.append(place)
        elif char in _PAIRS and open_at and text[open_at[-1]] == _PAIRS[char]:
            yield open_at.pop(), place


def first_bracket(text: str) -> tuple[int, int] | None:
    """Where the first round bracket opens and where it closes."""
    pairs = [pair for pair in _bracketed(text) if text[pair[0]] == "("]
    return min(pairs, default=None)


def _quoted(text: str) -> Iterator[tuple[int, int]]:
    """Pairs of quotation marks; none reaches over the end of a line."""
    start = -1
    for place, char in enumerate(text):
        if char == "\n":
            start = -1
        elif char == '"':
            if start >= 0:
                yield start, place
            start = place if start < 0 else -1
