"""Everything the SDK can raise has its place among our errors."""

from __future__ import annotations

import inspect
import json

import httpx2
import pytest
from google.genai import errors

from src.api.errors_map import KeyRefused, RequestNotAccepted, provider_error
from src.core.errors import (
    BadAnswer,
    ProviderBusy,
    ProviderDown,
    ProviderError,
    ProviderRefused,
    QuotaExhausted,
)

from . import emulator


def mapped(exc: Exception) -> ProviderError:
    return provider_error(exc, "gemini-x", lambda text: text.replace("SECRET", "[redacted]"))


def api_error(status: int, *details: dict, message: str = "because") -> errors.APIError:
    kind = errors.ClientError if status < 500 else errors.ServerError
    return kind(status, json.loads(emulator.error(status, message, *details)))


def classes_of(module) -> set[type[BaseException]]:
    return {
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Exception) and not issubclass(member, Warning)
        if member.__module__.startswith(module.__name__)
    }


# What each of the SDK's classes becomes. A class that is new in the SDK makes the test below fail
# until somebody has decided.
SDK = {
    errors.APIError: ProviderError,
    errors.ClientError: ProviderRefused,
    errors.ServerError: ProviderDown,
    errors.UnknownApiResponseError: ProviderDown,
    errors.UnknownFunctionCallArgumentError: BadAnswer,
    errors.UnsupportedFunctionError: BadAnswer,
    errors.FunctionInvocationError: BadAnswer,
    errors.ContinuationInterruptedError: ProviderError,
}


def made(kind: type[Exception]) -> Exception:
    status = {errors.APIError: 302, errors.ClientError: 403, errors.ServerError: 503}.get(kind)
    return kind(status, {"message": "because"}) if status else kind("because")


def test_every_error_class_of_the_sdk_has_been_thought_of():
    assert classes_of(errors) == SDK.keys()


@pytest.mark.parametrize("kind", SDK, ids=lambda kind: kind.__name__)
def test_every_error_class_of_the_sdk_becomes_ours(kind):
    assert isinstance(mapped(made(kind)), SDK[kind])


# Built without their constructors, which want requests and positions that do not matter here.
@pytest.mark.parametrize(
    "kind", sorted(classes_of(httpx2), key=str), ids=lambda kind: kind.__name__
)
def test_every_error_class_of_the_transport_becomes_ours(kind):
    error = mapped(kind.__new__(kind))
    down = issubclass(kind, httpx2.TransportError | httpx2.StreamError)
    address = issubclass(kind, httpx2.UnsupportedProtocol | httpx2.InvalidURL)
    assert isinstance(error, ProviderError)
    assert isinstance(error, ProviderRefused) if address else (not down or error.retryable)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestNotAccepted),
        (401, KeyRefused),
        (403, KeyRefused),
        (404, ProviderRefused),
        (429, ProviderBusy),
        (500, ProviderDown),
        (503, ProviderDown),
        (504, ProviderDown),
    ],
)
def test_each_documented_status_becomes_one_kind(status, kind):
    error = mapped(api_error(status))
    assert type(error) is kind
    assert error.hint


def test_a_quota_by_the_minute_carries_its_delay():
    details = (emulator.quota_failure("RequestsPerMinute"), emulator.retry_info("17.5"))
    error = mapped(api_error(429, *details))
    assert isinstance(error, ProviderBusy)
    assert error.retry_after_s == 17.5


@pytest.mark.parametrize("said", ["", "soon", "-3", "nan", "inf", "1e999", None, 5, ["1s"]])
def test_a_delay_that_is_none_is_not_believed(said):
    error = mapped(
        api_error(429, {"retryDelay": said if not isinstance(said, str) else said + "s"})
    )
    assert isinstance(error, ProviderBusy)
    assert error.retry_after_s is None


def test_a_quota_by_the_day_is_not_waited_for():
    error = mapped(
        api_error(429, emulator.quota_failure("RequestsPerDay"), emulator.retry_info("9"))
    )
    assert isinstance(error, QuotaExhausted)
    assert not error.retryable


def test_an_invalid_key_is_told_from_an_invalid_request_though_both_are_400():
    error = mapped(api_error(400, {"reason": "API_KEY_INVALID"}))
    assert not isinstance(error, RequestNotAccepted)
    assert "GEMINI_API_KEY" in error.hint


def test_an_unknown_model_is_named():
    assert "gemini-x" in mapped(api_error(404)).message


@pytest.mark.parametrize("body", [[], "text", 5, None, {"error": "x"}, {"error": {"details": 7}}])
def test_an_error_document_of_any_shape_can_be_read(body):
    error = errors.ClientError.__new__(errors.ClientError)
    error.code, error.details, error.response = 429, body, None
    error.message = error.status = None
    assert isinstance(mapped(error), ProviderBusy)


def test_messages_are_short_one_line_and_without_secrets():
    error = mapped(api_error(403, message="key SECRET\n\x1b[31m" + "x" * 5000))
    assert "SECRET" not in str(error)
    assert "\n" not in error.message
    assert "\x1b" not in error.message
    assert len(error.message) < 300
