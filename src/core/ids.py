"""Job ids: made by us, matched in full."""

from __future__ import annotations

import base64
import re

from .errors import NotFound

RANDOM_BYTES = 10
_JOB_ID = re.compile(r"job_[a-z2-7]{16}")


def job_id(randomness: bytes) -> str:
    """`job_` and 80 random bits in base 32."""
    return "job_" + base64.b32encode(randomness[:RANDOM_BYTES]).decode("ascii").lower()


def is_job_id(text: str) -> bool:
    """Whether a job of ours can have this id."""
    return _JOB_ID.fullmatch(text) is not None


def known_shape(text: str) -> str:
    """`text` itself, which is safe in a path from here on.

    Raises:
        NotFound: no job of ours can have this id.
    """
    if not (isinstance(text, str) and is_job_id(text)):
        raise NotFound(
            "that is not a job id",
            hint="ids look like job_k3v5…; list_jobs shows the ones there are",
        )
    return text
