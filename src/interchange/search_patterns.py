"""JSON Schema patterns, which are searches, and ours, which match in full."""

from __future__ import annotations

import re

from ..utils.patterns import is_pattern

LONGEST = 1000
_UNICODE = re.compile(r"\\u\{?([0-9A-Fa-f]{4,6})\}?")
_NAMED = re.compile(r"\(\?<(?![=!])")
_ENDS = ("$", r"\z", r"\Z")


def full_match(search: str) -> str | None:
    """The RE2 expression that matches, in full, the texts in which `search` finds something.

    None where RE2 has no such expression: look-around, back-references, more than 1,000 characters.
    """
    if len(search) > LONGEST:
        return None
    found = "|".join(_anchored(part) for part in _alternatives(_unwrapped(_spelled(search))))
    return found if len(found) <= LONGEST and is_pattern(found) else None


def search(pattern: str) -> str:
    """The other way: a search that finds what `pattern` matches in full."""
    return f"^(?:{pattern})$"


def _spelled(pattern: str) -> str:
    r"""JavaScript's \uXXXX and (?<name>…) as RE2 writes them."""
    return _NAMED.sub("(?P<", _UNICODE.sub(r"\\x{\1}", pattern))


def _unwrapped(pattern: str) -> str:
    """Without anchors around a single group, and without a group around everything."""
    inner = pattern
    if inner.startswith("^(?:") and inner.endswith(")$") and _closes_at(inner, 1) == len(inner) - 2:
        return _with_anchors(inner[4:-2])
    if inner.startswith("(?:") and _closes_at(inner, 0) == len(inner) - 1:
        return inner[3:-1]
    return pattern


def _with_anchors(inner: str) -> str:
    return "|".join(f"^{part}$" for part in _alternatives(inner))


def _closes_at(pattern: str, start: int) -> int:
    """Where the group that opens at `start` closes; -1 where it does not."""
    depth = 0
    for place, letter in _letters(pattern):
        if place < start:
            continue
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return place
    return -1


def _alternatives(pattern: str) -> list[str]:
    """Split at every | outside groups and classes."""
    parts, begin, depth = [], 0, 0
    for place, letter in _letters(pattern):
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            parts.append(pattern[begin:place])
            begin = place + 1
    return [*parts, pattern[begin:]]


def _letters(pattern: str) -> list[tuple[int, str]]:
    """The letters that mean something by themselves: not escaped, not inside a class."""
    found, place, inside = [], 0, False
    while place < len(pattern):
        letter = pattern[place]
        if letter == "\\":
            place += 2
            continue
        if not inside:
            found.append((place, letter))
        inside = letter != "]" if inside else letter == "["
        place += 1
    return found


def _anchored(part: str) -> str:
    """One alternative: without its anchors, with `.*` where it had none."""
    before = after = ".*"
    if part.startswith("^"):
        part, before = part[1:], ""
    end = next((end for end in _ENDS if part.endswith(end) and not _is_escaped(part, end)), "")
    if end:
        part, after = part[: -len(end)], ""
    part = part.removeprefix(".*") if before else part
    if after and part.endswith(".*") and not part.endswith("\\.*"):
        after = ""
    return f"{before}{part}{after}"


def _is_escaped(part: str, end: str) -> bool:
    """Whether an odd number of backslashes stands before the end."""
    body = part[: -len(end)]
    return (len(body) - len(body.rstrip("\\"))) % 2 == 1
