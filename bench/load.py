"""Under load: a busy server's answers, a thousand jobs, a job of a hundred thousand chunks.

`python -m bench.load` prints each figure beside its limit. Every part runs in a process of its own,
so that its memory is its own.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp import Client

    from src.config import Settings
    from src.storage.jobs.records import Records
    from src.wiring import App

ROOT = Path(__file__).parents[1]
IN_FLIGHT = 8
MILLION = 1_000_000
MERGES = 4
"""One after the other: one alone is over before a hundredth of the answers is more than one."""
ENDLESS = 500_000_000
JOBS = 1_000
CHUNKS = 100_000
EVERY_S = 0.02
"""How often a status is asked for."""
TICK_S = 0.005

CUSTOMERS = {
    "name": "customers",
    "as_of": "2026-01-31",
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence", "start": 1}},
        {"name": "name", "generator": {"kind": "person", "part": "name"}},
        {"name": "email", "format": "email", "constraints": {"unique": True}},
        {"name": "country", "generator": {"kind": "category", "values": ["US", "UK", "DE"]}},
        {"name": "signed_up", "type": "date"},
        {
            "name": "spent",
            "type": "number",
            "generator": {"kind": "lognormal", "median": 25, "sigma": 0.8, "decimal_places": 2},
        },
    ],
}
NUMBERS = {"name": "t", "as_of": "2026-01-31", "fields": [{"name": "n", "type": "integer"}]}


@dataclass(frozen=True)
class Figure:
    """`limit` is what was promised for two shared cores; None where the figure only explains."""

    what: str
    value: float
    unit: str
    limit: float | None = None

    def __str__(self) -> str:
        text = f"{self.what:64}{self.value:10.1f} {self.unit:4}"
        if self.limit is None:
            return text.rstrip()
        verdict = "" if self.value <= self.limit else "   OVER"
        return f"{text} ≤ {self.limit:g}{verdict}"


def run(parts: Sequence[str]) -> None:
    for part in parts or PARTS:
        command = [sys.executable, "-m", "bench.load", "--part", part]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{part} ended with {done.returncode}:\n{done.stderr[-3000:]}")
        for figure in json.loads(done.stdout.splitlines()[-1]):
            print(Figure(**figure), flush=True)


# ── a busy server ─────────────────────────────────────────────────────────────────────────────


async def busy(home: Path) -> list[Figure]:
    """Eight chunks in flight and a merge of a million rows, while a client asks for status."""
    from mcp import Client

    from src.lean import be_lean
    from src.mcp_server.precedence import answers_first
    from src.mcp_server.serving import build_server

    be_lean()  # as every server does
    answers_first(asyncio.get_running_loop())
    async with Client(build_server(_settings(home))) as client:
        merged = await _job(client, MILLION)
        await _ended(client, merged)
        running = [await _job(client, ENDLESS) for _ in range(-(-IN_FLIGHT // _at_once()))]
        lags: list[float] = []
        watching = asyncio.create_task(_watch_lag(lags))
        asking = [asyncio.create_task(_ask(client, job_id)) for job_id in running]
        began = time.perf_counter()
        for number in range(MERGES):
            await _merged(client, merged, f"{number}.csv")
        took = time.perf_counter() - began
        for task in (watching, *asking):
            task.cancel()
        waits = [ms for task in asking for ms in await task]
        for job_id in running:
            await client.call_tool("control_job", {"job_id": job_id, "action": "cancel"})
    return [
        Figure("busy: status answers, median", statistics.median(waits), "ms"),
        Figure(f"busy: status answers, 99 % of {len(waits):,}", _quantile(waits, 0.99), "ms", 100),
        Figure("busy: event-loop lag, 99 %", _quantile(lags, 0.99), "ms", 50),
        Figure("busy: event-loop lag, the longest", max(lags), "ms"),
        Figure("busy: merge of a million rows meanwhile", took / MERGES, "s"),
        Figure("busy: peak memory", _peak_mb(), "MB"),
    ]


def _at_once() -> int:
    """Of one job that code makes, at the least."""
    import os

    return min(IN_FLIGHT, os.cpu_count() or 1)


async def _job(client: Client, rows: int) -> str:
    asked = {"schema": CUSTOMERS, "row_count": rows, "seed": 7, "start": True}
    return str((await _called(client, "create_job", asked))["job_id"])


async def _ended(client: Client, job_id: str) -> None:
    while (await _called(client, "get_job_progress", {"job_id": job_id}))["status"] != "COMPLETED":
        pass


async def _merged(client: Client, job_id: str, name: str) -> None:
    asked = {"job_id": job_id, "file_name": name}
    while (await _called(client, "merge_and_download", asked))["state"] == "working":
        pass


async def _ask(client: Client, job_id: str) -> list[float]:
    waits: list[float] = []
    try:
        while True:
            began = time.perf_counter()
            await _called(client, "get_job_progress", {"job_id": job_id, "wait_s": 0})
            waits.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(EVERY_S)
    except asyncio.CancelledError:
        return waits


async def _called(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return dict(result.structured_content)


async def _watch_lag(lags: list[float]) -> None:
    """How much later than asked for the loop wakes somebody."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK_S)
        lags.append((time.perf_counter() - began - TICK_S) * 1000)


# ── a thousand jobs ───────────────────────────────────────────────────────────────────────────


