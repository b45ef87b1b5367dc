"""Complete JSON rows found in a text that may be anything."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

MAX_TEXT = 400_000
"""Characters looked at; an answer of 65,536 tokens has about 300,000."""
MAX_ROW = 65_536
MAX_REPAIR = 16_384

# All patterns are ours and linear on any text: what repeats is possessive or cannot overlap.
_START = re.compile(r'\[\s*+-?\d|\{\s*+"')
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|["\[\]{}]', re.DOTALL)
_PIECE = re.compile(r'("(?:[^"\\]++|\\.)*+")|([^"]++)', re.DOTALL)
_TRAILING_COMMA = re.compile(r",\s*+(?=[\]}])")
_PYTHON_WORD = re.compile(r"\b(?:True|False|None)\b")
_JSON_WORD = {"True": "true", "False": "false", "None": "null"}
_BAD_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_DEPTH = {"[": 1, "{": 1, "]": -1, "}": -1}


class Found(NamedTuple):
    """One closed array or object: its value, or None where it is not JSON even when mended."""

    start: int
    stop: int
    value: Any


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


# strict=False: a line break inside a string is the commonest slip, and there is one way to read it.
_DECODER = json.JSONDecoder(strict=False, parse_constant=_refuse)


class Search:
    """Looks for closed `[number…` and `{"…` that nest at most `depth` deep.

    What is not closed is never completed: `98` may be the beginning of `98.75`. Looking again
    from within what was found is allowed, and still the work is bounded: whoever passes a place
    from more than `LOOKS` starts is reading a text made to be slow.
    """

    LOOKS = 2

    def __init__(self, text: str, depth: int) -> None:
        self._text = text[:MAX_TEXT]
        self._depth = depth
        self._work = self.LOOKS * (depth + 1) * len(self._text)

    def next(self, start: int) -> Found | None:
        """The first one that starts at or after `start`; None where there is no more."""
        for match in _START.finditer(self._text, start):
            begin = match.start()
            stop = self._closed_at(begin)
            if stop is not None:
                return Found(begin, stop, decode(self._text[begin:stop]))
            if self._work < 0:
                return None
        return None

    def _closed_at(self, begin: int) -> int | None:
        """Where the bracket at `begin` closes; None if it does not, or holds too much."""
        inside, end, at = 0, min(len(self._text), begin + MAX_ROW), begin
        for token in _TOKEN.finditer(self._text, begin, end):
            sign, at = token.group(), token.end()
            inside += _DEPTH.get(sign, 0)
            if sign == '"' or inside > self._depth:  # a string without an end, or nested too deep
                at = end if sign == '"' else at
                break
            if inside == 0:
                return at
        else:
            at = end
        self._work -= at - begin
        return None


def decode(closed: str) -> Any:
    """The value of a closed piece of JSON, mended once if it is small; None if it is not JSON."""
    value = _decoded(closed)
    if value is None and len(closed) <= MAX_REPAIR:
        value = _decoded(mended(closed))
    return value


def _decoded(text: str) -> Any:
    try:
        value, stop = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):  # ValueError also stands for a number of 4,300 digits
        return None
    return value if not text[stop:].strip() else None


def mended(text: str) -> str:
    """The slips that have one reading only: trailing commas, Python's words, needless escapes."""
    return "".join(
        _BAD_ESCAPE.sub(_escape, string) if string else _outside(other)
        for string, other in _PIECE.findall(text)
    )


def _outside(text: str) -> str:
    return _PYTHON_WORD.sub(lambda word: _JSON_WORD[word.group()], _TRAILING_COMMA.sub("", text))


def _escape(match: re.Match[str]) -> str:
    return match.group() if match.group(1) in '"\\/bfnrtu' else match.group(1)


def whole(text: str) -> Any:
    """The value of a text that is JSON from end to end, maybe in a code fence; None if not."""
    text = text[:MAX_TEXT].strip()
    if text.startswith("```"):
        text = text.partition("\n")[2].rpartition("```")[0]
    return _decoded(text.strip())
