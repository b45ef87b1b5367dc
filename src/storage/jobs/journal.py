"""A file of records that only grows: each line says by its checksum whether it is whole."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core.errors import NewerFormat
from ..files import Files

FORMAT = 1
"""Raised whenever an older reader could misunderstand an entry."""

Entry = dict[str, Any]


@dataclass(slots=True)
class Journal:
    """Writers take turns by whatever lock they hold; a reader sees what was written before."""

    files: Files
    path: Path

    def append(self, entry: Mapping[str, Any], *, durable: bool = True) -> int:
        """The file's size with the entry in it; durable when this returns, unless told otherwise.

        Raises:
            OSError
        """
        descriptor = self.files.append(self.path)
        try:
            is_new = not os.fstat(descriptor).st_size
            self.files.write(descriptor, line(entry))
            if durable:
                self.files.sync(descriptor)
            size = os.fstat(descriptor).st_size
        finally:
            self.files.close(descriptor)
        if is_new:
            self.files.sync_folder(self.path.parent)
        return size

    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def entries(self, start: int = 0) -> Iterator[Entry | None]:
        """The entries from this place of the file on; None for each line that is not whole.

        Raises:
            OSError
            NewerFormat: a later rowmill wrote here.
        """
        try:
            data = self.files.read(self.path)
        except FileNotFoundError:
            return
        for text in data[start:].split(b"\n"):
            if text:
                yield _parsed(text)


def line(entry: Mapping[str, Any]) -> bytes:
    """The line end comes first: what a full disk or a crash cut off before ends there."""
    text = json.dumps({"v": FORMAT, **entry}, ensure_ascii=True, separators=(",", ":"))
    data = text.encode("ascii")
    return b"\n%08x %b" % (zlib.crc32(data), data)


def _parsed(text: bytes) -> Entry | None:
    check, _, data = text.partition(b" ")
    try:
        if int(check, 16) != zlib.crc32(data):
            return None
        entry: Entry = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict) or type(entry.get("v")) is not int:
        return None
    if entry["v"] > FORMAT:
        text_ = f"a newer rowmill wrote this journal (format {entry['v']}, this one reads {FORMAT})"
        raise NewerFormat(text_, hint="update rowmill")
    return entry