async def thousand(home: Path) -> list[Figure]:
    from src.core.job_manager import JobRequest
    from src.core.schemas import Given

    async with _app(home) as app:
        for number in range(JOBS):
            document = NUMBERS | {"name": f"t{number}"}
            await app.manager.create(JobRequest(Given(document), row_count=100, seed=1))

        async def listed(page: int) -> int:
            seen, cursor = 0, None
            while True:
                jobs, cursor = await app.manager.page(limit=page, cursor=cursor)
                seen += len(jobs)
                if cursor is None:
                    return seen

        assert await listed(100) == JOBS
        every = [await _ms(listed(100)) for _ in range(7)]
        page = [await _ms(app.manager.page(limit=50)) for _ in range(15)]
    async with _app(home) as app:
        cold = await _ms(app.manager.page(limit=50))
    return [
        Figure("1,000 jobs: all listed, in pages of 100", statistics.median(every), "ms", 50),
        Figure("1,000 jobs: one page of 50", statistics.median(page), "ms", 50),
        Figure("1,000 jobs: the first page of 50 after a start", cold, "ms", 50),
    ]


# ── a hundred thousand chunks ─────────────────────────────────────────────────────────────────


async def chunks(home: Path) -> list[Figure]:
    from src.core.job_manager import JobRequest
    from src.core.schemas import Given

    async with _app(home) as app:
        # What the first job of a process pays once (imports, pools) is not the chunks' doing.
        await app.manager.create(JobRequest(Given(NUMBERS), row_count=1, seed=1))
        began = time.perf_counter()
        created = await app.manager.create(
            JobRequest(Given(NUMBERS), row_count=CHUNKS, chunk_size=1, seed=1)
        )
        create_s = time.perf_counter() - began
        job_id = created.job.job_id
        first = await _made(app, job_id, range(10, 60))
        store: Any = (
            app.manager.jobs
        )  # past its port, which has no door for facts of no job's making
        await store._run(lambda records: _fill(records, job_id))
    status, last, recover_s = await _recovered(home, job_id)
    return [
        Figure("100,000 chunks: job created", create_s, "s", 2),
        Figure("100,000 chunks: from a start to the next chunk stored", recover_s, "s", 3),
        Figure("100,000 chunks: status, 99 %", _quantile(status, 0.99), "ms", 20),
        Figure("a chunk made and committed, median of chunks 10 to 60", _mid(first), "ms", 15),
        Figure("the same, the last of 100,000", _mid(last), "ms", 15),
        Figure("100,000 chunks: peak memory of the process", _peak_mb(), "MB", 200),
        Figure("  of which rowmill and its libraries, idle", _idle_mb(), "MB"),
    ]


async def _recovered(home: Path, job_id: str) -> tuple[list[float], list[float], float]:
    began = time.perf_counter()
    async with _app(home) as app:
        index = await app.manager.next_owed(job_id)
        assert index is not None
        await app.manager.generate_chunk(job_id, index)
        recover_s = time.perf_counter() - began
        status = [await _ms(app.manager.progress(job_id)) for _ in range(100)]
        last = await _made(app, job_id, range(CHUNKS - 60, CHUNKS - 10))
    return status, last, recover_s


async def _made(app: App, job_id: str, indexes: range) -> list[float]:
    """One after the other by one holder of the job, as its runner makes them."""
    async with app.runner._holds.of(job_id):
        return [await _ms(app.manager.generate_chunk(job_id, n)) for n in indexes]


def _fill(records: Records, job_id: str) -> None:
    """Records of chunks nobody made, as a night's work leaves them; in one transaction."""
    from src.core.models import ChunkKey, ChunkMetadata
    from src.storage.jobs import chunks as rows

    with records._transaction("IMMEDIATE"):
        number = records._number(job_id)
        for n in (*range(10), *range(60, CHUNKS - 100)):
            key = ChunkKey(job_id, n, "t", n, n + 1, "csv")
            rows.commit(records._db, number, ChunkMetadata(key, 4, "0" * 64, 1, 0.001, 1.7e9))


def _idle_mb() -> float:
    """What the same process holds when it has made one small job."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "bench.load", "--part", "idle", home]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1])[0]["value"])


async def idle(home: Path) -> list[Figure]:
    from src.core.job_manager import JobRequest
    from src.core.schemas import Given

    async with _app(home) as app:
        made = await app.manager.create(JobRequest(Given(NUMBERS), row_count=1, seed=1))
        await app.manager.generate_chunk(made.job.job_id, 0)
    return [Figure("idle", _peak_mb(), "MB")]


# ── tools ─────────────────────────────────────────────────────────────────────────────────────


def _settings(home: Path) -> Settings:
    from src.config import GeminiSettings, JobSettings, Settings

    return Settings(
        home=home,
        gemini=GeminiSettings(api_key=None, api_keys=()),
        job=JobSettings(parallel_chunks=IN_FLIGHT),
    )


@asynccontextmanager
async def _app(home: Path) -> AsyncIterator[App]:
    from src.wiring import open_app

    async with open_app(_settings(home)) as app:
        yield app


async def _ms(work: Any) -> float:
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000


def _mid(values: Sequence[float]) -> float:
    return statistics.median(values)


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _peak_mb() -> float:
    """Of this program; the system's `ru_maxrss` would count its parent's, whose fork it is."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


PARTS: dict[str, Callable[[Path], Any]] = {"busy": busy, "thousand": thousand, "chunks": chunks}


def _part(name: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        figures = asyncio.run((PARTS | {"idle": idle})[name](Path(home) / secrets.token_hex(4)))
    print(json.dumps([vars(figure) for figure in figures]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        _part(sys.argv[2])
    else:
        run(sys.argv[1:])
