"""Which forms of a report there are, and what writes each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import Report


def _json(report: Report) -> str:
    return json.dumps(report.document(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


FORMS: Mapping[str, Callable[[Report], str]] = {
    "html": lambda report: report.html(),
    "json": _json,
    "md": lambda report: report.markdown(),
}


def form_of(file_name: str) -> str | None:
    """By the ending, None where it says nothing."""
    ending = file_name.rpartition(".")[2].lower()
    return {"htm": "html", "markdown": "md"}.get(ending, ending if ending in FORMS else None)
