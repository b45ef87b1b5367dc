"""Rows of a model that were turned away, for a person to look at: `rejected.jsonl` of a job."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

from ..core.ports import RefusedRow, RowRequest
from ..utils.redact import redacted
from .files import Files
from .names import safe_part

FILE = "rejected.jsonl"
MAX_BYTES = 1024 * 1024
"""Of one job; what comes later is only counted."""


class RejectedRows:
    """A core.ports.Quarantine beside the chunks in `folder`. Not durable: nothing depends on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(
        self, job_id: str, request: RowRequest, refused: Sequence[RefusedRow]
    ) -> None:
        fields = [field.name for field in request.fields]
        lines = [
            json.dumps(
                {
                    "table": request.table,
                    "row": row.row,
                    "reason": row.reason,
                    "fields": fields,
                    "said": row.text,
                    "asked_before": request.tries,
                },
                ensure_ascii=False,
            )
            for row in refused
        ]
        text = redacted("".join(f"{line}\n" for line in lines))
        await asyncio.to_thread(self._append, job_id, text)

    def _append(self, job_id: str, text: str) -> None:
        """In one write, so that the lines of two processes do not mix."""
        path = self._folder / safe_part(job_id) / FILE
        data = text.encode("utf-8", "replace")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(Files().append(path), "ab", buffering=0) as file:
                if os.fstat(file.fileno()).st_size + len(data) <= MAX_BYTES:
                    file.write(data)
        except OSError:
            return  # a full disk is told by what must be stored, not by this
