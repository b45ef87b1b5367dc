"""Where a page of jobs ended, as text that only we read."""

from __future__ import annotations

import base64
import binascii

from ...core.errors import InvalidArgument


def cursor_of(number: int) -> str:
    return base64.urlsafe_b64encode(b"j%d" % number).decode()


def number_of(cursor: str) -> int:
    """Raises: InvalidArgument."""
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    number = text.removeprefix("j")
    # 18 digits fit what SQLite compares as an integer.
    if text == number or not (number.isascii() and number.isdigit() and len(number) <= 18):
        hint = "leave it out, or give back the cursor of the last page as it was"
        raise InvalidArgument("that is not a cursor of list_jobs", hint=hint)
    return int(number)
