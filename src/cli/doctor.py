"""`rowmill doctor`: what is set up, what to do about the rest, and the job store made anew."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from ..utils.text import count
from .options import json_option
from .screen import LINE, Screen, grid

if TYPE_CHECKING:
    from ..storage.jobs.rebuilding import RestoredJob
    from .findings import Finding


@click.command()
@click.option(
    "--rebuild",
    is_flag=True,
    help="Make a damaged or lost job store anew from the files beside the chunks.",
)
@json_option
def doctor(rebuild: bool, as_json: bool) -> int:
    """Look at everything that rowmill needs; exit code 1 where something is wrong.

    A key is only said to be set or not; it is never shown, and no model is asked.

    \b
    Examples:
      rowmill doctor
      rowmill doctor --rebuild
    """
    screen = Screen(as_json=as_json)
    return asyncio.run(_rebuilt(screen) if rebuild else _looked(screen))


async def _looked(screen: Screen) -> int:
    from dataclasses import asdict

    from .findings import look

    findings = await look()
    screen.show(grid(("", "what", "found → what to do"), map(_row, findings), cell=LINE))
    healthy = all(finding.level != "fail" for finding in findings)
    screen.document({"healthy": healthy, "findings": [asdict(finding) for finding in findings]})
    return 0 if healthy else 1


async def _rebuilt(screen: Screen) -> int:
    """Exit code 1 where something was lost."""
    from dataclasses import asdict

    from ..config import Settings
    from ..wiring import rebuild
    from .findings import store_trouble

    settings = Settings.load()
    trouble = await store_trouble(settings)
    if trouble is None:
        screen.document({"rebuilt": False, "jobs": [], "lost": []})
        screen.say("the job store is whole: there is nothing to rebuild", "green")
        return 0
    screen.note(f"{trouble.what}: {trouble.found}")
    made = await rebuild(settings)
    lost = [*made.lost, *(f"{job.job_id}: {text}" for job in made.jobs for text in job.lost)]
    screen.document({"rebuilt": True, **asdict(made), "lost": lost})
    screen.show(grid(("job", "name", "state", "chunks", "owed"), map(_job_row, made.jobs)))
    kept = f"{count(made.answers, 'answer')} of models, {count(made.schemas, 'schema')}"
    screen.say(f"restored: {count(len(made.jobs), 'job')}, {kept}", "green")
    for path in made.kept_aside:
        screen.note(f"the damaged store is kept at {path}", "")
    for text in lost:
        screen.note(f"lost: {text}")
    return 1 if lost else 0


def _job_row(job: RestoredJob) -> tuple[str, ...]:
    return job.job_id, job.name, job.state, f"{job.chunks:,}", f"{job.owed:,}"


def _row(finding: Finding) -> tuple[str, str, str]:
    what_now = f" → {finding.what_now}" if finding.what_now else ""
    return finding.level, finding.what, finding.found + what_now
