"""How a command ends: errors as one line on stderr, and what the exit code says."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import click

from ..core.errors import (
    CallerError,
    Conflict,
    InternalError,
    InvalidArgument,
    InvalidSchema,
    ProviderError,
    RowmillError,
    StorageError,
)
from ..utils.redact import redacted
from .streams import bear_with_readers

DONE, NOT_WELL, USAGE, INTERRUPTED = 0, 1, 2, 130
EXIT_CODES: tuple[tuple[type[RowmillError], int], ...] = (
    (CallerError, USAGE),
    (StorageError, 3),
    (ProviderError, 4),
    (Conflict, 5),
)
LINE_LIMIT = 2_000

# Hints name tools and their arguments; here the same things are commands and options.
_COMMANDS: tuple[tuple[str, str], ...] = (
    (r"\blist_jobs\b", "rowmill jobs list"),
    (r"\bget_job_progress\b", "rowmill jobs show"),
    (r"\bmerge_and_download\b", "rowmill merge"),
    (r"\bvalidate_schema\b", "rowmill schema validate"),
    (r"\bgenerate_chunk with chunk_index=\d+, or ", ""),
    (r"\b(generation|storage)=(\w+)", r"--\1 \2"),
    (r"\boutput_format\b", "--format"),
    (r"\brow_count\b", "--rows"),
    (r"\bchunk_size\b", "--chunk-size"),
    (r"\bmax_cost_usd\b", "--max-cost-usd"),
    (r"\bwithout strict\b", "without --strict"),
)

log = logging.getLogger("rowmill.cli")


def exit_code(exc: RowmillError) -> int:
    return _code_of_kind(type(exc))


def exit_code_of(problem: str | None) -> int:
    """The exit code for a job's recorded problem, `[code] what (what now)`."""
    found = re.match(r"\[([a-z_]+)\]", problem or "")
    kinds = {kind.code: kind for kind in _family(RowmillError)}
    return _code_of_kind(kinds.get(found[1], RowmillError)) if found else NOT_WELL


def answered(command: Callable[[], Any], *, as_json: bool) -> int:
    """The exit code of a command, whatever happens in it."""
    bear_with_readers()
    try:
        result = command()
    except RowmillError as exc:
        log.info("event=refused problem=%s", exc)
        return _said(exc, exit_code(exc), as_json)
    except click.exceptions.NoArgsIsHelpError as exc:
        click.echo(exc.format_message(), err=True)
        return USAGE
    except click.ClickException as exc:
        return _said(_usage(exc), USAGE, as_json)
    except (click.Abort, KeyboardInterrupt, asyncio.CancelledError):
        return interrupted("", as_json)
    except Exception as exc:
        if log.hasHandlers():  # before the settings are read there is no log, only the screen
            log.exception("event=fault")
        hint = "a fault in rowmill: the log has the details"
        return _said(InternalError(f"{type(exc).__name__}: {exc}", hint=hint), NOT_WELL, as_json)
    return result if isinstance(result, int) else DONE


def interrupted(how_to_go_on: str, as_json: bool) -> int:
    """Says that a person (or the system) stopped the command; the exit code for it."""
    message = "interrupted; what was made is kept" if how_to_go_on else "interrupted"
    if as_json:
        error = {"code": "interrupted", "message": message, "hint": how_to_go_on}
        _as_document(error)
    click.echo(f"rowmill: [interrupted] {message}", err=True)
    if how_to_go_on:
        click.echo(f"go on with: {how_to_go_on}", err=True)
    return INTERRUPTED


def in_commands(hint: str) -> str:
    """A hint in the words of the command line."""
    for words, ours in _COMMANDS:
        hint = re.sub(words, ours, hint)
    return hint


def _said(exc: RowmillError, code: int, as_json: bool) -> int:
    exc.hint = in_commands(exc.hint)
    if as_json:
        _as_document(document(exc))
    for line in _lines(exc):
        click.echo(line, err=True)
    return code


def _as_document(error: Mapping[str, Any]) -> None:
    with suppress(StorageError):  # stdout is full: what it is stands on stderr too
        click.echo(redacted(json.dumps({"error": error}, ensure_ascii=False)))


def document(exc: RowmillError) -> dict[str, Any]:
    """An error as JSON values."""
    said: dict[str, Any] = {"code": exc.code, "message": exc.message, "hint": exc.hint}
    if isinstance(exc, InvalidSchema):
        said["problems"] = [
            {"path": p.path, "code": p.code, "message": p.message, "hint": p.hint}
            for p in exc.problems
        ]
    return said


def _lines(exc: RowmillError) -> Iterator[str]:
    from ..utils.text import clean

    if not isinstance(exc, InvalidSchema) or len(exc.problems) == 1:
        yield clean(f"rowmill: {exc}", LINE_LIMIT)
        return
    yield f"rowmill: [{exc.code}] the schema has {len(exc.problems)} problems ({exc.hint})"
    for problem in exc.problems:
        yield "  " + clean(str(problem), LINE_LIMIT)


def _usage(exc: click.ClickException) -> RowmillError:
    context = getattr(exc, "ctx", None)
    hint = f"see: {context.command_path} --help" if context else "see: rowmill --help"
    message = re.sub(r"valid (integer|float) range", r"valid \1", exc.format_message())
    if message.startswith("Got unexpected extra argument"):
        hint = f"put words that belong together in quotes; {hint}"
    return InvalidArgument(message.rstrip("."), hint=hint)


def _code_of_kind(kind: type[RowmillError]) -> int:
    return next((code for base, code in EXIT_CODES if issubclass(kind, base)), NOT_WELL)


def _family(kind: type[RowmillError]) -> Iterator[type[RowmillError]]:
    for member in kind.__subclasses__():
        yield member
        yield from _family(member)
