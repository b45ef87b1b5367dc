"""Where log lines go: one line an event, to a file and, from warnings up, to stderr."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from .config import Settings
from .utils.redact import redacted

LINE = "%(asctime)s %(levelname)s %(name)s pid=%(process)d %(message)s"
FILE_BYTES = 5 * 1024 * 1024
FILES_KEPT = 3
_BREAKS = dict.fromkeys((*range(32), *range(127, 160)), " ") | {ord("\n"): " | "}
"""A line stays a line, and what a user said cannot steer the terminal that shows the log."""


class OneLine(logging.Formatter):
    """The finished line, traceback included, without a secret and on a single line."""

    def __init__(self) -> None:
        super().__init__(LINE)

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record)).translate(_BREAKS)


def configure(
    settings: Settings, *, stderr: TextIO | None = None, errors_on_stderr: bool = True
) -> None:
    """Send the `rowmill` logger to `logs/rowmill.log` and to stderr.

    `errors_on_stderr` is false where the caller says errors in words of its own. A folder that
    cannot be written is said once on stderr; nothing else depends on logs.
    """
    logger = logging.getLogger("rowmill")
    close()
    logger.setLevel(settings.log.level)
    logger.propagate = False
    formatter = OneLine()
    screen = logging.StreamHandler(stderr or sys.stderr)
    screen.setLevel(logging.WARNING)
    if not errors_on_stderr:
        screen.addFilter(lambda record: record.levelno < logging.ERROR)
    screen.setFormatter(formatter)
    logger.addHandler(screen)
    try:
        logger.addHandler(_file(settings.log_dir, formatter))
    except OSError as exc:
        logger.warning("event=no-log-file problem=%s (set LOG_DIR)", exc.strerror)


def close() -> None:
    """Take our handlers off and close their files."""
    logger = logging.getLogger("rowmill")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        with suppress(OSError):  # the last line may not fit on a full disk
            handler.close()


class _LogFile(RotatingFileHandler):
    """A line that the disk does not take is lost: whatever is wrong there, the caller says it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        pass


def _file(folder: Path, formatter: logging.Formatter) -> logging.Handler:
    folder.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(
        folder / "rowmill.log",
        maxBytes=FILE_BYTES,
        backupCount=FILES_KEPT,
        encoding="utf-8",
        delay=True,
    )
    handler.setFormatter(formatter)
    return handler
