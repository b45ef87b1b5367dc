"""`rowmill doctor`: what is set up and what to do about the rest."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from .options import json_option
from .screen import LINE, Screen, grid

if TYPE_CHECKING:
    from .findings import Finding


@click.command()
@json_option
def doctor(as_json: bool) -> int:
    """Look at everything that rowmill needs; exit code 1 where something is wrong.

    A key is only said to be set or not; it is never shown, and no model is asked.

    \b
    Example:
      rowmill doctor
    """
    from dataclasses import asdict

    from .findings import look

    screen = Screen(as_json=as_json)
    findings = asyncio.run(look())
    screen.show(grid(("", "what", "found → what to do"), map(_row, findings), cell=LINE))
    healthy = all(finding.level != "fail" for finding in findings)
    screen.document({"healthy": healthy, "findings": [asdict(finding) for finding in findings]})
    return 0 if healthy else 1


def _row(finding: Finding) -> tuple[str, str, str]:
    what_now = f" → {finding.what_now}" if finding.what_now else ""
    return finding.level, finding.what, finding.found + what_now
