"""What the SDK raises or answers, turned once into our own errors and replies."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..core.errors import (
    BadAnswer,
    ProviderBlocked,
    ProviderBusy,
    ProviderDown,
    ProviderError,
    ProviderRefused,
    QuotaExhausted,
)
from ..core.models import Usage
from ..utils.text import clean

if TYPE_CHECKING:
    from google.genai.errors import APIError
    from google.genai.types import GenerateContentResponse

SHOWN = 200
"""Characters of the service's own words that a message quotes."""

Redact = Callable[[str], str]


class RequestNotAccepted(ProviderRefused):
    """Status 400 without a word about the key: it may be the response schema that is too much."""


class KeyRefused(ProviderRefused):
    """The key is not accepted: another one may be."""


class NoAnswer(ProviderDown):
    """The request was sent, and nothing came back: it may be billed all the same."""


# ── what is raised ────────────────────────────────────────────────────────────────────────────


def provider_error(exc: Exception, model: str, redact: Redact) -> ProviderError:
    """Our error for anything that a call through the SDK raised; quotes nothing secret."""
    import httpx2
    from google.genai import errors

    if isinstance(exc, errors.APIError):
        return _answered(exc, model, redact)
    # Most specific first: JSONDecodeError is a ValueError, and so are some of the SDK's errors.
    table: tuple[tuple[type[Exception] | tuple[type[Exception], ...], ProviderError], ...] = (
        (
            (json.JSONDecodeError, errors.UnknownApiResponseError),
            ProviderDown(
                "something that is not Gemini answered with a page that is not JSON",
                hint="look for a proxy in between, and at GEMINI_BASE_URL",
            ),
        ),
        (
            (httpx2.ConnectError, httpx2.ConnectTimeout),
            ProviderDown("Gemini cannot be reached", hint="check the network, then try again"),
        ),
        (
            (TimeoutError, httpx2.TimeoutException),
            NoAnswer("Gemini did not answer in time", hint="it is tried again"),
        ),
        (
            (httpx2.UnsupportedProtocol, httpx2.InvalidURL),
            ProviderRefused("the service's address is not one", hint="check GEMINI_BASE_URL"),
        ),
        (
            (httpx2.HTTPError, httpx2.StreamError, OSError),
            NoAnswer(
                f"the connection to Gemini failed: {type(exc).__name__}",
                hint="check the network, then try again",
            ),
        ),
        (
            # The SDK found the answer not to be of the documented shape, or stumbled over its text:
            # it reads that too, and JSON may nest too deep or hold a number of 5,000 digits.
            (ValueError, TypeError, LookupError, AttributeError, RecursionError),
            BadAnswer("Gemini's answer has a shape of its own", hint="try again"),
        ),
    )
    for kinds, error in table:
        if isinstance(exc, kinds):
            return error
    return ProviderError(
        f"the client library failed: {type(exc).__name__}",
        hint="try again; if it stays, report it",
    )


def _answered(exc: APIError, model: str, redact: Redact) -> ProviderError:
    """An HTTP status other than 200."""
    said = clean(redact(exc.message or exc.status or "no reason given"), SHOWN)
    status = exc.code or 0
    if status == 429:
        return _too_much(exc, said)
    if status >= 500 or status in (408, 499):
        return ProviderDown(f"Gemini answered {status}: {said}", hint="it is tried again")
    if status == 404:
        return ProviderRefused(f"Gemini knows no model {model!r}", hint="check GEMINI_MODEL")
    if status in (401, 403) or "API_KEY_INVALID" in _reasons(exc):
        hint = "check GEMINI_API_KEY, and what the key is allowed to do"
        return KeyRefused(f"Gemini does not accept the key: {said}", hint=hint)
    if 300 <= status < 400:
        hint = "redirects are not followed with a key; check GEMINI_BASE_URL"
        return ProviderRefused("the service's address leads somewhere else", hint=hint)
    kind = RequestNotAccepted if status == 400 else ProviderRefused
    return kind(f"Gemini does not accept the request ({status}): {said}", hint="change it")


def _too_much(exc: APIError, said: str) -> ProviderError:
    if any("PerDay" in quota for quota in _quotas(exc)):
        return QuotaExhausted(
            f"today's quota is used up: {said}",
            hint="it is given anew at midnight, Pacific time: resume then, or use another key "
            "or model",
        )
    return ProviderBusy(
        f"Gemini's quota is used up for the moment: {said}",
        hint="it is tried again; GEMINI_REQUESTS_PER_MINUTE and GEMINI_TOKENS_PER_MINUTE may be "
        "above what the key allows",
        retry_after_s=_retry_after_s(exc),
    )


def _details(exc: APIError) -> Iterator[Mapping[str, Any]]:
    """The typed details of Google's error document; none where the document is another."""
    found: Any = exc.details
    for key in ("error", "details"):
        found = found.get(key) if isinstance(found, Mapping) else None
    if isinstance(found, list):
        yield from (detail for detail in found if isinstance(detail, Mapping))


def _reasons(exc: APIError) -> set[str]:
    return {str(detail.get("reason", "")) for detail in _details(exc)}


def _quotas(exc: APIError) -> Iterator[str]:
    for detail in _details(exc):
        violations = detail.get("violations")
        for violation in violations if isinstance(violations, list) else ():
            if isinstance(violation, Mapping):
                yield str(violation.get("quotaId", ""))


def _retry_after_s(exc: APIError) -> float | None:
    """RetryInfo's delay ("17.5s"), else the header's whole seconds."""
    headers = getattr(exc.response, "headers", None)
    said = [detail.get("retryDelay") for detail in _details(exc)]
    said += [headers.get("retry-after")] if headers else []
    delays = (_seconds(text) for text in said if isinstance(text, str))
    return next((delay for delay in delays if delay is not None), None)


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text.removesuffix("s"))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


# ── what is answered with status 200 ──────────────────────────────────────────────────────────

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


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's text, possibly empty, and how it ended."""

    text: str
    finish: Literal["complete", "cut", "short"]
    usage: Usage


def reply_of(response: GenerateContentResponse) -> Reply:
    """Raises: ProviderBlocked."""
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        raise _blocked("prompt", feedback.block_reason)
    candidate = response.candidates[0] if response.candidates else None
    reason = candidate.finish_reason if candidate else None
    finish = FINISH.get(_name(reason), "short") if reason else "short"
    if finish == "blocked":
        raise _blocked("answer", reason)
    return Reply(text=_text(candidate), finish=finish, usage=usage_of(response))


def usage_of(response: GenerateContentResponse) -> Usage:
    """Thinking is output, as on the bill; a missing count is 0."""
    counted = response.usage_metadata
    if counted is None:
        return Usage(calls=1)
    thinking = counted.thoughts_token_count or 0
    return Usage(
        calls=1,
        input_tokens=(counted.prompt_token_count or 0) + (counted.tool_use_prompt_token_count or 0),
        output_tokens=(counted.candidates_token_count or 0) + thinking,
        thinking_tokens=thinking,
        cached_tokens=counted.cached_content_token_count or 0,
    )


def _text(candidate: Any) -> str:
    parts = candidate.content.parts if candidate and candidate.content else None
    return "".join(part.text for part in parts or () if part.text and not part.thought)


def _blocked(what: str, reason: Any) -> ProviderBlocked:
    return ProviderBlocked(
        f"Gemini blocked the {what}: {clean(_name(reason), 40)}",
        hint="change the descriptions of the fields concerned, or let code make them",
    )


def _name(reason: Any) -> str:
    return str(getattr(reason, "value", reason))
