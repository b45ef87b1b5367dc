"""Which names may become paths."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from ..core.dataset_formats import ENDINGS
from ..core.errors import InvalidArgument

MAX_CHARACTERS = 200
MAX_PART_BYTES = 240
"""File systems take 255 bytes a part; the rest is for what lies beside a dataset."""
MANIFEST, UNJUDGED = ".manifest.json", ".unjudged.json"
"""How the names of the files end that lie beside a dataset and are called after it."""
TEMPORARY = ".rowmill-"
"""How files begin that are still being written."""

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)


def safe_part(name: str) -> str:
    """`name` itself, which comes from a record (a job id, a note) and is one plain path part.

    Raises:
        InvalidArgument: the record was tampered with.
    """
    if not _PART.fullmatch(name):
        raise InvalidArgument("a record holds a name that cannot be a file", hint="see the logs")
    return name


def dataset_path(name: str) -> PurePosixPath:
    """A dataset's name as a relative path that stays inside any folder on any system.

    Raises:
        InvalidArgument: it does not; the hint says what would.
    """
    own = name.removesuffix(MANIFEST).removesuffix(UNJUDGED)
    reason = _wrong(own) or next(filter(None, map(_wrong_part, own.split("/"))), "")
    if reason:
        shown = ascii(name if len(name) <= 60 else name[:57] + "...")
        hint = "use a plain file name such as customers.csv, inside the output folder"
        raise InvalidArgument(f"{shown} cannot name a dataset: {reason}", hint=hint)
    return PurePosixPath(name)


def _wrong(name: str) -> str:
    if not name:
        return "it is empty"
    if len(name) > MAX_CHARACTERS:
        return f"it has {len(name)} characters, {MAX_CHARACTERS} are allowed"
    if name.startswith("/"):
        return "it is an absolute path"
    if "\\" in name or ":" in name:
        return "backslashes and colons mean other places on some systems"
    if any(unicodedata.category(character)[0] == "C" for character in name):
        return "it holds a control or invisible character"
    return ""


def _wrong_part(part: str) -> str:
    if part in ("", ".", *ENDINGS) or part.startswith(".."):  # ".csv" is "" with its ending
        return "it leaves the folder or has an empty part"
    if part.endswith((".", " ")):
        return "a part ends in a dot or a space"
    if part.split(".", maxsplit=1)[0].rstrip().lower() in _RESERVED:
        return "Windows keeps that name for a device"
    if part.startswith(TEMPORARY):
        return f"names that begin with {TEMPORARY} are for files being written"
    if len(part.encode()) > MAX_PART_BYTES:
        return f"a part has more than {MAX_PART_BYTES} bytes"
    return ""
