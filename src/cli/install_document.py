"""One entry put into a JSON document's text, or taken out, and the rest kept byte for byte."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from json.decoder import JSONDecoder
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")


class NotPlainJson(ValueError):
    """The text cannot be edited safely; the message says why."""


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    start: int  # of its name
    value: int
    end: int  # of its value


@dataclass(frozen=True, slots=True)
class _Object:
    """An object in the text: `start` is its `{`, `end` its `}`."""

    start: int
    end: int
    members: tuple[_Member, ...]

    def member(self, name: str) -> _Member | None:
        return next((each for each in self.members if each.name == name), None)


def entry_of(text: str, key: str, name: str) -> Any:
    """The value at `key`.`name`, or None. Raises: NotPlainJson."""
    held = _servers(text, _root(text), key) if text.strip() else None
    found = held.member(name) if held else None
    return json.loads(text[found.value : found.end]) if found else None


def with_entry(text: str, key: str, name: str, value: Any) -> str:
    """The text with `key`.`name` set to the value. Raises: NotPlainJson."""
    if not text.strip():
        return json.dumps({key: {name: value}}, indent=2, ensure_ascii=False) + "\n"
    root = _root(text)
    held = _servers(text, root, key)
    if held is None:
        return _added(text, root, key, {name: value})
    found = held.member(name)
    if found is None:
        return _added(text, held, name, value)
    written = _written(text, held, found.start, value)
    return text[: found.value] + written + text[found.end :]


def without_entry(text: str, key: str, name: str) -> str:
    """The text without `key`.`name`. Raises: NotPlainJson."""
    held = _servers(text, _root(text), key)
    found = held.member(name) if held else None
    if held is None or found is None:
        return text
    place = held.members.index(found)
    if len(held.members) == 1:
        return text[: held.start] + "{}" + text[held.end + 1 :]
    if place:  # with the comma and the space before it
        return text[: held.members[place - 1].end] + text[found.end :]
    return text[: found.start] + text[held.members[1].start :]


# ── reading ───────────────────────────────────────────────────────────────────────────────────


def _root(text: str) -> _Object:
    try:
        whole = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as exc:
        raise NotPlainJson(f"line {exc.lineno}: {exc.msg}") from None
    except RecursionError:
        raise NotPlainJson("it is nested too deeply") from None
    if not isinstance(whole, dict):
        raise NotPlainJson("it is not an object")
    return _object(text, _skipped(text, 0))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice means something else to every reader."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise NotPlainJson("a name stands twice in one object")
    return dict(pairs)


def _servers(text: str, root: _Object, key: str) -> _Object | None:
    found = root.member(key)
    if found is None:
        return None
    if text[found.value] != "{":
        raise NotPlainJson(f"{key} is not an object")
    return _object(text, found.value)


def _object(text: str, start: int) -> _Object:
    """Of a text that is known to be valid JSON."""
    reader, members = JSONDecoder(), []
    at = _skipped(text, start + 1)
    while text[at] != "}":
        name, after = reader.raw_decode(text, at)
        value = _skipped(text, _skipped(text, after) + 1)  # past the colon
        _, end = reader.raw_decode(text, value)
        members.append(_Member(name, at, value, end))
        at = _skipped(text, end)
        at = _skipped(text, at + 1) if text[at] == "," else at
    return _Object(start, at, tuple(members))


def _skipped(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


# ── writing ───────────────────────────────────────────────────────────────────────────────────


def _added(text: str, held: _Object, name: str, value: Any) -> str:
    """A last member, on a line of its own where the others are."""
    newline, outer, step = _style(text, held)
    if held.members:
        last = held.members[-1]
        inner = _indent(text, last.start)
        lead = "," + (" " if inner is None else newline + inner)
        body = json.dumps(name) + ": " + _written(text, held, last.start, value)
        return text[: last.end] + lead + body + text[last.end :]
    inner = outer + step
    body = json.dumps(name) + ": " + _indented(value, inner, step, newline)
    return f"{text[: held.start]}{{{newline}{inner}{body}{newline}{outer}{text[held.end :]}"


def _written(text: str, held: _Object, at: int, value: Any) -> str:
    """A value as its neighbours are written: over several lines, or on one."""
    newline, _, step = _style(text, held)
    indent = _indent(text, at)
    if indent is None:
        return json.dumps(value, ensure_ascii=False)
    return _indented(value, indent, step, newline)


def _indented(value: Any, indent: str, step: str, newline: str) -> str:
    lines = json.dumps(value, indent=step, ensure_ascii=False).split("\n")
    return f"{newline}{indent}".join(lines)


def _style(text: str, held: _Object) -> tuple[str, str, str]:
    """How lines end, how far the object's own line is indented, and by how much each level is."""
    newline = "\r\n" if "\r\n" in text else "\n"
    line = text.rfind("\n", 0, held.start) + 1
    outer = text[line : _blank(text, line)]
    first = re.search(r"\n([ \t]+)\S", text)
    return newline, outer, first[1] if first else "  "


def _indent(text: str, at: int) -> str | None:
    """What stands before this place on its line; None where it is more than space."""
    line = text.rfind("\n", 0, at) + 1
    return text[line:at] if line and _blank(text, line) == at else None


def _blank(text: str, at: int) -> int:
    while text[at] in " \t":
        at += 1
    return at
