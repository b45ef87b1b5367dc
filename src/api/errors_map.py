"""What the SDK raises, turned once into our own errors."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..core.errors import (
    BadAnswer,
    ProviderBusy,
    ProviderDown,
    ProviderError,
    ProviderRefused,
    QuotaExhausted,
)
from ..utils.text import clean

if TYPE_CHECKING:
    from google.genai.errors import APIError

SHOWN = 200
"""Characters of the service's own words that a message quotes."""

Redact = Callable[[str], str]


class RequestNotAccepted(ProviderRefused):
    """Status 400 without a word about the key: it may be the response schema that is too much."""


class KeyRefused(ProviderRefused):
    """The key is not accepted: another one may be."""


class NoAnswer(ProviderDown):
    """The request was sent, and nothing came back: it may be billed all the same."""


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
