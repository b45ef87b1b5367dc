"""Every error rowmill raises, split by whose move is next.

RowmillError
├── CallerError        you change the request, then call again
│   ├── InvalidArgument
│   ├── InvalidSchema        carries every problem at once
│   ├── NotFound
│   ├── IllegalTransition
│   ├── AlreadyExists
│   ├── LimitExceeded
│   ├── NotConfigured        a setting is missing
│   └── Declined             the person was asked and did not agree: nothing was changed
├── PromiseBroken      strict: the data is not what was promised, so nothing was published
├── Conflict           somebody else was quicker: look again, then decide
├── StorageError       the disk's (or bucket's) owner
│   ├── StorageFull
│   ├── StoreBusy            another process writes job records and does not come to an end
│   ├── StorageRefused       a bucket's name, region or rights: trying again changes nothing
│   ├── StoreDamaged         job records: rowmill doctor --rebuild
│   ├── ChunkMissing
│   ├── ChunkDamaged
│   └── NewerFormat          data of a later rowmill: untouched
├── InternalError      ours: a fault in rowmill
└── ProviderError      the model service's
    ├── ProviderBusy         wait, then the same again
    ├── ProviderDown         wait, then the same again
    ├── ProviderRefused      the key, the model's name or the request is not accepted
    ├── ProviderBlocked      the model will not answer this prompt
    ├── QuotaExhausted       nothing more today
    └── BadAnswer            an answer came, and it cannot be used

Whatever a library raises is turned into one of these at the adapter that called it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what somebody handed in.

    `path` points into the document (`fields[2].generator.weights`), `code` is stable, `message`
    says what is wrong and `hint` what would be right.
    """

    path: str
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        at = f"{self.path}: " if self.path else ""
        return f"{at}{self.message}" + (f" ({self.hint})" if self.hint else "")


class RowmillError(Exception):
    """What happened, and what to do now; printed as `[code] what (what now)`."""

    code = "error"
    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}" + (f" ({self.hint})" if self.hint else "")


class CallerError(RowmillError):
    code = "invalid_request"


class InvalidArgument(CallerError):
    code = "invalid_argument"


class InvalidSchema(CallerError):
    code = "invalid_schema"
    SHOWN = 5

    def __init__(self, problems: tuple[Problem, ...], *, hint: str = "") -> None:
        shown = "; ".join(str(problem) for problem in problems[: self.SHOWN])
        more = len(problems) - self.SHOWN
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        text = f"the schema has {count}: {shown}" + (f"; and {more} more" if more > 0 else "")
        super().__init__(text, hint=hint or "mend these and validate again")
        self.problems = problems


class NotFound(CallerError):
    code = "not_found"


class IllegalTransition(CallerError):
    code = "illegal_transition"


class AlreadyExists(CallerError):
    code = "already_exists"


class LimitExceeded(CallerError):
    code = "limit_exceeded"


class NotConfigured(CallerError):
    code = "not_configured"


class Declined(CallerError):
    code = "declined"


class PromiseBroken(RowmillError):
    code = "promise_broken"


class Conflict(RowmillError):
    code = "conflict"
    retryable = True


class StorageError(RowmillError):
    code = "storage_error"
    retryable = True


class StorageFull(StorageError):
    code = "storage_full"


class StoreBusy(StorageError):
    code = "store_busy"


class StorageRefused(StorageError):
    code = "storage_refused"
    retryable = False


class StoreDamaged(StorageError):
    code = "store_damaged"
    retryable = False


class ChunkMissing(StorageError):
    code = "chunk_missing"


class ChunkDamaged(StorageError):
    code = "chunk_damaged"


class NewerFormat(StorageError):
    code = "newer_format"
    retryable = False


class InternalError(RowmillError):
    code = "internal_error"


class ProviderError(RowmillError):
    """`usage`: what was used up before it came to this (a `models.Usage`), None if not known."""

    code = "provider_error"
    usage: object = None


class ProviderBusy(ProviderError):
    """`retry_after_s`: what the service asked us to wait, None where it did not say."""

    code = "provider_busy"
    retryable = True

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class ProviderDown(ProviderError):
    code = "provider_down"
    retryable = True


class ProviderRefused(ProviderError):
    code = "provider_refused"


class ProviderBlocked(ProviderError):
    code = "provider_blocked"


class QuotaExhausted(ProviderError):
    code = "quota_exhausted"


class BadAnswer(ProviderError):
    code = "bad_answer"
    retryable = True
