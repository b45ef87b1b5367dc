"""Rows that were turned away are kept for a person to look at: a few, and no secret among them."""

from __future__ import annotations

import json
from pathlib import Path

from src.core.ports import RefusedRow, RowRequest
from src.storage.rejected import MAX_BYTES, RejectedRows

from .records import JOB, SCHEMA

REQUEST = RowRequest(SCHEMA, "things", (), (0,), ({},), 1)


async def test_a_key_that_a_model_repeats_is_not_kept(tmp_path: Path) -> None:
    key = "AIza" + "k" * 35
    await RejectedRows(tmp_path)(JOB, REQUEST, [RefusedRow(0, "type", f"said {key}")])
    (line,) = (tmp_path / JOB / "rejected.jsonl").read_text().splitlines()
    assert json.loads(line)["said"] == "said [redacted]"


async def test_the_file_ends_with_the_last_line_that_fits(tmp_path: Path) -> None:
    keep = RejectedRows(tmp_path)
    for _ in range(3):
        await keep(JOB, REQUEST, [RefusedRow(0, "type", "x" * (MAX_BYTES // 2 - 200))])
    data = (tmp_path / JOB / "rejected.jsonl").read_bytes()
    assert len(data.splitlines()) == 2
    assert len(data) <= MAX_BYTES
