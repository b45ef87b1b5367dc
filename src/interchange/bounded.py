"""Text from strangers, read only as far as it is sane."""

from __future__ import annotations

import json
import math
from typing import Any

from ..core.errors import InvalidArgument, LimitExceeded

MOST_TEXT = 16 * 1024 * 1024
"""Characters of a text that is read at all: dumps of example databases have a few million."""
MOST_JSON = 2 * 1024 * 1024
DEEPEST_JSON = 100


def sized(text: str, most: int = MOST_TEXT) -> str:
    """Raises: LimitExceeded."""
    if len(text) > most:
        hint = f"at most {most // (1024 * 1024)} MiB: leave out the data, keep the structure"
        raise LimitExceeded(f"the text has {len(text):,} characters", hint=hint)
    return text


def decoded(data: bytes) -> str:
    """Raises: InvalidArgument: it is not UTF-8 or UTF-16 text."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise InvalidArgument("this is not UTF-8 text", hint="is it a schema?") from None


def parsed_json(text: str) -> Any:
    """A JSON value of bounded size and depth.

    Raises:
        LimitExceeded, InvalidArgument
    """
    sized(text, MOST_JSON)
    _require_shallow(text)
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_no_constant, parse_int=_whole)
    except json.JSONDecodeError as exc:
        where = f"line {exc.lineno}, column {exc.colno}"
        hint = "mend it, or say with --from what it is"
        raise InvalidArgument(f"this is not JSON: {exc.msg} ({where})", hint=hint) from None


def _require_shallow(text: str) -> None:
    """Counted before parsing, which recurses. A bracket in a text counts too: the limit is high."""
    depth = deepest = 0
    for letter in _unquoted_brackets(text):
        depth += 1 if letter in "[{" else -1
        deepest = max(deepest, depth)
        if deepest > DEEPEST_JSON:
            hint = f"at most {DEEPEST_JSON} levels"
            raise LimitExceeded("the JSON is nested too deeply", hint=hint)


def _unquoted_brackets(text: str) -> str:
    """The brackets outside strings, in order."""
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
    return "".join(letter for letter in outside if letter in "[]{}")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise InvalidArgument(f"the number {text[:40]} is too large", hint="mend it")
    return number


def _whole(text: str) -> int:
    if len(text) > 400:
        raise InvalidArgument("a number has more than 400 digits", hint="mend it")
    return int(text)


def _no_constant(text: str) -> float:
    raise InvalidArgument(f"{text} is not JSON", hint="mend it")
