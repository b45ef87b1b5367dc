"""Stdout and stderr for readers who may leave, and for those who never came."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO, cast

from ..core.errors import StorageError


def bear_with_readers() -> None:
    """From now on a command goes on without whoever read it (`| head`, `>&-`): its work is not
    done for the words. A character that a terminal cannot show becomes a `?`."""
    sys.stdout = _borne(sys.stdout, answers=True)
    sys.stderr = _borne(sys.stderr, answers=False)


def _borne(stream: TextIO | None, *, answers: bool) -> TextIO:
    if isinstance(stream, _Borne):
        return cast(TextIO, stream)
    # Python has None for what is closed; a free number would be the next file's to write into.
    stream = stream or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return cast(TextIO, _Borne(stream, answers))


class _Borne:
    """A stream whose reader may go. `answers`: what cannot be written for another reason is an
    error, as the answer is lost."""

    def __init__(self, stream: TextIO, answers: bool) -> None:
        self._stream = stream
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Raises: StorageError."""
        if text != "":  # click writes "" and b"" to see who takes them, and swallows what is raised
            self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Raises: StorageError."""
        self._try(self._stream.flush)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except OSError as exc:
            self._lead_nowhere()
            if self._answers and not isinstance(exc, BrokenPipeError):
                hint = "make room where it goes, or send it elsewhere, and say the command again"
                raise StorageError(
                    f"the answer cannot be written: {exc.strerror}", hint=hint
                ) from exc

    def _lead_nowhere(self) -> None:
        """What is still in the buffer must go somewhere, or the process ends with a complaint."""
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
