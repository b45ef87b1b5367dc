"""What Gemini answers with status 200, read from its document as it came.

Not the SDK's own reading of it: that one also reads the model's text as JSON, fails where a number
in there has 5,000 digits or brackets nest too deep, and takes the whole rows beside it and what
they cost along.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from ..core.errors import BadAnswer, ProviderBlocked
from ..core.models import Usage
from ..utils.text import clean

Finish = Literal["complete", "cut", "short", "blocked"]

# Every reason the SDK names; one that is not here reads as "short": what came may be used.
FINISH: dict[str, Finish] = {
    "STOP": "complete",
    "MAX_TOKENS": "cut",
    "CONTINUATION": "cut",
    "FINISH_REASON_UNSPECIFIED": "short",
    "OTHER": "short",
    "MALFORMED_RESPONSE": "short",
    "MALFORMED_FUNCTION_CALL": "short",
    "UNEXPECTED_TOOL_CALL": "short",
    "TOO_MANY_TOOL_CALLS": "short",
    "MISSING_THOUGHT_SIGNATURE": "short",
    "NO_IMAGE": "short",
    "IMAGE_OTHER": "short",
    "SAFETY": "blocked",
    "RECITATION": "blocked",
    "LANGUAGE": "blocked",
    "BLOCKLIST": "blocked",
    "PROHIBITED_CONTENT": "blocked",
    "SPII": "blocked",
    "IMAGE_SAFETY": "blocked",
    "IMAGE_PROHIBITED_CONTENT": "blocked",
    "IMAGE_RECITATION": "blocked",
    "ESCALATION": "blocked",
    "MODEL_ARMOR": "blocked",
    "PUP_LIMITED_DISABLED": "blocked",
}


MOST_TOKENS = 10**9
"""A count beyond this is not believed."""

Document = Mapping[str, Any]
_T = TypeVar("_T", list[Any], dict[str, Any], str)


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's text, possibly empty, and how it ended."""

    text: str
    finish: Literal["complete", "cut", "short"]
    usage: Usage


def document_of(body: str) -> Document:
    """Raises: ValueError, RecursionError, TypeError: the body is no object in JSON."""
    found = json.loads(body) if body else {}
    if not isinstance(found, dict):
        raise TypeError("an object was expected")
    return found


def reply_of(document: Document) -> Reply:
    """Raises: ProviderBlocked, BadAnswer."""
    block = _inside(document, "promptFeedback", dict).get("blockReason")
    if block is not None:
        raise _blocked("prompt", block)
    first = _first(_inside(document, "candidates", list))
    reason = str(first.get("finishReason")).upper()
    finish = FINISH.get(reason, "short")
    if finish == "blocked":
        raise _blocked("answer", reason)
    return Reply(text=_text(first), finish=finish, usage=usage_of(document))


def usage_of(document: Document) -> Usage:
    """Thinking is output, as on the bill; a missing count is 0."""
    counted = document.get("usageMetadata")
    thinking = _count(counted, "thoughtsTokenCount")
    return Usage(
        calls=1,
        input_tokens=_count(counted, "promptTokenCount")
        + _count(counted, "toolUsePromptTokenCount"),
        output_tokens=_count(counted, "candidatesTokenCount") + thinking,
        thinking_tokens=thinking,
        cached_tokens=_count(counted, "cachedContentTokenCount"),
    )


def _count(counted: Any, name: str) -> int:
    count = counted.get(name) if isinstance(counted, dict) else None
    return count if type(count) is int and 0 <= count <= MOST_TOKENS else 0


def _text(candidate: Document) -> str:
    parts = _inside(_inside(candidate, "content", dict), "parts", list)
    return "".join(
        _inside(part, "text", str) for part in map(_object, parts) if not part.get("thought")
    )


def _first(candidates: list[Any]) -> Document:
    return _object(candidates[0]) if candidates else {}


def _inside(document: Document, name: str, kind: type[_T]) -> _T:
    """What stands there, an empty one where nothing does. Raises: BadAnswer."""
    value = document.get(name)
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise _odd()
    return value


def _object(value: Any) -> Document:
    if not isinstance(value, dict):
        raise _odd()
    return value


def _odd() -> BadAnswer:
    return BadAnswer("Gemini's answer has a shape of its own", hint="try again")


def _blocked(what: str, reason: Any) -> ProviderBlocked:
    return ProviderBlocked(
        f"Gemini blocked the {what}: {clean(str(reason), 40)}",
        hint="change the descriptions of the fields concerned, or let code make them",
    )
