"""`rowmill jobs`: create, follow and control jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from .options import STATES, Command, Wish, job_options, json_option
from .running import run_here
from .screen import Screen

if TYPE_CHECKING:
    from ..core.models import Job
    from .running import Here

job_argument = click.argument("job_id", metavar="JOB")
wait_option = click.option(
    "--wait", is_flag=True, help="Run the job here, with a progress bar, until it is over."
)


@click.group()
def jobs() -> None:
    """Create, follow and control jobs.

    \b
    Example:
      rowmill jobs create "2,000,000 sensor readings: device, time, temperature -10 to 40"
      rowmill jobs start JOB           runs in the background
      rowmill jobs show JOB            how far it is
      rowmill merge JOB -o readings.parquet
    """


@jobs.command()
@job_options
@json_option
def create(as_json: bool, **given: Any) -> int:
    """Plan and price a job; nothing runs yet.

    \b
    Examples:
      rowmill jobs create "5,000 invoices with number, date in 2025, amount" --seed 3
      rowmill jobs create --schema shop.json --generation local --name "nightly shop"
    """

    async def work(here: Here) -> int:
        from . import documents, reports, wishes

        wish = Wish.of(given)
        understood = await wishes.understand(here.app, wish)
        if understood.extracted is not None:
            reports.understood(here.screen, understood.extracted)
        made = await wishes.create(here.app, wishes.job_request(here.app, wish, understood))
        reports.planned(here.screen, made)
        here.screen.note(f"run it with: rowmill jobs start {made.job.job_id}", "")
        here.screen.document(documents.created(made))
        return 0

    return run_here(work, Screen(as_json=as_json))


@jobs.command("list")
@click.option("--status", type=click.Choice(STATES, case_sensitive=False), help="Only these.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=20,
    show_default=True,
    help="At most so many.",
    metavar="N",
)
@click.option("--cursor", help="Go on where a page ended.", metavar="CURSOR")
@json_option
def list_(status: str | None, limit: int, cursor: str | None, as_json: bool) -> int:
    """Jobs, newest first.

    \b
    Example:
      rowmill jobs list --status FAILED
    """

    async def work(here: Here) -> int:
        from ..core.models import JobState
        from . import documents, overviews

        state = JobState(status) if status else None
        page, following = await here.app.manager.page(state=state, limit=limit, cursor=cursor)
        overviews.jobs(here.screen, page)
        if following and not as_json:
            here.screen.note(f"more: rowmill jobs list --cursor {following}", "")
        here.screen.document(
            {"jobs": [documents.progress(job) for job in page], "next_cursor": following}
        )
        return 0

    return run_here(work, Screen(as_json=as_json))


@jobs.command()
@job_argument
@click.option("--events", is_flag=True, help="Everything that happened to it, too.")
@json_option
def show(job_id: str, events: bool, as_json: bool) -> int:
    """One job: what it makes, how far it is, what can be done now.

    \b
    Example:
      rowmill jobs show JOB --events
    """

    async def work(here: Here) -> int:
        from . import documents, overviews

        manager = here.app.manager
        job, now = await manager.get(job_id), await manager.progress(job_id)
        trail = await manager.events(job_id) if events else ()
        overviews.job(here.screen, job, now)
        overviews.trail(here.screen, trail)
        told = {"events": documents.events(trail)} if events else {}
        here.screen.document(documents.job(job) | documents.progress(now) | told)
        return 0

    return run_here(work, Screen(as_json=as_json))


def _running(action: str) -> Callable[[str, bool, bool], int]:
    """A command that makes a job run: here (`--wait`), or in a process of its own."""

    def command(job_id: str, wait: bool, as_json: bool) -> int:
        async def work(here: Here) -> int:
            _refuse_memory(await here.app.manager.get(job_id))
            begin = _run_here if wait else _run_apart
            return await begin(here, job_id, action)

        return run_here(work, Screen(as_json=as_json))

    return command


def _refuse_memory(job: Job) -> None:
    from ..core.errors import InvalidArgument

    if job.spec.storage == "memory":
        raise InvalidArgument(
            "this job keeps its chunks in memory, which ends with each command",
            hint="use rowmill generate --storage memory, or a job with --storage disk",
        )


async def _run_here(here: Here, job_id: str, action: str) -> int:
    from . import documents
    from .making import ended, run_to_end

    here.runs(job_id)
    await here.app.manager.control(job_id, action)
    job = await run_to_end(here, await here.app.manager.get(job_id))
    code = ended(here, job)
    here.screen.say(f"{job_id} is {job.state}")
    if not code:
        here.screen.note(f"get its dataset with: rowmill merge {job_id} -o FILE", "")
    here.screen.document(documents.progress(await here.app.manager.progress(job_id)))
    return code


async def _run_apart(here: Here, job_id: str, action: str) -> int:
    from . import documents
    from .detached import resume_detached

    manager = here.app.manager
    done = await manager.control(job_id, action, here=False)
    if (await manager.progress(job_id)).running:
        here.screen.note("another process runs it already", "")
    else:
        said = resume_detached(here.app.settings, job_id)
        here.screen.note(f"it runs in the background and writes to {said}", "")
    here.screen.say(f"{job_id}: {done.before} → {done.after}")
    here.screen.note(f"follow it with: rowmill jobs show {job_id}", "")
    here.screen.document(documents.controlled(done))
    return 0


def _asking(action: str) -> Callable[[str, bool], int]:
    """A command that asks something of a job and returns."""

    def command(job_id: str, as_json: bool) -> int:
        async def work(here: Here) -> int:
            from . import documents

            done = await here.app.manager.control(job_id, action)
            here.screen.say(f"{job_id}: {done.before} → {done.after or 'deleted'}")
            here.screen.document(documents.controlled(done))
            return 0

        return run_here(work, Screen(as_json=as_json))

    return command


_RUNNING = {
    "start": "Run a new job.",
    "resume": "Go on with a job that was paused, interrupted or left by its process.",
    "retry": "Go on with a job that FAILED; what is stored stays.",
}
_ASKING = {
    "pause": "Stop after the chunks that are being made; resume goes on.",
    "cancel": "End a job for good.",
    "delete": "Forget a job and its chunks; datasets that were written stay.",
}


def _add(
    action: str, does: str, options: tuple[Callable[[Command], Command], ...], run: Any
) -> None:
    waits = wait_option in options
    example = f"rowmill jobs {action} JOB" + (" --wait" if waits else "")
    background = (
        "\n\nWithout --wait it runs in the background and the command returns at once."
        if waits
        else ""
    )
    for option in reversed(options):
        run = option(run)
    jobs.command(action, help=f"{does}{background}\n\n\b\nExample:\n  {example}")(run)


for _action, _does in _RUNNING.items():
    _add(_action, _does, (job_argument, wait_option, json_option), _running(_action))
for _action, _does in _ASKING.items():
    _add(_action, _does, (job_argument, json_option), _asking(_action))


@jobs.command()
@job_argument
@click.option("--mend", is_flag=True, help="Make damaged chunks again, to their recorded bytes.")
@json_option
def verify(job_id: str, mend: bool, as_json: bool) -> int:
    """Read every stored chunk again, and the datasets under the job's own name, and compare each
    sha256 with the record.

    Exit code 3 where something is damaged or gone, unless it could be mended.

    \b
    Examples:
      rowmill jobs verify JOB
      rowmill jobs verify JOB --mend
    """

    async def work(here: Here) -> int:
        from . import verifying

        return await verifying.verify(here, job_id, mend=mend)

    return run_here(work, Screen(as_json=as_json))
